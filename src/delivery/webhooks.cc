// SPDX-License-Identifier: Apache-2.0
#include "delivery/webhooks.h"

#include <algorithm>

#include "delivery/payload.h"
#include "delivery/signature.h"

namespace pons::delivery {
namespace {

constexpr seconds kTestTimeout{15};

Error UnknownEvent(const std::string& event) {
  const auto dot = event.find('.');
  std::string same_resource;
  std::string resources;
  for (const auto& known : KnownEvents()) {
    if (dot != std::string::npos && known.starts_with(event.substr(0, dot + 1))) {
      same_resource += (same_resource.empty() ? "" : ", ") + known;
    }
    if (known.ends_with(".created")) resources += (resources.empty() ? "" : ", ") + known;
  }
  return MakeError(
      Fault::kMisconfigured,
      "there is no such event; choose from " +
          (same_resource.empty() ? resources + " (or .updated, .deleted)" : same_resource));
}

}  // namespace

Result<store::Webhook> NewWebhook(store::AppKey app, const std::string& url,
                                  std::vector<std::string> events, net::AddressPolicy policy,
                                  Instant now, Random& random) {
  store::Webhook webhook;
  webhook.id = WebhookId(NewId("webhook", random));
  webhook.app = app;
  webhook.secret = NewWebhookSecret(random);
  webhook.created = now;
  return Changed(std::move(webhook), url, std::move(events), policy);
}

Result<store::Webhook> Changed(store::Webhook webhook, const std::string& url,
                               std::vector<std::string> events, net::AddressPolicy policy) {
  if (const auto checked = net::CheckUrl(url, policy); !checked) {
    return WithContext(checked.error(), "webhook address");
  }
  for (const auto& event : events) {
    if (!IsKnownEvent(event)) return UnknownEvent(event);
  }
  std::ranges::sort(events);
  events.erase(std::unique(events.begin(), events.end()), events.end());
  webhook.url = url;
  webhook.events = std::move(events);
  return webhook;
}

store::Webhook WithNewSecret(store::Webhook webhook, seconds overlap, Instant now, Random& random) {
  if (overlap.count() > 0) {
    webhook.previous_secret = std::move(webhook.secret);
    webhook.previous_until = now + overlap;
  } else {
    webhook.previous_secret = {};
    webhook.previous_until.reset();
  }
  webhook.secret = NewWebhookSecret(random);
  return webhook;
}

TestResult SendTest(net::HttpTransport& transport, Clock& clock, Random& random,
                    const store::Webhook& webhook, const CancelToken& cancel) {
  const std::string id = NewId("evt", random);
  const std::string body = TestBody(webhook.id, clock.Now());
  // As a last attempt, so that nothing is said about sending it again.
  const Message message{id, body, kMostAttempts};
  const auto attempt = SendMessage(transport, clock, webhook, message, kTestTimeout, 0, cancel);
  TestResult result;
  result.accepted = attempt.verdict.state == store::DeliveryState::kDelivered;
  result.status = attempt.status;
  result.took = attempt.finished - attempt.started;
  result.reason = attempt.verdict.reason;
  result.payload = body;
  result.answer = attempt.answer;
  return result;
}

Result<void> Enable(store::Store& store, store::Webhook webhook) {
  webhook.state = store::WebhookState::kActive;
  webhook.cause.clear();
  return store.Write([&](store::Transaction& transaction) -> Result<void> {
    transaction.Update(webhook);
    return Ok();
  });
}

Result<std::int64_t> SendAgain(store::Store& store, store::WebhookKey webhook,
                               std::optional<std::int64_t> delivery, std::optional<Instant> since) {
  std::int64_t count = 0;
  PONS_TRY(store.Write([&](store::Transaction& transaction) -> Result<void> {
    count = transaction.Replay(webhook, delivery, since);
    return Ok();
  }));
  return count;
}

}  // namespace pons::delivery
