// SPDX-License-Identifier: Apache-2.0
// Whose record leads, and what of the things that apps made is kept current: on a real store and
// the reference vendor.
#include "sync/ownership.h"

#include "sync/practice_fixture.h"

namespace pons::sync {
namespace {

class Ownership : public PracticeFixture {
 protected:
  store::Grant WithSwitches(bool patients_in, bool patients_out, bool take_bookings) const {
    auto grant = NorthOnly();
    grant.switches.patients_in = patients_in;
    grant.switches.patients_out = patients_out;
    grant.switches.take_bookings = take_bookings;
    return grant;
  }
  void GiveTo(store::Grant grant) {
    Give(std::move(grant));
    grant_ = store_->OpenReader().value()->Grants().value().back();
  }

  // What a confirmed command leaves behind: the record, shown to the grant that caused it.
  void Keep(const model::VendorRef& ref, model::Record record, bool created) {
    RecordBuilder builder(identities_, connection_.id, connection_.key,
                          PracticeZone::Named("Australia/Sydney").value());
    const Applier applier(builder);
    pons::Change change{ChangeKind::kUpsert, ref,
                        std::make_shared<model::Record>(std::move(record)), "written", "command"};
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
      ApplyCounts counts;
      applier.Apply(tx, applier.Prepare(change, {{grant_.key, "app-north"}}, clock_.Now()),
                    clock_.Now(), false, counts);
      if (created) RecordCreated(tx, connection_.key, ref.id, grant_.key);
      return Ok();
    }));
  }
  std::string CreateThroughTheApp(const char* first) {
    const auto id = NewPatient(first);
    Settle();
    model::Patient patient;
    patient.names = {{"official", "", first, "", "Sample"}};
    Keep({Stream::kPatients, id}, patient, true);
    return id;
  }

  UpdateRight Right(const std::string& patient) { return Right(patient, grant_); }
  UpdateRight Right(const std::string& patient, const store::Grant& grant) {
    const auto reader = store_->OpenReader().value();
    return RightToUpdate(*reader, grant, patient, "Best Practice",
                         PracticeZone::Named("Australia/Sydney").value())
        .value();
  }
};

TEST_F(Ownership, APatientOfThePracticeIsNeverTheApps) {
  GiveTo(WithSwitches(true, true, false));
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  ASSERT_TRUE(Visible(Stream::kPatients, ada_));
  EXPECT_FALSE(Right(ada_).allowed);
  EXPECT_EQ(Right(ada_).reason,
            "this patient came from Best Practice; the practice's record leads, and changes are "
            "made there");
}

TEST_F(Ownership, AnAppsPatientIsTheAppsUntilTheFirstVisit) {
  GiveTo(WithSwitches(true, true, false));
  const auto cleo = CreateThroughTheApp("Cleo");
  EXPECT_TRUE(Right(cleo).allowed) << Right(cleo).reason;
  Settle();
  practice_->StartVisit(cleo, nguyen_, north_);
  Settle(milliseconds(1000));
  EXPECT_FALSE(Right(cleo).allowed);
  EXPECT_EQ(Right(cleo).reason,
            "first opened for a visit in Best Practice on 9 March 2026; from then on the "
            "practice's record leads");
  EXPECT_TRUE(Visible(Stream::kPatients, cleo));
}

TEST_F(Ownership, AnyVisitOpensThePatientWhetherItIsSharedOrNot) {
  GiveTo(WithSwitches(true, true, false));
  const auto cleo = CreateThroughTheApp("Cleo");
  const auto elsewhere = practice_->StartVisit(cleo, okafor_, south_);
  Settle();
  EXPECT_EQ(OutcomeOf(elsewhere), "grant-1: location is not mapped");
  EXPECT_FALSE(Right(cleo).allowed);
  EXPECT_EQ(Stored(Stream::kEncounters), 0);
}

TEST_F(Ownership, VisitsAreNoticedWithoutPatientsIn) {
  GiveTo(WithSwitches(false, true, false));
  const auto cleo = CreateThroughTheApp("Cleo");
  EXPECT_TRUE(Right(cleo).allowed);
  practice_->StartVisit(cleo, nguyen_, north_);
  practice_->StartVisit(ben_, nguyen_, north_);
  Settle();
  EXPECT_FALSE(Right(cleo).allowed);
  EXPECT_FALSE(Visible(Stream::kPatients, ben_));
  EXPECT_EQ(Stored(Stream::kPatients), 1);
}

TEST_F(Ownership, TheFirstVisitIsTheOneThatCounts) {
  GiveTo(WithSwitches(true, true, false));
  const auto cleo = CreateThroughTheApp("Cleo");
  const auto first = practice_->StartVisit(cleo, nguyen_, north_);
  Settle();
  practice_->FinishVisit(first);
  clock_.Step(std::chrono::hours(48));
  practice_->StartVisit(cleo, nguyen_, north_);
  Settle();
  const auto owner = store_->OpenReader().value()->Owner(connection_.key, cleo).value();
  ASSERT_TRUE(owner && owner->opened);
  EXPECT_EQ(owner->opened_by, first);
}

TEST_F(Ownership, AnEarlierVisitThatIsReadLateOpensThePatientToo) {
  GiveTo(WithSwitches(true, true, false));
  const auto cleo = CreateThroughTheApp("Cleo");
  Restart();
  practice_->StartVisit(cleo, nguyen_, north_);
  clock_.Step(std::chrono::hours(30));  // longer ago than a visit is news
  Settle();
  EXPECT_FALSE(Right(cleo).allowed);
}

TEST_F(Ownership, WhatStaffEditReachesTheApp) {
  GiveTo(WithSwitches(true, true, false));
  const auto cleo = CreateThroughTheApp("Cleo");
  EXPECT_EQ(Told(), Strings{"patient.created"});
  practice_->Edit(Table::kPatients, cleo, {{"first", "Cleopatra"}});
  practice_->Edit(Table::kPatients, ben_, {{"first", "Benjamin"}});
  Settle();
  EXPECT_NE(BodyOf(Stream::kPatients, cleo).find("Cleopatra"), std::string::npos);
  EXPECT_EQ(Told().back(), "patient.updated");
  EXPECT_EQ(Stored(Stream::kPatients), 1) << "Ben is nobody's business";
}

TEST_F(Ownership, AnotherAppMayNotChangeIt) {
  GiveTo(WithSwitches(true, true, false));
  const auto cleo = CreateThroughTheApp("Cleo");
  auto other = grant_;
  other.id = GrantId("grant-2");
  store::App app;
  app.id = AppId("app-2");
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    other.app = tx.Insert(app);
    other.key = tx.Insert(other);
    return Ok();
  }));
  EXPECT_FALSE(Right(cleo, other).allowed);
  EXPECT_NE(Right(cleo, other).reason.find("another app"), std::string::npos);
  // The same app's grant, withdrawn and made anew.
  auto again = grant_;
  again.id = GrantId("grant-3");
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    again.key = tx.Insert(again);
    return Ok();
  }));
  EXPECT_TRUE(Right(cleo, again).allowed);
}

TEST_F(Ownership, WhatAnAppBookedIsKeptCurrentForIt) {
  GiveTo(WithSwitches(true, false, true));
  practice_->StartVisit(ada_, nguyen_, north_);
  Settle();
  const auto booked = Book(ada_, skin_, "2026-03-12T09:00:00");
  const auto by_staff = Book(ada_, skin_, "2026-03-13T09:00:00");
  Settle();
  EXPECT_EQ(Stored(Stream::kAppointments), 0) << "nothing is kept that no app may see";
  model::Appointment appointment;
  appointment.patient = {Stream::kPatients, ada_};
  appointment.start = ParseInstant("2026-03-11T22:00:00Z").value();
  appointment.end = appointment.start + std::chrono::minutes(15);
  Keep({Stream::kAppointments, booked}, appointment, false);
  practice_->Edit(Table::kDiary, booked, {{"starts", "2026-03-12T11:00:00"}});
  practice_->Edit(Table::kDiary, by_staff, {{"starts", "2026-03-13T11:00:00"}});
  Settle(std::chrono::minutes(1));
  EXPECT_NE(BodyOf(Stream::kAppointments, booked).find("2026-03-12T11:00:00"), std::string::npos);
  EXPECT_FALSE(Visible(Stream::kAppointments, by_staff));
  EXPECT_EQ(Told(), (Strings{"patient.created", "encounter.created", "appointment.created",
                             "appointment.updated"}));
}

TEST_F(Ownership, AVisitNamesTheAppointmentThatTheAppBooked) {
  GiveTo(WithSwitches(true, false, true));
  const auto booked = Book(ada_, skin_, "2026-03-09T09:00:00");
  Book(ben_, skin_, "2026-03-09T09:30:00");
  model::Appointment appointment;
  appointment.patient = {Stream::kPatients, ada_};
  Keep({Stream::kAppointments, booked}, appointment, false);
  const auto ada = practice_->StartVisit(ada_, nguyen_, north_);
  const auto ben = practice_->StartVisit(ben_, nguyen_, north_);
  Settle();
  const auto reference = "Appointment/" + IdOf(Stream::kAppointments, booked).value;
  EXPECT_NE(BodyOf(Stream::kEncounters, ada).find(reference), std::string::npos)
      << BodyOf(Stream::kEncounters, ada);
  EXPECT_EQ(BodyOf(Stream::kEncounters, ben).find("Appointment/"), std::string::npos)
      << "that one is not kept, and the reference would lead nowhere";
}

TEST_F(Ownership, APairIsListedOnceAndSettledByAPerson) {
  GiveTo(WithSwitches(true, true, false));
  const std::vector<model::VendorRef> similar = {{Stream::kPatients, "7"},
                                                 {Stream::kPatients, "11"}};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
      RecordSimilar(tx, connection_.key, "11", similar, "command-1");
      RecordSimilar(tx, connection_.key, "7", {{{Stream::kPatients, "11"}}}, "command-2");
      return Ok();
    }));
  }
  const auto reader = store_->OpenReader().value();
  const auto pairs = reader->PossibleDuplicates(false).value();
  ASSERT_EQ(pairs.size(), 1u) << "the other way round it is the same pair; nobody is their own";
  EXPECT_EQ(pairs[0].vendor_id, "11");
  EXPECT_EQ(pairs[0].other_vendor_id, "7");
  EXPECT_EQ(pairs[0].command, "command-1");
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    EXPECT_FALSE(tx.SettleDuplicate(4711, store::DuplicateState::kSame));
    EXPECT_TRUE(tx.SettleDuplicate(pairs[0].key, store::DuplicateState::kDifferent));
    RecordSimilar(tx, connection_.key, "11", similar, "command-3");
    return Ok();
  }));
  EXPECT_TRUE(reader->PossibleDuplicates(false).value().empty()) << "settled is settled";
  EXPECT_EQ(reader->PossibleDuplicates(true).value().size(), 1u);
}

}  // namespace
}  // namespace pons::sync
