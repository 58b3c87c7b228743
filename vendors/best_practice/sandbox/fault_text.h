// SPDX-License-Identifier: Apache-2.0
// What a fault's `match` looks in, for one statement. Pure.
#pragma once

#include <string>

#include "vendors/best_practice/sandbox/engine.h"

namespace pons::best_practice::sandbox {

// A statement that asks whether a procedure is there names it in quotes; that must not meet what is
// planned for the procedure.
std::string FaultText(const RequestFacts& facts, const std::string& sql,
                      const ProcedureTable& procedures);

}  // namespace pons::best_practice::sandbox
