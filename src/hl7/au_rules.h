// SPDX-License-Identifier: Apache-2.0
// Where a message breaks Australia's profile for results, referrals and acknowledgements
// (ADRM-2021; best-practice sheet §8, standards sheet §8.6). Receivers are looser than the profile:
// a finding says what a strict one would refuse, not that a message does not arrive.
//
// Pure; any thread. Findings never hold a value of the message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hl7/message.h"

namespace pons::hl7 {

struct Finding {
  std::string path;  // "MSH-12", "OBX[2]-5"
  std::string text;  // what is wrong, and what it should be
};

// `raw` is the message as received, `message` what Parse made of it.
std::vector<Finding> BreaksOfAustralianRules(const Message& message, std::string_view raw);

}  // namespace pons::hl7
