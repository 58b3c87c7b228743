// SPDX-License-Identifier: Apache-2.0
// /api/webhooks: an app's own webhooks. All of it runs on the pool.
//
//   GET  /api/webhooks                    POST /api/webhooks {"url":…,"events":[…]}
//   GET  /api/webhooks/{id}               DELETE /api/webhooks/{id}
//   POST /api/webhooks/{id}/test          POST /api/webhooks/{id}/enable
//   POST /api/webhooks/{id}/replay {"delivery":7} or {"since":"2026-…"} or {}
//   GET  /api/webhooks/{id}/deliveries?limit=
#include <algorithm>
#include <charconv>

#include "api/service.h"
#include "base/text.h"
#include "delivery/webhooks.h"
#include "json/value.h"
#include "json/writer.h"

namespace pons::api {
namespace {

constexpr std::size_t kMostWebhooks = 20;

using Webhook = store::Webhook;

bool Deleted(const Webhook& webhook) { return webhook.state == store::WebhookState::kDeleted; }

Result<std::vector<Webhook>> Own(Service& service, const Call& call) {
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  PONS_ASSIGN(auto webhooks, reader->Webhooks());
  std::erase_if(webhooks, [&](const Webhook& webhook) {
    return webhook.app != call.session->app->app.key || Deleted(webhook);
  });
  return webhooks;
}

Result<Webhook> FindOwn(Service& service, const Call& call, std::string_view id) {
  PONS_ASSIGN(auto webhooks, Own(service, call));
  for (auto& webhook : webhooks) {
    if (webhook.id.value == id) return std::move(webhook);
  }
  return MakeError(Fault::kNotFound, "There is no webhook with this id.");
}

// The secret is told once, when the webhook is made.
void Write(json::Writer& w, const Webhook& webhook, bool with_secret) {
  w.BeginObject();
  w.Member("id", webhook.id.value);
  w.Member("url", webhook.url);
  w.Key("events");
  w.BeginArray();
  for (const auto& event : webhook.events) w.String(event);
  w.EndArray();
  w.Member("state", webhook.state == store::WebhookState::kActive ? "active" : "disabled");
  w.MemberIfAny("cause", webhook.cause);
  w.Member("created", FormatInstant(webhook.created));
  if (with_secret) w.Member("secret", webhook.secret.Reveal());
  w.EndObject();
}

void Answer(Service& service, Call& call, int status, std::string body) {
  auto response = JsonAnswer(status, kJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

Result<json::Value> Body(const Call& call) {
  if (call.request.body.empty()) return json::Value(json::Object{});
  auto value = json::Parse(call.request.body, {.max_depth = 8, .max_bytes = 65536});
  if (!value || !value->is_object()) {
    return MakeError(Fault::kMisconfigured, "The body must be a JSON object.");
  }
  return value;
}

Result<void> Create(Service& service, Call& call) {
  PONS_ASSIGN(const auto body, Body(call));
  PONS_ASSIGN(const auto existing, Own(service, call));
  if (existing.size() >= kMostWebhooks) {
    return MakeError(Fault::kRejected, "An app has at most 20 webhooks: delete one first.");
  }
  std::vector<std::string> events;
  if (const auto* list = body.Find("events"); list != nullptr && list->array() != nullptr) {
    for (const auto& event : *list->array()) {
      if (!event.is_string()) {
        return MakeError(Fault::kMisconfigured, "\"events\" must be a list of texts.");
      }
      events.push_back(*event.string());
    }
  }
  PONS_ASSIGN(const auto webhook,
              delivery::NewWebhook(call.session->app->app.key, std::string(body.Text("url")),
                                   std::move(events), service.options.webhook_policy,
                                   service.deps.clock.Now(), service.deps.random));
  PONS_TRY(service.deps.store.Write([&](store::Transaction& transaction) {
    transaction.Insert(webhook);
    return Ok();
  }));
  call.id = webhook.id.value;
  std::string out;
  json::Writer w(out);
  Write(w, webhook, true);
  Answer(service, call, 201, std::move(out));
  return Ok();
}

Result<void> List(Service& service, Call& call) {
  PONS_ASSIGN(const auto webhooks, Own(service, call));
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Key("webhooks");
  w.BeginArray();
  for (const auto& webhook : webhooks) Write(w, webhook, false);
  w.EndArray();
  w.EndObject();
  Answer(service, call, 200, std::move(out));
  return Ok();
}

Result<void> Show(Service& service, Call& call) {
  PONS_ASSIGN(const auto webhook, FindOwn(service, call, call.id));
  std::string out;
  json::Writer w(out);
  Write(w, webhook, false);
  Answer(service, call, 200, std::move(out));
  return Ok();
}

Result<void> Delete(Service& service, Call& call) {
  PONS_ASSIGN(auto webhook, FindOwn(service, call, call.id));
  webhook.state = store::WebhookState::kDeleted;
  webhook.cause = "deleted by its app";
  PONS_TRY(service.deps.store.Write([&](store::Transaction& transaction) {
    transaction.Update(webhook);
    return Ok();
  }));
  net::ServerResponse response;
  response.status = 204;
  Finish(service, call, std::move(response));
  return Ok();
}

Result<void> Test(Service& service, Call& call) {
  PONS_ASSIGN(const auto webhook, FindOwn(service, call, call.id));
  const auto result = delivery::SendTest(service.deps.webhook_transport, service.deps.clock,
                                         service.deps.random, webhook, service.stopping);
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Member("accepted", result.accepted);
  w.Member("status", result.status);
  w.Member("took_ms", static_cast<std::int64_t>(result.took.count()));
  w.MemberIfAny("reason", result.reason);
  w.EndObject();
  Answer(service, call, 200, std::move(out));
  return Ok();
}

Result<void> Replay(Service& service, Call& call) {
  PONS_ASSIGN(const auto body, Body(call));
  PONS_ASSIGN(const auto webhook, FindOwn(service, call, call.id));
  const auto delivery = body.Integer("delivery");
  std::optional<Instant> since;
  if (body.Find("since") != nullptr) {
    since = ParseInstant(body.Text("since"));
    if (!since) return MakeError(Fault::kMisconfigured, "\"since\" must be an instant.");
  }
  if (delivery) {
    PONS_ASSIGN(auto reader, service.readers.Borrow());
    PONS_ASSIGN(const auto rows, reader->Deliveries(webhook.key, 10'000));
    if (std::none_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.id == *delivery; })) {
      return MakeError(Fault::kNotFound, "This webhook has no such delivery.");
    }
  }
  PONS_ASSIGN(const auto queued,
              delivery::SendAgain(service.deps.store, webhook.key, delivery, since));
  Answer(service, call, 202, "{\"queued\":" + std::to_string(queued) + "}");
  return Ok();
}

Result<void> Enable(Service& service, Call& call) {
  PONS_ASSIGN(auto webhook, FindOwn(service, call, call.id));
  PONS_TRY(delivery::Enable(service.deps.store, std::move(webhook)));
  return Show(service, call);
}

std::string_view StateName(store::DeliveryState state) {
  switch (state) {
    case store::DeliveryState::kQueued:
      return "queued";
    case store::DeliveryState::kDelivered:
      return "delivered";
    case store::DeliveryState::kFailed:
      return "failed";
  }
  return "queued";
}

Result<void> Deliveries(Service& service, Call& call) {
  PONS_ASSIGN(const auto webhook, FindOwn(service, call, call.id));
  std::uint32_t limit = 50;
  if (const auto fields = net::ParseForm(call.request.query)) {
    if (const auto* text = net::FindField(*fields, "limit")) {
      std::from_chars(text->data(), text->data() + text->size(), limit);
    }
  }
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  PONS_ASSIGN(const auto rows, reader->Deliveries(webhook.key, std::clamp(limit, 1u, 500u)));
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Key("deliveries");
  w.BeginArray();
  for (const auto& row : rows) {
    w.BeginObject();
    w.Member("id", row.id);
    w.Member("webhookId", row.event_id);
    w.Member("type", row.event_type);
    w.Member("resourceType", model::ResourceTypeOf(row.change.stream));
    w.Member("resourceId", row.change.id.value);
    w.Member("state", StateName(row.state));
    w.Member("attempts", row.attempts);
    w.Member("lastStatus", row.last_status);
    w.MemberIfAny("lastError", row.last_error);
    if (row.state == store::DeliveryState::kQueued) w.Member("due", FormatInstant(row.due));
    if (row.delivered) w.Member("delivered", FormatInstant(*row.delivered));
    w.EndObject();
  }
  w.EndArray();
  w.EndObject();
  call.count = static_cast<std::int64_t>(rows.size());
  Answer(service, call, 200, std::move(out));
  return Ok();
}

struct WebhookRoute {
  std::string_view method;
  std::string_view tail;  // after the id; "-" where there is no id
  Result<void> (*run)(Service&, Call&);
};
constexpr WebhookRoute kRoutes[] = {
    {"GET", "-", &List},         {"POST", "-", &Create},
    {"GET", "", &Show},          {"DELETE", "", &Delete},
    {"POST", "test", &Test},     {"POST", "replay", &Replay},
    {"POST", "enable", &Enable}, {"GET", "deliveries", &Deliveries},
};

}  // namespace

void HandleWebhooks(Service& service, Call&& call, std::string_view rest) {
  call.route = Route::kWebhooks;
  call.operation = "webhooks";
  call.type = "webhook";
  if (!Authenticate(service, call)) return;
  std::string_view tail = "-";
  if (!rest.empty()) {
    rest.remove_prefix(1);
    const auto slash = rest.find('/');
    call.id = rest.substr(0, slash).substr(0, 64);
    tail = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  const std::string_view method = call.head ? std::string_view("GET") : call.request.method;
  std::string allow;
  for (const auto& route : kRoutes) {
    if (route.tail != tail) continue;
    if (route.method == method) {
      service.Later(std::make_shared<Call>(std::move(call)), [&service, run = route.run](Call& c) {
        if (const auto done = run(service, c); !done) Fail(service, c, done.error());
      });
      return;
    }
    if (!allow.empty()) allow += ", ";
    allow += route.method;
  }
  if (allow.empty()) return Fail(service, call, 404, "not-found", "There is nothing here.");
  Fail(service, call, 405, "not-supported", "This address takes " + allow + ".",
       {{"Allow", allow}});
}

}  // namespace pons::api
