// SPDX-License-Identifier: Apache-2.0
// Keys of connections at the API's door, over HTTP: what each kind opens, and nothing else.
#include <gtest/gtest.h>

#include "api/test_world.h"
#include "store/accounts.h"

namespace pons::api {
namespace {

class AccessKeys : public World {
 protected:
  void SetUp() override {
    nudge_ = [this](store::ConnectionKey key) { nudged_.push_back(key); };
    World::SetUp();
    const auto written = store_->Write([this](store::Transaction& tx) -> Result<void> {
      store::Connection connection;
      connection.key = connection_;
      connection.id = ConnectionId("con-1");
      connection.organization = OrganizationId("org-1");
      connection.name = "Main rooms";
      connection.vendor = "memory";
      connection.time_zone = "Australia/Sydney";
      connection.settings_json = "{}";
      tx.Update(connection);
      agent_ = Insert(tx, store::AccessKeyKind::kAgent, "agent-key");
      extension_ = Insert(tx, store::AccessKeyKind::kExtension, "extension-key");
      return Ok();
    });
    ASSERT_TRUE(written) << written.error().summary;
  }
  std::int64_t Insert(store::Transaction& tx, store::AccessKeyKind kind, std::string_view plain) {
    store::AccessKey key;
    key.connection = connection_;
    key.kind = kind;
    key.name = plain;
    key.hash = crypto::Sha256(plain);
    key.created = clock_.Now();
    return tx.accounts().Insert(key);
  }
  net::HttpResponse As(const std::string& key, const std::string& method,
                       const std::string& target) {
    return Send(method, target, {{"Authorization", "Bearer " + key}});
  }
  std::optional<Instant> LastUse(std::int64_t key) {
    std::optional<Instant> used;
    const auto reader = store_->OpenReader();
    EXPECT_TRUE((*reader)->Accounts(
        [&](store::AccountReads& reads) { used = reads.LastUse(store::UseOf::kAccessKey, key); }));
    return used;
  }

  std::int64_t agent_ = 0, extension_ = 0;
  std::vector<store::ConnectionKey> nudged_;
};

TEST_F(AccessKeys, AnExtensionNudgesItsConnectionAndDoesNothingElse) {
  const auto answer = As("extension-key", "POST", "/api/nudge");
  EXPECT_EQ(answer.status, 202) << answer.body;
  EXPECT_TRUE(answer.body.empty());
  EXPECT_EQ(nudged_, std::vector<store::ConnectionKey>{connection_});
  EXPECT_EQ(LastUse(extension_), clock_.Now());
  EXPECT_EQ(As("extension-key", "GET", "/api/nudge").status, 405);
  EXPECT_EQ(As("extension-key", "GET", "/api/agent").status, 403);
  for (const auto* path : {"/fhir/R4/Patient", "/api/changes", "/api/webhooks", "/api/locations"}) {
    EXPECT_EQ(As("extension-key", "GET", path).status, 401) << path;
    EXPECT_EQ(As("agent-key", "GET", path).status, 401) << path;
  }
  EXPECT_EQ(nudged_.size(), 1u);
}

TEST_F(AccessKeys, AnAgentIsToldWhereItBelongsAndNothingElse) {
  const auto answer = As("agent-key", "GET", "/api/agent");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body,
            R"({"connection":{"id":"con-1","name":"Main rooms"},"organization":"Riverside"})");
  EXPECT_EQ(As("agent-key", "POST", "/api/nudge").status, 403);
  EXPECT_TRUE(nudged_.empty());
  EXPECT_EQ(LastUse(agent_), clock_.Now());
}

TEST_F(AccessKeys, WhatIsNoKeyOrNoMoreOpensNothing) {
  EXPECT_EQ(Send("POST", "/api/nudge").status, 401);
  EXPECT_EQ(As("wrong", "POST", "/api/nudge").status, 401);
  EXPECT_EQ(As(Token(), "POST", "/api/nudge").status, 401) << "an app's token is no key";
  ASSERT_TRUE(store_->Write([this](store::Transaction& tx) -> Result<void> {
    EXPECT_TRUE(tx.accounts().DropAccessKey(connection_, extension_));
    return Ok();
  }));
  EXPECT_EQ(As("extension-key", "POST", "/api/nudge").status, 401);
  ASSERT_TRUE(store_->Write([this](store::Transaction& tx) -> Result<void> {
    store::Connection removed;  // it has no settings any more
    removed.key = connection_;
    removed.id = ConnectionId("con-1");
    removed.organization = OrganizationId("org-1");
    removed.vendor = "memory";
    tx.Update(removed);
    return Ok();
  }));
  EXPECT_EQ(As("agent-key", "GET", "/api/agent").status, 401);
  EXPECT_TRUE(nudged_.empty());
}

TEST_F(AccessKeys, TooOftenIsRefusedAndTheUseIsWrittenDownOnceAMinute) {
  const auto began = clock_.Now();
  int refused = 0;
  for (int i = 0; i < 15; ++i) {
    const auto answer = As("extension-key", "POST", "/api/nudge");
    if (answer.status != 429) continue;
    ++refused;
    EXPECT_FALSE(net::FindHeader(answer.headers, "retry-after").empty());
  }
  EXPECT_EQ(refused, 5) << "ten at once, then one a second";
  clock_.Step(std::chrono::seconds(30));
  EXPECT_EQ(As("extension-key", "POST", "/api/nudge").status, 202);
  EXPECT_EQ(LastUse(extension_), began);
  clock_.Step(std::chrono::seconds(40));
  EXPECT_EQ(As("extension-key", "POST", "/api/nudge").status, 202);
  EXPECT_EQ(LastUse(extension_), clock_.Now());
}

TEST_F(AccessKeys, WhoGuessesIsHeldUp) {
  int status = 0;
  for (int i = 0; i < 400 && status != 429; ++i) status = As("wrong", "POST", "/api/nudge").status;
  EXPECT_EQ(status, 429);
}

// ---- the places that an app names

TEST_F(AccessKeys, AnAppListsItsLocations) {
  const net::Headers headers = {{"Authorization", "Bearer " + Token()},
                                {"Content-Type", "application/json"}};
  const auto put = [&](const std::string& body) {
    return Send("PUT", "/api/locations", headers, body);
  };
  const auto listed = put(R"([{"id":"n","name":"North rooms"},{"id":"a","name":"Airlie"}])");
  ASSERT_EQ(listed.status, 200) << listed.body;
  EXPECT_EQ(listed.body, R"([{"id":"a","name":"Airlie"},{"id":"n","name":"North rooms"}])");
  EXPECT_EQ(put(R"([{"id":"n","name":"North"}])").body, R"([{"id":"n","name":"North"}])");
  for (const auto* bad :
       {"{}", "[1]", R"([{"id":"n"}])", R"([{"id":"","name":"x"}])", R"([{"id":"n","name":" "}])",
        "nonsense", R"([{"id":"n","name":"x"},{"id":"n","name":"y"}])"}) {
    EXPECT_EQ(put(bad).status, 400) << bad;
  }
  EXPECT_EQ(Get("/api/locations").body, R"([{"id":"n","name":"North"}])");
  EXPECT_EQ(Send("GET", "/api/locations").status, 401);
  EXPECT_EQ(Send("GET", "/api/locations", {{"Authorization", "Bearer " + TokenOf("app-2")}}).body,
            "[]")
      << "another app's are its own";
  EXPECT_EQ(put("[]").body, "[]");
}

// ---- when secrets were last used

TEST_F(AccessKeys, ItIsKnownWhenASecretLastOpened) {
  const auto last = [&](store::UseOf what, std::int64_t key) {
    std::optional<Instant> used;
    const auto reader = store_->OpenReader();
    EXPECT_TRUE(
        (*reader)->Accounts([&](store::AccountReads& reads) { used = reads.LastUse(what, key); }));
    return used;
  };
  EXPECT_FALSE(last(store::UseOf::kAppSecret, app_));
  EXPECT_EQ(AskToken("app-1", "wrong").status, 401);
  EXPECT_FALSE(last(store::UseOf::kAppSecret, app_)) << "a wrong one opened nothing";
  EXPECT_EQ(AskToken("app-1", kSecret).status, 200);
  const auto first = clock_.Now();
  EXPECT_EQ(last(store::UseOf::kAppSecret, app_), first);
  std::int64_t earlier = 0;
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    tx.accounts().Insert(store::SecretOverlap{0, app_,
                                              crypto::HashPassword(Sensitive<std::string>(kSecret)),
                                              first, first + std::chrono::hours(24)});
    earlier = tx.accounts().SecretOverlaps(app_, first).front().key;
    store::App app;
    app.key = app_;
    app.id = AppId("app-1");
    app.secret_hash = crypto::HashPassword(Sensitive<std::string>("the next one"));
    tx.Update(app);
    return Ok();
  }));
  EXPECT_EQ(last(store::UseOf::kEarlierSecret, earlier), first) << "it goes along";
  EXPECT_FALSE(last(store::UseOf::kAppSecret, app_));
  clock_.Step(std::chrono::minutes(5));
  EXPECT_EQ(AskToken("app-1", kSecret).status, 200);
  EXPECT_EQ(last(store::UseOf::kEarlierSecret, earlier), clock_.Now());
  EXPECT_FALSE(last(store::UseOf::kAppSecret, app_));
}

}  // namespace
}  // namespace pons::api
