// SPDX-License-Identifier: Apache-2.0
// A made-up practice must be believable in every row and the same for the same seed.
#include "vendors/best_practice/sandbox/made_up_practice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "vendors/best_practice/sandbox/au_numbers.h"

namespace pons::best_practice::sandbox {
namespace {

using namespace std::chrono;  // NOLINT: literals of dates
using sandboxkit::ClinicAppointment;
using sandboxkit::ClinicAppointmentType;
using sandboxkit::ClinicLocation;
using sandboxkit::ClinicPatient;
using sandboxkit::ClinicPractitioner;
using sandboxkit::ClinicSink;

struct Practice {
  std::string name, number;
  std::vector<ClinicLocation> locations;
  std::vector<ClinicPractitioner> practitioners;
  std::vector<ClinicAppointmentType> types;
  std::vector<ClinicPatient> patients;
  std::vector<ClinicAppointment> appointments;
};

constexpr std::int64_t kFirstId = 500;

Practice Make(const MadeUpOptions& options) {
  Practice made;
  ClinicSink sink;
  sink.practice = [&](const std::string& name, const std::string& number) {
    made.name = name;
    made.number = number;
  };
  sink.location = [&](const ClinicLocation& x) { made.locations.push_back(x); };
  sink.practitioner = [&](const ClinicPractitioner& x) { made.practitioners.push_back(x); };
  sink.appointment_type = [&](const ClinicAppointmentType& x) { made.types.push_back(x); };
  sink.patient = [&](const ClinicPatient& x) {
    made.patients.push_back(x);
    return kFirstId + static_cast<std::int64_t>(made.patients.size()) - 1;
  };
  sink.appointment = [&](const ClinicAppointment& x) { made.appointments.push_back(x); };
  MakeUpPractice(options, sink);
  return made;
}

MadeUpOptions Options(std::int64_t patients, std::int64_t appointments, std::uint64_t seed = 7) {
  MadeUpOptions options;
  options.patients = patients;
  options.appointments = appointments;
  options.seed = seed;
  options.today = 2026y / 5 / 4;  // a Monday
  options.now_seconds = 10 * 3600;
  return options;
}

std::string Text(const ClinicPatient& p) {
  std::string text = p.title + '|' + p.given + '|' + p.middle + '|' + p.family + '|' +
                     p.birth_date + '|' + p.sex + '|' + p.address.line1 + '|' + p.medicare + '|' +
                     p.individual_number + '|' + p.mobile_phone + '|' + p.email;
  for (const auto& condition : p.history) text += '|' + condition.text;
  return text;
}

TEST(MadeUpPractice, TheSameSeedIsTheSamePractice) {
  const Practice one = Make(Options(300, 900));
  const Practice two = Make(Options(300, 900));
  const Practice other = Make(Options(300, 900, 8));
  ASSERT_EQ(one.patients.size(), 300u);
  ASSERT_EQ(one.appointments.size(), 900u);
  int same = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(Text(one.patients[i]), Text(two.patients[i]));
    same += Text(one.patients[i]) == Text(other.patients[i]) ? 1 : 0;
  }
  EXPECT_EQ(same, 0);
  for (std::size_t i = 0; i < 900; ++i) {
    EXPECT_EQ(one.appointments[i].patient, two.appointments[i].patient);
    EXPECT_EQ(one.appointments[i].date, two.appointments[i].date);
    EXPECT_EQ(one.appointments[i].start_seconds, two.appointments[i].start_seconds);
    EXPECT_EQ(one.appointments[i].status, two.appointments[i].status);
  }
}

TEST(MadeUpPractice, NumbersPassTheirChecks) {
  const Practice made = Make(Options(3000, 10));
  EXPECT_TRUE(IsHealthNumber(made.number, "800362"));
  ASSERT_EQ(made.locations.size(), 3u);
  for (const auto& location : made.locations) {
    EXPECT_TRUE(IsHealthNumber(location.organization_number, "800362"));
  }
  ASSERT_EQ(made.practitioners.size(), 8u);
  std::set<std::string> provider_numbers;
  for (const auto& person : made.practitioners) {
    EXPECT_TRUE(IsHealthNumber(person.individual_number, "800361")) << person.family;
    ASSERT_FALSE(person.places.empty()) << person.family;
    for (const auto& place : person.places) {
      EXPECT_TRUE(IsProviderNumber(place.provider_number)) << place.provider_number;
      EXPECT_TRUE(provider_numbers.insert(place.provider_number).second);
      EXPECT_GE(place.location, 1);
      EXPECT_LE(place.location, 3);
    }
  }
  std::set<std::string> ihis, people;
  std::map<std::string, std::string> card_address;
  int with_card = 0, dva = 0, pension = 0;
  for (const auto& patient : made.patients) {
    if (!patient.individual_number.empty()) {
      EXPECT_TRUE(IsHealthNumber(patient.individual_number, "800360"));
      EXPECT_TRUE(ihis.insert(patient.individual_number).second);
    }
    dva += patient.dva_number.empty() ? 0 : 1;
    pension += patient.pension_number.empty() ? 0 : 1;
    if (patient.medicare.empty()) continue;
    ++with_card;
    EXPECT_TRUE(IsMedicareCard(patient.medicare)) << patient.medicare;
    EXPECT_THAT(patient.medicare_expiry, testing::MatchesRegex("[01][0-9]/20[23][0-9]"));
    EXPECT_TRUE(people.insert(patient.medicare + patient.medicare_line).second)
        << "two people on one line of a card";
    // Who shares a card lives together.
    const std::string address = patient.address.line1 + patient.address.line2;
    EXPECT_EQ(card_address.emplace(patient.medicare, address).first->second, address);
  }
  EXPECT_GT(with_card, 2700);
  EXPECT_LT(card_address.size(), people.size() * 3 / 4) << "families share cards";
  EXPECT_GT(dva, 5);
  EXPECT_GT(pension, 150);
}

TEST(MadeUpPractice, FitsTheColumnsAndReachesNobody) {
  const Practice made = Make(Options(3000, 10));
  for (const auto& p : made.patients) {
    EXPECT_LE(p.given.size(), 40u);
    EXPECT_LE(p.middle.size(), 30u);
    EXPECT_LE(p.family.size(), 40u);
    EXPECT_LE(p.address.line1.size(), 40u);
    EXPECT_LE(p.home_phone.size(), 14u);
    EXPECT_LE(p.dva_number.size(), 14u);
    EXPECT_LE(p.pension_number.size(), 14u);
    EXPECT_LE(p.record_number.size(), 10u);
    EXPECT_EQ(p.address.postcode.size(), 4u);
    EXPECT_TRUE(IsValidUtf8(p.given + p.family));
    if (!p.mobile_phone.empty()) {
      EXPECT_TRUE(p.mobile_phone.starts_with("0491 57"));
    }
    for (const std::string& phone : {p.home_phone, p.work_phone}) {
      if (!phone.empty()) {
        EXPECT_THAT(phone, testing::MatchesRegex("0[237] (5550|7010) [0-9][0-9][0-9][0-9]"));
      }
    }
    if (!p.email.empty()) {
      EXPECT_THAT(p.email, testing::MatchesRegex("[a-z0-9]+\\.[a-z0-9]+@(example\\.[a-z]+|[a-z]+"
                                                 "\\.example)"));
    }
    const auto born = ParseDate(p.birth_date);
    ASSERT_TRUE(born) << p.birth_date;
    EXPECT_LT(*born, Date(2026y / 5 / 4));
    EXPECT_GT(*born, Date(1925y / 1 / 1));
    for (const auto& condition : p.history) {
      EXPECT_LE(condition.year, 2026);
      EXPECT_GE(condition.year, static_cast<int>(born->year()));
      EXPECT_THAT(condition.snomed, testing::MatchesRegex("[0-9]+"));
    }
  }
}

TEST(MadeUpPractice, IsDiverse) {
  const Practice made = Make(Options(5000, 10));
  std::set<std::string> ethnicities, families, postcodes;
  std::map<std::string, int> conditions;
  int apostrophes = 0, hyphens = 0, accents = 0, children = 0, old = 0, women = 0;
  for (const auto& p : made.patients) {
    ethnicities.insert(p.ethnicity);
    families.insert(p.family);
    postcodes.insert(p.address.postcode.substr(0, 1));
    const std::string name = p.given + ' ' + p.family;
    apostrophes += name.find('\'') != std::string::npos ? 1 : 0;
    hyphens += name.find('-') != std::string::npos ? 1 : 0;
    accents +=
        std::any_of(name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; }) ? 1 : 0;
    const int year = std::stoi(p.birth_date.substr(0, 4));
    children += year >= 2008 ? 1 : 0;
    old += year <= 1956 ? 1 : 0;
    women += p.sex == "Female" ? 1 : 0;
    for (const auto& condition : p.history) ++conditions[condition.snomed];
  }
  EXPECT_GE(ethnicities.size(), 12u);
  EXPECT_GE(families.size(), 200u);
  EXPECT_EQ(postcodes, (std::set<std::string>{"2", "3", "4"}));
  for (const int count : {apostrophes, hyphens, accents}) EXPECT_GT(count, 30);
  EXPECT_GT(children, 600);
  EXPECT_GT(old, 500);
  EXPECT_NEAR(women, 2550, 250);
  for (const char* cancer : {"93655004", "254701007", "254651007", "254837009"}) {
    EXPECT_GT(conditions[cancer], 10) << cancer;
  }
}

// Nobody is in two rooms at once, nobody sees two patients at once, and the rooms are open.
TEST(MadeUpPractice, TheDiaryHolds) {
  const Practice made = Make(Options(2000, 6000));
  ASSERT_EQ(made.appointments.size(), 6000u);
  std::map<std::pair<std::int64_t, std::string>, std::vector<const ClinicAppointment*>> days;
  std::set<std::pair<std::int64_t, std::string>> patient_days;
  std::set<std::int64_t> types;
  int today = 0, future = 0, past = 0, twice = 0;
  std::map<std::string, int> todays;
  for (const auto& a : made.appointments) {
    days[{a.practitioner, a.date}].push_back(&a);
    twice += patient_days.insert({a.patient, a.date}).second ? 0 : 1;
    types.insert(a.type);
    EXPECT_GE(a.start_seconds, 8 * 3600);
    EXPECT_LE(a.start_seconds + a.length_seconds, 17 * 3600 + 1800);
    EXPECT_EQ(a.start_seconds % 900, 0);
    EXPECT_GE(a.patient, kFirstId);
    EXPECT_LT(a.patient, kFirstId + 2000);
    const auto date = ParseDate(a.date);
    ASSERT_TRUE(date);
    EXPECT_NE(weekday(sys_days(*date)), Sunday);
    if (*date == Date(2026y / 5 / 4)) {
      ++today;
      ++todays[a.status];
    } else if (*date > Date(2026y / 5 / 4)) {
      ++future;
      EXPECT_EQ(a.status, "Booked");
    } else {
      ++past;
      EXPECT_TRUE(a.status == "Completed" || a.status == "DNA") << a.status;
    }
  }
  EXPECT_EQ(twice, 0);
  EXPECT_EQ(types.size(), made.types.size());
  EXPECT_GT(today, 120);
  EXPECT_GT(past, future);
  EXPECT_GT(future, 1000);
  EXPECT_GT(todays["Waiting"], 5);
  EXPECT_GT(todays["Booked"], 40);
  EXPECT_GT(todays["Completed"], 15);
  for (auto& [day, list] : days) {
    std::sort(list.begin(), list.end(),
              [](auto* a, auto* b) { return a->start_seconds < b->start_seconds; });
    for (std::size_t i = 1; i < list.size(); ++i) {
      EXPECT_LE(list[i - 1]->start_seconds + list[i - 1]->length_seconds, list[i]->start_seconds);
      EXPECT_EQ(list[i - 1]->location, list[i]->location) << "in two places on one day";
    }
  }
}

TEST(MadeUpPractice, EverySizeIsExact) {
  for (const auto& [patients, appointments] :
       std::vector<std::pair<int, int>>{{0, 0}, {1, 0}, {1, 1}, {5, 3}, {40, 177}, {100, 2501}}) {
    const Practice made = Make(Options(patients, appointments));
    EXPECT_EQ(made.patients.size(), static_cast<std::size_t>(patients));
    EXPECT_EQ(made.appointments.size(), static_cast<std::size_t>(appointments));
  }
}

TEST(MadeUpPractice, TodayIsOpenOnASunday) {
  MadeUpOptions options = Options(500, 60);
  options.today = 2026y / 11 / 22;
  options.now_seconds = 23 * 3600;
  const Practice made = Make(options);
  int waiting = 0;
  std::set<std::int64_t> practitioners;
  for (const auto& a : made.appointments) {
    EXPECT_EQ(a.date, "2026-11-22");
    practitioners.insert(a.practitioner);
    waiting += a.status == "Waiting" ? 1 : 0;
  }
  EXPECT_EQ(practitioners.size(), 8u) << "a small practice still shows every column";
  EXPECT_GT(waiting, 0) << "there is somebody to start a visit with";
}

// Before the practice opens nobody has been seen; a visit ahead of the clock would be nonsense.
TEST(MadeUpPractice, NothingIsDoneBeforeItHappened) {
  MadeUpOptions options = Options(500, 150);
  options.now_seconds = 3 * 3600;
  std::map<std::string, int> statuses;
  for (const auto& a : Make(options).appointments) ++statuses[a.status];
  EXPECT_EQ(statuses["Completed"] + statuses["At billing"] + statuses["DNA"], 0);
  EXPECT_GT(statuses["Waiting"], 3);
}

// What first-sync loads: in seconds, and without remembering what was told.
TEST(MadeUpPractice, AHundredThousandPatientsStream) {
  std::int64_t patients = 0, appointments = 0;
  ClinicSink sink;
  sink.practice = [](const std::string&, const std::string&) {};
  sink.location = [](const ClinicLocation&) {};
  sink.practitioner = [](const ClinicPractitioner&) {};
  sink.appointment_type = [](const ClinicAppointmentType&) {};
  sink.patient = [&](const ClinicPatient&) { return ++patients; };
  sink.appointment = [&](const ClinicAppointment&) { ++appointments; };
  const auto start = steady_clock::now();
  MakeUpPractice(Options(100'000, 500'000), sink);
  const auto took = duration_cast<milliseconds>(steady_clock::now() - start);
  EXPECT_EQ(patients, 100'000);
  EXPECT_EQ(appointments, 500'000);
  RecordProperty("milliseconds", static_cast<int>(took.count()));
}

}  // namespace
}  // namespace pons::best_practice::sandbox
