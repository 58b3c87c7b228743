// SPDX-License-Identifier: Apache-2.0
#include "commands/body_json.h"

#include <gtest/gtest.h>

namespace pons::commands {
namespace {

using model::Stream;

Date Day(int year, unsigned month, unsigned day) {
  return Date(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day));
}

// Every field filled, so that one left out of the description is missed.
model::Patient FullPatient() {
  model::Patient patient;
  patient.identifiers = {{"http://ns.electronichealth.net.au/id/medicare-number", "2950156481",
                          "http://terminology.hl7.org/CodeSystem/v2-0203", "MC", "official",
                          "2028-05", "Services Australia"},
                         {"sys", "\"quoted\" \\ 名前", "", "", "", "", ""}};
  patient.active = false;
  patient.names = {{"usual", "Mrs", "Ann", "Marie", "O'Neil-Nguyễn"},
                   {"official", "", "A", "", ""}};
  patient.telecoms = {{"phone", "0491 570 156", "mobile"}, {"email", "a@example.com", "home"}};
  patient.gender = model::Gender::kOther;
  patient.birth_date = Day(1984, 2, 29);
  patient.deceased_date = Day(2026, 1, 1);
  patient.deceased = true;
  patient.addresses = {{"home", "postal", {"Unit 1", "2 Smith St"}, "Perth", "WA", "6000", "AU"}};
  patient.ethnicity = {"s", "c", "d"};
  patient.indigenous_status = {"s2", "c2", "d2"};
  patient.general_practitioner = {Stream::kPractitioners, "7/8"};
  return patient;
}

std::vector<model::CommandBody> Bodies() {
  const Instant at = FromMillis(1770000000123);
  model::AttachDocument document;
  document.document_id = "doc1";
  document.patient = {Stream::kPatients, "1"};
  document.author = {Stream::kPractitioners, "2"};
  document.location = {Stream::kLocations, "3"};
  document.title = "Timeline | report";
  document.type = {"http://loinc.org", "11503-0", "Medical records"};
  document.content_type = "application/pdf";
  document.date = at;
  document.replaces = "doc0";
  return {
      model::CreatePatient{FullPatient()},
      model::CreatePatient{},
      model::UpdatePatient{{Stream::kPatients, "4711"}, FullPatient()},
      model::BookAppointment{{Stream::kPatients, "1"},
                             {Stream::kPractitioners, "2"},
                             {Stream::kLocations, "3"},
                             {Stream::kHealthcareServices, "4"},
                             at,
                             std::chrono::minutes(25),
                             "skin check\nline two"},
      model::BookAppointment{},
      model::MoveAppointment{{Stream::kAppointments, "9"},
                             {Stream::kPractitioners, "2"},
                             {Stream::kLocations, "3"},
                             at},
      model::CancelAppointment{{Stream::kAppointments, "9"}, "patient rang"},
      model::SetAppointmentStatus{{Stream::kAppointments, "9"}, model::AppointmentStatus::kNoShow},
      document};
}

bool Same(const model::AttachDocument& a, const model::AttachDocument& b) {
  return a.document_id == b.document_id && a.patient == b.patient && a.author == b.author &&
         a.location == b.location && a.title == b.title && a.type == b.type &&
         a.content_type == b.content_type && a.date == b.date && a.replaces == b.replaces;
}
template <typename T>
bool Same(const T& a, const T& b) {
  return a == b;
}

TEST(BodyJson, WhatIsReadBackIsWhatWasWritten) {
  for (const auto& body : Bodies()) {
    const auto kind = model::KindOf(body);
    const auto text = WriteBody(body);
    const auto back = ReadBody(kind, text);
    ASSERT_TRUE(back) << model::CommandKindName(kind) << ": " << back.error().summary;
    ASSERT_EQ(back->index(), body.index());
    const bool same = std::visit(
        [&](const auto& value) {
          return Same(value, std::get<std::decay_t<decltype(value)>>(*back));
        },
        body);
    EXPECT_TRUE(same) << text;
  }
}

TEST(BodyJson, ADocumentsBytesAreNotPartOfIt) {
  model::AttachDocument document;
  document.content = std::make_shared<const std::string>("%PDF-canary");
  EXPECT_EQ(WriteBody(document).find("canary"), std::string::npos);
}

TEST(BodyJson, DamagedTextIsAnErrorAndNoBody) {
  for (const char* text : {"", "[]", "{\"patient\":", "nothing"}) {
    const auto back = ReadBody(model::CommandKind::kCreatePatient, text);
    ASSERT_FALSE(back) << text;
    EXPECT_EQ(back.error().fault, Fault::kInternal);
  }
}

TEST(BodyJson, SlotsComeBack) {
  const std::vector<model::Slot> slots = {{{Stream::kPractitioners, "1"},
                                           {Stream::kLocations, "2"},
                                           {Stream::kHealthcareServices, "3"},
                                           FromMillis(1770000000000),
                                           FromMillis(1770000900000)},
                                          {}};
  EXPECT_EQ(ReadSlots(WriteSlots(slots)), slots);
  EXPECT_TRUE(ReadSlots("").empty());
  EXPECT_TRUE(ReadSlots("{").empty());
}

}  // namespace
}  // namespace pons::commands
