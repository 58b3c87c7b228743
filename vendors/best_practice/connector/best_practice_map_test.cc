// SPDX-License-Identifier: Apache-2.0
// Meanings: what rows become, and the inferred rules one by one. All people are made up.
#include "vendors/best_practice/connector/best_practice_map.h"

#include <gtest/gtest.h>

namespace pons::best_practice {
namespace {

using namespace std::chrono;

LocalTime At(int y, unsigned m, unsigned d, int seconds_of_day = 0) {
  return LocalTime::At(Date(year(y), month(m), day(d)), seconds(seconds_of_day));
}

PracticeZone Sydney() { return *PracticeZone::Named("Australia/Sydney"); }

Codes SomeCodes() {
  Codes codes;
  codes.sex.Put(1, "Female");
  codes.sex.Put(2, "Male");
  codes.sex.Put(3, "Other");
  codes.titles.Put(2, "Mrs.");
  codes.ethnicity.Put(1, "Aboriginal");
  codes.ethnicity.Put(1194, "Vietnamese");
  codes.patient_status.Put(1, "Active");
  codes.patient_status.Put(2, "Inactive");
  codes.appointment_status.Put(1, "Booked");
  codes.appointment_types.Put(4, "New patient");
  codes.visit_types.Put(1, "Surgery");
  codes.locations.Put(1, "Harbour Clinic");
  codes.locations.Put(2, "Hill Clinic");
  codes.users.Put(7, "Dr Sam Tester");
  codes.home_of_user[7] = 2;
  return codes;
}

PatientRow SomeRow() {
  PatientRow row;
  row.key = 41;
  row.status_code = 1;
  row.title_code = 2;
  row.first_name = "Ada";
  row.middle_name = "Mary Jane";
  row.surname = "O'Sample";
  row.preferred_name = "Addie";
  row.address1 = "1 Wharf St";
  row.city = "SYDNEY";
  row.postcode = "2000";
  row.date_of_birth = At(1980, 2, 29);
  row.sex_code = 1;
  row.ethnic_code = 1194;
  row.mobile_phone = "0400 000 000";
  row.medicare = "2999990181";
  row.medicare_line = "1";
  row.medicare_expiry = "05/2028";
  row.ihi = "8003609900000017";
  row.dva_code = 1;
  row.dva = "NX901541";
  row.user_id = 7;
  return row;
}

const model::Identifier* WithSystem(const model::Patient& patient, std::string_view end) {
  for (const auto& one : patient.identifiers) {
    if (one.system.ends_with(end)) return &one;
  }
  return nullptr;
}

TEST(BestPracticeMap, PatientHasEveryField) {
  LeftOut left_out;
  auto patient = ToPatient(SomeRow(), SomeCodes(), left_out);
  AddEmail(patient, "ada@example.org ");
  EXPECT_TRUE(patient.active);
  EXPECT_FALSE(patient.deceased);
  ASSERT_EQ(patient.names.size(), 2u);
  EXPECT_EQ(patient.names[0].prefix, "Mrs.");
  EXPECT_EQ(patient.names[0].given, "Ada");
  EXPECT_EQ(patient.names[0].middle, "Mary Jane");
  EXPECT_EQ(patient.names[0].family, "O'Sample");
  EXPECT_EQ(patient.names[1].use, "usual");
  EXPECT_EQ(patient.names[1].given, "Addie");
  EXPECT_EQ(patient.gender, model::Gender::kFemale);
  EXPECT_EQ(patient.birth_date, Date(year(1980), February, day(29)));
  EXPECT_EQ(patient.ethnicity.display, "Vietnamese");
  EXPECT_EQ(patient.indigenous_status.code, "4");
  ASSERT_EQ(patient.addresses.size(), 1u);
  EXPECT_EQ(patient.addresses[0].line, std::vector<std::string>{"1 Wharf St"});
  EXPECT_EQ(patient.addresses[0].postal_code, "2000");
  ASSERT_EQ(patient.telecoms.size(), 2u);
  EXPECT_EQ(patient.telecoms[0].value, "0400 000 000");
  EXPECT_EQ(patient.telecoms[1].value, "ada@example.org");
  ASSERT_NE(WithSystem(patient, "medicare-number"), nullptr);
  EXPECT_EQ(WithSystem(patient, "medicare-number")->value, "29999901811");
  EXPECT_EQ(WithSystem(patient, "medicare-number")->period_end, "2028-05");
  EXPECT_EQ(WithSystem(patient, "ihi/1.0")->value, "8003609900000017");
  EXPECT_EQ(WithSystem(patient, "id/dva")->type_code, "DVG");
  EXPECT_EQ(patient.general_practitioner, (model::VendorRef{model::Stream::kPractitioners, "7"}));
  EXPECT_TRUE(left_out.malformed.empty());
}

TEST(BestPracticeMap, WhatIsNotKnownIsLeftOut) {
  PatientRow row;
  row.key = 1;
  row.status_code = 2;
  row.date_of_birth = At(1900, 1, 1);
  row.medicare = "1234567892";
  LeftOut left_out;
  const auto patient = ToPatient(row, SomeCodes(), left_out);
  EXPECT_FALSE(patient.active);
  EXPECT_FALSE(patient.birth_date);
  EXPECT_TRUE(patient.identifiers.empty());
  EXPECT_TRUE(patient.telecoms.empty());
  EXPECT_TRUE(patient.addresses.empty());
  EXPECT_EQ(patient.gender, model::Gender::kUnknown);
  EXPECT_EQ(patient.indigenous_status.code, "9");
  EXPECT_TRUE(patient.general_practitioner.empty());
  EXPECT_EQ(left_out.malformed.at("MEDICARENO"), 1u);
}

TEST(BestPracticeMap, TheDead) {
  auto row = SomeRow();
  row.date_of_death = At(2025, 3, 1);
  LeftOut left_out;
  const auto patient = ToPatient(row, SomeCodes(), left_out);
  EXPECT_TRUE(patient.deceased);
  EXPECT_EQ(patient.deceased_date, Date(year(2025), March, day(1)));
}

TEST(BestPracticeMap, SexIsWhatTheTableSays) {
  Codes swapped = SomeCodes();
  swapped.sex.Put(1, "Male");
  swapped.sex.Put(2, "Female");
  LeftOut left_out;
  EXPECT_EQ(ToPatient(SomeRow(), swapped, left_out).gender, model::Gender::kMale);
}

TEST(BestPracticeMap, UnknownCodesAreMissedOnce) {
  const auto codes = SomeCodes();
  EXPECT_EQ(codes.sex.Text(9), "");
  EXPECT_EQ(codes.sex.Text(0), "");
  EXPECT_EQ(codes.sex.missed(), std::set<std::int64_t>{9});
  codes.sex.Forget();
  EXPECT_TRUE(codes.sex.missed().empty());
}

TEST(BestPracticeMap, IndigenousStatusFollowsTheText) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"Aboriginal", "1"},
      {"Torres Strait Islander", "2"},
      {"Aboriginal/Torres Strait Islander", "3"},
      {"Non Aboriginal/Torres Strait Islander", "4"},
      {"Australian", "4"},
      {"Not provided", "9"},
      {"", "9"},
  };
  for (const auto& [text, code] : cases) EXPECT_EQ(IndigenousStatusOf(text).code, code) << text;
}

TEST(BestPracticeMap, AppointmentTimesAreThePracticesOwn) {
  AppointmentRow row;
  row.key = 5;
  row.record_status = 1;
  row.patient = 41;
  row.user_id = 7;
  row.location_id = 1;
  row.start = At(2026, 3, 9, 29700);  // 08:15, summer time
  row.length = seconds(900);
  row.status_code = 1;
  row.type_code = 4;
  row.reason = "skin check";
  const auto booked = ToAppointment(row, SomeCodes(), Sydney());
  EXPECT_EQ(FormatInstant(booked.start), "2026-03-08T21:15:00.000Z");
  EXPECT_EQ(booked.end - booked.start, minutes(15));
  EXPECT_EQ(booked.status, model::AppointmentStatus::kBooked);
  EXPECT_EQ(booked.vendor_status, "Booked");
  EXPECT_EQ(booked.service_display, "New patient");
  EXPECT_EQ(booked.patient.id, "41");
  row.record_status = 4;
  EXPECT_EQ(ToAppointment(row, SomeCodes(), Sydney()).status, model::AppointmentStatus::kCancelled);
  row.patient = 0;
  EXPECT_TRUE(ToAppointment(row, SomeCodes(), Sydney()).patient.empty());
}

TEST(BestPracticeMap, TheDaysWhenClocksChange) {
  AppointmentRow row;
  row.record_status = 1;
  row.length = seconds(3600);
  // 4 October 2026: 02:00 becomes 03:00. 09:00 is in summer time; 02:30 is read as 03:30.
  row.start = At(2026, 10, 4, 9 * 3600);
  EXPECT_EQ(FormatInstant(ToAppointment(row, SomeCodes(), Sydney()).start),
            "2026-10-03T22:00:00.000Z");
  row.start = At(2026, 10, 4, 2 * 3600 + 1800);
  const auto skipped = ToAppointment(row, SomeCodes(), Sydney());
  EXPECT_EQ(FormatInstantIn(skipped.start, Sydney()), "2026-10-04T03:30:00+11:00");
  EXPECT_EQ(skipped.end - skipped.start, hours(1));
  // 5 April 2026: 02:30 happens twice; the first is meant.
  row.start = At(2026, 4, 5, 2 * 3600 + 1800);
  EXPECT_EQ(FormatInstantIn(ToAppointment(row, SomeCodes(), Sydney()).start, Sydney()),
            "2026-04-05T02:30:00+11:00");
}

TEST(BestPracticeMap, Statuses) {
  using model::AppointmentStatus;
  const std::pair<std::string_view, AppointmentStatus> cases[] = {
      {"Booked", AppointmentStatus::kBooked},
      {"Waiting", AppointmentStatus::kArrived},
      {"With doctor", AppointmentStatus::kCheckedIn},
      {"At billing", AppointmentStatus::kFulfilled},
      {"Invoiced", AppointmentStatus::kFulfilled},
      {"Completed", AppointmentStatus::kFulfilled},
      {"DNA", AppointmentStatus::kNoShow},
      {"Something new", AppointmentStatus::kBooked},
  };
  for (const auto& [text, status] : cases) {
    EXPECT_EQ(static_cast<int>(StatusOf(text)), static_cast<int>(status)) << text;
  }
}

VisitRow SomeVisit() {
  VisitRow visit;
  visit.key = 900;
  visit.patient = 41;
  visit.user_id = 7;
  visit.visit_code = 1;
  visit.day = At(2026, 5, 4);
  visit.start = seconds(10 * 3600);
  visit.created = At(2026, 5, 4, 10 * 3600);
  return visit;
}

CandidateRow Booked(std::int64_t key, LocalTime start, std::int64_t type = 4) {
  CandidateRow one;
  one.key = key;
  one.patient = 41;
  one.location_id = 1;
  one.type_code = type;
  one.start = start;
  one.created = At(2026, 4, 1);
  return one;
}

TEST(BestPracticeMap, VisitsStartAndEnd) {
  auto visit = SomeVisit();
  const auto appointment = Booked(5, At(2026, 5, 4, 9 * 3600));
  auto encounter = ToEncounter(visit, &appointment, SomeCodes(), Sydney());
  EXPECT_EQ(encounter.status, model::EncounterStatus::kInProgress);
  EXPECT_FALSE(encounter.end);
  EXPECT_EQ(FormatInstantIn(encounter.start, Sydney()), "2026-05-04T10:00:00+10:00");
  EXPECT_EQ(encounter.visit_type, "Surgery");
  EXPECT_EQ(encounter.appointment.id, "5");
  EXPECT_EQ(encounter.service.id, "4");
  EXPECT_EQ(encounter.location.id, "1");
  visit.end = seconds(10 * 3600 + 600);
  encounter = ToEncounter(visit, nullptr, SomeCodes(), Sydney());
  EXPECT_EQ(encounter.status, model::EncounterStatus::kFinished);
  EXPECT_EQ(*encounter.end - encounter.start, minutes(10));
  EXPECT_TRUE(encounter.appointment.empty());
  visit.start = seconds(23 * 3600 + 3000);
  visit.end = seconds(600);
  encounter = ToEncounter(visit, nullptr, SomeCodes(), Sydney());
  EXPECT_EQ(*encounter.end - encounter.start, minutes(20));
}

TEST(BestPracticeMap, MostRecentAppointment) {
  const auto visit = SomeVisit();
  const auto key = [&](std::vector<CandidateRow> candidates) {
    const auto* one = MostRecentAppointment(visit, candidates);
    return one == nullptr ? 0 : one->key;
  };
  const auto last_year = Booked(1, At(2025, 5, 4, 9 * 3600));
  const auto this_morning = Booked(2, At(2026, 5, 4, 9 * 3600));
  const auto this_noon = Booked(3, At(2026, 5, 4, 12 * 3600));
  const auto this_evening = Booked(4, At(2026, 5, 4, 18 * 3600));
  const auto tomorrow = Booked(5, At(2026, 5, 5, 9 * 3600));

  EXPECT_EQ(key({}), 0);
  EXPECT_EQ(key({last_year, this_morning, this_noon}), 2);
  EXPECT_EQ(key({this_noon, last_year}), 1) << "begun before, even if long ago";
  EXPECT_EQ(key({this_evening, this_noon, tomorrow}), 3) << "the earliest later today";
  EXPECT_EQ(key({tomorrow}), 0);

  auto early = this_noon;
  early.arrived = true;
  EXPECT_EQ(key({this_morning, early}), 3) << "called in before its time";

  auto linked = this_evening;
  linked.visit = visit.key;
  EXPECT_EQ(key({this_morning, early, linked}), 4) << "the one that names the visit";

  auto made_since = this_morning;
  made_since.key = 6;
  made_since.created = At(2026, 5, 4, 11 * 3600);
  EXPECT_EQ(key({last_year, made_since}), 1) << "was not there when the visit started";

  auto somebody = this_morning;
  somebody.patient = 42;
  EXPECT_EQ(key({somebody}), 0);

  auto same_time = this_morning;
  same_time.key = 9;
  EXPECT_EQ(key({same_time, this_morning}), 9) << "the later made of two at one time";
}

TEST(BestPracticeMap, LocationOfVisit) {
  const auto codes = SomeCodes();
  auto visit = SomeVisit();
  const auto appointment = Booked(5, At(2026, 5, 4, 9 * 3600));
  EXPECT_EQ(LocationOfVisit(visit, &appointment, codes), 1);
  EXPECT_EQ(LocationOfVisit(visit, nullptr, codes), 2) << "the practitioner's own";
  visit.location = "2";
  EXPECT_EQ(LocationOfVisit(visit, &appointment, codes), 2);
  visit.location = "hill clinic";
  EXPECT_EQ(LocationOfVisit(visit, &appointment, codes), 2);
  visit.location = "99";
  EXPECT_EQ(LocationOfVisit(visit, &appointment, codes), 1) << "no such location";
  visit.location = "99999999999999999999";
  EXPECT_EQ(LocationOfVisit(visit, &appointment, codes), 1);
  visit.location.clear();
  visit.user_id = 8;
  EXPECT_EQ(LocationOfVisit(visit, nullptr, codes), 0);
}

TEST(BestPracticeMap, CancerHistory) {
  for (const auto* text :
       {"Melanoma - superficial spreading", "BCC left cheek", "SCC (nose)", "Breast cancer",
        "Carcinoma of prostate", "Hodgkin's lymphoma", "Bowen's disease", "Ca bowel"}) {
    EXPECT_TRUE(IsCancerHistory(text, "")) << text;
  }
  for (const auto* text : {"Hypertension", "Family history of melanoma", "Bowel cancer screening",
                           "Benign naevus", "Cardiac failure", "Asthma", "Cancer phobia", ""}) {
    EXPECT_FALSE(IsCancerHistory(text, "")) << text;
  }
  EXPECT_TRUE(IsCancerHistory("Skin lesion", "254701007 "));
}

TEST(BestPracticeMap, HistoryDatesKeepTheirPrecision) {
  HistoryRow row;
  row.patient = 41;
  row.condition = "Melanoma";
  row.snomed = "372244006";
  row.status = "Inactive";
  row.year = 2019;
  EXPECT_EQ(ToCondition(row).onset, "2019");
  row.month = 7;
  EXPECT_EQ(ToCondition(row).onset, "2019-07");
  row.day = 4;
  EXPECT_EQ(ToCondition(row).onset, "2019-07-04");
  row.day = 31;
  row.month = 6;
  EXPECT_EQ(ToCondition(row).onset, "2019-06") << "no such day";
  EXPECT_TRUE(ToCondition(row).resolved);
  EXPECT_EQ(ToCondition(row).code.system, "http://snomed.info/sct");
  row.year = 0;
  EXPECT_EQ(ToCondition(row).onset, "");
}

TEST(BestPracticeMap, RolesJoinAPersonAndAPlace) {
  LeftOut left_out;
  const auto role = ToPractitionerRole(7, 1, "9990010W", SomeCodes(), left_out);
  EXPECT_EQ(role.practitioner.id, "7");
  EXPECT_EQ(role.location.id, "1");
  EXPECT_EQ(role.practitioner_display, "Dr Sam Tester");
  EXPECT_EQ(role.location_display, "Harbour Clinic");
  ASSERT_EQ(role.identifiers.size(), 1u);
  EXPECT_EQ(role.identifiers[0].type_code, "UPIN");
  EXPECT_EQ(RoleId(7, 1), "7-1");
}

TEST(BestPracticeMap, VersionsFollowContent) {
  LeftOut left_out;
  const model::Record one = ToPatient(SomeRow(), SomeCodes(), left_out);
  EXPECT_EQ(VersionOf(one), VersionOf(ToPatient(SomeRow(), SomeCodes(), left_out)));
  auto changed = SomeRow();
  changed.city = "SYDNEZ";
  EXPECT_NE(VersionOf(one), VersionOf(ToPatient(changed, SomeCodes(), left_out)));
  // A letter that moves from one field to the next.
  auto moved = SomeRow();
  moved.first_name = "AdaM";
  moved.middle_name = "ary Jane";
  EXPECT_NE(VersionOf(one), VersionOf(ToPatient(moved, SomeCodes(), left_out)));
}

}  // namespace
}  // namespace pons::best_practice
