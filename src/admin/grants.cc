// SPDX-License-Identifier: Apache-2.0
// grant add | edit | list | show | revoke
#include <algorithm>

#include "admin/parts.h"
#include "base/text.h"

namespace pons::admin {
namespace {

std::string_view ModeName(store::GrantMode mode) {
  return mode == store::GrantMode::kAll ? "all" : "on_visit";
}

json::Value FilterJson(const store::Filter& filter) {
  if (filter.kind == store::FilterKind::kAllIncludingNew) return "all, new ones included";
  json::Array ids;
  for (const auto& id : filter.vendor_ids) ids.emplace_back(id);
  return ids;
}

json::Value SwitchesJson(const store::Switches& switches) {
  json::Value out;
  out.Set("patients_in", switches.patients_in);
  out.Set("reports_out", switches.reports_out);
  out.Set("patients_out", switches.patients_out);
  out.Set("publish_availability", switches.publish_availability);
  out.Set("take_bookings", switches.take_bookings);
  out.Set("read_clinical_data", switches.read_clinical_data);
  out.Set("referrals", switches.referrals);
  return out;
}

json::Value GrantJson(const store::Grant& grant, const Names& names) {
  json::Value out;
  out.Set("id", grant.id.value);
  const auto* app = names.app(grant.app);
  const auto* connection = names.connection(grant.connection);
  out.Set("app", app != nullptr ? app->name : std::string());
  out.Set("connection", connection != nullptr ? connection->name : std::string());
  out.Set("organization", names.organization(grant.organization));
  out.Set("mode", ModeName(grant.mode));
  out.Set("state", grant.revoked ? "revoked" : "active");
  json::Value locations{json::Object{}};
  for (const auto& mapping : grant.locations)
    locations.Set(mapping.vendor_id, mapping.app_location);
  out.Set("locations", std::move(locations));
  if (grant.all_locations_to) out.Set("all_locations_to", *grant.all_locations_to);
  out.Set("practitioners", FilterJson(grant.practitioners));
  out.Set("appointment_types", FilterJson(grant.appointment_types));
  out.Set("switches", SwitchesJson(grant.switches));
  out.Set("created", FormatInstant(grant.created));
  return out;
}

// What the grant does, in words that its owner would use.
std::string InWords(const store::Grant& grant, std::string_view app) {
  std::string text(app);
  text += grant.mode == store::GrantMode::kAll ? " sees all patients"
                                               : " sees a patient once a visit starts";
  if (grant.all_locations_to) {
    text += " at any location";
  } else {
    text += " at " + Count(grant.locations.size(), "location", "locations");
  }
  const auto add = [&](const store::Filter& filter, std::string_view one, std::string_view many) {
    if (filter.kind == store::FilterKind::kThese) {
      text += ", with " + Count(filter.vendor_ids.size(), one, many);
    }
  };
  add(grant.practitioners, "practitioner", "practitioners");
  add(grant.appointment_types, "appointment type", "appointment types");
  if (grant.switches.read_clinical_data) text += ", with clinical data";
  std::string may;
  const auto allow = [&may](bool on, std::string_view what) {
    if (on) (may += may.empty() ? "; it may " : ", ") += what;
  };
  allow(grant.switches.patients_out, "create patients");
  allow(grant.switches.take_bookings, "book appointments");
  allow(grant.switches.reports_out, "send reports");
  text += may;
  return text + ".";
}

store::Filter FilterFrom(const json::Value& arguments, std::string_view name) {
  auto ids = ListOf(arguments, name);
  if (ids.empty()) return {};
  return {store::FilterKind::kThese, std::move(ids)};
}

Result<void> SetSwitches(store::Switches& switches, const json::Value& arguments) {
  struct Named {
    std::string_view name;
    bool* value;
  };
  const Named all[] = {{"patients_in", &switches.patients_in},
                       {"reports_out", &switches.reports_out},
                       {"patients_out", &switches.patients_out},
                       {"publish_availability", &switches.publish_availability},
                       {"take_bookings", &switches.take_bookings},
                       {"read_clinical_data", &switches.read_clinical_data},
                       {"referrals", &switches.referrals}};
  for (const auto& [given, value] : PairsOf(arguments, "switch")) {
    std::string name = AsciiLower(given);
    std::replace(name.begin(), name.end(), '-', '_');
    const auto found = std::find_if(std::begin(all), std::end(all),
                                    [&](const Named& named) { return named.name == name; });
    if (found == std::end(all)) {
      std::vector<std::string_view> known;
      for (const auto& named : all) known.push_back(named.name);
      const auto meant = Nearest(name, known);
      return MakeError(Fault::kMisconfigured,
                       "unknown switch \"" + given + "\"" +
                           (meant.empty() ? "" : "; did you mean " + std::string(meant) + "?"));
    }
    if (value != "on" && value != "off") {
      return MakeError(Fault::kMisconfigured, "switch " + name + " is on or off");
    }
    *found->value = value == "on";
  }
  return Ok();
}

Result<void> SetLocations(store::Grant& grant, const json::Value& arguments) {
  for (auto& [vendor_id, app_location] : PairsOf(arguments, "location")) {
    if (Trim(vendor_id).empty() || Trim(app_location).empty()) {
      return MakeError(Fault::kMisconfigured,
                       "a location is mapped as the practice's id=the app's location, "
                       "for instance --location 1=north");
    }
    grant.locations.push_back({std::move(vendor_id), std::move(app_location)});
  }
  if (const auto everywhere = TextOf(arguments, "all_locations_to"); !everywhere.empty()) {
    grant.all_locations_to = everywhere;
  }
  if (grant.locations.empty() && !grant.all_locations_to) {
    return MakeError(Fault::kMisconfigured,
                     "map at least one location: --location 1=north, or --all-locations-to north; "
                     "a location that is not mapped is not shared");
  }
  return Ok();
}

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto app, FindApp(context, TextOf(arguments, "app")));
  PONS_ASSIGN(const auto connection, FindConnection(context, TextOf(arguments, "connection")));
  PONS_ASSIGN(const auto names, LoadNames(context));
  for (const auto& other : names.grants) {
    if (other.app == app.key && other.connection == connection.key && !other.revoked) {
      return MakeError(Fault::kConflict, "\"" + app.name + "\" has a grant at \"" +
                                             connection.name +
                                             "\" already; revoke it first: pons "
                                             "grant revoke " +
                                             other.id.value);
    }
  }
  store::Grant grant;
  grant.id = GrantId(NewId("grant", context.random));
  grant.organization = connection.organization;
  grant.connection = connection.key;
  grant.app = app.key;
  grant.mode =
      TextOf(arguments, "mode") == "all" ? store::GrantMode::kAll : store::GrantMode::kOnVisit;
  grant.practitioners = FilterFrom(arguments, "practitioner");
  grant.appointment_types = FilterFrom(arguments, "appointment_type");
  grant.created = context.clock.Now();
  PONS_TRY(SetLocations(grant, arguments));
  PONS_TRY(SetSwitches(grant.switches, arguments));
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Insert(grant);
    return Ok();
  }));
  auto out = GrantJson(grant, names);
  out.Set("message", InWords(grant, app.name) +
                         " It can be withdrawn at any time: pons grant "
                         "revoke " +
                         grant.id.value);
  return out;
}

// "all" lifts a filter.
void ReplaceFilter(store::Filter& filter, const json::Value& arguments, std::string_view name) {
  auto ids = ListOf(arguments, name);
  if (ids.empty()) return;
  if (ids.size() == 1 && EqualsIgnoringAsciiCase(ids.front(), "all")) {
    filter = {};
  } else {
    filter = {store::FilterKind::kThese, std::move(ids)};
  }
}

Result<json::Value> Edit(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto grant, FindGrant(context, TextOf(arguments, "grant")));
  PONS_ASSIGN(const auto names, LoadNames(context));
  if (grant.revoked) {
    return MakeError(Fault::kConflict,
                     "this grant is revoked and stays so; make a new one: pons grant add --help");
  }
  const bool creates = grant.switches.patients_out;
  if (const auto mode = TextOf(arguments, "mode"); !mode.empty()) {
    grant.mode = mode == "all" ? store::GrantMode::kAll : store::GrantMode::kOnVisit;
  }
  if (!PairsOf(arguments, "location").empty() || !TextOf(arguments, "all_locations_to").empty()) {
    grant.locations.clear();
    grant.all_locations_to.reset();
    PONS_TRY(SetLocations(grant, arguments));
  }
  ReplaceFilter(grant.practitioners, arguments, "practitioner");
  ReplaceFilter(grant.appointment_types, arguments, "appointment_type");
  PONS_TRY(SetSwitches(grant.switches, arguments));
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(grant);
    return Ok();
  }));
  const auto* app = names.app(grant.app);
  auto out = GrantJson(grant, names);
  std::string message = InWords(grant, app != nullptr ? app->name : "The app") +
                        " What it sees already stays visible to it.";
  if (grant.switches.patients_out && !creates) {
    message +=
        " Patients it creates are looked up first; those merely similar are created and listed by "
        "pons duplicate list.";
  }
  out.Set("message", std::move(message));
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  const bool all = FlagOf(arguments, "all");
  json::Array items;
  std::size_t revoked = 0;
  for (const auto& grant : names.grants) {
    if (grant.revoked && !all) {
      ++revoked;
      continue;
    }
    items.push_back(GrantJson(grant, names));
  }
  std::string message = items.empty()
                            ? "No grant: no app sees anything. Next: pons grant add --help"
                            : Count(items.size(), "grant", "grants") + ".";
  if (revoked > 0) message += " " + std::to_string(revoked) + " revoked not shown (--all).";
  return ListAnswer(std::move(message), std::move(items));
}

Result<json::Value> Show(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto grant, FindGrant(context, TextOf(arguments, "grant")));
  PONS_ASSIGN(const auto names, LoadNames(context));
  const auto* app = names.app(grant.app);
  const std::string app_name = app != nullptr ? app->name : "The app";
  auto out = GrantJson(grant, names);
  out.Set("message", grant.revoked ? "Revoked: " + app_name + " sees nothing through it."
                                   : InWords(grant, app_name));
  return out;
}

Result<json::Value> Revoke(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto grant, FindGrant(context, TextOf(arguments, "grant")));
  PONS_ASSIGN(const auto names, LoadNames(context));
  const auto* app = names.app(grant.app);
  grant.revoked = true;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(grant);
    return Ok();
  }));
  auto out = GrantJson(grant, names);
  out.Set("message", "Revoked. " + (app != nullptr ? app->name : "The app") +
                         " sees nothing of this practice from now on; what it has copied before is "
                         "in its own hands.");
  return out;
}

constexpr ArgumentSpec kAddArguments[] = {
    {.name = "app", .help = "the app's id or name", .required = true},
    {.name = "connection", .help = "the connection's id or name", .required = true},
    {.name = "mode",
     .help = "when a patient becomes visible",
     .fallback = "on_visit",
     .choices = "on_visit all"},
    {.name = "location",
     .kind = ArgumentKind::kPairs,
     .help = "practice's location id=the app's location; those not named are not shared"},
    {.name = "all_locations_to",
     .help = "the app's location for every location of the practice, new ones included"},
    {.name = "practitioner",
     .kind = ArgumentKind::kList,
     .help = "practice's practitioner id; all, new ones included, when left out"},
    {.name = "appointment_type",
     .kind = ArgumentKind::kList,
     .help = "practice's appointment type id, of the most recent appointment; all when left out"},
    {.name = "switch",
     .kind = ArgumentKind::kPairs,
     .help = "what the app may do, name=on or name=off; patients_in is on, all others are off. "
             "patients_out lets the app create patients in the practice: leave it off unless new "
             "patients are routinely entered in the app, since otherwise both systems end up with "
             "duplicates"},
};
constexpr ArgumentSpec kEditArguments[] = {
    {.name = "grant", .help = "the grant's id", .required = true, .positional = true},
    {.name = "switch",
     .kind = ArgumentKind::kPairs,
     .help = "what the app may do, name=on or name=off; those not named stay. patients_out lets "
             "the app create patients in the practice: leave it off unless new patients are "
             "routinely entered in the app, since otherwise both systems end up with duplicates"},
    {.name = "mode", .help = "when a patient becomes visible", .choices = "on_visit all"},
    {.name = "location",
     .kind = ArgumentKind::kPairs,
     .help = "practice's location id=the app's location; replaces all that were mapped"},
    {.name = "all_locations_to",
     .help = "the app's location for every location of the practice, new ones included"},
    {.name = "practitioner",
     .kind = ArgumentKind::kList,
     .help = "practice's practitioner id; replaces those selected; \"all\" lifts the filter"},
    {.name = "appointment_type",
     .kind = ArgumentKind::kList,
     .help = "practice's appointment type id; replaces those selected; \"all\" lifts the filter"},
};
constexpr ArgumentSpec kListArguments[] = {
    {.name = "all", .kind = ArgumentKind::kFlag, .help = "revoked ones too"}};
constexpr ArgumentSpec kOne[] = {
    {.name = "grant", .help = "the grant's id", .required = true, .positional = true}};
constexpr Column kColumns[] = {{"ID", "id"},
                               {"APP", "app"},
                               {"CONNECTION", "connection"},
                               {"MODE", "mode"},
                               {"STATE", "state"}};

constexpr CommandSpec kCommands[] = {
    {"grant add",
     "Lets an app see patients of a connection, within filters.",
     "pons grant add --app \"Skin Viewer\" --connection \"Best Practice\" --location 1=north "
     "--practitioner 7",
     kAddArguments,
     {},
     true,
     Add},
    {"grant edit",
     "Changes switches and filters of a grant; all that is not named stays.",
     "pons grant edit grant-… --switch take_bookings=on --switch patients_out=on",
     kEditArguments,
     {},
     true,
     Edit},
    {"grant list", "Lists who may see what.", "pons grant list", kListArguments, kColumns, false,
     List},
    {"grant show",
     "Shows one grant with its filters and switches.",
     "pons grant show grant-…",
     kOne,
     {},
     false,
     Show},
    {"grant revoke",
     "Withdraws a grant at once.",
     "pons grant revoke grant-…",
     kOne,
     {},
     true,
     Revoke},
};

}  // namespace

std::span<const CommandSpec> GrantCommands() { return kCommands; }

}  // namespace pons::admin
