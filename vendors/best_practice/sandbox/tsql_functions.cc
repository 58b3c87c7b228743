// SPDX-License-Identifier: Apache-2.0
// The functions that compiled T-SQL calls, on top of SQLite's own. NULL in gives NULL out, as
// there. A function that refuses gives the text "TSQL:<number>:<message>", which the engine turns
// back into SQL Server's error.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "base/random.h"
#include "base/text.h"
#include "vendors/best_practice/sandbox/database.h"
#include "vendors/best_practice/sandbox/session_functions.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr std::string_view kBadDate =
    "TSQL:241:Conversion failed when converting date and/or time from character string.";

bool AnyNull(int count, sqlite3_value** values) {
  return std::any_of(values, values + count,
                     [](sqlite3_value* v) { return sqlite3_value_type(v) == SQLITE_NULL; });
}

std::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

void Give(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Fail(sqlite3_context* context, std::string_view text) {
  sqlite3_result_error(context, text.data(), static_cast<int>(text.size()));
}

// Where the character `count` characters on begins; text.size() where there are fewer.
std::size_t Skip(std::string_view text, std::size_t from, std::int64_t count) {
  while (count > 0 && from < text.size()) {
    ++from;
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
    --count;
  }
  return from;
}

std::int64_t Characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::string_view WithoutTrailingBlanks(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A date from text, or from a number of days since 1900.
std::optional<DateTime> DateOf(sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
    const double days = sqlite3_value_double(value);
    if (!(days > -53691 && days < 2958464)) return std::nullopt;
    const double whole = std::floor(days);
    return DateTime{
        static_cast<std::int32_t>(whole),
        static_cast<std::int64_t>((days - whole) * static_cast<double>(DateTime::kTicksPerDay))};
  }
  return ParseDateTime(TextOf(value));
}

bool Lenient(int count, sqlite3_value** values) {
  return count > 1 && sqlite3_value_int(values[1]) != 0;
}

void ToDateTime(sqlite3_context* context, int count, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  const auto date = DateOf(values[0]);
  if (date) return Give(context, FormatDateTime(*date));
  if (!Lenient(count, values)) Fail(context, kBadDate);
}

void ToDate(sqlite3_context* context, int count, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  const auto date = DateOf(values[0]);
  if (date) return Give(context, FormatDay(*date));
  if (!Lenient(count, values)) Fail(context, kBadDate);
}

void ToInt(sqlite3_context* context, int count, sqlite3_value** values) {
  const int type = sqlite3_value_type(values[0]);
  if (type == SQLITE_NULL) return;
  if (type != SQLITE_TEXT) return sqlite3_result_int64(context, sqlite3_value_int64(values[0]));
  const std::string_view text = Trim(TextOf(values[0]));
  const std::size_t digits = text.find_first_not_of("+-");
  const bool number =
      text.empty() || (digits != std::string_view::npos &&
                       text.find_first_not_of("0123456789", digits) == std::string_view::npos);
  if (number) return sqlite3_result_int64(context, sqlite3_value_int64(values[0]));
  if (Lenient(count, values)) return;
  Fail(context, "TSQL:245:Conversion failed when converting the varchar value '" +
                    std::string(text) + "' to data type int.");
}

// CONVERT's styles for dates that code in the field uses; 0 gives SQL Server's own form.
std::string Styled(DateTime date, int style) {
  const CalendarDay day = ToCalendar(date.days);
  char buffer[64];
  switch (style) {
    case 103:
      std::snprintf(buffer, sizeof buffer, "%02d/%02d/%04d", day.day, day.month, day.year);
      return buffer;
    case 112:
      std::snprintf(buffer, sizeof buffer, "%04d%02d%02d", day.year, day.month, day.day);
      return buffer;
    case 23:
      return FormatDay(date);
    case 108:
      return FormatDateTime2(date, 0).substr(11);
    case 120:
      return FormatDateTime2(date, 0);
    case 121:
      return FormatDateTime(date);
    case 126: {
      std::string text = FormatDateTime(date);
      text[10] = 'T';
      return text;
    }
    default:
      break;
  }
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto minutes = static_cast<int>(date.ticks / (60 * 10'000'000LL));
  const int hour = minutes / 60;
  std::snprintf(buffer, sizeof buffer, "%s %2d %d %2d:%02d%s", kMonths[day.month - 1], day.day,
                day.year, hour % 12 == 0 ? 12 : hour % 12, minutes % 60, hour < 12 ? "AM" : "PM");
  return buffer;
}

void ToText(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  std::string text(TextOf(values[0]));
  const int size = sqlite3_value_int(values[1]);
  if (text.size() == 23 && text[4] == '-' && text[19] == '.') {
    if (const auto date = ParseDateTime(text)) text = Styled(*date, sqlite3_value_int(values[2]));
  }
  if (size > 0) text.resize(Skip(text, 0, size));
  Give(context, text);
}

void Len(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  sqlite3_result_int64(context, Characters(WithoutTrailingBlanks(TextOf(values[0]))));
}

void Upper(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) != SQLITE_NULL) Give(context, AsciiUpper(TextOf(values[0])));
}

void Lower(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) != SQLITE_NULL) Give(context, AsciiLower(TextOf(values[0])));
}

void Left(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const std::string_view text = TextOf(values[0]);
  Give(context, text.substr(0, Skip(text, 0, sqlite3_value_int64(values[1]))));
}

void Right(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const std::string_view text = TextOf(values[0]);
  Give(context, text.substr(Skip(text, 0, Characters(text) - sqlite3_value_int64(values[1]))));
}

void Substring(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const std::string_view text = TextOf(values[0]);
  std::int64_t start = sqlite3_value_int64(values[1]) - 1;
  std::int64_t length = sqlite3_value_int64(values[2]);
  if (start < 0) {
    length += start;
    start = 0;
  }
  const std::size_t from = Skip(text, 0, start);
  Give(context, text.substr(from, Skip(text, from, std::max<std::int64_t>(0, length)) - from));
}

void CharIndex(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const std::string needle = AsciiLower(TextOf(values[0]));
  const std::string text = AsciiLower(TextOf(values[1]));
  const std::int64_t start = count > 2 ? sqlite3_value_int64(values[2]) - 1 : 0;
  const std::size_t found = text.find(needle, Skip(text, 0, start));
  sqlite3_result_int64(context, found == std::string::npos
                                    ? 0
                                    : Characters(std::string_view(text).substr(0, found)) + 1);
}

void Replicate(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const std::string_view text = TextOf(values[0]);
  const std::int64_t times = std::min<std::int64_t>(sqlite3_value_int64(values[1]), 8000);
  std::string out;
  for (std::int64_t i = 0; i < times && out.size() + text.size() <= 8000; ++i) out += text;
  Give(context, out);
}

void Concat(sqlite3_context* context, int count, sqlite3_value** values) {
  std::string out;
  for (int i = 0; i < count; ++i) out += TextOf(values[i]);
  Give(context, out);
}

void Str(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const int width = count > 1 ? sqlite3_value_int(values[1]) : 10;
  const int decimals = count > 2 ? sqlite3_value_int(values[2]) : 0;
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%*.*f", std::clamp(width, 1, 40),
                std::clamp(decimals, 0, 16), sqlite3_value_double(values[0]));
  Give(context, buffer);
}

void Floor(sqlite3_context* context, int, sqlite3_value** values) {
  const int type = sqlite3_value_type(values[0]);
  if (type == SQLITE_INTEGER)
    sqlite3_result_value(context, values[0]);
  else if (type != SQLITE_NULL)
    sqlite3_result_double(context, std::floor(sqlite3_value_double(values[0])));
}

void Ceiling(sqlite3_context* context, int, sqlite3_value** values) {
  const int type = sqlite3_value_type(values[0]);
  if (type == SQLITE_INTEGER)
    sqlite3_result_value(context, values[0]);
  else if (type != SQLITE_NULL)
    sqlite3_result_double(context, std::ceil(sqlite3_value_double(values[0])));
}

void IsNumeric(sqlite3_context* context, int, sqlite3_value** values) {
  const int type = sqlite3_value_numeric_type(values[0]);
  sqlite3_result_int(context, type == SQLITE_INTEGER || type == SQLITE_FLOAT ? 1 : 0);
}

void IsDate(sqlite3_context* context, int, sqlite3_value** values) {
  const bool text = sqlite3_value_type(values[0]) == SQLITE_TEXT;
  sqlite3_result_int(context,
                     text && !Trim(TextOf(values[0])).empty() && DateOf(values[0]) ? 1 : 0);
}

bool IsDayOnly(std::string_view text) { return text.size() == 10; }

void AddToDate(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const auto date = DateOf(values[2]);
  if (!date) return Fail(context, kBadDate);
  const auto sum = DateAdd(TextOf(values[0]), sqlite3_value_int64(values[1]), *date);
  if (!sum) {
    return Fail(context, "TSQL:517:Adding a value to a 'datetime' column caused an overflow.");
  }
  const bool day = sqlite3_value_type(values[2]) == SQLITE_TEXT && IsDayOnly(TextOf(values[2]));
  Give(context, day ? FormatDay(*sum) : FormatDateTime(*sum));
}

void DateDifference(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const auto from = DateOf(values[1]), to = DateOf(values[2]);
  if (!from || !to) return Fail(context, kBadDate);
  const auto difference = DateDiff(TextOf(values[0]), *from, *to);
  if (!difference) {
    return Fail(context, "TSQL:155:'" + std::string(TextOf(values[0])) +
                             "' is not a recognized datediff option.");
  }
  sqlite3_result_int64(context, *difference);
}

void GivePart(sqlite3_context* context, std::string_view part, sqlite3_value* value) {
  if (sqlite3_value_type(value) == SQLITE_NULL) return;
  const auto date = DateOf(value);
  if (!date) return Fail(context, kBadDate);
  const auto number = DatePart(part, *date);
  if (!number) {
    return Fail(context,
                "TSQL:155:'" + std::string(part) + "' is not a recognized datepart option.");
  }
  sqlite3_result_int64(context, *number);
}

void PartOfDate(sqlite3_context* context, int, sqlite3_value** values) {
  GivePart(context, TextOf(values[0]), values[1]);
}
void YearOf(sqlite3_context* context, int, sqlite3_value** values) {
  GivePart(context, "year", values[0]);
}
void MonthOf(sqlite3_context* context, int, sqlite3_value** values) {
  GivePart(context, "month", values[0]);
}
void DayOf(sqlite3_context* context, int, sqlite3_value** values) {
  GivePart(context, "day", values[0]);
}

void NameOfPart(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const auto date = DateOf(values[1]);
  if (!date) return Fail(context, kBadDate);
  static constexpr const char* kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                          "Friday", "Saturday", "Sunday"};
  static constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};
  const std::string_view part = TextOf(values[0]);
  if (part == "weekday" || part == "dw") return Give(context, kDays[WeekdayOf(date->days)]);
  if (part == "month" || part == "mm" || part == "m") {
    return Give(context, kMonths[ToCalendar(date->days).month - 1]);
  }
  const auto number = DatePart(part, *date);
  if (number) Give(context, std::to_string(*number));
}

void EndOfMonth(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const auto date = DateOf(values[0]);
  if (!date) return Fail(context, kBadDate);
  const CalendarDay day = ToCalendar(date->days);
  for (int last = 31; last >= 28; --last) {
    if (const auto days = FromCalendar(day.year, day.month, last)) {
      return Give(context, FormatDay({*days, 0}));
    }
  }
}

void FromParts(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const auto days = FromCalendar(sqlite3_value_int(values[0]), sqlite3_value_int(values[1]),
                                 sqlite3_value_int(values[2]));
  if (!days)
    return Fail(context,
                "TSQL:289:Cannot construct data type date, some of the arguments have values which "
                "are not valid.");
  Give(context, FormatDay({*days, 0}));
}

bool LikeMatches(std::string_view text, std::string_view pattern, char escape, int depth);

// One [set] of a LIKE pattern against one byte; moves `at` past the set.
bool SetMatches(std::string_view pattern, std::size_t& at, char c) {
  bool negated = false, hit = false;
  ++at;
  if (at < pattern.size() && pattern[at] == '^') {
    negated = true;
    ++at;
  }
  while (at < pattern.size() && pattern[at] != ']') {
    const char low = pattern[at];
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      hit = hit || (c >= low && c <= pattern[at + 2]);
      at += 3;
    } else {
      hit = hit || c == low;
      ++at;
    }
  }
  ++at;
  return hit != negated;
}

bool LikeMatches(std::string_view text, std::string_view pattern, char escape, int depth) {
  std::size_t t = 0, p = 0;
  while (p < pattern.size()) {
    if (pattern[p] == '%') {
      while (p < pattern.size() && pattern[p] == '%') ++p;
      if (p == pattern.size()) return true;
      if (depth > 20) return false;
      for (std::size_t from = t; from <= text.size(); ++from) {
        if (LikeMatches(text.substr(from), pattern.substr(p), escape, depth + 1)) return true;
      }
      return false;
    }
    if (t >= text.size()) return false;
    if (pattern[p] == '_') {
      t = Skip(text, t, 1);
      ++p;
    } else if (pattern[p] == '[') {
      if (!SetMatches(pattern, p, text[t])) return false;
      ++t;
    } else {
      if (escape != '\0' && pattern[p] == escape && p + 1 < pattern.size()) ++p;
      if (pattern[p] != text[t]) return false;
      ++p;
      ++t;
    }
  }
  return t == text.size();
}

void Like(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyNull(count, values)) return;
  const char escape = count > 2 && !TextOf(values[2]).empty() ? TextOf(values[2])[0] : '\0';
  const std::string text = AsciiLower(TextOf(values[0]));
  const std::string pattern = AsciiLower(TextOf(values[1]));
  const bool matches = LikeMatches(text, pattern, escape, 0) ||
                       LikeMatches(WithoutTrailingBlanks(text), pattern, escape, 0);
  sqlite3_result_int(context, matches ? 1 : 0);
}

void NewGuid(sqlite3_context* context, int, sqlite3_value**) {
  unsigned char bytes[16];
  SystemRandom().Fill(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text =
      AsciiUpper(Hex(std::string_view(reinterpret_cast<char*>(bytes), sizeof bytes)));
  for (std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, "-");
  Give(context, text);
}

// Case of ASCII and trailing blanks do not count, as under Bp's SQL_Latin1_General_CP1_CI_AS.
int CompareText(void*, int a_size, const void* a_data, int b_size, const void* b_data) {
  const auto* a = static_cast<const unsigned char*>(a_data);
  const auto* b = static_cast<const unsigned char*>(b_data);
  while (a_size > 0 && a[a_size - 1] == ' ') --a_size;
  while (b_size > 0 && b[b_size - 1] == ' ') --b_size;
  const int common = std::min(a_size, b_size);
  for (int i = 0; i < common; ++i) {
    int x = a[i], y = b[i];
    if (x == y) continue;
    if (x >= 'A' && x <= 'Z') x += 'a' - 'A';
    if (y >= 'A' && y <= 'Z') y += 'a' - 'A';
    if (x != y) return x - y;
  }
  return a_size - b_size;
}

struct Entry {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};

constexpr Entry kPure[] = {
    {"tsql_datetime", -1, ToDateTime},
    {"tsql_to_date", -1, ToDate},
    {"tsql_to_int", -1, ToInt},
    {"tsql_to_text", 3, ToText},
    {"tsql_len", 1, Len},
    {"tsql_upper", 1, Upper},
    {"tsql_lower", 1, Lower},
    {"tsql_left", 2, Left},
    {"tsql_right", 2, Right},
    {"tsql_substring", 3, Substring},
    {"tsql_charindex", -1, CharIndex},
    {"tsql_replicate", 2, Replicate},
    {"tsql_concat", -1, Concat},
    {"tsql_str", -1, Str},
    {"tsql_floor", 1, Floor},
    {"tsql_ceiling", 1, Ceiling},
    {"tsql_isnumeric", 1, IsNumeric},
    {"tsql_isdate", 1, IsDate},
    {"tsql_dateadd", 3, AddToDate},
    {"tsql_datediff", 3, DateDifference},
    {"tsql_datepart", 2, PartOfDate},
    {"tsql_datename", 2, NameOfPart},
    {"tsql_year", 1, YearOf},
    {"tsql_month", 1, MonthOf},
    {"tsql_day", 1, DayOf},
    {"tsql_eomonth", 1, EndOfMonth},
    {"tsql_datefromparts", 3, FromParts},
    {"tsql_like", -1, Like},
};

}  // namespace

void RegisterFunctions(Connection& connection) {
  sqlite3* handle = connection.handle();
  for (const Entry& entry : kPure) {
    sqlite3_create_function_v2(handle, entry.name, entry.arguments,
                               SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, entry.call, nullptr,
                               nullptr, nullptr);
  }
  sqlite3_create_function_v2(handle, "tsql_newid", 0, SQLITE_UTF8, nullptr, NewGuid, nullptr,
                             nullptr, nullptr);
  sqlite3_create_collation_v2(handle, "TSQL_CI", SQLITE_UTF8, nullptr, CompareText, nullptr);
  RegisterSessionFunctions(connection);
}

}  // namespace pons::best_practice::sandbox
