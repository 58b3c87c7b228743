// SPDX-License-Identifier: Apache-2.0
// Drives every connection's command worker and is the desk where commands are handed in: who is
// due, on which thread, one thread a connection at a time, a bounded number at once.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "commands/command_worker.h"
#include "commands/desk.h"
#include "grants/grant_book.h"
#include "sync/turns.h"

namespace pons::commands {

struct CommandOptions {
  unsigned threads = 0;  // 0: as many as connections with commands, at most 16
  // Open commands of one connection; what comes on top is refused.
  std::int64_t queue = 10'000;
  sync::VendorSide* vendor_side = nullptr;  // outlives the engine; null: nobody counts or keeps
};

class CommandEngine final : public Desk {
 public:
  CommandEngine(store::Store& store, grants::GrantBook& book, const Registry& registry,
                Clock& clock, Random& random, Logger& log, net::HttpTransport* http,
                CommandOptions options = {});
  ~CommandEngine() override;

  // Runs on threads of its own until Stop. A command that is being sent when Stop is called is
  // looked up after the next start.
  void Start();
  void Stop();

  // Without threads, for simulations: what is due, once. Returns when the next thing is.
  std::optional<Instant> RunDue();

  // Threads: any.
  std::map<store::ConnectionKey, store::WriteHealth> health() const;

  Result<void> Supports(store::ConnectionKey connection, model::CommandKind kind) override;
  Result<Submitted> Submit(const Submission& submission) override;
  Result<std::optional<CommandView>> Find(store::AppKey app, std::string_view id) override;
  Result<std::optional<CommandView>> FindByKey(store::AppKey app, std::string_view key,
                                               std::string_view request_hash) override;
  void WhenSettled(std::string_view id, Instant until,
                   std::function<void(const CommandView&)> told) override;
  Result<CommandView> Withdraw(store::AppKey app, std::string_view id) override;

 private:
  // A reader of the pool's; goes back when it is let go.
  Result<std::shared_ptr<store::Reader>> Borrow();
  Result<void> Check(const Submission& submission, const grants::Snapshot& names);
  store::CommandRow RowFor(const Submission& submission, Instant now);
  Result<CommandView> View(const store::CommandRow& row);

  // Waiters whose time is up are told; at first also asks which connections have something to do.
  // Gives the next moment at which a waiter's time is up.
  std::optional<Instant> Beside();
  void TimeOutWaiters();

  store::Store& store_;
  grants::GrantBook& book_;
  const Registry& registry_;
  Clock& clock_;
  Random& random_;
  CommandOptions options_;
  sync::IdentityMap identities_;
  Ledger ledger_;
  Waiters waiters_;
  CancelToken cancel_;
  WorkerContext context_;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<store::Reader>> readers_;

  std::atomic<bool> asked_store_ = false;
  sync::Turns<CommandWorker> turns_;
};

}  // namespace pons::commands
