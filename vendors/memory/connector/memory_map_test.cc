// SPDX-License-Identifier: Apache-2.0
// Rows as records: what each member means, and which rows cannot be read.
#include "vendors/memory/connector/memory_map.h"

#include <gtest/gtest.h>

namespace pons::memory {
namespace {

PracticeZone Sydney() { return *PracticeZone::Named("Australia/Sydney"); }

Row RowOf(json::Object data) {
  Row row;
  row.id = "x1";
  row.data = json::Value(std::move(data));
  return row;
}

TEST(MemoryMap, APatientKeepsEveryDetail) {
  const auto read = ToRecord(Table::kPatients,
                             RowOf({{"first", "Zo\u00eb"},
                                    {"last", "O'Brien"},
                                    {"sex", "F"},
                                    {"born", "1980-02-29"},
                                    {"medicare", "2950156481"},
                                    {"street", "1 High St"},
                                    {"suburb", "Leura"},
                                    {"postcode", "2780"},
                                    {"mobile", "0400000000"},
                                    {"unheard_of", 7}}),
                             Sydney());
  const auto* record = std::get_if<model::Record>(&read);
  ASSERT_NE(record, nullptr);
  const auto& patient = std::get<model::Patient>(*record);
  EXPECT_EQ(patient.names.at(0).given, "Zo\u00eb");
  EXPECT_EQ(patient.names.at(0).family, "O'Brien");
  EXPECT_EQ(patient.gender, model::Gender::kFemale);
  EXPECT_EQ(FormatDate(patient.birth_date.value()), "1980-02-29");
  EXPECT_EQ(patient.identifiers.at(0).value, "2950156481");
  EXPECT_EQ(patient.addresses.at(0).city, "Leura");
  EXPECT_EQ(patient.telecoms.at(0).use, "mobile");
}

struct BadRow {
  Table table;
  json::Object data;
  std::string field;
};

TEST(MemoryMap, WhatAnAppSaysAboutAPatientIsReadBackAsItWasSaid) {
  const auto said = RowOf({{"first", "Zo\u00eb"},
                           {"middle", "Ann"},
                           {"last", "O'Brien"},
                           {"sex", "F"},
                           {"born", "1980-02-29"},
                           {"medicare", "2950156481"},
                           {"phone", "0255500000"},
                           {"mobile", "0400000000"},
                           {"email", "z@example.invalid"},
                           {"street", "1 High St"},
                           {"suburb", "Leura"},
                           {"postcode", "2780"}});
  const auto record = std::get<model::Record>(ToRecord(Table::kPatients, said, Sydney()));
  EXPECT_EQ(json::Value(FromPatient(std::get<model::Patient>(record))), said.data);
}

TEST(MemoryMap, WhatIsNotTheAppsToSayIsLeftOut) {
  const auto row = json::Value(FromPatient({}));
  for (const char* key : {"title", "inactive", "died", "ethnicity", "usual_doctor"}) {
    EXPECT_EQ(row.Find(key), nullptr) << key;
  }
}

TEST(MemoryMap, ARowThatCannotBeReadNamesTheFieldAndNotTheValue) {
  const BadRow rows[] = {
      {Table::kPatients, {{"last", 12}}, "last"},
      {Table::kPatients, {{"first", "A"}}, "last"},
      {Table::kPatients, {{"last", "A"}, {"born", "1980-02-30"}}, "born"},
      {Table::kDiary, {{"state", "booked"}, {"starts", "tomorrow"}}, "starts"},
      {Table::kDiary, {{"state", "sleeping"}, {"starts", "2026-01-01T09:00:00"}}, "state"},
      {Table::kVisits, {{"began", "2026-01-01T09:00:00"}}, "patient"},
      {Table::kReasons, {{"label", "A"}, {"minutes", "many"}}, "minutes"},
  };
  for (const auto& bad : rows) {
    const auto read = ToRecord(bad.table, RowOf(bad.data), Sydney());
    const auto* unreadable = std::get_if<Unreadable>(&read);
    ASSERT_NE(unreadable, nullptr) << bad.field;
    EXPECT_EQ(unreadable->field, bad.field);
    EXPECT_EQ(unreadable->ref.id, "x1");
  }
}

TEST(MemoryMap, LocalTimesAreReadInThePracticesZone) {
  const auto read = ToRecord(
      Table::kDiary,
      RowOf({{"state", "booked"}, {"starts", "2026-07-01T09:00:00"}, {"minutes", 30}}), Sydney());
  const auto* record = std::get_if<model::Record>(&read);
  ASSERT_NE(record, nullptr);
  const auto& appointment = std::get<model::Appointment>(*record);
  EXPECT_EQ(FormatInstant(appointment.start), "2026-06-30T23:00:00.000Z");
  EXPECT_EQ(FormatInstant(appointment.end), "2026-06-30T23:30:00.000Z");
}

}  // namespace
}  // namespace pons::memory
