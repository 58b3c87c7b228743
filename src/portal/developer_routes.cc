// SPDX-License-Identifier: Apache-2.0
#include "portal/route.h"

namespace pons::portal {

std::span<const Route> DeveloperRoutes() { return {}; }

}  // namespace pons::portal
