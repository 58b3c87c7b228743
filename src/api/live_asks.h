// SPDX-License-Identifier: Apache-2.0
// Calls that wait for a practice's answer. The desk tells; the answer is given on a pool of this
// object's own, so that neither the desk nor those who look things up are held up.
// Threads: all members may be called from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "api/worker_pool.h"
#include "commands/clinical_desk.h"

namespace pons::api {

class LiveAsks {
 public:
  using Outcome = Result<std::shared_ptr<const commands::ClinicalReading>>;
  using Answer = std::function<void(const Outcome&)>;

  LiveAsks();
  ~LiveAsks();
  LiveAsks(const LiveAsks&) = delete;
  LiveAsks& operator=(const LiveAsks&) = delete;

  // Calls `answer` exactly once: when the desk tells, or at once with an error where too many wait
  // already or the server stops.
  void Ask(commands::ClinicalDesk& desk, const commands::ClinicalAsk& ask, Answer answer);
  // Answers all that wait.
  void Drain();

 private:
  // What the desk's callbacks hold on to; they may come after this object has gone.
  struct State {
    std::mutex mutex;
    bool stopping = false;
    std::uint64_t next = 1;
    std::map<std::uint64_t, Answer> waiting;
    WorkerPool* pool = nullptr;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
  WorkerPool pool_;
};

}  // namespace pons::api
