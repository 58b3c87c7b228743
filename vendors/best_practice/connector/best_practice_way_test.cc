// SPDX-License-Identifier: Apache-2.0
// Opening hours, paces, what they cost, and the settings of the way through Halo Connect.
#include "vendors/best_practice/connector/best_practice_way.h"

#include <gtest/gtest.h>

#include "net/sql.h"
#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/halo_connect/connector/halo_access.h"

namespace pons::best_practice {
namespace {

using model::Stream;

LocalTime At(const char* day, int hour, int minute, int second = 0) {
  return LocalTime::At(*ParseDate(day), seconds(hour * 3600 + minute * 60 + second));
}

OpeningHours Hours(std::string_view text) {
  auto hours = OpeningHours::Parse(text);
  EXPECT_TRUE(hours) << hours.error().summary;
  return *hours;
}

TEST(BestPracticeHours, AreReadAsPeopleWriteThem) {
  const auto hours = Hours("Mon-Fri 08:00-18:00, Sat 08:00-12:00");
  EXPECT_FALSE(hours.OpenAt(At("2026-05-04", 7, 59, 59)));  // a Monday
  EXPECT_TRUE(hours.OpenAt(At("2026-05-04", 8, 0)));
  EXPECT_TRUE(hours.OpenAt(At("2026-05-08", 17, 59, 59)));
  EXPECT_FALSE(hours.OpenAt(At("2026-05-08", 18, 0)));
  EXPECT_TRUE(hours.OpenAt(At("2026-05-09", 11, 0)));
  EXPECT_FALSE(hours.OpenAt(At("2026-05-09", 12, 0)));
  EXPECT_FALSE(hours.OpenAt(At("2026-05-10", 10, 0)));
  EXPECT_EQ(hours.OnLongestDay(), std::chrono::hours(10));

  const auto odd = Hours(" sat-MON 20:00-24:00 ,Sat 07:30-09:00, sat 08:00-10:00");
  EXPECT_TRUE(odd.OpenAt(At("2026-05-10", 23, 59)));
  EXPECT_TRUE(odd.OpenAt(At("2026-05-09", 9, 30)));
  EXPECT_FALSE(odd.OpenAt(At("2026-05-10", 9, 30)));
  EXPECT_FALSE(odd.OpenAt(At("2026-05-12", 20, 0)));
  EXPECT_EQ(odd.OnLongestDay(), std::chrono::minutes(390)) << "what overlaps counts once";

  EXPECT_TRUE(Hours("").OpenAt(At("2026-05-10", 3, 0)));
  EXPECT_EQ(Hours(" ").OnLongestDay(), std::chrono::hours(24));
  for (const auto* wrong :
       {"Mon", "Mon-Fri", "08:00-18:00", "Mon 8:00-18:00", "Mon 08:00-25:00", "Mon 08:60-18:00",
        "Mon 18:00-08:00", "Mon 08:00-08:00", "Mon-Wed-Fri 08:00-18:00", "Mon 08:00",
        "Montag 08:00-18:00", "Mon 08:00-18:00,", "Mon 08:00-18:00-19:00", "Mon 24:01-24:02"}) {
    EXPECT_FALSE(OpeningHours::Parse(wrong)) << wrong;
  }
}

// The clock on the wall counts, on the day it changes too.
TEST(BestPracticeHours, StayWhereTheyAreWhenTheClocksChange) {
  const auto hours = Hours("Sun 02:00-04:00");
  const auto zone = *PracticeZone::Named("Australia/Sydney");
  const auto open = [&](const char* instant) {
    return hours.OpenAt(zone.ToLocal(*ParseInstant(instant)));
  };
  // 5 April 2026: 2:30 comes twice.
  EXPECT_TRUE(open("2026-04-04T15:30:00Z"));
  EXPECT_TRUE(open("2026-04-04T16:30:00Z"));
  EXPECT_TRUE(open("2026-04-04T17:30:00Z"));
  EXPECT_FALSE(open("2026-04-04T18:30:00Z"));
  // 4 October 2026: 2:00 is 3:00.
  EXPECT_FALSE(open("2026-10-03T15:59:59Z"));
  EXPECT_TRUE(open("2026-10-03T16:00:00Z"));
  EXPECT_FALSE(open("2026-10-03T17:00:00Z"));
}

halo_connect::Access Key() {
  halo_connect::Access access;
  access.url = "https://halo.example:8443/api";
  access.subscription_key = Sensitive<std::string>("not a real key");
  return access;
}

Settings Halo() {
  Settings settings;
  settings.Set("transport", "halo");
  settings.Set("halo_site_id", "12345");
  settings.SetSecret("halo_pairing_code", "ABC123");
  return settings;
}

constexpr char kGuid[] = "7d2c1f4e-0001-4000-8000-000000000001";

TEST(BestPracticeWay, HaloNeedsNoServerAndTheOperatorsKey) {
  const BestPracticeConnector with(Key());
  EXPECT_TRUE(with.Check(Halo()));
  EXPECT_TRUE(with.WayAvailable("halo"));
  const BestPracticeConnector without;
  EXPECT_TRUE(without.WayAvailable("odbc"));
  EXPECT_FALSE(without.WayAvailable("halo"));
  const auto refused = without.Check(Halo());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kMisconfigured);
  EXPECT_NE(refused.error().summary.find("transport"), std::string::npos);
  EXPECT_NE(refused.error().summary.find("operates this Pons"), std::string::npos);

  ASSERT_EQ(with.descriptor().hosts.size(), 2u);
  EXPECT_EQ(with.descriptor().hosts[1], "halo.example");
  EXPECT_EQ(without.descriptor().hosts.size(), 1u);
}

TEST(BestPracticeWay, WhatIsMissingOrWrongIsNamed) {
  const BestPracticeConnector connector(Key());
  const std::pair<const char*, const char*> wrong[] = {
      {"transport", "carrier pigeon"},
      {"halo_site_id", " "},
      {"halo_guid", "../7d2c"},
      {"halo_visit_seconds", "-1"},
      {"halo_other_seconds", "0"},
      {"halo_list_seconds", "soon"},
      {"halo_closed_seconds", "100000"},
      {"halo_watch", "maybe"},
      {"opening_hours", "in the morning"},
  };
  for (const auto& [key, value] : wrong) {
    auto settings = Halo();
    settings.Set(key, value);
    const auto checked = connector.Check(settings);
    ASSERT_FALSE(checked) << key;
    EXPECT_EQ(checked.error().fault, Fault::kMisconfigured);
    EXPECT_NE(checked.error().summary.find(key), std::string::npos) << checked.error().summary;
  }
  auto blind = Halo();
  blind.Set("halo_visit_seconds", "0");
  EXPECT_TRUE(connector.Check(blind));
  blind.Set("halo_watch", "off");
  EXPECT_FALSE(connector.Check(blind)) << "nothing would say that a visit has started";

  Settings unpaired;
  unpaired.Set("transport", "halo");
  unpaired.Set("halo_site_id", "12345");
  const auto checked = connector.Check(unpaired);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().summary.find("halo_pairing_code"), std::string::npos);
  unpaired.Set("halo_guid", kGuid);
  EXPECT_TRUE(connector.Check(unpaired)) << "paired before";
}

class BestPracticePairing : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  CancelToken cancel_;
  MemoryLogger log_;
  const SessionContext context_{SystemClock(),
                                nullptr,
                                nullptr,
                                random_,
                                cancel_,
                                log_,
                                *PracticeZone::Named("Australia/Sydney")};
};

TEST_F(BestPracticePairing, LeavingHaloForgetsWhatPairingTaught) {
  const BestPracticeConnector connector(Key());
  auto settings = Halo();
  settings.Set("transport", "odbc");
  settings.Set("server", "bpserver");
  settings.SetSecret("password", "not a real one");
  settings.Set("halo_guid", kGuid);
  const auto kept = connector.Pair(settings, context_);
  ASSERT_TRUE(kept) << kept.error().summary;
  EXPECT_EQ(kept->Text("halo_guid"), "");
  EXPECT_EQ(kept->Secret("halo_pairing_code"), nullptr);
  EXPECT_EQ(kept->Text("server"), "bpserver");
  ASSERT_NE(kept->Secret("password"), nullptr);
}

TEST_F(BestPracticePairing, IsNotAskedAgainWithoutACode) {
  const BestPracticeConnector connector(Key());
  Settings settings;
  settings.Set("transport", "halo");
  settings.Set("halo_site_id", "12345");
  const auto refused = connector.Pair(settings, context_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().summary.find("halo_pairing_code"), std::string::npos);
  settings.Set("halo_guid", kGuid);
  const auto kept = connector.Pair(settings, context_);
  ASSERT_TRUE(kept) << kept.error().summary;
  EXPECT_EQ(kept->Text("halo_guid"), kGuid);
  EXPECT_FALSE(BestPracticeConnector().Pair(settings, context_)) << "no key of the operator's";
  EXPECT_TRUE(BestPracticeConnector().Leave(settings, context_));
  EXPECT_EQ(connector.MakeSql(Halo(), context_), nullptr) << "not paired yet";
  EXPECT_FALSE(connector.Open(Halo(), context_));
  EXPECT_NE(connector.MakeSql(*kept, context_), nullptr);
}

TEST(BestPracticeWay, IntervalsFollowTheSettings) {
  const BestPracticeConnector connector(Key());
  Settings odbc;
  odbc.Set("server", "bpserver");
  odbc.SetSecret("password", "not a real one");
  odbc.Set("visit_poll_interval_ms", "700");
  odbc.Set("other_poll_interval_ms", "9000");
  EXPECT_EQ(connector.PollInterval(odbc, Stream::kEncounters), milliseconds(700));
  EXPECT_EQ(connector.PollInterval(odbc, Stream::kPatients), milliseconds(9000));
  EXPECT_EQ(connector.PollInterval(odbc, Stream::kLocations), seconds(60));

  auto halo = Halo();
  EXPECT_EQ(connector.PollInterval(halo, Stream::kEncounters), kGlance);
  EXPECT_EQ(connector.PollInterval(halo, Stream::kAppointments), kGlance);
  EXPECT_EQ(connector.PollInterval(halo, Stream::kLocations), seconds(3600));
  halo.Set("halo_visit_seconds", "5");
  EXPECT_EQ(connector.PollInterval(halo, Stream::kEncounters), seconds(5));
  halo.Set("halo_watch", "off");
  EXPECT_EQ(connector.PollInterval(halo, Stream::kAppointments), seconds(300));
  EXPECT_GT(connector.Settling(halo), connector.Settling(odbc));
}

Cost CostWith(std::initializer_list<std::pair<const char*, const char*>> given) {
  auto settings = Halo();
  for (const auto& [key, value] : given) settings.Set(key, value);
  const BestPracticeConnector connector(Key());
  const auto complete = CompleteSettings(settings, connector.descriptor().settings);
  EXPECT_TRUE(complete);
  const auto way = ReadWay(*complete);
  EXPECT_TRUE(way) << way.error().summary;
  return CostOf(*way);
}

TEST(BestPracticeWay, SaysWhatItCosts) {
  const auto usual = CostWith({});
  // 10 h of visits each 20 s, 10 h of two others each 300 s, 14 h of three each 1800 s, 24 lists.
  EXPECT_EQ(usual.quiet, 1800u + 240u + 84u + 24u * 10u);
  EXPECT_EQ(usual.watched, 1440u);
  EXPECT_GT(usual.busy, usual.quiet);
  EXPECT_LT(CostWith({{"halo_visit_seconds", "60"}}).quiet, usual.quiet);
  EXPECT_LT(CostWith({{"halo_visit_seconds", "0"}}).quiet, 1000u);
  EXPECT_GT(CostWith({{"opening_hours", ""}}).quiet, usual.quiet);
  EXPECT_EQ(CostWith({{"halo_watch", "off"}}).watched, 0u);

  const BestPracticeConnector connector(Key());
  const auto words = connector.CostWords(Halo());
  EXPECT_TRUE(words.starts_with("About 2,400 queries on a day that is open 10 hours")) << words;
  EXPECT_NE(words.find("1,440 runs"), std::string::npos) << words;
  Settings odbc;
  odbc.Set("server", "bpserver");
  EXPECT_EQ(connector.CostWords(odbc), "");
}

}  // namespace
}  // namespace pons::best_practice
