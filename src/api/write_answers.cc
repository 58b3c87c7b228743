// SPDX-License-Identifier: Apache-2.0
// What an app is told about its write: never a success that nobody has seen, never a failure that
// may have had an effect.
#include <algorithm>
#include <charconv>

#include "api/writes.h"
#include "base/text.h"
#include "net/http_wire.h"

namespace pons::api {
namespace {

using commands::CommandView;
using commands::State;
using model::CommandKind;
using model::Stream;

constexpr int kLongestWaitSeconds = 30;
constexpr std::size_t kMostAlternatives = 5;

bool Makes(CommandKind kind) {
  return kind == CommandKind::kCreatePatient || kind == CommandKind::kBookAppointment ||
         kind == CommandKind::kAttachDocument;
}

std::string TaskUrl(const Call& call, const CommandView& view) {
  return call.base + "/fhir/R4/Task/" + view.id;
}

net::Headers TaskHeaders(const CommandView& view) { return {{"Pons-Task", "Task/" + view.id}}; }

std::string OutcomeOf(std::string_view severity, std::string_view code, std::string_view text) {
  return fhir::OperationOutcome(severity, code, text);
}

// What was made or changed, as far as it is known.
struct Outcome {
  Stream stream = Stream::kPatients;
  std::string id;
  std::optional<store::ServedRecord> record;
};

Result<Outcome> OutcomeRecord(Service& service, const Call& call, const CommandView& view) {
  Outcome outcome{view.result_stream, view.result.value, {}};
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  if (view.kind == CommandKind::kAttachDocument) {
    outcome.stream = Stream::kDocumentReferences;
    PONS_ASSIGN(const auto row, reader->Command(view.id));
    if (row) outcome.id = row->document_id;
  }
  if (outcome.id.empty()) return outcome;
  const AppView& app = *call.session->app;
  PONS_ASSIGN(outcome.record,
              reader->Get(app.GrantsFor(outcome.stream), outcome.stream, outcome.id));
  return outcome;
}

void AnswerDone(Service& service, Call& call, const CommandView& view,
                const Preference& preference) {
  auto outcome = OutcomeRecord(service, call, view);
  if (!outcome) return Fail(service, call, outcome.error());
  const bool made = Makes(view.kind) && !view.existed;
  net::ServerResponse response = JsonAnswer(made ? 201 : 200, kFhirJson, "");
  auto headers = TaskHeaders(view);
  if (!outcome->id.empty()) {
    call.id = outcome->id;
    std::string location = call.base + "/fhir/R4/" +
                           std::string(model::ResourceTypeOf(outcome->stream)) + "/" + outcome->id;
    if (outcome->record) {
      const auto version = std::to_string(outcome->record->version);
      location += "/_history/" + version;
      headers.emplace_back("ETag", "W/\"" + version + "\"");
      headers.emplace_back("Last-Modified", net::FormatHttpDate(outcome->record->updated));
    }
    headers.emplace_back(made ? "Location" : "Content-Location", location);
  }
  const bool has_body = outcome->record && outcome->record->body != nullptr;
  if (preference.what == Preference::Return::kMinimal) {
    // Nothing more to say.
  } else if (preference.what == Preference::Return::kRepresentation && has_body) {
    response.shared_body = outcome->record->body;
    call.count = 1;
  } else {
    std::vector<fhir::Issue> issues = {
        {"information", "informational",
         view.existed ? "The practice had it already; nothing was written."
         : view.kind == CommandKind::kAttachDocument ? "Kept, and on its way to the practice; the "
                                                       "DocumentReference tells how it goes on."
                                                     : "Done, and seen at the practice."}};
    if (!view.similar.empty() || view.similar_elsewhere > 0) {
      issues.push_back({"warning", "duplicate",
                        "The practice has similar patients; a person compares them. The Task names "
                        "those that this app may see."});
    }
    response.body = fhir::OperationOutcome(issues);
  }
  for (auto& header : headers) response.headers.push_back(std::move(header));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

void AnswerOpen(Service& service, Call& call, const CommandView& view) {
  const bool person = view.state == State::kNeedsPerson;
  std::string text = person ? "It is not certain whether this took effect, so a person at the "
                              "practice is looking. Nothing is sent a second time meanwhile."
                            : "Accepted and kept; the practice has not confirmed it yet.";
  if (!view.reason.empty()) text += " " + view.reason;
  text += " The Task at Content-Location tells how it goes on.";
  net::ServerResponse response =
      JsonAnswer(202, kFhirJson, OutcomeOf("information", "informational", text));
  for (auto& header : TaskHeaders(view)) response.headers.push_back(std::move(header));
  response.headers.emplace_back("Content-Location", TaskUrl(call, view));
  response.headers.emplace_back("Retry-After", person ? "300" : "5");
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

// Free times near the one that was asked for, on the practice's clock.
void AddAlternatives(Service& service, const CommandView& view, fhir::Issue& issue) {
  if (view.alternatives.empty()) return;
  auto zone = PracticeZone::Named("UTC").value();
  auto reader = service.readers.Borrow();
  const auto snapshot = service.directory.Current();
  if (reader && snapshot) {
    const auto row = (*reader)->Command(view.id);
    if (row && *row) {
      const auto name = (*snapshot)->zones.find((*row)->connection);
      if (name != (*snapshot)->zones.end()) {
        if (auto named = PracticeZone::Named(name->second)) zone = std::move(*named);
      }
    }
  }
  issue.text += " Free nearby:";
  for (std::size_t i = 0; i < std::min(view.alternatives.size(), kMostAlternatives); ++i) {
    const auto& slot = view.alternatives[i];
    auto start = FormatInstantIn(slot.start, zone);
    issue.text += (i == 0 ? " " : ", ") + start.substr(0, 10) + " " + start.substr(11, 5);
    issue.alternatives.emplace_back(std::move(start), FormatInstantIn(slot.end, zone));
  }
  issue.text += ".";
}

struct No {
  int status;
  std::string_view code;
  std::string_view words;  // where the command itself has none
};

No RefusalOf(const CommandView& view) {
  switch (view.state) {
    case State::kFailed:
      return {422, "processing", "The practice took it up and then refused it."};
    case State::kExpired:
      return {422, "expired", "The practice could not be reached in time, so nothing was sent."};
    case State::kCancelled:
      return {409, "conflict", "It was withdrawn before anything was sent."};
    default:
      break;
  }
  switch (view.fault.value_or(Fault::kRejected)) {
    case Fault::kConflict:
      return {409, "conflict", "Somebody was there first."};
    case Fault::kNotFound:
      return Makes(view.kind)
                 ? No{422, "not-found", "Something it refers to is not at the practice."}
                 : No{410, "deleted", "The record is not at the practice any more."};
    case Fault::kUnsupported:
      return {422, "not-supported", "The practice's system cannot do this."};
    case Fault::kRejected:
      return {422, "business-rule", "The practice's system refused this."};
    default:
      return {422, "processing", "The practice's system could not do this."};
  }
}

void AnswerRefused(Service& service, Call& call, const CommandView& view) {
  const No no = RefusalOf(view);
  fhir::Issue issue;
  issue.code = no.code;
  issue.text = view.reason.empty() ? std::string(no.words) : view.reason;
  AddAlternatives(service, view, issue);
  Refuse(service, call, no.status, std::move(issue), TaskHeaders(view));
}

}  // namespace

void Refuse(Service& service, Call& call, int status, fhir::Issue issue, net::Headers headers) {
  call.count = 0;
  auto response = JsonAnswer(status, kFhirJson, fhir::OperationOutcome({std::move(issue)}));
  for (auto& header : headers) response.headers.push_back(std::move(header));
  Finish(service, call, std::move(response));
}

Preference ReadPreference(const net::Headers& headers) {
  Preference preference;
  bool async = false;
  for (const auto& [name, value] : headers) {
    if (!net::SameHeaderName(name, "prefer")) continue;
    std::string parts = AsciiLower(value);
    std::replace(parts.begin(), parts.end(), ';', ',');
    for (std::string_view part : Split(parts, ',')) {
      part = Trim(part);
      if (part == "return=minimal") preference.what = Preference::Return::kMinimal;
      if (part == "return=representation") preference.what = Preference::Return::kRepresentation;
      if (part == "return=operationoutcome") preference.what = Preference::Return::kOutcome;
      if (part == "respond-async") async = true;
      if (!part.starts_with("wait=")) continue;
      part.remove_prefix(5);
      int seconds = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), seconds);
      if (error != std::errc() || end != part.data() + part.size() || seconds < 0) continue;
      preference.wait = std::chrono::seconds(std::min(seconds, kLongestWaitSeconds));
    }
  }
  if (async) preference.wait = std::chrono::seconds(0);
  return preference;
}

void AnswerCommand(Service& service, Call& call, const CommandView& view,
                   const Preference& preference) {
  switch (view.state) {
    case State::kConfirmed:
      return AnswerDone(service, call, view, preference);
    case State::kRejected:
    case State::kFailed:
    case State::kExpired:
    case State::kCancelled:
      return AnswerRefused(service, call, view);
    case State::kAccepted:
    case State::kSending:
    case State::kInDoubt:
    case State::kApplied:
    case State::kNeedsPerson:
      // What is kept and queued is all that a document's sender waits for.
      if (view.kind == CommandKind::kAttachDocument && view.state != State::kNeedsPerson) {
        return AnswerDone(service, call, view, preference);
      }
      return AnswerOpen(service, call, view);
  }
}

}  // namespace pons::api
