// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pons {
namespace {

PracticeZone Zone(const char* name) { return PracticeZone::Named(name).value(); }

LocalTime Local(const char* date, int hour, int minute) {
  return LocalTime::At(*ParseDate(date), std::chrono::hours(hour) + std::chrono::minutes(minute));
}

struct ZoneCase {
  const char* zone;
  const char* date;
  int hour, minute;
  Repeated repeated;
  const char* utc;
};

// The instants are those of the IANA database, written down by hand.
TEST(PracticeZone, WallClockBecomesTheInstantThatTheZoneMeans) {
  const std::vector<ZoneCase> cases = {
      // Sydney: +10, +11 from the first Sunday of October to the first Sunday of April, at 02:00.
      {"Australia/Sydney", "2026-07-01", 9, 0, Repeated::kFirst, "2026-06-30T23:00:00.000Z"},
      {"Australia/Sydney", "2026-12-01", 9, 0, Repeated::kFirst, "2026-11-30T22:00:00.000Z"},
      {"Australia/Sydney", "2026-10-04", 1, 59, Repeated::kFirst, "2026-10-03T15:59:00.000Z"},
      {"Australia/Sydney", "2026-10-04", 2, 30, Repeated::kFirst, "2026-10-03T16:30:00.000Z"},
      {"Australia/Sydney", "2026-10-04", 3, 0, Repeated::kFirst, "2026-10-03T16:00:00.000Z"},
      {"Australia/Sydney", "2026-04-05", 2, 30, Repeated::kFirst, "2026-04-04T15:30:00.000Z"},
      {"Australia/Sydney", "2026-04-05", 2, 30, Repeated::kSecond, "2026-04-04T16:30:00.000Z"},
      {"Australia/Sydney", "2026-04-05", 3, 0, Repeated::kSecond, "2026-04-04T17:00:00.000Z"},
      // Adelaide: a zone at a half hour.
      {"Australia/Adelaide", "2026-07-01", 9, 0, Repeated::kFirst, "2026-06-30T23:30:00.000Z"},
      {"Australia/Adelaide", "2026-12-01", 9, 0, Repeated::kFirst, "2026-11-30T22:30:00.000Z"},
      // Lord Howe: the clocks move by half an hour only.
      {"Australia/Lord_Howe", "2026-07-01", 9, 0, Repeated::kFirst, "2026-06-30T22:30:00.000Z"},
      {"Australia/Lord_Howe", "2026-12-01", 9, 0, Repeated::kFirst, "2026-11-30T22:00:00.000Z"},
      {"Australia/Lord_Howe", "2026-10-04", 2, 15, Repeated::kFirst, "2026-10-03T15:45:00.000Z"},
      {"Australia/Lord_Howe", "2026-04-05", 1, 45, Repeated::kFirst, "2026-04-04T14:45:00.000Z"},
      {"Australia/Lord_Howe", "2026-04-05", 1, 45, Repeated::kSecond, "2026-04-04T15:15:00.000Z"},
      // Brisbane never changes.
      {"Australia/Brisbane", "2026-12-01", 9, 0, Repeated::kFirst, "2026-11-30T23:00:00.000Z"},
      // New York: west of Greenwich, the other way round in the year.
      {"America/New_York", "2026-03-08", 2, 30, Repeated::kFirst, "2026-03-08T07:30:00.000Z"},
      {"America/New_York", "2026-11-01", 1, 30, Repeated::kFirst, "2026-11-01T05:30:00.000Z"},
      {"America/New_York", "2026-11-01", 1, 30, Repeated::kSecond, "2026-11-01T06:30:00.000Z"},
  };
  for (const auto& c : cases) {
    const auto instant = Zone(c.zone).ToInstant(Local(c.date, c.hour, c.minute), c.repeated);
    EXPECT_EQ(FormatInstant(instant), c.utc)
        << c.zone << ' ' << c.date << ' ' << c.hour << ':' << c.minute;
  }
}

TEST(PracticeZone, SkippedHourReadsTheSameDistanceAfterTheChange) {
  const auto sydney = Zone("Australia/Sydney");
  const auto instant = sydney.ToInstant(Local("2026-10-04", 2, 30));
  EXPECT_EQ(sydney.ToLocal(instant), Local("2026-10-04", 3, 30));
  const auto lord_howe = Zone("Australia/Lord_Howe");
  EXPECT_EQ(lord_howe.ToLocal(lord_howe.ToInstant(Local("2026-10-04", 2, 15))),
            Local("2026-10-04", 2, 45));
}

TEST(PracticeZone, EveryQuarterHourOfTwoYearsComesBack) {
  for (const char* name : {"Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe",
                           "America/New_York", "Australia/Perth", "Pacific/Auckland"}) {
    const auto zone = Zone(name);
    const auto end = *ParseInstant("2028-01-01T00:00:00Z");
    for (auto at = *ParseInstant("2026-01-01T00:00:00Z"); at < end;
         at += std::chrono::minutes(15)) {
      const auto local = zone.ToLocal(at);
      const bool found =
          zone.ToInstant(local) == at || zone.ToInstant(local, Repeated::kSecond) == at;
      ASSERT_TRUE(found) << name << ' ' << FormatInstant(at);
    }
  }
}

TEST(PracticeZone, InstantIsWrittenWithTheOffsetInForce) {
  const auto winter = *ParseInstant("2026-06-30T23:00:00Z");
  const auto summer = *ParseInstant("2026-11-30T22:00:00Z");
  EXPECT_EQ(FormatInstantIn(winter, Zone("Australia/Sydney")), "2026-07-01T09:00:00+10:00");
  EXPECT_EQ(FormatInstantIn(summer, Zone("Australia/Sydney")), "2026-12-01T09:00:00+11:00");
  EXPECT_EQ(FormatInstantIn(summer, Zone("Australia/Adelaide")), "2026-12-01T08:30:00+10:30");
  EXPECT_EQ(FormatInstantIn(summer, Zone("America/New_York")), "2026-11-30T17:00:00-05:00");
}

TEST(PracticeZone, UnknownNameIsAMisconfigurationThatNamesTheCure) {
  for (const char* name : {"Sydney", "", "Australia/Sidney", "../../etc/passwd", "AEST+10"}) {
    const auto zone = PracticeZone::Named(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().fault, Fault::kMisconfigured);
    EXPECT_NE(zone.error().summary.find("Australia/Sydney"), std::string::npos);
  }
}

TEST(LocalTime, KeepsDayAndTime) {
  const auto reading = Local("2026-02-28", 23, 59);
  EXPECT_EQ(FormatDate(reading.day()), "2026-02-28");
  EXPECT_EQ(FormatDate(LocalTime::At(*ParseDate("2026-02-28"), std::chrono::hours(24)).day()),
            "2026-03-01");
  EXPECT_EQ(FormatDate(LocalTime::At(*ParseDate("1900-01-01"), seconds(0)).day()), "1900-01-01");
}

TEST(Date, AcceptsOnlyDaysThatExist) {
  for (const char* text : {"2024-02-29", "1900-01-01", "2026-12-31", "0001-01-01"}) {
    const auto date = ParseDate(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(FormatDate(*date), text);
  }
  for (const char* text : {"2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-32",
                           "2026-1-1", "20260101", "2026-01-01 ", " 2026-01-01", "2026/01/01",
                           "-026-01-01", "2026-+1-01", "", "2026-01"}) {
    EXPECT_FALSE(ParseDate(text)) << text;
  }
}

TEST(Instant, ReadsWhatFhirWrites) {
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-03-09T04:05:06Z")), "2026-03-09T04:05:06.000Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-03-09T04:05:06.7Z")), "2026-03-09T04:05:06.700Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-03-09T04:05:06.123456Z")),
            "2026-03-09T04:05:06.123Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-03-09T15:05:06+11:00")), "2026-03-09T04:05:06.000Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("2026-03-08T23:35:06-04:30")), "2026-03-09T04:05:06.000Z");
  EXPECT_EQ(FormatInstant(*ParseInstant("1969-12-31T23:59:59.999Z")), "1969-12-31T23:59:59.999Z");
}

TEST(Instant, RefusesWhatHasNoZoneOrIsNoTime) {
  for (const char* text :
       {"2026-03-09T04:05:06", "2026-03-09", "2026-03-09T24:00:00Z", "2026-03-09T04:60:00Z",
        "2026-03-09 04:05:06Z", "2026-03-09T04:05:06ZZ", "2026-03-09T04:05:06+1100",
        "2026-03-09T04:05:06+11:", "2026-02-30T04:05:06Z", "2026-03-09T04:05:6Z000", ""}) {
    EXPECT_FALSE(ParseInstant(text)) << text;
  }
}

TEST(Instant, MillisecondsComeBack) {
  for (const std::int64_t millis :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1792000000123}}) {
    EXPECT_EQ(ToMillis(FromMillis(millis)), millis);
    EXPECT_EQ(ToMillis(*ParseInstant(FormatInstant(FromMillis(millis)))), millis);
  }
}

}  // namespace
}  // namespace pons
