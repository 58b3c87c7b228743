// SPDX-License-Identifier: Apache-2.0
#include "api/app_locations.h"

#include <set>

#include "base/text.h"

namespace pons::api {
namespace {

constexpr std::size_t kLongestId = 100;
constexpr std::size_t kLongestName = 200;

Result<store::AppLocation> ReadOne(const json::Value& item) {
  const auto* id = item.Find("id");
  const auto* name = item.Find("name");
  if (id == nullptr || !id->is_string() || name == nullptr || !name->is_string()) {
    return MakeError(Fault::kMisconfigured, "Each location is {\"id\": text, \"name\": text}.");
  }
  store::AppLocation location{std::string(Trim(*id->string())), std::string(Trim(*name->string()))};
  if (location.id.empty() || location.id.size() > kLongestId) {
    return MakeError(Fault::kMisconfigured, "A location's id has between 1 and 100 characters.");
  }
  if (location.name.empty() || location.name.size() > kLongestName) {
    return MakeError(Fault::kMisconfigured, "A location's name has between 1 and 200 characters.");
  }
  return location;
}

}  // namespace

Result<std::vector<store::AppLocation>> ReadAppLocations(const json::Value& list) {
  if (list.array() == nullptr) {
    return MakeError(Fault::kMisconfigured, "Locations are a list: [{\"id\",\"name\"}].");
  }
  if (list.array()->size() > kMostAppLocations) {
    return MakeError(Fault::kMisconfigured, "An app lists at most 1000 locations.");
  }
  std::vector<store::AppLocation> locations;
  std::set<std::string> seen;
  for (const auto& item : *list.array()) {
    PONS_ASSIGN(auto location, ReadOne(item));
    if (!seen.insert(location.id).second) {
      return MakeError(Fault::kMisconfigured,
                       "The location \"" + location.id + "\" is there twice.");
    }
    locations.push_back(std::move(location));
  }
  return locations;
}

json::Value AppLocationsJson(const std::vector<store::AppLocation>& locations) {
  json::Array items;
  for (const auto& location : locations) {
    json::Value item;
    item.Set("id", location.id);
    item.Set("name", location.name);
    items.push_back(std::move(item));
  }
  return json::Value(std::move(items));
}

}  // namespace pons::api
