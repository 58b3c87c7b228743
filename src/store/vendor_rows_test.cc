// SPDX-License-Identifier: Apache-2.0
// Learned settings, counts of what vendors charge for, and links of apps' users.
#include <gtest/gtest.h>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "store/store.h"

namespace pons::store {
namespace {

class VendorRows : public ::testing::Test {
 protected:
  void SetUp() override {
    crypto::InitCrypto();
    auto store = Store::Open({.path = ":memory:", .writer_thread = false}, clock_, random_, log_);
    ASSERT_TRUE(store) << store.error().summary;
    store_ = std::move(*store);
    reader_ = std::move(*store_->OpenReader());
    Write([&](Transaction& tx) {
      tx.Insert(Organization{OrganizationId("org"), "Clinic", {}});
      Connection connection;
      connection.id = ConnectionId("c");
      connection.organization = OrganizationId("org");
      connection.settings_json = R"({"site":"90001","token":"old"})";
      connection.secrets_json = Sensitive<std::string>("{}");
      key_ = tx.Insert(connection);
      App app;
      app.id = AppId("a");
      Grant grant;
      grant.id = GrantId("g");
      grant.organization = OrganizationId("org");
      grant.connection = key_;
      grant.app = tx.Insert(app);
      grant_ = tx.Insert(grant);
    });
  }
  void Write(const std::function<void(Transaction&)>& work) {
    const auto written = store_->Write([&](Transaction& tx) -> Result<void> {
      work(tx);
      return Ok();
    });
    ASSERT_TRUE(written) << written.error().summary;
  }
  Connection Stored() { return reader_->Connections()->at(0); }

  FakeClock clock_{FromMillis(1'790'000'000'000)};
  Random& random_ = SystemRandom();
  MemoryLogger log_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
  ConnectionKey key_ = 0;
  GrantKey grant_ = 0;
};

TEST_F(VendorRows, ALearnedSettingIsKeptAndNothingElseMoves) {
  Write([&](Transaction& tx) {
    EXPECT_TRUE(tx.KeepSetting(key_, 0, "token", "new"));
    EXPECT_FALSE(tx.KeepSetting(key_, 0, "token", "new")) << "no news";
  });
  EXPECT_EQ(Stored().settings_json, R"({"site":"90001","token":"new"})");
  EXPECT_EQ(Stored().settings_revision, 0);
}

TEST_F(VendorRows, SettingsOfAnotherRevisionAndRemovedOnesAreLeftAlone) {
  Write([&](Transaction& tx) { EXPECT_FALSE(tx.KeepSetting(key_, 1, "token", "new")); });
  auto connection = Stored();
  connection.settings_json.clear();
  Write([&](Transaction& tx) {
    tx.Update(connection);
    EXPECT_FALSE(tx.KeepSetting(key_, 0, "token", "new"));
  });
  EXPECT_EQ(Stored().settings_json, "");
}

TEST_F(VendorRows, CountsOfADayAddUpAndAreForgottenAfterAWhile) {
  const Instant today = std::chrono::floor<std::chrono::days>(clock_.Now());
  const Instant yesterday = today - std::chrono::hours(24);
  Write([&](Transaction& tx) {
    tx.AddVendorRequests({key_, today, "query", 3});
    tx.AddVendorRequests({key_, today, "query", 4});
    tx.AddVendorRequests({key_, yesterday, "query", 1});
    tx.AddVendorRequests({key_, today, "registered_query", 2});
  });
  const std::vector<VendorRequests> all = {{key_, yesterday, "query", 1},
                                           {key_, today, "query", 7},
                                           {key_, today, "registered_query", 2}};
  EXPECT_EQ(*reader_->CountedRequests(key_, yesterday), all);
  EXPECT_EQ(reader_->CountedRequests(key_, today)->size(), 2u);
  EXPECT_TRUE(reader_->CountedRequests(key_ + 1, yesterday)->empty());
  Write([&](Transaction& tx) { tx.DropExpired(clock_.Now() + std::chrono::hours(24 * 99)); });
  EXPECT_EQ(reader_->CountedRequests(key_, yesterday)->size(), 2u) << "yesterday's has gone";
}

TEST_F(VendorRows, ALinkOfAUserIsReplacedAndDropped) {
  const auto link = [&](std::string practitioner) {
    UserLink out;
    out.grant = grant_;
    out.app_user = "user-1";
    out.practitioner = ResourceId(practitioner);
    out.vendor_id = "v-" + practitioner;
    return out;
  };
  Write([&](Transaction& tx) {
    tx.Save(link("p1"));
    tx.Save(link("p2"));
  });
  const auto links = *reader_->UserLinks(grant_);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].practitioner.value, "p2");
  EXPECT_EQ(links[0].vendor_id, "v-p2");
  EXPECT_EQ(links[0].created, clock_.Now());
  Write([&](Transaction& tx) {
    EXPECT_FALSE(tx.DropUserLink(grant_, "user-2"));
    EXPECT_TRUE(tx.DropUserLink(grant_, "user-1"));
  });
  EXPECT_TRUE(reader_->UserLinks(grant_)->empty());
}

}  // namespace
}  // namespace pons::store
