// SPDX-License-Identifier: Apache-2.0
#include "commands/engine.h"

namespace pons::commands {

CommandEngine::CommandEngine(store::Store& store, grants::GrantBook& book, const Registry& registry,
                             Clock& clock, Random& random, Logger& log, net::HttpTransport* http,
                             CommandOptions options)
    : store_(store),
      book_(book),
      registry_(registry),
      clock_(clock),
      random_(random),
      options_(options),
      identities_(store.identity_key()),
      ledger_(identities_),
      context_{store, ledger_, waiters_,
               SessionParts{registry, identities_, clock, random, log, cancel_, http,
                            options.vendor_side}},
      turns_(store, book, clock,
             {.make =
                  [this](const store::Connection& connection) {
                    return std::make_shared<CommandWorker>(context_, connection);
                  },
              .everyone = false,
              .threads = options.threads,
              .beside = [this] { return Beside(); }}) {}

CommandEngine::~CommandEngine() { Stop(); }

void CommandEngine::Start() { turns_.Start(); }

void CommandEngine::Stop() {
  cancel_.Cancel();
  turns_.Stop();
}

std::optional<Instant> CommandEngine::RunDue() { return turns_.RunDue(); }

std::map<store::ConnectionKey, store::WriteHealth> CommandEngine::health() const {
  std::map<store::ConnectionKey, store::WriteHealth> out;
  turns_.ForEach([&out](store::ConnectionKey key, CommandWorker& worker) {
    out.emplace(key, worker.health());
  });
  return out;
}

std::optional<Instant> CommandEngine::Beside() {
  TimeOutWaiters();
  if (!asked_store_.exchange(true)) {
    const auto reader = Borrow();
    const auto keys = reader ? (*reader)->ConnectionsWithCommands()
                             : Result<std::vector<store::ConnectionKey>>(reader.error());
    if (keys) {
      turns_.Nudge(*keys);
    } else {
      asked_store_ = false;
    }
  }
  return waiters_.next_until();
}

void CommandEngine::TimeOutWaiters() {
  const Instant now = clock_.Now();
  for (const auto& id : waiters_.Overdue(now)) {
    const auto reader = Borrow();
    if (!reader) return;
    const auto row = (*reader)->Command(id);
    if (!row) return;
    CommandView view;
    view.id = id;
    if (*row) view = ledger_.ViewOf(**row, **reader);
    waiters_.TimeOut(view, now);
  }
}

}  // namespace pons::commands
