// SPDX-License-Identifier: Apache-2.0
// What rows of the clinical views mean, what is asked for them, and how bytes come back. All people
// are made up.
#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "crypto/crypto.h"
#include "vendors/best_practice/connector/best_practice_clinical_map.h"

namespace pons::best_practice {
namespace {

using net::SqlNull;
using net::SqlValue;
using namespace std::string_literals;

LocalTime Day(int y, unsigned m, unsigned d) {
  using namespace std::chrono;
  return LocalTime::At(Date(year(y), month(m), day(d)), pons::seconds(0));
}
PracticeZone Sydney() { return *PracticeZone::Named("Australia/Sydney"); }

Measured Row(std::int64_t key, std::int64_t code, std::string value,
             std::string at = "2026-03-01T09:30:00+11:00") {
  return {key, code, "name", std::move(value), "", std::move(at)};
}
const model::Observation& Of(const model::ClinicalItem& item) {
  return std::get<model::Observation>(item.record);
}

TEST(ClinicalStatements, NameTheirColumnsAndChangeNothing) {
  const View* views[] = {&kHistoryView,
                         &kRxView,
                         &kReactionsView,
                         &kKnownAllergiesView,
                         &kObservationsView,
                         &kTobaccoView,
                         &kAlcoholView,
                         &kSocialView,
                         &kFamilyView,
                         &kFamilyDetailView,
                         &kInvestigationsView,
                         &kCorrespondenceInView,
                         &kCorrespondenceOutView,
                         &kReportsView,
                         &kImagesView};
  for (const auto* view : views) {
    const auto statement = SelectOf(*view, 41);
    EXPECT_TRUE(statement.reads_only) << view->name;
    EXPECT_FALSE(statement.columns.empty()) << view->name;
    EXPECT_EQ(statement.text.find('*'), std::string::npos) << statement.text;
    for (const auto* blob : {"ReportHeader", "ReportBody", "VisitNotes"}) {
      EXPECT_EQ(statement.text.find(blob), std::string::npos) << statement.text;
    }
    EXPECT_EQ(statement.parameters, std::vector<SqlValue>{std::int64_t{41}});
    std::set<std::string> names;
    for (const auto column : statement.columns) {
      EXPECT_TRUE(names.insert(AsciiLower(column)).second) << column << " comes twice";
    }
  }
}

TEST(ClinicalStatements, TheReadCommandBindsItsValues) {
  const auto filled =
      FillDocumentReadCommand("EXEC X {patient_id}, {document_id}, {kind}", 7, 9, "report");
  ASSERT_TRUE(filled);
  EXPECT_EQ(filled->text, "EXEC X ?, ?, ?");
  EXPECT_EQ(filled->parameters,
            (std::vector<SqlValue>{std::int64_t{7}, std::int64_t{9}, "report"s}));
  const auto odd = FillDocumentReadCommand("EXEC X {who}", 7, 9, "report");
  ASSERT_FALSE(odd);
  EXPECT_NE(odd.error().summary.find("document_read_command"), std::string::npos);
}

TEST(VitalSigns, PressuresArePairedByMomentAndInOrder) {
  const Measured rows[] = {Row(1, 3, "120"),
                           Row(2, 4, "80"),
                           Row(3, 3, "140"),
                           Row(4, 4, "90"),
                           Row(5, 3, "130", "2026-02-01"),
                           Row(6, 4, "85", "2026-01-01")};
  const auto items = ToVitalSigns(rows);
  ASSERT_EQ(items.size(), 4u);
  EXPECT_EQ(items[0].id, "1+2");
  EXPECT_EQ(Of(items[0]).components[0].quantity.value, "120");
  EXPECT_EQ(Of(items[0]).components[1].quantity.value, "80");
  EXPECT_EQ(items[1].id, "3+4");
  EXPECT_EQ(items[2].id, "5");
  EXPECT_EQ(Of(items[2]).code.code, "8480-6") << "a systolic value of its own";
  EXPECT_EQ(Of(items[3]).code.code, "8462-4");
}

TEST(VitalSigns, CodesAndUnitsAreClaimedOnlyWhereTheValueAllowsIt) {
  struct Case {
    std::int64_t code;
    const char* value;
    const char* loinc;
  };
  const Case cases[] = {{1, "37.2", "8310-5"}, {1, "99", ""},           {7, "178", "8302-2"},
                        {7, "1.78", ""},       {8, "82.50", "29463-7"}, {8, "82kg", ""},
                        {8, "", ""},           {8, "-5", ""},           {8, "1e2", ""},
                        {17, "90", ""},        {6, "5.5", ""},          {999, "1", ""}};
  for (const auto& one : cases) {
    const Measured rows[] = {Row(1, one.code, one.value)};
    const auto items = ToVitalSigns(rows);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(Of(items[0]).code.code, one.loinc) << one.code << " " << one.value;
    EXPECT_EQ(Of(items[0]).quantity.has_value(), *one.loinc != '\0');
    EXPECT_EQ(Of(items[0]).text, *one.loinc == '\0' ? one.value : "");
  }
}

TEST(VitalSigns, ValuesAreFhirDecimals) {
  for (const auto& [held, served] : {std::pair{"82.", "82"},
                                     {"082.5", "82.5"},
                                     {"0.5", "0.5"},
                                     {".5", "0.5"},
                                     {"100", "100"},
                                     {"82.50", "82.50"}}) {
    const Measured rows[] = {Row(1, 8, held)};
    EXPECT_EQ(Of(ToVitalSigns(rows)[0]).quantity->value, served);
  }
}

TEST(VitalSigns, TheTimeIsThePractices) {
  const std::vector<SqlValue> row = {std::int64_t{1}, Day(2026, 7, 1), std::int64_t{34200},
                                     std::int64_t{8}, "Weight"s,       "82.5"s,
                                     "Dr A"s};
  const auto made = ToMeasured(row, Sydney());
  ASSERT_TRUE(std::holds_alternative<Measured>(made));
  EXPECT_EQ(std::get<Measured>(made).effective, "2026-07-01T09:30:00+10:00");
  auto dateless = row;
  dateless[1] = Day(1900, 1, 1);
  EXPECT_EQ(std::get<Measured>(ToMeasured(dateless, Sydney())).effective, "");
  auto timeless = row;
  timeless[2] = std::int64_t{0};
  EXPECT_EQ(std::get<Measured>(ToMeasured(timeless, Sydney())).effective, "2026-07-01");
}

TEST(Allergies, OnlyWordsThatSayNoneAreBelieved) {
  for (const auto* yes : {"Nil known", "NIL KNOWN   ", "No known", "None known", "nil", "None"}) {
    EXPECT_TRUE(SaysNoneKnown(yes)) << yes;
  }
  for (const auto* no : {"", "1", "Unknown", "Not recorded", "Some recorded", "0", "Not known"}) {
    EXPECT_FALSE(SaysNoneKnown(no)) << no;
  }
}

TEST(Allergies, SeverityIsFhirsOrInTheNote) {
  const auto with = [](const char* severity) {
    const std::vector<SqlValue> row = {"Penicillins"s, "Rash"s, std::string(severity),
                                       "As a child"s, Day(2019, 11, 2)};
    return std::get<model::AllergyIntolerance>(
        std::get<model::ClinicalItem>(ToReaction(row)).record);
  };
  EXPECT_EQ(with("Severe  ").severity, "severe");
  EXPECT_EQ(with("Severe  ").note, "As a child");
  EXPECT_EQ(with("Life threatening").severity, "");
  EXPECT_EQ(with("Life threatening").note, "Severity: life threatening\nAs a child");
}

TEST(Items, WithoutANumberAreNamedByWhatTheySay) {
  const auto named = [](const char* item, const char* reaction) {
    const std::vector<SqlValue> row = {std::string(item), std::string(reaction), ""s, ""s,
                                       SqlNull{}};
    return std::get<model::ClinicalItem>(ToReaction(row)).id;
  };
  EXPECT_EQ(named("Penicillins", "Rash"), named("Penicillins   ", "rash"));
  EXPECT_NE(named("Penicillins", "Rash"), named("Penicillins", "Urticaria"));
  EXPECT_NE(named("ab", "c"), named("a", "bc"));
  std::vector<model::ClinicalItem> twice = {{"x", model::Condition{}}, {"x", model::Condition{}}};
  NumberDoubles(twice);
  EXPECT_EQ(twice[0].id, "x");
  EXPECT_EQ(twice[1].id, "x-2");
}

TEST(Family, ParentsAreToldWhereSomethingIsKnown) {
  const auto from = [](std::vector<SqlValue> row) { return FromFamily(row); };
  const auto both =
      from({"No"s, "No"s, std::int64_t{71}, "Stroke"s, "Yes"s, std::int64_t{0}, ""s, ""s});
  ASSERT_EQ(both.size(), 2u);
  const auto& father = std::get<model::FamilyMemberHistory>(both[0].record);
  EXPECT_EQ(father.relationship.code, "FTH");
  EXPECT_EQ(father.deceased, true);
  EXPECT_EQ(father.age_at_death, "71");
  EXPECT_EQ(std::get<model::FamilyMemberHistory>(both[1].record).deceased, false);
  const auto unknown = from({"Yes"s, ""s, SqlNull{}, ""s, ""s, SqlNull{}, ""s, ""s});
  ASSERT_EQ(unknown.size(), 1u);
  EXPECT_TRUE(std::get<model::FamilyMemberHistory>(unknown[0].record).none_known);
  EXPECT_TRUE(from({"No"s, ""s, SqlNull{}, ""s, ""s, SqlNull{}, ""s, ""s}).empty());
}

TEST(Text, DocumentsInATextColumnAreNotText) {
  EXPECT_EQ(PlainText("  plain\nlines "), "plain\nlines");
  for (const auto* document :
       {"{\\rtf1\\ansi x}", "  {\\RTF1 x}", "<html>", "<!doctype html>", "%PDF-1.4"}) {
    EXPECT_EQ(PlainText(document), "") << document;
  }
  EXPECT_EQ(DayOf(Day(1900, 1, 1)), "");
  EXPECT_EQ(DayOf(Day(1899, 12, 30)), "");
  EXPECT_EQ(DayOf(std::nullopt), "");
  EXPECT_EQ(DayOf(Day(2024, 2, 29)), "2024-02-29");
}

TEST(Documents, IdsNameTheirShelf) {
  const auto id = ReadDocumentId("correspondence-in-12");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->shelf->kind, "correspondence-in");
  EXPECT_EQ(id->number, 12);
  for (const auto* none : {"", "12", "report-", "report-0", "report--1", "reports-5", "report-5x",
                           "report-99999999999999999999"}) {
    EXPECT_FALSE(ReadDocumentId(none)) << none;
  }
}

TEST(Documents, BytesComeBackHoweverTheyAreWritten) {
  const std::string pdf = "%PDF-1.4\n\xE2\xE3\x00\xFF"s;
  for (const auto& written :
       {Hex(pdf), "0x" + Hex(pdf), AsciiUpper(Hex(pdf)), crypto::Base64(pdf),
        crypto::Base64(pdf).substr(0, 8) + "\r\n" + crypto::Base64(pdf).substr(8)}) {
    EXPECT_EQ(BytesOf(written), pdf) << written;
  }
  // Digits that could be either: what has the look of a document is taken.
  const std::string text = "plain words of a letter";
  EXPECT_EQ(BytesOf(crypto::Base64(text)), text);
  EXPECT_EQ(BytesOf(Hex(text)), text);
  for (const auto* neither : {"", "not base64!", "0x123", "====", "%PDF-1.4"}) {
    EXPECT_FALSE(BytesOf(neither)) << neither;
  }
}

TEST(Documents, WhatTheyAreIsToldByHowTheyBegin) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"%PDF-1.7", "application/pdf"},
      {"\n%PDF-1.7", "application/pdf"},
      {"{\\rtf1", "text/rtf"},
      {"\xFF\xD8\xFF\xE0", "image/jpeg"},
      {"\x89PNG\r\n\x1A\n", "image/png"},
      {"II*\0x"s, "image/tiff"},
      {"MM\0*x"s, "image/tiff"},
      {"\xEF\xBB\xBF<html>", "text/html"},
      {"  <!DOCTYPE html>", "text/html"},
      {"words", "text/plain"},
      {"caf\xE9", "application/octet-stream"},
      {"a\0b"s, "application/octet-stream"},
      {"", "application/octet-stream"},
      {"PK\x03\x04", "application/octet-stream"}};
  for (const auto& [bytes, type] : cases) EXPECT_EQ(ContentTypeOf(bytes), type);
}

}  // namespace
}  // namespace pons::best_practice
