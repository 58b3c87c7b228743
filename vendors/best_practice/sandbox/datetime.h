// SPDX-License-Identifier: Apache-2.0
// SQL Server's DATETIME as the sandbox stores it: text "YYYY-MM-DD HH:MM:SS.mmm", which sorts as
// the moments do. DATETIME counts 1/300 s, so the last digit is always 0, 3 or 7: a value that a
// client reads and sends back must compare equal to the one stored.
// DATE is "YYYY-MM-DD". All pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pons::best_practice::sandbox {

// A reading of the server's wall clock: days since 1900-01-01 (may be negative) and 100 ns ticks of
// the day, which is what DATETIME2 can hold.
struct DateTime {
  std::int32_t days = 0;
  std::int64_t ticks = 0;  // 100 ns, [0, 864e9)

  static constexpr std::int64_t kTicksPerDay = 864'000'000'000;
  static constexpr std::int64_t kTicksPerMs = 10'000;
  static DateTime FromUnixMillis(std::int64_t millis);  // of the wall clock, no zone applied
  std::int64_t UnixMillis() const;
};

// Reads every form that SQL Server's default language takes for certain: "2026-11-22", "20261122",
// with a time after a blank or T, fractions to 7 digits, an optional zone (ignored). A text of only
// blanks is 1900-01-01, as there.
std::optional<DateTime> ParseDateTime(std::string_view text);

std::string FormatDateTime(DateTime value);  // rounded to 1/300 s
std::string FormatDay(DateTime value);       // "YYYY-MM-DD"
std::string FormatDateTime2(DateTime value, int digits = 7);

struct CalendarDay {
  int year = 1900;
  int month = 1;
  int day = 1;
};
CalendarDay ToCalendar(std::int32_t days_since_1900);
// Nullopt where there is no such day, or the year is outside 1..9999.
std::optional<std::int32_t> FromCalendar(int year, int month, int day);
// Monday 0 … Sunday 6.
int WeekdayOf(std::int32_t days_since_1900);

// DATEADD, DATEDIFF and DATEPART for the parts year, quarter, month, day, week, hour, minute,
// second, millisecond and their short names. Nullopt for a part that is unknown or a result outside
// the calendar.
std::optional<DateTime> DateAdd(std::string_view part, std::int64_t number, DateTime value);
std::optional<std::int64_t> DateDiff(std::string_view part, DateTime from, DateTime to);
std::optional<std::int64_t> DatePart(std::string_view part, DateTime value);

}  // namespace pons::best_practice::sandbox
