// SPDX-License-Identifier: Apache-2.0
// What the developers' and operators' pages keep between calls: sandboxes that run, the backup
// under way, and where figures and log lines come from.
//
// Threads: PrepareDeveloper before the server starts; the rest is for handlers, from any thread.
#pragma once

#include <memory>
#include <string>

#include "api/usage.h"
#include "base/log_ring.h"
#include "portal/route.h"

namespace pons::portal {

class SandboxKeeper;
class BackupRunner;

struct DeveloperParts {
  api::UsageMeter* usage = nullptr;  // null: only what is stored is shown
  LogRing* logs = nullptr;           // null: no log is shown
};

struct DeveloperState {
  DeveloperParts parts;
  Instant started{};
  std::shared_ptr<SandboxKeeper> sandboxes;  // null: not on this server
  std::shared_ptr<BackupRunner> backups;
};

// Fills in context.developer_state. What sandboxes of an earlier run left behind is removed.
// Call once context.sandbox_program is set. `parts` outlive the context.
void PrepareDeveloper(PortalContext& context, const DeveloperParts& parts);
// Ends sandboxes and a backup under way. Call while everything else still stands.
void StopDeveloper(PortalContext& context);

DeveloperState& StateOf(PortalContext& context);

// One file of handlers each.
using Handled = Result<Answer>;
Handled ListApps(PortalContext&, PortalCall&);
Handled AddApp(PortalContext&, PortalCall&);
Handled GetApp(PortalContext&, PortalCall&);
Handled EditApp(PortalContext&, PortalCall&);
Handled RemoveApp(PortalContext&, PortalCall&);
Handled AddSecret(PortalContext&, PortalCall&);
Handled RemoveSecret(PortalContext&, PortalCall&);
Handled AppUsage(PortalContext&, PortalCall&);

Handled ListAppLocations(PortalContext&, PortalCall&);
Handled PutAppLocations(PortalContext&, PortalCall&);

Handled ListWebhooks(PortalContext&, PortalCall&);
Handled AddWebhook(PortalContext&, PortalCall&);
Handled EditWebhook(PortalContext&, PortalCall&);
Handled RemoveWebhook(PortalContext&, PortalCall&);
Handled TestWebhook(PortalContext&, PortalCall&);
Handled RotateWebhook(PortalContext&, PortalCall&);
Handled ListDeliveries(PortalContext&, PortalCall&);
Handled GetDelivery(PortalContext&, PortalCall&);
Handled ReplayDeliveries(PortalContext&, PortalCall&);

Handled ListSandboxes(PortalContext&, PortalCall&);
Handled AddSandbox(PortalContext&, PortalCall&);
Handled ActInSandbox(PortalContext&, PortalCall&);
Handled RemoveSandbox(PortalContext&, PortalCall&);
std::shared_ptr<SandboxKeeper> MakeSandboxKeeper(PortalContext& context);
// Where the sandbox with that page token is asked: "http://127.0.0.1:40124". Empty: there is none.
std::optional<std::string> SandboxControl(PortalContext& context, std::string_view token);

Handled OperatorOverview(PortalContext&, PortalCall&);
Handled OperatorLogs(PortalContext&, PortalCall&);
Handled OperatorQuarantine(PortalContext&, PortalCall&);
Handled OperatorCommands(PortalContext&, PortalCall&);
Handled OperatorCommand(PortalContext&, PortalCall&);
Handled ResolveCommand(PortalContext&, PortalCall&);
Handled RetryCommand(PortalContext&, PortalCall&);
Handled StartBackup(PortalContext&, PortalCall&);
Handled ListBackups(PortalContext&, PortalCall&);
std::shared_ptr<BackupRunner> MakeBackupRunner(PortalContext& context);
void StopBackups(BackupRunner& backups);
Handled OperatorUsers(PortalContext&, PortalCall&);
Handled InviteUser(PortalContext&, PortalCall&);
Handled EditUser(PortalContext&, PortalCall&);

// ---- shared by them
// {"id","name"}
json::Value NamedThing(std::string_view id, std::string_view name);
json::Value TimeOrNull(const std::optional<Instant>& at);
// The texts of a list in the body; nullopt where it is no list of texts.
std::optional<std::vector<std::string>> TextsOf(const PortalCall& call, std::string_view member);

}  // namespace pons::portal
