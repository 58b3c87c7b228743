// SPDX-License-Identifier: Apache-2.0
// Drives every connection's worker: who is due, on which thread, one thread a connection at a time,
// a bounded number at once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "grants/grant_book.h"
#include "sync/connection_worker.h"

namespace pons::sync {

struct EngineOptions {
  unsigned threads = 0;  // 0: as many as connections, at most 32
  std::uint32_t page_size = 500;
  std::uint32_t sweep_page_size = 6000;
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

  // Forgets what the connection has run into and signs in anew: somebody has looked after it,
  // though its settings are as before.
  void StartAnew(store::ConnectionKey connection);

  // Threads: any.
  std::map<store::ConnectionKey, store::ConnectionHealth> health() const;
  std::vector<StreamProgress> progress(store::ConnectionKey connection) const;

 private:
  struct Slot {
    std::shared_ptr<ConnectionWorker> worker;
    std::optional<Instant> due;
    bool running = false;
    bool nudged = false;
    bool anew = false;  // its worker has to be made again
  };

  // Makes workers for what operators set up and lets go of what they took away.
  void Reload(const grants::Snapshot& snapshot);
  void Loop();
  // The slot that is due longest, or null and when to look again. Requires the lock.
  Slot* PickDue(Instant now, std::optional<Instant>& next);
  void GrowTo(std::size_t threads);

  store::Store& store_;
  grants::GrantBook& book_;
  Clock& clock_;
  EngineOptions options_;
  IdentityMap identities_;
  CancelToken cancel_;
  WorkerContext context_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<store::ConnectionKey, Slot> slots_;
  std::shared_ptr<const grants::Snapshot> snapshot_;
  std::vector<std::thread> threads_;
  bool started_ = false;
  bool stopping_ = false;
  bool watched_ = false;  // some thread waits for the next moment
};

}  // namespace pons::sync
