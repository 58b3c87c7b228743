// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_hours.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace pons::best_practice {
namespace {

constexpr std::chrono::seconds kDay{86400};

std::optional<std::size_t> DayNamed(std::string_view name) {
  constexpr std::string_view kDays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  for (std::size_t i = 0; i < std::size(kDays); ++i) {
    if (EqualsIgnoringAsciiCase(Trim(name), kDays[i])) return i;
  }
  return std::nullopt;
}

// "08:00"; "24:00" is the end of the day.
std::optional<std::chrono::seconds> TimeNamed(std::string_view text) {
  text = Trim(text);
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int digits[4] = {};
  std::size_t at = 0;
  for (const std::size_t i : {0u, 1u, 3u, 4u}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits[at++] = text[i] - '0';
  }
  const int minute = digits[2] * 10 + digits[3];
  const std::chrono::seconds time((digits[0] * 10 + digits[1]) * 3600 + minute * 60);
  if (minute > 59 || time > kDay) return std::nullopt;
  return time;
}

Error Unreadable(std::string_view entry, std::string_view why) {
  return MakeError(Fault::kRejected, "\"" + std::string(Trim(entry)) + "\" " + std::string(why) +
                                         "; write it as in \"Mon-Fri 08:00-18:00, Sat "
                                         "08:00-12:00\"");
}

}  // namespace

Result<OpeningHours> OpeningHours::Parse(std::string_view text) {
  OpeningHours hours;
  hours.always_ = Trim(text).empty();
  if (hours.always_) return hours;
  for (const auto entry : Split(text, ',')) {
    const auto bare = Trim(entry);
    const auto digit = bare.find_first_of("0123456789");
    if (digit == std::string_view::npos) return Unreadable(entry, "names no times");
    const auto days = Split(Trim(bare.substr(0, digit)), '-');
    const auto times = Split(bare.substr(digit), '-');
    const auto first = DayNamed(days.front());
    const auto last = DayNamed(days.back());
    if (days.size() > 2 || !first || !last) return Unreadable(entry, "names no day");
    if (times.size() != 2) return Unreadable(entry, "is no range of times");
    const auto from = TimeNamed(times[0]);
    const auto to = TimeNamed(times[1]);
    if (!from || !to) return Unreadable(entry, "is no range of times");
    if (*from >= *to) return Unreadable(entry, "ends before it begins");
    for (auto day = *first;; day = (day + 1) % 7) {
      hours.days_[day].push_back({*from, *to});
      if (day == *last) break;
    }
  }
  return hours;
}

bool OpeningHours::OpenAt(LocalTime time) const {
  if (always_) return true;
  const auto midnight = std::chrono::floor<std::chrono::days>(time.reading);
  const std::chrono::weekday day{std::chrono::sys_days(midnight)};
  const auto second = time.reading - midnight;
  const auto& ranges = days_[day.c_encoding()];
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return range.from <= second && second < range.to; });
}

std::chrono::seconds OpeningHours::OnLongestDay() const {
  if (always_) return kDay;
  std::chrono::seconds longest{0};
  for (auto ranges : days_) {
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.from < b.from; });
    std::chrono::seconds sum{0}, reached{0};
    for (const auto& range : ranges) {
      const auto from = std::max(range.from, reached);
      if (range.to > from) sum += range.to - from;
      reached = std::max(reached, range.to);
    }
    longest = std::max(longest, sum);
  }
  return longest;
}

}  // namespace pons::best_practice
