// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/datetime.h"

#include <gtest/gtest.h>

namespace pons::best_practice::sandbox {
namespace {

std::string Through(std::string_view text) {
  const auto value = ParseDateTime(text);
  return value ? FormatDateTime(*value) : "none";
}

TEST(DateTimeText, EveryFormThatSqlServerTakesForCertain) {
  EXPECT_EQ(Through("2026-11-22"), "2026-11-22 00:00:00.000");
  EXPECT_EQ(Through("20261122"), "2026-11-22 00:00:00.000");
  EXPECT_EQ(Through("2026-11-22T09:08:07"), "2026-11-22 09:08:07.000");
  EXPECT_EQ(Through(" 2026-11-22 09:08:07.5 "), "2026-11-22 09:08:07.500");
  EXPECT_EQ(Through("2026-11-22 09:08:07.1234567 +11:00"), "2026-11-22 09:08:07.123");
  EXPECT_EQ(Through(""), "1900-01-01 00:00:00.000");
  for (const char* bad :
       {"2026-13-01", "2026-02-30", "yesterday", "2026-11-22 24:00", "2026-11-22x", "22/11/2026"}) {
    EXPECT_EQ(Through(bad), "none") << bad;
  }
}

TEST(DateTimeText, CountsThreeHundredthsOfASecond) {
  EXPECT_EQ(Through("2026-01-01 00:00:00.001"), "2026-01-01 00:00:00.000");
  EXPECT_EQ(Through("2026-01-01 00:00:00.002"), "2026-01-01 00:00:00.003");
  EXPECT_EQ(Through("2026-01-01 00:00:00.006"), "2026-01-01 00:00:00.007");
  EXPECT_EQ(Through("2026-12-31 23:59:59.999"), "2027-01-01 00:00:00.000");
  // What was stored comes back as it was: a watermark compares equal to its row.
  for (int ms = 0; ms < 1000; ++ms) {
    char text[40];
    std::snprintf(text, sizeof text, "2026-11-22 09:08:07.%03d", ms);
    const std::string once = Through(text);
    EXPECT_EQ(Through(once), once);
  }
}

TEST(DateArithmetic, FollowsTheCalendar) {
  const DateTime leap = *ParseDateTime("2024-01-31 10:00:00");
  EXPECT_EQ(FormatDay(*DateAdd("month", 1, leap)), "2024-02-29");
  EXPECT_EQ(FormatDay(*DateAdd("yy", -1, *ParseDateTime("2024-02-29"))), "2023-02-28");
  EXPECT_EQ(FormatDateTime(*DateAdd("minute", -601, leap)), "2024-01-30 23:59:00.000");
  EXPECT_EQ(
      *DateDiff("day", *ParseDateTime("2026-11-21 23:59"), *ParseDateTime("2026-11-22 00:01")), 1);
  EXPECT_EQ(
      *DateDiff("hour", *ParseDateTime("2026-11-21 23:59"), *ParseDateTime("2026-11-22 00:01")), 1);
  EXPECT_EQ(*DateDiff("year", *ParseDateTime("2025-12-31"), *ParseDateTime("2026-01-01")), 1);
  EXPECT_EQ(*DatePart("weekday", *ParseDateTime("2026-11-22")), 1) << "a Sunday";
  EXPECT_FALSE(DateAdd("fortnight", 1, leap));
  EXPECT_FALSE(DateAdd("year", 20'000, leap));
  EXPECT_FALSE(DateAdd("day", 1'000'000'000'000, leap));
}

TEST(DateTimeText, UnixMillisBothWays) {
  EXPECT_EQ(FormatDateTime(DateTime::FromUnixMillis(0)), "1970-01-01 00:00:00.000");
  EXPECT_EQ(DateTime::FromUnixMillis(-1).UnixMillis(), -1);
}

}  // namespace
}  // namespace pons::best_practice::sandbox
