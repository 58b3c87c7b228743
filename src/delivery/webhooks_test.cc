// SPDX-License-Identifier: Apache-2.0
#include "delivery/webhooks.h"

#include <gmock/gmock.h>

#include "delivery/delivery_fixture.h"
#include "delivery/dispatcher.h"
#include "delivery/payload.h"

namespace pons::delivery {
namespace {

class WebhooksTest : public DeliveryTest {
 protected:
  Result<store::Webhook> New(const std::string& url, std::vector<std::string> events = {}) {
    return NewWebhook(app_, url, std::move(events), net::AddressPolicy::kPublicOnly,
                      fake_clock_.Now(), random_);
  }
};

TEST_F(WebhooksTest, ANewOneHasAnIdAndASecretOfItsOwn) {
  const auto first =
      New("https://app.example/hook", {"patient.updated", "encounter.created", "patient.updated"});
  const auto second = New("https://app.example/hook");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->id, second->id);
  EXPECT_NE(first->secret, second->secret);
  EXPECT_TRUE(Sign(first->secret, "id", seconds(1), "body"));
  EXPECT_EQ(first->app, app_);
  EXPECT_THAT(first->events, testing::ElementsAre("encounter.created", "patient.updated"));
}

TEST_F(WebhooksTest, RefusesAddressesThatCouldReachANeighbour) {
  for (const char* url : {"http://app.example/", "https://127.0.0.1/", "https://10.0.0.1/",
                          "https://user:pw@app.example/", "https://localhost/", "nothing"}) {
    EXPECT_FALSE(New(url)) << url;
  }
}

TEST_F(WebhooksTest, AnUnknownEventIsRefusedWithThoseThatExist) {
  const auto made = New("https://app.example/hook", {"encounter.started"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::kMisconfigured);
  EXPECT_THAT(made.error().summary, testing::HasSubstr("encounter.created"));
  EXPECT_THAT(New("https://app.example/hook", {"visit"}).error().summary,
              testing::HasSubstr("patient.created"));
}

TEST_F(WebhooksTest, EveryStreamHasItsEvents) {
  EXPECT_EQ(KnownEvents().size(), model::kStreamCount * 3);
  EXPECT_TRUE(IsKnownEvent("healthcareservice.deleted"));
  EXPECT_FALSE(IsKnownEvent(kTestEvent));
}

TEST_F(WebhooksTest, WhatFailedIsSentAgainOnRequest) {
  FakeTransport transport;
  transport.answer = FakeTransport::Status(410);
  DeliveryDispatcher dispatcher(*store_, transport, fake_clock_, random_, log_);
  const auto webhook = AddWebhook("https://app.example/hook");
  Change("p1");
  ASSERT_EQ(*dispatcher.RunOnce(), 1);
  ASSERT_EQ(TheWebhook(webhook).state, store::WebhookState::kDisabled);

  transport.answer = FakeTransport::Status(200);
  ASSERT_TRUE(Enable(*store_, TheWebhook(webhook)));
  EXPECT_EQ(*dispatcher.RunOnce(), 0) << "failed is failed until somebody asks";
  EXPECT_EQ(*SendAgain(*store_, webhook, std::nullopt, std::nullopt), 1);
  EXPECT_EQ(*dispatcher.RunOnce(), 1);
  EXPECT_EQ(net::FindHeader(transport.sent[0].headers, "webhook-id"),
            net::FindHeader(transport.sent[1].headers, "webhook-id"));
  EXPECT_EQ(*SendAgain(*store_, webhook, std::nullopt, std::nullopt), 0);
}

TEST_F(WebhooksTest, SendsAgainOneOrAllSinceAMoment) {
  FakeTransport transport;
  DeliveryDispatcher dispatcher(*store_, transport, fake_clock_, random_, log_);
  const auto webhook = AddWebhook("https://app.example/hook");
  Change("p1");
  fake_clock_.Step(seconds(60));
  const Instant later = fake_clock_.Now();
  Change("p2");
  Change("p3");
  ASSERT_EQ(*dispatcher.RunOnce(), 3);
  EXPECT_EQ(*SendAgain(*store_, webhook, std::nullopt, later), 2);
  EXPECT_EQ(*dispatcher.RunOnce(), 2);
  const auto rows = *reader_->Deliveries(webhook, 10);
  EXPECT_EQ(*SendAgain(*store_, webhook, rows.back().id, std::nullopt), 1);
  EXPECT_EQ(*dispatcher.RunOnce(), 1);
  EXPECT_EQ(transport.sent.back().body, transport.sent.front().body);
  EXPECT_EQ(*SendAgain(*store_, webhook + 1, rows.back().id, std::nullopt), 0)
      << "another webhook's delivery is not ours to send";
}

TEST_F(WebhooksTest, WhileItsSecretChangesBothSign) {
  FakeTransport transport;
  const auto before = New("https://app.example/hook");
  ASSERT_TRUE(before);
  const auto changed = WithNewSecret(*before, std::chrono::hours(24), fake_clock_.Now(), random_);
  EXPECT_NE(changed.secret, before->secret);
  SendTest(transport, fake_clock_, random_, changed, CancelToken());
  fake_clock_.Step(std::chrono::hours(24));
  SendTest(transport, fake_clock_, random_, changed, CancelToken());
  ASSERT_EQ(transport.sent.size(), 2u);
  const auto fits = [&](const net::HttpRequest& sent, const store::Webhook& webhook) {
    return Verify(webhook.secret, sent.headers, fake_clock_.Now(), sent.body, seconds(100'000))
        .has_value();
  };
  EXPECT_TRUE(fits(transport.sent[0], *before));
  EXPECT_TRUE(fits(transport.sent[0], changed));
  EXPECT_FALSE(fits(transport.sent[1], *before)) << "the overlap is over";
  EXPECT_TRUE(fits(transport.sent[1], changed));
}

TEST_F(WebhooksTest, WithoutAnOverlapTheOldSecretSignsNoMore) {
  FakeTransport transport;
  const auto before = New("https://app.example/hook");
  const auto twice =
      WithNewSecret(WithNewSecret(*before, std::chrono::hours(1), fake_clock_.Now(), random_),
                    seconds(0), fake_clock_.Now(), random_);
  SendTest(transport, fake_clock_, random_, twice, CancelToken());
  EXPECT_FALSE(
      Verify(before->secret, transport.sent[0].headers, fake_clock_.Now(), transport.sent[0].body));
  EXPECT_TRUE(
      Verify(twice.secret, transport.sent[0].headers, fake_clock_.Now(), transport.sent[0].body));
}

TEST_F(WebhooksTest, AnotherAddressIsJudgedAsThatOfANewOne) {
  const auto webhook = New("https://app.example/hook");
  EXPECT_FALSE(Changed(*webhook, "https://10.0.0.1/", {}, net::AddressPolicy::kPublicOnly));
  EXPECT_FALSE(
      Changed(*webhook, "https://app.example/", {"visit"}, net::AddressPolicy::kPublicOnly));
  const auto moved = Changed(*webhook, "https://app.example/other", {"patient.created"},
                             net::AddressPolicy::kPublicOnly);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->id, webhook->id);
  EXPECT_EQ(moved->secret, webhook->secret);
}

TEST_F(WebhooksTest, WhatTheReceiverSaidIsKeptForWhoLooksIntoIt) {
  FakeTransport transport;
  transport.answer = [](const net::HttpRequest&) -> Result<net::HttpResponse> {
    return net::HttpResponse{
        500, {{"Content-Type", "text/plain"}, {"Set-Cookie", "a=b"}}, "no table \xff\n"};
  };
  DeliveryDispatcher dispatcher(*store_, transport, fake_clock_, random_, log_);
  const auto webhook = AddWebhook("https://app.example/hook");
  Change("p1");
  ASSERT_EQ(*dispatcher.RunOnce(), 1);
  const auto rows = reader_->Deliveries({.webhook = webhook});
  ASSERT_EQ(rows->size(), 1u);
  const auto answers = reader_->AnswersTo(rows->front().id);
  ASSERT_TRUE(answers);
  ASSERT_EQ(answers->size(), 1u);
  const auto& answer = answers->front();
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.error.empty());
  EXPECT_EQ(answer.excerpt, "no table ?\n");
  EXPECT_THAT(answer.response_headers, testing::HasSubstr("text/plain"));
  EXPECT_THAT(answer.response_headers, testing::Not(testing::HasSubstr("a=b")));
  EXPECT_THAT(answer.request_headers, testing::HasSubstr("webhook-signature: v1,"));
  const auto tallies = reader_->OutboxTallies();
  ASSERT_EQ(tallies->size(), 1u);
  EXPECT_EQ(tallies->front().queued, 1);
  EXPECT_EQ(tallies->front().oldest, fake_clock_.Now());
  EXPECT_EQ(reader_->CountDeliveries({webhook, store::DeliveryState::kFailed}).value(), 0);
  EXPECT_EQ(reader_->CountDeliveries({webhook, store::DeliveryState::kQueued}).value(), 1);
  EXPECT_FALSE(*reader_->Delivery(webhook + 1, rows->front().id)) << "another webhook's";
}

TEST_F(WebhooksTest, EveryAttemptIsKeptUpToABoundAndCounted) {
  FakeTransport transport;
  int status = 500;
  transport.answer = [&](const net::HttpRequest&) -> Result<net::HttpResponse> {
    fake_clock_.Step(std::chrono::milliseconds(40));
    return net::HttpResponse{status, {}, "said " + std::to_string(status)};
  };
  DeliveryDispatcher dispatcher(*store_, transport, fake_clock_, random_, log_);
  const auto webhook = AddWebhook("https://app.example/hook");
  Change("p1");
  const auto began = fake_clock_.Now();
  ASSERT_EQ(*dispatcher.RunOnce(), 1);
  const auto id = reader_->Deliveries({.webhook = webhook})->front().id;
  status = 200;
  fake_clock_.Step(std::chrono::seconds(10));
  ASSERT_EQ(*dispatcher.RunOnce(), 1);
  const auto answers = reader_->AnswersTo(id);
  ASSERT_EQ(answers->size(), 2u);
  EXPECT_EQ((*answers)[0].excerpt, "said 200") << "the newest first";
  EXPECT_TRUE((*answers)[0].error.empty());
  EXPECT_EQ((*answers)[1].status, 500);
  EXPECT_EQ((*answers)[1].took, std::chrono::milliseconds(40));
  const auto usage = reader_->Usage(app_, began - std::chrono::hours(1));
  ASSERT_EQ(usage->size(), 1u);
  EXPECT_EQ(usage->front().sent, 2);
  EXPECT_EQ(usage->front().not_taken, 1);
  EXPECT_GT(store::UsagePercentile(usage->front().sent_times, 0.5), 30);
  EXPECT_EQ(usage->front().requests, 0) << "what it was sent is not what it asked";
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
      tx.Replay(webhook, id, std::nullopt);
      return Ok();
    }));
    ASSERT_EQ(*dispatcher.RunOnce(), 1) << i;
  }
  EXPECT_EQ(reader_->AnswersTo(id)->size(), static_cast<std::size_t>(store::kMostAttemptsKept));
}

}  // namespace
}  // namespace pons::delivery
