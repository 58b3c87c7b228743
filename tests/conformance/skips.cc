// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/skips.h"

#include <toml++/toml.h>

#include <algorithm>

#include "tests/conformance/suite.h"

namespace pons::conformance {

Result<std::map<std::string, std::string, std::less<>>> ReadSkips(const std::string& path) {
  toml::table file;
  try {
    file = toml::parse_file(path);
  } catch (const toml::parse_error&) {
    return MakeError(Fault::kMisconfigured, path + " is not there or does not parse");
  }
  std::map<std::string, std::string, std::less<>> skips;
  const auto* list = file.get_as<toml::table>("skip");
  if (list == nullptr) return skips;
  for (const auto& [key, node] : *list) {
    const std::string id(key.str());
    const auto checks = AllChecks();
    const bool known = std::any_of(checks.begin(), checks.end(),
                                   [&](const Check& check) { return check.id == id; });
    if (!known)
      return MakeError(Fault::kMisconfigured, path + " skips " + id + ", which is no check");
    const auto* skip = node.as_table();
    const auto reason = skip == nullptr ? "" : (*skip)["reason"].value_or(std::string());
    const auto until = skip == nullptr ? "" : (*skip)["until"].value_or(std::string());
    if (reason.empty() || until.empty()) {
      return MakeError(Fault::kMisconfigured, path + ": skip of " + id + " lacks reason or until");
    }
    skips[id] = reason;
  }
  return skips;
}

}  // namespace pons::conformance
