// SPDX-License-Identifier: Apache-2.0
// What an app has asked a practice to do, and what the app was told about it.
#pragma once

#include <optional>
#include <string>

#include "commands/desk.h"
#include "tests/simulation/world.h"

namespace pons::simulation {

struct Wish {
  int practice = 0;
  commands::Submission submission;
  model::CommandKind kind = model::CommandKind::kCreatePatient;
  std::string id;         // the command's; empty: not accepted
  std::string reference;  // what the practice knows it by
  bool stale = false;     // made from a version that was not the practice's any more
  // Somebody waits for the answer: until when, in which life of the process, how often told.
  std::optional<Instant> waits_until;
  std::uint64_t waits_in_life = 0;
  int told = 0;
  // The first final state that was seen: it never changes afterwards.
  std::optional<commands::CommandView> ended;
};

}  // namespace pons::simulation
