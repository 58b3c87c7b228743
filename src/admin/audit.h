// SPDX-License-Identifier: Apache-2.0
// Changes of settings in the audit trail.
#pragma once

#include <functional>
#include <string_view>

#include "api/audit_trail.h"
#include "base/result.h"

namespace pons::admin {

// What AdminContext::audit is set to: records the command and what it works on, and returns once
// that is written. `trail` outlives the function. Errors: kUnavailable where it cannot be written.
std::function<Result<void>(std::string_view command, std::string_view subject)> AuditInto(
    api::AuditTrail& trail);

}  // namespace pons::admin
