// SPDX-License-Identifier: Apache-2.0
// Carries out one connection's commands, in the order in which they were accepted. A command that
// waits (for its next try, for proof, for a person) holds back the later ones of its lane only.
//
//   accepted   `sending` is committed, then Apply is called, once
//   sending    found so after a crash, or after a commit that failed: in doubt
//   in doubt   FindEffect; that there is none is believed once the vendor's settling time is over
//   applied    Confirm; the record is stored as sync stores it, and told
// The commit that ends one command marks the next one as being sent.
//
// Threads: one at a time (the engine sees to that); health may be asked from any.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "commands/free_times.h"
#include "commands/ledger.h"
#include "commands/practice_session.h"
#include "commands/reaction.h"
#include "commands/waiters.h"

namespace pons::commands {

// What all workers share. Everything outlives them.
struct WorkerContext {
  store::Store& store;
  const Ledger& ledger;
  Waiters& waiters;
  SessionParts parts;
};

class CommandWorker {
 public:
  CommandWorker(const WorkerContext& context, store::Connection connection);

  // Works for a while. Returns when to come back; empty: not before there are new commands.
  std::optional<Instant> Step(const grants::Snapshot& snapshot);

  const store::Connection& connection() const { return connection_; }
  store::WriteHealth health() const;

 private:
  using Row = store::CommandRow;

  // How a try went: the row as it is to be, the events that led there, the record that was read.
  struct Outcome {
    Row row;
    std::vector<std::pair<Event, std::string>> events;
    std::optional<sync::PreparedChange> record;
  };
  struct Trouble {
    store::ReadState state = store::ReadState::kNew;
    std::string fault;
    std::string cause;
    Reach reach = Reach::kKind;
  };

  Result<void> Prepare(const grants::Snapshot& snapshot);
  Result<void> Recover();
  std::chrono::milliseconds Settling() const;
  // From when on a missing trace proves that there was no effect, and when to look first: an effect
  // that is seen earlier is an effect all the same.
  Instant Settled(const Row& row) const;
  Instant FirstLook(const Row& row) const;
  Result<void> CancelUngranted();
  std::optional<Instant> NextMoment();
  unsigned KindsThatMayGo() const;
  std::optional<Row> Pick();

  // The row, marked as being sent; empty where it is not to be sent (now).
  std::optional<Row> BeginSending(const Row& row);
  // Why its grant does not allow it any more; empty: it does.
  std::string Ungranted(const Row& row) const;
  // Revoked is revoked at once, whatever snapshot this step began with.
  bool StillGranted(store::Transaction& tx, const Row& row) const;
  void MarkSending(store::Transaction& tx, Row& row);
  // Sends. Returns the next one, marked as being sent in the commit that ended this one.
  std::optional<Row> Send(Row row, bool go_on);
  void LookUp(const Row& row);
  void ReadBack(const Row& row);

  void End(const Row& row, Event event, std::string reason);
  Result<Command> Compose(const Row& row);
  void SaidYes(Outcome& outcome, const Command& command, Event event, const Applied& applied);
  void Confirm(Outcome& outcome, const Command& command, const Applied& applied);
  void Confirmed(Outcome& outcome, Confirmation confirmation);
  void Refused(Outcome& outcome, const Command& command, const Error& error);
  void Later(Outcome& outcome, const Error& error);
  // Commits; false where the disk would not, and then all is looked at anew.
  bool Commit(const Row& before, Outcome& outcome, std::optional<Row>* next);
  void TellOthers(store::Transaction& tx, const Outcome& outcome);
  void Touch(const Row& before, Row row);
  void TellWaiters(const Row& row);

  void Pause(const Error& error, model::CommandKind kind, const WriteReaction& reaction);
  void WentWell(model::CommandKind kind);
  void ShowHealth();

  WorkerContext context_;
  store::Connection connection_;
  PracticeSession session_;
  FreeTimes free_times_;
  std::unique_ptr<store::Reader> reader_;
  const grants::Snapshot* snapshot_ = nullptr;
  std::uint64_t granted_version_ = 0;
  bool recovered_ = false;
  std::array<Instant, model::kCommandKindCount> paused_{};
  std::array<int, 2> failures_{};  // in a row, for each route
  std::map<model::CommandKind, Trouble> troubles_;
  bool told_trouble_ = false;

  mutable std::mutex mutex_;  // guards what other threads may ask for
  store::WriteHealth health_;
};

}  // namespace pons::commands
