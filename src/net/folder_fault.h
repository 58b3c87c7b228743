// SPDX-License-Identifier: Apache-2.0
// What a file system's refusal means for a watched folder: one table from errno to Fault, each with
// the next step. Names no path: the caller knows which setting named the folder.
#pragma once

#include <string_view>

#include "base/result.h"

namespace pons::net {

enum class FolderStep : std::uint8_t { kOpen, kWrite, kRename, kRead };

// `account`: the user that this process runs as.
Error FolderFault(int code, FolderStep step, std::string_view account);

}  // namespace pons::net
