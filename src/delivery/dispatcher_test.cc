// SPDX-License-Identifier: Apache-2.0
#include "delivery/dispatcher.h"

#include <gmock/gmock.h>

#include <set>

#include "delivery/delivery_fixture.h"
#include "json/value.h"

namespace pons::delivery {
namespace {

using store::DeliveryState;
using testing::ElementsAre;

class DispatcherTest : public DeliveryTest {
 protected:
  void SetUp() override {
    DeliveryTest::SetUp();
    dispatcher_ =
        std::make_unique<DeliveryDispatcher>(*store_, transport_, fake_clock_, random_, log_);
  }
  int RunOnce() {
    const auto sent = dispatcher_->RunOnce();
    EXPECT_TRUE(sent) << sent.error().summary;
    return sent ? *sent : -1;
  }
  // Rounds until there is nothing left to send at this moment.
  int RunAll() {
    int sent = 0;
    for (int n = RunOnce(); n > 0; n = RunOnce()) sent += n;
    return sent;
  }
  // "id/version" of everything sent, in order.
  std::vector<std::string> Sent() const {
    std::vector<std::string> all;
    for (const auto& request : transport_.sent) {
      const auto body = json::Parse(request.body);
      const auto* data = body->Find("data");
      all.push_back(std::string(data->Text("id")) + "/" + std::string(data->Text("versionId")));
    }
    return all;
  }

  FakeTransport transport_;
  std::unique_ptr<DeliveryDispatcher> dispatcher_;
};

TEST_F(DispatcherTest, TellsWhichRecordChangedAndNothingAboutIt) {
  AddWebhook("https://app.example/hook");
  Change("p1");
  EXPECT_EQ(RunAll(), 1);
  ASSERT_EQ(transport_.sent.size(), 1u);
  const auto& request = transport_.sent[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://app.example/hook");
  EXPECT_EQ(net::FindHeader(request.headers, "content-type"), "application/json");
  EXPECT_EQ(request.body,
            R"({"type":"patient.created","timestamp":"2026-03-09T04:05:06.000Z","data":)"
            R"({"resourceType":"Patient","id":"p1","versionId":"1","seq":1,"organization":"org",)"
            R"("connection":"con","appLocation":"north"}})");
  EXPECT_TRUE(Verify(secret_, request.headers, fake_clock_.Now(), request.body));
}

TEST_F(DispatcherTest, SendsEachMessageOnce) {
  AddWebhook("https://app.example/hook");
  Change("p1");
  Change("p2");
  EXPECT_EQ(RunAll(), 2);
  fake_clock_.Step(std::chrono::hours(100));
  EXPECT_EQ(RunAll(), 0);
  EXPECT_EQ(dispatcher_->counters().delivered, 2u);
}

TEST_F(DispatcherTest, KeepsTheOrderOfARecordThroughFailures) {
  AddWebhook("https://app.example/hook");
  Change("p1");
  Change("p1");
  Change("p2");
  transport_.answer = FakeTransport::Status(500);
  EXPECT_EQ(RunAll(), 2);  // p1/2 waits for p1/1
  EXPECT_THAT(Sent(), ElementsAre("p1/1", "p2/1"));
  transport_.sent.clear();
  transport_.answer = FakeTransport::Status(200);
  EXPECT_EQ(RunAll(), 0);
  fake_clock_.Step(seconds(6));
  EXPECT_EQ(RunAll(), 3);
  const auto sent = Sent();
  const auto at = [&](const char* what) { return std::ranges::find(sent, what) - sent.begin(); };
  EXPECT_LT(at("p1/1"), at("p1/2"));
}

TEST_F(DispatcherTest, RetriesKeepTheMessageAndItsId) {
  AddWebhook("https://app.example/hook");
  Change("p1");
  transport_.answer = FakeTransport::Status(500);
  RunAll();
  fake_clock_.Step(seconds(6));
  RunAll();
  ASSERT_EQ(transport_.sent.size(), 2u);
  const auto& first = transport_.sent[0];
  const auto& second = transport_.sent[1];
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(net::FindHeader(first.headers, "webhook-id"),
            net::FindHeader(second.headers, "webhook-id"));
  EXPECT_NE(net::FindHeader(first.headers, "webhook-timestamp"),
            net::FindHeader(second.headers, "webhook-timestamp"));
  EXPECT_TRUE(Verify(secret_, second.headers, fake_clock_.Now(), second.body));
}

TEST_F(DispatcherTest, GivesUpAfterTheScheduleAndSwitchesTheWebhookOff) {
  const auto webhook = AddWebhook("https://app.example/hook");
  Change("p1");
  transport_.answer = FakeTransport::Status(404);
  const Instant begin = fake_clock_.Now();
  int attempts = 0;
  while (TheWebhook(webhook).state == store::WebhookState::kActive && attempts < 20) {
    attempts += RunAll();
    if (const auto due = *reader_->NextDeliveryDue(fake_clock_.Now())) {
      fake_clock_.Step(*due - fake_clock_.Now());
    }
  }
  EXPECT_EQ(attempts, 10);
  EXPECT_GE(fake_clock_.Now() - begin, std::chrono::hours(75));
  EXPECT_LE(fake_clock_.Now() - begin, std::chrono::hours(84));
  EXPECT_THAT(TheWebhook(webhook).cause, testing::HasSubstr("the receiver answered 404"));
  EXPECT_EQ((*reader_->Deliveries(webhook, 1))[0].state, DeliveryState::kFailed);
  EXPECT_EQ(dispatcher_->counters().disabled, 1u);
  Change("p2");
  EXPECT_EQ(RunAll(), 0);
}

TEST_F(DispatcherTest, OneMessageThatIsNotTakenDoesNotSwitchOffAWebhookThatTakesOthers) {
  const auto webhook = AddWebhook("https://app.example/hook");
  transport_.answer = [](const net::HttpRequest& request) -> Result<net::HttpResponse> {
    return net::HttpResponse{
        request.body.find("\"poison\"") != std::string::npos ? 500 : 200, {}, ""};
  };
  Change("poison");
  for (int day = 0; day < 5; ++day) {
    Change("p" + std::to_string(day));
    for (int hour = 0; hour < 24; ++hour) {
      RunAll();
      fake_clock_.Step(std::chrono::hours(1));
    }
  }
  EXPECT_EQ(dispatcher_->counters().failed, 1u);
  EXPECT_EQ(TheWebhook(webhook).state, store::WebhookState::kActive);
}

TEST_F(DispatcherTest, GoneSwitchesTheWebhookOffAtOnce) {
  const auto webhook = AddWebhook("https://app.example/hook");
  Change("p1");
  transport_.answer = FakeTransport::Status(410);
  RunAll();
  EXPECT_EQ(TheWebhook(webhook).state, store::WebhookState::kDisabled);
  EXPECT_EQ(TheWebhook(webhook).cause, "the receiver answered 410: the address is gone for good");
  EXPECT_THAT(log_.text(), testing::HasSubstr("webhook is switched off"));
}

TEST_F(DispatcherTest, ARateLimitedReceiverIsLeftAloneAsLongAsItAsks) {
  AddWebhook("https://app.example/hook");
  Change("p1");
  transport_.answer = FakeTransport::Status(429, {{"Retry-After", "120"}});
  EXPECT_EQ(RunAll(), 1);
  transport_.answer = FakeTransport::Status(200);
  Change("p2");
  fake_clock_.Step(seconds(119));
  EXPECT_EQ(RunAll(), 0);
  fake_clock_.Step(seconds(1));
  EXPECT_EQ(RunAll(), 2);
}

TEST_F(DispatcherTest, ALongQueueOfADeadReceiverHidesNobody) {
  AddWebhook("https://dead.example/hook");
  transport_.answer = [](const net::HttpRequest& request) -> Result<net::HttpResponse> {
    if (request.url.find("dead") == std::string::npos) return net::HttpResponse{200, {}, ""};
    return MakeError(Fault::kUnavailable, "no connection to dead.example:443");
  };
  Must([&](store::Transaction& tx) {
    for (int i = 0; i < 1000; ++i) ChangeIn(tx, "old" + std::to_string(i));
  });
  fake_clock_.Step(seconds(1));
  AddWebhook("https://alive.example/hook");
  Change("p1");
  RunOnce();
  std::set<std::string> reached;
  for (const auto& request : transport_.sent) reached.insert(request.url);
  EXPECT_TRUE(reached.contains("https://alive.example/hook"));
  EXPECT_LE(RunAll() + static_cast<int>(transport_.sent.size()), 12)
      << "a dead receiver is probed, not hammered";
}

TEST_F(DispatcherTest, WhatWasNotRecordedIsSentAgainUnderTheSameId) {
  AddWebhook("https://app.example/hook");
  Change("p1");
  // While the first is sending, a second starts from the same store: what a restart would see.
  FakeTransport after_restart;
  transport_.answer = [&](const net::HttpRequest&) -> Result<net::HttpResponse> {
    DeliveryDispatcher restarted(*store_, after_restart, fake_clock_, random_, log_);
    EXPECT_EQ(*restarted.RunOnce(), 1);
    return net::HttpResponse{200, {}, ""};
  };
  RunOnce();
  ASSERT_EQ(after_restart.sent.size(), 1u);
  EXPECT_EQ(net::FindHeader(after_restart.sent[0].headers, "webhook-id"),
            net::FindHeader(transport_.sent[0].headers, "webhook-id"));
}

TEST_F(DispatcherTest, TellsOnlyWhatTheWebhookAskedFor) {
  AddWebhook("https://app.example/hook", {"patient.updated"});
  Change("p1");
  Change("p1");
  EXPECT_EQ(RunAll(), 1);
  EXPECT_THAT(Sent(), ElementsAre("p1/2"));
}

TEST_F(DispatcherTest, ABadSecretIsAFailureWithItsNextStep) {
  secret_ = Sensitive<std::string>("not a secret");
  const auto webhook = AddWebhook("https://app.example/hook");
  Change("p1");
  RunAll();
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_THAT((*reader_->Deliveries(webhook, 1))[0].last_error, testing::HasSubstr("new secret"));
}

}  // namespace
}  // namespace pons::delivery
