// SPDX-License-Identifier: Apache-2.0
// A clock that tests step by hand. Sleeping moves it forward at once.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace pons {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant start) : now_(ToMillis(start)) {}

  Instant Now() const override { return FromMillis(now_.load()); }
  void SleepUntil(Instant until, const CancelToken& cancel) override {
    if (!cancel.cancelled() && ToMillis(until) > now_.load()) now_.store(ToMillis(until));
  }
  void Step(milliseconds by) { now_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace pons
