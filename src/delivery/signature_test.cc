// SPDX-License-Identifier: Apache-2.0
#include "delivery/signature.h"

#include <gtest/gtest.h>

#include "crypto/crypto.h"

namespace pons::delivery {
namespace {

// The example that the Standard Webhooks libraries share.
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t kStamp = 1614265330;
constexpr const char* kBody = R"({"test": 2432232314})";
constexpr const char* kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

Sensitive<std::string> Secret(std::string text) { return Sensitive<std::string>(std::move(text)); }
Instant At(std::int64_t unix_seconds) { return FromMillis(unix_seconds * 1000); }

net::Headers HeadersWith(std::string signature) {
  return {{"Webhook-Id", kId},
          {"webhook-timestamp", std::to_string(kStamp)},
          {"webhook-signature", std::move(signature)}};
}

TEST(Signature, IsThatOfThePublishedExample) {
  const auto signature = Sign(Secret(kSecret), kId, seconds(kStamp), kBody);
  ASSERT_TRUE(signature);
  EXPECT_EQ(*signature, kSignature);
}

TEST(Signature, HeadersOfAnAttemptVerify) {
  SeededRandom random(1);
  const auto secret = NewWebhookSecret(random);
  const auto headers = SignatureHeaders(secret, "evt-1", FromMillis(1'700'000'000'999), "body");
  ASSERT_TRUE(headers);
  EXPECT_EQ(net::FindHeader(*headers, "webhook-timestamp"), "1700000000");
  EXPECT_TRUE(Verify(secret, *headers, At(1'700'000'000), "body"));
}

TEST(Signature, NewSecretsDifferAndCarry32Bytes) {
  SeededRandom random(1);
  const auto first = NewWebhookSecret(random);
  EXPECT_NE(first, NewWebhookSecret(random));
  ASSERT_TRUE(first.Reveal().starts_with("whsec_"));
  EXPECT_EQ(crypto::FromBase64(first.Reveal().substr(6))->size(), 32u);
}

TEST(Signature, AnyOneOfSeveralSignaturesIsEnough) {
  const auto headers = HeadersWith(std::string("v1,AAAA v1a,BBBB ") + kSignature);
  EXPECT_TRUE(Verify(Secret(kSecret), headers, At(kStamp), kBody));
}

TEST(Signature, RefusesWhatWasChanged) {
  const auto good = HeadersWith(kSignature);
  EXPECT_FALSE(Verify(Secret(kSecret), good, At(kStamp), R"({"test": 2432232315})"));
  EXPECT_FALSE(Verify(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"), good, At(kStamp), kBody));
  auto other_id = good;
  other_id[0].second = "msg_other";
  EXPECT_FALSE(Verify(Secret(kSecret), other_id, At(kStamp), kBody));
  EXPECT_FALSE(Verify(Secret(kSecret), HeadersWith("v2,g0hM9SsE"), At(kStamp), kBody));
  EXPECT_FALSE(Verify(Secret(kSecret), {}, At(kStamp), kBody));
}

TEST(Signature, RefusesOldAndFutureTimeStamps) {
  const auto good = HeadersWith(kSignature);
  EXPECT_TRUE(Verify(Secret(kSecret), good, At(kStamp + 300), kBody));
  EXPECT_FALSE(Verify(Secret(kSecret), good, At(kStamp + 301), kBody));
  EXPECT_FALSE(Verify(Secret(kSecret), good, At(kStamp - 301), kBody));
  for (const char* stamp : {"", "x", "1614265330x", "99999999999999999999"}) {
    auto headers = good;
    headers[1].second = stamp;
    EXPECT_FALSE(Verify(Secret(kSecret), headers, At(kStamp), kBody)) << stamp;
  }
}

TEST(Signature, RefusesSecretsThatAreNone) {
  for (const char* secret :
       {"", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"}) {
    const auto signature = Sign(Secret(secret), kId, seconds(kStamp), kBody);
    ASSERT_FALSE(signature) << secret;
    EXPECT_EQ(signature.error().fault, Fault::kMisconfigured);
  }
}

}  // namespace
}  // namespace pons::delivery
