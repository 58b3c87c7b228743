// SPDX-License-Identifier: Apache-2.0
// The only source of "now". Nothing else reads the system's clock or sleeps.
#pragma once

#include "base/cancel.h"
#include "base/time.h"

namespace pons {

// Threads: Now and SleepUntil may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
  // Returns at `until`, or as soon as `cancel` is set.
  virtual void SleepUntil(Instant until, const CancelToken& cancel) = 0;
};

// The machine's clock. One for the process; it has no state.
Clock& SystemClock();

}  // namespace pons
