// SPDX-License-Identifier: Apache-2.0
#include "admin/parts.h"

#include <algorithm>

#include "base/text.h"
#include "connector/opened.h"
#include "net/http.h"
#include "sync/connection_settings.h"
#include "sync/health.h"
#include "sync/vendor_side.h"

namespace pons::admin {
namespace {

constexpr seconds kProbeTime{15};

template <typename Thing>
Result<Thing> Pick(std::vector<Thing> all, std::string_view word, std::string_view kind,
                   std::string_view list_command) {
  const auto by_id =
      std::find_if(all.begin(), all.end(), [&](const Thing& t) { return t.id.value == word; });
  if (by_id != all.end()) return std::move(*by_id);
  if constexpr (requires(const Thing& t) { t.name; }) {
    const auto same_name = [&](const Thing& t) { return EqualsIgnoringAsciiCase(t.name, word); };
    const auto count = std::count_if(all.begin(), all.end(), same_name);
    if (count > 1) {
      return MakeError(Fault::kConflict, "more than one " + std::string(kind) + " is called \"" +
                                             std::string(word) + "\"; use its id (" +
                                             std::string(list_command) + ")");
    }
    if (count == 1) return std::move(*std::find_if(all.begin(), all.end(), same_name));
  }
  return MakeError(Fault::kNotFound, "there is no " + std::string(kind) + " \"" +
                                         std::string(word) + "\"; " + std::string(list_command) +
                                         " shows them");
}

template <typename Thing, typename Key>
const Thing* ByKey(const std::vector<Thing>& all, Key key) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& t) { return t.key == key; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string TextOf(const json::Value& arguments, std::string_view name) {
  return std::string(Trim(arguments.Text(name)));
}

bool FlagOf(const json::Value& arguments, std::string_view name) {
  const auto* value = arguments.Find(name);
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

std::vector<std::string> ListOf(const json::Value& arguments, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = arguments.Find(name);
  if (value == nullptr || value->array() == nullptr) return out;
  for (const auto& item : *value->array()) out.emplace_back(Trim(*item.string()));
  return out;
}

std::vector<std::pair<std::string, std::string>> PairsOf(const json::Value& arguments,
                                                         std::string_view name) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto* value = arguments.Find(name);
  if (value == nullptr || value->object() == nullptr) return out;
  for (const auto& [key, text] : *value->object()) out.emplace_back(key, *text.string());
  return out;
}

Result<store::Organization> FindOrganization(AdminContext& context, std::string_view word) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto all, reader->Organizations());
  return Pick(std::move(all), word, "organization", "pons org list");
}

Result<store::Connection> FindConnection(AdminContext& context, std::string_view word) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto all, reader->Connections());
  std::erase_if(all, IsRemoved);
  return Pick(std::move(all), word, "connection", "pons connection list");
}

Result<store::App> FindApp(AdminContext& context, std::string_view word) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto all, reader->Apps());
  return Pick(std::move(all), word, "app", "pons app list");
}

Result<store::Grant> FindGrant(AdminContext& context, std::string_view id) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto all, reader->Grants());
  return Pick(std::move(all), id, "grant", "pons grant list");
}

Result<store::Webhook> FindWebhook(AdminContext& context, std::string_view id) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto all, reader->Webhooks());
  return Pick(std::move(all), id, "webhook", "pons webhook list");
}

bool IsRemoved(const store::Connection& connection) { return connection.settings_json.empty(); }

const store::Connection* Names::connection(store::ConnectionKey key) const {
  return ByKey(connections, key);
}
const store::App* Names::app(store::AppKey key) const { return ByKey(apps, key); }
const store::Grant* Names::grant(store::GrantKey key) const { return ByKey(grants, key); }

std::string Names::organization(const OrganizationId& id) const {
  for (const auto& organization : organizations) {
    if (organization.id == id) return organization.name;
  }
  return id.value;
}

Result<Names> LoadNames(AdminContext& context) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  Names names;
  PONS_ASSIGN(names.organizations, reader->Organizations());
  PONS_ASSIGN(names.connections, reader->Connections());
  PONS_ASSIGN(names.apps, reader->Apps());
  PONS_ASSIGN(names.grants, reader->Grants());
  return names;
}

Result<store::ConnectionHealth> HealthOf(const AdminContext& context, store::Reader& reader,
                                         const store::Connection& connection) {
  PONS_ASSIGN(auto health, reader.Health(connection.key));
  if (context.live_health) {
    const auto live = context.live_health();
    if (const auto found = live.find(connection.key); found != live.end()) health = found->second;
  }
  if (connection.paused) health.state = store::ReadState::kPaused;
  return health;
}

std::string OutcomeInWords(const Names& names, std::string_view outcome) {
  std::string out(outcome);
  for (const auto& grant : names.grants) {
    const auto at = out.find(grant.id.value);
    const auto* app = names.app(grant.app);
    if (at != std::string::npos && app != nullptr)
      out.replace(at, grant.id.value.size(), app->name);
  }
  return out;
}

json::Value Message(std::string text) {
  json::Value out;
  out.Set("message", std::move(text));
  return out;
}

json::Value ListAnswer(std::string message, json::Array items) {
  auto out = Message(std::move(message));
  out.Set("items", std::move(items));
  return out;
}

std::string Count(std::size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

std::string Ago(Instant then, Instant now) {
  const bool ahead = then > now;
  const auto gap = std::chrono::duration_cast<seconds>(ahead ? then - now : now - then).count();
  struct Unit {
    std::int64_t size;
    std::string_view one, many;
  };
  constexpr Unit kUnits[] = {{86400, "day", "days"},
                             {3600, "hour", "hours"},
                             {60, "minute", "minutes"},
                             {1, "second", "seconds"}};
  for (const auto& unit : kUnits) {
    if (gap < unit.size) continue;
    const auto text = Count(static_cast<std::size_t>(gap / unit.size), unit.one, unit.many);
    return ahead ? "in " + text : text + " ago";
  }
  return "now";
}

Result<ProbeReport> ProbeSettings(const Connector& connector, const Settings& settings,
                                  const SessionContext& session) {
  PONS_ASSIGN(const auto opened, OpenSession(connector, settings, session));
  return opened.session->Probe(session.clock.Now() + kProbeTime);
}

Result<ProbeReport> ProbeConnection(AdminContext& context, const store::Connection& connection) {
  PONS_ASSIGN(const auto resolved, sync::ResolveConnector(context.vendors, connection));
  auto joined = connection;
  PONS_ASSIGN(const auto zone, PracticeZone::Named(connection.time_zone));
  const auto http = net::MakeCurlTransport({.policy = context.vendor_addresses});
  SessionContext session{context.clock,  http.get(),  nullptr, context.random,
                         context.cancel, context.log, zone};
  // One that is not stored yet has nothing to count for or to keep.
  if (context.vendor_side != nullptr && joined.key != 0) {
    context.vendor_side->Join(session, *resolved.connector, joined);
  }
  return ProbeSettings(*resolved.connector, resolved.settings, session);
}

json::Value ProbeJson(const ProbeReport& report) {
  json::Value out;
  out.Set("practice_name", report.practice_name);
  out.Set("vendor_version", report.vendor_version);
  json::Array rights;
  for (const auto& right : report.missing_rights) rights.emplace_back(right);
  out.Set("missing_rights", std::move(rights));
  if (report.clock_ahead) {
    out.Set("clock_ahead_ms", static_cast<std::int64_t>(report.clock_ahead->count()));
  }
  if (const auto warning = sync::ClockWarning(report.clock_ahead); !warning.empty())
    out.Set("warning", warning);
  return out;
}

}  // namespace pons::admin
