// SPDX-License-Identifier: Apache-2.0
// What an error means for a connection and when to try again. One function, no default: a new
// fault does not compile until somebody has decided.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "store/entities.h"

namespace pons::sync {

struct Reaction {
  store::ReadState state = store::ReadState::kRetrying;
  // When the stream may be pulled again; empty: not before somebody changes the settings.
  std::optional<Instant> again;
  bool whole_connection = true;  // false: only this stream waits
  bool start_over = false;       // forget the cursor
};

// `failures`: how many in a row, this one included.
Reaction ReactTo(const Error& error, int failures, Instant now, Random& random);

// Said of a connection whose server's clock is off by more than a minute; empty otherwise.
std::string ClockWarning(std::optional<std::chrono::milliseconds> ahead);

}  // namespace pons::sync
