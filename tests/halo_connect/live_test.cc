// SPDX-License-Identifier: Apache-2.0
// Halo Connect as a program of its own, with a practice behind it: paired, asked, watched, moved
// and taken away. Client and sandbox were written from the vendor's material apart from one
// another.
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "net/http_server.h"
#include "sandboxes/json_client.h"
#include "sandboxes/sandbox_process.h"
#include "vendors/halo_connect/connector/halo_facade.h"
#include "vendors/halo_connect/connector/halo_transport.h"
#include "vendors/halo_connect/connector/halo_watch.h"
#include "vendors/halo_connect/connector/halo_webhook.h"

namespace pons::halo_connect {
namespace {

using json::Object;
using json::Value;
using Rows = std::vector<std::vector<net::SqlValue>>;

constexpr char kSecret[] = "a secret of this test";

class DayMeter final : public Meter {
 public:
  void Count(std::string_view what, std::uint64_t times) override {
    counts[std::string(what)] += times;
  }
  std::map<std::string, std::uint64_t> counts;
};

// What Halo has sent us, as it came.
class Receiver {
 public:
  Receiver() {
    auto server = net::StartHttpServer(
        {.threads = 1},
        [this](const net::ServerRequest& request, net::Responder respond) {
          {
            const std::lock_guard lock(mutex_);
            headers_ = request.headers;
            body_ = request.body;
            came_ = true;
          }
          wake_.notify_all();
          net::ServerResponse taken;
          taken.status = 204;
          respond(std::move(taken));
        },
        log_);
    PONS_CHECK(server.has_value());
    server_ = std::move(*server);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/h"; }
  bool Wait() {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, seconds(20), [this] { return came_; });
  }
  const net::Headers& headers() const { return headers_; }
  const std::string& body() const { return body_; }

 private:
  MemoryLogger log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool came_ = false;
  net::Headers headers_;
  std::string body_;
  std::unique_ptr<net::HttpServer> server_;
};

class HaloConnectLive : public testing::Test {
 protected:
  void SetUp() override {
    net::CurlSettings curl;
    curl.policy = net::AddressPolicy::kAnyForDevelopment;
    http_ = net::MakeCurlTransport(curl);
    auto started = sandboxes::SandboxProcess::Start(
        std::string(PONS_BINARY_DIR) + "/bin/pons-sandbox",
        {"halo_connect", "--patients", "40", "--appointments", "40", "--least-frequency-seconds",
         "60", "--webhook-url", receiver_.url(), "--webhook-secret", kSecret});
    ASSERT_TRUE(started) << started.error().summary;
    sandbox_ = std::move(*started);
    control_ = std::make_unique<sandboxes::JsonClient>(sandbox_->control());
    Settings given;
    given.Set("url", sandbox_->Said("halo"));
    given.SetSecret("subscription_key", sandbox_->Said("key"));
    given.SetSecret("webhook_secret", kSecret);
    auto access = ReadAccess(given);
    ASSERT_TRUE(access) << access.error().summary;
    access_ = *access;
  }

  SessionContext Context() {
    SessionContext context{SystemClock(),
                           http_.get(),
                           nullptr,
                           random_,
                           cancel_,
                           log_,
                           *PracticeZone::Named("Australia/Sydney")};
    context.meter = &meter_;
    context.keep = [this](std::string_view key, std::string value) {
      kept_[std::string(key)] = std::move(value);
    };
    return context;
  }
  static Instant Soon() { return SystemClock().Now() + seconds(20); }

  Value Say(std::string_view method, std::string_view path, const Value& body = {}) {
    auto answer = control_->Call(method, path, body.is_null() ? nullptr : &body);
    EXPECT_TRUE(answer) << path << ": " << answer.error().summary;
    return answer ? *answer : Value();
  }
  void Switch(Object switches) { Say("POST", "/halo", std::move(switches)); }

  Result<Site> PairWith(std::string code) {
    return PairSite(access_, "90001", Sensitive<std::string>(std::move(code)), Context(), Soon());
  }
  std::string NewCode() {
    return std::string(Say("POST", "/clinic/pairing", Object{}).Text("pairing_code"));
  }
  // Ticked, paired and reached.
  void Connect() {
    Say("POST", "/clinic/integrations", Object{{"enabled", true}});
    const auto site = PairWith(NewCode());
    ASSERT_TRUE(site) << site.error().summary;
    guid_ = site->guid;
    transport_ = MakeHaloTransport(access_, {guid_, "90001"}, Context());
  }
  Result<void> Run(std::string text, std::vector<net::SqlValue> parameters = {},
                   bool reads_only = true) {
    rows_.clear();
    net::SqlStatement statement;
    statement.text = std::move(text);
    statement.parameters = std::move(parameters);
    statement.reads_only = reads_only;
    return transport_->Query(
        statement, nullptr,
        [this](net::SqlRow row) {
          rows_.emplace_back(row.begin(), row.end());
          return true;
        },
        cancel_);
  }
  Error Refused(std::string text, bool reads_only = false) {
    const auto asked = Run(std::move(text), {}, reads_only);
    EXPECT_FALSE(asked);
    return asked ? Error{} : asked.error();
  }

  Receiver receiver_;
  std::unique_ptr<net::HttpTransport> http_;
  std::unique_ptr<sandboxes::SandboxProcess> sandbox_;
  std::unique_ptr<sandboxes::JsonClient> control_;
  Access access_;
  SeededRandom random_{1};
  CancelToken cancel_;
  MemoryLogger log_;
  DayMeter meter_;
  std::map<std::string, std::string> kept_;
  std::string guid_;
  std::unique_ptr<net::SqlTransport> transport_;
  Rows rows_;
};

TEST_F(HaloConnectLive, ACodeIsGoodOnce) {
  Say("POST", "/clinic/integrations", Object{{"enabled", true}});
  EXPECT_EQ(PairWith("WRONG1").error().fault, Fault::kRejected);
  const auto code = NewCode();
  const auto site = PairWith(code);
  ASSERT_TRUE(site) << site.error().summary;
  EXPECT_FALSE(site->practice_name.empty());
  EXPECT_TRUE(CheckReachable(*site));
  EXPECT_EQ(PairWith(code).error().fault, Fault::kRejected);
  EXPECT_EQ(ResolveSite(access_, "90001", Context(), Soon())->guid, site->guid);
  EXPECT_EQ(ReadSite(access_, site->guid, Context(), Soon())->guid, site->guid);
  EXPECT_EQ(ResolveSite(access_, "1", Context(), Soon()).error().fault, Fault::kNotFound);
  access_.subscription_key = Sensitive<std::string>("another");
  EXPECT_EQ(ReadSite(access_, site->guid, Context(), Soon()).error().fault,
            Fault::kUnauthenticated);
}

TEST_F(HaloConnectLive, ValuesGoAndComeWhole) {
  Connect();
  const std::string name = "O'H\xC3\xA9 ?";
  const std::string longer = std::string(5000, 'x') + "'";
  const auto asked =
      Run("SELECT ? AS A, ? AS B, ? AS C, ? AS D, ? AS E, LEN(?) AS F, '?' AS G",
          {name, std::int64_t{9007199254740993}, 1.5, net::SqlNull{},
           LocalTime::At(Date(std::chrono::year(2026), std::chrono::month(5), std::chrono::day(4)),
                         seconds(3661)),
           longer});
  ASSERT_TRUE(asked) << asked.error().summary;
  EXPECT_EQ(rows_,
            (Rows{{name, std::int64_t{9007199254740993}, 1.5, net::SqlNull{},
                   std::string("2026-05-04T01:01:01"), std::int64_t{5001}, std::string("?")}}));
}

TEST_F(HaloConnectLive, RefusalsOfTheDatabaseKeepTheirNumbersInEveryEnvelope) {
  Connect();
  for (const char* envelope : {"natural", "error", "bare", "management", "query"}) {
    for (const bool as_success : {false, true}) {
      Switch({{"envelope", envelope}, {"failed_as_200", as_success}});
      const std::pair<const char*, const char*> statements[] = {
          {"SELECT NOSUCH AS X FROM PATIENTS", "207"},
          {"SELECT X FROM NOSUCH", "208"},
          {"EXEC NO_SUCH_PROCEDURE", "2812"},
      };
      for (const auto& [text, code] : statements) {
        const auto error = Refused(text);
        EXPECT_EQ(error.fault, Fault::kRejected) << envelope << as_success;
        EXPECT_EQ(error.effect, Effect::kNone) << envelope << as_success;
        EXPECT_EQ(error.vendor_code, code) << envelope << as_success;
      }
    }
  }
}

TEST_F(HaloConnectLive, WhatIsTooLongComesInPages) {
  Connect();
  Switch({{"largest_immediate", 1000}, {"page_bytes", 900}});
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Run("SELECT INTERNALID, SURNAME FROM PATIENTS ORDER BY INTERNALID"));
    ASSERT_EQ(rows_.size(), 40u);
    EXPECT_EQ(rows_[0].size(), 2u);
    EXPECT_LT(std::get<std::int64_t>(rows_[0][0]), std::get<std::int64_t>(rows_[39][0]));
  }
  EXPECT_EQ(meter_.counts["immediate_query"], 1u);
  EXPECT_EQ(meter_.counts["async_query"], 2u);
  const auto write = Refused("SELECT INTERNALID, SURNAME FROM PATIENTS");
  EXPECT_EQ(write.fault, Fault::kRejected);
  EXPECT_EQ(write.effect, Effect::kUnknown);
}

TEST_F(HaloConnectLive, APracticeThatIsAwayIsSaidToBe) {
  Connect();
  Switch({{"availability", "offline"}});
  EXPECT_EQ(Refused("SELECT 1 AS A").fault, Fault::kUnavailable);
  EXPECT_EQ(Refused("SELECT 1 AS A").effect, Effect::kNone);
  EXPECT_FALSE(CheckReachable(*ReadSite(access_, guid_, Context(), Soon())));
  Switch({{"availability", "unreachable"}});
  const auto error = Refused("SELECT 1 AS A");
  EXPECT_EQ(error.fault, Fault::kUnavailable);
  EXPECT_EQ(error.effect, Effect::kUnknown);
  Switch({{"availability", "online"}});
  EXPECT_TRUE(Run("SELECT 1 AS A"));
}

TEST_F(HaloConnectLive, ANewServerIsFoundByTheSiteId) {
  Connect();
  const std::string moved(Say("POST", "/halo/instance", Object{}).Text("id"));
  ASSERT_TRUE(Run("SELECT 1 AS A", {}, false));
  EXPECT_EQ(kept_["halo_guid"], moved);
  EXPECT_NE(moved, guid_);
}

TEST_F(HaloConnectLive, TheFacadeSaysWhatItOffers) {
  Connect();
  const auto facade = DiscoverFacade(access_, {guid_, "90001"}, Context(), Soon());
  ASSERT_TRUE(facade) << facade.error().summary;
  EXPECT_NE(facade->Find("Patient"), nullptr);
}

TEST_F(HaloConnectLive, SlowDownIsHeard) {
  Connect();
  Switch({{"rate_calls", 1}, {"rate_seconds", 60}, {"retry_after", 30}});
  ASSERT_TRUE(Run("SELECT 1 AS A"));
  const auto error = Refused("SELECT 1 AS A");
  EXPECT_EQ(error.fault, Fault::kRateLimited);
  EXPECT_GT(error.retry_at.value_or(Instant{}), SystemClock().Now() + seconds(20));
  Switch({{"rate_calls", 0}});
  EXPECT_EQ(Refused("SELECT 1 AS A").fault, Fault::kRateLimited);  // and nothing was sent
}

// A registered query notices an edit, Halo calls, and the call passes; what we count is what Halo
// counts.
TEST_F(HaloConnectLive, AnEditIsNoticedAndCalled) {
  Connect();
  WatchQuery query;
  query.name = "patients";
  query.statement.text = "SELECT COUNT(*) AS N FROM PATIENTS WHERE INTERNALID > ?";
  query.statement.parameters = {std::int64_t{0}};
  const SiteAddress site{guid_, "90001"};
  Watch watch(access_, site, query, Context());
  ASSERT_TRUE(watch.Ensure(Soon()));
  Say("POST", "/registered/run", Object{});
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kChanged);
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kUnchanged);
  Say("POST", "/registered/run", Object{});
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kUnchanged);
  Say("POST", "/clinic/patients",
      Object{
          {"given", "Ada"}, {"family", "Sample"}, {"birth_date", "1984-07-02"}, {"sex", "Female"}});
  Say("POST", "/registered/run", Object{});
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kChanged);

  ASSERT_TRUE(receiver_.Wait());
  const auto hook =
      ReadWebhook(access_, {receiver_.headers(), receiver_.body(), SystemClock().Now()});
  ASSERT_TRUE(hook) << hook.error().summary;
  EXPECT_EQ(hook->key, "halo_guid");
  EXPECT_EQ(hook->value, guid_);

  Watch again(access_, site, query, Context());
  ASSERT_TRUE(again.Ensure(Soon()));
  EXPECT_EQ(again.id(), watch.id());
  ASSERT_TRUE(CancelAllWatches(access_, site, Context(), Soon()));
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kNotRunning);
  const auto usage = Say("GET", "/usage");
  EXPECT_EQ(static_cast<std::int64_t>(meter_.counts["registered_query"]),
            usage.Find("sites")->Find("90001")->Integer("registered"));
}

}  // namespace
}  // namespace pons::halo_connect
