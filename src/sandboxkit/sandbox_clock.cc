// SPDX-License-Identifier: Apache-2.0
#include "sandboxkit/sandbox_clock.h"

#include "base/clock.h"

namespace pons::sandboxkit {

Instant SandboxClock::RealNow() { return SystemClock().Now(); }

Instant SandboxClock::Now() const { return RealNow() + milliseconds(offset_ms_.load()); }

void SandboxClock::SetOffset(milliseconds offset) { offset_ms_.store(offset.count()); }

void SandboxClock::SetNow(Instant now) { offset_ms_.store((now - RealNow()).count()); }

}  // namespace pons::sandboxkit
