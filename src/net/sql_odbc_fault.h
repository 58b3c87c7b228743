// SPDX-License-Identifier: Apache-2.0
// What a database's refusal means: one table from SQLSTATE and error number to Fault.
// The summaries are ours and neutral; server text is never passed on, since it may quote data. The
// one thing taken out of it is the name of the object a right is missing on.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pons::net {

// One diagnostic record as ODBC hands it out.
struct OdbcDiagnostic {
  std::string state;  // five characters
  int native = 0;     // the database's or the driver's own number
  std::string text;   // read for an object name only
};

enum class OdbcStep : std::uint8_t { kConnect, kExecute, kFetch };

// The record that says most wins: sign-in before rights before names before the network.
// `sign`: see SqlStatement.
Error OdbcFault(std::span<const OdbcDiagnostic> diagnostics, OdbcStep step,
                std::string_view sign = {});

// Could the statement have done something? A refusal that came instead of an answer says no; one
// that came after rows does not.
Effect OdbcEffect(Fault fault, OdbcStep step);

// The driver could not resolve the server's name (FreeTDS 20013). Whether the name is wrong or the
// resolver is down is for the caller to find out.
bool SaysUnknownHost(std::span<const OdbcDiagnostic> diagnostics);

}  // namespace pons::net
