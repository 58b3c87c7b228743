// SPDX-License-Identifier: Apache-2.0
// Webhooks of an app: set up, tried, given new secrets; what was sent to them, what they said, and
// sending it again. Messages name records and hold nothing of them, so the log is no patient data.
#include <charconv>

#include "admin/parts.h"
#include "delivery/payload.h"
#include "delivery/webhooks.h"
#include "portal/developer.h"

namespace pons::portal {
namespace {

using store::DeliveryState;

constexpr std::size_t kMostWebhooks = 20;

std::string_view StateName(DeliveryState state) {
  switch (state) {
    case DeliveryState::kQueued:
      return "queued";
    case DeliveryState::kDelivered:
      return "delivered";
    case DeliveryState::kFailed:
      return "failed";
  }
  return "queued";
}

std::optional<DeliveryState> StateNamed(std::string_view name) {
  for (const auto state :
       {DeliveryState::kQueued, DeliveryState::kDelivered, DeliveryState::kFailed}) {
    if (StateName(state) == name) return state;
  }
  return std::nullopt;
}

json::Value DeliveryJson(const store::DeliveryRow& row) {
  json::Value item;
  item.Set("id", std::to_string(row.id));
  item.Set("event_id", row.event_id);
  item.Set("event_type", row.event_type);
  item.Set("state", StateName(row.state));
  item.Set("attempts", row.attempts);
  item.Set("last_status", row.last_status == 0 ? json::Value() : json::Value(row.last_status));
  item.Set("last_error", row.last_error.empty() ? json::Value() : json::Value(row.last_error));
  item.Set("at", FormatInstant(row.change.at));
  item.Set("due_at", row.state == DeliveryState::kQueued ? json::Value(FormatInstant(row.due))
                                                         : json::Value());
  item.Set("delivered_at", TimeOrNull(row.delivered));
  item.Set("record",
           std::string(model::ResourceTypeOf(row.change.stream)) + "/" + row.change.id.value);
  return item;
}

json::Value HeadersJson(std::string_view lines) {
  json::Value out{json::Object{}};
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto line = lines.substr(0, end);
    if (const auto colon = line.find(": "); colon != std::string_view::npos) {
      out.Set(line.substr(0, colon), line.substr(colon + 2));
    }
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

void AddAnswer(json::Value& out, const store::DeliveryAnswer& answer) {
  out.Set("headers", HeadersJson(answer.request_headers));
  out.Set("response_headers", HeadersJson(answer.response_headers));
  out.Set("response_excerpt", answer.excerpt);
  out.Set("attempted_at", FormatInstant(answer.at));
  out.Set("latency_ms", static_cast<std::int64_t>(answer.took.count()));
}

json::Value AttemptJson(const store::DeliveryAnswer& answer) {
  json::Value attempt;
  attempt.Set("at", FormatInstant(answer.at));
  attempt.Set("status", answer.status == 0 ? json::Value() : json::Value(answer.status));
  attempt.Set("error", answer.error.empty() ? json::Value() : json::Value(answer.error));
  attempt.Set("latency_ms", static_cast<std::int64_t>(answer.took.count()));
  attempt.Set("response_excerpt", answer.excerpt);
  return attempt;
}

Result<json::Value> WebhookJson(store::Reader& reader, const store::Webhook& webhook,
                                const std::vector<store::OutboxTally>& tallies) {
  json::Value out;
  out.Set("id", webhook.id.value);
  out.Set("url", webhook.url);
  out.Set("events", json::Array(webhook.events.begin(), webhook.events.end()));
  out.Set("state", webhook.state == store::WebhookState::kActive ? "active" : "disabled");
  out.Set("cause", webhook.cause.empty() ? json::Value() : json::Value(webhook.cause));
  out.Set("created_at", FormatInstant(webhook.created));
  out.Set("old_valid_until", TimeOrNull(webhook.previous_until));
  for (const auto& tally : tallies) {
    if (tally.webhook != webhook.key) continue;
    out.Set("pending", tally.queued);
    out.Set("failed", tally.failed);
  }
  PONS_ASSIGN(const auto newest, reader.Deliveries({.webhook = webhook.key, .limit = 20}));
  for (const auto& row : newest) {
    if (row.attempts == 0) continue;
    if (out.Find("last_status") == nullptr) {
      out.Set("last_status", row.last_status == 0 ? json::Value() : json::Value(row.last_status));
      out.Set("last_error", row.last_error.empty() ? json::Value() : json::Value(row.last_error));
    }
    if (row.delivered && out.Find("last_delivered_at") == nullptr) {
      out.Set("last_delivered_at", FormatInstant(*row.delivered));
    }
  }
  return out;
}

Result<json::Value> OneWebhook(PortalContext& context, const WebhookId& id) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto webhooks, reader->Webhooks());
  PONS_ASSIGN(const auto tallies, reader->OutboxTallies());
  for (const auto& webhook : webhooks) {
    if (webhook.id == id) return WebhookJson(*reader, webhook, tallies);
  }
  return MakeError(Fault::kNotFound, "this webhook is not there any more");
}

std::int64_t NumberIn(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

json::Value ForWebhook(const PortalCall& call) {
  json::Value arguments;
  arguments.Set("webhook", call.resource.webhook->id.value);
  return arguments;
}

}  // namespace

Handled ListWebhooks(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto webhooks, reader->Webhooks());
  PONS_ASSIGN(const auto tallies, reader->OutboxTallies());
  json::Array items;
  for (const auto& webhook : webhooks) {
    if (webhook.app != call.resource.app->key) continue;
    PONS_ASSIGN(auto item, WebhookJson(*reader, webhook, tallies));
    items.push_back(std::move(item));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Handled AddWebhook(PortalContext& context, PortalCall& call) {
  const auto events = TextsOf(call, "events");
  if (!events) return Problem(400, "not_understood", "\"events\" is a list of texts.", "events");
  if (call.Text("url").empty()) {
    return Problem(422, "missing", "Give the address that messages are sent to.", "url");
  }
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto webhooks, reader->Webhooks());
  const auto own = std::count_if(webhooks.begin(), webhooks.end(), [&](const auto& webhook) {
    return webhook.app == call.resource.app->key;
  });
  if (static_cast<std::size_t>(own) >= kMostWebhooks) {
    return MakeError(Fault::kRejected, "an app has at most 20 webhooks: delete one first");
  }
  json::Value arguments;
  arguments.Set("app", call.resource.app->id.value);
  arguments.Set("url", call.Text("url"));
  if (!events->empty()) arguments.Set("event", json::Array(events->begin(), events->end()));
  PONS_ASSIGN(const auto made, RunCommand(context, call, "webhook add", arguments));
  PONS_ASSIGN(auto body, OneWebhook(context, WebhookId(std::string(made.Text("id")))));
  body.Set("secret", made.Text("secret"));
  return Created(std::move(body));
}

Handled EditWebhook(PortalContext& context, PortalCall& call) {
  auto arguments = ForWebhook(call);
  if (call.body.Find("url") != nullptr) arguments.Set("url", call.Text("url"));
  if (call.body.Find("events") != nullptr) {
    const auto events = TextsOf(call, "events");
    if (!events) return Problem(400, "not_understood", "\"events\" is a list of texts.", "events");
    if (events->empty()) {
      arguments.Set("all_events", true);
    } else {
      arguments.Set("event", json::Array(events->begin(), events->end()));
    }
  }
  const bool edits = arguments.object()->size() > 1;
  if (edits) PONS_TRY(RunCommand(context, call, "webhook edit", arguments));
  const auto state = call.Text("state");
  if (state == "active") {
    PONS_TRY(RunCommand(context, call, "webhook enable", ForWebhook(call)));
  } else if (state == "disabled") {
    PONS_TRY(RunCommand(context, call, "webhook disable", ForWebhook(call)));
  } else if (!state.empty()) {
    return Problem(400, "not_understood", "\"state\" is active or disabled.", "state");
  }
  PONS_ASSIGN(auto body, OneWebhook(context, call.resource.webhook->id));
  return Ok(std::move(body));
}

Handled RemoveWebhook(PortalContext& context, PortalCall& call) {
  PONS_TRY(RunCommand(context, call, "webhook delete", ForWebhook(call)));
  return NoContent();
}

Handled TestWebhook(PortalContext& context, PortalCall& call) {
  if (context.webhook_transport == nullptr) {
    return MakeError(Fault::kUnsupported, "this server sends no messages");
  }
  const auto result = delivery::SendTest(*context.webhook_transport, context.clock, context.random,
                                         *call.resource.webhook, context.admin.cancel);
  json::Value body;
  body.Set("ok", result.accepted);
  body.Set("status", result.status == 0 ? json::Value() : json::Value(result.status));
  body.Set("detail", result.accepted ? "The receiver took the message." : result.reason);
  AddAnswer(body, result.answer);
  body.Set("payload", json::Parse(result.payload).value());
  return Ok(std::move(body));
}

Handled RotateWebhook(PortalContext& context, PortalCall& call) {
  auto arguments = ForWebhook(call);
  if (const auto hours = call.body.Integer("overlap_hours")) {
    arguments.Set("overlap_hours", *hours);
  }
  PONS_ASSIGN(const auto made, RunCommand(context, call, "webhook rotate-secret", arguments));
  json::Value body;
  body.Set("secret", made.Text("secret"));
  const auto until = made.Text("old_valid_until");
  body.Set("old_valid_until", until.empty() ? json::Value() : json::Value(until));
  return Created(std::move(body));
}

Handled ListDeliveries(PortalContext& context, PortalCall& call) {
  store::DeliveryFilter filter;
  filter.webhook = call.resource.webhook->key;
  filter.limit = static_cast<std::uint32_t>(call.QueryNumber("limit", 50, 200));
  filter.before = NumberIn(call.Query("cursor"));
  if (const auto state = call.Query("state"); !state.empty()) {
    filter.state = StateNamed(state);
    if (!filter.state) {
      return Problem(400, "not_understood", "\"state\" is queued, delivered or failed.", "state");
    }
  }
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto rows, reader->Deliveries(filter));
  PONS_ASSIGN(const auto total, reader->CountDeliveries(filter));
  json::Array items;
  for (const auto& row : rows) items.push_back(DeliveryJson(row));
  const bool more = rows.size() == filter.limit;
  return List(std::move(items), more ? std::to_string(rows.back().id) : std::string(), total);
}

Handled GetDelivery(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto row,
              reader->Delivery(call.resource.webhook->key, NumberIn(call.Path("delivery"))));
  if (!row) return MakeError(Fault::kNotFound, "this delivery is not kept any more");
  auto body = DeliveryJson(*row);
  body.Set("payload", json::Parse(delivery::ChangeBody(*row)).value());
  PONS_ASSIGN(const auto answers, reader->AnswersTo(row->id));
  if (answers.empty()) {
    body.Set("headers", json::Object{});
    body.Set("response_excerpt", json::Value());
  } else {
    AddAnswer(body, answers.front());
  }
  json::Array log;
  for (const auto& answer : answers) log.push_back(AttemptJson(answer));
  body.Set("attempt_log", std::move(log));
  return Ok(std::move(body));
}

Handled ReplayDeliveries(PortalContext& context, PortalCall& call) {
  auto arguments = ForWebhook(call);
  if (const auto* one = call.body.Find("delivery"); one != nullptr && !one->is_null()) {
    const auto number = one->is_string() ? NumberIn(*one->string()) : one->AsInteger().value_or(0);
    PONS_ASSIGN(const auto reader, context.store.OpenReader());
    PONS_ASSIGN(const auto row, reader->Delivery(call.resource.webhook->key, number));
    if (!row) return MakeError(Fault::kNotFound, "this delivery is not kept any more");
    arguments.Set("delivery", number);
  }
  if (!call.Text("since").empty()) arguments.Set("since", call.Text("since"));
  PONS_ASSIGN(const auto made, RunCommand(context, call, "webhook replay", arguments));
  json::Value body;
  body.Set("queued", made.Integer("queued").value_or(0));
  auto answer = Ok(std::move(body));
  answer.status = 202;
  return answer;
}

}  // namespace pons::portal
