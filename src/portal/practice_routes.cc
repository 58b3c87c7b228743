// SPDX-License-Identifier: Apache-2.0
// The practice's routes, all together.
#include "portal/practice_parts.h"

namespace pons::portal {
namespace {

std::vector<Route> Gather() {
  std::vector<Route> all;
  for (const auto part :
       {VendorRoutes(), ConnectionRoutes(), ConnectionLookRoutes(), ConnectionKeyRoutes(),
        GrantRoutes(), ActivityRoutes(), PatientRoutes(), AuditRoutes(), NotificationRoutes()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::span<const Route> PracticeRoutes() {
  static const std::vector<Route> all = Gather();
  return all;
}

}  // namespace pons::portal
