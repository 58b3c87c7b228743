// SPDX-License-Identifier: Apache-2.0
// Rows about people, notices, and the change of the master key, with the process killed in the
// middle of it.
#include "store/accounts.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "store/store.h"

namespace pons::store {
namespace {

const OrganizationId kOrg("org");

// Everything that is sealed: one row of each kind.
Result<void> Fill(Transaction& tx) {
  tx.Insert(Organization{kOrg, "Org", {}});
  Connection connection;
  connection.id = ConnectionId("con");
  connection.organization = kOrg;
  connection.secrets_json = Sensitive<std::string>(R"({"password":"CANARY-connection"})");
  tx.Insert(connection);
  App app;
  app.id = AppId("app");
  tx.Insert(app);
  Webhook webhook;
  webhook.id = WebhookId("hook");
  webhook.app = 1;
  webhook.secret = Sensitive<std::string>("CANARY-webhook");
  tx.Insert(webhook);
  UserRow user;
  user.id = "user";
  user.email = "mia@harbour.example";
  user.totp = Sensitive<std::string>("CANARY-totp");
  user.totp_pending = Sensitive<std::string>("CANARY-pending");
  tx.accounts().Insert(user);
  return Ok();
}

void ExpectAllOpens(Store& store) {
  const auto reader = store.OpenReader().value();
  const auto connections = reader->Connections();
  ASSERT_TRUE(connections) << connections.error().summary;
  EXPECT_NE(connections->at(0).secrets_json.Reveal().find("CANARY-connection"), std::string::npos);
  EXPECT_EQ(reader->Webhooks()->at(0).secret.Reveal(), "CANARY-webhook");
  EXPECT_TRUE(reader->Accounts([](AccountReads& rows) {
    const auto user = rows.FindUser("user");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->totp.Reveal(), "CANARY-totp");
    EXPECT_EQ(user->totp_pending.Reveal(), "CANARY-pending");
  }));
}

class KeyTest : public testing::Test {
 protected:
  KeyTest() {
    crypto::InitCrypto();
    folder_ = testing::TempDir() + "pons-key-XXXXXX";
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~KeyTest() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<Store>> Open(std::string key_file = {},
                                      std::function<void(std::uint64_t)> at_commit_point = {}) {
    StoreOptions options;
    options.path = folder_ + "/data";
    options.master_key_file = std::move(key_file);
    options.writer_thread = false;
    options.at_commit_point = std::move(at_commit_point);
    return Store::Open(options, clock_, SystemRandom(), log_);
  }
  std::string KeyBytes(const std::string& name = "/data/master.key") {
    std::ifstream in(folder_ + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_;
  FakeClock clock_{FromMillis(1'790'000'000'000)};
  MemoryLogger log_;
};

TEST_F(KeyTest, EverySecretIsSealedAnew) {
  std::string identity;
  std::string before;
  {
    const auto store = Open().value();
    ASSERT_TRUE(store->Write(Fill));
    identity = store->identity_key();
    before = KeyBytes();
    // A reader that is open all the while goes on reading.
    const auto reader = store->OpenReader().value();
    ASSERT_TRUE(reader->Connections());
    EXPECT_EQ(*store->RotateMasterKey(), 5);
    EXPECT_TRUE(reader->Connections());
    ExpectAllOpens(*store);
    EXPECT_EQ(*store->RotateMasterKey(), 5);  // and once more
    ExpectAllOpens(*store);
  }
  EXPECT_NE(KeyBytes(), before);
  EXPECT_EQ(KeyBytes().size(), 32u);
  EXPECT_TRUE(KeyBytes("/data/master.key.next").empty());
  struct stat mode {};
  ASSERT_EQ(stat((folder_ + "/data/master.key").c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0600u);
  const auto store = Open().value();
  EXPECT_EQ(store->identity_key(), identity);
  ExpectAllOpens(*store);
}

TEST_F(KeyTest, TheOldKeyOpensNothingAfterwards) {
  ASSERT_TRUE(Open().value()->Write(Fill));
  const auto before = KeyBytes();
  ASSERT_TRUE(Open().value()->RotateMasterKey());
  std::ofstream(folder_ + "/data/master.key", std::ios::binary) << before;
  const auto store = Open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::kInternal);
}

// Killed just before and just after the commit: whichever key file is there opens what is stored.
TEST_F(KeyTest, AKilledChangeLeavesAStoreThatOpens) {
  ASSERT_TRUE(Open().value()->Write(Fill));
  int changed = 0;
  for (const std::uint64_t point : {1u, 2u}) {
    const auto before = KeyBytes();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto store = Open({}, [point](std::uint64_t at) {
        if (at == point) _exit(9);
      });
      if (store) static_cast<void>((*store)->RotateMasterKey());
      _exit(1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 9);
    // Both files are there, and the one in use has not been touched.
    EXPECT_EQ(KeyBytes(), before);
    EXPECT_EQ(KeyBytes("/data/master.key.next").size(), 32u);
    const auto store = Open();
    ASSERT_TRUE(store) << store.error().summary;
    ExpectAllOpens(**store);
    EXPECT_TRUE(KeyBytes("/data/master.key.next").empty());
    changed += KeyBytes() != before ? 1 : 0;
    ASSERT_TRUE((*store)->RotateMasterKey());  // and it can be changed again
    ExpectAllOpens(**store);
  }
  EXPECT_EQ(changed, 1);
}

TEST_F(KeyTest, AValueThatCannotBeOpenedStopsTheChange) {
  const auto store = Open().value();
  ASSERT_TRUE(store->Write(Fill));
  const auto before = KeyBytes();
  const auto failing = Open();  // a second opener is turned away, not let near the key
  EXPECT_EQ(failing.error().fault, Fault::kMisconfigured);
  std::filesystem::create_directory(folder_ + "/data/master.key.next");  // cannot be written
  const auto refused = store->RotateMasterKey();
  ASSERT_FALSE(refused);
  EXPECT_EQ(KeyBytes(), before);
  ExpectAllOpens(*store);
}

TEST_F(KeyTest, TheKeyMayBeElsewhere) {
  const auto missing = Open(folder_ + "/key");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().fault, Fault::kMisconfigured);
  EXPECT_NE(missing.error().summary.find("openssl rand"), std::string::npos);
  std::ofstream(folder_ + "/key") << "too short\n";
  EXPECT_FALSE(Open(folder_ + "/key"));
  std::ofstream(folder_ + "/key") << crypto::Base64(std::string(32, 'k')) << "\n";
  {
    const auto store = Open(folder_ + "/key").value();
    ASSERT_TRUE(store->Write(Fill));
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/data/master.key"));
    ASSERT_TRUE(store->RotateMasterKey());
  }
  ExpectAllOpens(*Open(folder_ + "/key").value());
  EXPECT_FALSE(Open());  // another key opens nothing
}

TEST_F(KeyTest, TheEnvironmentNamesTheKey) {
  std::ofstream(folder_ + "/key") << crypto::Base64(std::string(32, 'k'));
  ASSERT_EQ(setenv("PONS_MASTER_KEY_FILE", (folder_ + "/key").c_str(), 1), 0);
  const auto store = Open();
  unsetenv("PONS_MASTER_KEY_FILE");
  ASSERT_TRUE(store);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/data/master.key"));
}

class NoticeTest : public testing::Test {
 protected:
  NoticeTest() {
    crypto::InitCrypto();
    store_ = Store::Open({.path = ":memory:", .writer_thread = false}, clock_, SystemRandom(), log_)
                 .value();
    With([](AccountWrites& rows) {
      UserRow user;
      for (const auto* id : {"mia", "tom"}) {
        user.id = id;
        user.email = std::string(id) + "@harbour.example";
        rows.Insert(user);
      }
    });
  }
  void With(const std::function<void(AccountWrites&)>& work) {
    const auto done = store_->Write([&](Transaction& tx) -> Result<void> {
      work(tx.accounts());
      return Ok();
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().summary);
  }
  static Notice About(std::string subject, OrganizationId organization = kOrg) {
    Notice notice;
    notice.organization = std::move(organization);
    notice.kind = "credential-rejected";
    notice.subject = std::move(subject);
    notice.text = "The practice refused the password.";
    notice.link = "/portal/";
    return notice;
  }

  FakeClock clock_{FromMillis(1'790'000'000'000)};
  MemoryLogger log_;
  std::unique_ptr<Store> store_;
};

TEST_F(NoticeTest, OneOpenNoticeForEachMatter) {
  With([](AccountWrites& rows) {
    EXPECT_NE(rows.Raise(About("con-1")), 0);
    EXPECT_EQ(rows.Raise(About("con-1")), 0);
    EXPECT_NE(rows.Raise(About("con-2")), 0);
    EXPECT_NE(rows.Raise(About("con-1", OrganizationId("other"))), 0);
    rows.EndNotices(kOrg, "credential-rejected", "con-1");
    EXPECT_NE(rows.Raise(About("con-1")), 0);  // it has come back
    NoticeQuery query{"mia", {kOrg}, false, 0, 50};
    EXPECT_EQ(rows.Notices(query).size(), 3u);
    query.only_open = true;
    EXPECT_EQ(rows.Notices(query).size(), 2u);
    query.limit = 1;  // what is over takes no place of what is not
    rows.EndNotices(kOrg, "credential-rejected", "con-1");
    ASSERT_EQ(rows.Notices(query).size(), 1u);
    EXPECT_EQ(rows.Notices(query)[0].subject, "con-2");
  });
}

TEST_F(NoticeTest, EachSeesTheirOwnAndReadsForThemselves) {
  With([](AccountWrites& rows) {
    const auto shared = rows.Raise(About("con-1"));
    rows.Raise(About("con-9", OrganizationId("other")));
    rows.Raise(About("node", OrganizationId()));
    auto own = About("you", OrganizationId());
    own.user = "tom";
    rows.Raise(own);
    const NoticeQuery mia{"mia", {kOrg}, false, 0, 50};
    const NoticeQuery tom{"tom", {kOrg}, true, 0, 50};
    ASSERT_EQ(rows.Notices(mia).size(), 1u);
    EXPECT_EQ(rows.Notices(mia)[0].key, shared);
    EXPECT_EQ(rows.Notices(tom).size(), 3u);
    EXPECT_TRUE(rows.Notices({"mia", {}, false, 0, 50}).empty());
    EXPECT_EQ(rows.CountUnread(mia), 1);
    rows.MarkRead(shared, "mia");
    EXPECT_EQ(rows.CountUnread(mia), 0);
    EXPECT_TRUE(rows.Notices(mia)[0].read);
    EXPECT_EQ(rows.CountUnread(tom), 3);
    EXPECT_EQ(rows.Notices({"tom", {kOrg}, true, rows.Notices(tom)[0].key, 1}).size(), 1u);
  });
}

TEST_F(NoticeTest, MailIsSentOnce) {
  With([](AccountWrites& rows) {
    const auto one = rows.Raise(About("con-1"));
    rows.Raise(About("con-2"));
    EXPECT_EQ(rows.UnmailedNotices(10).size(), 2u);
    rows.MarkMailed(one);
    EXPECT_EQ(rows.UnmailedNotices(10).at(0).subject, "con-2");
    rows.EndNotices(kOrg, "credential-rejected", "con-2");
    EXPECT_TRUE(rows.UnmailedNotices(10).empty());  // over before it was told
    EXPECT_TRUE(rows.NoticePreferences("mia").empty());
    rows.SavePreference("mia", "credential-rejected", false);
    rows.SavePreference("mia", "credential-rejected", true);
    EXPECT_EQ(rows.NoticePreferences("mia").at(0),
              (std::pair<std::string, bool>("credential-rejected", true)));
  });
}

TEST_F(NoticeTest, EarlierSecretsEnd) {
  With([&](AccountWrites& rows) {
    const auto now = clock_.Now();
    EXPECT_TRUE(rows.SecretOverlaps(1, now).empty());
  });
  ASSERT_TRUE(store_->Write([](Transaction& tx) -> Result<void> {
    App app;
    app.id = AppId("app");
    tx.Insert(app);
    return Ok();
  }));
  const auto until = clock_.Now() + std::chrono::hours(24);
  With([&](AccountWrites& rows) {
    rows.Insert(SecretOverlap{0, 1, "hash", clock_.Now(), until});
    const auto overlaps = rows.SecretOverlaps(1, clock_.Now());
    ASSERT_EQ(overlaps.size(), 1u);
    EXPECT_EQ(overlaps[0].hash, "hash");
    EXPECT_TRUE(rows.SecretOverlaps(1, until).empty());
    EXPECT_FALSE(rows.DropSecretOverlap(2, overlaps[0].key));
    EXPECT_TRUE(rows.DropSecretOverlap(1, overlaps[0].key));
    EXPECT_TRUE(rows.SecretOverlaps(1, clock_.Now()).empty());
  });
}

TEST_F(NoticeTest, WhatIsPastItsTimeGoes) {
  With([&](AccountWrites& rows) {
    SessionRow session;
    session.user = "mia";
    for (const auto& [id, hours] : {std::pair("old", 1), std::pair("new", 3)}) {
      session.hash = session.id = id;
      session.expires = clock_.Now() + std::chrono::hours(hours);
      rows.Insert(session);
    }
    rows.Save(AttemptRow{"key", 3, clock_.Now(), {}});
  });
  clock_.Step(std::chrono::hours(2));
  ASSERT_TRUE(store_->Write([](Transaction& tx) -> Result<void> {
    tx.DropExpired(tx.now());
    EXPECT_EQ(tx.accounts().SessionsOf("mia").size(), 1u);
    EXPECT_TRUE(tx.accounts().FindAttempt("key"));
    return Ok();
  }));
  clock_.Step(std::chrono::hours(23));
  ASSERT_TRUE(store_->Write([](Transaction& tx) -> Result<void> {
    tx.DropExpired(tx.now());
    EXPECT_FALSE(tx.accounts().FindAttempt("key"));
    return Ok();
  }));
}

}  // namespace
}  // namespace pons::store
