// SPDX-License-Identifier: Apache-2.0
// What receivers send back and what reaches a verifier: no header passes for a signature that was
// not made with the secret, and no Retry-After puts us off for longer than is allowed.
#include <string>

#include "delivery/retry.h"
#include "delivery/signature.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace delivery = pons::delivery;
  static const pons::Sensitive<std::string> secret(
      std::string("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  static const auto now = *pons::ParseInstant("2026-03-09T04:05:06Z");
  auto rest = pons::AsText(data, size);
  const std::string id(pons::TakeLine(rest));
  const std::string timestamp(pons::TakeLine(rest));
  const std::string signature(pons::TakeLine(rest));

  pons::net::Headers headers = {
      {"webhook-id", id}, {"webhook-timestamp", timestamp}, {"webhook-signature", signature}};
  // Whoever made the input does not hold the secret.
  PONS_CHECK(!delivery::Verify(secret, headers, now, rest).has_value());
  const auto ours = delivery::SignatureHeaders(secret, id, now, rest);
  PONS_CHECK(ours.has_value());
  // A message always has an id; one without is refused whoever signed it.
  PONS_CHECK(delivery::Verify(secret, *ours, now, rest).has_value() == !id.empty());
  (void)delivery::Verify(pons::Sensitive<std::string>(id), headers, now, rest);

  if (const auto wait = delivery::ParseRetryAfter(signature, now)) {
    PONS_CHECK(wait->count() >= 0);
  }
  const auto verdict = delivery::JudgeAnswer(429, signature, 1, now, 0);
  PONS_CHECK(verdict.wait >= pons::milliseconds(0) && verdict.hold >= pons::milliseconds(0));
  PONS_CHECK(verdict.wait <= delivery::kLongestRetryAfter * 2);
  PONS_CHECK(verdict.hold <= delivery::kLongestRetryAfter * 2);
  return 0;
}
