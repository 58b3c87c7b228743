// SPDX-License-Identifier: Apache-2.0
// Clinical data on demand, over the real wire: every kind, nobody, odd rows, missing rights, and
// the bytes of documents.
#include "live_fixture.h"

namespace pons::best_practice {
namespace {

using model::ClinicalKind;

class LiveClinical : public BestPracticeLive {
 protected:
  void SetUp() override {
    BestPracticeLive::SetUp();
    patient_ = Patient("Ada", "Sample");
  }
  std::string Has(std::string_view kind, Object more = {}) {
    more.emplace_back("patient", patient_);
    more.emplace_back("kind", kind);
    return Made("/clinic/clinical", std::move(more));
  }
  Result<ClinicalAnswer> Read(ClinicalKind kind, const std::string& patient) {
    if (!opened_.session) opened_ = Open(settings_ ? *settings_ : SettingsFor(port()));
    return opened_.session->clinical()->ReadClinical({patient, kind, In(seconds(5))});
  }
  std::vector<model::ClinicalItem> Items(ClinicalKind kind) {
    auto answer = Read(kind, patient_);
    EXPECT_TRUE(answer) << answer.error().summary;
    if (!answer) return {};
    EXPECT_TRUE(answer->unreadable.empty());
    return std::move(answer->items);
  }

  std::string patient_;
  std::optional<Settings> settings_;
  Opened opened_;
};

TEST_F(LiveClinical, EveryKindIsEmptyForSomebodyWithNothing) {
  for (const auto kind : connector_.descriptor().can.clinical) {
    const auto answer = Read(kind, patient_);
    ASSERT_TRUE(answer) << model::ClinicalKindName(kind) << ": " << answer.error().summary;
    EXPECT_TRUE(answer->items.empty());
    const auto nobody = Read(kind, "999999");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().fault, Fault::kNotFound);
    EXPECT_EQ(Read(kind, "nobody").error().fault, Fault::kNotFound);
  }
}

TEST_F(LiveClinical, PastHistoryIsWholeNotOnlyCancer) {
  Say("POST", "/clinic/patients/" + patient_ + "/history",
      Object{{"text", "Hypertension"}, {"year", 2011}, {"active", true}});
  Say("POST", "/clinic/patients/" + patient_ + "/history",
      Object{{"text", "Melanoma"}, {"snomed", "372244006"}, {"year", 2019}, {"month", 3}});
  const auto items = Items(ClinicalKind::kConditions);
  ASSERT_EQ(items.size(), 2u);
  const auto& newest = std::get<model::Condition>(items[0].record);
  EXPECT_EQ(newest.code.display, "Melanoma");
  EXPECT_EQ(newest.code.code, "372244006");
  EXPECT_EQ(newest.onset, "2019-03");
  EXPECT_TRUE(newest.resolved);
  EXPECT_FALSE(std::get<model::Condition>(items[1].record).resolved);
}

TEST_F(LiveClinical, DetailsInRtfAreNotPassedOnAsText) {
  Say("POST", "/clinic/patients/" + patient_ + "/history", Object{{"text", "Asthma"}});
  const auto id = Items(ClinicalKind::kConditions).at(0).id;
  Raw("PASTHISTORY", id, "DETAILS", "{\\rtf1\\ansi since childhood}");
  Raw("PASTHISTORY", id, "SIDE", "Left");
  EXPECT_EQ(std::get<model::Condition>(Items(ClinicalKind::kConditions).at(0).record).note,
            "Side: Left");
  Raw("PASTHISTORY", id, "DETAILS", "since childhood");
  EXPECT_EQ(std::get<model::Condition>(Items(ClinicalKind::kConditions).at(0).record).note,
            "Side: Left\nsince childhood");
}

TEST_F(LiveClinical, MedicinesSayHowTheyAreTaken) {
  const auto id = Has("medication", {{"text", "Metformin 500mg Tablet"}});
  Raw("CURRENTRX", id, "DOSE", "1");
  Raw("CURRENTRX", id, "FREQUENCY", "b.d.");
  Raw("CURRENTRX", id, "FOOD", "with meals");
  Raw("CURRENTRX", id, "PRN", 1);
  Raw("CURRENTRX", id, "FIRSTDATE", "1900-01-01");
  Raw("CURRENTRX", id, "LASTDATE", "2026-03-04");
  const auto items = Items(ClinicalKind::kMedications);
  ASSERT_EQ(items.size(), 1u);
  const auto& rx = std::get<model::MedicationStatement>(items[0].record);
  EXPECT_EQ(items[0].id, id);
  EXPECT_EQ(rx.medication.display, "Metformin 500mg Tablet");
  EXPECT_EQ(rx.dosage, "1 b.d., with meals");
  EXPECT_TRUE(rx.as_needed);
  EXPECT_EQ(rx.start, "") << "1900 is the database's way of saying nothing";
  EXPECT_EQ(rx.last, "2026-03-04");
}

TEST_F(LiveClinical, ARowThatCannotBeReadIsToldAndStopsNothing) {
  Has("medication", {{"text", "Aspirin"}});
  const auto odd = Has("medication", {{"text", "Warfarin"}});
  Raw("CURRENTRX", odd, "DRUGNAME", Value());
  const auto answer = Read(ClinicalKind::kMedications, patient_);
  ASSERT_TRUE(answer) << answer.error().summary;
  EXPECT_EQ(answer->items.size(), 1u);
  ASSERT_EQ(answer->unreadable.size(), 1u);
  EXPECT_EQ(answer->unreadable[0].field, "DrugName");
  EXPECT_EQ(answer->unreadable[0].ref.id, patient_);
}

TEST_F(LiveClinical, NoneKnownIsToldOnlyWhereThePracticeSaysSo) {
  const auto social = Has("social");
  EXPECT_TRUE(Items(ClinicalKind::kAllergies).empty()) << "not recorded";
  Raw("CLINICAL", social, "KNOWNALLERGIES", "Nil known");
  auto items = Items(ClinicalKind::kAllergies);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(std::get<model::AllergyIntolerance>(items[0].record).none_known);
  Has("reaction", {{"text", "Penicillins"}});
  items = Items(ClinicalKind::kAllergies);
  ASSERT_EQ(items.size(), 1u);
  const auto& reaction = std::get<model::AllergyIntolerance>(items[0].record);
  EXPECT_EQ(reaction.substance.display, "Penicillins");
  EXPECT_FALSE(reaction.none_known);
  EXPECT_FALSE(reaction.severity.empty());
}

TEST_F(LiveClinical, TwoPressuresOfOneMomentAreOneMeasurement) {
  Has("pressure");
  Has("observation", {{"code", 8}, {"text", "Weight"}, {"value", "82.5"}});
  Has("observation", {{"code", 8}, {"text", "Weight"}, {"value", "1800"}});
  const auto items = Items(ClinicalKind::kVitalSigns);
  ASSERT_EQ(items.size(), 3u);
  int pressures = 0, weights = 0, odd = 0;
  for (const auto& item : items) {
    const auto& one = std::get<model::Observation>(item.record);
    EXPECT_EQ(one.category, "vital-signs");
    if (one.code.code == "85354-9") {
      ++pressures;
      ASSERT_EQ(one.components.size(), 2u);
      EXPECT_EQ(one.components[0].quantity.code, "mm[Hg]");
      EXPECT_FALSE(one.quantity);
    } else if (one.code.code == "29463-7") {
      ++weights;
      EXPECT_EQ(*one.quantity, (model::Quantity{"82.5", "kg", "kg"}));
    } else {
      ++odd;  // no person weighs that in kilograms: neither unit nor code is claimed
      EXPECT_EQ(one.code.display, "Weight");
      EXPECT_EQ(one.text, "1800");
    }
  }
  EXPECT_EQ(pressures, 1);
  EXPECT_EQ(weights, 1);
  EXPECT_EQ(odd, 1);
}

TEST_F(LiveClinical, SocialAndFamilyHistory) {
  Has("social");
  const auto social = Items(ClinicalKind::kSocialHistory);
  ASSERT_FALSE(social.empty());
  EXPECT_EQ(std::get<model::Observation>(social[0].record).code.code, "72166-2");
  Has("family");
  Has("family");
  const auto family = Items(ClinicalKind::kFamilyHistory);
  ASSERT_EQ(family.size(), 2u);
  EXPECT_NE(family[0].id, family[1].id);
  EXPECT_FALSE(
      std::get<model::FamilyMemberHistory>(family[0].record).conditions.at(0).display.empty());
}

TEST_F(LiveClinical, DocumentsAreListedAndReadWhereThereIsAWay) {
  Has("letter");
  Has("letter_out");
  Has("report");
  Has("investigation");
  Say("POST", "/clinic/images",
      Object{{"patient", patient_},
             {"title", "Left arm"},
             {"content_type", "image/png"},
             {"content",
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
              "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}});
  auto items = Items(ClinicalKind::kDocuments);
  ASSERT_EQ(items.size(), 5u);
  EXPECT_FALSE(std::get<model::ClinicalDocument>(items[0].record).readable);
  auto content = opened_.session->clinical()->ReadContent(patient_, items[0].id, In(seconds(5)));
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().fault, Fault::kUnsupported);
  EXPECT_NE(content.error().summary.find("document_read_command"), std::string::npos);

  opened_.Close();
  settings_ = SettingsFor(port());
  settings_->Set("document_read_command",
                 "EXEC SANDBOX_ReadDocument @InternalID = {patient_id}, @DocumentID = "
                 "{document_id}, @Kind = {kind}");
  items = Items(ClinicalKind::kDocuments);
  ASSERT_EQ(items.size(), 5u);
  std::map<std::string, std::string> types;
  for (const auto& item : items) {
    const auto& document = std::get<model::ClinicalDocument>(item.record);
    EXPECT_TRUE(document.readable);
    content = opened_.session->clinical()->ReadContent(patient_, item.id, In(seconds(5)));
    ASSERT_TRUE(content) << content.error().summary;
    types[document.type.code] = content->content_type;
  }
  EXPECT_EQ(types["investigation"], "text/plain");
  EXPECT_EQ(types["correspondence-in"], "text/rtf");
  EXPECT_EQ(types["correspondence-out"], "text/html");
  EXPECT_EQ(types["report"], "application/pdf");
  EXPECT_EQ(types["image"], "image/png");
  const auto other = Patient("Eve", "Other");
  content = opened_.session->clinical()->ReadContent(other, items[0].id, In(seconds(5)));
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().fault, Fault::kNotFound) << "it is somebody else's";
}

TEST_F(LiveClinical, AMissingRightIsNamed) {
  Say("POST", "/rights", Object{{"object", "BPS_CurrentRx"}, {"select", false}});
  const auto answer = Read(ClinicalKind::kMedications, patient_);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::kForbidden);
  EXPECT_NE(answer.error().summary.find("BPS_CurrentRx"), std::string::npos);
}

TEST_F(LiveClinical, APatientWhoWasDeletedIsGone) {
  Has("medication");
  Say("DELETE", "/clinic/patients/" + patient_);
  const auto answer = Read(ClinicalKind::kMedications, patient_);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::kNotFound);
}

}  // namespace
}  // namespace pons::best_practice
