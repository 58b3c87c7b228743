// SPDX-License-Identifier: Apache-2.0
// The vendors this program is built with, and what its operator gives for all connections of one.
#include <array>

#include "base/text.h"
#include "connector/registry.h"
#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/halo_connect/connector/halo_access.h"
#include "vendors/memory/connector/memory.h"

namespace pons {
namespace {

// Nothing where the operator has no key: then nobody can choose that way.
Result<std::optional<halo_connect::Access>> HaloAccess(const OperatorSettings& given) {
  const auto section = given.find(halo_connect::kSection);
  if (section == given.end()) return std::optional<halo_connect::Access>();
  const auto* key = section->second.Secret("subscription_key");
  const bool none = key == nullptr || Trim(key->Reveal()).empty();
  if (none && section->second.plain().empty() && section->second.secrets().empty()) {
    return std::optional<halo_connect::Access>();
  }
  PONS_ASSIGN(auto access, halo_connect::ReadAccess(section->second));
  return std::optional<halo_connect::Access>(std::move(access));
}

}  // namespace

std::span<const OperatorSection> OperatorSections() {
  static const std::array<OperatorSection, 1> sections = {
      {{halo_connect::kSection, halo_connect::AccessHelp(), halo_connect::AccessSettings()}}};
  return sections;
}

Result<void> RegisterAll(Registry& registry, const OperatorSettings& given) {
  for (const auto& [section, settings] : given) {
    if (section != halo_connect::kSection) {
      return MakeError(Fault::kMisconfigured, "no vendor has a section \"" + section + "\"");
    }
  }
  PONS_ASSIGN(auto halo, HaloAccess(given));
  using best_practice::BestPracticeConnector;
  registry.Own(halo ? std::make_unique<BestPracticeConnector>(*halo)
                    : std::make_unique<BestPracticeConnector>());
  registry.Add(memory::TutorialConnector());
  return Ok();
}

}  // namespace pons
