// SPDX-License-Identifier: Apache-2.0
// The dispatcher with its threads, over real sockets, against receivers that behave and that do
// not.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "delivery/delivery_fixture.h"
#include "delivery/dispatcher.h"
#include "delivery/webhooks.h"
#include "json/value.h"
#include "net/http_server.h"

namespace pons::delivery {
namespace {

constexpr seconds kPatience{20};

// A receiver: keeps what it got with the time, and answers when the test lets it.
class Receiver {
 public:
  struct Got {
    net::Headers headers;
    std::string body;
    std::string method;
    Instant at{};
  };

  explicit Receiver(Logger& log, int status = 200, bool answers = true)
      : status_(status), answers_(answers) {
    net::ServerOptions options;
    options.threads = 1;
    auto server = net::StartHttpServer(
        options,
        [this](const net::ServerRequest& request, net::Responder respond) {
          const std::lock_guard lock(mutex_);
          got_.push_back({request.headers, request.body, request.method, SystemClock().Now()});
          if (answers_) {
            respond({status_, {{"Location", "/other"}}, "", nullptr});
          } else {
            waiting_.push_back(std::move(respond));
          }
          changed_.notify_all();
        },
        log);
    EXPECT_TRUE(server);
    server_ = std::move(*server);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/in"; }
  std::vector<Got> WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return got_.size() >= count; });
    return got_;
  }
  void AnswerAll() {
    std::vector<net::Responder> waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting.swap(waiting_);
      answers_ = true;
    }
    for (auto& respond : waiting) respond({200, {}, "", nullptr});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Got> got_;
  std::vector<net::Responder> waiting_;
  int status_;
  bool answers_;
  std::unique_ptr<net::HttpServer> server_;
};

class DispatcherSocketTest : public DeliveryTest {
 protected:
  Clock& clock() override { return SystemClock(); }
  void SetUp() override {
    DeliveryTest::SetUp();
    net::CurlSettings settings;
    settings.policy = net::AddressPolicy::kAnyForDevelopment;
    transport_ = net::MakeCurlTransport(settings);
  }
  void TearDown() override { dispatcher_.reset(); }
  void StartDispatcher(DispatcherOptions options = {}) {
    dispatcher_ = std::make_unique<DeliveryDispatcher>(*store_, *transport_, SystemClock(),
                                                       SystemRandom(), quiet_, options);
    ASSERT_TRUE(dispatcher_->Start());
  }
  // The counters are raised before the outcome is on disk; this waits for the disk.
  bool WaitUntil(const std::function<bool()>& done) {
    const CancelToken never;
    for (int i = 0; i < 2000; ++i) {
      if (done()) return true;
      never.WaitFor(milliseconds(5));
    }
    return false;
  }
  DeliveryCounters Counters() { return dispatcher_->counters(); }

  class Quiet final : public Logger {
    void Write(LogLevel, std::string_view) override {}
  } quiet_;
  std::unique_ptr<net::HttpTransport> transport_;
  std::unique_ptr<DeliveryDispatcher> dispatcher_;
};

TEST_F(DispatcherSocketTest, ACommitReachesTheReceiverSignedAndSoon) {
  Receiver receiver(quiet_);
  AddWebhook(receiver.url());
  StartDispatcher();
  Change("warm-up");
  ASSERT_EQ(receiver.WaitFor(1).size(), 1u);
  const Instant before = SystemClock().Now();
  Change("p1");
  const auto got = receiver.WaitFor(2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_LT(got[1].at - before, milliseconds(250));
  EXPECT_EQ(got[1].method, "POST");
  EXPECT_TRUE(Verify(secret_, got[1].headers, got[1].at, got[1].body));
}

TEST_F(DispatcherSocketTest, AReceiverThatHangsDelaysNobodyElse) {
  Receiver hangs(quiet_, 200, false);
  Receiver fine(quiet_);
  AddWebhook(hangs.url());
  AddWebhook(fine.url());
  StartDispatcher();
  for (int i = 0; i < 50; ++i) Change("p" + std::to_string(i));
  EXPECT_EQ(fine.WaitFor(50).size(), 50u);
  EXPECT_LE(hangs.WaitFor(1).size(), 4u);
  hangs.AnswerAll();
  EXPECT_EQ(hangs.WaitFor(50).size(), 50u);
}

TEST_F(DispatcherSocketTest, ManyChangesOfManyRecordsArriveOnceEachAndInOrderPerRecord) {
  Receiver receiver(quiet_);
  const auto webhook = AddWebhook(receiver.url());
  StartDispatcher();
  for (int i = 0; i < 100; ++i) Change("p" + std::to_string(i % 10));
  const auto got = receiver.WaitFor(100);
  ASSERT_EQ(got.size(), 100u);
  ASSERT_TRUE(WaitUntil([&] {
    const auto rows = reader_->Deliveries(webhook, 1000);
    return std::ranges::all_of(
        *rows, [](const auto& row) { return row.state == store::DeliveryState::kDelivered; });
  }));
  EXPECT_EQ(receiver.WaitFor(100).size(), 100u) << "nothing came twice";
  std::map<std::string, int> last;
  for (const auto& each : got) {
    const auto body = json::Parse(each.body);
    const auto* data = body->Find("data");
    const int version = std::stoi(std::string(data->Text("versionId")));
    EXPECT_EQ(version, ++last[std::string(data->Text("id"))]);
  }
}

TEST_F(DispatcherSocketTest, ARedirectIsAFailureAndIsNotFollowed) {
  Receiver receiver(quiet_, 302);
  const auto webhook = AddWebhook(receiver.url());
  StartDispatcher();
  Change("p1");
  ASSERT_TRUE(WaitUntil([&] { return (*reader_->Deliveries(webhook, 1))[0].attempts == 1; }));
  EXPECT_EQ(receiver.WaitFor(1).size(), 1u);
  const auto row = (*reader_->Deliveries(webhook, 1))[0];
  EXPECT_EQ(row.last_status, 302);
  EXPECT_EQ(row.state, store::DeliveryState::kQueued);
}

TEST_F(DispatcherSocketTest, AFailedMessageIsSentAgainByItself) {
  Receiver receiver(quiet_, 200, false);
  const auto webhook = AddWebhook(receiver.url());
  StartDispatcher({.limits = {}, .timeout = milliseconds(200)});
  Change("p1");
  ASSERT_TRUE(WaitUntil([&] { return (*reader_->Deliveries(webhook, 1))[0].attempts == 1; }));
  receiver.AnswerAll();
  const auto got = receiver.WaitFor(2);
  const auto row = (*reader_->Deliveries(webhook, 1))[0];
  ASSERT_EQ(got.size(), 2u) << row.attempts << " " << row.last_error;
  EXPECT_GE(got[1].at - got[0].at, seconds(5));
}

TEST_F(DispatcherSocketTest, StopsAtOnceWhileAReceiverHangsAndLosesNothing) {
  Receiver hangs(quiet_, 200, false);
  const auto webhook = AddWebhook(hangs.url());
  StartDispatcher();
  Change("p1");
  ASSERT_EQ(hangs.WaitFor(1).size(), 1u);
  const Instant before = SystemClock().Now();
  dispatcher_->Stop();
  EXPECT_LT(SystemClock().Now() - before, seconds(3));
  const auto row = (*reader_->Deliveries(webhook, 1))[0];
  EXPECT_EQ(row.state, store::DeliveryState::kQueued);
  EXPECT_EQ(row.attempts, 0);
  hangs.AnswerAll();
}

TEST_F(DispatcherSocketTest, APrivateAddressIsNotDialled) {
  Receiver receiver(quiet_);
  transport_ = net::MakeCurlTransport({});
  const auto webhook = AddWebhook(receiver.url());
  StartDispatcher();
  Change("p1");
  ASSERT_TRUE(WaitUntil([&] { return (*reader_->Deliveries(webhook, 1))[0].attempts == 1; }));
  EXPECT_EQ((*reader_->Deliveries(webhook, 1))[0].last_status, 0);
  EXPECT_FALSE((*reader_->Deliveries(webhook, 1))[0].last_error.empty());
}

TEST_F(DispatcherSocketTest, ATestMessageIsSentAtOnceAndSaysHowItWent) {
  Receiver receiver(quiet_);
  Receiver refuses(quiet_, 401);
  const CancelToken never;
  auto webhook = TheWebhook(AddWebhook(receiver.url()));
  auto result = SendTest(*transport_, SystemClock(), random_, webhook, never);
  EXPECT_TRUE(result.accepted) << result.reason;
  EXPECT_EQ(result.status, 200);
  const auto got = receiver.WaitFor(1);
  EXPECT_TRUE(Verify(secret_, got[0].headers, got[0].at, got[0].body));
  EXPECT_THAT(got[0].body, testing::HasSubstr(R"("type":"webhook.test")"));
  webhook.url = refuses.url();
  result = SendTest(*transport_, SystemClock(), random_, webhook, never);
  EXPECT_FALSE(result.accepted);
  EXPECT_THAT(result.reason, testing::HasSubstr("check its secret"));
}

}  // namespace
}  // namespace pons::delivery
