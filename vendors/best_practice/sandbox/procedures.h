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
void AddDocumentProcedures(ProcedureTable& table);
void AddAppointmentProcedures(ProcedureTable& table);

// What a writing procedure answers. A refusal that is the caller's leaves RETURN 0 and nothing
// changed; what is the sandbox's own fault is an error.
void SettleProcedure(ProcedureCall& call, const Result<void>& done);  // RETURN 1
void SettleWithId(ProcedureCall& call, const Result<std::int64_t>& id);
// Neither deleted nor unknown.
bool LivePatient(Connection& connection, std::int64_t id);

}  // namespace pons::best_practice::sandbox
