// SPDX-License-Identifier: Apache-2.0
// When a charged question is asked, and that nothing is missed where the registered query fails.
#include "vendors/best_practice/connector/best_practice_hints.h"

#include <gtest/gtest.h>

#include <map>

#include "base/clock_fake.h"

namespace pons::best_practice {
namespace {

using halo_connect::Sight;
using model::Stream;

struct Script {
  Sight::Kind next = Sight::Kind::kUnchanged;
  bool fails = false;
  int looks = 0;
};

class ScriptedWatcher final : public ChangeWatcher {
 public:
  explicit ScriptedWatcher(Script& script) : script_(script) {}
  Result<Sight> Look(Instant) override {
    ++script_.looks;
    if (script_.fails) return MakeError(Fault::kUnavailable, "Halo does not answer");
    Sight sight;
    sight.kind = script_.next;
    if (script_.next == Sight::Kind::kChanged) script_.next = Sight::Kind::kUnchanged;
    return sight;
  }

 private:
  Script& script_;
};

class BestPracticeHints : public ::testing::Test {
 protected:
  void Make(bool watch = true, bool called = false) {
    way_.halo = true;
    way_.watch = watch;
    std::unique_ptr<ChangeWatcher> watcher;
    if (watch) watcher = std::make_unique<ScriptedWatcher>(script_);
    hints_ = std::make_unique<Hints>(way_, called, std::move(watcher), context_);
  }
  // Asks as the core does, each stream at its own interval, for a while; counts what is let
  // through.
  std::map<Stream, int> Run(seconds time, bool called = false) {
    std::map<Stream, Instant> due;
    std::map<Stream, int> looks;
    const auto end = clock_.Now() + time;
    for (; clock_.Now() < end; clock_.Step(seconds(1))) {
      for (const auto stream : {Stream::kEncounters, Stream::kAppointments, Stream::kLocations}) {
        auto at = due.try_emplace(stream, clock_.Now()).first;
        if (clock_.Now() < at->second) continue;
        at->second += IntervalOf(way_, called, stream);
        if (!hints_->Due(stream, {})) continue;
        ++looks[stream];
        hints_->Done(stream);
      }
    }
    return looks;
  }

  FakeClock clock_{*ParseInstant("2026-05-04T00:00:00Z")};  // a Monday, ten in the morning there
  SeededRandom random_{1};
  CancelToken cancel_;
  MemoryLogger log_;
  const SessionContext context_{
      clock_, nullptr, nullptr, random_, cancel_, log_, *PracticeZone::Named("Australia/Sydney")};
  Way way_;
  Script script_;
  std::unique_ptr<Hints> hints_;
};

TEST_F(BestPracticeHints, PacesHoldWhileNothingChanges) {
  Make();
  auto looks = Run(std::chrono::hours(1));
  EXPECT_EQ(looks[Stream::kEncounters], 180);
  EXPECT_EQ(looks[Stream::kAppointments], 12);
  EXPECT_EQ(looks[Stream::kLocations], 1);
  EXPECT_NEAR(script_.looks, 360, 1);
}

TEST_F(BestPracticeHints, AChangeIsLookedAtAtOnceAndOnce) {
  way_.paces.visits = seconds(0);
  Make();
  Run(seconds(60));
  EXPECT_TRUE(Run(seconds(60)).empty());
  script_.next = Sight::Kind::kChanged;
  auto looks = Run(seconds(20));
  EXPECT_EQ(looks[Stream::kEncounters], 1);
  EXPECT_EQ(looks[Stream::kAppointments], 1);
  EXPECT_EQ(looks.count(Stream::kLocations), 0u);
  EXPECT_TRUE(Run(seconds(60)).empty());
}

TEST_F(BestPracticeHints, AFailedReadingIsDueAgain) {
  way_.paces.visits = seconds(0);
  Make();
  Run(seconds(60));
  script_.next = Sight::Kind::kChanged;
  clock_.Step(seconds(10));
  EXPECT_TRUE(hints_->Due(Stream::kEncounters, {}));
  clock_.Step(seconds(10));
  EXPECT_TRUE(hints_->Due(Stream::kEncounters, {})) << "nobody said that it was read";
  hints_->Done(Stream::kEncounters);
  clock_.Step(seconds(10));
  EXPECT_FALSE(hints_->Due(Stream::kEncounters, {}));
}

TEST_F(BestPracticeHints, WhoeverAsksSoonerIsAnswered) {
  way_.paces.visits = seconds(0);
  Make(true, true);
  EXPECT_TRUE(hints_->Due(Stream::kEncounters, {}));
  hints_->Done(Stream::kEncounters);
  clock_.Step(seconds(60));
  EXPECT_FALSE(hints_->Due(Stream::kEncounters, {}));
  clock_.Step(seconds(7));
  EXPECT_TRUE(hints_->Due(Stream::kEncounters, {})) << "Halo has called";
  hints_->Done(Stream::kEncounters);
  clock_.Step(seconds(60));
  EXPECT_FALSE(hints_->Due(Stream::kEncounters, {}));
}

// With the registered query gone visits are looked at every minute, and the log says so once.
TEST_F(BestPracticeHints, NothingIsMissedWithoutTheRegisteredQuery) {
  way_.paces.visits = seconds(0);
  Make();
  script_.fails = true;
  auto looks = Run(std::chrono::minutes(10));
  EXPECT_EQ(looks[Stream::kEncounters], 10) << "the first at once, then from the second minute on";
  EXPECT_EQ(looks[Stream::kAppointments], 2);
  script_.fails = false;
  script_.next = Sight::Kind::kNotRunning;
  EXPECT_EQ(Run(std::chrono::minutes(10))[Stream::kEncounters], 10);
  const auto warned = [this] {
    int count = 0;
    const auto text = log_.text();
    for (std::size_t at = 0; (at = text.find("own pace", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(warned(), 1);
  script_.next = Sight::Kind::kUnchanged;
  EXPECT_LE(Run(std::chrono::minutes(10))[Stream::kEncounters], 1);
  EXPECT_EQ(warned(), 1);
}

TEST_F(BestPracticeHints, WhileClosedItLooksRarely) {
  way_.hours = *OpeningHours::Parse("Tue 08:00-18:00");
  for (const bool watch : {true, false}) {
    Make(watch);
    auto looks = Run(std::chrono::hours(1));
    EXPECT_EQ(looks[Stream::kEncounters], 2) << watch;
    EXPECT_EQ(looks[Stream::kAppointments], 2) << watch;
  }
  Make();
  Run(seconds(30));
  script_.next = Sight::Kind::kChanged;
  EXPECT_EQ(Run(seconds(20))[Stream::kEncounters], 1) << "but what is announced is looked at";
}

TEST_F(BestPracticeHints, WithoutAWatchWhoeverAsksKeepsThePace) {
  Make(false);
  auto looks = Run(std::chrono::hours(1));
  EXPECT_EQ(looks[Stream::kEncounters], 180);
  EXPECT_EQ(looks[Stream::kAppointments], 12);
  EXPECT_EQ(looks[Stream::kLocations], 1);
  EXPECT_EQ(script_.looks, 0);
}

TEST(BestPracticeChangeMark, NamesEveryColumnOnce) {
  const auto watch = ChangeWatch();
  EXPECT_TRUE(watch.statement.parameters.empty()) << "they are fixed when it is registered";
  EXPECT_EQ(watch.statement.columns.size(), 6u);
  for (const auto column : watch.statement.columns) {
    EXPECT_NE(watch.statement.text.find(" AS " + std::string(column)), std::string::npos);
  }
  EXPECT_GE(watch.frequency, seconds(60));
  EXPECT_LE(watch.duration, seconds(86400));
}

}  // namespace
}  // namespace pons::best_practice
