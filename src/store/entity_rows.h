// SPDX-License-Identifier: Apache-2.0
// How a grant's rules lie in their column: JSON, so that a new switch needs no migration.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/entities.h"

namespace pons::store {

// {"switches":{…},"locations":[{"vendor_id","app_location"}],"all_locations_to":…,
//  "practitioners":{"kind":"all"|"these","ids":[…]},"appointment_types":{…}}
std::string WriteGrantRules(const Grant& grant);
// Fills in the rules of `grant`. Unknown members are ignored.
Result<void> ReadGrantRules(std::string_view json, Grant& grant);

std::string WriteTextList(const std::vector<std::string>& texts);
std::vector<std::string> ReadTextList(std::string_view json);

}  // namespace pons::store
