// SPDX-License-Identifier: Apache-2.0
// Keys of connections, for what runs at a practice: made once, shown once, kept as a hash.
#pragma once

#include <string>
#include <string_view>

#include "store/accounts.h"

namespace pons::admin {

// "agent" | "extension"
std::string_view AccessKeyKindName(store::AccessKeyKind kind);

}  // namespace pons::admin
