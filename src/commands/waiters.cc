// SPDX-License-Identifier: Apache-2.0
#include "commands/waiters.h"

#include <algorithm>

namespace pons::commands {

void Waiters::Add(std::string_view id, Instant until, Told told) {
  const std::lock_guard lock(mutex_);
  waiters_.emplace(std::string(id), Waiter{until, std::move(told)});
}

bool Waiters::Waits(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  return waiters_.find(id) != waiters_.end();
}

void Waiters::Settle(const CommandView& view) { TimeOut(view, Instant::max()); }

std::optional<Instant> Waiters::next_until() const {
  const std::lock_guard lock(mutex_);
  std::optional<Instant> next;
  for (const auto& [id, waiter] : waiters_) {
    if (!next || waiter.until < *next) next = waiter.until;
  }
  return next;
}

std::vector<std::string> Waiters::Overdue(Instant now) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, waiter] : waiters_) {
    if (waiter.until <= now && (ids.empty() || ids.back() != id)) ids.push_back(id);
  }
  return ids;
}

void Waiters::TimeOut(const CommandView& view, Instant now) {
  std::vector<Told> told;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = waiters_.equal_range(view.id);
    for (auto it = first; it != last;) {
      if (it->second.until > now) {
        ++it;
        continue;
      }
      told.push_back(std::move(it->second.told));
      it = waiters_.erase(it);
    }
  }
  for (const auto& tell : told) tell(view);
}

}  // namespace pons::commands
