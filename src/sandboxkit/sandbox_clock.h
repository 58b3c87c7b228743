// SPDX-License-Identifier: Apache-2.0
// A sandbox's own clock: the machine's, moved by an offset, or standing at a moment. What the
// vendor would call "now" follows it; what the sandbox measures for its journal does not. Threads:
// any.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace pons::sandboxkit {

class SandboxClock {
 public:
  Instant Now() const;
  // The machine's own time, for the journal and for latencies.
  static Instant RealNow();

  void SetOffset(milliseconds offset);
  // From here on the clock runs on from `now`.
  void SetNow(Instant now);
  milliseconds offset() const { return milliseconds(offset_ms_.load()); }

 private:
  std::atomic<std::int64_t> offset_ms_{0};
};

}  // namespace pons::sandboxkit
