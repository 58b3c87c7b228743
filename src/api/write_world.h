// SPDX-License-Identifier: Apache-2.0
// For tests of writes: the world with a scripted desk, a practice's directory, and grants whose
// switches a test sets.
#pragma once

#include <fstream>
#include <string>

#include "api/desk_fake.h"
#include "api/test_world.h"
#include "commands/record_keys.h"
#include "fhir/operation_outcome.h"

namespace pons::api {

class WriteWorld : public World {
 protected:
  void SetUp() override {
    World::SetUp();
    desk_.set_store(*store_);
    StopApi();
    write_desk_ = &desk_;
    StartApi();
    SetSwitches(
        [](store::Switches& on) { on.patients_out = on.take_bookings = on.reports_out = true; });
    SeedPractice();
  }

  void SetSwitches(const std::function<void(store::Switches&)>& change) {
    auto grant = NewGrant("grant-1", "org-1", connection_, app_);
    grant.key = grant_;
    change(grant.switches);
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      tx.Update(grant);
      return Ok();
    }));
  }

  void SeedPractice() {
    Put(Patient("p1", "Nguyen", "Alex", "1984-07-02"));
    Put(Record(model::Stream::kPractitioners, "d1",
               R"(,"name":[{"prefix":["Dr"],"given":["Kim"],"family":"Lee"}])"));
    Put(Record(model::Stream::kPractitioners, "d2", R"(,"active":false)"));
    auto role = Record(model::Stream::kPractitionerRoles, "r1",
                       R"(,"practitioner":{"reference":"Practitioner/d1"})"
                       R"(,"location":[{"reference":"Location/l1"}])");
    role.keys.identifiers = {
        {"http://ns.electronichealth.net.au/id/medicare-provider-number", "2426621B"}};
    Put(role);
    Put(Record(model::Stream::kLocations, "l1"));
    Put(Record(model::Stream::kHealthcareServices, "s1", R"(,"active":true)"));
    Put(Record(model::Stream::kHealthcareServices, "s2", R"(,"active":false)"));
    Put(Appointment("a1", "booked"));
    // Of another practice, and of a practice that this app has nothing to do with.
    Put(Record(model::Stream::kPatients, "elsewhere", R"(,"name":[{"family":"X"}])"), other_grant_);
  }

  static store::RecordWrite Appointment(const std::string& id, const std::string& status) {
    return Record(model::Stream::kAppointments, id,
                  R"(,"status":")" + status +
                      R"(","start":"2026-10-01T09:00:00+10:00","end":"2026-10-01T09:20:00+10:00",)"
                      R"("minutesDuration":20,"participant":[)"
                      R"({"actor":{"reference":"Patient/p1"},"status":"accepted"},)"
                      R"({"actor":{"reference":"Practitioner/d1"},"status":"accepted"},)"
                      R"({"actor":{"reference":"Location/l1"},"status":"accepted"},)"
                      R"({"actor":{"reference":"HealthcareService/s1"},"status":"accepted"}])");
  }

  // Commands end like this: confirmed, with that record.
  static ScriptedDesk::Script Confirmed(model::Stream stream, const std::string& id) {
    return [stream, id](const commands::Submission&, commands::CommandView& view) {
      view.state = commands::State::kConfirmed;
      view.result_stream = stream;
      view.result = ResourceId(id);
    };
  }
  static ScriptedDesk::Script Ended(commands::State state, std::optional<Fault> fault = {},
                                    const std::string& reason = "") {
    return [=](const commands::Submission&, commands::CommandView& view) {
      view.state = state;
      view.fault = fault;
      view.reason = reason;
    };
  }

  const std::string& WriteToken() {
    if (write_token_.empty()) write_token_ = TokenOf("app-1", "");
    return write_token_;
  }
  // With a fresh key unless one is given, and If-Match of version 1 on changes.
  net::HttpResponse Ask(const std::string& method, const std::string& target,
                        const std::string& body, net::Headers headers = {}) {
    headers.emplace_back("Authorization", "Bearer " + WriteToken());
    if (net::FindHeader(headers, "idempotency-key").empty() && method == "POST") {
      headers.emplace_back("Idempotency-Key", "key-" + std::to_string(++keys_));
    }
    if (method != "POST" && net::FindHeader(headers, "if-match").empty()) {
      headers.emplace_back("If-Match", "W/\"1\"");
    }
    if (net::FindHeader(headers, "content-type").empty()) {
      headers.emplace_back("Content-Type", method == "PATCH" ? "application/json-patch+json"
                                                             : "application/fhir+json");
    }
    return Send(method, "/fhir/R4/" + target, headers, body);
  }

  // The issue of an OperationOutcome: "code expression".
  static std::string IssueOf(const net::HttpResponse& response) {
    const auto value = json::Parse(response.body);
    if (!value || value->Text("resourceType") != "OperationOutcome") return response.body;
    const auto& issue = value->Find("issue")->array()->front();
    std::string out(issue.Text("code"));
    if (const auto* expression = issue.Find("expression")) {
      out += " " + *expression->array()->front().string();
    }
    return out;
  }
  static std::string TextOf(const net::HttpResponse& response) {
    const auto value = json::Parse(response.body);
    if (!value || value->Find("issue") == nullptr) return "";
    const auto* details = value->Find("issue")->array()->front().Find("details");
    return details == nullptr ? "" : std::string(details->Text("text"));
  }
  static std::string HeaderOf(const net::HttpResponse& response, std::string_view name) {
    return std::string(net::FindHeader(response.headers, name));
  }
  // What stands in the audit trail about the last call that was audited.
  std::string LastAudit() {
    std::ifstream file(folder_ + "/audit/audit-00000001.jsonl");
    std::string line, last;
    while (std::getline(file, line)) {
      if (line.find("\"operation\"") != std::string::npos) last = line;
    }
    return last;
  }

  ScriptedDesk desk_;
  std::string write_token_;
  int keys_ = 0;
};

}  // namespace pons::api
