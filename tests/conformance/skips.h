// SPDX-License-Identifier: Apache-2.0
// vendors/<vendor>/conformance.toml: which checks a vendor may skip.
//   [skip.O4]
//   reason = "…"
//   until = "…"
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace pons::conformance {

// Reasons by check. A file that is not there or does not parse, a check that does not exist, and a
// skip without a reason or without an end are errors (kMisconfigured).
Result<std::map<std::string, std::string, std::less<>>> ReadSkips(const std::string& path);

}  // namespace pons::conformance
