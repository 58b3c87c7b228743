// SPDX-License-Identifier: Apache-2.0
// The practice's rules for writes, its journal, and what its losses look like from outside.
#include <gtest/gtest.h>

#include "base/random.h"
#include "vendors/memory/connector/memory.h"

namespace pons::memory {
namespace {

using model::Stream;

class HeldClock final : public Clock {
 public:
  Instant Now() const override { return now; }
  void SleepUntil(Instant until, const CancelToken&) override { now = std::max(now, until); }
  Instant now = *ParseInstant("2026-03-09T00:00:00Z");  // 11:00 in Sydney
};

class MemoryWrites : public ::testing::Test {
 protected:
  MemoryWrites() {
    world_.Add("lane", practice_);
    site_ = practice_->Add(Table::kSites, {{"name", "Lane"}});
    doctor_ = practice_->Add(Table::kStaff, {{"first", "Ada"}, {"last", "Example"}});
    practice_->Add(Table::kPosts, {{"staff", doctor_}, {"site", site_}});
    reason_ = practice_->Add(Table::kReasons, {{"label", "Skin check"}, {"minutes", 30}});
    patient_ = practice_->Add(Table::kPatients,
                              {{"first", "Wattle"}, {"last", "Sample"}, {"born", "1980-02-29"}});
    Settings settings;
    settings.Set("practice", "lane");
    settings.SetSecret("password", practice_->options().password);
    SessionContext context{
        clock_, nullptr, nullptr, random_, cancel_, log_, *PracticeZone::Named("Australia/Sydney")};
    session_ = std::move(*connector_.Open(settings, context));
  }

  Command Make(model::CommandBody body) {
    Command command;
    command.reference = "REFERENCE" + std::to_string(++made_);
    command.body = std::make_shared<const model::CommandBody>(std::move(body));
    command.first_sent = clock_.now;
    command.deadline = clock_.now + seconds(5);
    return command;
  }
  Command Booking(std::string_view at = "2026-03-10T22:00:00Z") {  // 9:00 on the 11th
    model::BookAppointment book;
    book.patient = {Stream::kPatients, patient_};
    book.practitioner = {Stream::kPractitioners, doctor_};
    book.service = {Stream::kHealthcareServices, reason_};
    book.start = *ParseInstant(at);
    return Make(book);
  }
  void ExpectRefused(const Command& command, Fault fault, const std::string& rule) {
    const auto before = practice_->position();
    const auto applied = session_->commands()->Apply(command);
    ASSERT_FALSE(applied.has_value()) << rule;
    EXPECT_EQ(applied.error().fault, fault) << rule;
    EXPECT_EQ(applied.error().vendor_code, rule);
    EXPECT_EQ(applied.error().effect, Effect::kNone) << rule;
    EXPECT_EQ(practice_->position(), before) << rule;
  }
  int Happened() const {
    int count = 0;
    for (const auto& effect : practice_->Effects()) count += effect.happened ? 1 : 0;
    return count;
  }

  HeldClock clock_;
  MemoryWorld world_;
  MemoryConnector connector_{world_};
  std::shared_ptr<MemoryPractice> practice_ =
      std::make_shared<MemoryPractice>(PracticeOptions{}, clock_);
  SeededRandom random_{1};
  CancelToken cancel_;
  MemoryLogger log_;
  std::unique_ptr<Session> session_;
  std::string site_, doctor_, reason_, patient_;
  int made_ = 0;
};

TEST_F(MemoryWrites, ABookingTakesTheTypesLengthAndThePractitionersPlace) {
  const auto applied = session_->commands()->Apply(Booking());
  ASSERT_TRUE(applied.has_value());
  const auto row = practice_->Find(Table::kDiary, applied->ref.id);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->data.Text("starts"), "2026-03-11T09:00:00");
  EXPECT_EQ(row->data.Integer("minutes"), 30);
  EXPECT_EQ(row->data.Text("site"), site_);
  EXPECT_EQ(Happened(), 1);
}

TEST_F(MemoryWrites, TheDiarysRulesAreKept) {
  ExpectRefused(Booking("2026-03-08T22:00:00Z"), Fault::kRejected, "in-the-past");
  ExpectRefused(Booking("2026-03-10T20:00:00Z"), Fault::kRejected, "closed");
  ExpectRefused(Booking("2026-03-11T06:45:00Z"), Fault::kRejected, "closed");
  ExpectRefused(Booking("2026-03-10T22:05:00Z"), Fault::kRejected, "off-grid");
  practice_->SetAway(doctor_, "2026-03-11T09:15:00", "2026-03-11T12:00:00");
  ExpectRefused(Booking(), Fault::kRejected, "practitioner-away");
  ASSERT_TRUE(session_->commands()->Apply(Booking("2026-03-10T21:00:00Z")).has_value());
  ExpectRefused(Booking("2026-03-10T21:15:00Z"), Fault::kConflict, "slot-taken");
  practice_->Delete(Table::kPatients, patient_);
  ExpectRefused(Booking("2026-03-10T23:00:00Z"), Fault::kRejected, "patient-deleted");
}

TEST_F(MemoryWrites, ALostAnswerLeavesATraceAndALostRequestNone) {
  practice_->Plan({.kind = FaultKind::kDropAnswer});
  const auto booked = Booking();
  const auto lost = session_->commands()->Apply(booked);
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().effect, Effect::kUnknown);
  EXPECT_EQ(Happened(), 1);
  EXPECT_EQ(session_->commands()->FindEffect(booked)->kind, Trace::Kind::kFound);

  practice_->Plan({.kind = FaultKind::kDropRequest});
  const auto never = Booking("2026-03-10T23:00:00Z");
  EXPECT_EQ(session_->commands()->Apply(never).error().effect, Effect::kUnknown);
  EXPECT_EQ(Happened(), 1);
  EXPECT_EQ(session_->commands()->FindEffect(never)->kind, Trace::Kind::kNone);
}

TEST_F(MemoryWrites, ADelayedEffectComesWhenItIsDue) {
  practice_->Plan({.kind = FaultKind::kDelayEffect, .amount = 1500});
  const auto booked = Booking();
  EXPECT_EQ(session_->commands()->Apply(booked).error().effect, Effect::kUnknown);
  EXPECT_EQ(session_->commands()->FindEffect(booked)->kind, Trace::Kind::kNone);
  clock_.now += milliseconds(1500);
  EXPECT_EQ(session_->commands()->FindEffect(booked)->kind, Trace::Kind::kFound);
  EXPECT_EQ(Happened(), 1);
}

TEST_F(MemoryWrites, WhereTheOutcomeIsLostNobodyCanTell) {
  for (const int happens : {0, 1}) {
    practice_->Plan({.kind = FaultKind::kForget, .amount = happens});
    const auto booked = Booking();
    EXPECT_EQ(session_->commands()->Apply(booked).error().effect, Effect::kUnknown);
    EXPECT_TRUE(practice_->Lost(booked.reference));
    EXPECT_EQ(Happened(), happens);
    EXPECT_EQ(session_->commands()->FindEffect(booked)->kind, Trace::Kind::kCannotTell);
  }
  EXPECT_EQ(session_->commands()->FindEffect(Booking())->kind, Trace::Kind::kNone);
}

TEST_F(MemoryWrites, DocumentsWaitForTheImporter) {
  model::AttachDocument attach;
  attach.document_id = "d1";
  attach.patient = {Stream::kPatients, patient_};
  attach.content = std::make_shared<const std::string>("%PDF-1.4");
  const auto command = Make(attach);
  const auto applied = session_->commands()->Apply(command);
  ASSERT_TRUE(applied.has_value());
  const auto confirm = [&] { return *session_->commands()->Confirm(command, *applied); };
  EXPECT_EQ(confirm().kind, Confirmation::Kind::kWaiting);
  practice_->HoldImporter(true);
  clock_.now += seconds(100);
  EXPECT_TRUE(confirm().needs_attention);
  practice_->HoldImporter(false);
  EXPECT_EQ(confirm().kind, Confirmation::Kind::kConfirmed);
  EXPECT_EQ(*practice_->Content(applied->ref.id), "%PDF-1.4");
}

TEST_F(MemoryWrites, ADocumentForAPatientWhoIsGoneFails) {
  model::AttachDocument attach;
  attach.document_id = "d1";
  attach.patient = {Stream::kPatients, patient_};
  attach.content = std::make_shared<const std::string>("%PDF-1.4");
  const auto command = Make(attach);
  const auto applied = session_->commands()->Apply(command);
  ASSERT_TRUE(applied.has_value());
  practice_->Delete(Table::kPatients, patient_);
  clock_.now += seconds(31);
  EXPECT_EQ(session_->commands()->Confirm(command, *applied)->kind, Confirmation::Kind::kFailed);
}

}  // namespace
}  // namespace pons::memory
