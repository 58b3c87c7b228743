// SPDX-License-Identifier: Apache-2.0
// Clinical data over HTTP, with the real store and server and a desk that answers as told.
#include "api/clinical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <mutex>

#include "api/test_world.h"
#include "commands/clinical_desk.h"
#include "sync/identity_map.h"

namespace pons::api {
namespace {

using model::ClinicalKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ToldDesk final : public commands::ClinicalDesk {
 public:
  Result<void> Supports(store::ConnectionKey, ClinicalKind kind) override {
    if (lacking.contains(kind)) return MakeError(Fault::kUnsupported, "This vendor has none.");
    return Ok();
  }
  void Ask(const commands::ClinicalAsk& ask, Told told) override {
    {
      const std::lock_guard lock(mutex);
      asks.push_back(ask);
    }
    if (error) return told(*error);
    auto reading = std::make_shared<commands::ClinicalReading>();
    reading->as_of = FromMillis(1'790'000'000'123);
    if (ask.document.empty()) {
      reading->answer.items = items[ask.kind];
      reading->answer.unreadable = unreadable;
    } else {
      reading->content = {"application/pdf", "%PDF-" + ask.document};
    }
    told(std::shared_ptr<const commands::ClinicalReading>(std::move(reading)));
  }

  std::map<ClinicalKind, std::vector<model::ClinicalItem>> items;
  std::vector<Unreadable> unreadable;
  std::set<ClinicalKind> lacking;
  std::optional<Error> error;
  std::mutex mutex;
  std::vector<commands::ClinicalAsk> asks;
};

class ClinicalTest : public World {
 protected:
  void SetUp() override {
    clinical_desk_ = &desk_;
    World::SetUp();
    Switch(true);
    Put(Patient("p1", "Nguyen", "Mai", "1984-07-02"));
    Put(Patient("theirs", "Nguyen", "Other", "1984-07-02"), other_grant_);
    model::Condition asthma;
    asthma.code = {"http://snomed.info/sct", "195967001", "Asthma"};
    asthma.onset = "2011-04";
    model::Condition gone;
    gone.code.display = "Appendicitis";
    gone.resolved = true;
    desk_.items[ClinicalKind::kConditions] = {{"17", asthma}, {"18", gone}};
    model::MedicationStatement rx;
    rx.medication.display = "Perindopril 5mg";
    rx.dosage = "1 in the morning";
    desk_.items[ClinicalKind::kMedications] = {{"3", rx}};
  }
  // The desk outlives the API.
  void TearDown() override { World::TearDown(); }

  void Switch(bool on) {
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      auto grant = NewGrant("grant-1", "org-1", connection_, app_);
      grant.key = grant_;
      grant.switches.read_clinical_data = on;
      tx.Update(grant);
      return Ok();
    }));
  }
  std::string AuditText() {
    std::ifstream in(folder_ + "/audit/audit-00000001.jsonl");
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::size_t Asked() {
    const std::lock_guard lock(desk_.mutex);
    return desk_.asks.size();
  }

  ToldDesk desk_;
};

TEST_F(ClinicalTest, AsksThePracticeAndKeepsNothing) {
  const auto bundle = GetJson("/fhir/R4/MedicationStatement?patient=p1");
  EXPECT_EQ(*bundle.Integer("total"), 1);
  const auto& resource = *(*bundle.Find("entry")->array())[0].Find("resource");
  EXPECT_EQ(resource.Text("resourceType"), "MedicationStatement");
  EXPECT_EQ(resource.Find("subject")->Text("reference"), "Patient/p1");
  EXPECT_EQ(resource.Find("meta")->Text("lastUpdated"), "2026-09-21T14:13:20.123Z");
  EXPECT_EQ(resource.Find("meta")->Text("source"), "https://pons.health/connections/con-1");
  ASSERT_EQ(Asked(), 1u);
  EXPECT_EQ(desk_.asks[0].patient, "v-p1");
  EXPECT_EQ(desk_.asks[0].connection, connection_);
  EXPECT_EQ(Get("/fhir/R4/MedicationStatement?patient=p1").status, 200);
  EXPECT_EQ(Asked(), 2u);
}

TEST_F(ClinicalTest, ReadsByTheIdThatASearchGave) {
  const auto ids = Ids("/fhir/R4/Condition?patient=p1");
  ASSERT_EQ(ids.size(), 2u);
  const auto read = GetJson("/fhir/R4/Condition/" + ids[1]);
  EXPECT_EQ(read.Text("id"), ids[1]);
  EXPECT_EQ(read.Find("code")->Text("text"), "Appendicitis");
  EXPECT_EQ(Ids("/fhir/R4/Condition?patient=p1"), ids);  // stable
  // Of another type, of another kind, of nobody.
  EXPECT_EQ(Get("/fhir/R4/MedicationStatement/" + ids[1]).status, 404);
  auto other = ids[1];
  other.back() = other.back() == 'x' ? 'y' : 'x';
  EXPECT_EQ(Get("/fhir/R4/Condition/" + other).status, 404);
}

TEST_F(ClinicalTest, AnIdOfOnePatientOpensNoOther) {
  Put(Patient("p2", "Tran", "Lan", "1990-01-15"));
  const auto ids = Ids("/fhir/R4/Condition?patient=p1");
  const auto tail = ids[0].substr(2);
  EXPECT_EQ(Get("/fhir/R4/Condition/p2" + tail).status, 404);
  const auto before = Asked();
  const auto theirs = Get("/fhir/R4/Condition/theirs" + tail);
  EXPECT_EQ(theirs.status, 404);
  EXPECT_EQ(Asked(), before);
}

TEST_F(ClinicalTest, WhoIsNotVisibleIsNotAskedAbout) {
  for (const char* patient : {"theirs", "nobody"}) {
    const auto response = Get("/fhir/R4/AllergyIntolerance?patient=" + std::string(patient));
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("not-found"));
  }
  EXPECT_EQ(Asked(), 0u);
}

TEST_F(ClinicalTest, TheSwitchIsNamedWhereItIsOff) {
  Switch(false);
  for (const char* type : {"Condition", "MedicationStatement", "Observation"}) {
    const auto response = Get("/fhir/R4/" + std::string(type) + "?patient=p1");
    EXPECT_EQ(response.status, 403);
    EXPECT_THAT(response.body, HasSubstr("read_clinical_data"));
  }
  EXPECT_EQ(Asked(), 0u);
}

TEST_F(ClinicalTest, AKeptConditionAppearsOnceUnderItsId) {
  const sync::IdentityMap identities(store_->identity_key());
  const auto kept = identities.IdOf(ConnectionId("con-1"), {model::Stream::kConditions, "17"});
  auto write = Record(model::Stream::kConditions, kept.value);
  write.keys.patient = store::KeyOf("p1");
  Put(write);
  const auto ids = Ids("/fhir/R4/Condition?patient=p1");
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0], kept.value);
  EXPECT_THAT(ids[1], HasSubstr("p1.c"));
  EXPECT_THAT(Ids("/fhir/R4/Condition"), ElementsAre(kept.value));  // what is kept, as ever
}

TEST_F(ClinicalTest, NarrowsBySearchParameters) {
  EXPECT_EQ(Ids("/fhir/R4/Condition?patient=Patient/p1&clinical-status=active").size(), 1u);
  EXPECT_EQ(
      Ids("/fhir/R4/Condition?patient=p1&code=http%3A%2F%2Fsnomed.info%2Fsct%7C195967001").size(),
      1u);
  EXPECT_EQ(Ids("/fhir/R4/Condition?patient=p1&code=195967002").size(), 0u);
  EXPECT_EQ(Ids("/fhir/R4/Condition?patient=p1&onset-date=ge2011").size(), 1u);
  EXPECT_EQ(Ids("/fhir/R4/Condition?patient=p1&onset-date=lt2011").size(), 0u);
  EXPECT_EQ(Get("/fhir/R4/Condition?patient=p1&onset-date=soon").status, 400);
  const std::string many(101, ',');
  EXPECT_EQ(Get("/fhir/R4/Condition?patient=p1&code=" + many).status, 400);
  std::string parameters = "/fhir/R4/Condition?patient=p1";
  for (int i = 0; i < 50; ++i) parameters += "&code=1";
  EXPECT_EQ(Get(parameters).status, 400);
  EXPECT_EQ(Get("/fhir/R4/MedicationStatement?code=x").status, 400);
  EXPECT_EQ(Get("/fhir/R4/MedicationStatement?patient=p1&code:in=x").status, 400);
}

TEST_F(ClinicalTest, PagesByCount) {
  const auto first = GetJson("/fhir/R4/Condition?patient=p1&_count=1");
  EXPECT_EQ(*first.Integer("total"), 2);
  EXPECT_EQ(first.Find("entry")->array()->size(), 1u);
  const auto next = Link(first, "next");
  ASSERT_FALSE(next.empty());
  const auto second = GetJson(next);
  EXPECT_EQ(second.Find("entry")->array()->size(), 1u);
  EXPECT_EQ(Link(second, "next"), "");
  EXPECT_NE((*first.Find("entry")->array())[0].Text("fullUrl"),
            (*second.Find("entry")->array())[0].Text("fullUrl"));
}

TEST_F(ClinicalTest, ObservationsAreAskedByCategory) {
  model::Observation weight;
  weight.category = "vital-signs";
  weight.code = {"http://loinc.org", "29463-7", "Body weight"};
  weight.quantity = model::Quantity{"71.50", "kg", "kg"};
  weight.effective = "2026-03-01";
  model::Observation tobacco;
  tobacco.category = "social-history";
  tobacco.code.display = "Tobacco";
  tobacco.text = "Ex smoker";
  desk_.items[ClinicalKind::kVitalSigns] = {{"1", weight}};
  desk_.items[ClinicalKind::kSocialHistory] = {{"tobacco", tobacco}};
  EXPECT_EQ(Ids("/fhir/R4/Observation?patient=p1").size(), 2u);
  EXPECT_EQ(Asked(), 2u);
  EXPECT_EQ(Ids("/fhir/R4/Observation?patient=p1&category=vital-signs").size(), 1u);
  EXPECT_EQ(Asked(), 3u);
  EXPECT_THAT(Get("/fhir/R4/Observation?patient=p1&category=vital-signs").body,
              HasSubstr(R"("value":71.50,)"));
  EXPECT_THAT(Ids("/fhir/R4/Observation?patient=p1&category=laboratory"), IsEmpty());
}

TEST_F(ClinicalTest, SaysWhatIsMissing) {
  desk_.unreadable = {{{model::Stream::kPatients, "v-p1"}, "DrugName", "is null"}};
  const auto body = Get("/fhir/R4/MedicationStatement?patient=p1").body;
  EXPECT_THAT(body, HasSubstr(R"("mode":"outcome")"));
  EXPECT_THAT(body, HasSubstr("1 entries at the practice cannot be read"));
}

TEST_F(ClinicalTest, APracticeThatCannotBeAskedIsToldAsSuch) {
  struct Case {
    Error error;
    int status;
    const char* code;
  };
  Error late = MakeError(Fault::kUnavailable, "late");
  late.vendor_code = commands::kAskTimedOut;
  const Case cases[] = {{MakeError(Fault::kUnavailable, "away"), 503, "transient"},
                        {late, 504, "timeout"},
                        {MakeError(Fault::kUnauthenticated, "secret cause"), 503, "exception"},
                        {MakeError(Fault::kUnsupported, "no"), 501, "not-supported"},
                        {MakeError(Fault::kNotFound, "gone"), 404, "not-found"}};
  for (const auto& one : cases) {
    desk_.error = one.error;
    const auto response = Get("/fhir/R4/FamilyMemberHistory?patient=p1");
    EXPECT_EQ(response.status, one.status);
    EXPECT_THAT(response.body, HasSubstr("OperationOutcome"));
    EXPECT_THAT(response.body, HasSubstr(one.code));
    EXPECT_THAT(response.body, Not(HasSubstr("secret cause")));
    if (one.status == 503 || one.status == 504) {
      EXPECT_NE(net::FindHeader(response.headers, "retry-after"), "");
    }
  }
}

TEST_F(ClinicalTest, WhatTheVendorLacksIsNotSupported) {
  desk_.lacking = {ClinicalKind::kAllergies, ClinicalKind::kConditions,
                   ClinicalKind::kSocialHistory};
  const auto response = Get("/fhir/R4/AllergyIntolerance?patient=p1");
  EXPECT_EQ(response.status, 501);
  EXPECT_THAT(response.body, HasSubstr("not-supported"));
  EXPECT_THAT(Ids("/fhir/R4/Condition?patient=p1"), IsEmpty());  // what is kept
  EXPECT_EQ(Get("/fhir/R4/Observation?patient=p1").status, 200);
}

TEST_F(ClinicalTest, ListsDocumentsAndGivesTheirBytes) {
  model::ClinicalDocument letter;
  letter.type = {"", "correspondence-in", "Correspondence in"};
  letter.title = "Dermatology review";
  letter.date = "2026-02-03";
  letter.readable = true;
  desk_.items[ClinicalKind::kDocuments] = {{"correspondence-in-5", letter}};
  EXPECT_THAT(Ids("/fhir/R4/DocumentReference?patient=p1"), IsEmpty());  // what apps sent
  EXPECT_EQ(Asked(), 0u);
  const auto bundle = GetJson("/fhir/R4/DocumentReference?patient=p1&category=practice-document");
  const auto& document = *(*bundle.Find("entry")->array())[0].Find("resource");
  const auto& attachment = *(*document.Find("content")->array())[0].Find("attachment");
  const auto url = std::string(attachment.Text("url"));
  EXPECT_EQ(url, "Binary/" + std::string(document.Text("id")));
  const auto bytes = Get("/fhir/R4/" + url);
  EXPECT_EQ(bytes.status, 200);
  EXPECT_EQ(bytes.body, "%PDF-correspondence-in-5");
  EXPECT_EQ(net::FindHeader(bytes.headers, "content-type"), "application/pdf");
  EXPECT_EQ(net::FindHeader(bytes.headers, "cache-control"), "private, no-store");
  EXPECT_EQ(GetJson("/fhir/R4/DocumentReference/" + url.substr(7)).Text("id"), url.substr(7));
}

TEST_F(ClinicalTest, ScopesHoldForTheseTypesToo) {
  const auto ask = [&](const std::string& scope, const std::string& path) {
    return Send("GET", path, {{"Authorization", "Bearer " + TokenOf("app-1", scope)}}).status;
  };
  EXPECT_EQ(ask("system/MedicationStatement.s", "/fhir/R4/MedicationStatement?patient=p1"), 200);
  EXPECT_EQ(ask("system/Patient.rs", "/fhir/R4/MedicationStatement?patient=p1"), 403);
  EXPECT_EQ(ask("system/MedicationStatement.s", "/fhir/R4/AllergyIntolerance?patient=p1"), 403);
  EXPECT_EQ(Scopes::Parse("system/Observation.read").Text(), "system/Observation.rs");
}

TEST_F(ClinicalTest, EveryReadIsInTheTrailWithThePatient) {
  Get("/fhir/R4/MedicationStatement?patient=p1&code=secret-value");
  StopApi();
  const auto text = AuditText();
  EXPECT_THAT(text, HasSubstr(R"("operation":"search","type":"MedicationStatement","id":"p1")"));
  EXPECT_THAT(text, Not(HasSubstr("secret-value")));
}

TEST_F(ClinicalTest, MetadataListsThem) {
  const auto statement = GetJson("/fhir/R4/metadata");
  std::set<std::string> types;
  for (const auto& rest : *statement.Find("rest")->array()) {
    for (const auto& resource : *rest.Find("resource")->array()) {
      types.emplace(resource.Text("type"));
    }
  }
  for (const auto& type : LiveTypes()) EXPECT_TRUE(types.contains(std::string(type.name)));
  EXPECT_EQ(Get("/fhir/R4/Procedure?patient=p1").status, 404);
  EXPECT_EQ(
      Send("POST", "/fhir/R4/Observation", {{"Authorization", "Bearer " + Token()}}, "{}").status,
      405);
}

}  // namespace
}  // namespace pons::api
