// SPDX-License-Identifier: Apache-2.0
#include "commands/ledger.h"

#include <algorithm>

#include "base/check.h"
#include "commands/body_json.h"
#include "commands/record_keys.h"
#include "commands/terms.h"
#include "fhir/document_reference.h"
#include "fhir/task.h"

namespace pons::commands {
namespace {

using model::CommandKind;
using model::Stream;

std::string Reference(Stream stream, const ResourceId& id) {
  if (id.empty()) return {};
  return std::string(model::ResourceTypeOf(stream)) + "/" + id.value;
}

// What an app sees of a command; two rows with the same face need no new Task. Being sent looks
// like waiting to be.
std::string FaceOf(const store::CommandRow& row) {
  const State state = StateOf(row) == State::kSending ? State::kAccepted : StateOf(row);
  std::string face(StateName(state));
  for (const auto* part : {&row.reason, &row.vendor_code, &row.result_id.value}) {
    (face += '\n') += *part;
  }
  return face;
}

struct DocumentState {
  std::string_view exported;
  std::string_view doc_status;
};

DocumentState DocumentStateOf(State state) {
  switch (state) {
    case State::kAccepted:
    case State::kSending:
    case State::kInDoubt:
    case State::kNeedsPerson:
      return {"queued", "preliminary"};
    case State::kApplied:
      return {"delivered", "preliminary"};
    case State::kConfirmed:
      return {"imported", "final"};
    case State::kRejected:
    case State::kFailed:
    case State::kExpired:
    case State::kCancelled:
      return {"failed", "preliminary"};
  }
  return {"queued", "preliminary"};
}

}  // namespace

bool IsSettled(const store::CommandRow& row) {
  const State state = StateOf(row);
  return IsFinal(state) || state == State::kNeedsPerson ||
         (state == State::kApplied && row.kind == CommandKind::kAttachDocument);
}

void Ledger::Enter(store::Transaction& tx, store::CommandRow& row,
                   const grants::Snapshot& names) const {
  row.state = static_cast<int>(State::kAccepted);
  row.open = row.holds = true;
  row.seq = tx.Insert(row);
  tx.Append({0, row.id, row.accepted, -1, -1, row.state, {}});
  WriteTask(tx, row, names);
}

void Ledger::Step(store::Transaction& tx, store::CommandRow& row, Event event,
                  std::string_view note) const {
  const State from = StateOf(row);
  const auto to = Transition(from, event);
  PONS_CHECK(to.has_value());
  row.state = static_cast<int>(*to);
  row.open = !IsFinal(*to);
  row.holds = row.open && *to != State::kApplied;
  row.changed = tx.now();
  if (*to == State::kAccepted) {
    row.expires = row.deadline;
  } else {
    row.expires.reset();
  }
  if (!row.open) row.ended = tx.now();
  if (*to == State::kNeedsPerson) row.due = kNever;
  tx.Append({0, row.id, tx.now(), static_cast<int>(event), static_cast<int>(from), row.state,
             std::string(note)});
}

void Ledger::Write(store::Transaction& tx, const store::CommandRow& before,
                   const store::CommandRow& row, const grants::Snapshot& names) const {
  tx.Save(row);
  if (FaceOf(before) == FaceOf(row)) return;
  WriteTask(tx, row, names);
  if (row.kind == CommandKind::kAttachDocument) WriteDocument(tx, row);
}

ResourceId Ledger::PatientId(const store::CommandRow& row, const grants::Snapshot& names,
                             const std::string& vendor_id) const {
  const auto found = names.connections.find(row.connection);
  if (found == names.connections.end()) return {};
  return identities_.IdOf(found->second.id, {Stream::kPatients, vendor_id});
}

void Ledger::WriteTask(store::Transaction& tx, const store::CommandRow& row,
                       const grants::Snapshot& names) const {
  const auto connection = names.connections.find(row.connection);
  if (connection == names.connections.end()) return;
  const auto zone = PracticeZone::Named(connection->second.time_zone);
  if (!zone) return tx.Fail(zone.error());
  const State state = StateOf(row);
  fhir::TaskFields task;
  task.id = row.id;
  task.status = TaskStatusOf(state);
  task.state = StateName(state);
  task.state_words = StateWords(state);
  task.kind = model::CommandKindName(row.kind);
  task.kind_words = model::CommandKindWords(row.kind);
  task.reason = row.reason;
  task.vendor_code = row.vendor_code;
  task.patient_id = row.patient.value;
  const Stream stream = ResultStreamOf(row.kind);
  task.focus =
      Reference(stream, row.document_id.empty() ? row.target : ResourceId(row.document_id));
  task.result = Reference(stream, row.result_id);
  for (const auto& similar : row.similar) {
    const auto id = PatientId(row, names, similar);
    const auto seeing = tx.GrantsSeeing(store::KeyOf(id.value));
    if (std::find(seeing.begin(), seeing.end(), row.grant) == seeing.end()) continue;
    task.possible_duplicates.push_back(Reference(Stream::kPatients, id));
  }
  task.attempts = row.attempts;
  task.authored = row.accepted;
  task.modified = tx.now();
  task.deadline = row.deadline;
  if (const auto app = names.apps.find(row.app); app != names.apps.end()) {
    task.requester_app = app->second.id.value;
  }
  task.source = "https://pons.health/connections/" + connection->second.id.value;
  task.source_display = connection->second.name;

  store::RecordWrite write;
  write.stream = Stream::kTasks;
  write.id = ResourceId(row.id);
  fhir::Encoded encoded = fhir::EncodeTask(task, *zone);
  write.body = {std::move(encoded.head), std::move(encoded.tail)};
  write.keys = SearchKeysOf(task);
  write.source = {row.connection, row.id, std::string(StateName(state)), "pons", tx.now()};
  const auto version = tx.PutRecord(write);
  const bool first = tx.Show(row.grant, store::KeyOf(row.id), {});
  tx.AppendChange(row.grant, Stream::kTasks, write.id, version,
                  first ? store::ChangeKind::kCreated : store::ChangeKind::kUpdated, false);
}

void Ledger::WriteDocument(store::Transaction& tx, const store::CommandRow& row) const {
  const auto state = DocumentStateOf(StateOf(row));
  const auto version = tx.RewriteTail(store::KeyOf(row.document_id), [&](std::string& tail) {
    const std::string before = tail;
    return fhir::SetDocumentState(tail, state.exported, state.doc_status) && tail != before;
  });
  if (version == 0) return;
  for (const auto grant : tx.GrantsSeeing(store::KeyOf(row.document_id))) {
    tx.AppendChange(grant, Stream::kDocumentReferences, ResourceId(row.document_id), version,
                    store::ChangeKind::kUpdated, false);
  }
}

CommandView Ledger::ViewOf(const store::CommandRow& row, store::Reader& reader) const {
  CommandView view;
  view.id = row.id;
  view.kind = row.kind;
  view.state = StateOf(row);
  view.attempts = row.attempts;
  view.fault = row.fault;
  view.vendor_code = row.vendor_code;
  view.reason = row.reason;
  view.alternatives = ReadSlots(row.alternatives);
  view.result_stream = ResultStreamOf(row.kind);
  view.result = row.result_id;
  view.existed = row.existed;
  view.accepted = row.accepted;
  view.changed = row.changed;
  view.deadline = row.deadline;
  if (row.similar.empty()) return view;
  ConnectionId connection;
  if (const auto connections = reader.Connections()) {
    for (const auto& candidate : *connections) {
      if (candidate.key == row.connection) connection = candidate.id;
    }
  }
  for (const auto& similar : row.similar) {
    const auto id = identities_.IdOf(connection, {Stream::kPatients, similar});
    const auto seeing = reader.GrantsSeeing(store::KeyOf(id.value));
    const bool visible =
        seeing && std::find(seeing->begin(), seeing->end(), row.grant) != seeing->end();
    if (visible) {
      view.similar.push_back(id);
    } else {
      ++view.similar_elsewhere;
    }
  }
  return view;
}

}  // namespace pons::commands
