// SPDX-License-Identifier: Apache-2.0
#include "sync/engine.h"

#include <algorithm>

namespace pons::sync {
namespace {

constexpr std::size_t kMostThreads = 32;
constexpr milliseconds kLongestWait{1000};

bool SameSetup(const store::Connection& a, const store::Connection& b) {
  return a.settings_json == b.settings_json && a.time_zone == b.time_zone && a.vendor == b.vendor &&
         a.secrets_json == b.secrets_json;
}

}  // namespace

SyncEngine::SyncEngine(store::Store& store, grants::GrantBook& book, const Registry& registry,
                       Clock& clock, Random& random, Logger& log, net::HttpTransport* http,
                       EngineOptions options)
    : store_(store),
      book_(book),
      clock_(clock),
      options_(options),
      identities_(store.identity_key()),
      context_{store,
               registry,
               identities_,
               clock,
               random,
               log,
               cancel_,
               http,
               options.page_size,
               options.sweep_page_size} {}

SyncEngine::~SyncEngine() { Stop(); }

void SyncEngine::Start() {
  store_.AddCommitListener([this](const store::CommitInfo& info) {
    if (info.settings) wake_.notify_all();
  });
  const std::lock_guard lock(mutex_);
  started_ = true;
  GrowTo(1);
}

void SyncEngine::Stop() {
  cancel_.Cancel();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void SyncEngine::Nudge(store::ConnectionKey connection) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(connection);
    if (found == slots_.end()) return;
    found->second.worker->Nudge();
    found->second.nudged = true;
  }
  wake_.notify_one();
}

void SyncEngine::StartAnew(store::ConnectionKey connection) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(connection);
    if (found == slots_.end() || !snapshot_) return;
    found->second.anew = true;
    Reload(*snapshot_);
  }
  wake_.notify_one();
}

std::map<store::ConnectionKey, store::ConnectionHealth> SyncEngine::health() const {
  const std::lock_guard lock(mutex_);
  std::map<store::ConnectionKey, store::ConnectionHealth> out;
  for (const auto& [key, slot] : slots_) out.emplace(key, slot.worker->health());
  return out;
}

std::vector<StreamProgress> SyncEngine::progress(store::ConnectionKey connection) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(connection);
  return found == slots_.end() ? std::vector<StreamProgress>() : found->second.worker->progress();
}

void SyncEngine::Reload(const grants::Snapshot& snapshot) {
  const Instant now = clock_.Now();
  std::erase_if(slots_, [&](const auto& entry) {
    const auto found = snapshot.connections.find(entry.first);
    const bool keep = !entry.second.anew && found != snapshot.connections.end() &&
                      !found->second.paused &&
                      SameSetup(found->second, entry.second.worker->connection());
    return !keep && !entry.second.running;
  });
  for (const auto& [key, connection] : snapshot.connections) {
    if (connection.paused) continue;
    auto& slot = slots_[key];
    if (!slot.worker) slot.worker = std::make_shared<ConnectionWorker>(context_, connection);
    // Grants may have changed: have every stream look at what it owes them.
    slot.worker->Nudge();
    slot.due = now;
  }
  if (started_) {
    GrowTo(options_.threads != 0 ? options_.threads : std::min(slots_.size(), kMostThreads));
  }
}

void SyncEngine::GrowTo(std::size_t threads) {
  while (threads_.size() < std::max<std::size_t>(threads, 1)) {
    threads_.emplace_back([this] { Loop(); });
  }
}

SyncEngine::Slot* SyncEngine::PickDue(Instant now, std::optional<Instant>& next) {
  Slot* picked = nullptr;
  for (auto& [key, slot] : slots_) {
    if (slot.running) continue;
    if (slot.nudged) slot.due = now;
    if (!slot.due) continue;
    if (*slot.due <= now) {
      if (picked == nullptr || *slot.due < *picked->due) picked = &slot;
    } else if (!next || *slot.due < *next) {
      next = slot.due;
    }
  }
  return picked;
}

std::optional<Instant> SyncEngine::RunDue() {
  const auto current = book_.Current();
  if (!current) return clock_.Now() + kLongestWait;
  std::lock_guard lock(mutex_);
  if (snapshot_ != *current) {
    snapshot_ = *current;
    Reload(*snapshot_);
  }
  std::optional<Instant> next;
  for (auto& [key, slot] : slots_) {
    slot.nudged = false;
    if (slot.due && *slot.due <= clock_.Now()) slot.due = slot.worker->Step(*snapshot_);
    if (slot.due && (!next || *slot.due < *next)) next = slot.due;
  }
  return next;
}

void SyncEngine::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto current = book_.Current();
    lock.lock();
    if (stopping_) return;
    if (current && snapshot_ != *current) {
      // Another thread may hold a newer one already.
      if (!snapshot_ || snapshot_->version <= (*current)->version) {
        snapshot_ = *current;
        Reload(*snapshot_);
      }
    }
    std::optional<Instant> next;
    Slot* slot = PickDue(clock_.Now(), next);
    if (slot == nullptr) {
      // One thread watches the time; the others sleep until it has found work for them.
      if (watched_) {
        wake_.wait(lock);
        continue;
      }
      watched_ = true;
      const auto wait =
          next ? std::clamp<milliseconds>(*next - clock_.Now(), milliseconds(0), kLongestWait)
               : kLongestWait;
      wake_.wait_for(lock, wait);
      watched_ = false;
      continue;
    }
    if (!watched_) wake_.notify_one();
    slot->running = true;
    slot->nudged = false;
    const auto worker = slot->worker;
    const auto snapshot = snapshot_;
    lock.unlock();
    const auto due = worker->Step(*snapshot);
    lock.lock();
    slot->running = false;
    slot->due = due;
    // Taken away while it ran, or to be made again: let it go now.
    if (snapshot_ != snapshot || slot->anew) Reload(*snapshot_);
  }
}

}  // namespace pons::sync
