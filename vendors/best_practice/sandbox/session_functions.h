// SPDX-License-Identifier: Apache-2.0
// The functions whose answer depends on the server, its clock and who asks: GETDATE, SUSER_SNAME,
// HAS_PERMS_BY_NAME, SERVERPROPERTY, @@ROWCOUNT and their kin.
#pragma once

#include "vendors/best_practice/sandbox/database.h"

namespace pons::best_practice::sandbox {

inline constexpr std::string_view kServerName = "PONSBOX\\BPSINSTANCE";
inline constexpr std::string_view kServerVersion =
    "Microsoft SQL Server 2019 (RTM) - 15.0.2000.5 (X64) \n\tPons sandbox, a stand-in: not "
    "Microsoft "
    "SQL Server\n";

void RegisterSessionFunctions(Connection& connection);

}  // namespace pons::best_practice::sandbox
