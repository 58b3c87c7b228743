// SPDX-License-Identifier: Apache-2.0
// The commits of a command's life, and what others are told of it: apps that wait, operators.
#include <algorithm>

#include "commands/command_worker.h"
#include "commands/terms.h"
#include "sync/ownership.h"

namespace pons::commands {

using model::CommandKind;
using store::ReadState;

namespace {

constexpr unsigned kWorkedStates =
    Bit(State::kAccepted) | Bit(State::kInDoubt) | Bit(State::kApplied);

}  // namespace

bool CommandWorker::Commit(const Row& before, Outcome& outcome, std::optional<Row>* next) {
  const Instant now = context_.parts.clock.Now();
  const unsigned kinds = KindsThatMayGo();
  auto& row = outcome.row;
  const auto saved = context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    for (const auto& [event, note] : outcome.events) context_.ledger.Step(tx, row, event, note);
    if (outcome.record) {
      sync::ApplyCounts counts;
      session_.applier().Apply(tx, *outcome.record, now, false, counts);
      // It may lie behind where a running sweep stands, which would then call it gone.
      const auto stream = outcome.record->change.ref.stream;
      if (tx.LoadStream(connection_.key, stream).sweeping) {
        tx.MarkSeen(connection_.key, stream, store::KeyOf(outcome.record->id.value));
      }
    }
    if (StateOf(row) == State::kConfirmed) TellOthers(tx, outcome);
    context_.ledger.Write(tx, before, row, *snapshot_);
    if (next == nullptr) return Ok();
    auto following = tx.NextCommand({connection_.key, now, now, kWorkedStates, kinds});
    if (!following || StateOf(*following) != State::kAccepted || following->deadline <= now ||
        !StillGranted(tx, *following)) {
      return Ok();
    }
    MarkSending(tx, *following);
    *next = std::move(following);
    return Ok();
  });
  if (!saved) {
    // What has happened at the practice is not written down. It stands as being sent, and is
    // looked up as after a crash.
    recovered_ = false;
    if (next != nullptr) next->reset();
    return false;
  }
  TellWaiters(row);
  return true;
}

void CommandWorker::TellOthers(store::Transaction& tx, const Outcome& outcome) {
  const auto& row = outcome.row;
  if (row.kind != CommandKind::kCreatePatient || row.existed) return;
  sync::RecordCreated(tx, row.connection, row.result.id, row.grant);
  if (row.similar.empty()) return;
  std::vector<model::VendorRef> similar;
  for (const auto& id : row.similar) similar.push_back({model::Stream::kPatients, id});
  sync::RecordSimilar(tx, row.connection, row.result.id, similar, row.id);
}

void CommandWorker::End(const Row& row, Event event, std::string reason) {
  std::optional<Row> ended;
  const auto saved = context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    auto now = tx.FindCommand(row.id);
    if (!now || !Transition(StateOf(*now), event)) return Ok();
    const Row before = *now;
    now->reason = reason;
    context_.ledger.Step(tx, *now, event, reason);
    context_.ledger.Write(tx, before, *now, *snapshot_);
    ended = std::move(now);
    return Ok();
  });
  if (!saved) {
    recovered_ = false;
  } else if (ended) {
    TellWaiters(*ended);
  }
}

// Something but the state has changed.
void CommandWorker::Touch(const Row& before, Row row) {
  const auto saved = context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    const auto now = tx.FindCommand(row.id);
    if (!now || now->state != before.state) return Ok();
    row.changed = tx.now();
    context_.ledger.Write(tx, before, row, *snapshot_);
    return Ok();
  });
  if (!saved) {
    recovered_ = false;
  } else {
    TellWaiters(row);
  }
}

void CommandWorker::TellWaiters(const Row& row) {
  if (!IsSettled(row) || !context_.waiters.Waits(row.id)) return;
  context_.waiters.Settle(context_.ledger.ViewOf(row, *reader_));
}

// ---- how writing stands -------------------------------------------------------------------------

void CommandWorker::Pause(const Error& error, CommandKind kind, const WriteReaction& reaction) {
  if (error.fault == Fault::kCancelled) return;
  const bool document = kind == CommandKind::kAttachDocument;
  for (std::size_t i = 0; i < paused_.size(); ++i) {
    const auto other = static_cast<CommandKind>(i);
    const bool same_route = (other == CommandKind::kAttachDocument) == document;
    const bool reached = reaction.reach == Reach::kAll ||
                         (reaction.reach == Reach::kRoute && same_route) ||
                         (reaction.reach == Reach::kKind && other == kind);
    if (reached) paused_[i] = std::max(paused_[i], reaction.again);
  }
  if (error.fault == Fault::kRateLimited) return;
  troubles_[kind] = {reaction.attention ? ReadState::kAttention : ReadState::kRetrying,
                     std::string(FaultName(error.fault)), error.summary, reaction.reach};
  ShowHealth();
}

void CommandWorker::WentWell(CommandKind kind) {
  const bool document = kind == CommandKind::kAttachDocument;
  failures_[static_cast<std::size_t>(document)] = 0;
  for (std::size_t i = 0; i < paused_.size(); ++i) {
    // A pause for a missing right is that kind's own; one of the whole way is over for all.
    const auto other = static_cast<CommandKind>(i);
    const auto trouble = troubles_.find(other);
    const bool all = trouble != troubles_.end() && trouble->second.reach == Reach::kAll;
    if (!all && (other == CommandKind::kAttachDocument) != document) continue;
    const bool own =
        other != kind && trouble != troubles_.end() && trouble->second.reach == Reach::kKind;
    if (own) continue;
    paused_[i] = Instant{};
    if (trouble != troubles_.end()) troubles_.erase(trouble);
  }
  ShowHealth();
}

void CommandWorker::ShowHealth() {
  store::WriteHealth now;
  now.state = ReadState::kActive;
  for (const auto& [kind, trouble] : troubles_) {
    if (now.state == ReadState::kAttention) break;
    if (trouble.state == ReadState::kRetrying && now.state == ReadState::kRetrying) continue;
    now = {trouble.state, trouble.fault, trouble.cause, {}};
  }
  {
    const std::lock_guard lock(mutex_);
    if (health_.state == now.state && health_.fault == now.fault && health_.cause == now.cause) {
      return;
    }
    now.since = health_.state == now.state ? health_.since : context_.parts.clock.Now();
    health_ = now;
  }
  // One line when it goes and one when it returns.
  const bool trouble = now.state != ReadState::kActive;
  if (trouble != told_trouble_) {
    told_trouble_ = trouble;
    if (trouble) {
      context_.parts.log.Warn(
          "writing to a connection does not work",
          {{"connection", connection_.id.value}, {"fault", now.fault}, {"cause", now.cause}});
    } else {
      context_.parts.log.Info("writing to a connection works again",
                              {{"connection", connection_.id.value}});
    }
  }
  const auto saved = context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    tx.SaveWriteHealth(connection_.key, now);
    return Ok();
  });
  // Not saved is not lost: it is in memory, and written with the next change.
  static_cast<void>(saved);
}

}  // namespace pons::commands
