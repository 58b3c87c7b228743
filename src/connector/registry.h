// SPDX-License-Identifier: Apache-2.0
// The vendors this program was built with. Filled once at start by vendors/all.cc, then read-only.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "connector/connector.h"

namespace pons {

class Registry {
 public:
  // Requires: an id that is not registered yet. `connector` outlives the registry.
  void Add(const Connector& connector);
  // Null where no vendor has that id.
  const Connector* Find(std::string_view id) const;
  std::span<const Connector* const> all() const { return connectors_; }

 private:
  std::vector<const Connector*> connectors_;
};

// vendors/all.cc
void RegisterAll(Registry& registry);

}  // namespace pons
