// SPDX-License-Identifier: Apache-2.0
// Backups: the store as it is at one moment, and the audit trail, in a folder of their own below
// the data folder. The master key is not among them: whoever finds a backup cannot open the secrets
// in it, and whoever restores one needs the key that was kept apart (docs/how-to).
//
// Threads: any; waits for the disk. One at a time is the caller's to see to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "admin/command.h"

namespace pons::admin {

struct Backup {
  std::string name;  // "20260309T040506Z"
  Instant made{};
  std::int64_t bytes = 0;
  std::int64_t audit_files = 0;
};

// Makes one and checks it. `progress` is told pages done and pages in all, and stops it by
// returning false. What is not whole is removed. Errors: kUnavailable where the disk has no room.
Result<Backup> MakeBackup(AdminContext& context, const std::function<bool(int, int)>& progress);
// Newest first; whole ones only.
Result<std::vector<Backup>> Backups(const AdminContext& context);
std::string BackupFolder(const AdminContext& context);  // where they are
json::Value BackupJson(const Backup& backup);

std::span<const CommandSpec> BackupCommands();

}  // namespace pons::admin
