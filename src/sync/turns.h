// SPDX-License-Identifier: Apache-2.0
// Whose turn it is: one worker a connection, on one thread at a time, a bounded number of threads
// at once. Reading and writing are both driven so; what a worker does in its turn is its own.
//
// A worker is made when its connection is set up (or first nudged) and made anew when the setup has
// changed; one that is at work is let go when it comes back.
//
// Worker needs: `std::optional<Instant> Step(const grants::Snapshot&)`, which tells when to come
// back (empty: not before something happens), and `const store::Connection& connection() const`.
//
// Threads: all members may be called from any thread. Stop (or the destructor) waits for the steps
// that are under way; cancel them first.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "grants/grant_book.h"
#include "store/store.h"

namespace pons::sync {

// Whether a worker made for `a` serves `b` as well.
bool SameSetup(const store::Connection& a, const store::Connection& b);

template <typename Worker>
class Turns {
 public:
  struct Rules {
    std::function<std::shared_ptr<Worker>(const store::Connection&)> make;
    // True: every connection that is not paused has a worker from the start. False: those that were
    // nudged, by hand or by a commit of their commands; paused ones too.
    bool everyone = true;
    bool by_commands = true;  // false: commits of commands nudge nobody
    unsigned threads = 0;     // 0: as many as workers, at most `most_threads`
    std::size_t most_threads = 16;
    // Called with the lock when grants or settings have changed; must be quick.
    std::function<void(Worker&)> reload = {};
    // Called without the lock in each round; gives the next moment at which it is to be called.
    std::function<std::optional<Instant>()> beside = {};
  };

  Turns(store::Store& store, grants::GrantBook& book, Clock& clock, Rules rules)
      : book_(book), clock_(clock), rules_(std::move(rules)) {
    door_->turns = this;
    store.AddCommitListener([door = door_](const store::CommitInfo& info) {
      const std::lock_guard lock(door->mutex);
      if (door->turns != nullptr) door->turns->Committed(info);
    });
  }
  ~Turns() {
    {
      const std::lock_guard lock(door_->mutex);
      door_->turns = nullptr;
    }
    Stop();
  }

  void Start() {
    const std::lock_guard lock(mutex_);
    started_ = true;
    Grow();
  }
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  // Without threads: one step of everything that is due. Returns when the next thing is.
  std::optional<Instant> RunDue() {
    const auto current = book_.Current();
    if (!current) return clock_.Now() + kLongestWait;
    Beside();
    std::vector<std::pair<store::ConnectionKey, std::shared_ptr<Worker>>> due;
    {
      const std::lock_guard lock(mutex_);
      Look(*current);
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
    auto next = Beside();
    const std::lock_guard lock(mutex_);
    for (const auto& [key, slot] : slots_) {
      const auto at = slot.nudged || nudged_.contains(key) ? clock_.Now() : slot.due;
      if (at && (!next || *at < *next)) next = at;
    }
    return next;
  }

  // These connections have something to do.
  template <typename Keys>
  void Nudge(const Keys& keys) {
    {
      const std::lock_guard lock(mutex_);
      nudged_.insert(keys.begin(), keys.end());
    }
    wake_.notify_all();
  }
  // What `beside` tells may have changed.
  void Wake() {
    { const std::lock_guard lock(mutex_); }
    wake_.notify_all();
  }

  // Calls `each` with the lock for every worker; must be quick.
  void ForEach(const std::function<void(store::ConnectionKey, Worker&)>& each) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, slot] : slots_) each(key, *slot.worker);
  }

 private:
  struct Slot {
    std::shared_ptr<Worker> worker;
    std::optional<Instant> due;
    bool running = false;
    bool nudged = false;
  };
  // What the store's commits call for as long as there is somebody.
  struct Door {
    std::mutex mutex;
    Turns* turns = nullptr;
  };
  using Names = std::shared_ptr<const grants::Snapshot>;
  static constexpr milliseconds kLongestWait{1000};

  void Committed(const store::CommitInfo& info) {
    const bool commands = !rules_.everyone && rules_.by_commands && !info.commands.empty();
    if (commands) {
      Nudge(info.commands);
    } else if (info.settings) {
      Wake();
    }
  }

  std::optional<Instant> Beside() {
    return rules_.beside ? rules_.beside() : std::optional<Instant>();
  }

  // ---- all below require the lock

  void Look(const Names& current) {
    // Another thread may hold a newer one already.
    if (snapshot_ != current && (!snapshot_ || snapshot_->version <= current->version)) {
      snapshot_ = current;
      Reload();
    }
    for (const auto key : nudged_) {
      const auto found = snapshot_->connections.find(key);
      if (found == snapshot_->connections.end()) continue;
      if (rules_.everyone && found->second.paused) continue;
      SlotFor(key, found->second).nudged = true;
    }
    nudged_.clear();
    if (started_) Grow();
  }

  void Reload() {
    std::erase_if(slots_, [&](const auto& entry) {
      if (entry.second.running) return false;
      const auto found = snapshot_->connections.find(entry.first);
      if (found == snapshot_->connections.end()) return true;
      if (rules_.everyone && found->second.paused) return true;
      if (SameSetup(found->second, entry.second.worker->connection())) return false;
      nudged_.insert(entry.first);  // its worker is made anew
      return true;
    });
    if (rules_.everyone) {
      for (const auto& [key, connection] : snapshot_->connections) {
        if (!connection.paused) SlotFor(key, connection);
      }
    }
    // Grants may have changed: everybody looks at what that means.
    const Instant now = clock_.Now();
    for (auto& [key, slot] : slots_) {
      if (rules_.reload) rules_.reload(*slot.worker);
      slot.due = now;
    }
  }

  Slot& SlotFor(store::ConnectionKey key, const store::Connection& connection) {
    auto& slot = slots_[key];
    if (!slot.worker) slot.worker = rules_.make(connection);
    return slot;
  }

  void Grow() {
    const std::size_t wanted =
        rules_.threads != 0 ? rules_.threads : std::min(slots_.size(), rules_.most_threads);
    while (threads_.size() < std::max<std::size_t>(wanted, 1)) {
      threads_.emplace_back([this] { Loop(); });
    }
  }

  // The slot that is due longest, or null and when to look again.
  Slot* PickDue(Instant now, std::optional<Instant>& next) {
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

  void Loop() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      const auto current = book_.Current();
      auto next = Beside();
      lock.lock();
      if (stopping_) return;
      if (current) Look(*current);
      const Instant now = clock_.Now();
      Slot* slot = PickDue(now, next);
      if (slot == nullptr) {
        Rest(lock, now, next);
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
      // Taken away, or set up anew, while it ran: let it go now.
      if (snapshot_ != snapshot) Reload();
    }
  }

  // One thread watches the time; the others sleep until it has found work for them.
  void Rest(std::unique_lock<std::mutex>& lock, Instant now, std::optional<Instant> next) {
    if (watched_) {
      wake_.wait(lock);
      return;
    }
    watched_ = true;
    wake_.wait_for(lock, next ? std::clamp<milliseconds>(*next - now, milliseconds(0), kLongestWait)
                              : kLongestWait);
    watched_ = false;
  }

  grants::GrantBook& book_;
  Clock& clock_;
  const Rules rules_;
  std::shared_ptr<Door> door_ = std::make_shared<Door>();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<store::ConnectionKey, Slot> slots_;
  std::set<store::ConnectionKey> nudged_;  // not looked at yet
  Names snapshot_;
  std::vector<std::thread> threads_;
  bool started_ = false;
  bool stopping_ = false;
  bool watched_ = false;  // some thread waits for the next moment
};

}  // namespace pons::sync
