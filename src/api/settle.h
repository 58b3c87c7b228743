// SPDX-License-Identifier: Apache-2.0
// Calls that wait for a command to settle. The desk tells; the answer is given on a pool of this
// object's own, so that neither the desk nor those who look things up are held up.
// Threads: all members may be called from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/worker_pool.h"
#include "commands/desk.h"

namespace pons::api {

class SettleWaits {
 public:
  using Answer = std::function<void(const commands::CommandView&)>;

  SettleWaits();
  ~SettleWaits();
  SettleWaits(const SettleWaits&) = delete;
  SettleWaits& operator=(const SettleWaits&) = delete;

  // Calls `answer` exactly once: when the desk tells, or at once with `now` where too many wait
  // already or the server stops.
  void Wait(commands::Desk& desk, const commands::CommandView& now, Instant until, Answer answer);
  // Answers all that wait with what was last known of their commands.
  void Drain();
  std::size_t waiting() const;

 private:
  struct Waiting {
    commands::CommandView last;
    Answer answer;
  };
  // What the desk's callbacks hold on to; they may come after this object has gone.
  struct State {
    std::mutex mutex;
    bool stopping = false;
    std::uint64_t next = 1;
    std::map<std::uint64_t, Waiting> waiting;
    WorkerPool* pool = nullptr;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
  WorkerPool pool_;
};

}  // namespace pons::api
