// SPDX-License-Identifier: Apache-2.0
#include "store/commands.h"

#include <gtest/gtest.h>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "store/store.h"

namespace pons::store {
namespace {

constexpr int kWaiting = 0;
constexpr int kDone = 5;

class StoredCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    crypto::InitCrypto();
    auto store = Store::Open({":memory:"}, clock_, random_, log_);
    ASSERT_TRUE(store) << store.error().summary;
    store_ = std::move(*store);
    auto reader = store_->OpenReader();
    ASSERT_TRUE(reader);
    reader_ = std::move(*reader);
  }

  CommandRow Row(const std::string& id, const std::string& lane) const {
    CommandRow row;
    row.id = id;
    row.connection = 1;
    row.grant = 2;
    row.app = 3;
    row.kind = model::CommandKind::kBookAppointment;
    row.lane = lane;
    row.body = "{}";
    row.idempotency_key = "key-" + id;
    row.request_hash = "hash";
    row.due = clock_.Now();
    row.accepted = row.changed = clock_.Now();
    row.deadline = clock_.Now() + std::chrono::hours(1);
    row.expires = row.deadline;
    return row;
  }
  Result<void> Insert(const CommandRow& row) {
    return store_->Write([&](Transaction& tx) -> Result<void> {
      tx.Insert(row);
      return Ok();
    });
  }
  Result<void> Save(const CommandRow& row) {
    return store_->Write([&](Transaction& tx) -> Result<void> {
      tx.Save(row);
      return Ok();
    });
  }
  std::string Next(Instant now) {
    const auto next = reader_->NextCommand({1, now, now, 1u << kWaiting, ~0u});
    EXPECT_TRUE(next) << next.error().summary;
    return next && *next ? (*next)->id : std::string();
  }

  FakeClock clock_{FromMillis(1700000000000)};
  SeededRandom random_{7};
  MemoryLogger log_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(StoredCommandsTest, WhatIsSavedComesBackWhole) {
  CommandRow row = Row("a", "Patient/1");
  row.expected_version = "7";
  row.target = ResourceId("t");
  row.patient = ResourceId("p");
  ASSERT_TRUE(Insert(row));
  row.state = 2;
  row.attempts = 3;
  row.failures = 1;
  row.first_sent = clock_.Now();
  row.last_sent = clock_.Now();
  row.expires.reset();
  row.fault = Fault::kConflict;
  row.vendor_code = "slot";
  row.reason = "taken";
  row.result = {model::Stream::kAppointments, "77"};
  row.result_id = ResourceId("r");
  row.existed = true;
  row.similar = {"1", "2"};
  row.evidence = "our reference";
  row.alternatives = "[]";
  ASSERT_TRUE(Save(row));
  const auto back = reader_->Command("a");
  ASSERT_TRUE(back && *back);
  EXPECT_EQ((*back)->seq, 1);
  EXPECT_EQ((*back)->lane, "Patient/1");
  EXPECT_EQ((*back)->expected_version, "7");
  EXPECT_EQ((*back)->state, 2);
  EXPECT_EQ((*back)->attempts, 3);
  EXPECT_EQ((*back)->last_sent, clock_.Now());
  EXPECT_FALSE((*back)->expires);
  EXPECT_EQ((*back)->fault, Fault::kConflict);
  EXPECT_EQ((*back)->reason, "taken");
  EXPECT_EQ((*back)->result, row.result);
  EXPECT_EQ((*back)->result_id.value, "r");
  EXPECT_TRUE((*back)->existed);
  EXPECT_EQ((*back)->similar, row.similar);
  EXPECT_EQ(reader_->CommandsOfRecord("r")->size(), 1u);
  EXPECT_EQ(reader_->CommandsOfRecord("t")->size(), 1u);
  EXPECT_TRUE(reader_->CommandsOfRecord("p")->empty());
}

TEST_F(StoredCommandsTest, AWaitingOneHoldsBackItsLaneAndNobodyElse) {
  CommandRow first = Row("a", "Patient/1");
  first.due = clock_.Now() + seconds(60);
  ASSERT_TRUE(Insert(first));
  ASSERT_TRUE(Insert(Row("b", "Patient/1")));
  ASSERT_TRUE(Insert(Row("c", "Patient/2")));
  EXPECT_EQ(Next(clock_.Now()), "c");
  EXPECT_EQ(Next(clock_.Now() + seconds(60)), "a");
  first.state = 3;
  first.holds = false;
  ASSERT_TRUE(Save(first));
  EXPECT_EQ(Next(clock_.Now()), "b");
}

TEST_F(StoredCommandsTest, WhatIsHeldBackExpiresAllTheSame) {
  CommandRow first = Row("a", "Patient/1");
  first.state = 4;
  first.due = clock_.Now() + std::chrono::hours(10000);
  first.expires.reset();
  ASSERT_TRUE(Insert(first));
  ASSERT_TRUE(Insert(Row("b", "Patient/1")));
  EXPECT_EQ(Next(clock_.Now()), "");
  EXPECT_EQ(reader_->NextCommandMoments(1, ~0u)->expires, clock_.Now() + std::chrono::hours(1));
  EXPECT_EQ(reader_->NextCommandMoments(1, ~0u)->due, first.due);
  EXPECT_EQ(Next(clock_.Now() + std::chrono::hours(1)), "b");
}

TEST_F(StoredCommandsTest, AKeyIsTakenOnceForEachApp) {
  ASSERT_TRUE(Insert(Row("a", "x")));
  CommandRow second = Row("b", "x");
  second.idempotency_key = "key-a";
  const auto refused = Insert(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kConflict);
  second.app = 4;
  EXPECT_TRUE(Insert(second));
}

TEST_F(StoredCommandsTest, KeysBodiesAndDocumentsAreKeptTheirTime) {
  CommandRow row = Row("a", "x");
  row.document_id = "doc";
  ASSERT_TRUE(store_->Write([&](Transaction& tx) -> Result<void> {
    tx.Insert(row);
    tx.KeepDocument("a", "doc", std::string("%PDF\0x", 6));
    return Ok();
  }));
  ASSERT_TRUE(*reader_->DocumentContent("a"));
  EXPECT_EQ(**reader_->DocumentContent("a"), std::string("%PDF\0x", 6));
  const auto drop = [&](Instant at) {
    ASSERT_TRUE(store_->Write([&](Transaction& tx) -> Result<void> {
      tx.DropExpired(at);
      return Ok();
    }));
  };
  const Instant end = clock_.Now();
  drop(end + std::chrono::hours(10000));  // open: kept however long
  EXPECT_TRUE(*reader_->CommandByKey(3, "key-a"));
  row.state = kDone;
  row.open = row.holds = false;
  row.expires.reset();
  row.ended = end;
  ASSERT_TRUE(Save(row));
  drop(end + std::chrono::hours(7 * 24));
  EXPECT_TRUE(*reader_->CommandByKey(3, "key-a"));
  drop(end + std::chrono::hours(7 * 24 + 1));
  EXPECT_FALSE(*reader_->CommandByKey(3, "key-a"));
  EXPECT_EQ((*reader_->Command("a"))->body, "{}");
  EXPECT_NE(*reader_->DocumentContent("a"), nullptr);
  drop(end + std::chrono::hours(30 * 24 + 1));
  EXPECT_EQ((*reader_->Command("a"))->body, "");
  EXPECT_EQ(*reader_->DocumentContent("a"), nullptr);
}

TEST_F(StoredCommandsTest, ACommitTellsWhoseCommandsAreNew) {
  std::vector<ConnectionKey> told;
  store_->AddCommitListener([&](const CommitInfo& info) { told = info.commands; });
  CommandRow row = Row("a", "x");
  row.connection = 9;
  ASSERT_TRUE(Insert(row));
  EXPECT_EQ(told, std::vector<ConnectionKey>{9});
  row.attempts = 1;
  ASSERT_TRUE(Save(row));
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace pons::store
