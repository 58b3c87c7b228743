// SPDX-License-Identifier: Apache-2.0
// The vendors this program was built with. Filled once at start by vendors/all.cc, then read-only.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "connector/connector.h"

namespace pons {

class Registry {
 public:
  // Requires: an id that is not registered yet. `connector` outlives the registry.
  void Add(const Connector& connector);
  // The same, for a connector of this registry's own.
  void Own(std::unique_ptr<const Connector> connector);
  // Null where no vendor has that id.
  const Connector* Find(std::string_view id) const;
  std::span<const Connector* const> all() const { return connectors_; }

 private:
  std::vector<const Connector*> connectors_;
  std::vector<std::unique_ptr<const Connector>> own_;
};

// vendors/all.cc. Once per process. Errors: kMisconfigured, naming a section or a key of `given`
// that no vendor knows, or a value that is none.
Result<void> RegisterAll(Registry& registry, const OperatorSettings& given = {});
// The sections and keys that RegisterAll understands, for help and reference pages.
struct OperatorSection {
  std::string_view section;
  std::string_view help;
  std::span<const SettingSpec> settings;
};
std::span<const OperatorSection> OperatorSections();

}  // namespace pons
