// SPDX-License-Identifier: Apache-2.0
// For tests: Halo's sandbox in this process with small clinics, called over real sockets.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/text.h"
#include "net/http.h"
#include "net/http_server.h"
#include "sandboxkit/sandbox_clock.h"
#include "vendors/halo_connect/sandbox/sandbox.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {

// Somebody who takes webhooks, and answers them with what it is told to.
class Receiver {
 public:
  struct Taken {
    std::string path, body, id, timestamp, signature;
  };

  explicit Receiver(Logger& log) {
    net::ServerOptions options;
    options.threads = 1;
    auto server = net::StartHttpServer(
        options,
        [this](const net::ServerRequest& request, net::Responder respond) {
          net::ServerResponse response;
          {
            const std::lock_guard lock(mutex_);
            taken_.push_back(
                {std::string(request.path), request.body,
                 std::string(net::FindHeader(request.headers, "X-Halo-Id")),
                 std::string(net::FindHeader(request.headers, "X-Halo-Timestamp")),
                 std::string(net::FindHeader(request.headers, "X-Halo-Signature-256"))});
            response.status = refusals_ > 0 ? refusal_ : 200;
            if (refusals_ > 0) --refusals_;
          }
          came_.notify_all();
          respond(std::move(response));
        },
        log);
    if (server) server_ = std::move(*server);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  void Refuse(int times, int status) {
    const std::lock_guard lock(mutex_);
    refusals_ = times;
    refusal_ = status;
  }
  // All that came, once there are `count`; fewer where that takes ten seconds.
  std::vector<Taken> Wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, std::chrono::seconds(10), [&] { return taken_.size() >= count; });
    return taken_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Taken> taken_;
  int refusals_ = 0, refusal_ = 500;
  std::unique_ptr<net::HttpServer> server_;
};

class HaloTest : public ::testing::Test {
 protected:
  struct Got {
    int status = 0;
    json::Value body;
    std::string raw;
    net::Headers headers;
  };

  void Start(HaloOptions options = {}) {
    options.clinic.fill.patients = 60;
    options.clinic.fill.appointments = 100;
    auto started = HaloSandbox::Start(options, log_);
    ASSERT_TRUE(started) << started.error().summary;
    halo_ = std::move(*started);
  }
  // Paired with the first clinic.
  void StartPaired(HaloOptions options = {}) {
    Start(std::move(options));
    if (halo_) guid_ = Pair(0);
  }

  Got Send(net::HttpRequest request) {
    Got got;
    auto response = http_->Send(request, cancel_);
    EXPECT_TRUE(response);
    if (!response) return got;
    got.status = response->status;
    got.raw = response->body;
    got.headers = response->headers;
    if (auto parsed = json::Parse(response->body)) got.body = std::move(*parsed);
    return got;
  }
  Got Api(const std::string& method, const std::string& path, const json::Value& body = {},
          const std::string& key = "sandbox-key") {
    net::HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(halo_->port()) + path;
    request.headers = {{"Ocp-Apim-Subscription-Key", key}};
    request.max_response_bytes = 64u << 20;
    if (!body.is_null()) {
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = json::Write(body);
    }
    return Send(std::move(request));
  }
  Got Control(const std::string& method, const std::string& path, const json::Value& body = {},
              std::size_t clinic = 0) {
    net::HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(halo_->clinic(clinic).control_port()) + path;
    if (!body.is_null()) request.body = json::Write(body);
    return Send(std::move(request));
  }
  std::string Code(std::size_t clinic) {
    return std::string(
        Control("POST", "/clinic/pairing", json::Object{}, clinic).body.Text("pairing_code"));
  }
  static std::string PairPath(const std::string& site_id, const std::string& code) {
    return "/integrator/pair-site?practiceManagementSiteId=" + site_id +
           "&practiceManagementName=Best%20Practice&pairingCode=" + code;
  }
  std::string Pair(std::size_t clinic) {
    const Got got = Api("POST", PairPath(halo_->site_id(clinic), Code(clinic)));
    EXPECT_EQ(got.status, 200) << got.raw;
    return std::string(got.body.Text("id"));
  }

  std::string At(const std::string& rest) const { return "/integrator/sites/" + guid_ + rest; }
  static json::Value Input(const std::string& name, const std::string& type,
                           const std::string& value) {
    return json::Object{{"name", name}, {"direction", "input"}, {"type", type}, {"value", value}};
  }
  static json::Value CommandOf(const std::string& sql, json::Array parameters = {},
                               const std::string& mode = "reader") {
    return json::Object{{"type", "text"},
                        {"executionMode", mode},
                        {"text", sql},
                        {"parameters", std::move(parameters)}};
  }
  Got Ask(const std::string& sql, json::Array parameters = {}, const std::string& mode = "reader") {
    return Api("POST", At("/queries/immediate"),
               json::Object{{"command", CommandOf(sql, std::move(parameters), mode)}});
  }
  // The text of a result's rows.
  static std::string RowsOf(const Got& got) {
    const json::Value* result = got.body.Find("result");
    const auto bytes = FromBase64(result == nullptr ? got.body.Text("data") : result->Text("data"));
    return bytes.value_or("(not base64)");
  }
  std::string Rows(const std::string& sql, json::Array parameters = {}) {
    const Got got = Ask(sql, std::move(parameters));
    EXPECT_EQ(got.status, 200) << got.raw;
    return RowsOf(got);
  }
  static std::string Part(const json::Value& value, std::string_view outer,
                          std::string_view inner) {
    const json::Value* found = value.Find(outer);
    return found == nullptr ? "" : std::string(found->Text(inner));
  }
  // Asks until `done` likes the answer, ten seconds at most.
  template <typename Done>
  Got Until(const std::string& path, Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    Got got = Api("GET", path);
    while (!done(got) && std::chrono::steady_clock::now() < end) {
      (void)cancel_.WaitFor(std::chrono::milliseconds(5));
      got = Api("GET", path);
    }
    return got;
  }

  MemoryLogger log_;
  CancelToken cancel_;
  std::unique_ptr<net::HttpTransport> http_ =
      net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  std::unique_ptr<HaloSandbox> halo_;
  std::string guid_;
};

}  // namespace pons::halo_connect::sandbox
