// SPDX-License-Identifier: Apache-2.0
#include "portal/organization_summary.h"

#include <algorithm>

#include "admin/parts.h"

namespace pons::portal {
namespace {

constexpr std::uint32_t kMostVisits = 5000;  // of one connection in a day

struct Tally {
  std::int64_t connections = 0;
  std::int64_t shared_today = 0;
  std::optional<Instant> last_change;
  json::Array attention;
};

Instant Midnight(const store::Connection& connection, Instant now) {
  const auto zone = PracticeZone::Named(connection.time_zone);
  if (!zone) return now - std::chrono::hours(24);
  return zone->ToInstant(LocalTime::At(zone->ToLocal(now).day(), seconds(0)));
}

Result<void> Add(PortalContext& context, store::Reader& reader, const store::Connection& connection,
                 Tally& tally) {
  ++tally.connections;
  const auto today = Midnight(connection, context.clock.Now());
  PONS_ASSIGN(const auto visits, reader.Visits(connection.key, kMostVisits));
  for (const auto& visit : visits) {
    tally.last_change = std::max(tally.last_change.value_or(visit.seen), visit.seen);
    if (visit.seen >= today && visit.outcome.find(": shared") != std::string::npos) {
      ++tally.shared_today;
    }
  }
  PONS_ASSIGN(const auto health, admin::HealthOf(context.admin, reader, connection));
  if (!connection.paused && health.state == store::ReadState::kAttention) {
    json::Value line;
    line.Set("text", connection.name + ": " + health.cause);
    line.Set("link", "/connections/" + connection.id.value);
    tally.attention.push_back(std::move(line));
  }
  return Ok();
}

}  // namespace

Result<json::Value> SummaryOf(PortalContext& context, const OrganizationId& organization,
                              bool patient_counts) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  Tally tally;
  for (const auto& connection : names.connections) {
    if (connection.organization != organization || admin::IsRemoved(connection)) continue;
    PONS_TRY(Add(context, *reader, connection, tally));
  }
  PONS_ASSIGN(const auto members, context.accounts.Members(organization));
  json::Value body;
  body.Set("id", organization.value);
  body.Set("name", names.organization(organization));
  body.Set("connections", tally.connections);
  body.Set("members", static_cast<std::int64_t>(members.size()));
  body.Set("shared_today", patient_counts ? json::Value(tally.shared_today) : json::Value());
  body.Set("last_change_at",
           tally.last_change ? json::Value(FormatInstant(*tally.last_change)) : json::Value());
  body.Set("attention", std::move(tally.attention));
  return body;
}

}  // namespace pons::portal
