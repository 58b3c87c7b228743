// SPDX-License-Identifier: Apache-2.0
// private_key_jwt of SMART Backend Services: a client proves itself by a signed JWT (RS384, ES384)
// that is checked against the public keys it has registered.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace pons::api {

struct Assertion {
  std::string algorithm;
  std::string key_id;
  std::string issuer;
  std::string subject;
  std::vector<std::string> audience;
  std::int64_t expires = 0;  // Unix seconds
  std::string unique_id;     // jti
  std::string signed_text;
  std::string signature;  // raw bytes
};

// Takes the JWT apart; nothing is verified. Errors: kRejected.
Result<Assertion> ReadAssertion(std::string_view jwt);

// Signature, audience, times, issuer = subject = `client_id`. Errors: kRejected, saying what to
// mend.
Result<void> VerifyAssertion(const Assertion& assertion, std::string_view client_id,
                             std::string_view token_url, std::string_view jwks_json, Instant now);

// Remembers assertions until they expire, so that each is good once.
// Threads: may be called from any thread.
class AssertionReplays {
 public:
  // False where it was seen before.
  bool FirstUse(const Assertion& assertion, Instant now);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> seen_;
};

}  // namespace pons::api
