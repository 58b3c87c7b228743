// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

namespace pons {
namespace {

class RealClock final : public Clock {
 public:
  Instant Now() const override {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  }
  void SleepUntil(Instant until, const CancelToken& cancel) override {
    const auto now = Now();
    if (until > now) cancel.WaitFor(until - now);
  }
};

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

}  // namespace pons
