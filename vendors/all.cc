// SPDX-License-Identifier: Apache-2.0
// The vendors this program is built with.
#include "connector/registry.h"
#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/memory/connector/memory.h"

namespace pons {

void RegisterAll(Registry& registry) {
  static const best_practice::BestPracticeConnector best_practice;
  registry.Add(best_practice);
  registry.Add(memory::TutorialConnector());
}

}  // namespace pons
