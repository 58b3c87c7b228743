// SPDX-License-Identifier: Apache-2.0
// Which Pons this is.
#pragma once

#include <string_view>

namespace pons {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace pons
