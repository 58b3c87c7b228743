// SPDX-License-Identifier: Apache-2.0
// A command's body as it is kept: JSON in the inner model's own words. What is read back equals
// what was written, but for a document's bytes, which are kept beside it.
//
// Pure; threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/commands.h"

namespace pons::commands {

std::string WriteBody(const model::CommandBody& body);
// Errors: kInternal: only what was written here is read.
Result<model::CommandBody> ReadBody(model::CommandKind kind, std::string_view json);

std::string WriteSlots(const std::vector<model::Slot>& slots);
// Empty where the text is empty or damaged.
std::vector<model::Slot> ReadSlots(std::string_view json);

}  // namespace pons::commands
