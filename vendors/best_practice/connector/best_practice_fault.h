// SPDX-License-Identifier: Apache-2.0
// What a refusal means at a practice that runs Best Practice, and what its staff can do about it.
#pragma once

#include <string_view>

#include "base/result.h"

namespace pons::best_practice {

// Puts the transport's neutral words into Best Practice's, with the next step. `operation` says
// what was being done, in a few words without data: "read PATIENTS". `relayed`: through Halo
// Connect, whose own words say what to do next.
Error Explained(Error error, std::string_view operation, bool relayed = false);

// A right as missing_rights lists it, and as errors name it: "read VISITS".
std::string MissingRight(std::string_view table);

}  // namespace pons::best_practice
