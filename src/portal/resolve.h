// SPDX-License-Identifier: Apache-2.0
// What a path names: looked up before anything is decided.
#pragma once

#include "portal/route.h"

namespace pons::portal {

// Empty: it is not there (also a removed connection). For scopes that name nothing an empty
// Resource. Errors: those of the store.
Result<std::optional<Resource>> Resolve(PortalContext& context, const Route& route,
                                        const PortalCall& call);

}  // namespace pons::portal
