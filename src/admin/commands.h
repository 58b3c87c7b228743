// SPDX-License-Identifier: Apache-2.0
// Commands as operators are shown them.
#pragma once

#include <string>

#include "admin/parts.h"
#include "store/commands.h"

namespace pons::admin {

// One line of a list.
json::Value CommandLine(const Names& names, const store::CommandRow& row, Instant now);
// Its whole life: history, evidence, what was made. No patient data.
Result<json::Value> CommandLife(const Names& names, store::Reader& reader,
                                const store::CommandRow& row, Instant now);

}  // namespace pons::admin
