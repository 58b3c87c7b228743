// SPDX-License-Identifier: Apache-2.0
// Which writes there are, who may make them, and what an app may do with its own Tasks.
#include <algorithm>
#include <array>

#include "api/documents.h"
#include "api/writes.h"
#include "net/http_wire.h"

namespace pons::api {
namespace {

using model::Stream;

enum class Right : std::uint8_t { kCreate, kUpdate, kSearch };

struct WriteRoute {
  std::string_view method;
  Stream stream;
  std::string_view tail;  // "": the type; "{id}": one record; "$…": an operation
  Right right;
  std::string_view operation;  // for the audit trail
  std::string_view definition;
  void (*run)(Service&, const CallPtr&);
};

constexpr std::array kRoutes = {
    WriteRoute{"POST", Stream::kPatients, "", Right::kCreate, "create", "", &CreatePatient},
    WriteRoute{"PUT", Stream::kPatients, "{id}", Right::kUpdate, "update", "", &UpdatePatient},
    WriteRoute{"PATCH", Stream::kPatients, "{id}", Right::kUpdate, "patch", "", &UpdatePatient},
    WriteRoute{"POST", Stream::kPatients, "$match", Right::kSearch, "match",
               "http://hl7.org/fhir/OperationDefinition/Patient-match", &MatchPatient},
    WriteRoute{"POST", Stream::kAppointments, "", Right::kCreate, "create", "", &BookAppointment},
    WriteRoute{"PUT", Stream::kAppointments, "{id}", Right::kUpdate, "update", "",
               &UpdateAppointment},
    WriteRoute{"PATCH", Stream::kAppointments, "{id}", Right::kUpdate, "patch", "",
               &UpdateAppointment},
    WriteRoute{"POST", Stream::kDocumentReferences, "", Right::kCreate, "create", "",
               &PostDocument},
    WriteRoute{"POST", Stream::kDocumentReferences, "$timeline-report", Right::kCreate,
               "timeline-report", "https://pons.health/fhir/OperationDefinition/timeline-report",
               &MakeTimelineReport},
    WriteRoute{"PUT", Stream::kTasks, "{id}", Right::kUpdate, "update", "", &UpdateTask},
    WriteRoute{"PATCH", Stream::kTasks, "{id}", Right::kUpdate, "patch", "", &UpdateTask},
};

bool Allowed(const Scopes& scopes, const WriteRoute& route) {
  switch (route.right) {
    case Right::kCreate:
      return scopes.MayCreate(route.stream);
    case Right::kUpdate:
      return scopes.MayUpdate(route.stream);
    case Right::kSearch:
      return scopes.MaySearch(route.stream);
  }
  return false;
}

char LetterOf(Right right) {
  return right == Right::kCreate ? 'c' : right == Right::kUpdate ? 'u' : 's';
}

void AnswerTask(Write& write, const store::ServedRecord& record) {
  auto response = JsonAnswer(200, kFhirJson, "");
  response.shared_body = record.body;
  response.headers.emplace_back("ETag", "W/\"" + std::to_string(record.version) + "\"");
  response.headers.emplace_back("Last-Modified", net::FormatHttpDate(record.updated));
  response.headers.emplace_back("Pons-Task", "Task/" + record.id.value);
  write.call().count = 1;
  Finish(write.service(), write.call(), std::move(response));
}

}  // namespace

std::vector<Operation> OperationsOf(Stream stream) {
  std::vector<Operation> operations;
  for (const auto& route : kRoutes) {
    if (route.stream != stream || !route.tail.starts_with('$')) continue;
    operations.push_back({route.tail.substr(1), route.definition});
  }
  return operations;
}

void HandleWrite(Service& service, Call&& call, std::string_view rest) {
  const auto slash = rest.find('/');
  const Stream stream = *model::StreamOfResourceType(rest.substr(0, slash));
  const auto id = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  const std::string_view tail = id.empty() || id.starts_with('$') ? id : "{id}";
  call.route = tail.starts_with('$') ? Route::kOperation : Route::kWrite;
  call.type = model::ResourceTypeOf(stream);
  call.operation = "write";
  if (tail == "{id}") call.id = id.substr(0, 64);
  std::string allow = tail.starts_with('$') ? "" : "GET";
  for (const auto& route : kRoutes) {
    const bool here = route.stream == stream && route.tail == tail && service.deps.desk != nullptr;
    if (!here || (tail == "{id}" && id.find('/') != std::string_view::npos)) continue;
    if (route.method != call.request.method) {
      allow += (allow.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    call.operation = route.operation;
    if (!Authenticate(service, call)) return;
    if (!Allowed(call.session->scopes, route)) {
      return Fail(service, call, 403, "forbidden",
                  "The token's scope does not cover this: ask for system/" +
                      std::string(call.type) + "." + LetterOf(route.right) + ".");
    }
    const auto shared = std::make_shared<Call>(std::move(call));
    return service.LaterOn(service.write_pool, shared,
                           [&service, shared, run = route.run](Call&) { run(service, shared); });
  }
  if (!Authenticate(service, call)) return;
  if (allow.empty()) {
    return Fail(service, call, 404, "not-supported", "This server has no such operation.");
  }
  Fail(service, call, 405, "not-supported",
       "This server does not do that here; /fhir/R4/metadata lists what it does.",
       {{"Allow", allow}});
}

void UpdateTask(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(false) || !write.FindTarget(Stream::kTasks, call->id)) return;
  if (!write.ReadNewState(Stream::kTasks, call->id)) return;
  // The reason may be told; nothing else of a Task is an app's to change.
  json::Value wanted = write.target_json();
  wanted.Set("status", "cancelled");
  json::Value asked = write.resource();
  if (const auto* reason = asked.Find("statusReason")) wanted.Set("statusReason", *reason);
  const bool same = write.resource() == write.target_json();
  const bool cancels = write.resource().Text("status") == "cancelled";
  if (!same && !cancels) {
    write.No(422, "not-supported",
             "An app can only withdraw a Task: set its status to cancelled, and nothing else.",
             "Task.status");
    return;
  }
  if (!same && call->request.method == "PATCH" && !(wanted == asked)) {
    write.No(422, "not-supported", "Of a Task, an app can change the status only.", "Task");
    return;
  }
  if (!write.CheckIfMatch()) return;
  if (same) return AnswerTask(write, write.target().record);
  const auto withdrawn = service.deps.desk->Withdraw(write.app().app.key, call->id);
  if (!withdrawn) {
    write.No(withdrawn.error());
    return;
  }
  auto record = write.reader().Get(write.app().GrantsFor(Stream::kTasks), Stream::kTasks, call->id);
  if (!record) {
    write.No(record.error());
    return;
  }
  AnswerTask(write, *record && (*record)->body != nullptr ? **record : write.target().record);
}

}  // namespace pons::api
