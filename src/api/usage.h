// SPDX-License-Identifier: Apache-2.0
// Counts what each app asks, in memory, and adds it to the store's hours now and then. What a
// process that dies had counted since the last time is lost: these are figures, not a record.
//
// Threads: all members may be called from any thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "store/store.h"

namespace pons::api {

class UsageMeter {
 public:
  UsageMeter(store::Store& store, Clock& clock) : store_(store), clock_(clock) {}

  // One answer. `took` is empty for calls that wait on purpose. True about once a minute: somebody
  // who may wait for the disk should call Save.
  bool Count(store::AppKey app, int status, std::optional<milliseconds> took);
  // What had been counted is in the store once this returns, whoever saves it. Errors: those of the
  // store; nothing is forgotten then.
  Result<void> Save();

 private:
  using Key = std::pair<store::AppKey, Instant>;

  store::Store& store_;
  Clock& clock_;
  std::mutex saving_;  // before mutex_: one saves, others wait for it
  std::mutex mutex_;
  std::map<Key, store::UsageRow> rows_;
  Instant next_save_{};
};

}  // namespace pons::api
