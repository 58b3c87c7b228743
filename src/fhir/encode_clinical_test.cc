// SPDX-License-Identifier: Apache-2.0
// Clinical resources against files in testdata/ that a person can read, and what holds for any.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fhir/clinical.h"
#include "json/value.h"

namespace pons::fhir {
namespace {

using model::ClinicalItem;

std::string EncodeItem(ClinicalItem item) {
  const auto zone = PracticeZone::Named("Australia/Sydney").value();
  const std::string id = "p-1.m0123456789abcdefghijkl";
  return EncodeClinical(item, {id, "p-1", "https://pons.health/connections/connection-1",
                               ParseInstant("2026-03-09T04:05:06.789Z").value(), zone});
}

// With PONS_WRITE_EXAMPLES set the file is written instead, to be read by a person.
void ExpectGolden(const std::string& actual, const std::string& name) {
  const std::string path = std::string(PONS_SOURCE_DIR) + "/src/fhir/testdata/" + name + ".json";
  const auto written = json::Parse(actual);
  ASSERT_TRUE(written) << actual;
  if (std::getenv("PONS_WRITE_EXAMPLES") != nullptr) {
    std::ofstream(path) << json::Write(*written) << "\n";
    return;
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const auto expected = json::Parse(text.str());
  ASSERT_TRUE(expected) << path << " cannot be read; the encoder wrote:\n" << actual;
  EXPECT_EQ(json::Write(*written), json::Write(*expected)) << path;
}

TEST(EncodeClinical, MedicationStatement) {
  model::MedicationStatement rx;
  rx.medication.display = "Metformin 500mg Tablet";
  rx.dosage = "1 b.d., with meals";
  rx.reason = "Type 2 diabetes";
  rx.start = "2024-02-29";
  rx.last = "2026-01-05";
  rx.as_needed = true;
  ExpectGolden(EncodeItem({"3", rx}), "medication_statement");
}

TEST(EncodeClinical, AllergyIntolerance) {
  model::AllergyIntolerance allergy;
  allergy.substance.display = "Penicillins";
  allergy.manifestation = "Rash";
  allergy.severity = "moderate";
  allergy.note = "As a child";
  allergy.recorded = "2019-11-02";
  ExpectGolden(EncodeItem({"n1", allergy}), "allergy_intolerance");
  model::AllergyIntolerance none;
  none.none_known = true;
  ExpectGolden(EncodeItem({"none-known", none}), "allergy_intolerance_none");
}

TEST(EncodeClinical, ConditionAskedOfThePractice) {
  model::Condition condition;
  condition.code = {"http://snomed.info/sct", "195967001", "Asthma"};
  condition.onset = "2011-04";
  condition.note = "Side: Left";
  ExpectGolden(EncodeItem({"17", condition}), "condition_asked");
}

TEST(EncodeClinical, BloodPressureIsOneMeasurement) {
  model::Observation pressure;
  pressure.category = "vital-signs";
  pressure.code = {"http://loinc.org", "85354-9",
                   "Blood pressure panel with all children optional"};
  pressure.effective = "2026-03-01T09:30:00+11:00";
  pressure.components = {
      {{"http://loinc.org", "8480-6", "Systolic blood pressure"}, {"128", "mmHg", "mm[Hg]"}},
      {{"http://loinc.org", "8462-4", "Diastolic blood pressure"}, {"82", "mmHg", "mm[Hg]"}}};
  ExpectGolden(EncodeItem({"12+13", pressure}), "observation_blood_pressure");
}

TEST(EncodeClinical, ObservationInWords) {
  model::Observation tobacco;
  tobacco.category = "social-history";
  tobacco.code = {"http://loinc.org", "72166-2", "Tobacco smoking status"};
  tobacco.text = "Smoker";
  tobacco.note = "5 a day, since 1998";
  ExpectGolden(EncodeItem({"tobacco", tobacco}), "observation_social");
}

TEST(EncodeClinical, FamilyMemberHistory) {
  model::FamilyMemberHistory father;
  father.relationship = {"http://terminology.hl7.org/CodeSystem/v3-RoleCode", "FTH", "Father"};
  father.deceased = true;
  father.age_at_death = "71";
  father.conditions = {{"", "", "Melanoma"}, {"", "", ""}};
  father.note = "Cause of death: Melanoma";
  ExpectGolden(EncodeItem({"parent-father", father}), "family_member_history");
  model::FamilyMemberHistory unknown;
  unknown.none_known = true;
  ExpectGolden(EncodeItem({"unknown", unknown}), "family_member_history_unknown");
}

TEST(EncodeClinical, PracticeDocument) {
  model::ClinicalDocument letter;
  letter.type = {"", "correspondence-in", "Correspondence in"};
  letter.category = "Specialist letter";
  letter.title = "Dermatology review";
  letter.author = "Dr Morgan Ellis";
  letter.date = "2026-02-03";
  letter.confidential = true;
  letter.readable = true;
  ExpectGolden(EncodeItem({"correspondence-in-5", letter}), "document_reference_practice");
}

// FHIR decimals keep their digits; what is none is said in words.
TEST(EncodeClinical, ValuesAreNumbersOnlyWhereTheyAreNumbers) {
  for (const char* value : {"71.50", "0.3", "100", "-4.2"}) {
    model::Observation one;
    one.code.display = "x";
    one.quantity = model::Quantity{value, "kg", "kg"};
    EXPECT_NE(EncodeItem({"1", one}).find("\"value\":" + std::string(value) + ","),
              std::string::npos);
  }
  for (const char* value : {"", "12/80", "1e9", "007", "1.", ".5", "NaN", "1}"}) {
    model::Observation one;
    one.code.display = "x";
    one.quantity = model::Quantity{value, "kg", "kg"};
    const auto text = EncodeItem({"1", one});
    EXPECT_EQ(text.find("valueQuantity"), std::string::npos) << value;
    EXPECT_TRUE(json::Parse(text)) << text;
  }
}

TEST(EncodeClinical, DatesThatAreNoneAreLeftOut) {
  model::MedicationStatement rx;
  rx.medication.display = "x";
  rx.start = "soon";
  rx.last = "2026-13-01";
  const auto text = EncodeItem({"1", rx});
  EXPECT_EQ(text.find("effectivePeriod"), std::string::npos);
  EXPECT_EQ(text.find("dateAsserted"), std::string::npos);
}

}  // namespace
}  // namespace pons::fhir
