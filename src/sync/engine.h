// SPDX-License-Identifier: Apache-2.0
// Drives every connection's worker: who is due, on which thread, one thread a connection at a time,
// a bounded number at once.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "grants/grant_book.h"
#include "sync/connection_worker.h"
#include "sync/turns.h"

namespace pons::sync {

struct EngineOptions {
  unsigned threads = 0;  // 0: as many as connections, at most 32
  std::uint32_t page_size = 500;
  std::uint32_t sweep_page_size = 6000;
  VendorSide* vendor_side = nullptr;  // outlives the engine; null: nobody counts or keeps
};

class SyncEngine {
 public:
  SyncEngine(store::Store& store, grants::GrantBook& book, const Registry& registry, Clock& clock,
             Random& random, Logger& log, net::HttpTransport* http, EngineOptions options = {});
  ~SyncEngine();

  // Runs on threads of its own until Stop.
  void Start();
  void Stop();

  // Without threads, for simulations: one step of every connection that is due. Returns when the
  // next one is.
  std::optional<Instant> RunDue();

  void Nudge(store::ConnectionKey connection);

  // Threads: any.
  std::map<store::ConnectionKey, store::ConnectionHealth> health() const;
  std::vector<StreamProgress> progress(store::ConnectionKey connection) const;

 private:
  IdentityMap identities_;
  CancelToken cancel_;
  WorkerContext context_;
  Turns<ConnectionWorker> turns_;
};

}  // namespace pons::sync
