// SPDX-License-Identifier: Apache-2.0
// Calls that wait for a change. One thread wakes them: when the store has committed something that
// concerns readers, or when their time is up.
// Threads: all members may be called from any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"

namespace pons::api {

class LongPolls {
 public:
  // `last` says that the time is up (or the server stops): answer now. Returns true when answered.
  using Look = std::function<bool(bool last)>;

  explicit LongPolls(Clock& clock);
  ~LongPolls();
  LongPolls(const LongPolls&) = delete;
  LongPolls& operator=(const LongPolls&) = delete;

  // Looks again after each commit until it returns true. False: too many wait already.
  bool Wait(Look look, Instant until);
  // What a commit listener calls; may outlive this object.
  std::function<void()> Waker() const;
  void Drain();  // last look for all; later Waits are refused
  std::size_t waiting() const;

 private:
  struct Waiting {
    Look look;
    Instant until{};
  };
  struct State {
    std::mutex mutex;
    std::condition_variable wake;
    bool changed = false;
    bool stopping = false;
    std::list<Waiting> waiting;
    std::size_t count = 0;  // of those waiting and those being looked at
  };

  void Loop();

  Clock& clock_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace pons::api
