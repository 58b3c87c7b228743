// SPDX-License-Identifier: Apache-2.0
// The vendors this program is built with.
#include "connector/registry.h"
#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/memory/connector/memory.h"

namespace pons {

std::span<const OperatorSection> OperatorSections() { return {}; }

Result<void> RegisterAll(Registry& registry, const OperatorSettings& given) {
  for (const auto& [section, settings] : given) {
    return MakeError(Fault::kMisconfigured, "no vendor has a section \"" + section + "\"");
  }
  static const best_practice::BestPracticeConnector best_practice;
  registry.Add(best_practice);
  registry.Add(memory::TutorialConnector());
  return Ok();
}

}  // namespace pons
