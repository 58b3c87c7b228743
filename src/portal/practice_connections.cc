// SPDX-License-Identifier: Apache-2.0
// Connections: set up, tried, changed, paused, taken away.
#include <algorithm>

#include "admin/given_settings.h"
#include "base/text.h"
#include "commands/terms.h"
#include "portal/practice.h"
#include "portal/practice_parts.h"
#include "portal/session_handlers.h"
#include "sync/connection_settings.h"

namespace pons::portal {
namespace {

// ---- what was given

struct Given {
  store::Connection connection;
  json::Value settings;
  json::Value secrets;
};

// A connection as it would be; nothing is stored. Errors: kRejected, named as the member.
Result<Given> ReadGiven(const PortalContext& context, const PortalCall& call) {
  Given given;
  given.connection.organization = call.resource.organization;
  given.connection.vendor = call.Text("vendor");
  if (context.admin.vendors.Find(given.connection.vendor) == nullptr) {
    return MakeError(Fault::kRejected, "choose the practice's system from the list");
  }
  const auto zone = PracticeZone::Named(call.Text("time_zone"));
  if (!zone) {
    return MakeError(Fault::kRejected,
                     "choose the practice's time zone, for instance Australia/Sydney");
  }
  given.connection.time_zone = zone->name();
  given.connection.name = Trim(call.Text("name"));
  PONS_ASSIGN(given.settings, TextPairs(call.body, "settings"));
  PONS_ASSIGN(given.secrets, TextPairs(call.body, "secrets"));
  // Fields left empty are not set.
  for (auto* pairs : {given.settings.object(), given.secrets.object()}) {
    std::erase_if(*pairs, [](const auto& pair) { return Trim(*pair.second.string()).empty(); });
  }
  given.connection.settings_json = json::Write(given.settings);
  given.connection.secrets_json = Sensitive<std::string>(json::Write(given.secrets));
  return given;
}

admin::GivenSettings GivenOf(const json::Value& settings, const json::Value& secrets) {
  admin::GivenSettings out;
  for (const auto& [key, value] : *settings.object()) out.plain.emplace_back(key, *value.string());
  for (const auto& [key, value] : *secrets.object()) out.secret.emplace_back(key, *value.string());
  return out;
}

// ---- trying

struct Tried {
  bool ok = false;
  json::Value body;
};

Tried Try(PortalContext& context, const store::Connection& connection) {
  const auto report = admin::ProbeConnection(context.admin, connection);
  Tried tried;
  tried.ok = report.has_value();
  tried.body.Set("ok", tried.ok);
  json::Array rights;
  if (report) {
    tried.body.Set("practice_name", report->practice_name);
    tried.body.Set("vendor_version", report->vendor_version);
    for (const auto& right : report->missing_rights) rights.emplace_back(right);
    if (report->clock_ahead) {
      tried.body.Set("clock_ahead_ms", static_cast<std::int64_t>(report->clock_ahead->count()));
    }
    std::string detail = "It works";
    if (!report->practice_name.empty()) detail += ": this is " + report->practice_name;
    detail += ".";
    if (!rights.empty()) {
      detail += " " + admin::Count(rights.size(), "right is", "rights are") +
                " missing; what needs them will not work until somebody grants them.";
    }
    tried.body.Set("detail", detail);
  } else {
    const auto fault = FaultName(report.error().fault);
    tried.body.Set("fault", fault);
    tried.body.Set("detail", FaultWords(context, connection, fault, report.error().summary));
  }
  tried.body.Set("missing_rights", std::move(rights));
  return tried;
}

// Trying means dialling out in our name: a few at a time.
Result<Tried> TryInTurn(PortalContext& context, const store::Connection& connection) {
  auto* slots = TestSlotsOf(context);
  if (slots != nullptr && !slots->Take(connection.organization)) {
    auto error = MakeError(Fault::kRateLimited,
                           "other connections are being tried; wait for them and try again");
    error.retry_at = context.clock.Now() + seconds(5);
    return error;
  }
  auto tried = Try(context, connection);
  if (slots != nullptr) slots->Give(connection.organization);
  return tried;
}

// Where the body names a connection, secrets that are left out are those that it has: as long as
// nothing else of it changes that says where they are sent.
Result<void> FillInSecrets(PortalContext& context, const PortalCall& call, Given& given) {
  const auto id = call.Text("connection");
  if (id.empty()) return Ok();
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto all, reader->Connections());
  const auto stored = std::find_if(all.begin(), all.end(), [&](const auto& connection) {
    return connection.id.value == id && connection.organization == call.resource.organization &&
           connection.vendor == given.connection.vendor && !admin::IsRemoved(connection);
  });
  if (stored == all.end()) return MakeError(Fault::kNotFound, "choose one of your connections");
  const auto& descriptor = VendorOf(context, *stored)->descriptor();
  PONS_ASSIGN(const auto old, sync::SettingsOf(*stored));
  const bool other_host = std::any_of(descriptor.settings.begin(), descriptor.settings.end(),
                                      [&](const SettingSpec& spec) {
                                        return admin::NamesHost(descriptor, spec.key) &&
                                               given.settings.Text(spec.key) != old.Text(spec.key);
                                      });
  for (const auto& [key, value] : old.secrets()) {
    if (given.secrets.Find(key) != nullptr) continue;
    if (other_host) {
      return MakeError(Fault::kRejected, "the server is another one, so type the password again");
    }
    given.secrets.Set(key, value.Reveal());
  }
  given.connection.secrets_json = Sensitive<std::string>(json::Write(given.secrets));
  return Ok();
}

// What was learned about a stored connection is tried with what is given; it never comes from
// outside. Errors: kMisconfigured, where a learned setting is given, or what it belongs to changes.
Result<void> FillInLearned(PortalContext& context, const PortalCall& call, Given& given) {
  const auto* connector = context.admin.vendors.Find(given.connection.vendor);
  const auto pairs = GivenOf(given.settings, given.secrets);
  const auto id = call.Text("connection");
  if (id.empty()) {
    PONS_TRY(admin::MergeSettings(*connector, nullptr, pairs));
    return Ok();
  }
  PONS_ASSIGN(const auto stored, admin::FindConnection(context.admin, id));
  PONS_ASSIGN(const auto old, sync::SettingsOf(stored));
  PONS_TRY(admin::MergeSettings(*connector, &old, pairs));
  for (const auto& spec : connector->descriptor().settings) {
    if (!spec.learned) continue;
    if (const auto text = old.Text(spec.key); !text.empty()) given.settings.Set(spec.key, text);
    if (const auto* secret = old.Secret(spec.key)) given.secrets.Set(spec.key, secret->Reveal());
  }
  given.connection.settings_json = json::Write(given.settings);
  given.connection.secrets_json = Sensitive<std::string>(json::Write(given.secrets));
  return Ok();
}

Result<Answer> TestConnection(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(auto given, ReadGiven(context, call));
  const auto* connector = context.admin.vendors.Find(given.connection.vendor);
  const auto once = admin::OnceGiven(*connector, GivenOf(given.settings, given.secrets));
  if (!once.empty()) {
    return Problem(422, "rejected",
                   "Trying would use this code up. Save instead: Pons tries it then, and keeps "
                   "nothing where it is refused.",
                   once);
  }
  PONS_TRY(FillInSecrets(context, call, given));
  PONS_TRY(FillInLearned(context, call, given));
  PONS_ASSIGN(auto tried, TryInTurn(context, given.connection));
  return Ok(std::move(tried.body));
}

Result<Answer> TestStored(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(auto tried, TryInTurn(context, *call.resource.connection));
  return Ok(std::move(tried.body));
}

// ---- setting up and changing

// Runs a command that dials out in our name: a few at a time.
Result<json::Value> RunInTurn(PortalContext& context, PortalCall& call, std::string_view command,
                              const json::Value& arguments) {
  auto* slots = TestSlotsOf(context);
  const auto& organization = call.resource.organization;
  if (slots != nullptr && !slots->Take(organization)) {
    auto error = MakeError(Fault::kRateLimited,
                           "other connections are being tried; wait for them and try again");
    error.retry_at = context.clock.Now() + seconds(5);
    return error;
  }
  auto answer = RunCommand(context, call, command, arguments);
  if (slots != nullptr) slots->Give(organization);
  return answer;
}

// Why what is given once was not taken, about its field. `said` has the next step.
Answer OnceProblem(const PortalContext& context, const store::Connection& connection,
                   const Error& error, std::string_view once, std::string_view nothing) {
  std::string detail = FaultWords(context, connection, FaultName(Fault::kRejected), error.summary);
  if (error.fault == Fault::kUnavailable) {
    detail = VendorName(context, connection) + " cannot be reached. " + detail +
             " Try again in a few minutes; where the code is refused then, get a new one.";
  }
  const bool about_it = error.fault == Fault::kRejected;
  return Problem(about_it ? 422 : ProblemOf(error).status, FaultName(error.fault),
                 detail + " " + std::string(nothing), about_it ? once : std::string_view());
}

// What was saved all the same, though the practice could not be reached just then.
void AddAttention(const PortalContext& context, const store::Connection& connection,
                  const json::Value& answer, json::Value& body) {
  const auto attention = answer.Text("attention");
  if (attention.empty()) return;
  body.Set("attention", FaultWords(context, connection, FaultName(Fault::kUnavailable), attention));
}

Result<Answer> AddConnection(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto given, ReadGiven(context, call));
  const auto* connector = context.admin.vendors.Find(given.connection.vendor);
  const auto pairs = GivenOf(given.settings, given.secrets);
  if (const auto merged = admin::MergeSettings(*connector, nullptr, pairs); !merged) {
    return Problem(422, FaultName(merged.error().fault),
                   ProblemOf(merged.error()).body.Text("detail"),
                   admin::RefusedKey(*connector, nullptr, pairs));
  }
  const auto once = admin::OnceGiven(*connector, pairs);
  const bool untested = FlagIn(call.body, "untested").value_or(false);
  if (!untested && once.empty()) {
    PONS_ASSIGN(auto tried, TryInTurn(context, given.connection));
    if (!tried.ok) {
      return Problem(422, tried.body.Text("fault"),
                     std::string(tried.body.Text("detail")) + " Nothing was saved.");
    }
  }
  json::Value arguments;
  arguments.Set("org", call.resource.organization.value);
  arguments.Set("vendor", given.connection.vendor);
  arguments.Set("time_zone", given.connection.time_zone);
  if (!given.connection.name.empty()) arguments.Set("name", given.connection.name);
  arguments.Set("set", given.settings);
  arguments.Set("secret", given.secrets);
  // What is given once cannot be tried beforehand: it is tried as it is kept.
  arguments.Set("no_probe", untested || once.empty());
  const auto made = once.empty() ? RunCommand(context, call, "connection add", arguments)
                                 : RunInTurn(context, call, "connection add", arguments);
  if (!made && !once.empty()) {
    return OnceProblem(context, given.connection, made.error(), once, "Nothing was saved.");
  }
  if (!made) return made.error();
  json::Value body;
  body.Set("id", made->Text("id"));
  body.Set("name", made->Text("name"));
  AddAttention(context, given.connection, *made, body);
  return Created(std::move(body));
}

Result<Answer> ChangeConnection(PortalContext& context, PortalCall& call) {
  const auto& id = call.resource.connection->id.value;
  PONS_ASSIGN(const auto settings, TextPairs(call.body, "settings"));
  PONS_ASSIGN(const auto secrets, TextPairs(call.body, "secrets"));
  json::Value arguments;
  arguments.Set("connection", id);
  bool edits = false;
  json::Value body;
  for (const auto member : {"name", "time_zone"}) {
    if (Trim(call.Text(member)).empty()) continue;
    arguments.Set(member, call.Text(member));
    edits = true;
  }
  if (!settings.object()->empty() || !secrets.object()->empty()) {
    arguments.Set("set", settings);
    arguments.Set("secret", secrets);
    edits = true;
    if (FlagIn(call.body, "untested").value_or(false)) arguments.Set("no_probe", true);
  }
  if (edits) {
    const auto* connector = VendorOf(context, *call.resource.connection);
    const auto once = connector == nullptr
                          ? std::string()
                          : admin::OnceGiven(*connector, GivenOf(settings, secrets));
    const auto changed = once.empty() ? RunCommand(context, call, "connection edit", arguments)
                                      : RunInTurn(context, call, "connection edit", arguments);
    if (!changed && !once.empty()) {
      return OnceProblem(context, *call.resource.connection, changed.error(), once,
                         "Nothing was changed.");
    }
    if (changed) AddAttention(context, *call.resource.connection, *changed, body);
    if (!changed) {
      const auto& error = changed.error();
      std::string field;
      if (connector != nullptr && error.fault == Fault::kMisconfigured) {
        PONS_ASSIGN(const auto old, sync::SettingsOf(*call.resource.connection));
        field = admin::RefusedKey(*connector, &old, GivenOf(settings, secrets));
      }
      return Problem(
          field.empty() ? ProblemOf(error).status : 422, FaultName(error.fault),
          FaultWords(context, *call.resource.connection, FaultName(error.fault), error.summary) +
              " Nothing was changed.",
          field);
    }
  }
  if (const auto paused = FlagIn(call.body, "paused")) {
    json::Value which;
    which.Set("connection", id);
    PONS_TRY(RunCommand(context, call, *paused ? "connection pause" : "connection resume", which));
  }
  if (body.is_object()) return Ok(std::move(body));
  return NoContent();
}

// ---- taking away

json::Value Line(std::string text, std::int64_t count) {
  json::Value out;
  out.Set("text", std::move(text));
  out.Set("count", count);
  return out;
}

// What a removal takes from whom, in words.
Result<json::Array> WhatGoes(PortalContext& context, const store::Connection& connection) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  json::Array items;
  items.push_back(Line("Pons stops reading " + connection.name + " and forgets its password.", 1));
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    for (const auto& grant : names.grants) {
      if (grant.connection != connection.key || grant.revoked) continue;
      const auto* app = names.app(grant.app);
      const auto patients = reads.CountVisible(grant.key, model::Stream::kPatients);
      items.push_back(
          Line((app != nullptr ? app->name : std::string("An app")) + " no longer sees the " +
                   admin::Count(static_cast<std::size_t>(patients), "patient", "patients") +
                   " shared with it here. What it has copied stays with it.",
               patients));
    }
  }));
  PONS_ASSIGN(const auto tallies, reader->CommandTallies());
  std::int64_t open = 0;
  for (const auto& tally : tallies) {
    const bool waits = !commands::IsFinal(static_cast<commands::State>(tally.state));
    if (tally.connection == connection.key && waits) open += tally.count;
  }
  if (open > 0) {
    items.push_back(Line(admin::Count(static_cast<std::size_t>(open), "request", "requests") +
                             " of apps (bookings, reports, patients) will not be sent any more.",
                         open));
  }
  items.push_back(Line("Nothing is changed in the practice's own system.", 0));
  return items;
}

Result<Answer> RemoveConnection(PortalContext& context, PortalCall& call) {
  const auto& connection = *call.resource.connection;
  if (call.Query("dry_run") == "true") {
    PONS_ASSIGN(auto items, WhatGoes(context, connection));
    return Page(std::move(items), {});
  }
  json::Value arguments;
  arguments.Set("connection", connection.id.value);
  arguments.Set("yes", true);
  PONS_TRY(RunCommand(context, call, "connection remove", arguments));
  return NoContent();
}

constexpr std::string_view kGivenSchema =
    R"({"type":"object","required":["vendor","time_zone"],"properties":{"vendor":{"type":"string"},"name":{"type":"string"},"time_zone":{"type":"string"},"settings":{"type":"object","additionalProperties":{"type":"string"}},"secrets":{"type":"object","additionalProperties":{"type":"string"}},"untested":{"type":"boolean"}}})";
constexpr std::string_view kTriedSchema =
    R"({"type":"object","required":["ok","missing_rights","detail"],"properties":{"ok":{"type":"boolean"},"practice_name":{"type":"string"},"vendor_version":{"type":"string"},"missing_rights":{"type":"array","items":{"type":"string"}},"clock_ahead_ms":{"type":"integer"},"fault":{"type":"string"},"detail":{"type":"string"}}})";
constexpr std::string_view kNamedSchema =
    R"({"type":"object","required":["id","name"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"attention":{"type":"string"}}})";
constexpr std::string_view kChangeSchema =
    R"({"type":"object","properties":{"name":{"type":"string"},"time_zone":{"type":"string"},"paused":{"type":"boolean"},"settings":{"type":"object","additionalProperties":{"type":"string"}},"secrets":{"type":"object","additionalProperties":{"type":"string"}},"untested":{"type":"boolean"}}})";

constexpr Route kRoutes[] = {
    {"POST", "/organizations/{org}/connections", Least::kAdmin, Scope::kOrganization, false,
     "Connects a practice's system, once it has been tried.", kGivenSchema, kNamedSchema,
     AddConnection, Pace::kSlow},
    {"POST", "/organizations/{org}/connections/test", Least::kAdmin, Scope::kOrganization, false,
     "Tries settings without saving them.", kGivenSchema, kTriedSchema, TestConnection,
     Pace::kSlow},
    {"POST",
     "/connections/{connection}/test",
     Least::kAdmin,
     Scope::kConnection,
     false,
     "Tries a connection as it is.",
     {},
     kTriedSchema,
     TestStored,
     Pace::kSlow},
    {"PATCH",
     "/connections/{connection}",
     Least::kAdmin,
     Scope::kConnection,
     false,
     "Changes name, time zone or settings, pauses or resumes.",
     kChangeSchema,
     {},
     ChangeConnection,
     Pace::kSlow},
    {"DELETE",
     "/connections/{connection}",
     Least::kAdmin,
     Scope::kConnection,
     false,
     "Disconnects; with ?dry_run=true only tells what would go.",
     {},
     kListOf,
     RemoveConnection},
};

}  // namespace

std::span<const Route> ConnectionRoutes() { return kRoutes; }

}  // namespace pons::portal
