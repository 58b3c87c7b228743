// SPDX-License-Identifier: Apache-2.0
// What becomes of a command when the practice fails in every way it can: on planned answers.
#include <gtest/gtest.h>

#include "commands/engine.h"
#include "commands/person.h"
#include "commands/scripted_connector.h"
#include "commands/terms.h"
#include "sync/practice_fixture.h"

namespace pons::commands {
namespace {

using model::Stream;

class FailuresTest : public sync::PracticeFixture {
 protected:
  void SetUp() override {
    auto grant = NorthOnly();
    grant.switches.take_bookings = grant.switches.reports_out = true;
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) {
      grant.key = tx.Insert(grant);
      return Ok();
    }));
    grant_ = grant;
    scripted_.Add(connector_under_test_);
    Start();
  }
  // As after a crash, or the first time.
  void Start() {
    desk_.reset();
    desk_ =
        std::make_unique<CommandEngine>(*store_, book_, scripted_, clock_, random_, log_, nullptr);
  }
  void Run(milliseconds time = milliseconds(10000)) {
    const Instant until = clock_.Now() + time;
    for (int round = 0; round < 10000; ++round) {
      const auto next = desk_->RunDue();
      if (!next || *next > until) break;
      if (*next > clock_.Now()) clock_.Step(*next - clock_.Now());
    }
    if (clock_.Now() < until) clock_.Step(until - clock_.Now());
  }

  Submission Ask(const std::string& key, const std::string& patient) {
    model::BookAppointment book;
    book.patient = {Stream::kPatients, patient};
    book.practitioner = {Stream::kPractitioners, nguyen_};
    book.location = {Stream::kLocations, north_};
    book.start = clock_.Now() + std::chrono::hours(24);
    book.length = std::chrono::minutes(15);
    Submission out;
    out.connection = connection_.key;
    out.grant = grant_.key;
    out.app = app_;
    out.body = book;
    out.idempotency_key = key;
    out.patient = IdOf(Stream::kPatients, patient);
    return out;
  }
  Submission Send(const std::string& key) {
    model::AttachDocument document;
    document.document_id = "doc-" + key;
    document.patient = {Stream::kPatients, ada_};
    Submission out = Ask(key, ada_);
    out.body = document;
    out.content = std::make_shared<const std::string>("%PDF-1.7");
    return out;
  }
  std::string Submit(const Submission& submission) {
    const auto submitted = desk_->Submit(submission);
    EXPECT_TRUE(submitted) << submitted.error().summary;
    return submitted ? submitted->command.id : std::string();
  }
  std::string Book(const std::string& key, const std::string& patient) {
    return Submit(Ask(key, patient));
  }
  store::CommandRow Row(const std::string& id) {
    return store_->OpenReader().value()->Command(id).value().value();
  }
  std::vector<store::CommandStep> StepsOf(const std::string& id) {
    return store_->OpenReader().value()->CommandSteps(id).value();
  }
  State StateIn(const std::string& id) { return StateOf(Row(id)); }
  static Error Failing(Fault fault, Effect effect) {
    Error error = MakeError(fault, "planned");
    error.effect = effect;
    return error;
  }
  void Plan(Fault fault, Effect effect, bool happens) {
    script_.replies.push_back({Failing(fault, effect), happens});
  }
  int LinesWith(std::string_view words) {
    int lines = 0;
    const auto text = log_.text();
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
      ++lines;
    }
    return lines;
  }

  Script script_;
  ScriptedConnector connector_under_test_{connector_, script_};
  Registry scripted_;
  std::unique_ptr<CommandEngine> desk_;
};

TEST_F(FailuresTest, EveryFaultWithoutEffectIsFinalOrTriedAgain) {
  struct Case {
    Fault fault;
    State at_once;
    State in_the_end;
  };
  constexpr Case kCases[] = {
      {Fault::kUnauthenticated, State::kAccepted, State::kConfirmed},
      {Fault::kForbidden, State::kAccepted, State::kConfirmed},
      {Fault::kMisconfigured, State::kAccepted, State::kConfirmed},
      {Fault::kNotFound, State::kRejected, State::kRejected},
      {Fault::kConflict, State::kRejected, State::kRejected},
      {Fault::kRejected, State::kRejected, State::kRejected},
      {Fault::kUnsupported, State::kRejected, State::kRejected},
      {Fault::kRateLimited, State::kAccepted, State::kConfirmed},
      {Fault::kUnavailable, State::kAccepted, State::kConfirmed},
      {Fault::kProtocol, State::kAccepted, State::kConfirmed},
      {Fault::kCursorExpired, State::kAccepted, State::kConfirmed},
      {Fault::kInternal, State::kRejected, State::kRejected},
  };
  for (const auto& c : kCases) {
    const auto before = script_.AllEffects();
    Plan(c.fault, Effect::kNone, false);
    const auto id = Book(std::string("k-") + std::string(FaultName(c.fault)), ada_);
    desk_->RunDue();
    EXPECT_EQ(StateName(StateIn(id)), StateName(c.at_once)) << FaultName(c.fault);
    Run(milliseconds(120000));
    EXPECT_EQ(StateName(StateIn(id)), StateName(c.in_the_end)) << FaultName(c.fault);
    const bool done = c.in_the_end == State::kConfirmed;
    EXPECT_EQ(script_.AllEffects() - before, done ? 1 : 0) << FaultName(c.fault);
    EXPECT_EQ(Row(id).attempts, done ? 2 : 1) << FaultName(c.fault);
    EXPECT_EQ(Row(id).reason.empty(), done) << FaultName(c.fault);
  }
  EXPECT_EQ(script_.Asked("find"), 0);
}

TEST_F(FailuresTest, EveryFaultOfUnknownEffectIsLookedUpBeforeAnythingElse) {
  for (int fault = 0; fault <= static_cast<int>(Fault::kInternal); ++fault) {
    for (const bool happens : {true, false}) {
      script_.journal.clear();
      const auto before = script_.AllEffects();
      Plan(static_cast<Fault>(fault), Effect::kUnknown, happens);
      const auto id = Book("k" + std::to_string(fault) + (happens ? "y" : "n"), ada_);
      desk_->RunDue();
      EXPECT_EQ(StateIn(id), State::kInDoubt) << fault;
      // Not before the vendor's settling time is over.
      clock_.Step(connector_.descriptor().can.settling - milliseconds(1));
      desk_->RunDue();
      EXPECT_EQ(script_.Asked("find"), 0);
      Run();
      EXPECT_EQ(StateIn(id), State::kConfirmed) << fault;
      EXPECT_EQ(script_.AllEffects() - before, 1) << fault;
      EXPECT_EQ(script_.Asked("apply"), happens ? 1 : 2) << fault;
      ASSERT_GE(script_.journal.size(), 2u);
      EXPECT_TRUE(script_.journal[1].starts_with("find"));
    }
  }
}

// Where a lost request may take effect for long: what has happened is soon known, and what has not
// is sent again only when it cannot happen any more.
TEST_F(FailuresTest, AnEffectIsLookedForBeforeASlowVendorHasSettled) {
  for (const bool happens : {true, false}) {
    script_.journal.clear();
    script_.settling = std::chrono::seconds(90);
    const auto before = script_.AllEffects();
    Plan(Fault::kUnavailable, Effect::kUnknown, happens);
    const auto id = Book(happens ? "there" : "not there", ada_);
    desk_->RunDue();
    clock_.Step(std::chrono::seconds(3));
    desk_->RunDue();
    EXPECT_EQ(script_.Asked("find"), 1);
    EXPECT_EQ(StateIn(id) == State::kInDoubt, !happens);
    clock_.Step(std::chrono::seconds(86));
    desk_->RunDue();
    EXPECT_EQ(script_.Asked("find"), 1);
    EXPECT_EQ(script_.Asked("apply"), 1);
    Run();
    EXPECT_EQ(StateIn(id), State::kConfirmed);
    EXPECT_EQ(script_.AllEffects() - before, 1);
    EXPECT_EQ(script_.Asked("apply"), happens ? 1 : 2);
  }
}

TEST_F(FailuresTest, WhatIsFoundAsBeingSentAtTheStartIsLookedUp) {
  const auto id = Book("k1", ada_);
  auto row = Row(id);
  row.state = static_cast<int>(State::kSending);
  row.attempts = 1;
  row.first_sent = row.last_sent = clock_.Now();
  row.expires.reset();
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    tx.Save(row);
    return Ok();
  }));
  script_.effects[ReferenceOf(id)] = 1;  // it had arrived
  Start();
  desk_->RunDue();
  EXPECT_EQ(StateIn(id), State::kInDoubt);
  Run();
  EXPECT_EQ(StateIn(id), State::kConfirmed);
  EXPECT_EQ(script_.Asked("apply"), 0);
}

TEST_F(FailuresTest, WithoutEvidenceAPersonIsAskedAndOnlyTheLaneWaits) {
  Plan(Fault::kUnavailable, Effect::kUnknown, true);
  Trace cannot;
  cannot.kind = Trace::Kind::kCannotTell;
  cannot.evidence = "the diary holds two that look alike";
  script_.traces.emplace_back(cannot);
  const auto first = Book("k1", ada_);
  const auto same_patient = Book("k2", ada_);
  const auto other_patient = Book("k3", ben_);
  Run();
  EXPECT_EQ(StateIn(first), State::kNeedsPerson);
  EXPECT_EQ(Row(first).evidence, cannot.evidence);
  EXPECT_EQ(StateIn(same_patient), State::kAccepted);
  EXPECT_EQ(StateIn(other_patient), State::kConfirmed);

  const auto names = book_.Current().value();
  EXPECT_FALSE(ResolveByPerson(*store_, *names, other_patient, {true, "1", "Kim", ""}));
  // What was made cannot be guessed.
  EXPECT_FALSE(ResolveByPerson(*store_, *names, first, {true, "", "Kim", ""}));
  ASSERT_TRUE(ResolveByPerson(*store_, *names, first, {true, "4711", "Kim", "seen in the diary"}));
  Run();
  EXPECT_EQ(StateIn(first), State::kConfirmed);
  EXPECT_EQ(Row(first).result.id, "4711");
  EXPECT_EQ(StateIn(same_patient), State::kConfirmed);
  EXPECT_EQ(script_.effects.at(ReferenceOf(first)), 1);
  bool told = false;
  for (const auto& step : StepsOf(first)) {
    told |= step.note == "Kim: seen in the diary";
  }
  EXPECT_TRUE(told);
}

TEST_F(FailuresTest, APersonsNoSendsItAgainWhileThereIsTime) {
  for (const bool in_time : {true, false}) {
    Plan(Fault::kUnavailable, Effect::kUnknown, false);
    Trace cannot;
    cannot.kind = Trace::Kind::kCannotTell;
    script_.traces.emplace_back(cannot);
    const auto id = Book(in_time ? "k1" : "k2", ada_);
    Run();
    ASSERT_EQ(StateIn(id), State::kNeedsPerson);
    if (!in_time) clock_.Step(std::chrono::hours(2));
    ASSERT_TRUE(ResolveByPerson(*store_, *book_.Current().value(), id, {false, "", "Kim", ""}));
    Run();
    EXPECT_EQ(StateIn(id), in_time ? State::kConfirmed : State::kExpired);
    EXPECT_EQ(script_.effects.count(ReferenceOf(id)), in_time ? 1u : 0u);
  }
}

TEST_F(FailuresTest, WhatWasInDoubtWhenTheGrantEndedIsNotSentAgain) {
  for (const bool revoked : {false, true}) {
    Plan(Fault::kUnavailable, Effect::kUnknown, false);
    const auto id = Book(revoked ? "k2" : "k1", ada_);
    desk_->RunDue();
    ASSERT_EQ(StateIn(id), State::kInDoubt);
    auto grant = grant_;
    if (revoked) {
      grant.revoked = true;
    } else {
      grant.switches.take_bookings = false;
    }
    Change(grant);
    Run();
    EXPECT_EQ(StateIn(id), State::kCancelled);
    EXPECT_EQ(Row(id).attempts, 1);
    grant.switches.take_bookings = true;
    Change(grant);
  }
  EXPECT_EQ(script_.AllEffects(), 0);
}

TEST_F(FailuresTest, LookingForTheEffectIsPatientWhileThePracticeIsAway) {
  Plan(Fault::kUnavailable, Effect::kUnknown, true);
  for (int i = 0; i < 5; ++i)
    script_.traces.emplace_back(Failing(Fault::kUnavailable, Effect::kNone));
  const auto id = Book("k1", ada_);
  Run(milliseconds(60000));
  EXPECT_EQ(StateIn(id), State::kConfirmed);
  EXPECT_EQ(script_.Asked("find"), 6);
  EXPECT_EQ(script_.AllEffects(), 1);
}

TEST_F(FailuresTest, ARefusedSignInWaitsAMinuteAndSaysSoOnce) {
  script_.closed = MakeError(Fault::kUnauthenticated, "the password is refused");
  const auto id = Book("k1", ada_);
  Run(milliseconds(59000));
  EXPECT_EQ(script_.opened, 1);
  EXPECT_EQ(StateIn(id), State::kAccepted);
  EXPECT_EQ(Row(id).reason, "the password is refused");
  auto health = store_->OpenReader().value()->HealthOfWrites(connection_.key).value();
  EXPECT_EQ(health.state, store::ReadState::kAttention);
  EXPECT_EQ(health.cause, "the password is refused");
  Run(milliseconds(180000));
  EXPECT_LE(script_.opened, 5);
  script_.closed.reset();
  Run(milliseconds(61000));
  EXPECT_EQ(StateIn(id), State::kConfirmed);
  health = store_->OpenReader().value()->HealthOfWrites(connection_.key).value();
  EXPECT_EQ(health.state, store::ReadState::kActive);
  EXPECT_EQ(LinesWith("writing to a connection does not work"), 1);
  EXPECT_EQ(LinesWith("writing to a connection works again"), 1);
}

TEST_F(FailuresTest, AFolderThatCannotBeWrittenKeepsNoBookingWaiting) {
  Plan(Fault::kForbidden, Effect::kNone, false);
  const auto report = Submit(Send("r1"));
  const auto booking = Book("k1", ben_);
  desk_->RunDue();
  EXPECT_EQ(StateIn(report), State::kAccepted);
  EXPECT_EQ(StateIn(booking), State::kConfirmed);
  EXPECT_EQ(desk_->health().at(connection_.key).state, store::ReadState::kAttention);
  Run(milliseconds(61000));
  EXPECT_EQ(StateIn(report), State::kConfirmed);
  EXPECT_EQ(desk_->health().at(connection_.key).state, store::ReadState::kActive);
}

TEST_F(FailuresTest, TooFastIsSilenceUntilTheTimeThatWasSaid) {
  Error slow = Failing(Fault::kRateLimited, Effect::kNone);
  slow.retry_at = clock_.Now() + seconds(30);
  script_.replies.push_back({slow, false});
  Book("k1", ada_);
  Book("k2", ben_);
  Run(milliseconds(29000));
  EXPECT_EQ(script_.Asked("apply"), 1);
  Run(milliseconds(3000));
  EXPECT_EQ(script_.AllEffects(), 2);
}

TEST_F(FailuresTest, AnImporterThatStandsStillIsShownAndForgottenWhenItRuns) {
  Confirmation waiting;
  waiting.kind = Confirmation::Kind::kWaiting;
  waiting.note = "importer not running: the file lies there after 15 minutes";
  waiting.needs_attention = true;
  waiting.look_again = clock_.Now() + seconds(20);
  script_.confirmations.emplace_back(waiting);
  const auto id = Submit(Send("r1"));
  const auto booking = Book("k1", ada_);  // the same lane
  std::vector<State> told;
  desk_->WhenSettled(id, clock_.Now() + seconds(10),
                     [&](const CommandView& view) { told.push_back(view.state); });
  desk_->RunDue();
  EXPECT_EQ(StateIn(id), State::kApplied);
  EXPECT_EQ(told, std::vector<State>{State::kApplied});
  EXPECT_EQ(Row(id).reason, waiting.note);
  EXPECT_EQ(StateIn(booking), State::kConfirmed);
  EXPECT_EQ(desk_->health().at(connection_.key).cause, waiting.note);
  Run(milliseconds(21000));
  EXPECT_EQ(StateIn(id), State::kConfirmed);
  EXPECT_EQ(desk_->health().at(connection_.key).state, store::ReadState::kActive);
}

TEST_F(FailuresTest, WhatIsTakenUpAndRefusedHasFailed) {
  Confirmation failed;
  failed.kind = Confirmation::Kind::kFailed;
  failed.note = "no such patient at the importer";
  script_.confirmations.emplace_back(failed);
  const auto id = Submit(Send("r1"));
  Run();
  EXPECT_EQ(StateIn(id), State::kFailed);
  EXPECT_EQ(Row(id).reason, failed.note);
  EXPECT_TRUE(Row(id).ended);
}

TEST_F(FailuresTest, ReadingBackIsTriedUntilItSucceedsAndNothingIsSentAgain) {
  for (const auto fault : {Fault::kUnavailable, Fault::kNotFound, Fault::kProtocol}) {
    script_.confirmations.emplace_back(Failing(fault, Effect::kNone));
  }
  const auto id = Book("k1", ada_);
  desk_->RunDue();
  EXPECT_EQ(StateIn(id), State::kApplied);
  Run(milliseconds(60000));
  EXPECT_EQ(StateIn(id), State::kConfirmed);
  EXPECT_EQ(script_.Asked("apply"), 1);
  EXPECT_EQ(script_.Asked("confirm"), 4);
}

TEST_F(FailuresTest, OneLaneKeepsItsOrderWhateverFails) {
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    if (i % 3 == 0) Plan(Fault::kUnavailable, Effect::kNone, false);
    if (i % 5 == 0) Plan(Fault::kUnavailable, Effect::kUnknown, i % 2 == 0);
    expected.push_back(ReferenceOf(Book("k" + std::to_string(i), ada_)));
  }
  Run(milliseconds(600000));
  EXPECT_EQ(script_.order, expected);
}

TEST_F(FailuresTest, ARetryNowDoesNotWaitForTheNextTry) {
  Plan(Fault::kProtocol, Effect::kNone, false);
  const auto id = Book("k1", ada_);
  desk_->RunDue();
  ASSERT_EQ(StateIn(id), State::kAccepted);
  ASSERT_GT(Row(id).due, clock_.Now());
  ASSERT_TRUE(RetryNow(*store_, id, "Kim"));
  desk_->RunDue();
  EXPECT_EQ(StateIn(id), State::kConfirmed);
  EXPECT_FALSE(RetryNow(*store_, id, "Kim"));
  EXPECT_FALSE(RetryNow(*store_, "nothing", "Kim"));
}

TEST_F(FailuresTest, HistoryTellsEveryStep) {
  Plan(Fault::kUnavailable, Effect::kUnknown, true);
  const auto id = Book("k1", ada_);
  Run();
  std::string life;
  for (const auto& step : StepsOf(id)) {
    if (!life.empty()) life += " ";
    life += step.event < 0 ? "accepted" : std::string(EventName(static_cast<Event>(step.event)));
  }
  EXPECT_EQ(life, "accepted send unclear effect-found read-back");
}

}  // namespace
}  // namespace pons::commands
