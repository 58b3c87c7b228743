// SPDX-License-Identifier: Apache-2.0
// Connections as they are: state, health, counts, what the practice has, what could not be read,
// what apps asked for.
#include <algorithm>
#include <limits>

#include "admin/commands.h"
#include "base/text.h"
#include "commands/body_json.h"
#include "commands/terms.h"
#include "portal/practice_parts.h"
#include "portal/session_handlers.h"
#include "sync/connection_settings.h"

namespace pons::portal {
namespace {

using model::Stream;

constexpr std::int64_t kMostShown = 200;

bool IsGranted(const admin::Names& names, const store::Connection& connection) {
  return std::any_of(names.grants.begin(), names.grants.end(), [&connection](const auto& grant) {
    return grant.connection == connection.key && !grant.revoked;
  });
}

// What is left to do before anything is shared; empty: nothing, or something is wrong first.
std::string_view NextStep(const store::Connection& connection, const ConnectionStatus& status,
                          const admin::Names& names) {
  if (status.state != "active" || IsGranted(names, connection)) return {};
  return "Choose what is shared with which app.";
}

json::Value SummaryJson(const PortalContext& context, const store::Connection& connection,
                        const ConnectionStatus& status, const admin::Names& names) {
  json::Value out;
  out.Set("id", connection.id.value);
  out.Set("name", connection.name);
  out.Set("vendor", connection.vendor);
  out.Set("vendor_name", VendorName(context, connection));
  out.Set("organization",
          Named(connection.organization.value, names.organization(connection.organization)));
  out.Set("time_zone", connection.time_zone);
  out.Set("state", status.state);
  out.Set("cause", status.cause);
  out.Set("since", InstantOrNull(status.since));
  out.Set("last_success_at", InstantOrNull(status.read.last_success));
  out.Set("practice_name", status.read.practice_name);
  out.Set("created_at", FormatInstant(connection.created));
  if (const auto next = NextStep(connection, status, names); !next.empty()) {
    out.Set("next_step", next);
  }
  return out;
}

Result<Answer> ListConnections(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  const auto query = FoldForSearch(call.Query("q"));
  json::Array items;
  for (const auto& connection : names.connections) {
    if (connection.organization != call.resource.organization || admin::IsRemoved(connection)) {
      continue;
    }
    if (FoldForSearch(connection.name).find(query) == std::string::npos) continue;
    PONS_ASSIGN(const auto status, StatusOf(context, *reader, connection));
    items.push_back(SummaryJson(context, connection, status, names));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

// ---- one of them

json::Value ReadJson(const PortalContext& context, const store::Connection& connection,
                     const ConnectionStatus& status) {
  const auto& read = status.read;
  json::Value out;
  out.Set("state", store::ReadStateName(read.state));
  out.Set("cause", read.fault.empty() ? read.cause
                                      : FaultWords(context, connection, read.fault, read.cause));
  if (!read.fault.empty()) out.Set("fault", read.fault);
  if (read.since > Instant{}) out.Set("since", FormatInstant(read.since));
  out.Set("last_success_at", InstantOrNull(read.last_success));
  if (read.clock_ahead) {
    out.Set("clock_ahead_ms", static_cast<std::int64_t>(read.clock_ahead->count()));
  }
  if (!read.vendor_version.empty()) out.Set("vendor_version", read.vendor_version);
  return out;
}

json::Value WriteJson(const store::WriteHealth& write) {
  json::Value out;
  out.Set("state", store::ReadStateName(write.state));
  out.Set("cause", write.cause);
  if (!write.fault.empty()) out.Set("fault", write.fault);
  if (write.since > Instant{}) out.Set("since", FormatInstant(write.since));
  return out;
}

// Streams under the names that pages use. Those about patients are told to who may know.
json::Value CountsJson(const std::array<std::int64_t, model::kStreamCount>& counts,
                       bool of_patients) {
  struct Word {
    Stream stream;
    std::string_view name;
    bool patients;
  };
  constexpr Word kWords[] = {{Stream::kLocations, "locations", false},
                             {Stream::kPractitioners, "practitioners", false},
                             {Stream::kHealthcareServices, "services", false},
                             {Stream::kPatients, "patients", true},
                             {Stream::kAppointments, "appointments", true},
                             {Stream::kEncounters, "visits", true},
                             {Stream::kDocumentReferences, "documents", true}};
  json::Value out{json::Object{}};
  for (const auto& word : kWords) {
    if (word.patients && !of_patients) continue;
    out.Set(word.name, counts[static_cast<std::size_t>(word.stream)]);
  }
  return out;
}

json::Value Step(std::string text, std::string_view state) {
  json::Value out;
  out.Set("text", std::move(text));
  out.Set("state", state);
  return out;
}

Result<json::Array> ProgressOf(const PortalContext& context, store::Reader& reader,
                               const store::Connection& connection, const ConnectionStatus& status,
                               bool granted) {
  const bool met = status.read.last_success.has_value();
  const bool stuck = status.read.state == store::ReadState::kAttention;
  const std::string_view waits = stuck ? "failed" : connection.paused ? "waiting" : "running";
  json::Array steps;
  steps.push_back(Step(status.read.practice_name.empty()
                           ? "Sign in to the practice"
                           : "Signed in to " + status.read.practice_name,
                       met ? "done" : waits));
  bool directory = true;
  for (const auto stream :
       {Stream::kLocations, Stream::kPractitioners, Stream::kHealthcareServices}) {
    PONS_ASSIGN(const auto state, reader.Stream(connection.key, stream));
    directory = directory && state.first_sweep_done;
  }
  steps.push_back(Step("Read locations, practitioners and appointment types", directory ? "done"
                                                                              : met     ? waits
                                                                                    : "waiting"));
  steps.push_back(Step("Choose what is shared with which app", granted ? "done" : "waiting"));
  if (context.admin.progress) {
    for (auto& line : context.admin.progress(connection.key)) {
      steps.push_back(Step(std::move(line), "running"));
    }
  }
  PONS_ASSIGN(const auto visits, reader.Visits(connection.key, 1));
  steps.push_back(Step("See the first visit start", visits.empty() ? "waiting" : "done"));
  return steps;
}

bool IsLearned(const PortalContext& context, const store::Connection& connection,
               std::string_view key) {
  const auto* connector = VendorOf(context, connection);
  if (connector == nullptr) return false;
  const auto specs = connector->descriptor().settings;
  return std::any_of(specs.begin(), specs.end(),
                     [key](const auto& spec) { return spec.key == key && spec.learned; });
}

Result<Answer> GetConnection(PortalContext& context, PortalCall& call) {
  const auto& connection = *call.resource.connection;
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto status, StatusOf(context, *reader, connection));
  auto out = SummaryJson(context, connection, status, names);
  out.Set("read", ReadJson(context, connection, status));
  out.Set("write", WriteJson(status.write));
  json::Value counts;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    counts = CountsJson(reads.Counts(connection.key), call.MaySeePatientCounts());
  }));
  PONS_ASSIGN(const auto quarantined, reader->Quarantined(connection.key));
  if (call.RoleHere().value_or(accounts::Role::kLimited) != accounts::Role::kLimited) {
    counts.Set("quarantined", static_cast<std::int64_t>(quarantined.size()));
  }
  out.Set("counts", std::move(counts));
  json::Value settings{json::Object{}};
  json::Array secret_keys;
  if (call.RoleHere() == accounts::Role::kAdmin) {
    PONS_ASSIGN(const auto stored, sync::SettingsOf(connection));
    for (const auto& [key, value] : stored.plain()) {
      if (!IsLearned(context, connection, key)) settings.Set(key, value);
    }
    for (const auto& [key, value] : stored.secrets()) {
      if (!IsLearned(context, connection, key)) secret_keys.emplace_back(key);
    }
  }
  out.Set("settings", std::move(settings));
  out.Set("secret_keys", std::move(secret_keys));
  PONS_ASSIGN(auto requests, admin::VendorRequestsJson(context.admin, *reader, connection));
  if (!requests.is_null()) out.Set("vendor_requests", std::move(requests));
  PONS_ASSIGN(auto steps,
              ProgressOf(context, *reader, connection, status, IsGranted(names, connection)));
  out.Set("progress", std::move(steps));
  return Ok(std::move(out));
}

// ---- what the practice has

std::string CityOf(const json::Value& location) {
  const auto* address = location.Find("address");
  return address == nullptr ? std::string() : std::string(address->Text("city"));
}

bool IsActive(const json::Value& record) { return FlagIn(record, "active").value_or(true); }

// "Practitioner/abc": abc.
std::string_view TargetOf(const json::Value& record, std::string_view member) {
  const auto* reference = record.Find(member);
  if (reference == nullptr) return {};
  const auto text = reference->Text("reference");
  const auto slash = text.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
}

struct Places {
  std::vector<std::string> locations;
  std::string group;
};

// By the practitioner's FHIR id.
std::map<std::string, Places, std::less<>> RolesOf(store::PortalReads& reads,
                                                   store::ConnectionKey connection) {
  std::map<std::string, std::string, std::less<>> location_ids;
  for (const auto& location : reads.Directory(connection, Stream::kLocations)) {
    location_ids[location.id.value] = location.vendor_id;
  }
  std::map<std::string, Places, std::less<>> roles;
  for (const auto& record : reads.Directory(connection, Stream::kPractitionerRoles)) {
    const auto role = ReadRecord(record);
    if (!IsActive(role)) continue;
    auto& places = roles[std::string(TargetOf(role, "practitioner"))];
    const auto* at = role.Find("location");
    if (at != nullptr && at->array() != nullptr) {
      for (const auto& place : *at->array()) {
        const auto text = place.Text("reference");
        const auto found = location_ids.find(text.substr(text.rfind('/') + 1));
        if (found != location_ids.end()) places.locations.push_back(found->second);
      }
    }
    const auto* code = role.Find("code");
    if (places.group.empty() && code != nullptr && code->array() != nullptr &&
        !code->array()->empty()) {
      places.group = code->array()->front().Text("text");
    }
  }
  return roles;
}

json::Array PractitionersOf(store::PortalReads& reads, store::ConnectionKey connection) {
  const auto roles = RolesOf(reads, connection);
  json::Array out;
  for (const auto& record : reads.Directory(connection, Stream::kPractitioners)) {
    const auto practitioner = ReadRecord(record);
    if (!IsActive(practitioner)) continue;
    auto item = Named(record.vendor_id, NameIn(practitioner));
    const auto found = roles.find(record.id.value);
    if (found != roles.end()) {
      if (!found->second.group.empty()) item.Set("group", found->second.group);
      item.Set("locations",
               json::Array(found->second.locations.begin(), found->second.locations.end()));
    }
    out.push_back(std::move(item));
  }
  return out;
}

std::optional<std::int64_t> MinutesOf(const json::Value& service) {
  const auto* extensions = service.Find("extension");
  if (extensions == nullptr || extensions->array() == nullptr) return std::nullopt;
  for (const auto& extension : *extensions->array()) {
    if (const auto* length = extension.Find("valueDuration")) return length->Integer("value");
  }
  return std::nullopt;
}

Result<Answer> GetDirectory(PortalContext& context, PortalCall& call) {
  const auto connection = call.resource.connection->key;
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  json::Array locations;
  json::Array practitioners;
  json::Array services;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    for (const auto& record : reads.Directory(connection, Stream::kLocations)) {
      const auto location = ReadRecord(record);
      if (!IsActive(location)) continue;
      auto item = Named(record.vendor_id, NameIn(location));
      if (const auto city = CityOf(location); !city.empty()) item.Set("city", city);
      locations.push_back(std::move(item));
    }
    practitioners = PractitionersOf(reads, connection);
    for (const auto& record : reads.Directory(connection, Stream::kHealthcareServices)) {
      const auto service = ReadRecord(record);
      if (!IsActive(service)) continue;
      auto item = Named(record.vendor_id, NameIn(service));
      if (const auto minutes = MinutesOf(service)) item.Set("minutes", *minutes);
      services.push_back(std::move(item));
    }
  }));
  json::Value out;
  out.Set("locations", std::move(locations));
  out.Set("practitioners", std::move(practitioners));
  out.Set("services", std::move(services));
  return Ok(std::move(out));
}

// ---- what could not be read, and what apps asked for

Result<Answer> ListQuarantine(PortalContext& context, PortalCall& call) {
  const auto& connection = *call.resource.connection;
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto rows, reader->Quarantined(connection.key));
  const auto skip = SkipOf(call);
  const auto limit = call.QueryNumber("limit", 50, kMostShown);
  const auto total = static_cast<std::int64_t>(rows.size());
  json::Array items;
  for (auto i = skip; i < std::min(total, skip + limit); ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    json::Value item;
    item.Set("id", std::string(model::StreamName(row.stream)) + "/" + row.vendor_id);
    item.Set("at", FormatInstant(row.last_seen));
    item.Set("first_at", FormatInstant(row.first_seen));
    item.Set("stream", model::StreamName(row.stream));
    item.Set("reason", row.field.empty() ? row.reason : row.field + " " + row.reason);
    item.Set("connection", Named(connection.id.value, connection.name));
    items.push_back(std::move(item));
  }
  const auto next = NextSkip(skip, items.size(), total);
  return List(std::move(items), next, total);
}

Result<Answer> ListCommands(PortalContext& context, PortalCall& call) {
  const auto& connection = *call.resource.connection;
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  const auto limit = call.QueryNumber("limit", 50, kMostShown);
  auto before = SkipOf(call);
  if (before == 0) before = std::numeric_limits<std::int64_t>::max();
  const auto wanted = call.Query("state");
  json::Array items;
  std::string next;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    const auto rows = reads.CommandsBefore(connection.key, before, limit);
    for (const auto& row : rows) {
      const auto state = commands::StateName(static_cast<commands::State>(row.state));
      if (!wanted.empty() && wanted != state) continue;
      const auto* app = names.app(row.app);
      json::Value item;
      item.Set("id", row.id);
      item.Set("kind", model::CommandKindName(row.kind));
      item.Set("state", state);
      item.Set("at", FormatInstant(row.accepted));
      item.Set("summary", (app != nullptr ? app->name : std::string("An app")) + " asked to " +
                              std::string(model::CommandKindWords(row.kind)));
      item.Set("state_words", commands::StateWords(static_cast<commands::State>(row.state)));
      if (!row.reason.empty()) item.Set("reason", row.reason);
      item.Set("attempts", row.attempts);
      if (app != nullptr) item.Set("app", Named(app->id.value, app->name));
      item.Set("connection", Named(connection.id.value, connection.name));
      items.push_back(std::move(item));
    }
    if (static_cast<std::int64_t>(rows.size()) == limit) next = std::to_string(rows.back().seq);
  }));
  return Page(std::move(items), next);
}

constexpr Route kRoutes[] = {
    {"GET",
     "/organizations/{org}/connections",
     Least::kLimited,
     Scope::kOrganization,
     false,
     "Lists an organization's connections and how each is doing.",
     {},
     kListOf,
     ListConnections},
    {"GET",
     "/connections/{connection}",
     Least::kLimited,
     Scope::kConnection,
     false,
     "Shows one connection: state, health, counts, progress.",
     {},
     kAnyObject,
     GetConnection},
    {"GET",
     "/connections/{connection}/directory",
     Least::kLimited,
     Scope::kConnection,
     false,
     "Lists the practice's locations, practitioners and appointment types.",
     {},
     kAnyObject,
     GetDirectory},
    {"GET",
     "/connections/{connection}/quarantine",
     Least::kStaff,
     Scope::kConnection,
     false,
     "Lists rows of the practice's system that could not be read, and why.",
     {},
     kListOf,
     ListQuarantine},
    {"GET",
     "/connections/{connection}/commands",
     Least::kStaff,
     Scope::kConnection,
     false,
     "Lists what apps asked the practice to do, the newest first.",
     {},
     kListOf,
     ListCommands},
};

}  // namespace

std::span<const Route> ConnectionLookRoutes() { return kRoutes; }

}  // namespace pons::portal
