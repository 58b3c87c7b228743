// SPDX-License-Identifier: Apache-2.0
// The three kinds of time, and dates. They never turn into one another by accident:
//   Instant       a point in time, milliseconds, UTC
//   LocalTime     a wall-clock reading without a zone, as most vendors send it
//   PracticeZone  the practice's IANA time zone, the only way from one to the other
//   Date          a calendar day; a birth date is one, and never an instant
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pons {

using std::chrono::milliseconds;
using std::chrono::seconds;

using Date = std::chrono::year_month_day;

// A wall-clock reading without a zone, to the second.
struct LocalTime {
  std::chrono::time_point<std::chrono::system_clock, seconds> reading{};

  static LocalTime At(Date day, seconds since_midnight);
  Date day() const;
  auto operator<=>(const LocalTime&) const = default;
};

// What to do with an hour that happens twice when the clocks go back.
enum class Repeated : std::uint8_t { kFirst, kSecond };

// A named IANA zone. Cheap to copy; the zone database outlives every PracticeZone.
class PracticeZone {
 public:
  // Unknown names give Fault::kMisconfigured.
  static Result<PracticeZone> Named(std::string_view iana_name);

  const std::string& name() const { return name_; }

  // A reading in the hour that is skipped when the clocks go forward means the same distance after
  // the change (02:30 on that day is 03:30). One in the hour that happens twice means the
  // occurrence asked for.
  Instant ToInstant(LocalTime local, Repeated repeated = Repeated::kFirst) const;
  LocalTime ToLocal(Instant instant) const;
  seconds OffsetAt(Instant instant) const;

 private:
  explicit PracticeZone(std::string name, const void* zone) : name_(std::move(name)), zone_(zone) {}

  std::string name_;
  const void* zone_;  // date::time_zone; the library's header is slow to compile and stays inside
};

// "2026-03-09T04:05:06.789Z". Always milliseconds, always Z.
std::string FormatInstant(Instant instant);
// "2026-03-09T15:05:06+11:00": the same moment as read on the practice's clock.
std::string FormatInstantIn(Instant instant, const PracticeZone& zone);
// "2026-03-09".
std::string FormatDate(Date date);

// Accepts FHIR instants: date, time with seconds and optional fraction, Z or +hh:mm.
std::optional<Instant> ParseInstant(std::string_view text);
// Accepts YYYY-MM-DD of a day that exists.
std::optional<Date> ParseDate(std::string_view text);

inline std::int64_t ToMillis(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant FromMillis(std::int64_t millis) { return Instant(milliseconds(millis)); }

}  // namespace pons
