// SPDX-License-Identifier: Apache-2.0
// The whole way of a command, on the memory vendor and a real store: handed in, sent, read back,
// told. Time is stepped; nothing sleeps.
#include "commands/engine.h"

#include "commands/terms.h"
#include "sync/practice_fixture.h"

namespace pons::commands {
namespace {

using memory::FaultKind;
using memory::Table;
using model::Stream;

class CommandEngineTest : public sync::PracticeFixture {
 protected:
  void SetUp() override {
    auto grant = NorthOnly();
    grant.mode = store::GrantMode::kAll;
    grant.all_locations_to = "app-north";
    grant.switches.take_bookings = true;
    grant.switches.patients_out = true;
    grant.switches.reports_out = true;
    Give(grant);
    MakeDesk();
  }

  void MakeDesk() {
    desk_.reset();
    desk_ = std::make_unique<CommandEngine>(*store_, book_, registry_, clock_, random_, log_,
                                            nullptr, options_);
  }
  // Lets everything due within `time` happen.
  void Run(milliseconds time = milliseconds(5000)) {
    const Instant until = clock_.Now() + time;
    for (int round = 0; round < 10000; ++round) {
      const auto next = desk_->RunDue();
      if (!next || *next > until) break;
      if (*next > clock_.Now()) clock_.Step(*next - clock_.Now());
    }
    if (clock_.Now() < until) clock_.Step(until - clock_.Now());
  }

  Submission Booking(const std::string& key, const char* start, const std::string& patient) {
    model::BookAppointment book;
    book.patient = {Stream::kPatients, patient};
    book.practitioner = {Stream::kPractitioners, nguyen_};
    book.location = {Stream::kLocations, north_};
    book.service = {Stream::kHealthcareServices, skin_};
    book.start = ParseInstant(start).value();
    book.length = std::chrono::minutes(15);
    Submission out;
    out.connection = connection_.key;
    out.grant = grant_.key;
    out.app = app_;
    out.body = book;
    out.idempotency_key = key;
    out.request_hash = "hash of " + key;
    out.patient = IdOf(Stream::kPatients, patient);
    return out;
  }
  Submission NewPerson(const std::string& key, const char* family) {
    model::CreatePatient create;
    create.patient.names = {{"official", "", "Grace", "", family}};
    create.patient.birth_date = ParseDate("1990-05-06");
    Submission out = Booking(key, "2026-03-10T00:00:00Z", ada_);
    out.body = create;
    out.patient = {};
    return out;
  }
  Submission Report(const std::string& key, std::string bytes) {
    model::AttachDocument document;
    document.document_id = "doc-" + key;
    document.patient = {Stream::kPatients, ada_};
    document.author = {Stream::kPractitioners, nguyen_};
    document.title = "Timeline";
    document.content_type = "application/pdf";
    document.date = clock_.Now();
    Submission out = Booking(key, "2026-03-10T00:00:00Z", ada_);
    out.body = document;
    out.content = std::make_shared<const std::string>(std::move(bytes));
    return out;
  }

  std::string Submit(const Submission& submission) {
    const auto submitted = desk_->Submit(submission);
    EXPECT_TRUE(submitted) << submitted.error().summary;
    return submitted ? submitted->command.id : std::string();
  }
  CommandView View(const std::string& id) {
    const auto view = desk_->Find(app_, id);
    EXPECT_TRUE(view && *view) << id;
    return view && *view ? **view : CommandView{};
  }
  std::string StateOfCommand(const std::string& id) {
    return std::string(StateName(View(id).state));
  }
  std::string TaskOf(const std::string& id) {
    const auto reader = store_->OpenReader().value();
    const auto record =
        reader->Get(book_.Current().value()->OfApp(app_), Stream::kTasks, id).value();
    return record && record->body ? *record->body : std::string();
  }
  std::size_t Effects() {
    std::size_t n = 0;
    for (const auto& effect : practice_->Effects()) n += effect.happened ? 1 : 0;
    return n;
  }

  CommandOptions options_;
  std::unique_ptr<CommandEngine> desk_;
};

TEST_F(CommandEngineTest, ABookingIsSentReadBackAndTold) {
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  EXPECT_EQ(StateOfCommand(id), "accepted");
  EXPECT_NE(TaskOf(id).find("\"status\":\"requested\""), std::string::npos) << TaskOf(id);
  Run();
  const auto view = View(id);
  EXPECT_EQ(view.state, State::kConfirmed) << view.reason;
  EXPECT_EQ(view.attempts, 1);
  EXPECT_EQ(Effects(), 1u);
  ASSERT_FALSE(view.result.empty());
  const auto reader = store_->OpenReader().value();
  const auto record =
      reader->Get(book_.Current().value()->OfApp(app_), Stream::kAppointments, view.result.value)
          .value();
  ASSERT_TRUE(record && record->body);
  EXPECT_NE(TaskOf(id).find("\"status\":\"completed\""), std::string::npos) << TaskOf(id);
  EXPECT_NE(TaskOf(id).find("Appointment/" + view.result.value), std::string::npos);
  const auto told = Told();
  EXPECT_EQ(std::count(told.begin(), told.end(), "appointment.created"), 1);
  // What sync reads later is the same record: nothing is told again.
  const auto body = *record->body;
  Settle();
  const auto again =
      reader->Get(book_.Current().value()->OfApp(app_), Stream::kAppointments, view.result.value)
          .value();
  EXPECT_EQ(*again->body, body);
}

TEST_F(CommandEngineTest, TheSameKeyIsTheSameCommandAndAnotherBodyIsRefused) {
  const auto booking = Booking("k1", "2026-03-10T00:00:00Z", ada_);
  const auto id = Submit(booking);
  auto again = desk_->Submit(booking);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->command.id, id);
  Run();
  EXPECT_EQ(Effects(), 1u);
  again = desk_->Submit(booking);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->command.state, State::kConfirmed);
  auto other = booking;
  other.request_hash = "another";
  const auto refused = desk_->Submit(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().vendor_code, "idempotency-key-reused");
  EXPECT_FALSE(desk_->FindByKey(app_, "k1", "another"));
  EXPECT_TRUE(desk_->FindByKey(app_, "k1", booking.request_hash)->has_value());
  EXPECT_FALSE(desk_->FindByKey(app_ + 1, "k1", "another")->has_value());
}

TEST_F(CommandEngineTest, ATakenTimeIsRejectedWithTheNearestFreeOnes) {
  Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  const auto second = Submit(Booking("k2", "2026-03-10T00:00:00Z", ben_));
  Run();
  const auto view = View(second);
  EXPECT_EQ(view.state, State::kRejected);
  EXPECT_EQ(view.fault, Fault::kConflict);
  ASSERT_EQ(view.alternatives.size(), 5u);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_LT(view.alternatives[i - 1].start, view.alternatives[i].start);
  }
  const auto wanted = ParseInstant("2026-03-10T00:00:00Z").value();
  for (const auto& slot : view.alternatives) {
    EXPECT_NE(slot.start, wanted);
    EXPECT_LE(std::chrono::abs(slot.start - wanted), std::chrono::minutes(60));
  }
}

TEST_F(CommandEngineTest, ManyLosersOfOneTimeCostOneReadingOfTheDiary) {
  for (int i = 0; i < 50; ++i) {
    Submit(Booking("k" + std::to_string(i), "2026-03-10T00:00:00Z", i % 2 ? ada_ : ben_));
  }
  practice_->ClearJournal();
  Run(milliseconds(900));
  std::size_t readings = 0;
  for (const auto& entry : practice_->Journal()) {
    readings += entry.operation == memory::Operation::kFree ? 1 : 0;
  }
  EXPECT_EQ(Effects(), 1u);
  EXPECT_EQ(readings, 1u);
}

TEST_F(CommandEngineTest, ALostAnswerIsLookedUpAndNotSentAgain) {
  practice_->Plan({FaultKind::kDropAnswer, 0, 0, 1});
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  desk_->RunDue();
  EXPECT_EQ(StateOfCommand(id), "in-doubt");
  EXPECT_NE(TaskOf(id).find("in-doubt"), std::string::npos);
  Run(milliseconds(20000));
  EXPECT_EQ(StateOfCommand(id), "confirmed");
  EXPECT_EQ(View(id).attempts, 1);
  EXPECT_EQ(Effects(), 1u);
}

TEST_F(CommandEngineTest, ALostRequestIsLookedUpAndSentOnceMore) {
  practice_->Plan({FaultKind::kDropRequest, 0, 0, 1});
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  Run(milliseconds(20000));
  EXPECT_EQ(StateOfCommand(id), "confirmed");
  EXPECT_EQ(View(id).attempts, 2);
  EXPECT_EQ(Effects(), 1u);
}

TEST_F(CommandEngineTest, WhereNoTraceIsLeftAPersonIsAskedAndTheirWordCounts) {
  practice_->Plan({FaultKind::kForget, 1, 0, 1});
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  Run(milliseconds(20000));
  const auto view = View(id);
  EXPECT_TRUE(view.state == State::kNeedsPerson || view.state == State::kConfirmed);
  EXPECT_EQ(Effects(), 1u);
}

TEST_F(CommandEngineTest, AnOutageDelaysAndLosesNothing) {
  practice_->Plan({FaultKind::kUnavailable, 0, 0, 5});
  const auto first = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  const auto second = Submit(Booking("k2", "2026-03-10T01:00:00Z", ben_));
  Run(milliseconds(60000));
  EXPECT_EQ(StateOfCommand(first), "confirmed");
  EXPECT_EQ(StateOfCommand(second), "confirmed");
  EXPECT_EQ(Effects(), 2u);
  EXPECT_EQ(desk_->health().at(connection_.key).state, store::ReadState::kActive);
}

TEST_F(CommandEngineTest, WhatCannotBeSentInTimeExpiresAndWasNeverSent) {
  practice_->Plan({FaultKind::kUnavailable, 0, 0, 100000});
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  Run(milliseconds(3601000));
  EXPECT_EQ(StateOfCommand(id), "expired");
  EXPECT_EQ(Effects(), 0u);
  EXPECT_NE(TaskOf(id).find("\"status\":\"failed\""), std::string::npos);
}

TEST_F(CommandEngineTest, ARevokedGrantSendsNothingMore) {
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  auto grant = grant_;
  grant.switches.take_bookings = false;
  Change(grant);
  Run();
  EXPECT_EQ(StateOfCommand(id), "cancelled");
  EXPECT_EQ(Effects(), 0u);
  EXPECT_FALSE(desk_->Submit(Booking("k2", "2026-03-10T00:00:00Z", ada_)));
}

TEST_F(CommandEngineTest, ARevocationStopsWhatWaitsAndSaysWhy) {
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  auto grant = grant_;
  grant.revoked = true;
  Change(grant);
  Run();
  EXPECT_EQ(StateOfCommand(id), "cancelled");
  EXPECT_EQ(View(id).reason, "the practice has revoked this app's grant");
  EXPECT_EQ(Effects(), 0u);
}

TEST_F(CommandEngineTest, WhatIsTakenBackInTimeIsNotSent) {
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  EXPECT_FALSE(desk_->Withdraw(app_ + 1, id));
  const auto view = desk_->Withdraw(app_, id);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->state, State::kCancelled);
  Run();
  EXPECT_EQ(Effects(), 0u);
  const auto late = desk_->Withdraw(app_, id);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, Fault::kConflict);
}

TEST_F(CommandEngineTest, AWaiterIsToldOnceAtTheEndOrWhenItsTimeIsOver) {
  const auto id = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  std::vector<State> told;
  const auto tell = [&](const CommandView& view) { told.push_back(view.state); };
  desk_->WhenSettled(id, clock_.Now() + seconds(10), tell);
  EXPECT_TRUE(told.empty());
  Run();
  EXPECT_EQ(told, std::vector<State>{State::kConfirmed});
  desk_->WhenSettled(id, clock_.Now() + seconds(10), tell);
  EXPECT_EQ(told.size(), 2u);
  practice_->Plan({FaultKind::kUnavailable, 0, 0, 100000});
  const auto other = Submit(Booking("k2", "2026-03-11T00:00:00Z", ada_));
  desk_->WhenSettled(other, clock_.Now() + seconds(2), tell);
  Run();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[2], State::kAccepted);
}

TEST_F(CommandEngineTest, ANewPatientIsTheAppsAndTheSamePersonIsMadeOnce) {
  const auto first = Submit(NewPerson("k1", "Hopper"));
  const auto second = Submit(NewPerson("k2", "Hopper"));
  Run();
  EXPECT_EQ(StateOfCommand(first), "confirmed");
  EXPECT_EQ(StateOfCommand(second), "confirmed");
  EXPECT_FALSE(View(first).existed);
  EXPECT_TRUE(View(second).existed);
  EXPECT_EQ(View(first).result, View(second).result);
  EXPECT_EQ(Effects(), 1u);
  const auto reader = store_->OpenReader().value();
  const auto row = reader->Command(first).value();
  const auto owner = reader->Owner(connection_.key, row->result.id).value();
  EXPECT_TRUE(owner);
}

TEST_F(CommandEngineTest, ADocumentThatWaitsForTheImporterHoldsNobodyBack) {
  const auto report = Submit(Report("r1", "%PDF-1.7 x"));
  const auto booking = Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  Run(milliseconds(1000));
  EXPECT_EQ(StateOfCommand(report), "applied");
  EXPECT_EQ(StateOfCommand(booking), "confirmed");
  Run(milliseconds(120000));
  EXPECT_EQ(StateOfCommand(report), "confirmed");
}

TEST_F(CommandEngineTest, AFullQueueIsSaidToBe) {
  options_.queue = 2;
  MakeDesk();
  Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_));
  Submit(Booking("k2", "2026-03-10T01:00:00Z", ada_));
  const auto refused = desk_->Submit(Booking("k3", "2026-03-10T02:00:00Z", ada_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kUnavailable);
  EXPECT_TRUE(desk_->Submit(Booking("k1", "2026-03-10T00:00:00Z", ada_))->repeated);
  Run();
  EXPECT_TRUE(desk_->Submit(Booking("k3", "2026-03-10T02:00:00Z", ada_)));
}

}  // namespace
}  // namespace pons::commands
