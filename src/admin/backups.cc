// SPDX-License-Identifier: Apache-2.0
// backup make | list
#include "admin/backups.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "admin/parts.h"

namespace pons::admin {
namespace {

namespace fs = std::filesystem;

constexpr char kManifest[] = "manifest.json";
constexpr char kUnfinished[] = ".part";
// What must be left on the disk beside the copy.
constexpr std::uintmax_t kLeave = 100ull << 20;

Error Failed(std::string_view what, const std::error_code& code) {
  return MakeError(Fault::kUnavailable, std::string(what) + ": " + code.message() +
                                            "; see that the disk has room and "
                                            "that its rights are right");
}

std::uintmax_t SizeOf(const fs::path& file) {
  std::error_code code;
  const auto size = fs::file_size(file, code);
  return code ? 0 : size;
}

// "20260309T040506Z": sorts by time.
std::string NameFor(Instant at) {
  std::string name = FormatInstant(at).substr(0, 19) + "Z";
  std::erase_if(name, [](char c) { return c == '-' || c == ':'; });
  return name;
}

Result<void> CheckRoom(const AdminContext& context) {
  std::error_code code;
  const auto space = fs::space(context.data_folder, code);
  if (code) return Failed("the free space cannot be told", code);
  std::uintmax_t needed = kLeave;
  for (const char* file : {"pons.db", "pons.db-wal"}) {
    needed += SizeOf(fs::path(context.data_folder) / file);
  }
  if (space.available >= needed) return Ok();
  return MakeError(Fault::kUnavailable,
                   "a backup needs " + std::to_string(needed >> 20) + " MiB and " +
                       std::to_string(space.available >> 20) +
                       " MiB are free: remove old backups or give the disk more room");
}

Result<std::int64_t> CopyAudit(const std::string& from, const fs::path& to) {
  std::error_code code;
  std::int64_t count = 0;
  if (from.empty() || !fs::exists(from, code)) return count;
  fs::create_directories(to, code);
  if (code) return Failed("the audit trail cannot be copied", code);
  for (const auto& entry : fs::directory_iterator(from, code)) {
    if (!entry.is_regular_file()) continue;
    fs::copy_file(entry.path(), to / entry.path().filename(), code);
    if (code) return Failed("the audit trail cannot be copied", code);
    ++count;
  }
  if (code) return Failed("the audit trail cannot be copied", code);
  return count;
}

Result<Backup> Fill(AdminContext& context, const fs::path& folder, Backup backup,
                    const std::function<bool(int, int)>& progress) {
  PONS_TRY(context.store.CopyTo((folder / "pons.db").string(), progress));
  // After the store: the trail then covers all that the copy holds.
  PONS_ASSIGN(backup.audit_files, CopyAudit(context.audit_folder, folder / "audit"));
  backup.bytes = static_cast<std::int64_t>(SizeOf(folder / "pons.db"));
  std::ofstream manifest(folder / kManifest);
  manifest << json::Write(BackupJson(backup)) << "\n";
  manifest.close();
  if (!manifest) {
    return MakeError(Fault::kUnavailable, "the backup's manifest cannot be written: disk full?");
  }
  return backup;
}

std::optional<Backup> Read(const fs::path& folder) {
  std::ifstream file(folder / kManifest);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto manifest = json::Parse(text);
  if (!manifest || !manifest->is_object()) return std::nullopt;
  const auto made = ParseInstant(manifest->Text("made_at"));
  if (!made) return std::nullopt;
  Backup backup;
  backup.name = folder.filename().string();
  backup.made = *made;
  backup.bytes = static_cast<std::int64_t>(SizeOf(folder / "pons.db"));
  backup.audit_files = manifest->Integer("audit_files").value_or(0);
  return backup;
}

Result<void> KeepNewest(const AdminContext& context, std::int64_t keep) {
  PONS_ASSIGN(const auto backups, Backups(context));
  for (std::size_t i = static_cast<std::size_t>(keep); i < backups.size(); ++i) {
    std::error_code code;
    fs::remove_all(fs::path(BackupFolder(context)) / backups[i].name, code);
    if (code) return Failed("an old backup cannot be removed", code);
  }
  return Ok();
}

Result<json::Value> Make(AdminContext& context, const json::Value& arguments) {
  const auto keep = arguments.Integer("keep");
  if (keep && (*keep < 1 || *keep > 1000)) {
    return MakeError(Fault::kMisconfigured, "keep is between 1 and 1000");
  }
  PONS_ASSIGN(const auto backup,
              MakeBackup(context, [&](int, int) { return !context.cancel.cancelled(); }));
  if (keep) PONS_TRY(KeepNewest(context, *keep));
  auto out = BackupJson(backup);
  out.Set("message", "Backup " + backup.name + " is made and was opened to check it. Copy " +
                         BackupFolder(context) + "/" + backup.name +
                         " to another machine. It does not open without the master key, which is "
                         "not in it: keep a copy of master.key somewhere else.");
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value&) {
  PONS_ASSIGN(const auto backups, Backups(context));
  json::Array items;
  for (const auto& backup : backups) items.push_back(BackupJson(backup));
  if (items.empty()) return ListAnswer("No backup yet. Next: pons backup make", {});
  const auto message =
      Count(items.size(), "backup", "backups") + " in " + BackupFolder(context) + ".";
  return ListAnswer(message, std::move(items));
}

constexpr ArgumentSpec kMakeArguments[] = {
    {.name = "keep",
     .kind = ArgumentKind::kInteger,
     .help = "keep so many of the newest and remove the others; all are kept when left out"}};
constexpr Column kColumns[] = {
    {"NAME", "name"}, {"MADE", "made_at"}, {"BYTES", "bytes"}, {"AUDIT FILES", "audit_files"}};

constexpr CommandSpec kCommands[] = {
    {"backup make",
     "Copies the store and the audit trail as they are at this moment, and checks the copy.",
     "pons backup make --keep 14",
     kMakeArguments,
     {},
     true,
     Make},
    {"backup list",
     "Lists the backups in the data folder.",
     "pons backup list",
     {},
     kColumns,
     false,
     List},
};

}  // namespace

std::string BackupFolder(const AdminContext& context) { return context.data_folder + "/backups"; }

json::Value BackupJson(const Backup& backup) {
  json::Value out;
  out.Set("name", backup.name);
  out.Set("made_at", FormatInstant(backup.made));
  out.Set("bytes", backup.bytes);
  out.Set("audit_files", backup.audit_files);
  return out;
}

Result<Backup> MakeBackup(AdminContext& context, const std::function<bool(int, int)>& progress) {
  if (context.data_folder.empty() || context.data_folder == ":memory:") {
    return MakeError(Fault::kUnsupported, "a store that goes with its process has no backups");
  }
  PONS_TRY(CheckRoom(context));
  Backup backup;
  backup.made = context.clock.Now();
  backup.name = NameFor(backup.made);
  const fs::path all = BackupFolder(context);
  const fs::path part = all / (backup.name + kUnfinished);
  std::error_code code;
  fs::create_directories(all, code);
  if (!code) fs::permissions(all, fs::perms::owner_all, code);
  if (!code && fs::exists(all / backup.name)) {
    return MakeError(Fault::kConflict, "a backup was made this second already");
  }
  if (!code) fs::remove_all(part, code);
  if (!code) fs::create_directory(part, code);
  if (!code) fs::permissions(part, fs::perms::owner_all, code);
  if (code) return Failed("the backup's folder cannot be made", code);
  auto filled = Fill(context, part, backup, progress);
  if (filled) {
    fs::rename(part, all / backup.name, code);
    if (!code) return filled;
    filled = Failed("the backup cannot be put in its place", code);
  }
  std::error_code ignored;
  fs::remove_all(part, ignored);
  return filled;
}

Result<std::vector<Backup>> Backups(const AdminContext& context) {
  std::vector<Backup> backups;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(BackupFolder(context), code)) {
    if (!entry.is_directory() || entry.path().extension() == kUnfinished) continue;
    if (auto backup = Read(entry.path())) backups.push_back(std::move(*backup));
  }
  std::sort(backups.begin(), backups.end(),
            [](const Backup& a, const Backup& b) { return a.name > b.name; });
  return backups;
}

std::span<const CommandSpec> BackupCommands() { return kCommands; }

}  // namespace pons::admin
