// SPDX-License-Identifier: Apache-2.0
// The reference vendor passes every check there is.
#include "tests/conformance/conformance.h"
#include "tests/conformance/memory_clinic.h"

namespace pons::conformance {

PONS_CONFORMANCE(Memory, MemorySubject());

}  // namespace pons::conformance
