// SPDX-License-Identifier: Apache-2.0
#include "fhir/task.h"

#include <algorithm>

#include "fhir/parts.h"

namespace pons::fhir {
namespace {

constexpr std::string_view kTaskStates =
    "draft requested received accepted rejected ready cancelled in-progress on-hold failed "
    "completed entered-in-error";

void BeginOutput(json::Writer& w, std::string_view code) {
  w.BeginObject();
  w.Key("type");
  WriteConcept(w, kTaskOutputSystem, code, {});
}

void WriteReferenceOutput(json::Writer& w, std::string_view code, std::string_view reference) {
  BeginOutput(w, code);
  w.Key("valueReference");
  w.BeginObject();
  w.Member("reference", reference);
  w.EndObject();
  w.EndObject();
}

void WriteOutputs(json::Writer& w, const TaskFields& task) {
  if (task.result.empty() && task.possible_duplicates.empty() && task.attempts == 0) return;
  w.Key("output");
  w.BeginArray();
  if (!task.result.empty()) WriteReferenceOutput(w, "result", task.result);
  for (const auto& duplicate : task.possible_duplicates) {
    WriteReferenceOutput(w, "possible-duplicate", duplicate);
  }
  if (task.attempts > 0) {
    BeginOutput(w, "attempts");
    w.Member("valueInteger", task.attempts);
    w.EndObject();
  }
  w.EndArray();
}

void WriteReason(json::Writer& w, const TaskFields& task) {
  if (!HasText(task.reason) && !HasText(task.vendor_code)) return;
  w.Key("statusReason");
  w.BeginObject();
  if (HasText(task.vendor_code)) {
    w.Key("coding");
    w.BeginArray();
    WriteCoding(w, task.source.empty() ? std::string() : task.source + "/vendor-code",
                task.vendor_code, {});
    w.EndArray();
  }
  WriteText(w, "text", task.reason);
  w.EndObject();
}

void WriteParties(json::Writer& w, const TaskFields& task) {
  if (HasText(task.requester_app)) {
    w.Key("requester");
    w.BeginObject();
    w.Key("identifier");
    w.BeginObject();
    w.Member("system", kAppSystem);
    WriteText(w, "value", task.requester_app);
    w.EndObject();
    w.EndObject();
  }
  if (HasText(task.source_display)) {
    w.Key("owner");
    w.BeginObject();
    WriteText(w, "display", task.source_display);
    w.EndObject();
  }
}

}  // namespace

Encoded EncodeTask(const TaskFields& task, const PracticeZone& zone) {
  const NoReferences none;
  const EncodeContext context{task.id, {}, {}, {}, task.source, zone, none};
  ResourceWriter r("Task", "", context);
  auto& w = r.json();
  WriteCode(w, "status", task.status, kTaskStates);
  WriteReason(w, task);
  w.Key("businessStatus");
  WriteConcept(w, kCommandStateSystem, task.state, task.state_words);
  w.Member("intent", "order");
  w.Key("code");
  WriteConcept(w, kCommandKindSystem, task.kind, task.kind_words);
  for (const auto& [key, target] :
       {std::pair{"focus", task.focus},
        {"for", task.patient_id.empty() ? std::string() : "Patient/" + task.patient_id}}) {
    if (target.empty()) continue;
    w.Key(key);
    w.BeginObject();
    w.Member("reference", target);
    w.EndObject();
  }
  w.Member("authoredOn", FormatInstantIn(task.authored, zone));
  // FHIR: not before authoredOn.
  w.Member("lastModified", FormatInstantIn(std::max(task.authored, task.modified), zone));
  WriteParties(w, task);
  if (task.deadline > Instant{}) {
    w.Key("restriction");
    w.BeginObject();
    w.Key("period");
    w.BeginObject();
    w.Member("end", FormatInstantIn(task.deadline, zone));
    w.EndObject();
    w.EndObject();
  }
  WriteOutputs(w, task);
  return std::move(r).Finish();
}

}  // namespace pons::fhir
