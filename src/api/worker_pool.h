// SPDX-License-Identifier: Apache-2.0
// A few threads for what may block, with a bounded queue. Tasks that are still queued when the pool
// is destroyed are dropped (their Responders then answer).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pons::api {

class WorkerPool {
 public:
  WorkerPool(unsigned threads, std::size_t most_queued);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False where the queue is full; the task is not run then.
  bool Run(std::function<void()> task);
  std::size_t queued() const;

 private:
  void Work();

  const std::size_t most_queued_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pons::api
