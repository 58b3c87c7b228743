// SPDX-License-Identifier: Apache-2.0
// Webhook signatures after Standard Webhooks 1.0.0: "v1," + base64 of HMAC-SHA256 over
// "id.timestamp.body", keyed with the bytes behind "whsec_". Any receiver that follows the
// specification can check them.
//
// Threads: all functions may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/sensitive.h"
#include "base/time.h"
#include "net/http.h"
#include "store/entities.h"

namespace pons::delivery {

// How far a receiver's clock may be off before it should refuse a message as replayed.
inline constexpr seconds kSignatureTolerance{300};

// A new secret: "whsec_" + base64 of 32 random bytes.
Sensitive<std::string> NewWebhookSecret(Random& random);

// "v1,…" over the raw bytes of `body`.
// Errors: kMisconfigured where the secret is not "whsec_" + base64 of 24 to 64 bytes.
Result<std::string> Sign(const Sensitive<std::string>& secret, std::string_view id,
                         seconds timestamp, std::string_view body);

// The three headers of one attempt: webhook-id, webhook-timestamp, webhook-signature.
Result<net::Headers> SignatureHeaders(const Sensitive<std::string>& secret, std::string_view id,
                                      Instant now, std::string_view body);

// The same with a second signature behind the first while a webhook's secret is being changed: who
// knows either secret can check the message.
Result<net::Headers> SignatureHeaders(const store::Webhook& webhook, std::string_view id,
                                      Instant now, std::string_view body);

// What a receiver does. Fine when one of the space-separated signatures is right and the time-stamp
// is within the tolerance. Errors: kUnauthenticated, saying which of them failed.
Result<void> Verify(const Sensitive<std::string>& secret, const net::Headers& headers, Instant now,
                    std::string_view body, seconds tolerance = kSignatureTolerance);

}  // namespace pons::delivery
