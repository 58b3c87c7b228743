// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/datetime.h"

#include <chrono>
#include <cstdio>

#include "base/text.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr std::int32_t kUnixDaysTo1900 = 25567;  // 1900-01-01 to 1970-01-01
constexpr std::int64_t kTicksPerSecond = 10'000'000;

bool Digits(std::string_view text, std::size_t at, std::size_t count, int& value) {
  if (at + count > text.size()) return false;
  value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  return true;
}

// "HH:MM[:SS[.fffffff]]" at `at`; moves `at` past it.
std::optional<std::int64_t> ParseTime(std::string_view text, std::size_t& at) {
  int hour = 0, minute = 0, second = 0;
  if (!Digits(text, at, 2, hour) || at + 2 >= text.size() || text[at + 2] != ':' ||
      !Digits(text, at + 3, 2, minute)) {
    return std::nullopt;
  }
  at += 5;
  std::int64_t fraction = 0;
  if (at < text.size() && text[at] == ':') {
    if (!Digits(text, at + 1, 2, second)) return std::nullopt;
    at += 3;
    if (at < text.size() && text[at] == '.') {
      ++at;
      std::int64_t scale = kTicksPerSecond / 10;
      std::size_t digits = 0;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
        fraction += (text[at] - '0') * scale;
        scale /= 10;
      }
      if (digits == 0 || digits > 9) return std::nullopt;
    }
  }
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return (hour * 3600 + minute * 60 + second) * kTicksPerSecond + fraction;
}

enum class Part : std::uint8_t {
  kYear,
  kQuarter,
  kMonth,
  kDayOfYear,
  kDay,
  kWeek,
  kWeekday,
  kHour,
  kMinute,
  kSecond,
  kMs,
  kUs,
  kNone
};

Part PartOf(std::string_view text) {
  struct Name {
    std::string_view name;
    Part part;
  };
  static constexpr Name kNames[] = {{"year", Part::kYear},       {"yy", Part::kYear},
                                    {"yyyy", Part::kYear},       {"quarter", Part::kQuarter},
                                    {"qq", Part::kQuarter},      {"q", Part::kQuarter},
                                    {"month", Part::kMonth},     {"mm", Part::kMonth},
                                    {"m", Part::kMonth},         {"dayofyear", Part::kDayOfYear},
                                    {"dy", Part::kDayOfYear},    {"y", Part::kDayOfYear},
                                    {"day", Part::kDay},         {"dd", Part::kDay},
                                    {"d", Part::kDay},           {"week", Part::kWeek},
                                    {"wk", Part::kWeek},         {"ww", Part::kWeek},
                                    {"weekday", Part::kWeekday}, {"dw", Part::kWeekday},
                                    {"w", Part::kWeekday},       {"hour", Part::kHour},
                                    {"hh", Part::kHour},         {"minute", Part::kMinute},
                                    {"mi", Part::kMinute},       {"n", Part::kMinute},
                                    {"second", Part::kSecond},   {"ss", Part::kSecond},
                                    {"s", Part::kSecond},        {"millisecond", Part::kMs},
                                    {"ms", Part::kMs},           {"microsecond", Part::kUs},
                                    {"mcs", Part::kUs}};
  for (const Name& entry : kNames) {
    if (EqualsIgnoringAsciiCase(text, entry.name)) return entry.part;
  }
  return Part::kNone;
}

// Ticks of one unit of a part of fixed length; 0 for the calendar's own.
std::int64_t TicksOf(Part part) {
  switch (part) {
    case Part::kWeek:
      return DateTime::kTicksPerDay * 7;
    case Part::kDayOfYear:
    case Part::kWeekday:
    case Part::kDay:
      return DateTime::kTicksPerDay;
    case Part::kHour:
      return 3600 * kTicksPerSecond;
    case Part::kMinute:
      return 60 * kTicksPerSecond;
    case Part::kSecond:
      return kTicksPerSecond;
    case Part::kMs:
      return DateTime::kTicksPerMs;
    case Part::kUs:
      return 10;
    case Part::kYear:
    case Part::kQuarter:
    case Part::kMonth:
    case Part::kNone:
      return 0;
  }
  return 0;
}

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0);
}

std::optional<DateTime> AddMonths(DateTime value, std::int64_t months) {
  if (months > 120'000 || months < -120'000) return std::nullopt;
  CalendarDay day = ToCalendar(value.days);
  const std::int64_t index = std::int64_t{day.year} * 12 + day.month - 1 + months;
  const int year = static_cast<int>(FloorDiv(index, 12));
  const int month = static_cast<int>(index - std::int64_t{year} * 12) + 1;
  for (int last = day.day; last >= 28; --last) {
    if (auto days = FromCalendar(year, month, last)) return DateTime{*days, value.ticks};
  }
  if (auto days = FromCalendar(year, month, day.day)) return DateTime{*days, value.ticks};
  return std::nullopt;
}

}  // namespace

DateTime DateTime::FromUnixMillis(std::int64_t millis) {
  constexpr std::int64_t kDay = 86'400'000;
  const std::int64_t day = FloorDiv(millis, kDay);
  return {static_cast<std::int32_t>(day) + kUnixDaysTo1900, (millis - day * kDay) * kTicksPerMs};
}

std::int64_t DateTime::UnixMillis() const {
  return (std::int64_t{days} - kUnixDaysTo1900) * 86'400'000 + ticks / kTicksPerMs;
}

CalendarDay ToCalendar(std::int32_t days_since_1900) {
  const std::chrono::year_month_day day{
      std::chrono::sys_days(std::chrono::days(days_since_1900 - kUnixDaysTo1900))};
  return {int(day.year()), static_cast<int>(unsigned(day.month())),
          static_cast<int>(unsigned(day.day()))};
}

std::optional<std::int32_t> FromCalendar(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count()) +
         kUnixDaysTo1900;
}

int WeekdayOf(std::int32_t days_since_1900) {
  // 1900-01-01 was a Monday.
  return static_cast<int>(((days_since_1900 % 7) + 7) % 7);
}

std::optional<DateTime> ParseDateTime(std::string_view text) {
  text = Trim(text);
  if (text.empty()) return DateTime{};
  int year = 0, month = 0, day = 0;
  std::size_t at = 0;
  if (text.size() >= 8 && Digits(text, 0, 8, day)) {
    (void)Digits(text, 0, 4, year);
    (void)Digits(text, 4, 2, month);
    (void)Digits(text, 6, 2, day);
    at = 8;
  } else if (Digits(text, 0, 4, year) && text.size() >= 10 && (text[4] == '-' || text[4] == '/') &&
             Digits(text, 5, 2, month) && text[7] == text[4] && Digits(text, 8, 2, day)) {
    at = 10;
  } else {
    return std::nullopt;
  }
  const auto days = FromCalendar(year, month, day);
  if (!days) return std::nullopt;
  DateTime value{*days, 0};
  if (at == text.size()) return value;
  if (text[at] != ' ' && text[at] != 'T') return std::nullopt;
  while (at < text.size() && (text[at] == ' ' || text[at] == 'T')) ++at;
  const auto ticks = ParseTime(text, at);
  if (!ticks) return std::nullopt;
  value.ticks = *ticks;
  const std::string_view rest = Trim(text.substr(at));
  const bool zone = rest.empty() || rest == "Z" ||
                    (rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':');
  if (!zone) return std::nullopt;
  return value;
}

std::string FormatDateTime(DateTime value) {
  std::int64_t thirds = (value.ticks * 300 + kTicksPerSecond / 2) / kTicksPerSecond;
  std::int32_t days = value.days;
  if (thirds >= 86'400 * 300) {
    thirds -= 86'400 * 300;
    ++days;
  }
  const CalendarDay day = ToCalendar(days);
  const std::int64_t ms = (thirds * 10 + 1) / 3;  // 0, 3, 7 of each ten
  const auto second_of_day = static_cast<int>(ms / 1000);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d %02d:%02d:%02d.%03d", day.year, day.month,
                day.day, second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60,
                static_cast<int>(ms % 1000));
  return buffer;
}

std::string FormatDay(DateTime value) {
  const CalendarDay day = ToCalendar(value.days);
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", day.year, day.month, day.day);
  return buffer;
}

std::string FormatDateTime2(DateTime value, int digits) {
  const auto second_of_day = static_cast<int>(value.ticks / kTicksPerSecond);
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, " %02d:%02d:%02d.%07d", second_of_day / 3600,
                second_of_day / 60 % 60, second_of_day % 60,
                static_cast<int>(value.ticks % kTicksPerSecond));
  std::string text = FormatDay(value) + buffer;
  const std::size_t keep = digits == 0 ? 19 : 20 + static_cast<std::size_t>(digits);
  text.resize(keep);
  return text;
}

std::optional<DateTime> DateAdd(std::string_view part_name, std::int64_t number, DateTime value) {
  const Part part = PartOf(part_name);
  if (part == Part::kNone) return std::nullopt;
  if (part == Part::kYear) return AddMonths(value, number * 12);
  if (part == Part::kQuarter) return AddMonths(value, number * 3);
  if (part == Part::kMonth) return AddMonths(value, number);
  const std::int64_t unit = TicksOf(part);
  std::int64_t delta = 0, days = 0;
  if (unit >= DateTime::kTicksPerDay) {
    days = number * (unit / DateTime::kTicksPerDay);
  } else {
    const std::int64_t per_day = DateTime::kTicksPerDay / unit;
    days = FloorDiv(number, per_day);
    delta = (number - days * per_day) * unit;
  }
  std::int64_t ticks = value.ticks + delta;
  if (ticks >= DateTime::kTicksPerDay) {
    ticks -= DateTime::kTicksPerDay;
    ++days;
  }
  const std::int64_t total = value.days + days;
  if (number > 4'000'000'000'000 || number < -4'000'000'000'000 || total < -693'595 ||
      total > 2'958'463) {
    return std::nullopt;
  }
  return DateTime{static_cast<std::int32_t>(total), ticks};
}

std::optional<std::int64_t> DateDiff(std::string_view part_name, DateTime from, DateTime to) {
  const Part part = PartOf(part_name);
  const CalendarDay a = ToCalendar(from.days), b = ToCalendar(to.days);
  if (part == Part::kNone) return std::nullopt;
  if (part == Part::kYear) return b.year - a.year;
  if (part == Part::kMonth) return (b.year - a.year) * 12 + b.month - a.month;
  if (part == Part::kQuarter) {
    return (b.year * 4 + (b.month - 1) / 3) - (a.year * 4 + (a.month - 1) / 3);
  }
  // Weeks begin on Sunday whatever DATEFIRST says; 1899-12-31 was one.
  if (part == Part::kWeek) return FloorDiv(to.days + 1, 7) - FloorDiv(from.days + 1, 7);
  const std::int64_t unit = TicksOf(part);
  if (unit >= DateTime::kTicksPerDay) return std::int64_t{to.days} - from.days;
  const std::int64_t per_day = DateTime::kTicksPerDay / unit;
  return (std::int64_t{to.days} - from.days) * per_day + to.ticks / unit - from.ticks / unit;
}

std::optional<std::int64_t> DatePart(std::string_view part_name, DateTime value) {
  const CalendarDay day = ToCalendar(value.days);
  switch (PartOf(part_name)) {
    case Part::kYear:
      return day.year;
    case Part::kQuarter:
      return (day.month - 1) / 3 + 1;
    case Part::kMonth:
      return day.month;
    case Part::kDayOfYear:
      return value.days - *FromCalendar(day.year, 1, 1) + 1;
    case Part::kDay:
      return day.day;
    case Part::kWeek: {
      const std::int32_t first = *FromCalendar(day.year, 1, 1);
      return FloorDiv(value.days + 1, 7) - FloorDiv(first + 1, 7) + 1;
    }
    case Part::kWeekday:
      return (WeekdayOf(value.days) + 1) % 7 + 1;  // Sunday 1
    case Part::kHour:
      return value.ticks / (3600 * kTicksPerSecond);
    case Part::kMinute:
      return value.ticks / (60 * kTicksPerSecond) % 60;
    case Part::kSecond:
      return value.ticks / kTicksPerSecond % 60;
    case Part::kMs:
      return value.ticks / DateTime::kTicksPerMs % 1000;
    case Part::kUs:
      return value.ticks / 10 % 1'000'000;
    case Part::kNone:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace pons::best_practice::sandbox
