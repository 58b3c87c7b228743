// SPDX-License-Identifier: Apache-2.0
#include "api/client_assertion.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"
#include "json/value.h"

namespace pons::api {
namespace {

constexpr std::int64_t kLongestLifeSeconds = 300;
constexpr std::int64_t kClockSlackSeconds = 30;
constexpr std::size_t kMostSeen = 100'000;

Error Bad(std::string why) {
  return MakeError(Fault::kRejected, "The client assertion is refused: " + std::move(why) + ".");
}

Result<json::Value> Part(std::string_view text) {
  const auto bytes = crypto::FromBase64Url(text);
  if (!bytes) return Bad("it is not base64url");
  auto value = json::Parse(*bytes, {.max_depth = 8, .max_bytes = 16384});
  if (!value || !value->is_object()) return Bad("it is not a JWT");
  return value;
}

std::string KeyPart(const json::Value& key, std::string_view name) {
  return crypto::FromBase64Url(key.Text(name)).value_or("");
}

}  // namespace

Result<Assertion> ReadAssertion(std::string_view jwt) {
  if (jwt.size() > 16384) return Bad("it is too long");
  const auto parts = Split(jwt, '.');
  if (parts.size() != 3) return Bad("it is not a JWT of three parts");
  PONS_ASSIGN(const auto header, Part(parts[0]));
  PONS_ASSIGN(const auto claims, Part(parts[1]));
  const auto signature = crypto::FromBase64Url(parts[2]);
  if (!signature) return Bad("its signature is not base64url");
  Assertion assertion;
  assertion.algorithm = header.Text("alg");
  assertion.key_id = header.Text("kid");
  assertion.issuer = claims.Text("iss");
  assertion.subject = claims.Text("sub");
  assertion.unique_id = claims.Text("jti");
  if (const auto* audience = claims.Find("aud"); audience != nullptr) {
    if (audience->is_string()) assertion.audience.push_back(*audience->string());
    if (const auto* list = audience->array()) {
      for (const auto& one : *list) {
        if (one.is_string()) assertion.audience.push_back(*one.string());
      }
    }
  }
  assertion.expires = claims.Integer("exp").value_or(0);
  assertion.signed_text = jwt.substr(0, parts[0].size() + 1 + parts[1].size());
  assertion.signature = *signature;
  return assertion;
}

Result<void> VerifyAssertion(const Assertion& assertion, std::string_view client_id,
                             std::string_view token_url, std::string_view jwks_json, Instant now) {
  const std::int64_t seconds = ToMillis(now) / 1000;
  if (assertion.issuer != client_id || assertion.subject != client_id) {
    return Bad("iss and sub must both be the client_id");
  }
  if (std::find(assertion.audience.begin(), assertion.audience.end(), token_url) ==
      assertion.audience.end()) {
    return Bad("aud must be this server's token URL, " + std::string(token_url));
  }
  if (assertion.expires <= seconds - kClockSlackSeconds) return Bad("it has expired");
  if (assertion.expires > seconds + kLongestLifeSeconds + kClockSlackSeconds) {
    return Bad("exp must be at most 5 minutes ahead");
  }
  if (assertion.unique_id.empty() || assertion.unique_id.size() > 256) return Bad("jti is missing");
  const std::string_view kty = assertion.algorithm == "RS384"   ? "RSA"
                               : assertion.algorithm == "ES384" ? "EC"
                                                                : "";
  if (kty.empty()) return Bad("alg must be RS384 or ES384");
  const auto jwks = json::Parse(jwks_json);
  const json::Value* keys = jwks ? jwks->Find("keys") : nullptr;
  if (keys == nullptr || keys->array() == nullptr) return Bad("the app has no registered keys");
  const json::Value* match = nullptr;
  for (const auto& key : *keys->array()) {
    if (key.Text("kid") != assertion.key_id || key.Text("kty") != kty) continue;
    if (match != nullptr) return Bad("several registered keys have this kid");
    match = &key;
  }
  if (match == nullptr) return Bad("no registered key has this kid and type");
  const bool rsa = kty == "RSA";
  if (!crypto::VerifyJwtSignature(assertion.algorithm, KeyPart(*match, rsa ? "n" : "x"),
                                  KeyPart(*match, rsa ? "e" : "y"), assertion.signed_text,
                                  assertion.signature)) {
    return Bad("its signature does not fit the registered key");
  }
  return Ok();
}

bool AssertionReplays::FirstUse(const Assertion& assertion, Instant now) {
  const std::int64_t seconds = ToMillis(now) / 1000;
  const std::lock_guard lock(mutex_);
  if (seen_.size() >= kMostSeen) {
    std::erase_if(seen_,
                  [&](const auto& entry) { return entry.second + kClockSlackSeconds < seconds; });
    if (seen_.size() >= kMostSeen) return false;
  }
  return seen_.emplace(assertion.issuer + '\n' + assertion.unique_id, assertion.expires).second;
}

}  // namespace pons::api
