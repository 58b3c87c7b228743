// SPDX-License-Identifier: Apache-2.0
// FHIR date search values: a prefix, and a date of any precision as the interval it covers.
#include <array>
#include <charconv>

#include "api/search_params.h"

namespace pons::api {
namespace {

using store::Comparison;

struct Prefix {
  std::string_view text;
  Comparison comparison;
};
constexpr std::array<Prefix, 8> kPrefixes = {{{"eq", Comparison::kEq},
                                              {"ne", Comparison::kNe},
                                              {"gt", Comparison::kGt},
                                              {"lt", Comparison::kLt},
                                              {"ge", Comparison::kGe},
                                              {"le", Comparison::kLe},
                                              {"sa", Comparison::kSa},
                                              {"eb", Comparison::kEb}}};

// Takes exactly `digits` digits off the front.
std::optional<int> TakeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int n = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    n = n * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return n;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute;

struct Interval {
  std::int64_t low;
  std::int64_t high;
};

// "Z", "+hh:mm" or nothing (UTC): what to take off a reading to get UTC, in ms.
std::optional<std::int64_t> TakeZone(std::string_view& text) {
  if (text.empty() || Take(text, 'Z')) return 0;
  const bool behind = text.starts_with('-');
  // A '+' that nobody escaped arrives as a blank.
  if (!behind && !text.starts_with('+') && !text.starts_with(' ')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = TakeNumber(text, 2);
  if (!hours || *hours > 14 || !Take(text, ':')) return std::nullopt;
  const auto minutes = TakeNumber(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::int64_t offset = *hours * kHour + *minutes * kMinute;
  return behind ? -offset : offset;
}

std::optional<Interval> TimeOfDay(std::string_view text, std::int64_t midnight) {
  const auto hour = TakeNumber(text, 2);
  if (!hour || *hour > 24 || !Take(text, ':')) return std::nullopt;
  const auto minute = TakeNumber(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t low = midnight + *hour * kHour + *minute * kMinute;
  std::int64_t width = kMinute;
  if (Take(text, ':')) {
    const auto second = TakeNumber(text, 2);
    if (!second || *second > 59) return std::nullopt;
    low += *second * kSecond;
    width = kSecond;
    if (Take(text, '.')) {
      std::int64_t scale = 100;
      width = kSecond;
      bool any = false;
      while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        if (scale > 0) {
          low += (text[0] - '0') * scale;
          width = scale;
        }
        scale /= 10;
        any = true;
        text.remove_prefix(1);
      }
      if (!any) return std::nullopt;
    }
  }
  const auto offset = TakeZone(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Interval{low - *offset, low - *offset + width};
}

std::int64_t Midnight(std::chrono::year_month_day day) {
  return ToMillis(Instant(std::chrono::sys_days(day)));
}

std::optional<Interval> ReadInterval(std::string_view text) {
  const auto year = TakeNumber(text, 4);
  if (!year || *year < 1) return std::nullopt;
  const std::chrono::year y(*year);
  using std::chrono::January;
  if (text.empty()) {
    return Interval{Midnight(y / January / 1), Midnight((y + std::chrono::years(1)) / January / 1)};
  }
  if (!Take(text, '-')) return std::nullopt;
  const auto month = TakeNumber(text, 2);
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  const std::chrono::year_month ym(y, std::chrono::month(static_cast<unsigned>(*month)));
  if (text.empty()) {
    return Interval{Midnight(ym / 1), Midnight((ym + std::chrono::months(1)) / 1)};
  }
  if (!Take(text, '-')) return std::nullopt;
  const auto day = TakeNumber(text, 2);
  if (!day) return std::nullopt;
  const auto date = ym / std::chrono::day(static_cast<unsigned>(*day));
  if (!date.ok()) return std::nullopt;
  const std::int64_t midnight = Midnight(date);
  if (text.empty()) return Interval{midnight, midnight + 24 * kHour};
  if (!Take(text, 'T')) return std::nullopt;
  return TimeOfDay(text, midnight);
}

}  // namespace

std::optional<store::Moment> ParseMoment(std::string_view text, Instant now) {
  store::Moment moment;
  const bool approximately = text.starts_with("ap");
  if (approximately) {
    text.remove_prefix(2);
  } else {
    for (const auto& prefix : kPrefixes) {
      if (text.starts_with(prefix.text)) {
        moment.comparison = prefix.comparison;
        text.remove_prefix(2);
        break;
      }
    }
  }
  const auto interval = ReadInterval(text);
  if (!interval) return std::nullopt;
  moment.low = interval->low;
  moment.high = interval->high;
  if (approximately) {
    // FHIR's recommendation: a tenth of the distance between then and now.
    const std::int64_t middle = moment.low + (moment.high - moment.low) / 2;
    const std::int64_t distance =
        ToMillis(now) > middle ? ToMillis(now) - middle : middle - ToMillis(now);
    moment.low -= distance / 10;
    moment.high += distance / 10;
  }
  return moment;
}

}  // namespace pons::api
