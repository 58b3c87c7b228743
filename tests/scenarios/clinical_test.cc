// SPDX-License-Identifier: Apache-2.0
// The life of a question about a patient: asked by the app, answered by the practice there and
// then.
#include <chrono>
#include <set>

#include "tests/scenarios/story.h"

namespace pons::scenarios {
namespace {

class Clinical : public Story<Clinical> {
 public:
  static rehearsal::WorldOptions Options() {
    rehearsal::WorldOptions options;
    options.vendor = "best_practice";
    options.patients = 60;
    options.appointments = 60;
    options.switches = {{"read_clinical_data", "on"}};
    options.settings = {{"document_read_command",
                         "EXEC SANDBOX_ReadDocument @InternalID = {patient_id}, @DocumentID = "
                         "{document_id}, @Kind = {kind}"}};
    return options;
  }

 protected:
  static constexpr const char* kPatient = "5";
  static void Has(std::string_view kind, json::Object more = {}) {
    more.emplace_back("patient", kPatient);
    more.emplace_back("kind", kind);
    Staff("POST", "/clinic/clinical", std::move(more));
  }
  // The matches; what could not be read is no match.
  static std::vector<json::Value> Matches(const std::string& search) {
    const auto answer = Get(search);
    EXPECT_EQ(answer.status, 200) << answer.text;
    std::vector<json::Value> out;
    const auto* entries = answer.body.Find("entry");
    if (entries == nullptr || entries->array() == nullptr) return out;
    for (const auto& entry : *entries->array()) {
      if (entry.Find("search")->Text("mode") == "match") out.push_back(*entry.Find("resource"));
    }
    return out;
  }
};

TEST_F(Clinical, WhatStaffHaveJustWrittenIsInTheNextAnswer) {
  const auto before = Matches("MedicationStatement?patient=" + PatientId()).size();
  Has("medication", {{"text", "Amoxicillin 500mg Capsule"}});
  const auto asked = std::chrono::steady_clock::now();
  const auto found = Matches("MedicationStatement?patient=" + PatientId());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - asked);
  RecordProperty("answer_ms", static_cast<int>(took.count()));
  ASSERT_EQ(found.size(), before + 1);
  bool there = false;
  for (const auto& one : found) {
    there =
        there || one.Find("medicationCodeableConcept")->Text("text") == "Amoxicillin 500mg Capsule";
    const auto again = Get("MedicationStatement/" + std::string(one.Text("id")));
    EXPECT_EQ(again.status, 200) << again.text;
    EXPECT_EQ(again.body.Text("id"), one.Text("id"));
  }
  EXPECT_TRUE(there);
}

TEST_F(Clinical, EveryTypeIsAnswered) {
  for (const char* kind : {"reaction", "pressure", "social", "family", "letter", "investigation"}) {
    Has(kind);
  }
  Staff("POST", "/clinic/patients/5/history", json::Object{{"text", "Asthma"}, {"year", 2011}});
  for (const char* type : {"Condition", "MedicationStatement", "AllergyIntolerance", "Observation",
                           "FamilyMemberHistory"}) {
    EXPECT_FALSE(Matches(std::string(type) + "?patient=" + PatientId()).empty()) << type;
  }
  for (const auto& one :
       Matches("Observation?patient=" + PatientId() + "&category=vital-signs&code=85354-9")) {
    EXPECT_EQ(one.Find("component")->array()->size(), 2u);
  }
}

TEST_F(Clinical, CancerHistoryIsThereOnce) {
  Staff("POST", "/clinic/patients/5/history",
        json::Object{{"text", "Melanoma of skin"}, {"snomed", "372244006"}, {"year", 2019}});
  PatientId();
  ASSERT_TRUE(world().Share(kPatient));
  const auto patient = PatientId();
  ASSERT_TRUE(World::Eventually([&] { return !Matches("Condition?_count=5").empty(); }));
  std::multiset<std::string> texts;
  std::set<std::string> ids;
  for (const auto& one : Matches("Condition?patient=" + patient)) {
    texts.emplace(one.Find("code")->Text("text"));
    ids.emplace(one.Text("id"));
  }
  EXPECT_EQ(texts.count("Melanoma of skin"), 1u);
  for (const auto& kept : Matches("Condition?_count=50")) {
    EXPECT_TRUE(ids.contains(std::string(kept.Text("id")))) << "the same entry has the same id";
  }
}

TEST_F(Clinical, ADocumentOfThePracticeIsListedAndRead) {
  Has("letter");
  const auto found =
      Matches("DocumentReference?patient=" + PatientId() + "&category=practice-document");
  ASSERT_FALSE(found.empty());
  const auto& attachment = *found[0].Find("content")->array()->front().Find("attachment");
  const auto bytes = Get(std::string(attachment.Text("url")));
  EXPECT_EQ(bytes.status, 200) << bytes.text;
  EXPECT_FALSE(bytes.text.empty());
}

TEST_F(Clinical, APatientWhoWasNotSharedIsNotThere) {
  const auto answer = Get("MedicationStatement?patient=0123456789ABCDEFGHIJKL");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body.Text("resourceType"), "OperationOutcome");
}

// Last: the practice does not come back.
TEST_F(Clinical, ZAPracticeThatIsAwayIsToldAsSuch) {
  const auto patient = PatientId();
  Staff("POST", "/faults", json::Object{{"action", "drop_before_effect"}, {"times", 0}});
  const auto answer = Get("MedicationStatement?patient=" + patient);
  EXPECT_TRUE(answer.status == 503 || answer.status == 504) << answer.status << answer.text;
  EXPECT_EQ(answer.body.Text("resourceType"), "OperationOutcome");
}

}  // namespace
}  // namespace pons::scenarios
