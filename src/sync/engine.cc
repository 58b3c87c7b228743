// SPDX-License-Identifier: Apache-2.0
#include "sync/engine.h"

#include <array>

namespace pons::sync {

SyncEngine::SyncEngine(store::Store& store, grants::GrantBook& book, const Registry& registry,
                       Clock& clock, Random& random, Logger& log, net::HttpTransport* http,
                       EngineOptions options)
    : identities_(store.identity_key()),
      context_{store,
               registry,
               identities_,
               clock,
               random,
               log,
               cancel_,
               http,
               options.page_size,
               options.sweep_page_size,
               options.vendor_side},
      turns_(store, book, clock,
             {.make =
                  [this](const store::Connection& connection) {
                    return std::make_shared<ConnectionWorker>(context_, connection);
                  },
              .everyone = true,
              .threads = options.threads,
              .most_threads = 32,
              // Every stream looks at what it owes the grants.
              .reload = [](ConnectionWorker& worker) { worker.Nudge(); },
              .beside =
                  [side = options.vendor_side] {
                    return side == nullptr ? std::optional<Instant>() : side->SaveIfDue();
                  }}) {}

SyncEngine::~SyncEngine() { Stop(); }

void SyncEngine::Start() { turns_.Start(); }

void SyncEngine::Stop() {
  cancel_.Cancel();
  turns_.Stop();
}

std::optional<Instant> SyncEngine::RunDue() { return turns_.RunDue(); }

void SyncEngine::Nudge(store::ConnectionKey connection) {
  turns_.ForEach([connection](store::ConnectionKey key, ConnectionWorker& worker) {
    if (key == connection) worker.Nudge();
  });
  turns_.Nudge(std::array{connection});
}

std::map<store::ConnectionKey, store::ConnectionHealth> SyncEngine::health() const {
  std::map<store::ConnectionKey, store::ConnectionHealth> out;
  turns_.ForEach([&out](store::ConnectionKey key, ConnectionWorker& worker) {
    out.emplace(key, worker.health());
  });
  return out;
}

std::vector<StreamProgress> SyncEngine::progress(store::ConnectionKey connection) const {
  std::vector<StreamProgress> out;
  turns_.ForEach([&](store::ConnectionKey key, ConnectionWorker& worker) {
    if (key == connection) out = worker.progress();
  });
  return out;
}

}  // namespace pons::sync
