// SPDX-License-Identifier: Apache-2.0
#include "delivery/signature.h"

#include <charconv>

#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::delivery {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kLeastSecretBytes = 24;
constexpr std::size_t kMostSecretBytes = 64;

Result<std::string> KeyOf(const Sensitive<std::string>& secret) {
  const std::string_view text = secret.Reveal();
  if (text.starts_with(kPrefix)) {
    auto key = crypto::FromBase64(text.substr(kPrefix.size()));
    if (key && key->size() >= kLeastSecretBytes && key->size() <= kMostSecretBytes) return *key;
  }
  return MakeError(Fault::kMisconfigured,
                   "the webhook's secret is not whsec_ and base64 of 24 to 64 bytes; give it a new "
                   "secret");
}

Error Refused(std::string summary) {
  return MakeError(Fault::kUnauthenticated, std::move(summary));
}

}  // namespace

Sensitive<std::string> NewWebhookSecret(Random& random) {
  std::string bytes(kSecretBytes, '\0');
  random.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return Sensitive<std::string>(std::string(kPrefix) + crypto::Base64(bytes));
}

Result<std::string> Sign(const Sensitive<std::string>& secret, std::string_view id,
                         seconds timestamp, std::string_view body) {
  PONS_ASSIGN(const std::string key, KeyOf(secret));
  std::string text;
  text.reserve(id.size() + body.size() + 24);
  text.append(id).append(1, '.').append(std::to_string(timestamp.count())).append(1, '.');
  text.append(body);
  return "v1," + crypto::Base64(crypto::HmacSha256(key, text));
}

Result<net::Headers> SignatureHeaders(const Sensitive<std::string>& secret, std::string_view id,
                                      Instant now, std::string_view body) {
  const auto timestamp = std::chrono::floor<seconds>(now.time_since_epoch());
  PONS_ASSIGN(std::string signature, Sign(secret, id, timestamp, body));
  return net::Headers{{"webhook-id", std::string(id)},
                      {"webhook-timestamp", std::to_string(timestamp.count())},
                      {"webhook-signature", std::move(signature)}};
}

Result<net::Headers> SignatureHeaders(const store::Webhook& webhook, std::string_view id,
                                      Instant now, std::string_view body) {
  PONS_ASSIGN(auto headers, SignatureHeaders(webhook.secret, id, now, body));
  if (!webhook.previous_until || now >= *webhook.previous_until) return headers;
  const auto timestamp = std::chrono::floor<seconds>(now.time_since_epoch());
  PONS_ASSIGN(const auto before, Sign(webhook.previous_secret, id, timestamp, body));
  headers.back().second += " " + before;
  return headers;
}

Result<void> Verify(const Sensitive<std::string>& secret, const net::Headers& headers, Instant now,
                    std::string_view body, seconds tolerance) {
  const auto id = net::FindHeader(headers, "webhook-id");
  const auto stamp = net::FindHeader(headers, "webhook-timestamp");
  const auto signatures = net::FindHeader(headers, "webhook-signature");
  if (id.empty() || stamp.empty() || signatures.empty()) {
    return Refused("webhook-id, webhook-timestamp and webhook-signature must all be there");
  }
  std::int64_t sent = 0;
  const auto [end, problem] = std::from_chars(stamp.data(), stamp.data() + stamp.size(), sent);
  if (problem != std::errc() || end != stamp.data() + stamp.size()) {
    return Refused("webhook-timestamp is not a number of seconds");
  }
  const auto now_seconds = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  if (sent < now_seconds - tolerance.count() || sent > now_seconds + tolerance.count()) {
    return Refused("webhook-timestamp is too far from this clock");
  }
  PONS_ASSIGN(const std::string expected, Sign(secret, id, seconds(sent), body));
  for (const auto signature : Split(signatures, ' ')) {
    if (crypto::EqualInConstantTime(signature, expected)) return Ok();
  }
  return Refused("webhook-signature does not match");
}

}  // namespace pons::delivery
