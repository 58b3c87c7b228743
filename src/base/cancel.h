// SPDX-License-Identifier: Apache-2.0
// CancelToken: "stop what you are doing". Set once, from any thread; wakes whoever waits on it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace pons {

class CancelToken {
 public:
  void Cancel() {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    wake_.notify_all();
  }
  bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }
  // True when cancelled before `duration` was over.
  bool WaitFor(std::chrono::milliseconds duration) const {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, duration, [this] { return cancelled_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable wake_;
  bool cancelled_ = false;
};

}  // namespace pons
