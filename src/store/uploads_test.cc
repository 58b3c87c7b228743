// SPDX-License-Identifier: Apache-2.0
// Uploads and the bytes of documents, and records with where they came from.
#include <gtest/gtest.h>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "store/store.h"

namespace pons::store {
namespace {

class Uploads : public ::testing::Test {
 protected:
  void SetUp() override {
    crypto::InitCrypto();
    auto store = Store::Open({.path = ":memory:", .writer_thread = false}, clock_, random_, log_);
    ASSERT_TRUE(store) << store.error().summary;
    store_ = std::move(*store);
    reader_ = std::move(*store_->OpenReader());
  }

  FakeClock clock_{FromMillis(1'790'000'000'000)};
  Random& random_ = SystemRandom();
  MemoryLogger log_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(Uploads, AreTheAppsAloneUntilTheyExpire) {
  const auto now = clock_.Now();
  const auto bytes = std::make_shared<const std::string>(std::string("%PDF\0\xff", 6));
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    tx.KeepBinary({"b-1", 7, "application/pdf", bytes, now + std::chrono::hours(24)});
    return Ok();
  }));
  const auto mine = reader_->Binary(7, "b-1", now);
  ASSERT_TRUE(mine && *mine);
  EXPECT_EQ(*(*mine)->bytes, *bytes);
  EXPECT_EQ((*mine)->content_type, "application/pdf");
  EXPECT_FALSE(*reader_->Binary(8, "b-1", now)) << "another app's";
  EXPECT_FALSE(*reader_->Binary(7, "b-2", now));
  const auto later = now + std::chrono::hours(25);
  EXPECT_FALSE(*reader_->Binary(7, "b-1", later));
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    tx.DropExpired(later);
    return Ok();
  }));
  EXPECT_FALSE(*reader_->Binary(7, "b-1", now)) << "dropped";
}

TEST_F(Uploads, ContentOfADocumentIsFoundByItsId) {
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    tx.KeepDocument("command-1", "document-1", "bytes");
    return Ok();
  }));
  EXPECT_EQ(**reader_->ContentOf("document-1"), "bytes");
  EXPECT_EQ(*reader_->ContentOf("command-1"), nullptr);
}

TEST_F(Uploads, ARecordIsLocatedByThoseWhoSeeItOnly) {
  ASSERT_TRUE(store_->Write([&](Transaction& tx) {
    RecordWrite write;
    write.stream = model::Stream::kPatients;
    write.id = ResourceId("p-1");
    write.body = {R"({"resourceType":"Patient","id":"p-1","meta":{)", "}}"};
    write.source.connection = 3;
    write.source.vendor_id = "4711";
    write.source.vendor_version = "v9";
    tx.PutRecord(write);
    tx.Show(1, KeyOf("p-1"), "");
    tx.Show(2, KeyOf("p-1"), "");
    return Ok();
  }));
  const GrantKey grants[] = {2, 5};
  const auto found = reader_->Locate(grants, model::Stream::kPatients, "p-1");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->source.connection, 3);
  EXPECT_EQ((*found)->source.vendor_id, "4711");
  EXPECT_EQ((*found)->source.vendor_version, "v9");
  EXPECT_EQ((*found)->record.version, 1);
  EXPECT_EQ((*found)->seen_by, std::vector<GrantKey>{2});
  EXPECT_FALSE(*reader_->Locate(std::span(grants).subspan(1), model::Stream::kPatients, "p-1"));
  EXPECT_FALSE(*reader_->Locate(grants, model::Stream::kTasks, "p-1"));
}

}  // namespace
}  // namespace pons::store
