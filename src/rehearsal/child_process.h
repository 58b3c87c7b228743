// SPDX-License-Identifier: Apache-2.0
// The same as in sandboxes/child_process.h, under this module's name.
#pragma once

#include "sandboxes/child_process.h"

namespace pons::rehearsal {

using sandboxes::ChildOptions;
using sandboxes::ChildProcess;
using sandboxes::ProgramBesideThis;

}  // namespace pons::rehearsal
