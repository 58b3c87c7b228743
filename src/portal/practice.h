// SPDX-License-Identifier: Apache-2.0
// The practice's part of the portal as long as it lives: what is being tried at this moment, and
// the watcher that tells admins what needs them.
#pragma once

#include <memory>

#include "portal/route.h"

namespace pons::portal {

class TestSlots;

struct PracticeOptions {
  // How often the watcher looks; 0: only when told to (tests).
  std::chrono::milliseconds watch_every{30'000};
};

// Sets context.practice_state; what it starts ends with that. `context` outlives it.
void StartPractice(PortalContext& context, const PracticeOptions& options = {});

// Null where StartPractice was not called.
TestSlots* TestSlotsOf(const PortalContext& context);

// Looks once at everything that people are told of: raises notices for what is wrong, ends those
// of what is over, and hands mails over. What the watcher does each time.
Result<void> WatchOnce(PortalContext& context);

}  // namespace pons::portal
