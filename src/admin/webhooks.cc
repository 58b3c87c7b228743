// SPDX-License-Identifier: Apache-2.0
// webhook add | list | test | enable | deliveries | replay
#include "delivery/webhooks.h"
#include "admin/parts.h"
#include "net/http.h"

namespace pons::admin {
namespace {

constexpr std::int64_t kMostOverlapHours = 720;

std::string_view StateName(const store::Webhook& webhook) {
  return webhook.state == store::WebhookState::kActive ? "active" : "disabled";
}

json::Value WebhookJson(const store::Webhook& webhook, const Names& names) {
  json::Value out;
  out.Set("id", webhook.id.value);
  const auto* app = names.app(webhook.app);
  out.Set("app", app != nullptr ? app->name : std::string());
  out.Set("url", webhook.url);
  json::Array events;
  for (const auto& event : webhook.events) events.emplace_back(event);
  out.Set("events", events.empty() ? json::Value("all") : json::Value(std::move(events)));
  out.Set("state", StateName(webhook));
  if (!webhook.cause.empty()) out.Set("cause", webhook.cause);
  return out;
}

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto app, FindApp(context, TextOf(arguments, "app")));
  PONS_ASSIGN(const auto webhook,
              delivery::NewWebhook(app.key, TextOf(arguments, "url"), ListOf(arguments, "event"),
                                   context.webhook_addresses, context.clock.Now(), context.random));
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Insert(webhook);
    return Ok();
  }));
  PONS_ASSIGN(const auto names, LoadNames(context));
  auto out = WebhookJson(webhook, names);
  out.Set("secret", webhook.secret.Reveal());
  out.Set("message",
          "Webhook is set up. Keep secret now: it is not shown again. Next: pons webhook "
          "test " +
              webhook.id.value);
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value&) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto webhooks, reader->Webhooks());
  json::Array items;
  std::size_t disabled = 0;
  for (const auto& webhook : webhooks) {
    disabled += webhook.state == store::WebhookState::kDisabled;
    items.push_back(WebhookJson(webhook, names));
  }
  if (items.empty()) return ListAnswer("No webhook yet. Next: pons webhook add --help", {});
  std::string message = Count(items.size(), "webhook", "webhooks") + ".";
  if (disabled > 0) {
    message += " " + std::to_string(disabled) +
               " switched off; mend the receiver, then pons webhook enable ID.";
  }
  return ListAnswer(std::move(message), std::move(items));
}

Result<json::Value> Test(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  const auto transport = net::MakeCurlTransport({.policy = context.webhook_addresses});
  const auto result =
      delivery::SendTest(*transport, context.clock, context.random, webhook, context.cancel);
  if (!result.accepted) {
    auto error = MakeError(Fault::kUnavailable,
                           "the receiver did not accept the test message: " + result.reason);
    if (result.status != 0) error.vendor_code = std::to_string(result.status);
    return error;
  }
  auto out = Message("The receiver accepted the test message with status " +
                     std::to_string(result.status) + " in " + std::to_string(result.took.count()) +
                     " ms.");
  out.Set("id", webhook.id.value);
  out.Set("status", result.status);
  out.Set("took_ms", static_cast<std::int64_t>(result.took.count()));
  return out;
}

Result<json::Value> Enable(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  PONS_TRY(delivery::Enable(context.store, webhook));
  auto out = Message(
      "Webhook is active. What waited for it is sent now; what had failed is not: "
      "pons webhook replay " +
      webhook.id.value);
  out.Set("id", webhook.id.value);
  return out;
}

Result<json::Value> Disable(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  webhook.state = store::WebhookState::kDisabled;
  webhook.cause = "switched off by a person";
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(webhook);
    return Ok();
  }));
  auto out =
      Message("Webhook is switched off. What it misses is not kept for it: pons webhook enable " +
              webhook.id.value);
  out.Set("id", webhook.id.value);
  return out;
}

Result<json::Value> Save(AdminContext& context, const store::Webhook& webhook,
                         std::string message) {
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(webhook);
    return Ok();
  }));
  PONS_ASSIGN(const auto names, LoadNames(context));
  auto out = WebhookJson(webhook, names);
  out.Set("message", std::move(message));
  return out;
}

Result<json::Value> Edit(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  const auto url = TextOf(arguments, "url");
  auto events = ListOf(arguments, "event");
  if (FlagOf(arguments, "all_events")) {
    events.clear();
  } else if (events.empty()) {
    events = webhook.events;
  }
  PONS_ASSIGN(const auto changed, delivery::Changed(webhook, url.empty() ? webhook.url : url,
                                                    std::move(events), context.webhook_addresses));
  return Save(context, changed, "Webhook is changed. Next: pons webhook test " + webhook.id.value);
}

Result<json::Value> Delete(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  webhook.state = store::WebhookState::kDeleted;
  webhook.cause = "deleted";
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(webhook);
    return Ok();
  }));
  auto out = Message("Webhook is deleted; nothing is sent to it any more.");
  out.Set("id", webhook.id.value);
  return out;
}

Result<json::Value> RotateSecret(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  const auto hours = arguments.Integer("overlap_hours").value_or(24);
  if (hours < 0 || hours > kMostOverlapHours) {
    return MakeError(Fault::kMisconfigured, "overlap_hours is between 0 and 720");
  }
  const auto changed = delivery::WithNewSecret(webhook, std::chrono::hours(hours),
                                               context.clock.Now(), context.random);
  PONS_ASSIGN(auto out, Save(context, changed,
                             "Webhook has a new secret. Keep secret now: it is not shown again. " +
                                 (changed.previous_until
                                      ? "Messages are signed with the old one as well until " +
                                            FormatInstant(*changed.previous_until) + "."
                                      : std::string("The old one signs no more."))));
  out.Set("secret", changed.secret.Reveal());
  if (changed.previous_until) {
    out.Set("old_valid_until", FormatInstant(*changed.previous_until));
  }
  return out;
}

std::string_view StateName(store::DeliveryState state) {
  switch (state) {
    case store::DeliveryState::kQueued:
      return "waiting";
    case store::DeliveryState::kDelivered:
      return "delivered";
    case store::DeliveryState::kFailed:
      return "failed";
  }
  return "waiting";
}

Result<json::Value> Deliveries(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  const auto limit = arguments.Integer("limit").value_or(50);
  if (limit < 1 || limit > 10000) {
    return MakeError(Fault::kMisconfigured, "limit is between 1 and 10000");
  }
  PONS_ASSIGN(const auto rows, reader->Deliveries(webhook.key, static_cast<std::uint32_t>(limit)));
  json::Array items;
  for (const auto& row : rows) {
    json::Value item;
    item.Set("id", row.id);
    item.Set("event", row.event_type);
    item.Set("event_id", row.event_id);
    item.Set("record",
             std::string(model::ResourceTypeOf(row.change.stream)) + "/" + row.change.id.value);
    item.Set("state", StateName(row.state));
    item.Set("attempts", row.attempts);
    item.Set("last_status", row.last_status);
    if (!row.last_error.empty()) item.Set("last_error", row.last_error);
    item.Set("changed", FormatInstant(row.change.at));
    if (row.delivered) item.Set("delivered", FormatInstant(*row.delivered));
    if (row.state == store::DeliveryState::kQueued) item.Set("due", FormatInstant(row.due));
    items.push_back(std::move(item));
  }
  const std::string message =
      items.empty() ? "Nothing has been sent to this webhook yet."
                    : "The newest " + Count(items.size(), "delivery", "deliveries") + ".";
  return ListAnswer(message, std::move(items));
}

Result<json::Value> Replay(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto webhook, FindWebhook(context, TextOf(arguments, "webhook")));
  const auto delivery = arguments.Integer("delivery");
  std::optional<Instant> since;
  if (const auto text = TextOf(arguments, "since"); !text.empty()) {
    since = ParseInstant(text);
    if (!since) {
      return MakeError(Fault::kMisconfigured,
                       "since is a moment with its zone, for instance 2026-03-09T09:00:00+11:00");
    }
  }
  PONS_ASSIGN(const auto count, delivery::SendAgain(context.store, webhook.key, delivery, since));
  auto out = Message(Count(static_cast<std::size_t>(count), "delivery", "deliveries") +
                     " will be sent again" + (count == 0 ? "; there was nothing to repeat." : "."));
  out.Set("id", webhook.id.value);
  out.Set("queued", count);
  return out;
}

constexpr ArgumentSpec kAddArguments[] = {
    {.name = "app", .help = "the app's id or name", .required = true},
    {.name = "url", .help = "where to send to, https", .required = true},
    {.name = "event",
     .kind = ArgumentKind::kList,
     .help = "an event it wants, for instance encounter.created; all when left out"},
};
constexpr ArgumentSpec kOne[] = {
    {.name = "webhook", .help = "the webhook's id", .required = true, .positional = true}};
constexpr ArgumentSpec kEditArguments[] = {
    kOne[0],
    {.name = "url", .help = "another address; the same when left out"},
    {.name = "event", .kind = ArgumentKind::kList, .help = "the events it wants from now on"},
    {.name = "all_events", .kind = ArgumentKind::kFlag, .help = "every event from now on"},
};
constexpr ArgumentSpec kRotateArguments[] = {
    kOne[0],
    {.name = "overlap_hours",
     .kind = ArgumentKind::kInteger,
     .help = "how long messages are signed with the old secret as well; 24 when left out"},
};
constexpr ArgumentSpec kDeliveriesArguments[] = {
    kOne[0],
    {.name = "limit", .kind = ArgumentKind::kInteger, .help = "how many at most; 50 when left out"},
};
constexpr ArgumentSpec kReplayArguments[] = {
    kOne[0],
    {.name = "delivery", .kind = ArgumentKind::kInteger, .help = "one delivery, by its number"},
    {.name = "since", .help = "all since a moment; all that failed when neither is given"},
};
constexpr Column kColumns[] = {
    {"ID", "id"}, {"APP", "app"}, {"URL", "url"}, {"EVENTS", "events"}, {"STATE", "state"}};
constexpr Column kDeliveryColumns[] = {
    {"NUMBER", "id"},   {"CHANGED", "changed"},   {"EVENT", "event"},       {"RECORD", "record"},
    {"STATE", "state"}, {"ATTEMPTS", "attempts"}, {"ANSWER", "last_status"}};

constexpr CommandSpec kCommands[] = {
    {"webhook add",
     "Sets up a webhook and shows its signing secret once.",
     "pons webhook add --app \"Skin Viewer\" --url https://app.example.org/pons --event "
     "encounter.created",
     kAddArguments,
     {},
     true,
     Add},
    {"webhook list", "Lists the webhooks.", "pons webhook list", {}, kColumns, false, List},
    {"webhook test",
     "Sends a test message and shows how it was taken.",
     "pons webhook test webhook-…",
     kOne,
     {},
     false,
     Test},
    {"webhook enable",
     "Switches a webhook on again.",
     "pons webhook enable webhook-…",
     kOne,
     {},
     true,
     Enable},
    {"webhook disable",
     "Switches a webhook off; what waits for it is kept, what happens meanwhile is not sent.",
     "pons webhook disable webhook-…",
     kOne,
     {},
     true,
     Disable},
    {"webhook edit",
     "Changes a webhook's address or events.",
     "pons webhook edit webhook-… --url https://app.example.org/other",
     kEditArguments,
     {},
     true,
     Edit},
    {"webhook delete",
     "Deletes a webhook; what waits for it is not sent.",
     "pons webhook delete webhook-…",
     kOne,
     {},
     true,
     Delete},
    {"webhook rotate-secret",
     "Gives a webhook a new signing secret; the old one signs as well for a while.",
     "pons webhook rotate-secret webhook-…",
     kRotateArguments,
     {},
     true,
     RotateSecret},
    {"webhook deliveries", "Shows what was sent to a webhook and how it was taken.",
     "pons webhook deliveries webhook-… --limit 20", kDeliveriesArguments, kDeliveryColumns, false,
     Deliveries},
    {"webhook replay",
     "Sends again what failed, one delivery, or all since a moment.",
     "pons webhook replay webhook-… --since 2026-03-09T09:00:00+11:00",
     kReplayArguments,
     {},
     true,
     Replay},
};

}  // namespace

std::span<const CommandSpec> WebhookCommands() { return kCommands; }

}  // namespace pons::admin
