// SPDX-License-Identifier: Apache-2.0
// The same as in sandboxes/json_client.h, under this module's name.
#pragma once

#include "sandboxes/json_client.h"

namespace pons::rehearsal {

using sandboxes::JsonClient;

}  // namespace pons::rehearsal
