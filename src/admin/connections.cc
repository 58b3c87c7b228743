// SPDX-License-Identifier: Apache-2.0
// connection add | edit | list | remove | pause | resume | probe, vendor list
#include <algorithm>

#include "admin/given_settings.h"
#include "admin/leaving.h"
#include "admin/parts.h"
#include "base/text.h"
#include "sync/connection_settings.h"
#include "sync/health.h"
#include "sync/vendor_side.h"

namespace pons::admin {
namespace {

json::Value PairsJson(const Settings& settings) {
  json::Value out{json::Object{}};
  for (const auto& [key, value] : settings.plain()) out.Set(key, value);
  return out;
}

Sensitive<std::string> SecretsJson(const Settings& settings) {
  json::Value out{json::Object{}};
  for (const auto& [key, value] : settings.secrets()) out.Set(key, value.Reveal());
  return Sensitive<std::string>(json::Write(out));
}

Result<const Connector*> FindVendor(const AdminContext& context, std::string_view vendor) {
  if (const auto* connector = context.vendors.Find(vendor)) return connector;
  std::vector<std::string_view> known;
  for (const auto* connector : context.vendors.all()) known.push_back(connector->descriptor().id);
  const auto meant = Nearest(vendor, known);
  return MakeError(Fault::kMisconfigured,
                   "unknown vendor \"" + std::string(vendor) + "\"; " +
                       (meant.empty() ? "pons vendor list shows those there are"
                                      : "did you mean " + std::string(meant) + "?"));
}

GivenSettings GivenIn(const json::Value& arguments) {
  return {PairsOf(arguments, "set"), PairsOf(arguments, "secret")};
}

// How a connection stands that is paired and could not be tried.
store::ConnectionHealth HealthFrom(const Error& error, Instant now) {
  store::ConnectionHealth health;
  health.state = store::ReadState::kAttention;
  health.fault = FaultName(error.fault);
  health.cause = error.summary;
  health.since = now;
  return health;
}

void CountFor(AdminContext& context, store::ConnectionKey connection, const TakenSettings& taken) {
  if (context.vendor_side == nullptr) return;
  for (const auto& [what, times] : taken.counted) {
    context.vendor_side->MeterOf(connection).Count(what, times);
  }
}

std::string HowItWent(const TakenSettings& taken) {
  if (taken.passing) {
    return " and paired, but cannot be reached at the moment: " + taken.passing->summary +
           ". Pons tries again by itself.";
  }
  if (taken.report) return taken.paired ? ", paired, and answers." : " and answers.";
  return taken.paired ? " and paired, but was not tried." : ", but was not tried.";
}

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto organization, FindOrganization(context, TextOf(arguments, "org")));
  PONS_ASSIGN(const auto* connector, FindVendor(context, TextOf(arguments, "vendor")));
  PONS_ASSIGN(const auto zone, PracticeZone::Named(TextOf(arguments, "time_zone")));
  store::Connection connection;
  connection.id = ConnectionId(NewId("connection", context.random));
  connection.organization = organization.id;
  connection.name = TextOf(arguments, "name");
  connection.vendor = connector->descriptor().id;
  connection.time_zone = zone.name();
  connection.created = context.clock.Now();
  PONS_ASSIGN(const auto taken, TakeSettings(context, *connector, connection, nullptr,
                                             GivenIn(arguments), !FlagOf(arguments, "no_probe")));
  if (taken.failed) {
    return WithContext(*taken.failed, taken.paired
                                          ? "the connection does not work yet, so it was not added"
                                          : "the connection does not work yet, so it was not added "
                                            "(--no-probe adds it all the same)");
  }
  // Whoever pairs with a code has not named the practice; it says itself what it is called.
  if (connection.name.empty() && taken.paired && taken.report) {
    connection.name = taken.report->practice_name;
  }
  if (connection.name.empty()) connection.name = connector->descriptor().name;
  connection.settings_json = json::Write(PairsJson(taken.settings));
  connection.secrets_json = SecretsJson(taken.settings);
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    connection.key = tx.Insert(connection);
    if (taken.passing) tx.SaveHealth(connection.key, HealthFrom(*taken.passing, tx.now()));
    return Ok();
  }));
  CountFor(context, connection.key, taken);
  auto out = Message("Connection \"" + connection.name + "\" is set up" + HowItWent(taken) +
                     " Next: pons grant add --connection " + connection.id.value + " --app …");
  if (taken.passing) out.Set("attention", taken.passing->summary);
  out.Set("id", connection.id.value);
  out.Set("name", connection.name);
  out.Set("vendor", connection.vendor);
  if (taken.report) out.Set("probe", ProbeJson(*taken.report));
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value&) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  json::Array items;
  for (const auto& connection : names.connections) {
    if (IsRemoved(connection)) continue;
    PONS_ASSIGN(const auto health, HealthOf(context, *reader, connection));
    json::Value item;
    item.Set("id", connection.id.value);
    item.Set("name", connection.name);
    item.Set("vendor", connection.vendor);
    item.Set("organization", names.organization(connection.organization));
    item.Set("time_zone", connection.time_zone);
    item.Set("state", store::ReadStateName(health.state));
    if (!health.cause.empty()) item.Set("cause", health.cause);
    items.push_back(std::move(item));
  }
  if (items.empty()) {
    return ListAnswer("No connection yet. Next: pons connection add --help", {});
  }
  const auto message = Count(items.size(), "connection", "connections") + ".";
  return ListAnswer(message, std::move(items));
}

Result<json::Value> Edit(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto connection, FindConnection(context, TextOf(arguments, "connection")));
  PONS_ASSIGN(const auto* connector, FindVendor(context, connection.vendor));
  if (const auto name = TextOf(arguments, "name"); !name.empty()) connection.name = name;
  if (const auto zone_name = TextOf(arguments, "time_zone"); !zone_name.empty()) {
    PONS_ASSIGN(const auto zone, PracticeZone::Named(zone_name));
    connection.time_zone = zone.name();
  }
  const bool settings_too =
      !PairsOf(arguments, "set").empty() || !PairsOf(arguments, "secret").empty();
  const auto before = connection;
  std::optional<TakenSettings> taken;
  bool moves = false;
  if (settings_too) {
    PONS_ASSIGN(const auto old, sync::SettingsOf(connection));
    PONS_ASSIGN(taken, TakeSettings(context, *connector, connection, &old, GivenIn(arguments),
                                    !FlagOf(arguments, "no_probe")));
    if (taken->failed) {
      return WithContext(*taken->failed,
                         taken->paired ? "it would not work like this, so nothing was changed"
                                       : "it would not work like this, so nothing was changed "
                                         "(--no-probe changes it all the same)");
    }
    moves = MovesAway(*connector, old, taken->settings);
    connection.settings_json = json::Write(PairsJson(taken->settings));
    connection.secrets_json = SecretsJson(taken->settings);
    // The same password again, after the practice put it back, is tried anew too.
    ++connection.settings_revision;
  }
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(connection);
    if (taken && taken->passing) {
      tx.SaveHealth(connection.key, HealthFrom(*taken->passing, tx.now()));
    }
    return Ok();
  }));
  if (taken) CountFor(context, connection.key, *taken);
  if (moves) LeaveVendor(context, before);
  std::string message = "Connection \"" + connection.name + "\" is changed";
  message += taken && taken->passing ? HowItWent(*taken)
             : taken                 ? " and read anew with its settings."
                                     : ".";
  auto out = Message(std::move(message));
  if (taken && taken->passing) out.Set("attention", taken->passing->summary);
  out.Set("id", connection.id.value);
  out.Set("name", connection.name);
  return out;
}

Result<json::Value> SetPaused(AdminContext& context, const json::Value& arguments, bool paused) {
  PONS_ASSIGN(auto connection, FindConnection(context, TextOf(arguments, "connection")));
  const bool same = connection.paused == paused;
  connection.paused = paused;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(connection);
    return Ok();
  }));
  if (paused && !same) LeaveVendor(context, connection);
  const std::string state =
      paused ? " is paused: nothing is read from it until pons connection resume " +
                   connection.id.value
             : " is being read again";
  auto out = Message("Connection \"" + connection.name + "\"" + (same ? " was so already:" : "") +
                     state + ".");
  out.Set("id", connection.id.value);
  out.Set("paused", paused);
  return out;
}

Result<json::Value> Pause(AdminContext& context, const json::Value& arguments) {
  return SetPaused(context, arguments, true);
}
Result<json::Value> Resume(AdminContext& context, const json::Value& arguments) {
  return SetPaused(context, arguments, false);
}

Result<json::Value> Remove(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto connection, FindConnection(context, TextOf(arguments, "connection")));
  PONS_ASSIGN(const auto names, LoadNames(context));
  std::vector<store::Grant> grants;
  json::Array apps;
  for (const auto& grant : names.grants) {
    if (grant.connection != connection.key || grant.revoked) continue;
    grants.push_back(grant);
    if (const auto* app = names.app(grant.app)) apps.emplace_back(app->name);
  }
  if (!FlagOf(arguments, "yes")) {
    return MakeError(Fault::kRejected,
                     "removing \"" + connection.name +
                         "\" stops reading it, forgets its password "
                         "and revokes " +
                         Count(grants.size(), "grant", "grants") +
                         ": those apps see its patients no more. Add --yes to do it");
  }
  const auto before = connection;
  connection.paused = true;
  connection.settings_json.clear();
  connection.secrets_json = Sensitive<std::string>("{}");
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    for (auto& grant : grants) {
      grant.revoked = true;
      tx.Update(grant);
    }
    tx.Update(connection);
    return Ok();
  }));
  LeaveVendor(context, before);
  auto out = Message("Connection \"" + connection.name + "\" is removed; " +
                     Count(grants.size(), "grant was", "grants were") + " revoked.");
  out.Set("id", connection.id.value);
  out.Set("apps_that_lost_access", std::move(apps));
  return out;
}

Result<json::Value> Probe(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto connection, FindConnection(context, TextOf(arguments, "connection")));
  PONS_ASSIGN(const auto report, ProbeConnection(context, connection));
  std::string message = "Connection \"" + connection.name + "\" answers";
  if (!report.practice_name.empty()) message += ": it is " + report.practice_name;
  message += '.';
  if (!report.missing_rights.empty()) {
    message += " It lacks " + Count(report.missing_rights.size(), "right", "rights") + ".";
  }
  const auto warning = sync::ClockWarning(report.clock_ahead);
  if (!warning.empty()) message += " " + warning;
  auto out = Message(std::move(message));
  out.Set("id", connection.id.value);
  const auto probe = ProbeJson(report);
  for (const auto& [key, value] : *probe.object()) out.Set(key, value);
  return out;
}

Result<json::Value> Vendors(AdminContext& context, const json::Value&) {
  json::Array items;
  for (const auto* connector : context.vendors.all()) {
    const auto& descriptor = connector->descriptor();
    json::Value item;
    item.Set("id", descriptor.id);
    item.Set("name", descriptor.name);
    item.Set("region", descriptor.region);
    json::Array settings;
    std::string needs;
    for (const auto& spec : descriptor.settings) {
      json::Value setting;
      setting.Set("key", spec.key);
      setting.Set("help", spec.help);
      setting.Set("required", spec.required);
      setting.Set("secret", spec.secret);
      if (!spec.fallback.empty()) setting.Set("fallback", spec.fallback);
      settings.push_back(std::move(setting));
      if (!spec.required) continue;
      if (!needs.empty()) needs += ", ";
      needs += std::string(spec.key) + (spec.secret ? " (secret)" : "");
    }
    item.Set("needs", needs.empty() ? std::string("nothing") : needs);
    item.Set("settings", std::move(settings));
    items.push_back(std::move(item));
  }
  const auto message = Count(items.size(), "vendor", "vendors") + " can be connected.";
  return ListAnswer(message, std::move(items));
}

constexpr ArgumentSpec kAddArguments[] = {
    {.name = "org", .help = "the organization's id or name", .required = true},
    {.name = "vendor", .help = "which system it is (pons vendor list)", .required = true},
    {.name = "name", .help = "what to call it; the vendor's name when left out"},
    {.name = "time_zone",
     .help = "the practice's IANA time zone, for instance Australia/Sydney",
     .required = true},
    {.name = "set", .kind = ArgumentKind::kPairs, .help = "a setting, key=value"},
    {.name = "secret",
     .kind = ArgumentKind::kSecretPairs,
     .help = "a secret setting, key=- (typed), key=@file or key=value"},
    {.name = "no_probe",
     .kind = ArgumentKind::kFlag,
     .help = "add it without trying whether it works"},
};
constexpr ArgumentSpec kOne[] = {{.name = "connection",
                                  .help = "the connection's id or name",
                                  .required = true,
                                  .positional = true}};
constexpr ArgumentSpec kEditArguments[] = {
    kOne[0],
    {.name = "name", .help = "what to call it"},
    {.name = "time_zone", .help = "the practice's IANA time zone"},
    {.name = "set", .kind = ArgumentKind::kPairs, .help = "a setting, key=value"},
    {.name = "secret",
     .kind = ArgumentKind::kSecretPairs,
     .help = "a secret setting, key=- (typed), key=@file or key=value; needed again where the "
             "server changes"},
    {.name = "no_probe",
     .kind = ArgumentKind::kFlag,
     .help = "change it without trying whether it works"},
};
constexpr ArgumentSpec kRemoveArguments[] = {
    kOne[0],
    {.name = "yes", .kind = ArgumentKind::kFlag, .help = "really do it"},
};
constexpr Column kColumns[] = {{"ID", "id"},
                               {"NAME", "name"},
                               {"ORGANIZATION", "organization"},
                               {"VENDOR", "vendor"},
                               {"STATE", "state"}};
constexpr Column kVendorColumns[] = {
    {"ID", "id"}, {"NAME", "name"}, {"REGION", "region"}, {"NEEDS", "needs"}};

constexpr CommandSpec kCommands[] = {
    {"connection add",
     "Links an organization to its practice management system.",
     "pons connection add --org \"Harbour Skin Clinic\" --vendor VENDOR --time-zone "
     "Australia/Sydney --set server=10.0.0.5 --secret password=-",
     kAddArguments,
     {},
     true,
     Add},
    {"connection edit",
     "Changes name, time zone or settings; all that is not named stays.",
     "pons connection edit \"Best Practice\" --secret password=-",
     kEditArguments,
     {},
     true,
     Edit},
    {"connection list",
     "Lists the connections and how each is doing.",
     "pons connection list",
     {},
     kColumns,
     false,
     List},
    {"connection pause",
     "Stops reading from a connection until it is resumed.",
     "pons connection pause \"Best Practice\"",
     kOne,
     {},
     true,
     Pause},
    {"connection resume",
     "Reads from a paused connection again.",
     "pons connection resume \"Best Practice\"",
     kOne,
     {},
     true,
     Resume},
    {"connection probe",
     "Tries whether a connection works, changing nothing.",
     "pons connection probe \"Best Practice\"",
     kOne,
     {},
     false,
     Probe},
    {"connection remove",
     "Stops reading, forgets the password and revokes the grants.",
     "pons connection remove \"Best Practice\" --yes",
     kRemoveArguments,
     {},
     true,
     Remove},
    {"vendor list",
     "Lists the systems that can be connected and what each needs.",
     "pons vendor list",
     {},
     kVendorColumns,
     false,
     Vendors},
};

}  // namespace

std::span<const CommandSpec> ConnectionCommands() { return kCommands; }

}  // namespace pons::admin
