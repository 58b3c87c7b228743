// SPDX-License-Identifier: Apache-2.0
// What an owner does with webhooks: make one, try it, switch it on again, send again what was lost.
//
// Threads: all functions may be called from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "delivery/attempt.h"
#include "net/address_policy.h"
#include "store/store.h"

namespace pons::delivery {

// A webhook ready to be stored, with a new id and a new secret. No events: all of them.
// Errors: kMisconfigured or kForbidden, saying what is wrong with the address or which event is
// unknown and what it may have meant.
Result<store::Webhook> NewWebhook(store::AppKey app, const std::string& url,
                                  std::vector<std::string> events, net::AddressPolicy policy,
                                  Instant now, Random& random);

// How a receiver took a test message.
struct TestResult {
  bool accepted = false;
  int status = 0;  // 0: no answer
  milliseconds took{0};
  std::string reason;  // for a person; empty where it was accepted
  std::string payload;
  store::DeliveryAnswer answer;
};

// Sends "webhook.test" at once, also to a webhook that is switched off. Nothing is stored.
// Blocks for at most 15 s.
TestResult SendTest(net::HttpTransport& transport, Clock& clock, Random& random,
                    const store::Webhook& webhook, const CancelToken& cancel);

// Switches a webhook on again. What was queued when it was switched off is sent; what had failed is
// not (SendAgain does that).
Result<void> Enable(store::Store& store, store::Webhook webhook);

// Another address or other events, judged as for a new one. `events` empty: all.
Result<store::Webhook> Changed(store::Webhook webhook, const std::string& url,
                               std::vector<std::string> events, net::AddressPolicy policy);

// A new secret. For `overlap` messages are signed with the old one as well; 0: from now on only
// with the new one. A second change within the overlap ends the oldest secret at once.
store::Webhook WithNewSecret(store::Webhook webhook, seconds overlap, Instant now, Random& random);

// Queues deliveries again: one of them, or all since a moment, or (neither given) all that failed.
// Returns how many.
Result<std::int64_t> SendAgain(store::Store& store, store::WebhookKey webhook,
                               std::optional<std::int64_t> delivery, std::optional<Instant> since);

}  // namespace pons::delivery
