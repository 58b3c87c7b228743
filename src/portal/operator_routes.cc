// SPDX-License-Identifier: Apache-2.0
// The operators' routes. None gives out patient data.
#include "portal/developer.h"

namespace pons::portal {
namespace {

constexpr Route kRoutes[] = {
    {"GET", "/operator/overview", Least::kOperator, Scope::kOperator, false,
     "Shows the node, connections by state, queues, disk and version.", {}, {}, OperatorOverview},
    {"GET", "/operator/quarantine", Least::kOperator, Scope::kOperator, false,
     "Lists rows that could not be read, and why.", {}, {}, OperatorQuarantine},
    {"GET", "/operator/commands", Least::kOperator, Scope::kOperator, false,
     "Lists what apps asked practices to do; with state=needs-person what waits for a person.", {},
     {}, OperatorCommands},
    {"GET", "/operator/commands/{command}", Least::kOperator, Scope::kOperator, false,
     "Shows one command with its history and evidence.", {}, {}, OperatorCommand},
    {"POST", "/operator/commands/{command}/resolve", Least::kOperator, Scope::kOperator, false,
     "Says of a command in doubt whether it happened.", {}, {}, ResolveCommand},
    {"POST", "/operator/commands/{command}/retry", Least::kOperator, Scope::kOperator, false,
     "Tries a waiting command at once.", {}, {}, RetryCommand},
    {"GET", "/operator/logs", Least::kOperator, Scope::kOperator, false,
     "Lists the newest log lines by level and words.", {}, {}, OperatorLogs},
    {"POST", "/operator/backup", Least::kOperator, Scope::kOperator, false, "Starts a backup.", {},
     {}, StartBackup},
    {"GET", "/operator/backups", Least::kOperator, Scope::kOperator, false,
     "Lists the backups, and how far one under way is.", {}, {}, ListBackups},
    {"GET", "/operator/users", Least::kOperator, Scope::kOperator, false,
     "Lists everybody with an account.", {}, {}, OperatorUsers},
    {"POST", "/operator/users", Least::kOperator, Scope::kOperator, false,
     "Invites an operator or a developer.", {}, {}, InviteUser},
    {"PATCH", "/operator/users/{user}", Least::kOperator, Scope::kOperator, false,
     "Gives or takes the operators' and developers' pages, or switches a user off or on.", {}, {},
     EditUser},
};

}  // namespace

std::span<const Route> OperatorRoutes() { return kRoutes; }

}  // namespace pons::portal
