// SPDX-License-Identifier: Apache-2.0
// What developers and operators do on their pages, over real HTTP: secrets with an overlap,
// webhooks that fail and are mended, figures, backups that open.
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>

#include "delivery/signature.h"
#include "net/http_server.h"
#include "server/portal_fixture.h"

namespace pons::server {
namespace {

// A receiver on this machine: keeps what came, answers what the test says.
class Receiver {
 public:
  explicit Receiver(Logger& log) {
    net::ServerOptions options;
    options.threads = 1;
    auto server = net::StartHttpServer(
        options,
        [this](const net::ServerRequest& request, net::Responder respond) {
          {
            const std::lock_guard lock(mutex_);
            headers_ = request.headers;
            body_ = request.body;
          }
          net::ServerResponse response;
          response.status = status;
          response.body = "no such table";
          respond(std::move(response));
        },
        log);
    EXPECT_TRUE(server);
    server_ = std::move(*server);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/h"; }
  bool SignedWith(const std::string& secret) const {
    const std::lock_guard lock(mutex_);
    return delivery::Verify(Sensitive<std::string>(secret), headers_, SystemClock().Now(), body_)
        .has_value();
  }

  std::atomic<int> status{200};

 private:
  mutable std::mutex mutex_;
  net::Headers headers_;
  std::string body_;
  std::unique_ptr<net::HttpServer> server_;
};

class PortalDeveloper : public PortalFixture {
 protected:
  void SetUp() override {
    PortalFixture::SetUp();
    Start(true);
    north_ = MakePractice("north");
    const auto developer = AddUser("dev", "", accounts::Role::kLimited, false, true);
    AddUser("other", "", accounts::Role::kLimited, false, true);
    AddUser("op", "", accounts::Role::kLimited, true);
    ASSERT_TRUE(pons_->accounts().SetAppOwner({}, AppId(north_.app), developer));
    dev_ = SignIn("dev");
    other_ = SignIn("other");
    op_ = SignIn("op");
  }

  int Token(const std::string& app, const std::string& secret, std::string* token = nullptr) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = pons_->url() + "/oauth/token";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "grant_type=client_credentials&client_id=" + app + "&client_secret=" + secret +
                   "&scope=system/*.rs";
    const auto answer = client_->Send(request, CancelToken());
    if (!answer) return 0;
    if (token != nullptr) *token = std::string(Parse(answer->body).Text("access_token"));
    return answer->status;
  }

  PracticeIds north_;
  Visitor dev_, other_, op_;
};

TEST_F(PortalDeveloper, ASecretIsShownOnceAndTheOldOneOpensForAWhile) {
  const auto made = Ask(dev_, "POST", "/apps", 201, R"({"name":"Viewer"})");
  const std::string id(made.Text("id"));
  const std::string first(made.Text("client_secret"));
  EXPECT_EQ(Token(id, first), 200);
  EXPECT_EQ(Send(dev_, "GET", "/portal/api/apps/" + id).body.find(first), std::string::npos);
  const auto second =
      std::string(Ask(dev_, "POST", "/apps/" + id + "/secrets", 201, "{}").Text("client_secret"));
  EXPECT_NE(first, second);
  EXPECT_EQ(Token(id, first), 200) << "within the overlap";
  EXPECT_EQ(Token(id, second), 200);
  const auto app = Ask(dev_, "GET", "/apps/" + id, 200);
  ASSERT_EQ(app.Find("secrets")->array()->size(), 2u);
  const auto n = *app.Find("secrets")->array()->at(1).Integer("n");
  Ask(dev_, "DELETE", "/apps/" + id + "/secrets/" + std::to_string(n), 204);
  EXPECT_EQ(Token(id, first), 401);
  EXPECT_EQ(Token(id, second), 200);
  Ask(dev_, "DELETE", "/apps/" + id + "/secrets/0", 409);
  Ask(dev_, "DELETE", "/apps/" + id, 204);
  EXPECT_EQ(Token(id, second), 401);
  EXPECT_EQ(Send(dev_, "GET", "/portal/api/apps").body.find("Viewer"), std::string::npos);
}

TEST_F(PortalDeveloper, AWebhookFailsIsSeenMendedAndReplayed) {
  Receiver receiver(log_);
  const auto made = Ask(dev_, "POST", "/apps/" + north_.app + "/webhooks", 201,
                        R"({"url":")" + receiver.url() + R"(","events":["patient.created"]})");
  const std::string at = "/webhooks/" + std::string(made.Text("id"));
  const std::string secret(made.Text("secret"));
  EXPECT_EQ(*Ask(dev_, "POST", at + "/test", 200).Find("ok"), json::Value(true));
  EXPECT_TRUE(receiver.SignedWith(secret));
  const std::string next(Ask(dev_, "POST", at + "/secret", 201, "{}").Text("secret"));
  Ask(dev_, "POST", at + "/test", 200);
  EXPECT_TRUE(receiver.SignedWith(secret)) << "both sign while the secret changes";
  EXPECT_TRUE(receiver.SignedWith(next));

  receiver.status = 500;
  Write([&](store::Transaction& tx) {
    tx.AppendChange(grants_["north"], model::Stream::kPatients, ResourceId(north_.patient), 1,
                    store::ChangeKind::kCreated, false);
  });
  json::Value row;
  ASSERT_TRUE(Soon([&] {
    const auto list = Ask(dev_, "GET", at + "/deliveries", 200);
    if (list.Find("items")->array()->empty()) return false;
    row = list.Find("items")->array()->front();
    return row.Integer("attempts").value_or(0) > 0;
  }));
  EXPECT_EQ(row.Integer("last_status"), 500);
  const std::string id(row.Text("id"));
  const auto detail = Ask(dev_, "GET", at + "/deliveries/" + id, 200);
  EXPECT_EQ(detail.Text("response_excerpt"), "no such table");
  EXPECT_EQ(detail.Find("payload")->Text("type"), "patient.created");
  EXPECT_FALSE(detail.Find("headers")->Text("webhook-signature").empty());
  EXPECT_EQ(json::Write(detail).find(kFamily), std::string::npos) << "no patient in it";

  receiver.status = 200;
  EXPECT_EQ(Ask(dev_, "POST", at + "/replay", 202, R"({"delivery":)" + id + "}").Integer("queued"),
            1);
  EXPECT_TRUE(Soon([&] {
    return Ask(dev_, "GET", at + "/deliveries/" + id, 200).Text("state") == "delivered";
  }));
  Ask(dev_, "POST", at + "/replay", 404, R"({"delivery":999999})");
  Ask(dev_, "PATCH", at, 422, R"({"events":["visit"]})");
  EXPECT_EQ(Ask(dev_, "PATCH", at, 200, R"({"state":"disabled"})").Text("state"), "disabled");
  Ask(dev_, "DELETE", at, 204);
  Ask(dev_, "GET", at + "/deliveries", 404);
}

TEST_F(PortalDeveloper, WhatIsAnothersIsNotThere) {
  for (const auto* path : {"", "/usage", "/webhooks"}) {
    Ask(other_, "GET", "/apps/" + north_.app + path, 404);
  }
  Ask(other_, "POST", "/apps/" + north_.app + "/secrets", 404, "{}");
  EXPECT_TRUE(Ask(other_, "GET", "/apps", 200).Find("items")->array()->empty());
  EXPECT_EQ(Ask(dev_, "GET", "/sandboxes", 404).Text("code"), "no-sandboxes");
  Ask(dev_, "GET", "/operator/overview", 403);
}

TEST_F(PortalDeveloper, WhatAnAppAskedIsCountedByTheDay) {
  const auto made = Ask(dev_, "POST", "/apps", 201, R"({"name":"Viewer"})");
  const std::string id(made.Text("id"));
  std::string token;
  ASSERT_EQ(Token(id, std::string(made.Text("client_secret")), &token), 200);
  const net::Headers bearer = {{"Authorization", "Bearer " + token}};
  for (int i = 0; i < 3; ++i) Send({}, "GET", "/fhir/R4/Patient", "", bearer);
  Send({}, "GET", "/fhir/R4/Patient/nobody", "", bearer);
  for (const auto* days : {"14", "1"}) {
    const auto usage = Ask(dev_, "GET", "/apps/" + id + "/usage?days=" + days, 200);
    EXPECT_EQ(usage.Integer("requests"), 4);
    EXPECT_EQ(usage.Integer("errors"), 1);
    const auto& points = *usage.Find("points")->array();
    EXPECT_EQ(points.size(), days == std::string("14") ? 14u : 24u);
    EXPECT_EQ(points.back().Integer("requests"), 4);
  }
}

TEST_F(PortalDeveloper, WhatAnAppAskedIsListedForItsDeveloper) {
  const auto made = Ask(dev_, "POST", "/apps", 201, R"({"name":"Viewer"})");
  const std::string id(made.Text("id"));
  std::string token;
  ASSERT_EQ(Token(id, std::string(made.Text("client_secret")), &token), 200);
  const net::Headers bearer = {{"Authorization", "Bearer " + token}};
  const std::string search = "/fhir/R4/Patient?family=" + std::string(kFamily);
  Send({}, "GET", search, "", bearer);
  Send({}, "GET", "/fhir/R4/Patient/nobody", "", bearer);
  const auto rows = [&](const Visitor& who, const std::string& query) {
    return *Ask(who, "GET", "/apps/" + id + "/requests" + query, 200).Find("items")->array();
  };
  const auto answered = rows(dev_, "?outcome=ok&q=looked%20patient");
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].Text("who"), "Viewer");
  EXPECT_EQ(answered[0].Integer("status"), 200);
  EXPECT_FALSE(answered[0].Text("reference").empty());
  EXPECT_EQ(json::Write(answered[0]).find(kFamily), std::string::npos) << "not what it looked for";
  const auto refused = rows(dev_, "?outcome=refused");
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].Integer("status"), 404);
  EXPECT_EQ(rows(op_, "?outcome=refused").size(), 1u);
  Ask(other_, "GET", "/apps/" + id + "/requests", 404);
  // Another app of the same developer has asked for nothing.
  const auto silent = Ask(dev_, "GET", "/apps/" + north_.app + "/requests", 200);
  EXPECT_TRUE(silent.Find("items")->array()->empty()) << json::Write(silent);
}

TEST_F(PortalDeveloper, TheWholeAuditTrailIsForOperatorsAndToldToBeWhole) {
  const std::string id(Ask(dev_, "POST", "/apps", 201, R"({"name":"Viewer"})").Text("id"));
  Ask(dev_, "GET", "/operator/audit", 403);
  Ask(dev_, "GET", "/operator/audit/verify", 403);
  const auto rows = [&](const std::string& query) {
    return *Ask(op_, "GET", "/operator/audit?" + query, 200).Find("items")->array();
  };
  const auto added = rows("q=app%20add");
  ASSERT_FALSE(added.empty());
  EXPECT_EQ(added[0].Text("who"), "dev");
  EXPECT_EQ(added[0].Text("outcome"), "done");
  const auto refused = rows("q=refused%20operator/audit");
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].Text("outcome"), "refused");
  EXPECT_TRUE(rows("q=nothing-like-it").empty());

  const auto whole = Ask(op_, "GET", "/operator/audit/verify", 200);
  EXPECT_EQ(*whole.Find("ok"), json::Value(true)) << json::Write(whole);
  EXPECT_GE(whole.Integer("entries"), 3);
  // Somebody who may write on the disk makes the refusals look allowed.
  const auto file = std::filesystem::directory_iterator(folder_ + "/audit")->path();
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto at = text.find("\"status\":403");
  ASSERT_NE(at, std::string::npos);
  std::fstream(file, std::ios::in | std::ios::out).seekp(static_cast<std::streamoff>(at))
      << "\"status\":200";
  const auto broken = Ask(op_, "GET", "/operator/audit/verify", 200);
  EXPECT_EQ(*broken.Find("ok"), json::Value(false));
  EXPECT_FALSE(broken.Text("detail").empty());
}

TEST_F(PortalDeveloper, ABackupIsMadeAndOpensWithTheKey) {
  Ask(op_, "POST", "/operator/backup", 202);
  json::Value list;
  ASSERT_TRUE(Soon([&] {
    list = Ask(op_, "GET", "/operator/backups", 200);
    return list.Integer("total") == 1;
  }));
  const std::string name(list.Find("items")->array()->front().Text("name"));
  EXPECT_EQ(list.Find("under_way")->Find("failure")->is_null(), true);
  const auto from = std::filesystem::path(folder_) / "backups" / name;
  EXPECT_FALSE(std::filesystem::exists(from / "master.key")) << "kept apart";
  EXPECT_FALSE(std::filesystem::is_empty(from / "audit"));
  const auto to = std::filesystem::path(folder_) / "restored";
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  EXPECT_FALSE(store::Store::Open({.path = to.string()}, SystemClock(), SystemRandom(), log_));
  std::filesystem::copy_file(std::filesystem::path(folder_) / "master.key", to / "master.key",
                             std::filesystem::copy_options::overwrite_existing);
  const auto copy = store::Store::Open({.path = to.string()}, SystemClock(), SystemRandom(), log_);
  ASSERT_TRUE(copy) << copy.error().summary;
  const auto reader = (*copy)->OpenReader();
  EXPECT_EQ((*reader)->Webhooks()->front().secret.Reveal(), "whsec_none");
  EXPECT_EQ((*copy)->identity_key(), pons_->store().identity_key());
}

TEST_F(PortalDeveloper, OperatorsSeeHowItStandsWithoutPatients) {
  const auto overview = Ask(op_, "GET", "/operator/overview", 200);
  EXPECT_EQ(overview.Find("nodes")->array()->size(), 1u);
  EXPECT_GT(overview.Find("disk")->Integer("free_bytes").value_or(0), 0);
  EXPECT_EQ(overview.Find("queues")->Integer("deliveries"), 0);
  for (const auto* path : {"/operator/overview", "/operator/quarantine", "/operator/commands",
                           "/operator/logs", "/operator/users"}) {
    const auto answer = Send(op_, "GET", std::string("/portal/api") + path);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    EXPECT_EQ(answer.body.find(kFamily), std::string::npos) << path;
  }
  Ask(op_, "GET", "/operator/commands/none", 404);
  Ask(op_, "GET", "/operator/logs?level=loud", 400);
  const auto users = Ask(op_, "GET", "/operator/users?q=other", 200);
  ASSERT_EQ(users.Find("items")->array()->size(), 1u);
  const std::string other(users.Find("items")->array()->front().Text("id"));
  Ask(op_, "PATCH", "/operator/users/" + other, 200, R"({"disabled":true})");
  Ask(other_, "GET", "/apps", 401);
  Ask(op_, "POST", "/operator/users", 422, R"({"email":"new@clinic.example"})");
  const auto invited = Ask(op_, "POST", "/operator/users", 201,
                           R"({"email":"new@clinic.example","developer":true})");
  EXPECT_NE(invited.Text("invitation_url").find("/portal/invitation#"), std::string::npos);
}

}  // namespace
}  // namespace pons::server
