// SPDX-License-Identifier: Apache-2.0
// Writes at the API's edge, by the example of patients: keys, answers of every kind, ownership,
// conditional creates, $match.
#include <gmock/gmock.h>

#include "api/write_world.h"
#include "sync/ownership.h"

namespace pons::api {
namespace {

using commands::State;
using model::Stream;
using ::testing::HasSubstr;

constexpr char kPatient[] =
    R"({"resourceType":"Patient","name":[{"family":"Nguyen","given":["Alex"]}],)"
    R"("gender":"female","birthDate":"1984-07-02"})";

class WritePatients : public WriteWorld {
 protected:
  // Makes p1 the app's own.
  void GiveToApp(const std::string& id) {
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      sync::RecordCreated(tx, connection_, "v-" + id, grant_);
      return Ok();
    }));
  }
};

TEST_F(WritePatients, ACreateIs201WithTheRecordAndItsPlace) {
  desk_.set_script(Confirmed(Stream::kPatients, "p1"));
  const auto response = Ask("POST", "Patient", kPatient);
  EXPECT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(HeaderOf(response, "location"), base_ + "/fhir/R4/Patient/p1/_history/1");
  EXPECT_EQ(HeaderOf(response, "etag"), "W/\"1\"");
  EXPECT_FALSE(HeaderOf(response, "last-modified").empty());
  EXPECT_EQ(HeaderOf(response, "pons-task"), "Task/command-1");
  EXPECT_EQ(json::Parse(response.body)->Text("id"), "p1");
  const auto submission = desk_.submissions().at(0);
  EXPECT_EQ(submission.connection, connection_);
  EXPECT_EQ(submission.grant, grant_);
  EXPECT_EQ(submission.app, app_);
  EXPECT_EQ(submission.idempotency_key, "key-1");
  const auto& patient = std::get<model::CreatePatient>(submission.body).patient;
  EXPECT_EQ(patient.names.at(0).family, "Nguyen");
  EXPECT_EQ(patient.birth_date, ParseDate("1984-07-02"));
  EXPECT_THAT(LastAudit(), HasSubstr(R"("operation":"create","type":"Patient","id":"p1")"));
}

TEST_F(WritePatients, WhoIsThereAlreadyIs200) {
  desk_.set_script([](const commands::Submission&, commands::CommandView& view) {
    view.state = State::kConfirmed;
    view.result = ResourceId("p1");
    view.existed = true;
  });
  const auto response = Ask("POST", "Patient", kPatient);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json::Parse(response.body)->Text("id"), "p1");
}

TEST_F(WritePatients, PreferChoosesWhatTheAnswerHolds) {
  desk_.set_script([](const commands::Submission&, commands::CommandView& view) {
    view.state = State::kConfirmed;
    view.result = ResourceId("p1");
    view.similar = {ResourceId("p2")};
  });
  const auto minimal = Ask("POST", "Patient", kPatient, {{"Prefer", "return=minimal"}});
  EXPECT_EQ(minimal.status, 201);
  EXPECT_EQ(minimal.body, "");
  const auto outcome = Ask("POST", "Patient", kPatient, {{"Prefer", "return=OperationOutcome"}});
  EXPECT_EQ(outcome.status, 201);
  EXPECT_THAT(outcome.body, HasSubstr(R"("severity":"warning","code":"duplicate")"));
}

TEST_F(WritePatients, ARepeatGetsTheFirstAnswerAndAnotherBodyIsRefused) {
  desk_.set_script(Confirmed(Stream::kPatients, "p1"));
  const net::Headers key = {{"Idempotency-Key", "mine"}};
  EXPECT_EQ(Ask("POST", "Patient", kPatient, key).status, 201);
  EXPECT_EQ(Ask("POST", "Patient", kPatient, key).status, 201);
  EXPECT_EQ(desk_.submissions().size(), 1u);
  // Even where the request would not be accepted any more.
  SetSwitches([](store::Switches&) {});
  EXPECT_EQ(Ask("POST", "Patient", kPatient, key).status, 201);
  const auto other = Ask("POST", "Patient", R"({"resourceType":"Patient"})", key);
  EXPECT_EQ(other.status, 422) << other.body;
  EXPECT_THAT(TextOf(other), HasSubstr("another request"));
}

TEST_F(WritePatients, CreatesNeedAKey) {
  const net::Headers headers = {{"Authorization", "Bearer " + WriteToken()},
                                {"Content-Type", "application/fhir+json"}};
  const auto without = Send("POST", "/fhir/R4/Patient", headers, kPatient);
  EXPECT_EQ(without.status, 400);
  EXPECT_EQ(IssueOf(without), "required");
  for (const auto& key : {std::string(256, 'x'), std::string("a b")}) {
    EXPECT_EQ(Ask("POST", "Patient", kPatient, {{"Idempotency-Key", key}}).status, 400) << key;
  }
  EXPECT_EQ(Ask("POST", "Patient", kPatient,
                {{"Idempotency-Key", std::string(255, 'x')}, {"Prefer", "respond-async"}})
                .status,
            202);
  EXPECT_EQ(desk_.submissions().size(), 1u);
}

TEST_F(WritePatients, WhatIsNotSettledInTimeIs202WithItsTask) {
  std::thread time([this] {
    const Instant until = desk_.LetTimePass();
    EXPECT_EQ(until, clock_.Now() + std::chrono::seconds(10));
  });
  const auto response = Ask("POST", "Patient", kPatient);
  time.join();
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(HeaderOf(response, "content-location"), base_ + "/fhir/R4/Task/command-1");
  EXPECT_EQ(HeaderOf(response, "retry-after"), "5");
  EXPECT_EQ(HeaderOf(response, "pons-task"), "Task/command-1");
  std::thread longer(
      [this] { EXPECT_EQ(desk_.LetTimePass(), clock_.Now() + std::chrono::seconds(30)); });
  EXPECT_EQ(Ask("POST", "Patient", kPatient, {{"Prefer", "wait=99"}}).status, 202);
  longer.join();
  EXPECT_EQ(Ask("POST", "Patient", kPatient, {{"Prefer", "return=minimal, respond-async"}}).status,
            202)
      << "and at once";
}

TEST_F(WritePatients, AStoppingServerAnswersThoseWhoWait) {
  std::thread stop([this] {
    while (desk_.submissions().empty()) std::this_thread::yield();
    api_->Drain();
  });
  EXPECT_EQ(Ask("POST", "Patient", kPatient).status, 202);
  stop.join();
  desk_.LetTimePass();  // nobody is there any more
}

TEST_F(WritePatients, EachEndHasItsStatus) {
  struct Case {
    State state;
    std::optional<Fault> fault;
    int status;
    const char* issue;
  };
  const Case cases[] = {
      {State::kRejected, Fault::kConflict, 409, "conflict"},
      {State::kRejected, Fault::kRejected, 422, "business-rule"},
      {State::kRejected, Fault::kUnsupported, 422, "not-supported"},
      {State::kRejected, Fault::kNotFound, 422, "not-found"},
      {State::kRejected, Fault::kForbidden, 422, "processing"},
      {State::kFailed, {}, 422, "processing"},
      {State::kExpired, {}, 422, "expired"},
      {State::kCancelled, {}, 409, "conflict"},
      {State::kNeedsPerson, {}, 202, "informational"},
      {State::kInDoubt, {}, 202, "informational"},
      {State::kApplied, {}, 202, "informational"},
  };
  for (const auto& c : cases) {
    desk_.set_script(Ended(c.state, c.fault, "The reason."));
    const auto response = Ask("POST", "Patient", kPatient);
    EXPECT_EQ(response.status, c.status) << commands::StateName(c.state) << response.body;
    EXPECT_EQ(IssueOf(response), c.issue) << commands::StateName(c.state);
    EXPECT_THAT(TextOf(response), HasSubstr("The reason."));
    EXPECT_FALSE(HeaderOf(response, "pons-task").empty());
    EXPECT_EQ(HeaderOf(response, "content-location").empty(), c.status != 202);
  }
}

TEST_F(WritePatients, WhatCannotBeReadOrTakenNamesItsElement) {
  struct Case {
    const char* body;
    int status;
    const char* issue;
  };
  const Case cases[] = {
      {"{", 400, "structure"},
      {R"({"resourceType":"Person"})", 422, "invalid Patient"},
      {R"({"resourceType":"Patient"})", 422, "required Patient.name"},
      {R"({"resourceType":"Patient","name":[{"given":["A"]}]})", 422, "required Patient.name"},
      {R"({"resourceType":"Patient","name":[{"family":"A"}],"birthDate":"1984-02-30"})", 422,
       "invalid Patient.birthDate"},
      {R"({"resourceType":"Patient","name":[{"family":"A"}],"birthDate":"2031-01-01"})", 422,
       "invalid Patient.birthDate"},
      {R"({"resourceType":"Patient","name":[{"family":"A"}],"identifier":[{"system":)"
       R"("http://ns.electronichealth.net.au/id/medicare-number","value":"12"}]})",
       422, "invalid Patient.identifier[0].value"},
  };
  for (const auto& c : cases) {
    const auto response = Ask("POST", "Patient", c.body);
    EXPECT_EQ(response.status, c.status) << c.body << response.body;
    EXPECT_EQ(IssueOf(response), c.issue) << c.body;
  }
  EXPECT_EQ(Ask("POST", "Patient", kPatient, {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_TRUE(desk_.submissions().empty());
}

TEST_F(WritePatients, ScopesSwitchesAndCapabilitiesAreAskedBeforeAnythingIsSent) {
  const auto reads = TokenOf("app-1", "system/*.rs");
  EXPECT_EQ(Send("POST", "/fhir/R4/Patient",
                 {{"Authorization", "Bearer " + reads}, {"Idempotency-Key", "k"}}, kPatient)
                .status,
            403);
  SetSwitches([](store::Switches& on) { on.take_bookings = true; });
  const auto off = Ask("POST", "Patient", kPatient);
  EXPECT_EQ(off.status, 403);
  EXPECT_THAT(TextOf(off), HasSubstr("\"patients_out\""));
  EXPECT_EQ(Ask("POST", "Patient/$match", "{}").status, 422);
  SetSwitches([](store::Switches& on) { on.patients_out = true; });
  desk_.set_unsupported(MakeError(Fault::kUnsupported, "create-patient is not switched on."));
  const auto unable = Ask("POST", "Patient", kPatient);
  EXPECT_EQ(unable.status, 422);
  EXPECT_EQ(IssueOf(unable), "not-supported");
  EXPECT_THAT(TextOf(unable), HasSubstr("create-patient"));
  EXPECT_TRUE(desk_.submissions().empty());
  desk_.set_unsupported({});
  desk_.set_refusal(MakeError(Fault::kUnavailable, "The queue is full."));
  const auto full = Ask("POST", "Patient", kPatient);
  EXPECT_EQ(full.status, 503);
  EXPECT_FALSE(HeaderOf(full, "retry-after").empty());
}

TEST_F(WritePatients, SeveralPracticesWantToBeNamed) {
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    auto grant = NewGrant("grant-3", "org-2", other_connection_, app_);
    grant.switches.patients_out = true;
    tx.Insert(grant);
    return Ok();
  }));
  const auto unnamed = Ask("POST", "Patient", kPatient);
  EXPECT_EQ(unnamed.status, 422);
  EXPECT_EQ(IssueOf(unnamed), "required Patient.managingOrganization.identifier");
  desk_.set_script(Confirmed(Stream::kPatients, "p1"));
  const auto named = [](const std::string& id) {
    return R"({"resourceType":"Patient","name":[{"family":"A"}],"managingOrganization":)"
           R"({"identifier":{"system":"https://pons.health/connections","value":")" +
           id + R"("}}})";
  };
  EXPECT_EQ(Ask("POST", "Patient", named("con-2")).status, 201);
  EXPECT_EQ(desk_.submissions().at(0).connection, other_connection_);
  EXPECT_EQ(Ask("POST", "Patient", named("con-9")).status, 422);
}

TEST_F(WritePatients, IfNoneExistLooksFirst) {
  desk_.set_script(Confirmed(Stream::kPatients, "p1"));
  const auto found = Ask("POST", "Patient", kPatient, {{"If-None-Exist", "family=nguyen"}});
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(json::Parse(found.body)->Text("id"), "p1");
  EXPECT_TRUE(desk_.submissions().empty());
  EXPECT_EQ(Ask("POST", "Patient", kPatient, {{"If-None-Exist", "family=nobody"}}).status, 201);
  Put(Patient("p2", "Nguyen", "Bo", "1990-01-01"));
  EXPECT_EQ(Ask("POST", "Patient", kPatient, {{"If-None-Exist", "family=nguyen"}}).status, 412);
  for (const char* bad : {"family=%", "shoe-size=4", "_count=1"}) {
    EXPECT_GE(Ask("POST", "Patient", kPatient, {{"If-None-Exist", bad}}).status, 400) << bad;
  }
  EXPECT_EQ(desk_.submissions().size(), 1u);
}

TEST_F(WritePatients, AnAppChangesItsOwnPatientOnly) {
  const std::string body =
      R"({"resourceType":"Patient","id":"p1","name":[{"family":"Nguyen","given":["Bo"]}]})";
  const auto practices = Ask("PUT", "Patient/p1", body);
  EXPECT_EQ(practices.status, 422);
  EXPECT_EQ(IssueOf(practices), "business-rule");
  EXPECT_THAT(TextOf(practices), HasSubstr("the practice's record leads"));
  GiveToApp("p1");
  desk_.set_script(Confirmed(Stream::kPatients, "p1"));
  const auto done = Ask("PUT", "Patient/p1", body);
  EXPECT_EQ(done.status, 200) << done.body;
  const auto submission = desk_.submissions().at(0);
  const auto& update = std::get<model::UpdatePatient>(submission.body);
  EXPECT_EQ(update.ref.id, "v-p1");
  EXPECT_EQ(update.patient.names.at(0).given, "Bo");
  EXPECT_EQ(submission.target.value, "p1");
  EXPECT_EQ(submission.patient.value, "p1");
  EXPECT_TRUE(submission.expected_version.has_value());
}

TEST_F(WritePatients, ChangesNeedTheVersionThatWasRead) {
  GiveToApp("p1");
  const std::string body = R"({"resourceType":"Patient","id":"p1","name":[{"family":"B"}]})";
  const auto without =
      Send("PUT", "/fhir/R4/Patient/p1",
           {{"Authorization", "Bearer " + WriteToken()}, {"Content-Type", "application/fhir+json"}},
           body);
  EXPECT_EQ(without.status, 428);
  const auto stale = Ask("PUT", "Patient/p1", body, {{"If-Match", "W/\"7\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(HeaderOf(stale, "etag"), "W/\"1\"");
  EXPECT_TRUE(desk_.submissions().empty());
  desk_.set_script(Confirmed(Stream::kPatients, "p1"));
  EXPECT_EQ(Ask("PUT", "Patient/p1", body, {{"If-Match", "\"1\""}}).status, 200);
}

TEST_F(WritePatients, APatchChangesWhatItNames) {
  GiveToApp("p1");
  desk_.set_script(Confirmed(Stream::kPatients, "p1"));
  const auto done =
      Ask("PATCH", "Patient/p1", R"([{"op":"replace","path":"/name/0/family","value":"Tran"}])");
  EXPECT_EQ(done.status, 200) << done.body;
  const auto update = std::get<model::UpdatePatient>(desk_.submissions().at(0).body);
  EXPECT_EQ(update.patient.names.at(0).family, "Tran");
  EXPECT_EQ(update.patient.names.at(0).given, "Alex");
  EXPECT_EQ(update.patient.birth_date, ParseDate("1984-07-02"));
  EXPECT_THAT(LastAudit(), HasSubstr(R"("operation":"patch")"));

  const auto same = Ask("PATCH", "Patient/p1", "[]");
  EXPECT_EQ(same.status, 200) << "so already";
  EXPECT_EQ(desk_.submissions().size(), 1u);
  EXPECT_EQ(Ask("PATCH", "Patient/p1", "{}").status, 400);
  EXPECT_EQ(Ask("PATCH", "Patient/p1", "[").status, 400);
  EXPECT_EQ(Ask("PATCH", "Patient/p1", R"([{"op":"remove","path":"/gone"}])").status, 422);
  EXPECT_EQ(Ask("PATCH", "Patient/p1", R"([{"op":"replace","path":"/id","value":"p9"}])").status,
            422);
  const auto other = Ask("PATCH", "Patient/p1", "{}", {{"Content-Type", "application/fhir+json"}});
  EXPECT_EQ(other.status, 415);
  EXPECT_EQ(HeaderOf(other, "accept-patch"), "application/json-patch+json");
}

TEST_F(WritePatients, WhatIsNotThereCannotBeChanged) {
  const std::string body = R"({"resourceType":"Patient","id":"p9","name":[{"family":"B"}]})";
  EXPECT_EQ(Ask("PUT", "Patient/p9", body).status, 404);
  EXPECT_EQ(Ask("PUT", "Patient/elsewhere", body).status, 404) << "not this app's to see";
  EXPECT_EQ(Ask("PUT", "Patient/p1", body).status, 400) << "another id";
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    tx.DeleteRecord(store::KeyOf("p1"), {});
    return Ok();
  }));
  EXPECT_EQ(Ask("PUT", "Patient/p1", body).status, 410);
  const auto gone = Ask("DELETE", "Patient/p1", "");
  EXPECT_EQ(gone.status, 405);
  EXPECT_EQ(HeaderOf(gone, "allow"), "GET, PUT, PATCH");
  EXPECT_EQ(IssueOf(gone), "not-supported");
  EXPECT_EQ(HeaderOf(Ask("PUT", "Patient", body), "allow"), "GET, POST");
  EXPECT_EQ(Ask("POST", "Location", "{}").status, 405);
  EXPECT_EQ(Ask("POST", "Patient/$everything", "{}").status, 404);
}

TEST_F(WritePatients, MatchScoresThoseThatThisAppSees) {
  Put(Patient("p2", "Nguyen", "Alexandra", "1984-07-03"));
  Put(Patient("p3", "Smith", "Jo", "1950-01-01"));
  const auto ask = [&](const std::string& more) {
    return Ask("POST", "Patient/$match",
               R"({"resourceType":"Parameters","parameter":[{"name":"resource","resource":)" +
                   std::string(kPatient) + "}" + more + "]}");
  };
  const auto response = ask("");
  ASSERT_EQ(response.status, 200) << response.body;
  const auto bundle = *json::Parse(response.body);
  const auto& entries = *bundle.Find("entry")->array();
  EXPECT_EQ(entries.at(0).Find("resource")->Text("id"), "p1");
  const auto* search = entries.at(0).Find("search");
  EXPECT_EQ(search->Find("extension")->array()->front().Text("valueCode"), "certain");
  EXPECT_EQ(search->Text("mode"), "match");
  EXPECT_NE(search->Find("score"), nullptr);
  for (const auto& entry : entries) EXPECT_NE(entry.Find("resource")->Text("id"), "p3");
  EXPECT_THAT(LastAudit(), HasSubstr(R"("operation":"match")"));

  const auto certain =
      *json::Parse(ask(R"(,{"name":"onlyCertainMatches","valueBoolean":true})").body);
  EXPECT_EQ(certain.Find("entry")->array()->size(), 1u);
  const auto one = *json::Parse(ask(R"(,{"name":"count","valueInteger":1})").body);
  EXPECT_EQ(one.Find("entry")->array()->size(), 1u);
  EXPECT_EQ(ask(R"(,{"name":"count","valueInteger":0})").status, 422);
  EXPECT_EQ(Ask("POST", "Patient/$match", R"({"resourceType":"Parameters","parameter":[]})").status,
            422);
  EXPECT_TRUE(desk_.submissions().empty());
  SetSwitches([](store::Switches&) {});
  EXPECT_EQ(ask("").status, 403);
}

TEST_F(WritePatients, AGrantThatOnlyTakesPatientsStillShowsThemToTheirApp) {
  SetSwitches([](store::Switches& on) {
    on.patients_in = false;
    on.patients_out = true;
  });
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 200);
  EXPECT_EQ(Get("/fhir/R4/Appointment/a1").status, 404);
  SetSwitches([](store::Switches& on) {
    on.patients_in = false;
    on.take_bookings = true;
  });
  EXPECT_EQ(Get("/fhir/R4/Patient/p1").status, 404);
  EXPECT_EQ(Get("/fhir/R4/Appointment/a1").status, 200);
}

TEST_F(WritePatients, TheCapabilityStatementSaysWhatCanBeWritten) {
  const auto interactions = [&](std::string_view type) {
    const auto statement = GetJson("/fhir/R4/metadata");
    std::string out;
    for (const auto& resource :
         *statement.Find("rest")->array()->front().Find("resource")->array()) {
      if (resource.Text("type") != type) continue;
      for (const auto& one : *resource.Find("interaction")->array()) {
        out += std::string(one.Text("code")) + " ";
      }
      if (const auto* operations = resource.Find("operation")) {
        for (const auto& one : *operations->array()) out += "$" + std::string(one.Text("name"));
      }
    }
    return out;
  };
  EXPECT_EQ(interactions("Patient"), "read vread search-type create update patch $match");
  EXPECT_EQ(interactions("Appointment"), "read vread search-type create update patch ");
  EXPECT_EQ(interactions("Task"), "read vread search-type update patch ");
  EXPECT_THAT(interactions("DocumentReference"), HasSubstr("read vread search-type create "));
  EXPECT_EQ(interactions("Encounter"), "read vread search-type ");
  EXPECT_EQ(interactions("Binary"), "read create ");
  StopApi();
  write_desk_ = nullptr;
  StartApi();
  EXPECT_EQ(interactions("Patient"), "read vread search-type ");
  write_token_.clear();
  EXPECT_EQ(Ask("POST", "Patient", kPatient).status, 405);
}

}  // namespace
}  // namespace pons::api
