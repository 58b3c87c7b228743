// SPDX-License-Identifier: Apache-2.0
// Clinical data asked of a practice, on the memory vendor and a real store. Time is stepped;
// nothing sleeps.
#include "commands/clinical_engine.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "sync/practice_fixture.h"

namespace pons::commands {
namespace {

using memory::FaultKind;
using memory::Table;
using model::ClinicalKind;

class ClinicalEngineTest : public sync::PracticeFixture {
 protected:
  using Outcome = ClinicalBoard::Outcome;

  void SetUp() override {
    Give(NorthOnly());
    Has(ada_, "Asthma");
    engine_of_ = std::make_unique<ClinicalEngine>(*store_, book_, registry_, clock_, random_, log_,
                                                  nullptr, ClinicalOptions{.queue = 3});
  }
  void Has(const std::string& patient, const char* problem) {
    practice_->Add(Table::kHistory, {{"patient", patient}, {"problem", problem}});
  }
  ClinicalAsk AskFor(const std::string& patient, milliseconds patience = milliseconds(10'000)) {
    return {connection_.key, patient, ClinicalKind::kConditions, "", clock_.Now() + patience};
  }
  // Asks, and remembers what is told.
  void Ask(const ClinicalAsk& ask) {
    engine_of_->Ask(ask, [this](const Outcome& outcome) { told_.push_back(outcome); });
  }
  std::size_t Requests() {
    std::size_t lists = 0;
    for (const auto& entry : practice_->Journal()) {
      lists += entry.operation == memory::Operation::kList && entry.table == Table::kHistory;
    }
    return lists;
  }
  std::size_t SignIns() {
    std::size_t count = 0;
    for (const auto& entry : practice_->Journal()) {
      count += entry.operation == memory::Operation::kSignIn;
    }
    return count;
  }
  void Pause(bool paused) {
    connection_.paused = paused;
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
      tx.Update(connection_);
      return Ok();
    }));
  }

  std::vector<Outcome> told_;
  std::unique_ptr<ClinicalEngine> engine_of_;
};

TEST_F(ClinicalEngineTest, AnswersWithWhatThePracticeHoldsNow) {
  Ask(AskFor(ada_));
  EXPECT_TRUE(told_.empty()) << "the asker's thread does not wait for the practice";
  engine_of_->RunDue();
  ASSERT_EQ(told_.size(), 1u);
  ASSERT_TRUE(told_[0]) << told_[0].error().summary;
  EXPECT_EQ((*told_[0])->answer.items.size(), 1u);
  EXPECT_EQ((*told_[0])->as_of, clock_.Now());
  Has(ada_, "Eczema");
  Ask(AskFor(ada_));
  engine_of_->RunDue();
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_EQ((*told_[1])->answer.items.size(), 2u);
}

TEST_F(ClinicalEngineTest, EqualQuestionsAtOneTimeAreOneReading) {
  practice_->ClearJournal();
  for (int i = 0; i < 50; ++i) Ask(AskFor(ada_));
  Ask(AskFor(ben_));
  engine_of_->RunDue();
  EXPECT_EQ(told_.size(), 51u);
  for (const auto& outcome : told_) EXPECT_TRUE(outcome);
  EXPECT_EQ(Requests(), 2u);
}

TEST_F(ClinicalEngineTest, NobodyIsNotFound) {
  Ask(AskFor("nobody"));
  engine_of_->RunDue();
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].error().fault, Fault::kNotFound);
}

TEST_F(ClinicalEngineTest, WhoeverHasWaitedEnoughIsTold) {
  Ask(AskFor(ada_, milliseconds(3000)));
  Ask(AskFor(ada_, milliseconds(9000)));
  clock_.Step(milliseconds(4000));
  practice_->Plan({.kind = FaultKind::kUnavailable});
  engine_of_->RunDue();
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_EQ(told_[0].error().vendor_code, kAskTimedOut);
  EXPECT_EQ(told_[1].error().fault, Fault::kUnavailable);
}

TEST_F(ClinicalEngineTest, WhatNobodyWaitsForAnyMoreIsNotAsked) {
  Ask(AskFor(ada_, milliseconds(3000)));
  clock_.Step(milliseconds(4000));
  practice_->ClearJournal();
  engine_of_->RunDue();
  EXPECT_EQ(told_.size(), 1u);
  EXPECT_EQ(Requests(), 0u);
}

TEST_F(ClinicalEngineTest, TooManyQuestionsAtOnePracticeAreRefused) {
  for (const char* patient : {"a", "b", "c", "d"}) Ask(AskFor(patient));
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].error().fault, Fault::kUnavailable);
  engine_of_->RunDue();
  EXPECT_EQ(told_.size(), 4u);
}

TEST_F(ClinicalEngineTest, APausedPracticeIsNotAsked) {
  Pause(true);
  practice_->ClearJournal();
  Ask(AskFor(ada_));
  engine_of_->RunDue();
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].error().fault, Fault::kUnavailable);
  EXPECT_TRUE(practice_->Journal().empty());
}

TEST_F(ClinicalEngineTest, ARefusedPasswordIsTriedAgainWhenTimeHasPassedOrSettingsChange) {
  connection_.secrets_json = Sensitive<std::string>(R"({"password":"wrong"})");
  ++connection_.settings_revision;
  Pause(false);
  practice_->ClearJournal();
  for (int i = 0; i < 4; ++i) {
    Ask(AskFor(ada_));
    engine_of_->RunDue();
    clock_.Step(std::chrono::seconds(70));
    engine_of_->RunDue();
  }
  EXPECT_EQ(SignIns(), 1u);
  clock_.Step(std::chrono::minutes(1));
  Ask(AskFor(ada_));
  engine_of_->RunDue();
  EXPECT_EQ(SignIns(), 2u);
  ASSERT_EQ(told_.size(), 5u);
  for (const auto& outcome : told_) EXPECT_EQ(outcome.error().fault, Fault::kUnauthenticated);
  connection_.secrets_json = Sensitive<std::string>(R"({"password":"correct horse"})");
  ++connection_.settings_revision;
  Pause(false);
  Ask(AskFor(ada_));
  engine_of_->RunDue();
  ASSERT_EQ(told_.size(), 6u);
  EXPECT_TRUE(told_[5]);
}

TEST_F(ClinicalEngineTest, ASessionThatNobodyUsesIsClosed) {
  practice_->ClearJournal();
  Ask(AskFor(ada_));
  engine_of_->RunDue();
  Ask(AskFor(ben_));
  engine_of_->RunDue();
  EXPECT_EQ(SignIns(), 1u);
  clock_.Step(std::chrono::minutes(3));
  engine_of_->RunDue();
  Ask(AskFor(ada_));
  engine_of_->RunDue();
  EXPECT_EQ(SignIns(), 2u);
}

TEST_F(ClinicalEngineTest, OnlyWhatTheVendorDeclaresIsSupported) {
  EXPECT_TRUE(engine_of_->Supports(connection_.key, ClinicalKind::kConditions));
  const auto none = engine_of_->Supports(connection_.key, ClinicalKind::kAllergies);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().fault, Fault::kUnsupported);
  EXPECT_EQ(engine_of_->Supports(999, ClinicalKind::kConditions).error().fault, Fault::kNotFound);
}

TEST_F(ClinicalEngineTest, WhoeverWaitsWhenItStopsIsTold) {
  Ask(AskFor(ada_));
  engine_of_->Stop();
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].error().fault, Fault::kCancelled);
  Ask(AskFor(ada_));
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(ClinicalEngineTest, OnThreadsEverybodyIsAnsweredOnce) {
  engine_of_->Start();
  std::atomic<int> answers = 0;
  std::mutex mutex;
  std::condition_variable done;
  for (int i = 0; i < 40; ++i) {
    engine_of_->Ask(AskFor(i % 2 == 0 ? ada_ : ben_), [&](const Outcome& outcome) {
      EXPECT_TRUE(outcome);
      const std::lock_guard lock(mutex);
      ++answers;
      done.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(done.wait_for(lock, std::chrono::seconds(20), [&] { return answers == 40; }));
  lock.unlock();
  engine_of_->Stop();
}

}  // namespace
}  // namespace pons::commands
