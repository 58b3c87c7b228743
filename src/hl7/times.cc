// SPDX-License-Identifier: Apache-2.0
#include "hl7/times.h"

#include <algorithm>

namespace pons::hl7 {
namespace {

// "2026-05-04T10:15:00+10:00" without its marks.
std::string Packed(std::string_view iso) {
  std::string out;
  for (std::size_t i = 0; i < iso.size(); ++i) {
    const bool mark = iso[i] == ':' || iso[i] == 'T' || (iso[i] == '-' && i < 10);
    if (!mark) out += iso[i];
  }
  return out;
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool InRange(std::string_view digits, int least, int most) {
  const int number = (digits[0] - '0') * 10 + (digits[1] - '0');
  return number >= least && number <= most;
}

std::size_t OffsetAt(std::string_view text) {
  return std::min(text.find_first_of("+-"), text.size());
}

}  // namespace

std::string Timestamp(Instant instant, const PracticeZone& zone) {
  return Packed(FormatInstantIn(instant, zone));
}

std::string TimestampUtc(Instant instant) {
  return Packed(FormatInstant(instant).substr(0, 19)) + "+0000";
}

std::string DayOf(Date date) { return Packed(FormatDate(date)); }

bool IsTimestamp(std::string_view text) {
  const auto offset = text.substr(OffsetAt(text));
  if (!offset.empty() && (offset.size() != 5 || !AllDigits(offset.substr(1)) ||
                          !InRange(offset.substr(1), 0, 14) || !InRange(offset.substr(3), 0, 59))) {
    return false;
  }
  auto reading = text.substr(0, OffsetAt(text));
  if (const auto dot = reading.find('.'); dot != std::string_view::npos) {
    const auto fraction = reading.substr(dot + 1);
    if (dot != 14 || fraction.empty() || fraction.size() > 4 || !AllDigits(fraction)) return false;
    reading = reading.substr(0, dot);
  }
  if (reading.size() < 4 || reading.size() > 14 || reading.size() % 2 != 0 || !AllDigits(reading)) {
    return false;
  }
  constexpr int kLeast[] = {1, 1, 0, 0, 0};
  constexpr int kMost[] = {12, 31, 23, 59, 59};
  for (std::size_t i = 0; 4 + 2 * i < reading.size(); ++i) {
    if (!InRange(reading.substr(4 + 2 * i), kLeast[i], kMost[i])) return false;
  }
  return true;
}

bool SaysItsOffset(std::string_view text) {
  return OffsetAt(text) <= 8 || OffsetAt(text) < text.size();
}

}  // namespace pons::hl7
