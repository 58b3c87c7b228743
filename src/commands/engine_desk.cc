// SPDX-License-Identifier: Apache-2.0
// The desk's side of the engine: what apps hand in, ask about and take back.
#include "commands/body_json.h"
#include "commands/engine.h"
#include "commands/terms.h"
#include "sync/connection_settings.h"

namespace pons::commands {
namespace {

using model::CommandKind;

Error KeyReused() {
  Error error = MakeError(Fault::kRejected,
                          "this Idempotency-Key was used for another request; take a new one");
  error.vendor_code = "idempotency-key-reused";
  return error;
}

}  // namespace

Result<std::shared_ptr<store::Reader>> CommandEngine::Borrow() {
  std::unique_ptr<store::Reader> reader;
  {
    const std::lock_guard lock(readers_mutex_);
    if (!readers_.empty()) {
      reader = std::move(readers_.back());
      readers_.pop_back();
    }
  }
  if (!reader) {
    PONS_ASSIGN(reader, store_.OpenReader());
  }
  return std::shared_ptr<store::Reader>(reader.release(), [this](store::Reader* back) {
    const std::lock_guard lock(readers_mutex_);
    readers_.emplace_back(back);
  });
}

Result<CommandView> CommandEngine::View(const store::CommandRow& row) {
  PONS_ASSIGN(const auto reader, Borrow());
  return ledger_.ViewOf(row, *reader);
}

Result<void> CommandEngine::Supports(store::ConnectionKey connection, CommandKind kind) {
  PONS_ASSIGN(const auto names, book_.Current());
  const auto found = names->connections.find(connection);
  if (found == names->connections.end() || found->second.settings_json.empty()) {
    return MakeError(Fault::kNotFound, "there is no such connection");
  }
  PONS_ASSIGN(const auto resolved, sync::ResolveConnector(registry_, found->second));
  return resolved.connector->Supports(resolved.settings, kind);
}

Result<void> CommandEngine::Check(const Submission& submission, const grants::Snapshot& names) {
  const auto kind = model::KindOf(submission.body);
  PONS_TRY(Supports(submission.connection, kind));
  const auto* grant = names.Find(submission.grant);
  if (grant == nullptr || grant->connection != submission.connection ||
      grant->app != submission.app) {
    return MakeError(Fault::kForbidden, "no grant of this app allows it");
  }
  if (!Allowed(*grant, kind)) {
    return MakeError(Fault::kForbidden, "the practice has not switched on " +
                                            std::string(SwitchFor(kind)) + " for this app");
  }
  if (kind != CommandKind::kAttachDocument) return Ok();
  const auto& connection = names.connections.at(submission.connection);
  const auto most = registry_.Find(connection.vendor)->descriptor().can.max_document_bytes;
  const auto size = submission.content ? submission.content->size() : 0;
  if (size > 0 && (most == 0 || size <= most)) return Ok();
  Error error = MakeError(Fault::kRejected,
                          size == 0 ? "the document is empty"
                                    : "the document is larger than this practice's system takes (" +
                                          std::to_string(most) + " bytes)");
  error.vendor_code = size == 0 ? "document-empty" : "document-too-large";
  return error;
}

store::CommandRow CommandEngine::RowFor(const Submission& submission, Instant now) {
  store::CommandRow row;
  row.id = NewId("cmd", random_);
  row.connection = submission.connection;
  row.grant = submission.grant;
  row.app = submission.app;
  row.kind = model::KindOf(submission.body);
  row.lane = LaneOf(submission);
  row.body = WriteBody(submission.body);
  row.expected_version = submission.expected_version;
  row.idempotency_key = submission.idempotency_key;
  row.request_hash = submission.request_hash;
  row.target = submission.target;
  row.patient = submission.patient;
  row.due = row.accepted = row.changed = now;
  row.deadline = submission.deadline.value_or(DefaultDeadline(submission.body, now));
  row.expires = row.deadline;
  if (const auto* document = std::get_if<model::AttachDocument>(&submission.body)) {
    row.document_id = document->document_id;
  }
  return row;
}

Result<Submitted> CommandEngine::Submit(const Submission& submission) {
  PONS_ASSIGN(const auto names, book_.Current());
  PONS_TRY(Check(submission, *names));
  Submitted submitted;
  store::CommandRow row = RowFor(submission, clock_.Now());
  const auto saved = store_.Write([&](store::Transaction& tx) -> Result<void> {
    if (auto first = tx.FindCommandByKey(submission.app, submission.idempotency_key)) {
      if (first->request_hash != submission.request_hash) return KeyReused();
      row = std::move(*first);
      submitted.repeated = true;
      return Ok();
    }
    if (tx.CountOpenCommands(submission.connection) >= options_.queue) {
      return MakeError(Fault::kUnavailable,
                       "too many requests to this practice wait already; try again later");
    }
    ledger_.Enter(tx, row, *names);
    if (submission.content) tx.KeepDocument(row.id, row.document_id, *submission.content);
    if (submission.document) {
      const auto& document = *submission.document;
      const auto version = tx.PutRecord(document);
      tx.Show(row.grant, store::KeyOf(document.id.value), {});
      tx.AppendChange(row.grant, document.stream, document.id, version, store::ChangeKind::kCreated,
                      false);
    }
    return Ok();
  });
  if (!saved) return saved.error();
  PONS_ASSIGN(submitted.command, View(row));
  return submitted;
}

Result<std::optional<CommandView>> CommandEngine::Find(store::AppKey app, std::string_view id) {
  PONS_ASSIGN(const auto reader, Borrow());
  PONS_ASSIGN(const auto row, reader->Command(id));
  if (!row || row->app != app) return std::optional<CommandView>();
  return std::optional<CommandView>(ledger_.ViewOf(*row, *reader));
}

Result<std::optional<CommandView>> CommandEngine::FindByKey(store::AppKey app, std::string_view key,
                                                            std::string_view request_hash) {
  PONS_ASSIGN(const auto reader, Borrow());
  PONS_ASSIGN(const auto row, reader->CommandByKey(app, key));
  if (!row) return std::optional<CommandView>();
  if (row->request_hash != request_hash) return KeyReused();
  return std::optional<CommandView>(ledger_.ViewOf(*row, *reader));
}

void CommandEngine::WhenSettled(std::string_view id, Instant until,
                                std::function<void(const CommandView&)> told) {
  waiters_.Add(id, until, std::move(told));
  // It may have settled before anybody waited. Whoever takes it out of the list first tells.
  if (const auto reader = Borrow()) {
    const auto row = (*reader)->Command(id);
    if (row && *row && IsSettled(**row)) waiters_.Settle(ledger_.ViewOf(**row, **reader));
  }
  turns_.Wake();
}

Result<CommandView> CommandEngine::Withdraw(store::AppKey app, std::string_view id) {
  PONS_ASSIGN(const auto names, book_.Current());
  std::optional<store::CommandRow> row;
  PONS_TRY(store_.Write([&](store::Transaction& tx) -> Result<void> {
    row = tx.FindCommand(id);
    if (!row || row->app != app) return MakeError(Fault::kNotFound, "there is no such command");
    if (!Transition(StateOf(*row), Event::kWithdraw)) {
      return MakeError(Fault::kConflict, "it is too late to take this back: it is " +
                                             std::string(StateWords(StateOf(*row))));
    }
    const store::CommandRow before = *row;
    row->reason = "taken back by the app";
    ledger_.Step(tx, *row, Event::kWithdraw, row->reason);
    ledger_.Write(tx, before, *row, *names);
    tx.NudgeCommands(row->connection);  // later ones of its lane may go
    return Ok();
  }));
  PONS_ASSIGN(auto view, View(*row));
  waiters_.Settle(view);
  return view;
}

}  // namespace pons::commands
