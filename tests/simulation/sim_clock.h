// SPDX-License-Identifier: Apache-2.0
// Two clocks of one simulated world: the true time, which the practices live by, and the server's,
// which may be wrong by an offset that jumps. Waiting costs true time.
#pragma once

#include "base/clock.h"
#include "base/clock_fake.h"

namespace pons::simulation {

class ServerClock final : public Clock {
 public:
  explicit ServerClock(FakeClock& truth) : truth_(truth) {}

  Instant Now() const override { return truth_.Now() + skew_; }
  void SleepUntil(Instant until, const CancelToken& cancel) override {
    truth_.SleepUntil(until - skew_, cancel);
  }
  void set_skew(milliseconds skew) { skew_ = skew; }
  milliseconds skew() const { return skew_; }

 private:
  FakeClock& truth_;
  milliseconds skew_{0};
};

}  // namespace pons::simulation
