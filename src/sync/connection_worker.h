// SPDX-License-Identifier: Apache-2.0
// Keeps one connection read: opens its session, pulls each stream when it is due, shows its health.
//
// Threads: one at a time (the engine sees to that); health and progress may be asked from any.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/opened.h"
#include "connector/registry.h"
#include "grants/grant_book.h"
#include "net/http.h"
#include "store/store.h"
#include "sync/health.h"
#include "sync/page_handler.h"
#include "sync/vendor_side.h"

namespace pons::sync {

// What all workers share. Everything outlives them.
struct WorkerContext {
  store::Store& store;
  const Registry& registry;
  const IdentityMap& identities;
  Clock& clock;
  Random& random;
  Logger& log;
  const CancelToken& cancel;
  net::HttpTransport* http = nullptr;
  std::uint32_t page_size = 500;
  std::uint32_t sweep_page_size = 6000;
  VendorSide* vendor_side = nullptr;  // null: nobody counts or keeps
};

struct StreamProgress {
  model::Stream stream = model::Stream::kPatients;
  bool sweeping = false;
  std::uint64_t read = 0;  // since the sweep began
  std::optional<std::uint64_t> total;
  Instant began{};
};

class ConnectionWorker {
 public:
  ConnectionWorker(const WorkerContext& context, store::Connection connection);
  ~ConnectionWorker();

  // Pulls one page of the stream that has been due longest, if any is due. Returns when to come
  // back; empty: not before the settings change.
  std::optional<Instant> Step(const grants::Snapshot& snapshot);

  // A hint that something changed: everything is due at once.
  void Nudge();

  // The connection as it was set up; a worker of other settings is made anew.
  const store::Connection& connection() const { return connection_; }
  store::ConnectionHealth health() const;
  std::vector<StreamProgress> progress() const;

 private:
  struct StreamWork {
    StreamSupport support;
    std::chrono::milliseconds interval{};
    std::optional<Instant> due;      // empty: waits for a change of settings
    std::optional<Instant> resweep;  // when the whole stream is read again, where only that tells
    int failures = 0;
    bool started = false;  // read since this process began
    bool expired = false;  // the vendor no longer honours the cursor: sweep
    store::StreamState state;
  };

  Result<void> EnsureOpen();
  Result<void> Probe();
  Result<bool> Pull(StreamWork& work, const std::vector<const store::Grant*>& grants);
  Result<SavedCursor> Begin(StreamWork& work, const StreamScope& scope, bool& tip_taken);
  Result<SavedCursor> BeginAtTip(StreamWork& work, const StreamScope& scope);
  Result<SavedCursor> BeginSweep(StreamWork& work, const StreamScope& scope);
  Result<void> SaveStream(StreamWork& work, const SavedCursor& cursor);
  Result<void> BeginWhatVisitsNeed(const std::vector<const store::Grant*>& grants);
  StreamWork* NextDue(Instant now);
  std::optional<Instant> NextMoment() const;
  void Failed(StreamWork* work, const Error& error);
  void Succeeded(StreamWork& work, bool more);
  void ShowHealth(store::ReadState state, const Error* error);
  void SaveHealthIfDue(bool changed);
  void CountProgress(const StreamWork& work, const ChangePage& page);

  WorkerContext context_;
  store::Connection connection_;
  const Connector* connector_ = nullptr;
  Settings settings_;
  Opened opened_;
  std::unique_ptr<store::Reader> reader_;
  std::unique_ptr<RecordBuilder> builder_;
  std::unique_ptr<PageHandler> handler_;
  std::vector<StreamWork> streams_;
  std::optional<Instant> open_again_;
  int open_failures_ = 0;
  Instant next_probe_{};
  Instant health_saved_{};

  mutable std::mutex mutex_;  // guards what other threads may ask for
  store::ConnectionHealth health_;
  std::vector<StreamProgress> progress_;
  bool nudged_ = false;
};

}  // namespace pons::sync
