// SPDX-License-Identifier: Apache-2.0
// connection add | edit | list | remove | pause | resume | probe, vendor list
#include <algorithm>

#include "admin/parts.h"
#include "base/text.h"
#include "sync/health.h"

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

// Given settings, completed and judged by the connector.
Result<Settings> SettingsFrom(const Connector& connector, const json::Value& arguments) {
  Settings given;
  const auto specs = connector.descriptor().settings;
  for (auto& pair : PairsOf(arguments, "set")) {
    const auto& key = pair.first;
    const bool secret = std::any_of(specs.begin(), specs.end(), [&](const SettingSpec& spec) {
      return spec.key == key && spec.secret;
    });
    if (secret) {
      return MakeError(Fault::kMisconfigured,
                       "\"" + key + "\" is a secret; give it with --secret " + key +
                           "=- and type it, so that it stays out of the shell's history");
    }
    given.Set(key, std::move(pair.second));
  }
  for (auto& [key, value] : PairsOf(arguments, "secret")) given.SetSecret(key, std::move(value));
  PONS_ASSIGN(auto complete, CompleteSettings(std::move(given), specs));
  PONS_TRY(connector.Check(complete));
  return complete;
}

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto organization, FindOrganization(context, TextOf(arguments, "org")));
  PONS_ASSIGN(const auto* connector, FindVendor(context, TextOf(arguments, "vendor")));
  PONS_ASSIGN(const auto zone, PracticeZone::Named(TextOf(arguments, "time_zone")));
  PONS_ASSIGN(const auto settings, SettingsFrom(*connector, arguments));
  store::Connection connection;
  connection.id = ConnectionId(NewId("connection", context.random));
  connection.organization = organization.id;
  connection.name = TextOf(arguments, "name");
  if (connection.name.empty()) connection.name = connector->descriptor().name;
  connection.vendor = connector->descriptor().id;
  connection.time_zone = zone.name();
  connection.settings_json = json::Write(PairsJson(settings));
  connection.secrets_json = SecretsJson(settings);
  connection.created = context.clock.Now();
  json::Value probe;
  if (!FlagOf(arguments, "no_probe")) {
    auto report = ProbeConnection(context, connection);
    if (!report) {
      return WithContext(std::move(report).error(),
                         "the connection does not work yet, so it was not added (--no-probe adds "
                         "it all the same)");
    }
    probe = ProbeJson(*report);
  }
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Insert(connection);
    return Ok();
  }));
  auto out = Message("Connection \"" + connection.name + "\" is set up" +
                     (probe.is_null() ? ", but was not tried." : " and answers.") +
                     " Next: pons grant add --connection " + connection.id.value + " --app …");
  out.Set("id", connection.id.value);
  out.Set("name", connection.name);
  out.Set("vendor", connection.vendor);
  if (!probe.is_null()) out.Set("probe", std::move(probe));
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

// Whether a setting names a host that is dialled: "{server}" of the descriptor.
bool NamesHost(const Descriptor& descriptor, std::string_view key) {
  return std::any_of(descriptor.hosts.begin(), descriptor.hosts.end(), [&](std::string_view host) {
    return host.size() == key.size() + 2 && host.front() == '{' &&
           host.substr(1, key.size()) == key;
  });
}

// What was stored, with what is given in its place. A password that was typed for one server is
// not sent to another one: who names a new host gives the secrets anew.
Result<Settings> ChangedSettings(const Connector& connector, const store::Connection& connection,
                                 const json::Value& arguments) {
  PONS_ASSIGN(auto settings, LoadSettings(connection));
  const auto& descriptor = connector.descriptor();
  bool other_host = false;
  for (auto& [key, value] : PairsOf(arguments, "set")) {
    other_host = other_host || (NamesHost(descriptor, key) && settings.Text(key) != value);
    settings.Set(key, std::move(value));
  }
  std::vector<std::string> given;
  for (auto& [key, value] : PairsOf(arguments, "secret")) {
    given.push_back(key);
    settings.SetSecret(key, std::move(value));
  }
  for (const auto& [key, value] : settings.secrets()) {
    if (!other_host || std::find(given.begin(), given.end(), key) != given.end()) continue;
    return MakeError(Fault::kMisconfigured,
                     "\"" + key +
                         "\" was given for another server; give it again together with "
                         "the new one");
  }
  PONS_ASSIGN(auto complete, CompleteSettings(std::move(settings), descriptor.settings));
  PONS_TRY(connector.Check(complete));
  return complete;
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
  if (settings_too) {
    PONS_ASSIGN(const auto settings, ChangedSettings(*connector, connection, arguments));
    connection.settings_json = json::Write(PairsJson(settings));
    connection.secrets_json = SecretsJson(settings);
    // The same password again, after the practice put it back, is tried anew too.
    ++connection.settings_revision;
    if (!FlagOf(arguments, "no_probe")) {
      const auto report = ProbeConnection(context, connection);
      if (!report) {
        return WithContext(
            report.error(),
            "it would not work like this, so nothing was changed (--no-probe changes "
            "it all the same)");
      }
    }
  }
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(connection);
    return Ok();
  }));
  auto out = Message("Connection \"" + connection.name + "\" is changed" +
                     (settings_too ? " and read anew with its settings." : "."));
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
