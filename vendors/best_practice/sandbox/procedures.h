// SPDX-License-Identifier: Apache-2.0
// The BP_* procedures that are known from client code (best-practice sheet §5), reading ones as
// T-SQL over the sandbox's own tables, writing ones as edits (edits.h).
#pragma once

#include "vendors/best_practice/sandbox/engine.h"

namespace pons::best_practice::sandbox {

// All of them, described in the catalogue views as well.
Result<void> AddProcedures(Database& database, ProcedureTable& table);

// Parts of the above.
void AddReadingProcedures(ProcedureTable& table);
void AddWritingProcedures(ProcedureTable& table);

}  // namespace pons::best_practice::sandbox
