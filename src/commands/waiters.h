// SPDX-License-Identifier: Apache-2.0
// Who waits for a command to settle, and until when.
//
// Threads: all members from any thread. Callbacks are called without a lock, once each.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "commands/desk.h"

namespace pons::commands {

class Waiters {
 public:
  using Told = std::function<void(const CommandView&)>;

  void Add(std::string_view id, Instant until, Told told);
  bool Waits(std::string_view id) const;
  // Tells all who wait for it.
  void Settle(const CommandView& view);

  std::optional<Instant> next_until() const;
  // The commands somebody has waited for long enough.
  std::vector<std::string> Overdue(Instant now) const;
  // Tells those whose time is over.
  void TimeOut(const CommandView& view, Instant now);

 private:
  struct Waiter {
    Instant until{};
    Told told;
  };
  mutable std::mutex mutex_;
  std::multimap<std::string, Waiter, std::less<>> waiters_;
};

}  // namespace pons::commands
