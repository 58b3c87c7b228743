// SPDX-License-Identifier: Apache-2.0
// The main job on a real store and the reference vendor, told as what happens at a practice: who
// sees whom, from which moment on, and what is never copied. Time is stepped; nothing sleeps.
#include <gtest/gtest.h>

#include "sync/practice_fixture.h"

namespace pons::sync {
namespace {

class VisitRule : public PracticeFixture {};

TEST_F(VisitRule, APatientTravelsWhenTheVisitStarts) {
  Give(NorthOnly());
  EXPECT_EQ(Stored(Stream::kPatients), 0) << "nothing is copied before";
  EXPECT_EQ(Told(), Strings{});
  const auto visit = practice_->StartVisit(ada_, nguyen_, north_);
  Settle(milliseconds(1000));
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
  EXPECT_TRUE(Visible(Stream::kEncounters, visit));
  EXPECT_FALSE(Visible(Stream::kPatients, ben_));
  EXPECT_EQ(Told(), (Strings{"patient.created", "encounter.created"}))
      << "the patient first, so that the visit's subject is there";
  EXPECT_EQ(OutcomeOf(visit), "grant-1: shared");
  EXPECT_NE(BodyOf(Stream::kEncounters, visit).find("Dr Nguyen"), std::string::npos);
}

TEST_F(VisitRule, AVisitThatDoesNotMatchIsRememberedAndLeavesNothingElse) {
  Give(NorthOnly());
  const auto visit = practice_->StartVisit(ada_, nguyen_, south_);
  Settle();
  EXPECT_EQ(OutcomeOf(visit), "grant-1: location is not mapped");
  practice_->Edit(Table::kPatients, ada_, {{"first", "Adeline"}});
  practice_->FinishVisit(visit);
  Settle();
  EXPECT_EQ(Stored(Stream::kPatients), 0);
  EXPECT_EQ(Stored(Stream::kEncounters), 0);
  EXPECT_EQ(Told(), Strings{});
}

TEST_F(VisitRule, TheTypeIsThatOfTheMostRecentAppointmentAtThatMoment) {
  auto grant = NorthOnly();
  grant.appointment_types = {FilterKind::kThese, {skin_}};
  Give(grant);
  Book(ada_, flu_, "2026-03-01T09:00:00");
  Book(ada_, skin_, "2026-03-08T09:00:00");
  Book(ada_, flu_, "2026-03-20T09:00:00");  // later than today
  Book(ben_, skin_, "2026-03-01T09:00:00");
  Book(ben_, flu_, "2026-03-08T09:00:00");
  const auto ada = practice_->StartVisit(ada_, nguyen_, north_);
  const auto ben = practice_->StartVisit(ben_, nguyen_, north_);
  Settle();
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
  EXPECT_FALSE(Visible(Stream::kPatients, ben_));
  EXPECT_EQ(OutcomeOf(ben), "grant-1: appointment type is not selected");
  // A skin check booked afterwards does not change what was decided.
  Book(ben_, skin_, "2026-03-09T08:00:00");
  practice_->FinishVisit(ben);
  Settle();
  EXPECT_FALSE(Visible(Stream::kPatients, ben_));
  EXPECT_TRUE(Visible(Stream::kEncounters, ada));
}

TEST_F(VisitRule, LaterChangesOfAVisiblePatientTravelAtOnce) {
  Give(NorthOnly());
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  practice_->Edit(Table::kPatients, ada_, {{"first", "Adeline"}});
  practice_->Edit(Table::kPatients, ben_, {{"first", "Benjamin"}});
  Settle();
  EXPECT_NE(BodyOf(Stream::kPatients, ada_).find("Adeline"), std::string::npos);
  EXPECT_EQ(Told(), (Strings{"patient.created", "encounter.created", "patient.updated"}));
  EXPECT_EQ(Stored(Stream::kPatients), 1) << "Ben is nobody's business";
}

TEST_F(VisitRule, AVisitElsewhereTakesNothingAway) {
  Give(NorthOnly());
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  const auto elsewhere = practice_->StartVisit(ada_, nguyen_, south_);
  Settle();
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
  EXPECT_FALSE(Visible(Stream::kEncounters, elsewhere)) << "the visit itself was not shared";
  EXPECT_EQ(Stored(Stream::kEncounters), 1);
}

TEST_F(VisitRule, VisitsFromBeforeTheGrantAreNoNews) {
  practice_->StartVisit(ada_, nguyen_, north_);
  clock_.Step(std::chrono::minutes(10));
  Give(NorthOnly());
  EXPECT_EQ(Stored(Stream::kPatients), 0);
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
}

TEST_F(VisitRule, ARevokedGrantShowsNothingFromThatMoment) {
  Give(NorthOnly());
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  ASSERT_TRUE(Visible(Stream::kPatients, ada_));
  auto revoked = grant_;
  revoked.revoked = true;
  Change(revoked);
  EXPECT_FALSE(Visible(Stream::kPatients, ada_));
  const auto told = Told().size();
  practice_->Edit(Table::kPatients, ada_, {{"first", "Adeline"}});
  practice_->StartVisit(ben_, nguyen_, north_);
  Settle();
  EXPECT_EQ(Told().size(), told);
  EXPECT_FALSE(Visible(Stream::kPatients, ben_));
}

TEST_F(VisitRule, ADoctorWhoJoinsLaterIsOnNoList) {
  auto grant = NorthOnly();
  grant.practitioners = {FilterKind::kThese, {nguyen_}};
  Give(grant);
  const auto ito = practice_->Add(Table::kStaff, {{"title", "Dr"}, {"last", "Ito"}});
  const auto visit = practice_->StartVisit(ada_, ito, north_);
  Settle(std::chrono::minutes(2));
  EXPECT_EQ(OutcomeOf(visit), "grant-1: practitioner is not selected");
  EXPECT_FALSE(Visible(Stream::kPatients, ada_));
  EXPECT_FALSE(Visible(Stream::kPractitioners, ito));
  EXPECT_TRUE(Visible(Stream::kPractitioners, nguyen_));
}

TEST_F(VisitRule, PastHistoryTravelsOnlyWithItsSwitch) {
  practice_->Add(Table::kHistory, {{"patient", ada_}, {"problem", "Melanoma"}});
  auto grant = NorthOnly();
  Give(grant);
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  EXPECT_EQ(Stored(Stream::kConditions), 0);
  grant = grant_;
  grant.switches.read_clinical_data = true;
  Change(grant);
  practice_->Add(Table::kHistory, {{"patient", ben_}, {"problem", "Melanoma"}});
  practice_->StartVisit(ben_, nguyen_, north_);
  Settle();
  EXPECT_GE(Stored(Stream::kConditions), 1);
  const auto told = Told();
  const auto condition = std::find(told.begin(), told.end(), "condition.created");
  ASSERT_NE(condition, told.end());
  EXPECT_EQ(*std::prev(condition), "patient.created") << "after the patient it is about";
}

TEST_F(VisitRule, InModeAllEveryoneTheFiltersAllowComes) {
  Book(ada_, skin_, "2026-03-08T09:00:00");
  auto grant = NorthOnly();
  grant.mode = store::GrantMode::kAll;
  grant.appointment_types = {FilterKind::kThese, {skin_}};
  Give(grant);
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
  EXPECT_FALSE(Visible(Stream::kPatients, ben_)) << "no appointment lets Ben through";
  EXPECT_EQ(Told(), Strings{}) << "the first reading of a practice is not news";
  Book(ben_, skin_, "2026-03-10T09:00:00");
  Settle();
  EXPECT_TRUE(Visible(Stream::kPatients, ben_));
  EXPECT_EQ(Told(), (Strings{"patient.created", "appointment.created"}));
}

TEST_F(VisitRule, ADeletedPatientIsTakenBack) {
  Give(NorthOnly());
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  practice_->Delete(Table::kPatients, ada_);
  Settle();
  EXPECT_FALSE(Visible(Stream::kPatients, ada_));
  EXPECT_EQ(Told().back(), "patient.deleted");
}

TEST_F(VisitRule, AVisitWaitsForAPatientWhoseRowCannotBeRead) {
  practice_->Edit(Table::kPatients, ada_, {{"born", "the year of the horse"}});
  Give(NorthOnly());
  const auto visit = practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  EXPECT_FALSE(Visible(Stream::kEncounters, visit));
  const auto rows = store_->OpenReader().value()->Quarantined(connection_.key).value();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].field, "born");
  EXPECT_EQ(rows[0].vendor_id, ada_);
  EXPECT_NE(OutcomeOf(visit).find("waits"), std::string::npos);
  practice_->Edit(Table::kPatients, ada_, {{"born", "1980-02-29"}});
  Settle();
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
  EXPECT_TRUE(Visible(Stream::kEncounters, visit));
  EXPECT_TRUE(store_->OpenReader().value()->Quarantined(connection_.key).value().empty());
}

TEST_F(VisitRule, ARestartLosesNothingAndRepeatsNothing) {
  Give(NorthOnly());
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  const auto before = Told();
  Restart();
  practice_->StartVisit(ben_, nguyen_, north_);  // while nobody looks
  Settle();
  EXPECT_TRUE(Visible(Stream::kPatients, ben_));
  auto expected = before;
  expected.insert(expected.end(), {"patient.created", "encounter.created"});
  EXPECT_EQ(Told(), expected);
}

TEST_F(VisitRule, AnExpiredCursorLosesNoVisit) {
  Give(NorthOnly());
  practice_->StartVisit(ada_, nguyen_, north_);
  practice_->ForgetFeed();
  Settle(std::chrono::minutes(2));
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
  EXPECT_EQ(Told(), (Strings{"patient.created", "encounter.created"}));
}

TEST_F(VisitRule, ASilentPracticeIsWaitedForAndNothingIsLost) {
  Give(NorthOnly());
  practice_->Plan({memory::FaultKind::kUnavailable, 0, 0, 20});
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle(milliseconds(2000));
  EXPECT_EQ(Health().state, store::ReadState::kRetrying);
  EXPECT_FALSE(Health().cause.empty());
  practice_->ClearFaults();
  Settle(std::chrono::minutes(3));
  EXPECT_EQ(Health().state, store::ReadState::kActive);
  EXPECT_TRUE(Visible(Stream::kPatients, ada_));
}

TEST_F(VisitRule, ARefusedPasswordWaitsForAPerson) {
  connection_.secrets_json = Sensitive<std::string>(R"({"password":"wrong"})");
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Update(connection_);
    return Ok();
  }));
  Give(NorthOnly());
  EXPECT_EQ(Health().state, store::ReadState::kAttention);
  EXPECT_EQ(Health().fault, "unauthenticated");
  practice_->ClearJournal();
  Settle(std::chrono::hours(2));
  EXPECT_TRUE(practice_->Journal().empty()) << "trying again would lock the account";
  ++connection_.settings_revision;
  connection_.secrets_json = Sensitive<std::string>(R"({"password":"correct horse"})");
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Update(connection_);
    return Ok();
  }));
  Settle();
  EXPECT_EQ(Health().state, store::ReadState::kActive);
}

TEST_F(VisitRule, AClockThatIsOffIsShownOnTheConnection) {
  practice_->SetClockAhead(seconds(61));
  Give(NorthOnly());
  EXPECT_EQ(Health().state, store::ReadState::kAttention);
  EXPECT_NE(Health().cause.find("61 s ahead"), std::string::npos) << Health().cause;
}

TEST_F(VisitRule, APausedConnectionIsLeftAlone) {
  Give(NorthOnly());
  connection_.paused = true;
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Update(connection_);
    return Ok();
  }));
  Settle();
  practice_->ClearJournal();
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle(std::chrono::minutes(5));
  EXPECT_TRUE(practice_->Journal().empty());
  connection_.paused = false;
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Update(connection_);
    return Ok();
  }));
  Settle();
  EXPECT_TRUE(Visible(Stream::kPatients, ada_)) << "the visit started after the grant was made";
}

TEST_F(VisitRule, NoPatientIsNamedInTheLog) {
  Give(NorthOnly());
  practice_->StartVisit(ada_, nguyen_, north_);
  practice_->Plan({memory::FaultKind::kGarbage, 0, 0, 3});
  Settle(std::chrono::minutes(1));
  for (const char* word : {"Ada", "Sample", "1980"}) {
    EXPECT_EQ(log_.text().find(word), std::string::npos) << log_.text();
  }
}

}  // namespace
}  // namespace pons::sync
