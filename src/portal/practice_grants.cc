// SPDX-License-Identifier: Apache-2.0
// What apps may see and do: switches and filters, given and taken back by the organization's
// admins, and what they would have shared last week.
#include <algorithm>
#include <array>
#include <set>

#include "api/app_locations.h"
#include "base/text.h"
#include "grants/rules.h"
#include "grants/user_links.h"
#include "portal/practice_parts.h"

namespace pons::portal {
namespace {

constexpr int kPreviewDays = 7;
constexpr std::array<std::string_view, 7> kSwitches = {
    "patients_in",   "reports_out",        "patients_out", "publish_availability",
    "take_bookings", "read_clinical_data", "referrals"};

bool& SwitchOf(store::Switches& switches, std::size_t which) {
  switch (which) {
    case 0:
      return switches.patients_in;
    case 1:
      return switches.reports_out;
    case 2:
      return switches.patients_out;
    case 3:
      return switches.publish_availability;
    case 4:
      return switches.take_bookings;
    case 5:
      return switches.read_clinical_data;
    default:
      return switches.referrals;
  }
}

json::Value FilterJson(const store::Filter& filter) {
  json::Value out;
  const bool all = filter.kind == store::FilterKind::kAllIncludingNew;
  out.Set("kind", all ? "all" : "these");
  out.Set("ids", json::Array(filter.vendor_ids.begin(), filter.vendor_ids.end()));
  return out;
}

// Where apps list their locations: what each is called, by app and id.
using AppPlaces = std::map<store::AppKey, std::map<std::string, std::string>>;

Result<AppPlaces> LoadPlaces(PortalContext& context, const admin::Names& names) {
  AppPlaces places;
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  for (const auto& app : names.apps) {
    PONS_ASSIGN(const auto listed, reader->AppLocations(app.key));
    for (const auto& location : listed) places[app.key][location.id] = location.name;
  }
  return places;
}

// What the app calls it; the text itself where the app lists none such.
std::string PlaceName(const AppPlaces& places, store::AppKey app, const std::string& id) {
  const auto listed = places.find(app);
  if (listed == places.end()) return id;
  const auto found = listed->second.find(id);
  return found == listed->second.end() ? id : found->second;
}

json::Value GrantJson(const store::Grant& grant, const admin::Names& names,
                      const AppPlaces& places) {
  json::Value out;
  out.Set("id", grant.id.value);
  const auto* app = names.app(grant.app);
  const auto* connection = names.connection(grant.connection);
  out.Set("app", app != nullptr ? Named(app->id.value, app->name) : Named("", "An app"));
  out.Set("connection",
          connection != nullptr ? Named(connection->id.value, connection->name) : Named("", ""));
  out.Set("mode", grant.mode == store::GrantMode::kAll ? "all" : "on_visit");
  json::Value switches;
  auto copy = grant.switches;
  for (std::size_t i = 0; i < kSwitches.size(); ++i) switches.Set(kSwitches[i], SwitchOf(copy, i));
  out.Set("switches", std::move(switches));
  json::Array locations;
  for (const auto& mapping : grant.locations) {
    json::Value item;
    item.Set("id", mapping.vendor_id);
    item.Set("app_location", mapping.app_location);
    item.Set("app_location_name", PlaceName(places, grant.app, mapping.app_location));
    locations.push_back(std::move(item));
  }
  out.Set("locations", std::move(locations));
  out.Set("all_locations_to",
          grant.all_locations_to ? json::Value(*grant.all_locations_to) : json::Value());
  if (grant.all_locations_to) {
    out.Set("all_locations_to_name", PlaceName(places, grant.app, *grant.all_locations_to));
  }
  out.Set("practitioners", FilterJson(grant.practitioners));
  out.Set("services", FilterJson(grant.appointment_types));
  out.Set("revoked", grant.revoked);
  out.Set("created_at", FormatInstant(grant.created));
  return out;
}

// The app's users and which practitioners they are.
Result<json::Array> LinksJson(PortalContext& context, const store::Grant& grant) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto links, reader->UserLinks(grant.key));
  json::Array items;
  if (links.empty()) return items;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    const grants::PractitionerBook book(reads, grant);
    DirectoryNames names(reads, grant.connection);
    for (const auto& link : links) {
      const auto standing = book.StandingOf(link);
      json::Value item;
      item.Set("user", link.app_user);
      item.Set("practitioner",
               Named(link.vendor_id, names.Of(model::Stream::kPractitioners, link.vendor_id)));
      item.Set("state", standing.practitioner ? "active" : "ended");
      if (!standing.cause.empty()) item.Set("cause", standing.cause);
      item.Set("linked_at", FormatInstant(link.created));
      items.push_back(std::move(item));
    }
  }));
  return items;
}

// ---- rules as given

Error Refused(std::string text) { return MakeError(Fault::kRejected, std::move(text)); }

// Empty: not given, stays as it is.
Result<std::optional<store::Filter>> FilterIn(const json::Value& body, std::string_view member,
                                              std::string_view one) {
  const auto* given = body.Find(member);
  if (given == nullptr || given->is_null()) return std::optional<store::Filter>();
  const auto kind = given->Text("kind");
  if (kind == "all") return std::optional(store::Filter{});
  if (kind != "these") return Refused(std::string(member) + ": choose all, or these");
  store::Filter filter;
  filter.kind = store::FilterKind::kThese;
  const auto* ids = given->Find("ids");
  if (ids != nullptr && ids->array() != nullptr) {
    std::set<std::string> met;
    for (const auto& id : *ids->array()) {
      if (id.string() == nullptr) return Refused(std::string(member) + ": ids are texts");
      if (met.insert(*id.string()).second) filter.vendor_ids.push_back(*id.string());
    }
  }
  if (filter.vendor_ids.empty()) {
    return Refused("choose at least one " + std::string(one) + ", or all of them");
  }
  return std::optional(std::move(filter));
}

struct Locations {
  std::vector<store::LocationMapping> mapped;
  std::optional<std::string> all_to;
};

// Empty: not given.
Result<std::optional<Locations>> LocationsIn(const json::Value& body) {
  const auto* list = body.Find("locations");
  const auto* all = body.Find("all_locations_to");
  if (list == nullptr && all == nullptr) return std::optional<Locations>();
  Locations out;
  if (list != nullptr && list->array() != nullptr) {
    for (const auto& item : *list->array()) {
      const std::string id(Trim(item.Text("id")));
      const std::string to(Trim(item.Text("app_location")));
      if (id.empty() || to.empty()) {
        return Refused("each location that is shared needs its place in the app");
      }
      out.mapped.push_back({id, to});
    }
  }
  if (all != nullptr && all->string() != nullptr && !Trim(*all->string()).empty()) {
    out.all_to = std::string(Trim(*all->string()));
  }
  if (out.mapped.empty() && !out.all_to) {
    return Refused("choose at least one location; a location that is not chosen is not shared");
  }
  return std::optional(std::move(out));
}

struct Rules {
  std::string mode;  // empty: not given
  std::vector<std::pair<std::size_t, bool>> switches;
  std::optional<Locations> locations;
  std::optional<store::Filter> practitioners;
  std::optional<store::Filter> services;
};

Result<Rules> RulesIn(const json::Value& body) {
  Rules rules;
  rules.mode = body.Text("mode");
  if (!rules.mode.empty() && rules.mode != "on_visit" && rules.mode != "all") {
    return Refused("patients are shared on_visit or all");
  }
  if (const auto* given = body.Find("switches"); given != nullptr && given->object() != nullptr) {
    for (const auto& [name, value] : *given->object()) {
      const auto found = std::find(kSwitches.begin(), kSwitches.end(), name);
      if (found == kSwitches.end()) return Refused("there is no switch \"" + name + "\"");
      if (value.boolean() == nullptr) return Refused("switch " + name + " is true or false");
      rules.switches.emplace_back(static_cast<std::size_t>(found - kSwitches.begin()),
                                  *value.boolean());
    }
  }
  PONS_ASSIGN(rules.locations, LocationsIn(body));
  PONS_ASSIGN(rules.practitioners, FilterIn(body, "practitioners", "practitioner"));
  PONS_ASSIGN(rules.services, FilterIn(body, "services", "appointment type"));
  return rules;
}

void Apply(const Rules& rules, store::Grant& grant) {
  if (!rules.mode.empty()) {
    grant.mode = rules.mode == "all" ? store::GrantMode::kAll : store::GrantMode::kOnVisit;
  }
  for (const auto& [which, on] : rules.switches) SwitchOf(grant.switches, which) = on;
  if (rules.locations) {
    grant.locations = rules.locations->mapped;
    grant.all_locations_to = rules.locations->all_to;
  }
  if (rules.practitioners) grant.practitioners = *rules.practitioners;
  if (rules.services) grant.appointment_types = *rules.services;
}

// As the operator's commands take them.
void AddFilter(const std::optional<store::Filter>& filter, std::string_view name, bool edits,
               json::Value& arguments) {
  if (!filter) return;
  if (filter->kind == store::FilterKind::kThese) {
    arguments.Set(name, json::Array(filter->vendor_ids.begin(), filter->vendor_ids.end()));
  } else if (edits) {
    arguments.Set(name, json::Array{json::Value("all")});
  }
}

json::Value ArgumentsOf(const Rules& rules, bool edits) {
  json::Value arguments{json::Object{}};
  if (!rules.mode.empty()) arguments.Set("mode", rules.mode);
  if (!rules.switches.empty()) {
    json::Value switches;
    for (const auto& [which, on] : rules.switches) {
      switches.Set(kSwitches[which], on ? "on" : "off");
    }
    arguments.Set("switch", std::move(switches));
  }
  if (rules.locations) {
    json::Value mapped{json::Object{}};
    for (const auto& [id, to] : rules.locations->mapped) mapped.Set(id, to);
    arguments.Set("location", std::move(mapped));
    if (rules.locations->all_to) arguments.Set("all_locations_to", *rules.locations->all_to);
  }
  AddFilter(rules.practitioners, "practitioner", edits, arguments);
  AddFilter(rules.services, "appointment_type", edits, arguments);
  return arguments;
}

// The organization's own connection of that id. Errors: kNotFound, also for a foreign one.
Result<store::Connection> OwnConnection(PortalContext& context, const PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto all, reader->Connections());
  const auto id = call.Text("connection");
  for (auto& connection : all) {
    if (connection.id.value == id && connection.organization == call.resource.organization &&
        !admin::IsRemoved(connection)) {
      return std::move(connection);
    }
  }
  return MakeError(Fault::kNotFound, "choose one of your own connections");
}

// Whoever saves filters has all of today's practitioners and types before them: none is news.
Result<void> MarkAnswered(PortalContext& context, store::ConnectionKey connection) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  std::vector<std::pair<model::Stream, std::string>> known;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    for (const auto stream : {model::Stream::kPractitioners, model::Stream::kHealthcareServices}) {
      for (const auto& record : reads.Directory(connection, stream)) {
        if (!reads.Answered(connection, stream, record.vendor_id)) {
          known.emplace_back(stream, record.vendor_id);
        }
      }
    }
  }));
  if (known.empty()) return Ok();
  return context.store.Write([&](store::Transaction& tx) {
    for (const auto& [stream, id] : known) tx.MarkAnswered(connection, stream, id);
    return Ok();
  });
}

// An app that lists its locations knows no others.
Result<void> CheckPlaces(PortalContext& context, store::AppKey app, const Rules& rules) {
  if (!rules.locations) return Ok();
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto listed, reader->AppLocations(app));
  if (listed.empty()) return Ok();
  auto asked = rules.locations->mapped;
  if (rules.locations->all_to) asked.push_back({{}, *rules.locations->all_to});
  for (const auto& mapping : asked) {
    const bool known = std::any_of(listed.begin(), listed.end(), [&](const auto& location) {
      return location.id == mapping.app_location;
    });
    if (known) continue;
    return Refused("the app has no location \"" + mapping.app_location +
                   "\": choose one of those that it lists");
  }
  return Ok();
}

// ---- routes

Result<Answer> GrantNow(PortalContext& context, std::string_view id, int status) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto places, LoadPlaces(context, names));
  for (const auto& grant : names.grants) {
    if (grant.id.value != id) continue;
    auto answer = Ok(GrantJson(grant, names, places));
    PONS_ASSIGN(auto links, LinksJson(context, grant));
    answer.body.Set("user_links", std::move(links));
    answer.status = status;
    return answer;
  }
  return MakeError(Fault::kNotFound, "this is not there any more");
}

Result<Answer> ListGrants(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto places, LoadPlaces(context, names));
  const bool revoked_too = call.Query("revoked") == "true";
  json::Array items;
  for (const auto& grant : names.grants) {
    if (grant.organization != call.resource.organization) continue;
    const auto* connection = names.connection(grant.connection);
    if (connection == nullptr || admin::IsRemoved(*connection)) continue;
    if (grant.revoked && !revoked_too) continue;
    items.push_back(GrantJson(grant, names, places));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Result<Answer> GetGrant(PortalContext& context, PortalCall& call) {
  return GrantNow(context, call.resource.grant->id.value, 200);
}

Result<Answer> AddGrant(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto connection, OwnConnection(context, call));
  PONS_ASSIGN(auto rules, RulesIn(call.body));
  if (!rules.locations) return Refused("choose at least one location");
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  for (const auto& app : names.apps) {
    if (app.id.value == call.Text("app")) PONS_TRY(CheckPlaces(context, app.key, rules));
  }
  auto arguments = ArgumentsOf(rules, false);
  arguments.Set("app", call.Text("app"));
  arguments.Set("connection", connection.id.value);
  PONS_ASSIGN(const auto made, RunCommand(context, call, "grant add", arguments));
  PONS_TRY(MarkAnswered(context, connection.key));
  return GrantNow(context, made.Text("id"), 201);
}

Result<Answer> ChangeGrant(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(auto rules, RulesIn(call.body));
  const auto& grant = *call.resource.grant;
  PONS_TRY(CheckPlaces(context, grant.app, rules));
  auto arguments = ArgumentsOf(rules, true);
  arguments.Set("grant", grant.id.value);
  PONS_TRY(RunCommand(context, call, "grant edit", arguments));
  PONS_TRY(MarkAnswered(context, grant.connection));
  return GrantNow(context, grant.id.value, 200);
}

Result<Answer> RevokeGrant(PortalContext& context, PortalCall& call) {
  json::Value arguments;
  arguments.Set("grant", call.resource.grant->id.value);
  PONS_TRY(RunCommand(context, call, "grant revoke", arguments));
  return NoContent();
}

// ---- what these rules would have done last week

// "2 of 3 locations"; "all appointment types, new ones included".
std::string ChosenWords(std::size_t chosen, bool all, std::size_t known, const std::string& what) {
  if (all) return "all " + what + ", new ones included";
  return std::to_string(chosen) + " of " + std::to_string(std::max(chosen, known)) + " " + what;
}

// Where no visit has been read there is nothing to count: what will happen is said instead. Visits
// are read only for who is shown them, so that a practice which shares nothing is asked for
// nothing.
Result<std::string> WhatWillHappen(PortalContext& context, store::Reader& reader,
                                   const store::Grant& grant) {
  PONS_ASSIGN(const auto connections, reader.Connections());
  std::string vendor = "the practice's system";
  for (const auto& connection : connections) {
    if (connection.key == grant.connection) vendor = VendorName(context, connection);
  }
  std::size_t places = 0, people = 0, types = 0;
  PONS_TRY(reader.Portal([&](store::PortalReads& reads) {
    places = reads.Directory(grant.connection, model::Stream::kLocations).size();
    people = reads.Directory(grant.connection, model::Stream::kPractitioners).size();
    types = reads.Directory(grant.connection, model::Stream::kHealthcareServices).size();
  }));
  const auto filter = [](const store::Filter& one, std::size_t known, const std::string& what) {
    return ChosenWords(one.vendor_ids.size(), one.kind == store::FilterKind::kAllIncludingNew,
                       known, what);
  };
  return "No visit has been read from " + vendor +
         " yet: visits are read from the moment that an app is shown them. From then on a patient "
         "is shared when a visit starts at " +
         ChosenWords(grant.locations.size(), grant.all_locations_to.has_value(), places,
                     "locations") +
         ", with " + filter(grant.practitioners, people, "practitioners") + ", for " +
         filter(grant.appointment_types, types, "appointment types") +
         ". Come back after some days of visits to see how many that is.";
}

Result<Answer> Preview(PortalContext& context, const store::Grant& grant) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  const auto since = context.clock.Now() - std::chrono::days(kPreviewDays);
  std::int64_t visits = 0;
  std::int64_t shared = 0;
  std::map<std::string_view, std::int64_t> reasons;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    for (const auto& visit : reads.VisitsSince(grant.connection, since)) {
      ++visits;
      const auto verdict =
          grants::Judge(grant, {visit.location_id, visit.practitioner_id, visit.service_id});
      if (verdict.shared) {
        ++shared;
      } else {
        ++reasons[verdict.reason];
      }
    }
  }));
  std::vector<std::pair<std::string_view, std::int64_t>> sorted(reasons.begin(), reasons.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  json::Array lines;
  for (const auto& [reason, count] : sorted) {
    json::Value item;
    item.Set("reason", reason);
    item.Set("count", count);
    lines.push_back(std::move(item));
  }
  json::Value out;
  out.Set("visits", visits);
  out.Set("shared", shared);
  out.Set("days", kPreviewDays);
  out.Set("reasons", std::move(lines));
  PONS_ASSIGN(const auto stream, reader->Stream(grant.connection, model::Stream::kEncounters));
  const bool known = visits > 0 || !stream.cursor.empty();
  out.Set("known", known);
  std::string text;
  if (known) {
    text = "Of last week's " + admin::Count(static_cast<std::size_t>(visits), "visit", "visits") +
           ", " + std::to_string(shared) + " would have been shared.";
  } else {
    PONS_ASSIGN(text, WhatWillHappen(context, *reader, grant));
  }
  out.Set("text", text);
  return Ok(std::move(out));
}

Result<Answer> PreviewGrant(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto rules, RulesIn(call.body));
  auto grant = *call.resource.grant;
  Apply(rules, grant);
  return Preview(context, grant);
}

Result<Answer> PreviewRules(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto connection, OwnConnection(context, call));
  PONS_ASSIGN(const auto rules, RulesIn(call.body));
  store::Grant grant;
  grant.connection = connection.key;
  Apply(rules, grant);
  return Preview(context, grant);
}

// Apps that may be given something here: all that are switched on, by name.
Result<Answer> ListApps(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto apps, reader->Apps());
  const auto query = FoldForSearch(call.Query("q"));
  std::sort(apps.begin(), apps.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  json::Array items;
  for (const auto& app : apps) {
    if (app.disabled || FoldForSearch(app.name).find(query) == std::string::npos) continue;
    auto item = Named(app.id.value, app.name);
    PONS_ASSIGN(const auto locations, reader->AppLocations(app.key));
    item.Set("locations", api::AppLocationsJson(locations));
    items.push_back(std::move(item));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

constexpr std::string_view kRulesSchema =
    R"({"type":"object","properties":{"app":{"type":"string"},"connection":{"type":"string"},"mode":{"enum":["on_visit","all"]},"switches":{"type":"object","additionalProperties":{"type":"boolean"}},"locations":{"type":"array","items":{"type":"object","required":["id","app_location"],"properties":{"id":{"type":"string"},"app_location":{"type":"string"}}}},"all_locations_to":{"type":["string","null"]},"practitioners":{"type":"object","properties":{"kind":{"enum":["all","these"]},"ids":{"type":"array","items":{"type":"string"}}}},"services":{"type":"object","properties":{"kind":{"enum":["all","these"]},"ids":{"type":"array","items":{"type":"string"}}}}}})";
constexpr std::string_view kPreviewSchema =
    R"({"type":"object","required":["visits","shared","days","reasons","known","text"],"properties":{"known":{"type":"boolean"},"text":{"type":"string"},"visits":{"type":"integer"},"shared":{"type":"integer"},"days":{"type":"integer"},"reasons":{"type":"array","items":{"type":"object","properties":{"reason":{"type":"string"},"count":{"type":"integer"}}}}}})";

constexpr Route kRoutes[] = {
    {"GET",
     "/organizations/{org}/grants",
     Least::kStaff,
     Scope::kOrganization,
     false,
     "Lists which app sees what; with ?revoked=true also what was taken back.",
     {},
     kListOf,
     ListGrants},
    {"POST", "/organizations/{org}/grants", Least::kAdmin, Scope::kOrganization, false,
     "Lets an app see patients of a connection, within filters.", kRulesSchema, kAnyObject,
     AddGrant},
    {"POST", "/organizations/{org}/grants/preview", Least::kAdmin, Scope::kOrganization, false,
     "Tells what rules would have shared of last week's visits.", kRulesSchema, kPreviewSchema,
     PreviewRules},
    {"GET",
     "/organizations/{org}/apps",
     Least::kAdmin,
     Scope::kOrganization,
     false,
     "Lists the apps that something can be shared with.",
     {},
     kListOf,
     ListApps},
    {"GET",
     "/grants/{grant}",
     Least::kStaff,
     Scope::kGrant,
     false,
     "Shows one grant with its switches and filters.",
     {},
     kAnyObject,
     GetGrant},
    {"PATCH", "/grants/{grant}", Least::kAdmin, Scope::kGrant, false,
     "Changes switches and filters; what is not named stays.", kRulesSchema, kAnyObject,
     ChangeGrant},
    {"DELETE",
     "/grants/{grant}",
     Least::kAdmin,
     Scope::kGrant,
     false,
     "Takes a grant back at once.",
     {},
     {},
     RevokeGrant},
    {"POST", "/grants/{grant}/preview", Least::kAdmin, Scope::kGrant, false,
     "Tells what changed rules would have shared of last week's visits.", kRulesSchema,
     kPreviewSchema, PreviewGrant},
};

}  // namespace

std::span<const Route> GrantRoutes() { return kRoutes; }

}  // namespace pons::portal
