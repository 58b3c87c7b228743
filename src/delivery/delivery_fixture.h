// SPDX-License-Identifier: Apache-2.0
// For tests: a store in memory with one app that was granted one connection, records that change on
// demand, and receivers without a network.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "delivery/signature.h"
#include "store/store.h"

namespace pons::delivery {

// Answers each request with what the test says, on the caller's thread.
class FakeTransport final : public net::HttpTransport {
 public:
  using Answer = std::function<Result<net::HttpResponse>(const net::HttpRequest&)>;
  Result<net::HttpResponse> Send(const net::HttpRequest& request, const CancelToken&) override {
    sent.push_back(request);
    return answer(request);
  }
  static Answer Status(int status, net::Headers headers = {}) {
    return [=](const net::HttpRequest&) -> Result<net::HttpResponse> {
      return net::HttpResponse{status, headers, ""};
    };
  }

  std::vector<net::HttpRequest> sent;
  Answer answer = Status(200);
};

class DeliveryTest : public testing::Test {
 protected:
  // Which clock the store and the dispatcher read.
  virtual Clock& clock() { return fake_clock_; }

  void SetUp() override {
    crypto::InitCrypto();
    auto store = store::Store::Open({":memory:"}, clock(), random_, log_);
    ASSERT_TRUE(store) << store.error().summary;
    store_ = std::move(*store);
    Must([this](store::Transaction& tx) {
      tx.Insert(store::Organization{OrganizationId("org"), "Practice", {}});
      store::Connection connection;
      connection.id = ConnectionId("con");
      connection.organization = OrganizationId("org");
      connection.vendor = "memory";
      connection.time_zone = "Australia/Sydney";
      connection_ = tx.Insert(connection);
      store::App app;
      app.id = AppId("app");
      app_ = tx.Insert(app);
      store::Grant grant;
      grant.id = GrantId("grant");
      grant.organization = OrganizationId("org");
      grant.connection = connection_;
      grant.app = app_;
      grant_ = tx.Insert(grant);
    });
    reader_ = std::move(*store_->OpenReader());
  }

  template <typename Work>
  void Must(Work work) {
    const auto written = store_->Write([&](store::Transaction& tx) -> Result<void> {
      work(tx);
      return Ok();
    });
    ASSERT_TRUE(written) << written.error().summary;
  }

  store::WebhookKey AddWebhook(const std::string& url, std::vector<std::string> events = {}) {
    store::WebhookKey key = 0;
    store::Webhook webhook;
    webhook.id = WebhookId(NewId("webhook", random_));
    webhook.app = app_;
    webhook.url = url;
    webhook.secret = secret_;
    webhook.events = std::move(events);
    Must([&](store::Transaction& tx) { key = tx.Insert(webhook); });
    return key;
  }

  store::Webhook TheWebhook(store::WebhookKey key) {
    const auto all = reader_->Webhooks();
    for (const auto& webhook : *all) {
      if (webhook.key == key) return webhook;
    }
    return {};
  }

  // One more version of that patient, told to every webhook.
  void Change(const std::string& id) {
    Must([&](store::Transaction& tx) { ChangeIn(tx, id); });
  }
  void ChangeIn(store::Transaction& tx, const std::string& id) {
    store::RecordWrite write;
    write.stream = model::Stream::kPatients;
    write.id = ResourceId(id);
    write.body = {R"({"resourceType":"Patient","id":")" + id + R"(","meta":{)", "}}"};
    write.source = {connection_, "v" + id, "", "PATIENTS", Instant{}};
    const auto version = tx.PutRecord(write);
    tx.Show(grant_, store::KeyOf(id), "north");
    tx.AppendChange(grant_, model::Stream::kPatients, write.id, version,
                    version == 1 ? store::ChangeKind::kCreated : store::ChangeKind::kUpdated,
                    false);
  }

  FakeClock fake_clock_{*ParseInstant("2026-03-09T04:05:06Z")};
  SeededRandom random_{7};
  MemoryLogger log_;
  Sensitive<std::string> secret_{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Reader> reader_;
  store::ConnectionKey connection_ = 0;
  store::AppKey app_ = 0;
  store::GrantKey grant_ = 0;
};

}  // namespace pons::delivery
