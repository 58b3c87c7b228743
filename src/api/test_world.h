// SPDX-License-Identifier: Apache-2.0
// For tests: a store with two organizations, two apps and some records, the API over it, a server
// on a free port, and a client.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "api/api.h"
#include "base/clock_fake.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "net/http.h"
#include "net/url.h"

namespace pons::api {

constexpr char kSecret[] = "correct horse battery staple";

class World : public ::testing::Test {
 protected:
  void SetUp() override {
    crypto::InitCrypto();
    char name[] = "/tmp/pons-api-XXXXXX";
    folder_ = mkdtemp(name);
    auto store = store::Store::Open({.path = ":memory:"}, clock_, random_, log_);
    ASSERT_TRUE(store) << store.error().summary;
    store_ = std::move(*store);
    SeedSettings();
    net::CurlSettings curl;
    curl.policy = net::AddressPolicy::kAnyForDevelopment;
    client_ = net::MakeCurlTransport(curl);
    options_.audit_folder = folder_ + "/audit";
    options_.webhook_policy = net::AddressPolicy::kAnyForDevelopment;
    StartApi();
  }

  void TearDown() override {
    StopApi();
    std::filesystem::remove_all(folder_);
  }

  void StartApi() {
    auto api = Api::Create(options_, {.store = *store_,
                                      .webhook_transport = *client_,
                                      .clock = clock_,
                                      .random = random_,
                                      .log = log_,
                                      .desk = write_desk_,
                                      .clinical = clinical_desk_,
                                      .nudge = nudge_});
    ASSERT_TRUE(api) << api.error().summary;
    api_ = std::move(*api);
    net::ServerOptions server;
    server.threads = 2;
    api_->Configure(server);
    auto started = net::StartHttpServer(
        server,
        [this](const net::ServerRequest& request, net::Responder respond) {
          api_->Handle(request, std::move(respond));
        },
        log_);
    ASSERT_TRUE(started) << started.error().summary;
    server_ = std::move(*started);
    base_ = "http://127.0.0.1:" + std::to_string(server_->port());
  }

  void StopApi() {
    if (api_ != nullptr) api_->Drain();
    server_.reset();
    api_.reset();
  }

  void SeedSettings() {
    const auto written = store_->Write([this](store::Transaction& tx) -> Result<void> {
      tx.Insert(store::Organization{OrganizationId("org-1"), "Riverside", {}});
      tx.Insert(store::Organization{OrganizationId("org-2"), "Hillside", {}});
      store::Connection connection;
      connection.id = ConnectionId("con-1");
      connection.organization = OrganizationId("org-1");
      connection.vendor = "memory";
      connection.time_zone = "Australia/Sydney";
      connection_ = tx.Insert(connection);
      connection.id = ConnectionId("con-2");
      connection.organization = OrganizationId("org-2");
      other_connection_ = tx.Insert(connection);
      store::App app;
      app.id = AppId("app-1");
      app.name = "Patient list";
      app.secret_hash = crypto::HashPassword(Sensitive<std::string>(kSecret));
      app_ = tx.Insert(app);
      app.id = AppId("app-2");
      other_app_ = tx.Insert(app);
      grant_ = tx.Insert(NewGrant("grant-1", "org-1", connection_, app_));
      other_grant_ = tx.Insert(NewGrant("grant-2", "org-2", other_connection_, other_app_));
      return Ok();
    });
    ASSERT_TRUE(written) << written.error().summary;
  }

  static store::Grant NewGrant(const char* id, const char* organization,
                               store::ConnectionKey connection, store::AppKey app) {
    store::Grant grant;
    grant.id = GrantId(id);
    grant.organization = OrganizationId(organization);
    grant.connection = connection;
    grant.app = app;
    return grant;
  }

  static store::RecordWrite Record(model::Stream stream, const std::string& id,
                                   const std::string& members = "") {
    store::RecordWrite write;
    write.stream = stream;
    write.id = ResourceId(id);
    write.body = {R"({"resourceType":")" + std::string(model::ResourceTypeOf(stream)) +
                      R"(","id":")" + id + R"(","meta":{)",
                  "}" + members + "}"};
    write.source.vendor_id = "v-" + id;
    return write;
  }
  static store::RecordWrite Patient(const std::string& id, const std::string& family,
                                    const std::string& given, const std::string& birth_date) {
    auto write = Record(model::Stream::kPatients, id,
                        R"(,"name":[{"family":")" + family + R"(","given":[")" + given + R"("]}])" +
                            R"(,"birthDate":")" + birth_date + R"(")");
    write.keys.family = FoldForSearch(family);
    write.keys.given = FoldForSearch(given);
    write.keys.birth_date = birth_date;
    write.keys.gender = "female";
    write.keys.identifiers = {{"http://ns.electronichealth.net.au/id/medicare-number",
                               "295012755" + std::to_string(id.size())}};
    return write;
  }

  // Stores a record, shows it to `grant` unless that is 0, and logs the change.
  void Put(store::RecordWrite write, store::GrantKey grant) {
    write.source.connection = grant == other_grant_ ? other_connection_ : connection_;
    const auto written = store_->Write([&](store::Transaction& tx) -> Result<void> {
      const auto version = tx.PutRecord(write);
      if (grant == 0) return Ok();
      tx.Show(grant, store::KeyOf(write.id.value), "north");
      tx.AppendChange(grant, write.stream, write.id, version,
                      version == 1 ? store::ChangeKind::kCreated : store::ChangeKind::kUpdated,
                      false);
      return Ok();
    });
    ASSERT_TRUE(written) << written.error().summary;
  }
  void Put(const store::RecordWrite& write) { Put(write, grant_); }

  net::HttpResponse Send(const std::string& method, const std::string& target,
                         const net::Headers& headers = {}, const std::string& body = "") {
    net::HttpRequest request;
    request.method = method;
    request.url = target.starts_with("http") ? target : base_ + target;
    request.headers = headers;
    request.body = body;
    auto response = client_->Send(request, CancelToken());
    EXPECT_TRUE(response) << response.error().summary;
    return response ? std::move(*response) : net::HttpResponse{};
  }
  net::HttpResponse Get(const std::string& target, net::Headers headers = {}) {
    headers.emplace_back("Authorization", "Bearer " + Token());
    return Send("GET", target, headers);
  }
  json::Value GetJson(const std::string& target) {
    const auto response = Get(target);
    EXPECT_EQ(response.status, 200) << target << ": " << response.body;
    auto value = json::Parse(response.body);
    EXPECT_TRUE(value) << response.body;
    return value ? std::move(*value) : json::Value();
  }

  net::HttpResponse AskToken(const std::string& client, const std::string& secret,
                             const std::string& scope = "system/*.rs") {
    return Send("POST", "/oauth/token", {{"Content-Type", "application/x-www-form-urlencoded"}},
                net::WriteForm({{"grant_type", "client_credentials"},
                                {"client_id", client},
                                {"client_secret", secret},
                                {"scope", scope}}));
  }
  std::string TokenOf(const std::string& client, const std::string& scope = "system/*.rs") {
    const auto response = AskToken(client, kSecret, scope);
    EXPECT_EQ(response.status, 200) << response.body;
    const auto value = json::Parse(response.body);
    return value ? std::string(value->Text("access_token")) : std::string();
  }
  const std::string& Token() {
    if (token_.empty()) token_ = TokenOf("app-1");
    return token_;
  }

  // The ids that a search finds, in order.
  std::vector<std::string> Ids(const std::string& target) {
    std::vector<std::string> ids;
    const auto bundle = GetJson(target);
    if (const auto* entries = bundle.Find("entry"); entries != nullptr) {
      for (const auto& entry : *entries->array()) {
        ids.emplace_back(entry.Find("resource")->Text("id"));
      }
    }
    return ids;
  }
  static std::string Link(const json::Value& bundle, std::string_view relation) {
    if (const auto* links = bundle.Find("link"); links != nullptr) {
      for (const auto& link : *links->array()) {
        if (link.Text("relation") == relation) return std::string(link.Text("url"));
      }
    }
    return "";
  }

  FakeClock clock_{FromMillis(1'790'000'000'000)};
  Random& random_ = SystemRandom();
  MemoryLogger log_;
  std::string folder_;
  ApiOptions options_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<net::HttpTransport> client_;
  commands::Desk* write_desk_ = nullptr;             // null: the API only reads
  commands::ClinicalDesk* clinical_desk_ = nullptr;  // null: what is kept, nothing else
  std::function<void(store::ConnectionKey)> nudge_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<net::HttpServer> server_;
  std::string base_;
  std::string token_;
  store::ConnectionKey connection_ = 0, other_connection_ = 0;
  store::AppKey app_ = 0, other_app_ = 0;
  store::GrantKey grant_ = 0, other_grant_ = 0;
};

}  // namespace pons::api
