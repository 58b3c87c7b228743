// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <date/tz.h>

#include <charconv>
#include <cstdio>

namespace pons {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

const date::time_zone& Zone(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

bool TwoDigits(std::string_view text, std::size_t at, int& out) {
  if (at + 2 > text.size()) return false;
  const auto* first = text.data() + at;
  return first[0] >= '0' && first[0] <= '9' &&
         std::from_chars(first, first + 2, out).ptr == first + 2;
}

}  // namespace

LocalTime LocalTime::At(Date day, seconds since_midnight) {
  return {std::chrono::time_point<std::chrono::system_clock, seconds>(
      sys_days(day).time_since_epoch() + since_midnight)};
}

Date LocalTime::day() const { return Date(std::chrono::floor<days>(reading)); }

Result<PracticeZone> PracticeZone::Named(std::string_view iana_name) {
  try {
    return PracticeZone(std::string(iana_name), date::locate_zone(std::string(iana_name)));
  } catch (const std::exception&) {
    return MakeError(Fault::kMisconfigured, "unknown time zone \"" + std::string(iana_name) +
                                                "\"; use an IANA name such as Australia/Sydney");
  }
}

Instant PracticeZone::ToInstant(LocalTime local, Repeated repeated) const {
  const date::local_seconds reading(local.reading.time_since_epoch());
  const auto info = Zone(zone_).get_info(reading);
  // For the skipped hour `first` is the offset in force before the change, which carries the
  // reading the same distance past it.
  const auto offset = info.result == date::local_info::ambiguous && repeated == Repeated::kSecond
                          ? info.second.offset
                          : info.first.offset;
  return Instant(reading.time_since_epoch() - offset);
}

LocalTime PracticeZone::ToLocal(Instant instant) const {
  const auto whole = std::chrono::floor<seconds>(instant);
  return {std::chrono::time_point<std::chrono::system_clock, seconds>(whole.time_since_epoch() +
                                                                      OffsetAt(instant))};
}

seconds PracticeZone::OffsetAt(Instant instant) const {
  return Zone(zone_).get_info(std::chrono::floor<seconds>(instant)).offset;
}

std::string FormatDate(Date date) {
  char text[16];
  const int length =
      std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return std::string(text, static_cast<std::size_t>(length));
}

std::string FormatInstant(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const auto rest = (instant - day).count();
  char text[24];
  const int length =
      std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%03dZ", static_cast<int>(rest / 3600000),
                    static_cast<int>(rest / 60000 % 60), static_cast<int>(rest / 1000 % 60),
                    static_cast<int>(rest % 1000));
  return FormatDate(Date(day)) + std::string(text, static_cast<std::size_t>(length));
}

std::string FormatInstantIn(Instant instant, const PracticeZone& zone) {
  const auto local = zone.ToLocal(instant);
  const auto rest = (local.reading - sys_days(local.day())).count();
  const auto offset = zone.OffsetAt(instant).count();
  const auto size = offset < 0 ? -offset : offset;
  char text[40];
  const int length = std::snprintf(text, sizeof text, "T%02d:%02d:%02d%c%02d:%02d",
                                   static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),
                                   static_cast<int>(rest % 60), offset < 0 ? '-' : '+',
                                   static_cast<int>(size / 3600), static_cast<int>(size / 60 % 60));
  return FormatDate(local.day()) + std::string(text, static_cast<std::size_t>(length));
}

std::optional<Date> ParseDate(std::string_view text) {
  int hundreds = 0, years = 0, month = 0, day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !TwoDigits(text, 0, hundreds) ||
      !TwoDigits(text, 2, years) || !TwoDigits(text, 5, month) || !TwoDigits(text, 8, day)) {
    return std::nullopt;
  }
  const Date date(std::chrono::year(hundreds * 100 + years),
                  std::chrono::month(static_cast<unsigned>(month)),
                  std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<Instant> ParseInstant(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  const auto day = ParseDate(text.substr(0, 10));
  int hour = 0, minute = 0, second = 0;
  if (!day || text[10] != 'T' || !TwoDigits(text, 11, hour) || text[13] != ':' ||
      !TwoDigits(text, 14, minute) || text[16] != ':' || !TwoDigits(text, 17, second)) {
    return std::nullopt;
  }
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::size_t at = 19;
  int millis = 0;
  if (text[at] == '.') {
    int scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      millis += (text[at] - '0') * scale;
    }
  }
  int sign = 0, zone_hour = 0, zone_minute = 0;
  if (at + 1 == text.size() && text[at] == 'Z') {
    sign = 0;
  } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') &&
             TwoDigits(text, at + 1, zone_hour) && text[at + 3] == ':' &&
             TwoDigits(text, at + 4, zone_minute)) {
    sign = text[at] == '+' ? 1 : -1;
  } else {
    return std::nullopt;
  }
  return Instant(sys_days(*day)) + std::chrono::hours(hour - sign * zone_hour) +
         std::chrono::minutes(minute - sign * zone_minute) + std::chrono::seconds(second) +
         milliseconds(millis);
}

}  // namespace pons
