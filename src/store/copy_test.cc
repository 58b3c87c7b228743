// SPDX-License-Identifier: Apache-2.0
// Copies of a store in use, what each app asked by the hour, and what receivers said.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "store/store.h"

namespace pons::store {
namespace {

class CopyTest : public testing::Test {
 protected:
  void SetUp() override {
    crypto::InitCrypto();
    std::string path = (std::filesystem::temp_directory_path() / "pons-copy-XXXXXX").string();
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
    ASSERT_NO_FATAL_FAILURE(OpenAt(folder_ + "/data"));
  }
  void TearDown() override {
    reader_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void OpenAt(const std::string& path) {
    reader_.reset();
    store_.reset();
    auto store = Store::Open({.path = path}, clock_, random_, log_);
    ASSERT_TRUE(store) << store.error().summary;
    store_ = std::move(*store);
    reader_ = std::move(*store_->OpenReader());
  }

  void AddApp(const std::string& id) {
    const auto written = store_->Write([&](Transaction& tx) {
      App app;
      app.id = AppId(id);
      app.name = std::string(2000, 'x');
      app_ = tx.Insert(app);
      Webhook webhook;
      webhook.id = WebhookId("webhook-" + id);
      webhook.app = app_;
      webhook.secret = Sensitive<std::string>("whsec_now");
      webhook.previous_secret = Sensitive<std::string>("whsec_before");
      webhook_ = tx.Insert(webhook);
      return Ok();
    });
    ASSERT_TRUE(written) << written.error().summary;
  }

  FakeClock clock_{FromMillis(1'790'000'000'000)};
  Random& random_ = SystemRandom();
  MemoryLogger log_;
  std::string folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
  AppKey app_ = 0;
  WebhookKey webhook_ = 0;
};

TEST_F(CopyTest, IsOfOneMomentAndOpensWithTheKeyKeptApart) {
  for (int i = 0; i < 50; ++i) AddApp("app-" + std::to_string(i));
  const std::string copy = folder_ + "/copy.db";
  int told = 0;
  // Written to in the middle: what comes after the first page is not part of it.
  const auto copied = store_->CopyTo(copy, [&](int done, int all) {
    EXPECT_LE(done, all);
    if (++told == 1) AddApp("later");
    return true;
  });
  ASSERT_TRUE(copied) << copied.error().summary;
  EXPECT_GT(told, 0);
  EXPECT_FALSE(std::filesystem::exists(copy + "-wal"));
  EXPECT_EQ(reader_->Apps()->size(), 51u);
  const std::string identity(store_->identity_key());

  std::filesystem::create_directories(folder_ + "/restored");
  std::filesystem::copy_file(copy, folder_ + "/restored/pons.db");
  std::filesystem::copy_file(folder_ + "/data/master.key", folder_ + "/restored/master.key");
  ASSERT_NO_FATAL_FAILURE(OpenAt(folder_ + "/restored"));
  EXPECT_EQ(reader_->Apps()->size(), 50u);
  EXPECT_EQ(reader_->Webhooks()->front().secret.Reveal(), "whsec_now");
  EXPECT_EQ(store_->identity_key(), identity) << "records keep their ids";
}

TEST_F(CopyTest, WithoutItsKeyItDoesNotOpen) {
  AddApp("app");
  ASSERT_TRUE(store_->CopyTo(folder_ + "/copy.db", {}));
  std::filesystem::create_directories(folder_ + "/restored");
  std::filesystem::copy_file(folder_ + "/copy.db", folder_ + "/restored/pons.db");
  EXPECT_FALSE(Store::Open({.path = folder_ + "/restored"}, clock_, random_, log_));
}

TEST_F(CopyTest, OneThatIsStoppedLeavesNothing) {
  AddApp("app");
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    for (int i = 0; i < 3000; ++i) {
      App app;
      app.id = AppId("app-" + std::to_string(i));
      app.name = std::string(2000, 'x');
      tx.Insert(app);
    }
    return Ok();
  }));
  const auto copied = store_->CopyTo(folder_ + "/copy.db", [](int, int) { return false; });
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().fault, Fault::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/copy.db"));
}

TEST_F(CopyTest, AFileThatIsThereIsNotWrittenOver) {
  std::ofstream(folder_ + "/copy.db") << "a letter";
  EXPECT_FALSE(store_->CopyTo(folder_ + "/copy.db", {}));
  EXPECT_EQ(std::filesystem::file_size(folder_ + "/copy.db"), 8u);
}

TEST_F(CopyTest, TheSecretBeforeIsSealedAndGoesWhenItsTimeIsUp) {
  AddApp("app");
  auto webhook = reader_->Webhooks()->front();
  webhook.previous_secret = Sensitive<std::string>("whsec_before");
  webhook.previous_until = clock_.Now() + std::chrono::hours(24);
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    tx.Update(webhook);
    return Ok();
  }));
  EXPECT_EQ(reader_->Webhooks()->front().previous_secret.Reveal(), "whsec_before");
  ASSERT_TRUE(store_->RotateMasterKey());
  EXPECT_EQ(reader_->Webhooks()->front().previous_secret.Reveal(), "whsec_before");
  for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/data")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(bytes.find("whsec_before"), std::string::npos) << entry.path();
  }
  const auto later = clock_.Now() + std::chrono::hours(25);
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    tx.DropExpired(later);
    return Ok();
  }));
  EXPECT_FALSE(reader_->Webhooks()->front().previous_until);
  EXPECT_EQ(reader_->Webhooks()->front().secret.Reveal(), "whsec_now");
}

TEST_F(CopyTest, UsageAddsUpByTheHourForTwoWeeks) {
  AddApp("app");
  const auto hour = std::chrono::floor<std::chrono::hours>(clock_.Now());
  UsageRow row;
  row.app = app_;
  row.hour = hour;
  row.requests = 3;
  row.errors = 1;
  row.times[2] = 3;
  const auto add = [&](const UsageRow& one) {
    ASSERT_TRUE(store_->Write([&](Transaction& tx) {
      tx.AddUsage(one);
      return Ok();
    }));
  };
  add(row);
  add(row);
  row.hour = hour - std::chrono::hours(24 * 16);
  add(row);
  const auto all = reader_->Usage(app_, Instant{});
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->back().requests, 6);
  EXPECT_EQ(all->back().errors, 2);
  EXPECT_EQ(all->back().times[2], 6);
  EXPECT_TRUE(reader_->Usage(app_ + 1, Instant{})->empty());
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    tx.DropExpired(clock_.Now());
    return Ok();
  }));
  EXPECT_EQ(reader_->Usage(app_, Instant{})->size(), 1u);
}

}  // namespace
}  // namespace pons::store
