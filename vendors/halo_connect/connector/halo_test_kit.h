// SPDX-License-Identifier: Apache-2.0
// A Halo of a few scripted answers, for the tests beside it.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "base/clock_fake.h"
#include "connector/connector.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "net/http.h"
#include "net/sql.h"
#include "vendors/halo_connect/connector/halo_access.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::halo_connect {

inline constexpr char kGuid[] = "7d2c1f4e-0001-4000-8000-000000000001";
inline constexpr char kOtherGuid[] = "7d2c1f4e-0001-4000-8000-0000000000ff";
inline constexpr char kQueryId[] = "7d2c1f4e-0002-4000-8000-000000000002";
inline constexpr char kOtherQueryId[] = "7d2c1f4e-0002-4000-8000-000000000003";

// Gives the answers in their order; a request too many is answered with a failure of the test.
class ScriptedHttp final : public net::HttpTransport {
 public:
  void Then(int status, std::string body, net::Headers headers = {}) {
    answers_.emplace_back(net::HttpResponse{status, std::move(headers), std::move(body)});
  }
  void ThenFail(Error error) { answers_.emplace_back(std::move(error)); }

  Result<net::HttpResponse> Send(const net::HttpRequest& request, const CancelToken&) override {
    sent.push_back(request);
    if (on_send) on_send();
    if (answers_.empty()) {
      ADD_FAILURE() << "not expected: " << request.method << " " << request.url;
      return MakeError(Fault::kInternal, "no answer is left");
    }
    auto answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }
  bool done() const { return answers_.empty(); }
  // "POST /integrator/…" of the n-th request.
  std::string Line(std::size_t n) const {
    if (n >= sent.size()) return "";
    constexpr std::string_view kHost = "https://halo.example";
    return sent[n].method + " " + sent[n].url.substr(kHost.size());
  }
  json::Value Body(std::size_t n) const { return *json::Parse(sent.at(n).body); }

  std::vector<net::HttpRequest> sent;
  std::function<void()> on_send;

 private:
  std::deque<Result<net::HttpResponse>> answers_;
};

class CountingMeter final : public Meter {
 public:
  void Count(std::string_view what, std::uint64_t times) override {
    counts[std::string(what)] += times;
  }
  std::map<std::string, std::uint64_t> counts;
};

inline Access TestAccess() {
  Access access;
  access.url = "https://halo.example";
  access.subscription_key = Sensitive<std::string>("the-key");
  access.webhook_secret = Sensitive<std::string>("sandbox-webhook-secret");
  return access;
}

// {"id":…,"status":"successful","result":{…}} around rows given as JSON text.
inline std::string Successful(std::string_view rows, int count) {
  return std::string(R"({"id":")") + kQueryId +
         R"(","mode":"immediate","status":"successful","statusTiming":{},"metrics":{},"result":{)" +
         R"("rows":)" + std::to_string(count) + R"(,"size":1,"data":")" + crypto::Base64(rows) +
         R"(","parameters":[]}})";
}

inline std::string Failed(std::string_view type, int number, std::string_view message) {
  return std::string(R"({"id":")") + kQueryId +
         R"(","mode":"immediate","status":"executionFailed",)" +
         R"("errorDetails":{"errorType":")" + std::string(type) + R"(","errorCode":)" +
         std::to_string(number) + R"(,"errorMessage":")" + std::string(message) + R"("}})";
}

inline std::string Wrapped(int status, std::string_view message) {
  return R"({"error":{"status":)" + std::to_string(status) + R"(,"statusText":"Text","message":")" +
         std::string(message) + R"("}})";
}

inline std::string SiteJson(std::string_view guid, std::string_view availability = "online",
                            std::string_view status = "active") {
  return R"({"id":")" + std::string(guid) + R"(","pmsType":"BestPractice","availability":")" +
         std::string(availability) + R"(","status":")" + std::string(status) +
         R"(","haloLinkVersion":"26.713.10445","enrichedAt":"2026-05-04T00:00:00Z",)" +
         R"("catalogue":[{"name":"Patients","isDefault":true}],"practiceMetadata":{)" +
         R"("pmsType":"BestPractice","practiceName":"Harbour Street Clinic",)" +
         R"("practiceManagementSiteId":"90001","practiceManagementVersion":"1.12.2.980"}})";
}

class HaloTest : public testing::Test {
 protected:
  SessionContext Context() {
    SessionContext context{
        clock_, &http_, nullptr, random_, cancel_, log_, *PracticeZone::Named("Australia/Sydney")};
    context.meter = &meter_;
    context.keep = [this](std::string_view key, std::string value) {
      kept_.emplace_back(key, std::move(value));
    };
    return context;
  }
  Instant Soon() const { return clock_.Now() + std::chrono::seconds(20); }

  FakeClock clock_{*ParseInstant("2026-05-04T01:02:03Z")};
  ScriptedHttp http_;
  SeededRandom random_{1};
  CancelToken cancel_;
  MemoryLogger log_;
  CountingMeter meter_;
  std::vector<std::pair<std::string, std::string>> kept_;
};

}  // namespace pons::halo_connect
