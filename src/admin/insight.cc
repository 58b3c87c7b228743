// SPDX-License-Identifier: Apache-2.0
// status, quarantine list, visits list, audit verify
#include <algorithm>

#include "admin/parts.h"
#include "api/audit_trail.h"
#include "commands/terms.h"
#include "sync/health.h"

namespace pons::admin {
namespace {

using store::ReadState;

struct Tally {
  std::size_t well = 0;
  std::size_t attention = 0;
  std::size_t retrying = 0;
  std::size_t paused = 0;
  std::size_t fresh = 0;
  std::optional<Instant> last_success;
  std::size_t writes_attention = 0;  // connections that a person must mend before writes go on
  std::int64_t needs_person = 0;     // commands

  void Add(ReadState state) {
    switch (state) {
      case ReadState::kNew:
        ++fresh;
        break;
      case ReadState::kActive:
        ++well;
        break;
      case ReadState::kAttention:
        ++attention;
        break;
      case ReadState::kRetrying:
        ++retrying;
        break;
      case ReadState::kPaused:
        ++paused;
        break;
    }
  }
};

// How writing stands: what waits, what is in doubt, what needs a person, and why.
Result<void> AddWrites(store::Reader& reader, const store::Connection& connection,
                       const std::vector<store::CommandTally>& tallies, Instant now, Tally& tally,
                       json::Value& out) {
  using commands::State;
  PONS_ASSIGN(const auto health, reader.HealthOfWrites(connection.key));
  std::int64_t open = 0;
  std::int64_t doubt = 0;
  std::int64_t person = 0;
  std::optional<Instant> oldest;
  bool any = false;
  for (const auto& row : tallies) {
    if (row.connection != connection.key) continue;
    any = true;
    const auto state = static_cast<State>(row.state);
    if (commands::IsFinal(state)) continue;
    open += row.count;
    if (state == State::kInDoubt) doubt += row.count;
    if (state == State::kNeedsPerson) person += row.count;
    if (!oldest || row.oldest < *oldest) oldest = row.oldest;
  }
  if (!any) return Ok();
  tally.needs_person += person;
  if (health.state == ReadState::kAttention) ++tally.writes_attention;
  const bool attention = health.state == ReadState::kAttention || person > 0;
  out.Set("write_state", store::ReadStateName(attention ? ReadState::kAttention : health.state));
  if (!health.fault.empty()) out.Set("write_fault", health.fault);
  std::string cause = health.cause;
  if (person > 0) {
    if (!cause.empty()) cause += "; ";
    cause += Count(static_cast<std::size_t>(person), "command needs", "commands need") +
             " a person: pons command list --state needs-person";
  }
  if (!cause.empty()) out.Set("write_cause", cause);
  if (health.since > Instant{}) out.Set("write_since", FormatInstant(health.since));
  out.Set("commands_open", open);
  out.Set("commands_in_doubt", doubt);
  out.Set("commands_needing_a_person", person);
  if (oldest) out.Set("oldest_command", Ago(*oldest, now));
  return Ok();
}

Result<json::Value> ConnectionStatus(const AdminContext& context, store::Reader& reader,
                                     const store::Connection& connection, const Names& names,
                                     const std::vector<store::CommandTally>& tallies,
                                     Tally& tally) {
  const auto now = context.clock.Now();
  PONS_ASSIGN(const auto health, HealthOf(context, reader, connection));
  PONS_ASSIGN(const auto patients, reader.CountRecords(connection.key, model::Stream::kPatients));
  PONS_ASSIGN(const auto visits, reader.CountRecords(connection.key, model::Stream::kEncounters));
  PONS_ASSIGN(const auto quarantined, reader.Quarantined(connection.key));
  tally.Add(health.state);
  if (health.last_success) {
    tally.last_success = std::max(tally.last_success.value_or(Instant{}), *health.last_success);
  }
  json::Value out;
  out.Set("id", connection.id.value);
  out.Set("name", connection.name);
  out.Set("organization", names.organization(connection.organization));
  out.Set("vendor", connection.vendor);
  out.Set("state", store::ReadStateName(health.state));
  if (!health.fault.empty()) out.Set("fault", health.fault);
  if (!health.cause.empty()) out.Set("cause", health.cause);
  out.Set("since", FormatInstant(health.since));
  if (health.last_success) {
    out.Set("last_success", FormatInstant(*health.last_success));
    out.Set("last_success_ago", Ago(*health.last_success, now));
  }
  if (health.clock_ahead) {
    out.Set("clock_ahead_ms", static_cast<std::int64_t>(health.clock_ahead->count()));
    if (const auto warning = sync::ClockWarning(health.clock_ahead); !warning.empty())
      out.Set("warning", warning);
  }
  if (const auto lines =
          context.progress ? context.progress(connection.key) : std::vector<std::string>();
      !lines.empty()) {
    out.Set("reading", json::Array(lines.begin(), lines.end()));
  }
  if (!health.practice_name.empty()) out.Set("practice_name", health.practice_name);
  if (!health.vendor_version.empty()) out.Set("vendor_version", health.vendor_version);
  out.Set("patients", patients);
  out.Set("visits", visits);
  out.Set("quarantined", static_cast<std::int64_t>(quarantined.size()));
  PONS_TRY(AddWrites(reader, connection, tallies, now, tally, out));
  PONS_ASSIGN(auto requests, VendorRequestsJson(context, reader, connection));
  if (requests.is_null()) return out;
  if (!requests.Find("today")->object()->empty()) {
    out.Set("requests_today", *requests.Find("today"));
  }
  out.Set("vendor_requests", std::move(requests));
  return out;
}

std::string InWords(const Tally& tally, std::size_t connections, Instant now) {
  if (connections == 0) return "Nothing is connected yet. Next: pons connection add --help";
  std::string text = Count(connections, "connection", "connections") + ": ";
  auto part = [&, first = true](std::size_t n, std::string_view what) mutable {
    if (n == 0) return;
    if (!first) text += ", ";
    first = false;
    text += std::to_string(n) + " " + std::string(what);
  };
  part(tally.attention, "in need of attention");
  part(tally.retrying, "not reachable");
  part(tally.well, "active");
  part(tally.fresh, "not read yet");
  part(tally.paused, "paused");
  text += ".";
  if (tally.last_success) text += " Last read " + Ago(*tally.last_success, now) + ".";
  if (tally.writes_attention > 0) {
    text += " Writing to " + Count(tally.writes_attention, "connection", "connections") +
            " does not work.";
  }
  if (tally.needs_person > 0) {
    text += " " +
            Count(static_cast<std::size_t>(tally.needs_person), "command needs", "commands need") +
            " a person: pons command list --state needs-person";
  }
  if (tally.attention > 0) text += " Next: pons doctor";
  return text;
}

Result<json::Value> Status(AdminContext& context, const json::Value&) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  const auto now = context.clock.Now();
  PONS_ASSIGN(const auto tallies, reader->CommandTallies());
  Tally tally;
  json::Array items;
  for (const auto& connection : names.connections) {
    if (IsRemoved(connection)) continue;
    PONS_ASSIGN(auto item, ConnectionStatus(context, *reader, connection, names, tallies, tally));
    items.push_back(std::move(item));
  }
  std::string message = InWords(tally, items.size(), now);
  PONS_ASSIGN(const auto webhooks, reader->Webhooks());
  const auto disabled = std::count_if(webhooks.begin(), webhooks.end(), [](const auto& webhook) {
    return webhook.state == store::WebhookState::kDisabled;
  });
  if (disabled > 0) {
    message += " " + Count(static_cast<std::size_t>(disabled), "webhook is", "webhooks are") +
               " switched off: pons webhook list";
  }
  PONS_ASSIGN(const auto next_due, reader->NextDeliveryDue(Instant{}));
  PONS_ASSIGN(const auto changes, reader->LastSeq());
  auto out = ListAnswer(std::move(message), std::move(items));
  out.Set("server", context.api_address.empty() ? "not running" : "running");
  if (!context.api_address.empty()) out.Set("api", context.api_address);
  out.Set("ok", tally.attention == 0 && disabled == 0 && tally.writes_attention == 0 &&
                    tally.needs_person == 0);
  out.Set("changes", changes);
  out.Set("webhooks", static_cast<std::int64_t>(webhooks.size()));
  out.Set("webhooks_switched_off", static_cast<std::int64_t>(disabled));
  if (next_due) out.Set("next_delivery_due", FormatInstant(*next_due));
  return out;
}

Result<json::Value> ShowConnection(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto connection, FindConnection(context, TextOf(arguments, "connection")));
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto tallies, reader->CommandTallies());
  Tally tally;
  PONS_ASSIGN(const auto status,
              ConnectionStatus(context, *reader, connection, names, tallies, tally));
  const bool granted =
      std::any_of(names.grants.begin(), names.grants.end(), [&connection](const auto& grant) {
        return grant.connection == connection.key && !grant.revoked;
      });
  std::string message =
      "Connection \"" + connection.name + "\" is " + std::string(status.Text("state")) + ".";
  if (!granted) {
    message += " Nothing is shared with any app yet. Next: pons grant add --connection " +
               connection.id.value + " --app …";
  }
  auto out = Message(std::move(message));
  for (const auto& [key, value] : *status.object()) {
    const auto* days = key == "vendor_requests" ? value.Find("last_7_days") : nullptr;
    if (days == nullptr) {
      out.Set(key, value);
      continue;
    }
    // Flat, so that it reads as a table.
    out.Set("requests_in_7_days", *value.Find("total_7_days"));
    if (const auto cost = value.Text("cost_words"); !cost.empty()) out.Set("cost", cost);
    out.Set("requests_by_day", *days);
  }
  return out;
}

Result<json::Value> Quarantine(AdminContext& context, const json::Value& arguments) {
  std::optional<store::ConnectionKey> only;
  if (const auto word = TextOf(arguments, "connection"); !word.empty()) {
    PONS_ASSIGN(const auto connection, FindConnection(context, word));
    only = connection.key;
  }
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto rows, reader->Quarantined(only));
  json::Array items;
  for (const auto& row : rows) {
    const auto* connection = names.connection(row.connection);
    json::Value item;
    item.Set("connection", connection != nullptr ? connection->name : std::string());
    item.Set("stream", model::StreamName(row.stream));
    item.Set("vendor_id", row.vendor_id);
    item.Set("field", row.field);
    item.Set("reason", row.reason);
    item.Set("first_seen", FormatInstant(row.first_seen));
    item.Set("last_seen", FormatInstant(row.last_seen));
    items.push_back(std::move(item));
  }
  const std::string message =
      items.empty() ? "Nothing is in quarantine: every row could be read."
                    : Count(items.size(), "row", "rows") +
                          " could not be read. Mend them in the practice's system; they leave "
                          "quarantine by themselves when they can be read.";
  return ListAnswer(message, std::move(items));
}

Result<json::Value> Visits(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto connection, FindConnection(context, TextOf(arguments, "connection")));
  const auto limit = arguments.Integer("limit").value_or(50);
  if (limit < 1 || limit > 10000) {
    return MakeError(Fault::kMisconfigured, "limit is between 1 and 10000");
  }
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto visits, reader->Visits(connection.key, static_cast<std::uint32_t>(limit)));
  json::Array items;
  for (const auto& visit : visits) {
    json::Value item;
    item.Set("vendor_id", visit.vendor_id);
    item.Set("seen", FormatInstant(visit.seen));
    item.Set("location", visit.location_id);
    item.Set("practitioner", visit.practitioner_id);
    item.Set("appointment_type", visit.service_id);
    item.Set("outcome", OutcomeInWords(names, visit.outcome));
    items.push_back(std::move(item));
  }
  const std::string message = items.empty()
                                  ? "No visit has been seen at \"" + connection.name + "\" yet."
                                  : "The newest " + Count(items.size(), "visit", "visits") + ".";
  return ListAnswer(message, std::move(items));
}

Result<json::Value> VerifyAudit(AdminContext& context, const json::Value&) {
  if (context.audit_folder.empty()) {
    return MakeError(Fault::kNotFound, "there is no audit trail here");
  }
  PONS_ASSIGN(const auto summary, api::VerifyAuditTrail(context.audit_folder));
  auto out = Message("The audit trail is whole: " +
                     Count(static_cast<std::size_t>(summary.entries), "entry", "entries") + " in " +
                     Count(static_cast<std::size_t>(summary.segments), "file", "files") +
                     ". Keep its head elsewhere to be able to prove that nothing was cut "
                     "off its end.");
  out.Set("entries", summary.entries);
  out.Set("batches", summary.batches);
  out.Set("segments", summary.segments);
  out.Set("torn", summary.torn);
  out.Set("head", summary.head);
  return out;
}

constexpr ArgumentSpec kStatusArguments[] = {
    {.name = "check",
     .kind = ArgumentKind::kFlag,
     .help = "leave with exit code 5 where something needs a person"}};
constexpr ArgumentSpec kShowArguments[] = {{.name = "connection",
                                            .help = "the connection's id or name",
                                            .required = true,
                                            .positional = true}};
constexpr ArgumentSpec kQuarantineArguments[] = {
    {.name = "connection", .help = "only of this connection"}};
constexpr ArgumentSpec kVisitsArguments[] = {
    {.name = "connection",
     .help = "the connection's id or name",
     .required = true,
     .positional = true},
    {.name = "limit", .kind = ArgumentKind::kInteger, .help = "how many at most; 50 when left out"},
};
constexpr Column kStatusColumns[] = {{"CONNECTION", "name"},
                                     {"STATE", "state"},
                                     {"LAST READ", "last_success_ago"},
                                     {"PATIENTS", "patients"},
                                     {"VISITS", "visits"},
                                     {"QUARANTINED", "quarantined"},
                                     {"READING", "reading"},
                                     {"CAUSE", "cause"},
                                     {"WRITES", "write_state"},
                                     {"WHY", "write_cause"},
                                     {"REQUESTS", "requests_today"}};
constexpr Column kQuarantineColumns[] = {{"CONNECTION", "connection"}, {"STREAM", "stream"},
                                         {"VENDOR ID", "vendor_id"},   {"FIELD", "field"},
                                         {"REASON", "reason"},         {"LAST SEEN", "last_seen"}};
constexpr Column kVisitColumns[] = {{"SEEN", "seen"},
                                    {"VISIT", "vendor_id"},
                                    {"LOCATION", "location"},
                                    {"PRACTITIONER", "practitioner"},
                                    {"TYPE", "appointment_type"},
                                    {"OUTCOME", "outcome"}};

constexpr CommandSpec kCommands[] = {
    {"status", "Shows how everything is doing.", "pons status", kStatusArguments, kStatusColumns,
     false, Status},
    {"connection show",
     "Shows one connection: how it is doing, and what its vendor may charge for.",
     "pons connection show \"Best Practice\"",
     kShowArguments,
     {},
     false,
     ShowConnection},
    {"quarantine list", "Lists rows that could not be read, and why.", "pons quarantine list",
     kQuarantineArguments, kQuarantineColumns, false, Quarantine},
    {"visits list", "Lists the visits seen, and for each app why it was shared or not.",
     "pons visits list \"Best Practice\" --limit 20", kVisitsArguments, kVisitColumns, false,
     Visits},
    {"audit verify",
     "Checks that nobody changed the audit trail.",
     "pons audit verify",
     {},
     {},
     false,
     VerifyAudit},
};

}  // namespace

std::span<const CommandSpec> InsightCommands() { return kCommands; }

}  // namespace pons::admin
