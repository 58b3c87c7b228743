// SPDX-License-Identifier: Apache-2.0
#include "base/log_ring.h"

#include <gtest/gtest.h>

#include "base/clock_fake.h"

namespace pons {
namespace {

TEST(LogRing, TakesALineApartAsItWasPutTogether) {
  MemoryLogger under;
  FakeClock clock{*ParseInstant("2026-03-09T04:05:06Z")};
  LogRing ring(under, clock);
  ring.Warn("webhook is switched off",
            {{"webhook", "w-1"}, {"cause", "it said \"no\" = never"}, {"empty", ""}, {"n", 3}});
  const auto lines = ring.Find({});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].message, "webhook is switched off");
  EXPECT_EQ(lines[0].level, LogLevel::kWarn);
  EXPECT_EQ(lines[0].at, clock.Now());
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"webhook", "w-1"}, {"cause", "it said \"no\" = never"}, {"empty", ""}, {"n", "3"}};
  EXPECT_EQ(lines[0].fields, fields);
  EXPECT_NE(under.text().find("webhook=w-1"), std::string::npos);
}

TEST(LogRing, KeepsTheNewestAndFindsByLevelWordsAndNumber) {
  MemoryLogger under;
  FakeClock clock{Instant{}};
  LogRing ring(under, clock, 3);
  ring.Debug("quiet");
  ring.Info("one");
  ring.Error("two", {{"connection", "Harbour"}});
  ring.Info("three");
  ring.Info("four");
  const auto all = ring.Find({});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].message, "four");
  EXPECT_EQ(all[2].message, "two");
  EXPECT_EQ(ring.Find({.least = LogLevel::kError}).size(), 1u);
  EXPECT_EQ(ring.Find({.words = "HARBOUR"}).size(), 1u);
  EXPECT_TRUE(ring.Find({.words = "one"}).empty()) << "fell out";
  EXPECT_EQ(ring.Find({.before = all[0].number, .limit = 1}).at(0).message, "three");
}

}  // namespace
}  // namespace pons
