// SPDX-License-Identifier: Apache-2.0
// The same as in sandboxes/sandbox_process.h, under this module's name.
#pragma once

#include "rehearsal/child_process.h"
#include "sandboxes/sandbox_process.h"

namespace pons::rehearsal {

using sandboxes::SandboxProcess;

}  // namespace pons::rehearsal
