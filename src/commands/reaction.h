// SPDX-License-Identifier: Apache-2.0
// What an error of a write means, where nothing has happened at the vendor: is it the command's
// end, and who else has to wait.
//
// Pure; threads: any.
#pragma once

#include <chrono>
#include <optional>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace pons::commands {

enum class Reach : std::uint8_t {
  kCommand,  // this command alone
  kKind,     // all of its kind: a right or a setting is missing for them
  kRoute,    // all that go the same way: documents, or everything else
  kAll,      // the whole connection
};

struct WriteReaction {
  bool final = false;  // a clear no that will stay one
  Reach reach = Reach::kCommand;
  Instant again{};         // where not final
  bool attention = false;  // a person has to act before it goes on
};

// `failures`: how many in a row, this one included. Requires: error.effect is kNone.
WriteReaction ReactToWrite(const Error& error, int failures, Instant now, Random& random);

// 0.5 s, 1 s, 2 s, … 60 s, each taken between a half and the whole.
milliseconds WriteBackoff(int failures, Random& random);

}  // namespace pons::commands
