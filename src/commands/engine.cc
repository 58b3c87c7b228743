// SPDX-License-Identifier: Apache-2.0
#include "commands/engine.h"

#include <algorithm>

namespace pons::commands {
namespace {

constexpr std::size_t kMostThreads = 16;
constexpr milliseconds kLongestWait{1000};

bool SameSetup(const store::Connection& a, const store::Connection& b) {
  return a.settings_json == b.settings_json && a.time_zone == b.time_zone && a.vendor == b.vendor &&
         a.paused == b.paused && a.secrets_json == b.secrets_json;
}

}  // namespace

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
               SessionParts{registry, identities_, clock, random, log, cancel_, http}} {
  door_->engine = this;
  store_.AddCommitListener([door = door_](const store::CommitInfo& info) {
    const std::lock_guard lock(door->mutex);
    if (door->engine != nullptr) door->engine->Committed(info);
  });
}

CommandEngine::~CommandEngine() {
  {
    const std::lock_guard lock(door_->mutex);
    door_->engine = nullptr;
  }
  Stop();
}

void CommandEngine::Committed(const store::CommitInfo& info) {
  if (info.commands.empty() && !info.settings) return;
  {
    const std::lock_guard lock(mutex_);
    nudged_.insert(info.commands.begin(), info.commands.end());
  }
  wake_.notify_all();
}

void CommandEngine::Start() {
  const std::lock_guard lock(mutex_);
  started_ = true;
  GrowTo(1);
}

void CommandEngine::Stop() {
  cancel_.Cancel();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

std::map<store::ConnectionKey, store::WriteHealth> CommandEngine::health() const {
  const std::lock_guard lock(mutex_);
  std::map<store::ConnectionKey, store::WriteHealth> out;
  for (const auto& [key, slot] : slots_) out.emplace(key, slot.worker->health());
  return out;
}

// ---- who is due ---------------------------------------------------------------------------------

void CommandEngine::Reload(const grants::Snapshot& snapshot) {
  const Instant now = clock_.Now();
  std::erase_if(slots_, [&](const auto& entry) {
    if (entry.second.running) return false;
    const auto found = snapshot.connections.find(entry.first);
    if (found == snapshot.connections.end()) return true;
    if (SameSetup(found->second, entry.second.worker->connection())) return false;
    nudged_.insert(entry.first);  // the worker is made anew
    return true;
  });
  // Grants may have changed.
  for (auto& [key, slot] : slots_) slot.due = now;
}

void CommandEngine::TakeNudges(const grants::Snapshot& snapshot) {
  for (const auto key : nudged_) {
    const auto found = snapshot.connections.find(key);
    if (found == snapshot.connections.end()) continue;
    auto& slot = slots_[key];
    if (!slot.worker) slot.worker = std::make_shared<CommandWorker>(context_, found->second);
    slot.nudged = true;
  }
  nudged_.clear();
  if (started_) {
    GrowTo(options_.threads != 0 ? options_.threads : std::min(slots_.size(), kMostThreads));
  }
}

void CommandEngine::GrowTo(std::size_t threads) {
  while (threads_.size() < std::max<std::size_t>(threads, 1)) {
    threads_.emplace_back([this] { Loop(); });
  }
}

CommandEngine::Slot* CommandEngine::PickDue(Instant now, std::optional<Instant>& next) {
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

std::optional<Instant> CommandEngine::RunDue() {
  const auto current = book_.Current();
  if (!current) return clock_.Now() + kLongestWait;
  if (!asked_store_) {
    if (const auto reader = Borrow()) {
      const auto keys = (*reader)->ConnectionsWithCommands();
      if (keys) {
        const std::lock_guard lock(mutex_);
        nudged_.insert(keys->begin(), keys->end());
        asked_store_ = true;
      }
    }
  }
  std::vector<std::pair<store::ConnectionKey, std::shared_ptr<CommandWorker>>> due;
  {
    const std::lock_guard lock(mutex_);
    if (snapshot_ != *current) {
      snapshot_ = *current;
      Reload(*snapshot_);
    }
    TakeNudges(*snapshot_);
    for (auto& [key, slot] : slots_) {
      if (!slot.nudged && (!slot.due || *slot.due > clock_.Now())) continue;
      slot.nudged = false;
      due.emplace_back(key, slot.worker);
    }
  }
  // Without the lock: commits call back.
  for (const auto& [key, worker] : due) {
    const auto again = worker->Step(**current);
    const std::lock_guard lock(mutex_);
    if (const auto slot = slots_.find(key); slot != slots_.end()) slot->second.due = again;
  }
  TimeOutWaiters();
  std::optional<Instant> next = waiters_.next_until();
  const std::lock_guard lock(mutex_);
  for (const auto& [key, slot] : slots_) {
    const auto at = slot.nudged || nudged_.contains(key) ? clock_.Now() : slot.due;
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
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

void CommandEngine::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto current = book_.Current();
    TimeOutWaiters();
    lock.lock();
    if (stopping_) return;
    if (current && snapshot_ != *current) {
      // Another thread may hold a newer one already.
      if (!snapshot_ || snapshot_->version <= (*current)->version) {
        snapshot_ = *current;
        Reload(*snapshot_);
      }
    }
    if (!asked_store_) {
      asked_store_ = true;
      lock.unlock();
      const auto reader = Borrow();
      const auto keys = reader ? (*reader)->ConnectionsWithCommands()
                               : Result<std::vector<store::ConnectionKey>>(reader.error());
      lock.lock();
      if (keys) nudged_.insert(keys->begin(), keys->end());
      if (!keys) asked_store_ = false;
    }
    if (snapshot_) TakeNudges(*snapshot_);
    std::optional<Instant> next = waiters_.next_until();
    const Instant now = clock_.Now();
    Slot* slot = PickDue(now, next);
    if (slot == nullptr) {
      // One thread watches the time; the others sleep until it has found work for them.
      if (watched_) {
        wake_.wait(lock);
        continue;
      }
      watched_ = true;
      const auto wait = next ? std::clamp<milliseconds>(*next - now, milliseconds(0), kLongestWait)
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
    // Taken away while it ran: let it go now.
    if (snapshot_ != snapshot) Reload(*snapshot_);
  }
}

}  // namespace pons::commands
