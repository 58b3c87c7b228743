// SPDX-License-Identifier: Apache-2.0
// Answers of commands for people: the message first, then a table or the facts.
// Colours only on a terminal; a state always has a mark of its own as well.
#pragma once

#include <span>
#include <string>

#include "admin/command.h"
#include "json/value.h"

namespace pons {

struct PrintStyle {
  bool colour = false;
};

// The whole text for standard output.
std::string ForPeople(const json::Value& answer, std::span<const admin::Column> columns,
                      const PrintStyle& style);

}  // namespace pons
