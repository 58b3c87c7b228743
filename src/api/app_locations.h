// SPDX-License-Identifier: Apache-2.0
// The places that an app lists, as JSON: [{"id","name"}].
#pragma once

#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "store/entities.h"

namespace pons::api {

inline constexpr std::size_t kMostAppLocations = 1000;

// Errors: kMisconfigured, naming what is wrong: no list, too many, an id twice or empty, a name
// that is empty or too long.
Result<std::vector<store::AppLocation>> ReadAppLocations(const json::Value& list);
json::Value AppLocationsJson(const std::vector<store::AppLocation>& locations);

}  // namespace pons::api
