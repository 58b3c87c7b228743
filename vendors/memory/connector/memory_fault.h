// SPDX-License-Identifier: Apache-2.0
// The memory vendor's answers as faults: one table, one function.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "vendors/memory/connector/memory_wire.h"

namespace pons::memory {

// Requires: a reply that is not a whole answer with status 200.
Error ToError(const Reply& reply, Instant now);

}  // namespace pons::memory
