// SPDX-License-Identifier: Apache-2.0
// A developer's apps: made with a secret that is shown once, given new ones with an overlap, taken
// out of use; and what they asked for.
//
// An app is never dropped, because the audit trail and the change log name it. One that was removed
// has neither secret nor key, and is not listed.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "admin/parts.h"
#include "base/text.h"
#include "portal/developer.h"
#include "store/accounts.h"
#include "store/portal.h"

namespace pons::portal {
namespace {

constexpr std::int64_t kUsageDays = 14;
constexpr std::size_t kLongestName = 100;

bool IsGone(const store::App& app) {
  return app.disabled && app.secret_hash.empty() && app.jwks_json.empty();
}

bool MayUse(const PortalCall& call, const std::set<std::string>& own, const store::App& app) {
  return call.caller.is_operator() || own.contains(app.id.value);
}

Result<json::Array> SecretsOf(PortalContext& context, const store::App& app) {
  json::Array secrets;
  if (app.secret_hash.empty()) return secrets;
  const auto now = context.clock.Now();
  std::vector<store::SecretOverlap> earlier;
  std::optional<Instant> used;
  std::map<std::int64_t, std::optional<Instant>> earlier_used;
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_TRY(reader->Accounts([&](store::AccountReads& reads) {
    used = reads.LastUse(store::UseOf::kAppSecret, app.key);
    earlier = reads.SecretOverlaps(app.key, now);
    for (const auto& old : earlier) {
      earlier_used[old.key] = reads.LastUse(store::UseOf::kEarlierSecret, old.key);
    }
  }));
  Instant since = app.created;
  for (const auto& old : earlier) since = std::max(since, old.replaced);
  json::Value current;
  current.Set("n", 0);
  current.Set("created_at", FormatInstant(since));
  current.Set("expires_at", json::Value());
  current.Set("last_used_at", TimeOrNull(used));
  current.Set("current", true);
  secrets.push_back(std::move(current));
  for (const auto& old : earlier) {
    json::Value item;
    item.Set("n", old.key);
    item.Set("created_at", FormatInstant(app.created));
    item.Set("replaced_at", FormatInstant(old.replaced));
    item.Set("expires_at", FormatInstant(old.valid_until));
    item.Set("last_used_at", TimeOrNull(earlier_used[old.key]));
    item.Set("current", false);
    secrets.push_back(std::move(item));
  }
  return secrets;
}

Result<std::optional<Instant>> KeyLastUsed(PortalContext& context, const store::App& app) {
  std::optional<Instant> used;
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_TRY(reader->Accounts(
      [&](store::AccountReads& reads) { used = reads.LastUse(store::UseOf::kAppKey, app.key); }));
  return used;
}

json::Value AppJson(const store::App& app, const admin::Names& names) {
  json::Value out;
  out.Set("id", app.id.value);
  out.Set("name", app.name);
  out.Set("client_id", app.id.value);
  out.Set("created_at", FormatInstant(app.created));
  out.Set("disabled", app.disabled);
  out.Set("signs_in_with", app.jwks_json.empty() ? "client_secret" : "private_key");
  json::Array grants;
  for (const auto& grant : names.grants) {
    if (grant.app != app.key || grant.revoked) continue;
    const auto* connection = names.connection(grant.connection);
    json::Value item;
    item.Set("id", grant.id.value);
    item.Set("organization",
             NamedThing(grant.organization.value, names.organization(grant.organization)));
    item.Set("connection", connection == nullptr
                               ? NamedThing("", "")
                               : NamedThing(connection->id.value, connection->name));
    grants.push_back(std::move(item));
  }
  out.Set("grants", std::move(grants));
  return out;
}

Result<json::Value> WholeApp(PortalContext& context, const AppId& id) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  for (const auto& app : names.apps) {
    if (app.id != id) continue;
    auto out = AppJson(app, names);
    PONS_ASSIGN(auto secrets, SecretsOf(context, app));
    out.Set("secrets", std::move(secrets));
    if (!app.jwks_json.empty()) {
      PONS_ASSIGN(const auto used, KeyLastUsed(context, app));
      out.Set("key_last_used_at", TimeOrNull(used));
    }
    return out;
  }
  return MakeError(Fault::kNotFound, "this app is not there any more");
}

Result<void> Save(PortalContext& context, const store::App& app) {
  return context.store.Write([&](store::Transaction& tx) {
    tx.Update(app);
    return Ok();
  });
}

struct Sums {
  store::UsageRow usage;
  std::int64_t bookings = 0;
};

void SetPercentiles(json::Value& out, const store::UsageTimes& times) {
  for (const auto& [name, share] : {std::pair("p50_ms", 0.5), {"p95_ms", 0.95}, {"p99_ms", 0.99}}) {
    out.Set(name, static_cast<std::int64_t>(store::UsagePercentile(times, share) + 0.5));
  }
}

// A figure for a chart: hours of the last two days, days beyond.
json::Value Point(Instant at, const Sums& sums) {
  const auto& row = sums.usage;
  json::Value point;
  point.Set("at", FormatInstant(at));
  point.Set("requests", row.requests);
  point.Set("errors", row.errors);
  SetPercentiles(point, row.times);
  json::Value deliveries;
  deliveries.Set("attempts", row.sent);
  deliveries.Set("failed", row.not_taken);
  SetPercentiles(deliveries, row.sent_times);
  point.Set("deliveries", std::move(deliveries));
  point.Set("bookings", sums.bookings);
  return point;
}

}  // namespace

Handled ListApps(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  std::set<std::string> own;
  PONS_ASSIGN(const auto ids, context.accounts.AppsOf(call.caller.session->user.id));
  for (const auto& id : ids) own.insert(id.value);
  const auto query = FoldForSearch(call.Query("q"));
  json::Array items;
  for (const auto& app : names.apps) {
    if (IsGone(app) || !MayUse(call, own, app)) continue;
    if (!query.empty() && FoldForSearch(app.name).find(query) == std::string::npos) continue;
    items.push_back(AppJson(app, names));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Handled AddApp(PortalContext& context, PortalCall& call) {
  const std::string name(Trim(call.Text("name")));
  if (name.empty() || name.size() > kLongestName) {
    return Problem(422, "missing", "Give the app a name of at most 100 characters.", "name");
  }
  json::Value arguments;
  arguments.Set("name", name);
  if (!call.Text("jwks").empty()) arguments.Set("jwks", call.Text("jwks"));
  PONS_ASSIGN(const auto made, RunCommand(context, call, "app add", arguments));
  const AppId id{std::string(made.Text("id"))};
  // What an operator makes belongs to the operators.
  if (call.caller.session->user.is_developer) {
    PONS_TRY(context.accounts.SetAppOwner(call.actor(), id, call.caller.session->user.id));
  }
  json::Value body;
  body.Set("id", id.value);
  body.Set("name", name);
  body.Set("client_id", id.value);
  if (!made.Text("client_secret").empty()) {
    body.Set("client_secret", made.Text("client_secret"));
  }
  return Created(std::move(body));
}

Handled GetApp(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(auto body, WholeApp(context, call.resource.app->id));
  return Ok(std::move(body));
}

Handled EditApp(PortalContext& context, PortalCall& call) {
  auto app = *call.resource.app;
  if (IsGone(app)) return MakeError(Fault::kConflict, "this app was removed");
  if (const auto* name = call.body.Find("name")) {
    const std::string text(Trim(call.Text("name")));
    if (!name->is_string() || text.empty() || text.size() > kLongestName) {
      return Problem(422, "missing", "Give the app a name of at most 100 characters.", "name");
    }
    app.name = text;
    PONS_TRY(Save(context, app));
  }
  if (const auto* disabled = call.body.Find("disabled")) {
    if (!disabled->is_bool()) {
      return Problem(400, "not_understood", "\"disabled\" is true or false.", "disabled");
    }
    json::Value arguments;
    arguments.Set("app", app.id.value);
    PONS_TRY(
        RunCommand(context, call, *disabled->boolean() ? "app disable" : "app enable", arguments));
  }
  return GetApp(context, call);
}

Handled RemoveApp(PortalContext& context, PortalCall& call) {
  auto app = *call.resource.app;
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(auto grants, reader->Grants());
  PONS_ASSIGN(auto webhooks, reader->Webhooks());
  std::erase_if(grants, [&](const auto& grant) { return grant.app != app.key || grant.revoked; });
  std::erase_if(webhooks, [&](const auto& webhook) { return webhook.app != app.key; });
  if (call.Query("dry_run") == "true") {
    json::Value body;
    body.Set("grants", static_cast<std::int64_t>(grants.size()));
    body.Set("webhooks", static_cast<std::int64_t>(webhooks.size()));
    return Ok(std::move(body));
  }
  app.disabled = true;
  app.secret_hash.clear();
  app.jwks_json.clear();
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    for (auto& grant : grants) {
      grant.revoked = true;
      tx.Update(grant);
    }
    for (auto& webhook : webhooks) {
      webhook.state = store::WebhookState::kDeleted;
      webhook.cause = "its app was removed";
      tx.Update(webhook);
    }
    for (const auto& old : tx.accounts().SecretOverlaps(app.key, Instant{})) {
      tx.accounts().DropSecretOverlap(app.key, old.key);
    }
    tx.Update(app);
    return Ok();
  }));
  return NoContent();
}

Handled AddSecret(PortalContext& context, PortalCall& call) {
  const auto& app = *call.resource.app;
  if (IsGone(app)) return MakeError(Fault::kConflict, "this app was removed");
  if (!app.jwks_json.empty()) {
    return MakeError(Fault::kConflict, "this app signs in with its private key and has no secret");
  }
  json::Value arguments;
  arguments.Set("app", app.id.value);
  arguments.Set("overlap_hours", call.body.Integer("overlap_hours").value_or(24));
  PONS_ASSIGN(const auto made, RunCommand(context, call, "app rotate-secret", arguments));
  json::Value body;
  body.Set("n", 0);
  body.Set("client_secret", made.Text("client_secret"));
  const auto until = made.Text("old_valid_until");
  body.Set("old_valid_until", until.empty() ? json::Value() : json::Value(until));
  return Created(std::move(body));
}

Handled RemoveSecret(PortalContext& context, PortalCall& call) {
  const auto text = call.Path("n");
  std::int64_t key = 0;
  std::from_chars(text.data(), text.data() + text.size(), key);
  if (key == 0) {
    return MakeError(Fault::kConflict,
                     "this is the secret in use: make a new one, and the old one goes by itself");
  }
  const auto& app = *call.resource.app;
  bool dropped = false;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    dropped = tx.accounts().DropSecretOverlap(app.key, key);
    tx.Update(app);  // who signs in is looked at afresh
    return Ok();
  }));
  if (!dropped) return MakeError(Fault::kNotFound, "this secret does not open any more");
  return NoContent();
}

Handled AppUsage(PortalContext& context, PortalCall& call) {
  if (auto* meter = StateOf(context).parts.usage) PONS_TRY(meter->Save());
  const auto days = call.QueryNumber("days", kUsageDays, kUsageDays);
  const auto step = days <= 2 ? std::chrono::hours(1) : std::chrono::hours(24);
  const auto today = std::chrono::floor<std::chrono::days>(context.clock.Now());
  const auto this_hour = std::chrono::floor<std::chrono::hours>(context.clock.Now());
  const Instant from = days <= 2 ? Instant(this_hour - std::chrono::hours(24 * days - 1))
                                 : Instant(today - std::chrono::days(days - 1));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto rows, reader->Usage(call.resource.app->key, from));
  std::map<Instant, Sums> sums;
  Sums all;
  const auto begin_of = [&](Instant at) { return from + (at - from) / step * step; };
  for (const auto& row : rows) {
    sums[begin_of(row.hour)].usage.Add(row);
    all.usage.Add(row);
  }
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    for (const auto& [hour, count] : reads.Bookings(call.resource.app->key, from)) {
      sums[begin_of(hour)].bookings += count;
      all.bookings += count;
    }
  }));
  json::Array points;
  for (Instant at = from; at <= context.clock.Now(); at += step) {
    points.push_back(Point(at, sums[at]));
  }
  json::Value body = Point(from, all);
  body.Set("points", std::move(points));
  return Ok(std::move(body));
}

}  // namespace pons::portal
