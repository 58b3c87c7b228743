// SPDX-License-Identifier: Apache-2.0
// Reading and searching over HTTP, with the real store and the real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <set>

#include "api/test_world.h"

namespace pons::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class FhirTest : public World {
 protected:
  void SeedPatients() {
    Put(Patient("p1", "Nguyễn", "Mai", "1984-07-02"));
    Put(Patient("p2", "Nguyen", "Lan Anh", "1990-01-15"));
    Put(Patient("p3", "O'Brien", "Sean", "1984-12-31"));
    Put(Patient("theirs", "Nguyen", "Other", "1984-07-02"), other_grant_);
    Put(Patient("hidden", "Nguyen", "Hidden", "1984-07-02"), 0);
  }
  std::string AuditText() {
    std::ifstream in(folder_ + "/audit/audit-00000001.jsonl");
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  static std::string IssueCode(const net::HttpResponse& response) {
    const auto value = json::Parse(response.body);
    if (!value || value->Text("resourceType") != "OperationOutcome") return "no OperationOutcome";
    return std::string((*value->Find("issue")->array())[0].Text("code"));
  }
};

TEST_F(FhirTest, ReadsTheStoredBytes) {
  SeedPatients();
  const auto response = Get("/fhir/R4/Patient/p1", {{"X-Request-Id", "abc-1"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(net::FindHeader(response.headers, "content-type"),
            "application/fhir+json; charset=utf-8");
  EXPECT_EQ(net::FindHeader(response.headers, "etag"), "W/\"1\"");
  EXPECT_EQ(net::FindHeader(response.headers, "last-modified"), "Mon, 21 Sep 2026 14:13:20 GMT");
  EXPECT_EQ(net::FindHeader(response.headers, "x-request-id"), "abc-1");
  EXPECT_THAT(response.body, HasSubstr(R"("id":"p1","meta":{"versionId":"1",)"));
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").body, response.body);
}

TEST_F(FhirTest, AnswersConditionalReads) {
  SeedPatients();
  EXPECT_EQ(Get("/fhir/R4/Patient/p1", {{"If-None-Match", "W/\"1\""}}).status, 304);
  EXPECT_EQ(Get("/fhir/R4/Patient/p1", {{"If-None-Match", "\"7\", \"1\""}}).status, 304);
  EXPECT_EQ(Get("/fhir/R4/Patient/p1", {{"If-None-Match", "W/\"2\""}}).status, 200);
  EXPECT_EQ(
      Get("/fhir/R4/Patient/p1", {{"If-Modified-Since", "Mon, 21 Sep 2026 14:13:20 GMT"}}).status,
      304);
  Put(Patient("p1", "Nguyễn", "Mai", "1984-07-03"));
  EXPECT_EQ(Get("/fhir/R4/Patient/p1", {{"If-None-Match", "W/\"1\""}}).status, 200);
}

TEST_F(FhirTest, AChangeIsServedAtOnce) {
  SeedPatients();
  for (int day = 10; day < 20; ++day) {
    const std::string birth = "1984-07-" + std::to_string(day);
    Put(Patient("p1", "N", "M", birth));
    EXPECT_THAT(Get("/fhir/R4/Patient/p1").body, HasSubstr(birth));
  }
}

TEST_F(FhirTest, ReadsOnlyTheCurrentVersion) {
  SeedPatients();
  Put(Patient("p1", "Nguyễn", "Mai", "1984-07-03"));
  EXPECT_EQ(Get("/fhir/R4/Patient/p1/_history/2").status, 200);
  const auto old = Get("/fhir/R4/Patient/p1/_history/1");
  EXPECT_EQ(old.status, 404);
  EXPECT_EQ(IssueCode(old), "not-found");
}

TEST_F(FhirTest, WhatIsNotVisibleDoesNotExist) {
  SeedPatients();
  const auto none = Get("/fhir/R4/Patient/none");
  EXPECT_EQ(none.status, 404);
  for (const char* id : {"theirs", "hidden"}) {
    const auto response = Get("/fhir/R4/Patient/" + std::string(id));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, none.body);
  }
  EXPECT_THAT(Ids("/fhir/R4/Patient?family=nguyen"), UnorderedElementsAre("p1", "p2"));
  EXPECT_EQ(Get("/fhir/R4/Encounter/p1").status, 404);
}

TEST_F(FhirTest, ARevokedGrantIsEffectiveAtOnce) {
  SeedPatients();
  ASSERT_EQ(Get("/fhir/R4/Patient/p1").status, 200);
  const auto revoked = store_->Write([&](store::Transaction& tx) -> Result<void> {
    auto grant = NewGrant("grant-1", "org-1", connection_, app_);
    grant.key = grant_;
    grant.revoked = true;
    tx.Update(grant);
    return Ok();
  });
  ASSERT_TRUE(revoked);
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 404);
  EXPECT_THAT(Ids("/fhir/R4/Patient"), IsEmpty());
}

TEST_F(FhirTest, PatientsInSwitchedOffHidesPatientsOnly) {
  SeedPatients();
  Put(Record(model::Stream::kLocations, "l1"));
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    auto grant = NewGrant("grant-1", "org-1", connection_, app_);
    grant.key = grant_;
    grant.switches.patients_in = false;
    tx.Update(grant);
    return Ok();
  }));
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 404);
  EXPECT_EQ(Get("/fhir/R4/Location/l1").status, 200);
}

TEST_F(FhirTest, ADeletedRecordIsGone) {
  SeedPatients();
  ASSERT_EQ(Get("/fhir/R4/Patient/p1").status, 200);
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    tx.DeleteRecord(store::KeyOf("p1"), {});
    return Ok();
  }));
  const auto response = Get("/fhir/R4/Patient/p1");
  EXPECT_EQ(response.status, 410);
  EXPECT_EQ(IssueCode(response), "deleted");
  EXPECT_THAT(Ids("/fhir/R4/Patient?family=nguyen"), ElementsAre("p2"));
}

TEST_F(FhirTest, SearchesByName) {
  SeedPatients();
  EXPECT_THAT(Ids("/fhir/R4/Patient?family=nguy%E1%BB%85n"), UnorderedElementsAre("p1", "p2"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?family=NG&given=lan"), ElementsAre("p2"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?given=anh"), ElementsAre("p2"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?name=sean,mai"), UnorderedElementsAre("p1", "p3"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?family:exact=nguy"), IsEmpty());
  EXPECT_THAT(Ids("/fhir/R4/Patient?family:exact=Nguyen"), UnorderedElementsAre("p1", "p2"));
}

TEST_F(FhirTest, SearchesByDateAndIdentifier) {
  SeedPatients();
  EXPECT_THAT(Ids("/fhir/R4/Patient?birthdate=1984"), UnorderedElementsAre("p1", "p3"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?birthdate=ge1984-07-03&birthdate=lt1990"), ElementsAre("p3"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?birthdate=1984-07-02"), ElementsAre("p1"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?identifier=2950%20127552"),
              UnorderedElementsAre("p1", "p2", "p3"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?_id=p2,p3"), UnorderedElementsAre("p2", "p3"));
  EXPECT_THAT(Ids("/fhir/R4/Patient?gender:not=female"), IsEmpty());
}

TEST_F(FhirTest, SearchesByWhoTookPart) {
  auto visit = Record(model::Stream::kEncounters, "e1");
  visit.keys.patient = store::KeyOf("p1");
  visit.keys.practitioner = store::KeyOf("d1");
  visit.keys.location = store::KeyOf("l1");
  visit.keys.status = "in-progress";
  visit.keys.start = clock_.Now();
  Put(visit);
  auto appointment = Record(model::Stream::kAppointments, "a1");
  appointment.keys.patient = store::KeyOf("p1");
  appointment.keys.practitioner = store::KeyOf("d1");
  appointment.keys.service = store::KeyOf("s1");
  appointment.keys.status = "booked";
  appointment.keys.start = *ParseInstant("2026-03-09T04:05:00Z");
  Put(appointment);
  auto service = Record(model::Stream::kHealthcareServices, "s1");
  service.source.vendor_id = "12";
  Put(service);

  EXPECT_THAT(Ids("/fhir/R4/Encounter?patient=p1&status=in-progress"), ElementsAre("e1"));
  EXPECT_THAT(Ids("/fhir/R4/Encounter?patient=Patient/p1"), ElementsAre("e1"));
  EXPECT_THAT(
      Ids("/fhir/R4/Encounter?patient=" + net::PercentEncode(base_ + "/fhir/R4/Patient/p1")),
      ElementsAre("e1"));
  EXPECT_THAT(Ids("/fhir/R4/Encounter?patient=https://elsewhere.example/Patient/p1"), IsEmpty());
  EXPECT_THAT(Ids("/fhir/R4/Encounter?participant=Practitioner/d1&location=l1"), ElementsAre("e1"));
  EXPECT_THAT(Ids("/fhir/R4/Appointment?actor=Practitioner/d1"), ElementsAre("a1"));
  EXPECT_THAT(Ids("/fhir/R4/Appointment?actor=HealthcareService/s1"), ElementsAre("a1"));
  EXPECT_THAT(Ids("/fhir/R4/Appointment?actor:Patient=p2"), IsEmpty());
  EXPECT_THAT(Ids("/fhir/R4/Appointment?date=2026-03-09T15:05:00%2B11:00"), ElementsAre("a1"));
  EXPECT_THAT(Ids("/fhir/R4/Appointment?date=gt2026-03-09"), IsEmpty());
  EXPECT_THAT(Ids("/fhir/R4/Appointment?service-type=12"), ElementsAre("a1"));
  EXPECT_THAT(Ids("/fhir/R4/Appointment?service-type=https://x/con-1/appointment-type%7C12"),
              ElementsAre("a1"));
  EXPECT_THAT(Ids("/fhir/R4/Appointment?service-type=https://x/con-2/appointment-type%7C12"),
              IsEmpty());
  EXPECT_THAT(Ids("/fhir/R4/Appointment?service-type=13"), IsEmpty());
}

TEST_F(FhirTest, PagesThroughEverythingOnce) {
  std::set<std::string> expected;
  for (int i = 0; i < 23; ++i) {
    const std::string id = "m" + std::to_string(i);
    expected.insert(id);
    Put(Patient(id, "Smith", "A" + std::to_string(i % 3),
                "19" + std::to_string(50 + i) + "-01-01"));
  }
  for (const char* sort : {"", "&_sort=-birthdate", "&_sort=family", "&_sort=_lastUpdated"}) {
    std::string url = "/fhir/R4/Patient?family=smith&_count=5" + std::string(sort);
    std::vector<std::string> seen;
    int pages = 0;
    while (!url.empty()) {
      const auto bundle = GetJson(url);
      const auto& entries = *bundle.Find("entry")->array();
      EXPECT_LE(entries.size(), 5u);
      for (const auto& entry : entries) {
        seen.emplace_back(entry.Find("resource")->Text("id"));
        EXPECT_EQ(entry.Text("fullUrl"), base_ + "/fhir/R4/Patient/" + seen.back());
        EXPECT_EQ(entry.Find("search")->Text("mode"), "match");
      }
      url = Link(bundle, "next");
      EXPECT_THAT(url, Not(HasSubstr("smith")));
      ++pages;
    }
    EXPECT_EQ(pages, 5);
    EXPECT_EQ(seen.size(), 23u) << sort;
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()), expected);
    const bool by_birth = std::string_view(sort) == "&_sort=-birthdate";
    EXPECT_TRUE(!by_birth || seen.front() == "m22");
  }
}

TEST_F(FhirTest, APageBelongsToItsAppAndType) {
  for (int i = 0; i < 3; ++i) Put(Patient("m" + std::to_string(i), "Smith", "A", "1950-01-01"));
  const auto bundle = GetJson("/fhir/R4/Patient?_count=1");
  const std::string next = Link(bundle, "next");
  ASSERT_FALSE(next.empty());
  const std::string theirs = TokenOf("app-2");
  EXPECT_EQ(Send("GET", next, {{"Authorization", "Bearer " + theirs}}).status, 400);
  std::string other_type = next;
  other_type.replace(other_type.find("/Patient"), 8, "/Encounter");
  EXPECT_EQ(Get(other_type).status, 400);
  std::string forged = next;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(IssueCode(Get(forged)), "invalid");
  StopApi();
  StartApi();
  const std::string moved = base_ + next.substr(next.find("/fhir/"));
  EXPECT_EQ(Get(moved).status, 200) << "links outlive a restart";
}

TEST_F(FhirTest, CountsWithoutGivingOut) {
  SeedPatients();
  for (const char* query : {"_summary=count", "_count=0"}) {
    const auto bundle = GetJson("/fhir/R4/Patient?family=nguyen&" + std::string(query));
    EXPECT_EQ(bundle.Integer("total"), 2);
    EXPECT_EQ(bundle.Find("entry"), nullptr);
  }
  EXPECT_EQ(GetJson("/fhir/R4/Patient?_count=1&_total=accurate").Integer("total"), 3);
  EXPECT_EQ(GetJson("/fhir/R4/Patient?_count=1").Integer("total"), std::nullopt);
  EXPECT_EQ(GetJson("/fhir/R4/Patient").Integer("total"), 3);
}

TEST_F(FhirTest, UnknownParametersAreLeftOutOfSelfOrRefused) {
  SeedPatients();
  const auto bundle = GetJson("/fhir/R4/Patient?family=nguyen&shoe-size=9&_sort=shoe-size");
  EXPECT_EQ(Link(bundle, "self"), base_ + "/fhir/R4/Patient?family=nguyen");
  const auto strict =
      Get("/fhir/R4/Patient?shoe-size=9", {{"Prefer", "respond-async, handling=strict"}});
  EXPECT_EQ(strict.status, 400);
  EXPECT_EQ(IssueCode(strict), "not-supported");
  EXPECT_THAT(strict.body, HasSubstr("shoe-size"));
}

TEST_F(FhirTest, RefusesWhatItCannotRead) {
  SeedPatients();
  for (const char* query :
       {"birthdate=yesterday", "birthdate=2026-02-30", "family:contains=x", "family=", "_count=-1",
        "_count=x", "identifier=%7C", "family=a%2", "_page=abc", "gender:text=f", "_total=maybe"}) {
    const auto response = Get("/fhir/R4/Patient?" + std::string(query));
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_NE(IssueCode(response), "no OperationOutcome") << query;
  }
  EXPECT_EQ(Get("/fhir/R4/Appointment?actor=p1").status, 400);
  EXPECT_EQ(Get("/fhir/R4/Appointment?actor=Patient/a,Location/b").status, 400);
}

TEST_F(FhirTest, SearchesByPost) {
  SeedPatients();
  const auto response = Send("POST", "/fhir/R4/Patient/_search?gender=female",
                             {{"Content-Type", "application/x-www-form-urlencoded"},
                              {"Authorization", "Bearer " + Token()}},
                             "family=obrien");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, Not(HasSubstr("\"p1\"")));
  EXPECT_EQ(
      Send("POST", "/fhir/R4/Patient/_search",
           {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + Token()}}, "{}")
          .status,
      415);
}

TEST_F(FhirTest, ErrorsAreOperationOutcomes) {
  EXPECT_EQ(IssueCode(Get("/fhir/R4/Spaceship/1")), "not-supported");
  const auto write =
      Send("POST", "/fhir/R4/Patient", {{"Authorization", "Bearer " + Token()}}, "{}");
  EXPECT_EQ(write.status, 405);
  EXPECT_EQ(net::FindHeader(write.headers, "allow"), "GET");
  EXPECT_EQ(IssueCode(write), "not-supported");
  EXPECT_EQ(Get("/fhir/R4/Patient/p1", {{"Accept", "application/fhir+xml"}}).status, 406);
  EXPECT_EQ(Get("/fhir/R4/Patient?_format=xml").status, 406);
  EXPECT_EQ(Get("/fhir/R4/Patient?_format=json").status, 200);
  EXPECT_EQ(Get("/nowhere").status, 404);
}

TEST_F(FhirTest, HeadHasHeadersOnly) {
  SeedPatients();
  const auto response =
      Send("HEAD", "/fhir/R4/Patient/p1", {{"Authorization", "Bearer " + Token()}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(net::FindHeader(response.headers, "etag"), "W/\"1\"");
  EXPECT_EQ(response.body, "");
}

TEST_F(FhirTest, MetadataIsOpenAndTellsTheSearchParameters) {
  const auto response = Send("GET", "/fhir/R4/metadata");
  ASSERT_EQ(response.status, 200);
  const auto statement = json::Parse(response.body);
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->Text("fhirVersion"), "4.0.1");
  const auto& resources = *(*statement->Find("rest")->array())[0].Find("resource")->array();
  EXPECT_EQ(resources.size(), model::kStreamCount);
  // Each parameter that is told is one that searches take.
  for (const auto& resource : resources) {
    for (const auto& param : *resource.Find("searchParam")->array()) {
      const std::string name(param.Text("name"));
      const std::string value = param.Text("type") == "date" ? "2026"
                                : name == "actor"            ? "Patient/x"
                                                             : "x";
      const auto found =
          Get("/fhir/R4/" + std::string(resource.Text("type")) + "?" + name + "=" + value,
              {{"Prefer", "handling=strict"}});
      EXPECT_EQ(found.status, 200) << resource.Text("type") << " " << name << found.body;
    }
  }
}

TEST_F(FhirTest, EveryAccessIsInTheAuditTrail) {
  SeedPatients();
  Get("/fhir/R4/Patient/p1", {{"X-Request-Id", "r-1"}});
  Get("/fhir/R4/Patient?family=nguyen&birthdate=1984-07-02", {{"X-Request-Id", "r-2"}});
  Get("/fhir/R4/Patient/hidden", {{"X-Request-Id", "r-3"}});
  Send("GET", "/fhir/R4/Patient/p1", {{"X-Request-Id", "r-4"}});
  const std::string text = AuditText();
  EXPECT_THAT(text,
              HasSubstr(R"("request":"r-1","app":"app-1","organization":"org-1",)"
                        R"("operation":"read","type":"Patient","id":"p1","status":200,"count":1)"));
  EXPECT_THAT(text, HasSubstr(R"("request":"r-2","app":"app-1","organization":"org-1",)"
                              R"("operation":"search","type":"Patient",)"
                              R"("parameters":"family birthdate","status":200,"count":1)"));
  EXPECT_THAT(text, HasSubstr(R"("id":"hidden","status":404,"count":0)"));
  EXPECT_THAT(text, HasSubstr(R"("request":"r-4","operation":"read","type":"Patient",)"
                              R"("peer":"127.0.0.1","status":401,"count":0)"));
  EXPECT_THAT(text, Not(HasSubstr("nguyen")));
  EXPECT_THAT(text, Not(HasSubstr("1984")));
  StopApi();
  EXPECT_TRUE(VerifyAuditTrail(folder_ + "/audit"));
  EXPECT_THAT(log_.text(), Not(HasSubstr("nguyen")));
}

TEST_F(FhirTest, NothingIsGivenOutThatCannotBeRecorded) {
  SeedPatients();
  Token();
  ASSERT_EQ(Get("/fhir/R4/Patient/p1").status, 200);
  // A limit on the size of files stands in for a full disk: write() fails in the same places.
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full{std::filesystem::file_size(folder_ + "/audit/audit-00000001.jsonl"),
                    before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  for (const char* path :
       {"/fhir/R4/Patient/p1", "/fhir/R4/Patient/p1", "/fhir/R4/Patient", "/api/changes"}) {
    const auto refused = Get(path);
    EXPECT_EQ(refused.status, 503) << path;
    EXPECT_THAT(refused.body, Not(HasSubstr("1984"))) << path;
    EXPECT_THAT(refused.body, HasSubstr("audit trail")) << path;
    EXPECT_FALSE(net::FindHeader(refused.headers, "retry-after").empty());
  }
  EXPECT_EQ(Send("GET", "/readyz").status, 503);
  EXPECT_EQ(Send("GET", "/healthz").status, 200);
  EXPECT_THAT(Send("GET", "/metrics").body, HasSubstr("pons_audit_healthy 0\n"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  // The next answer, whichever it is, writes what is queued.
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 503);
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 200);
  EXPECT_EQ(Send("GET", "/readyz").status, 200);
  StopApi();
  EXPECT_TRUE(VerifyAuditTrail(folder_ + "/audit"));
}

TEST_F(FhirTest, TooManyRequestsAreSlowedDown) {
  StopApi();
  options_.requests_per_second = 1;
  options_.request_burst = 3;
  StartApi();
  SeedPatients();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 200);
  const auto slow = Get("/fhir/R4/Patient/p1");
  EXPECT_EQ(slow.status, 429);
  EXPECT_EQ(net::FindHeader(slow.headers, "retry-after"), "1");
  EXPECT_EQ(IssueCode(slow), "throttled");
  clock_.Step(milliseconds(1000));
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 200);
}

TEST_F(FhirTest, HealthAndMetrics) {
  SeedPatients();
  Get("/fhir/R4/Patient/p1");
  Get("/fhir/R4/Patient/p1");
  EXPECT_EQ(Send("GET", "/healthz").status, 200);
  EXPECT_EQ(Send("GET", "/readyz").status, 200);
  const auto metrics = Send("GET", "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.body,
              HasSubstr("pons_http_requests_total{route=\"read\",status=\"2xx\"} 2\n"));
  EXPECT_THAT(metrics.body, HasSubstr("pons_record_cache_total{answered_by=\"memory\"} 1\n"));
  EXPECT_THAT(metrics.body, HasSubstr("pons_audit_healthy 1\n"));
  EXPECT_EQ(Send("GET", "/metrics", {{"X-Forwarded-For", "203.0.113.9"}}).status, 403);
}

}  // namespace
}  // namespace pons::api
