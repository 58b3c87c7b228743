// SPDX-License-Identifier: Apache-2.0
// PONS_CHECK: for our own mistakes. A broken invariant ends the process with the place and the
// condition; restarts are designed to be safe. Never used on what came from outside.
#pragma once

namespace pons {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace pons

#define PONS_CHECK(condition) \
  (static_cast<bool>(condition) ? void(0) : ::pons::CheckFailed(#condition, __FILE__, __LINE__))
