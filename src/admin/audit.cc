// SPDX-License-Identifier: Apache-2.0
#include "admin/audit.h"

namespace pons::admin {

std::function<Result<void>(std::string_view, std::string_view)> AuditInto(api::AuditTrail& trail) {
  return [&trail](std::string_view command, std::string_view subject) -> Result<void> {
    api::AuditEntry entry;
    entry.operation = "settings";
    entry.type = command;
    entry.id = subject;
    entry.status = 200;
    trail.Add(entry);
    if (trail.Commit()) return Ok();
    return MakeError(Fault::kUnavailable,
                     "the change could not be recorded in the audit trail, so it was not made; see "
                     "that the disk is not full (pons doctor)");
  };
}

}  // namespace pons::admin
