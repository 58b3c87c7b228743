// SPDX-License-Identifier: Apache-2.0
// A running Pons with two practices and one of each kind of person, asked over real HTTP.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "accounts/accounts.h"
#include "accounts/totp.h"
#include "base/log.h"
#include "connector/registry.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "net/http.h"
#include "portal/route.h"
#include "server/runtime.h"
#include "store/store.h"
#include "vendors/memory/connector/memory.h"

namespace pons::server {

// Somebody at a browser: a cookie and a CSRF token, or neither.
struct Visitor {
  std::string cookie;
  std::string csrf;
};

// The things of one practice that paths name.
struct PracticeIds {
  std::string organization;
  std::string connection;
  std::string grant;
  std::string app;
  std::string webhook;
  std::string patient;
  std::string member;
};

class PortalFixture : public ::testing::Test {
 protected:
  static constexpr char kPassword[] = "seven green piers at low tide";
  static constexpr char kFamily[] = "Zyxwvut";  // of every patient; a word that nothing else has

  void SetUp() override {
    crypto::InitCrypto();
    std::string folder = (std::filesystem::temp_directory_path() / "pons-portal-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    registry_.Add(memory::TutorialConnector());
    Start(false);
  }
  void TearDown() override {
    pons_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void Start(bool development, bool portal = true, bool demo = false) {
    pons_.reset();
    RuntimeOptions options;
    options.portal = portal;
    options.demo = demo;
    options.data_folder = folder_;
    options.development = development;
    options.sandbox_program = sandbox_program_;
    options.trusted_proxies = trusted_proxies_;
    auto started = Runtime::Start(options, registry_, SystemClock(), SystemRandom(), log_);
    ASSERT_TRUE(started) << started.error().summary;
    pons_ = std::move(*started);
    client_ = net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  }

  // ---- things

  void Write(const std::function<void(store::Transaction&)>& work) {
    const auto written = pons_->store().Write([&](store::Transaction& tx) -> Result<void> {
      work(tx);
      return Ok();
    });
    ASSERT_TRUE(written) << written.error().summary;
  }

  PracticeIds MakePractice(const std::string& name) {
    PracticeIds ids;
    ids.organization = "org-" + name;
    ids.connection = "connection-" + name;
    ids.grant = "grant-" + name;
    ids.app = "app-" + name;
    ids.webhook = "webhook-" + name;
    Write([&](store::Transaction& tx) {
      store::Organization organization{OrganizationId(ids.organization), name + " clinic", {}};
      tx.Insert(organization);
      store::Connection connection;
      connection.id = ConnectionId(ids.connection);
      connection.organization = organization.id;
      connection.name = name;
      connection.vendor = "memory";
      connection.time_zone = "Australia/Sydney";
      connection.settings_json = R"({"practice":"demo"})";
      connection.secrets_json = Sensitive<std::string>("{}");
      connection.paused = true;
      const auto connection_key = tx.Insert(connection);
      connections_[name] = connection_key;
      store::App app;
      app.id = AppId(ids.app);
      app.name = name + " app";
      app.secret_hash = "none";
      const auto app_key = tx.Insert(app);
      store::Grant grant;
      grant.id = GrantId(ids.grant);
      grant.organization = organization.id;
      grant.connection = connection_key;
      grant.app = app_key;
      grant.mode = store::GrantMode::kAll;
      grant.all_locations_to = "north";
      grants_[name] = tx.Insert(grant);
      store::Webhook webhook;
      webhook.id = WebhookId(ids.webhook);
      webhook.app = app_key;
      webhook.url = "https://receiver.invalid/hook";
      webhook.secret = Sensitive<std::string>("whsec_none");
      tx.Insert(webhook);
    });
    ids.patient = AddPatient(name, "1");
    return ids;
  }

  // Stored and shown to that practice's app; gives its id.
  std::string AddPatient(const std::string& practice, const std::string& number) {
    const std::string id = "patient-" + practice + "-" + number;
    store::RecordWrite write;
    write.stream = model::Stream::kPatients;
    write.id = ResourceId(id);
    write.body = {R"({"resourceType":"Patient","id":")" + id + R"(","meta":{)",
                  R"(},"name":[{"family":")" + std::string(kFamily) +
                      R"(","given":["Ada"]}],"birthDate":"1984-07-02","gender":"female"})"};
    write.keys.family = "zyxwvut";
    write.keys.given = "ada";
    write.keys.birth_date = "1984-07-02";
    write.source.connection = connections_[practice];
    write.source.vendor_id = "v-" + id;
    Write([&](store::Transaction& tx) {
      const auto version = tx.PutRecord(write);
      tx.Show(grants_[practice], store::KeyOf(id), "north");
      tx.AppendChange(grants_[practice], write.stream, write.id, version,
                      store::ChangeKind::kCreated, true);
    });
    return id;
  }

  // ---- people

  accounts::UserId AddUser(const std::string& name, const std::string& organization,
                           accounts::Role role, bool is_operator = false,
                           bool is_developer = false) {
    accounts::User user;
    user.name = name;
    user.email = name + "@clinic.example";
    user.locale = "en-AU";
    user.is_operator = is_operator;
    user.is_developer = is_developer;
    if (!organization.empty()) {
      accounts::Membership membership;
      membership.organization = OrganizationId(organization);
      membership.role = role;
      user.memberships.push_back(std::move(membership));
    }
    const auto added = pons_->accounts().AddUser({}, user, accounts::Secret(kPassword));
    EXPECT_TRUE(added) << added.error().summary;
    return added ? *added : accounts::UserId();
  }

  Visitor SignIn(const std::string& name) {
    const auto signed_in = pons_->accounts().SignIn(
        name + "@clinic.example", accounts::Secret(kPassword), {"127.0.0.1", "test"});
    EXPECT_TRUE(signed_in) << signed_in.error().summary;
    if (!signed_in) return {};
    return {"pons_session=" + signed_in->token.Reveal(), signed_in->session.csrf};
  }

  // Over HTTP, as a browser does it.
  Visitor Enrol(Visitor visitor) {
    const auto begun = Send(visitor, "POST", "/portal/api/account/second_factor");
    EXPECT_EQ(begun.status, 200) << begun.body;
    const auto secret = Parse(begun.body);
    const auto confirmed =
        Send(visitor, "POST", "/portal/api/account/second_factor/confirm",
             R"({"code":")" + CodeOf(std::string(secret.Text("secret"))) + R"("})");
    EXPECT_EQ(confirmed.status, 200) << confirmed.body;
    return {CookieOf(confirmed), std::string(Parse(confirmed.body).Text("csrf"))};
  }

  static std::string CodeOf(const std::string& base32) {
    std::string raw;
    unsigned bits = 0;
    int have = 0;
    for (const char c : base32) {
      const auto value = static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26);
      bits = (bits << 5) | value;
      have += 5;
      if (have >= 8) {
        have -= 8;
        raw += static_cast<char>((bits >> have) & 0xffu);
      }
    }
    return accounts::TotpCode(raw, accounts::TotpStepAt(SystemClock().Now()));
  }

  // ---- asking

  net::HttpResponse Send(const Visitor& visitor, const std::string& method,
                         const std::string& target, const std::string& body = "",
                         const net::Headers& more = {}) {
    net::HttpRequest request;
    request.method = method;
    request.url = pons_->url() + target;
    request.headers = more;
    if (!visitor.cookie.empty()) request.headers.emplace_back("Cookie", visitor.cookie);
    if (!visitor.csrf.empty()) request.headers.emplace_back("X-Pons-CSRF", visitor.csrf);
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = body;
    auto response = client_->Send(request, CancelToken());
    EXPECT_TRUE(response) << method << " " << target << ": " << response.error().summary;
    return response ? std::move(*response) : net::HttpResponse{};
  }

  // Looks until it holds; what runs on threads of its own has 20 seconds.
  template <typename Holds>
  static ::testing::AssertionResult Soon(const Holds& holds) {
    Clock& clock = SystemClock();
    const Instant give_up = clock.Now() + std::chrono::seconds(20);
    while (!holds()) {
      if (clock.Now() > give_up) {
        return ::testing::AssertionFailure() << "did not come true within 20 seconds";
      }
      clock.SleepUntil(clock.Now() + std::chrono::milliseconds(20), CancelToken());
    }
    return ::testing::AssertionSuccess();
  }

  // Of the portal's own data, below /portal/api; expects that status.
  json::Value Ask(const Visitor& who, const std::string& method, const std::string& path,
                  int status, const std::string& body = "") {
    const auto response = Send(who, method, "/portal/api" + path, body);
    EXPECT_EQ(response.status, status) << method << " " << path << ": " << response.body;
    return Parse(response.body);
  }

  static json::Value Parse(const std::string& text) {
    auto parsed = json::Parse(text);
    return parsed ? std::move(*parsed) : json::Value();
  }
  static std::string CookieOf(const net::HttpResponse& response) {
    const std::string line(net::FindHeader(response.headers, "set-cookie"));
    return line.substr(0, line.find(';'));
  }

  std::string folder_;
  std::string sandbox_program_;  // of the next start; empty: no sandboxes
  std::vector<std::string> trusted_proxies_;
  Registry registry_;
  MemoryLogger log_;
  std::map<std::string, store::ConnectionKey> connections_;
  std::map<std::string, store::GrantKey> grants_;
  std::unique_ptr<Runtime> pons_;
  std::unique_ptr<net::HttpTransport> client_;
};

}  // namespace pons::server
