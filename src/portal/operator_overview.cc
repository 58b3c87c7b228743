// SPDX-License-Identifier: Apache-2.0
// How this Pons stands at a glance: its node, its connections by state, its queues, its disk, its
// log. No patient data.
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include "admin/parts.h"
#include "base/version.h"
#include "commands/terms.h"
#include "portal/developer.h"

namespace pons::portal {
namespace {

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "this node";
}

std::int64_t MemoryBytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  std::int64_t resident = 0;
  file >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

json::Value Node(PortalContext& context) {
  const auto started = StateOf(context).started;
  json::Value node;
  node.Set("name", HostName());
  node.Set("state", "running");
  node.Set("version", kVersion);
  node.Set("started_at", FormatInstant(started));
  node.Set("uptime_seconds",
           std::int64_t{std::chrono::floor<seconds>(context.clock.Now() - started).count()});
  node.Set("memory_bytes", MemoryBytes());
  return node;
}

Result<json::Value> ConnectionsByState(PortalContext& context, store::Reader& reader) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  std::map<std::string, std::int64_t> counts;
  for (const auto& connection : names.connections) {
    if (admin::IsRemoved(connection)) {
      ++counts["revoked"];
      continue;
    }
    PONS_ASSIGN(const auto health, admin::HealthOf(context.admin, reader, connection));
    // The words that connections are shown with elsewhere.
    switch (health.state) {
      case store::ReadState::kNew:
        ++counts["pending"];
        break;
      case store::ReadState::kRetrying:
        ++counts[health.last_success ? "attention" : "connecting"];
        break;
      default:
        ++counts[std::string(store::ReadStateName(health.state))];
        break;
    }
  }
  json::Value out{json::Object{}};
  for (const auto& [state, count] : counts) out.Set(state, count);
  return out;
}

Result<json::Value> Queues(store::Reader& reader) {
  PONS_ASSIGN(const auto outbox, reader.OutboxTallies());
  PONS_ASSIGN(const auto commands, reader.CommandTallies());
  PONS_ASSIGN(const auto quarantined, reader.Quarantined(std::nullopt));
  std::int64_t waiting = 0;
  std::int64_t failed = 0;
  std::optional<Instant> oldest;
  for (const auto& tally : outbox) {
    waiting += tally.queued;
    failed += tally.failed;
    if (tally.oldest && (!oldest || *tally.oldest < *oldest)) oldest = tally.oldest;
  }
  std::int64_t open = 0;
  std::int64_t person = 0;
  std::optional<Instant> oldest_command;
  for (const auto& tally : commands) {
    const auto state = static_cast<commands::State>(tally.state);
    if (commands::IsFinal(state)) continue;
    open += tally.count;
    if (state == commands::State::kNeedsPerson) person += tally.count;
    if (!oldest_command || tally.oldest < *oldest_command) oldest_command = tally.oldest;
  }
  json::Value out;
  out.Set("deliveries", waiting);
  out.Set("deliveries_failed", failed);
  out.Set("oldest_delivery_at", TimeOrNull(oldest));
  out.Set("commands", open);
  out.Set("commands_needing_a_person", person);
  out.Set("oldest_command_at", TimeOrNull(oldest_command));
  out.Set("quarantine", static_cast<std::int64_t>(quarantined.size()));
  return out;
}

json::Value Disk(const PortalContext& context) {
  json::Value disk;
  std::error_code code;
  const auto space = std::filesystem::space(context.admin.data_folder, code);
  if (code) return disk;
  disk.Set("free_bytes", static_cast<std::int64_t>(space.available));
  disk.Set("total_bytes", static_cast<std::int64_t>(space.capacity));
  disk.Set("used_bytes", static_cast<std::int64_t>(space.capacity - space.free));
  std::int64_t own = 0;
  std::filesystem::recursive_directory_iterator files(context.admin.data_folder, code);
  for (; !code && files != std::filesystem::recursive_directory_iterator(); files.increment(code)) {
    std::error_code ignored;
    if (const auto size = files->file_size(ignored); !ignored) {
      own += static_cast<std::int64_t>(size);
    }
  }
  disk.Set("pons_bytes", own);
  return disk;
}

std::optional<LogLevel> LevelNamed(std::string_view name) {
  for (const auto level : {LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    if (LogLevelName(level) == name) return level;
  }
  return std::nullopt;
}

}  // namespace

Handled OperatorOverview(PortalContext& context, PortalCall&) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  json::Value body;
  body.Set("nodes", json::Array{Node(context)});
  PONS_ASSIGN(auto connections, ConnectionsByState(context, *reader));
  body.Set("connections_by_state", std::move(connections));
  PONS_ASSIGN(auto queues, Queues(*reader));
  body.Set("queues", std::move(queues));
  body.Set("disk", Disk(context));
  body.Set("version", kVersion);
  return Ok(std::move(body));
}

Handled OperatorLogs(PortalContext& context, PortalCall& call) {
  auto* logs = StateOf(context).parts.logs;
  if (logs == nullptr) return List({}, {}, 0);
  LogRing::Query query;
  query.limit = static_cast<std::size_t>(call.QueryNumber("limit", 100, 500));
  query.words = call.Query("q");
  const auto cursor = call.Query("cursor");
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), query.before);
  if (const auto level = call.Query("level"); !level.empty()) {
    const auto least = LevelNamed(level);
    if (!least) return Problem(400, "not_understood", "\"level\" is info, warn or error.", "level");
    query.least = *least;
  }
  const auto lines = logs->Find(query);
  json::Array items;
  for (const auto& line : lines) {
    json::Value item;
    item.Set("at", FormatInstant(line.at));
    item.Set("level", LogLevelName(line.level));
    item.Set("text", line.message);
    json::Value fields{json::Object{}};
    for (const auto& [key, value] : line.fields) fields.Set(key, value);
    item.Set("fields", std::move(fields));
    items.push_back(std::move(item));
  }
  const bool more = lines.size() == query.limit;
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), more ? std::to_string(lines.back().number) : std::string(), total);
}

}  // namespace pons::portal
