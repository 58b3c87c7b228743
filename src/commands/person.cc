// SPDX-License-Identifier: Apache-2.0
#include "commands/person.h"

#include "commands/body_json.h"
#include "commands/ledger.h"
#include "commands/terms.h"

namespace pons::commands {
namespace {

using model::CommandKind;

Error NoSuchCommand(std::string_view id) {
  return MakeError(Fault::kNotFound,
                   "there is no command \"" + std::string(id) + "\"; pons command list shows them");
}

// What it was done to, in the vendor's words.
Result<model::VendorRef> ResultNamed(const store::CommandRow& row, const PersonsWord& word) {
  if (row.kind == CommandKind::kAttachDocument) {
    return model::VendorRef{ResultStreamOf(row.kind),
                            word.vendor_id.empty() ? row.document_id : word.vendor_id};
  }
  if (!word.vendor_id.empty()) return model::VendorRef{ResultStreamOf(row.kind), word.vendor_id};
  PONS_ASSIGN(const auto body, ReadBody(row.kind, row.body));
  auto target = model::TargetOf(body);
  if (!target.empty()) return target;
  return MakeError(Fault::kMisconfigured,
                   "say which record it is: the practice's own number of what was made");
}

}  // namespace

Result<store::CommandRow> ResolveByPerson(store::Store& store, const grants::Snapshot& names,
                                          std::string_view id, const PersonsWord& word) {
  const sync::IdentityMap identities(store.identity_key());
  const Ledger ledger(identities);
  std::optional<store::CommandRow> row;
  PONS_TRY(store.Write([&](store::Transaction& tx) -> Result<void> {
    row = tx.FindCommand(id);
    if (!row) return NoSuchCommand(id);
    const Event event = word.happened ? Event::kPersonSaysYes : Event::kPersonSaysNo;
    if (!Transition(StateOf(*row), event)) {
      return MakeError(Fault::kConflict, "nobody is in doubt about it: it is " +
                                             std::string(StateWords(StateOf(*row))));
    }
    const store::CommandRow before = *row;
    if (word.happened) {
      PONS_ASSIGN(row->result, ResultNamed(*row, word));
      const auto connection = names.connections.find(row->connection);
      if (connection == names.connections.end()) return NoSuchCommand(id);
      row->result_id = row->document_id.empty()
                           ? identities.IdOf(connection->second.id, row->result)
                           : ResourceId(row->document_id);
    }
    row->fault.reset();
    row->reason.clear();
    row->failures = 0;
    row->due = tx.now();
    row->evidence = "the word of " + word.who;
    ledger.Step(tx, *row, event, word.who + (word.note.empty() ? "" : ": " + word.note));
    ledger.Write(tx, before, *row, names);
    tx.NudgeCommands(row->connection);
    return Ok();
  }));
  return std::move(*row);
}

Result<store::CommandRow> RetryNow(store::Store& store, std::string_view id, std::string_view who) {
  std::optional<store::CommandRow> row;
  PONS_TRY(store.Write([&](store::Transaction& tx) -> Result<void> {
    row = tx.FindCommand(id);
    if (!row) return NoSuchCommand(id);
    const State state = StateOf(*row);
    if (state == State::kNeedsPerson) {
      return MakeError(Fault::kConflict,
                       "look at the practice's system first, then say what you saw: pons command "
                       "resolve " +
                           row->id + " --help");
    }
    if (IsFinal(state) || state == State::kSending) {
      return MakeError(Fault::kConflict,
                       "there is nothing to try: it is " + std::string(StateWords(state)));
    }
    row->due = tx.now();
    row->failures = 0;
    tx.Save(*row);
    tx.Append({0, row->id, tx.now(), -1, row->state, row->state,
               "to be tried at once, by " + std::string(who)});
    tx.NudgeCommands(row->connection);
    return Ok();
  }));
  return std::move(*row);
}

}  // namespace pons::commands
