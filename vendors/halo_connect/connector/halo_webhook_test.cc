// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_webhook.h"

#include "base/text.h"
#include "vendors/halo_connect/connector/halo_test_kit.h"

namespace pons::halo_connect {
namespace {

// The sheet's own vector (§6).
constexpr std::string_view kBody =
    R"({"id":"0b0c5d9e-6a1f-4a34-9d6b-2f1d6c1e7a10","occurredAt":"2026-05-04T01:02:03.0000000+00:00",)"
    R"("siteId":"7d2c1f4e-0001-4000-8000-000000000001","queryId":"7d2c1f4e-0002-4000-8000-000000000002",)"
    R"("webhookSource":"registered"})";
constexpr char kId[] = "0b0c5d9e-6a1f-4a34-9d6b-2f1d6c1e7a10";
constexpr char kStamp[] = "2026-05-04T01:02:04.0000000+00:00";
constexpr char kSignature[] = "193465f3eecc61bd8abd0fe763232f4dc44585f5c6f4aef506e6c40e1d554c75";

std::string Sign(std::string_view body, std::string_view stamp) {
  return Hex(
      crypto::HmacSha256("sandbox-webhook-secret", std::string(body) + "." + std::string(stamp)));
}

Result<Hook> Read(std::string_view body, net::Headers headers, std::string_view now,
                  const Access& access = TestAccess()) {
  return ReadWebhook(access, {headers, body, *ParseInstant(now)});
}

net::Headers Headers(std::string signature = kSignature, std::string id = kId,
                     std::string stamp = kStamp) {
  return {{"X-Halo-Id", std::move(id)},
          {"x-halo-timestamp", std::move(stamp)},
          {"X-Halo-Signature-256", std::move(signature)}};
}

constexpr char kNow[] = "2026-05-04T01:02:10Z";

TEST(HaloWebhook, TheSheetsVectorNamesTheSite) {
  ASSERT_EQ(kBody.size(), 220u);
  const auto hook = Read(kBody, Headers(), kNow);
  ASSERT_TRUE(hook) << hook.error().summary;
  EXPECT_EQ(hook->id, kId);
  EXPECT_EQ(hook->key, "halo_guid");
  EXPECT_EQ(hook->value, kGuid);
}

TEST(HaloWebhook, ForgedCallsAreRefused) {
  auto other = std::string(kSignature);
  other[0] = 'a';
  std::string changed(kBody);
  changed[changed.find("0001-4000")] = '1';
  const auto refused = [](const Result<Hook>& hook) {
    return !hook && hook.error().fault == Fault::kUnauthenticated;
  };
  EXPECT_TRUE(refused(Read(kBody, Headers(other), kNow)));
  EXPECT_TRUE(refused(Read(kBody, Headers(""), kNow)));
  EXPECT_TRUE(refused(Read(kBody, Headers(std::string(kSignature).substr(0, 32)), kNow)));
  EXPECT_TRUE(refused(Read(changed, Headers(), kNow)));
  EXPECT_TRUE(
      refused(Read(kBody, Headers(kSignature, kId, "2026-05-04T01:02:05.0000000+00:00"), kNow)));
  EXPECT_TRUE(refused(Read(kBody, {}, kNow)));
  // The header's number is not signed: it must be the body's.
  EXPECT_TRUE(refused(Read(kBody, Headers(kSignature, kOtherGuid), kNow)));
  EXPECT_TRUE(refused(Read(kBody, Headers(kSignature, ""), kNow)));
  auto another = TestAccess();
  another.webhook_secret = Sensitive<std::string>("another");
  EXPECT_TRUE(refused(Read(kBody, Headers(), kNow, another)));
}

TEST(HaloWebhook, StaleCallsAreRefusedBothWays) {
  EXPECT_TRUE(Read(kBody, Headers(), "2026-05-04T01:07:04Z"));
  EXPECT_FALSE(Read(kBody, Headers(), "2026-05-04T01:07:04.001Z"));
  EXPECT_TRUE(Read(kBody, Headers(), "2026-05-04T00:57:04Z"));
  EXPECT_FALSE(Read(kBody, Headers(), "2026-05-04T00:57:03.999Z"));
}

TEST(HaloWebhook, SignedNonsenseIsNoHook) {
  for (const std::string body :
       {"", "{}", "[]", R"({"id":"x","siteId":"y"})",
        R"({"id":"0b0c5d9e-6a1f-4a34-9d6b-2f1d6c1e7a10","siteId":"../../x"})"}) {
    const auto hook = Read(body, Headers(Sign(body, kStamp)), kNow);
    ASSERT_FALSE(hook) << body;
    EXPECT_EQ(hook.error().fault, Fault::kProtocol);
  }
  EXPECT_FALSE(Read(kBody, Headers(Sign(kBody, "yesterday"), kId, "yesterday"), kNow));
  const std::string long_body(20000, ' ');
  EXPECT_FALSE(Read(long_body, Headers(Sign(long_body, kStamp)), kNow));
}

TEST(HaloWebhook, WithoutASecretNobodyMayCall) {
  auto access = TestAccess();
  access.webhook_secret = {};
  const auto hook = Read(kBody, Headers(), kNow, access);
  ASSERT_FALSE(hook);
  EXPECT_EQ(hook.error().fault, Fault::kUnsupported);
}

}  // namespace
}  // namespace pons::halo_connect
