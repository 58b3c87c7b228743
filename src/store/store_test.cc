// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "base/clock_fake.h"
#include "crypto/crypto.h"

namespace pons::store {
namespace {

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    crypto::InitCrypto();
    auto store = Store::Open({":memory:"}, clock_, random_, log_);
    ASSERT_TRUE(store) << store.error().summary;
    store_ = std::move(*store);
    const auto set_up = store_->Write([this](Transaction& tx) -> Result<void> {
      tx.Insert(Organization{OrganizationId("org"), "Practice", {}});
      Connection connection;
      connection.id = ConnectionId("con");
      connection.organization = OrganizationId("org");
      connection.vendor = "memory";
      connection.time_zone = "Australia/Sydney";
      connection.secrets_json = Sensitive<std::string>("{\"password\":\"s3cret\"}");
      connection_ = tx.Insert(connection);
      App app;
      app.id = AppId("app");
      app_ = tx.Insert(app);
      Grant grant;
      grant.id = GrantId("g1");
      grant.organization = OrganizationId("org");
      grant.connection = connection_;
      grant.app = app_;
      grant.locations = {{"1", "north"}};
      grant.practitioners = {FilterKind::kThese, {"7", "9"}};
      grant_ = tx.Insert(grant);
      grant.id = GrantId("g2");
      other_grant_ = tx.Insert(grant);
      Webhook webhook;
      webhook.id = WebhookId("w");
      webhook.app = app_;
      webhook.url = "https://app.example/hook";
      webhook.secret = Sensitive<std::string>("whsec_x");
      webhook.events = {"patient.created"};
      webhook_ = tx.Insert(webhook);
      return Ok();
    });
    ASSERT_TRUE(set_up) << set_up.error().summary;
    auto reader = store_->OpenReader();
    ASSERT_TRUE(reader) << reader.error().summary;
    reader_ = std::move(*reader);
  }

  static RecordWrite Patient(const std::string& id, const std::string& family,
                             const std::string& vendor_version) {
    RecordWrite write;
    write.stream = model::Stream::kPatients;
    write.id = ResourceId(id);
    write.body = {R"({"resourceType":"Patient","id":")" + id + R"(","meta":{)", "}}"};
    write.keys.family = family;
    write.keys.birth_date = "1984-07-02";
    write.keys.identifiers = {{"sys", "V" + id}};
    write.source = {1, "v" + id, vendor_version, "PATIENTS", Instant{}};
    return write;
  }

  Result<void> Put(const std::string& id, const std::string& family, bool visible) {
    return store_->Write([&](Transaction& tx) -> Result<void> {
      const auto version = tx.PutRecord(Patient(id, family, "x"));
      if (visible) {
        tx.Show(grant_, KeyOf(id), "north");
        tx.AppendChange(grant_, model::Stream::kPatients, ResourceId(id), version,
                        version == 1 ? ChangeKind::kCreated : ChangeKind::kUpdated, false);
      }
      return Ok();
    });
  }

  FakeClock clock_{FromMillis(1700000000000)};
  SeededRandom random_{7};
  MemoryLogger log_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
  ConnectionKey connection_ = 0;
  AppKey app_ = 0;
  GrantKey grant_ = 0;
  GrantKey other_grant_ = 0;
  WebhookKey webhook_ = 0;
};

TEST_F(StoreTest, AReadReturnsTheStoredBytesWithVersionAndTime) {
  ASSERT_TRUE(Put("a", "nguyen", true));
  const GrantKey grants[] = {grant_};
  const auto record = reader_->Get(grants, model::Stream::kPatients, "a");
  ASSERT_TRUE(record && *record);
  EXPECT_EQ(
      *(*record)->body,
      R"({"resourceType":"Patient","id":"a","meta":{"versionId":"1","lastUpdated":"2023-11-14T22:13:20.000Z"}})");
}

TEST_F(StoreTest, NothingIsReadOrFoundThatNoGrantShows) {
  ASSERT_TRUE(Put("a", "nguyen", true));
  ASSERT_TRUE(Put("hidden", "nguyen", false));
  const GrantKey mine[] = {grant_};
  const GrantKey others[] = {other_grant_};
  EXPECT_FALSE(reader_->Get(mine, model::Stream::kPatients, "hidden")->has_value());
  EXPECT_FALSE(reader_->Get(others, model::Stream::kPatients, "a")->has_value());
  EXPECT_FALSE(reader_->Get({}, model::Stream::kPatients, "a")->has_value());
  EXPECT_FALSE(reader_->Get(mine, model::Stream::kEncounters, "a")->has_value());
  SearchQuery query;
  query.grants = {grant_};
  query.with_total = true;
  const auto page = reader_->Search(query);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->records.size(), 1u);
  EXPECT_EQ(page->total, 1);
}

TEST_F(StoreTest, PagesFollowOneAnotherWithoutGapOrRepeat) {
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(Put("p" + std::to_string(i), "name", true));
  SearchQuery query;
  query.grants = {grant_};
  query.limit = 10;
  query.sort = SortField::kFamily;
  std::vector<std::string> ids;
  do {
    const auto page = reader_->Search(query);
    ASSERT_TRUE(page);
    for (const auto& record : page->records) ids.push_back(record.id.value);
    query.after = page->next;
  } while (query.after);
  EXPECT_EQ(ids.size(), 25u);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 25u);
}

TEST_F(StoreTest, SearchesByEveryKindOfClause) {
  ASSERT_TRUE(Put("a", "van der berg", true));
  const auto found = [&](SearchClause clause) {
    SearchQuery query;
    query.grants = {grant_};
    query.clauses = {std::move(clause)};
    const auto page = reader_->Search(query);
    EXPECT_TRUE(page) << page.error().summary;
    return page && page->records.size() == 1;
  };
  const auto text = [](SearchField field, std::string value) {
    SearchClause clause{field};
    clause.texts = {std::move(value)};
    return clause;
  };
  EXPECT_TRUE(found(text(SearchField::kFamily, "van d")));
  EXPECT_TRUE(found(text(SearchField::kName, "berg")));
  EXPECT_FALSE(found(text(SearchField::kFamily, "erg")));
  EXPECT_TRUE(found(text(SearchField::kFamilyExact, "van der berg")));
  SearchClause token{SearchField::kIdentifier};
  token.tokens = {{"sys", "Va"}};
  EXPECT_TRUE(found(token));
  token.tokens = {{"other", "Va"}};
  EXPECT_FALSE(found(token));
  SearchClause born{SearchField::kBirthDate};
  const auto day = ToMillis(Instant(std::chrono::sys_days(
      Date(std::chrono::year(1984), std::chrono::July, std::chrono::day(2)))));
  born.moments = {{Comparison::kEq, day, day + 86400000}};
  EXPECT_TRUE(found(born));
  born.moments = {{Comparison::kGt, day, day + 86400000}};
  EXPECT_FALSE(found(born));
}

TEST_F(StoreTest, AFailedWriteLeavesNothing) {
  const auto result = store_->Write([&](Transaction& tx) -> Result<void> {
    tx.PutRecord(Patient("a", "x", "1"));
    return MakeError(Fault::kConflict, "no");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::kConflict);
  EXPECT_EQ(*reader_->CountRecords(std::nullopt, model::Stream::kPatients), 0);
}

TEST_F(StoreTest, ManyWritersAreCommittedAndNumbersRiseWithoutReuse) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto id = "r" + std::to_string(t) + "." + std::to_string(i);
        EXPECT_TRUE(Put(id, "x", true));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const GrantKey grants[] = {grant_};
  const auto changes = reader_->Changes(grants, 0, 1000);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 160u);
  for (std::size_t i = 1; i < changes->size(); ++i) {
    EXPECT_GT((*changes)[i].seq, (*changes)[i - 1].seq);
  }
}

TEST_F(StoreTest, TheOutboxHoldsWhatAWebhookWantsInOrderPerRecord) {
  ASSERT_TRUE(Put("a", "x", true));
  ASSERT_TRUE(Put("a", "y", true));  // updated: not wanted
  ASSERT_TRUE(Put("b", "x", true));
  auto due = reader_->DueDeliveries(clock_.Now(), 10);
  ASSERT_TRUE(due);
  ASSERT_EQ(due->size(), 2u);
  EXPECT_EQ((*due)[0].event_type, "patient.created");
  EXPECT_EQ((*due)[0].change.id.value, "a");
  EXPECT_EQ((*due)[0].change.app_location, "north");
  EXPECT_EQ((*due)[0].connection.value, "con");
  ASSERT_TRUE(store_->Write([&](Transaction& tx) -> Result<void> {
    tx.SaveDelivery({(*due)[0].id, DeliveryState::kDelivered, 1, clock_.Now(), 200, ""});
    return Ok();
  }));
  due = reader_->DueDeliveries(clock_.Now(), 10);
  ASSERT_EQ(due->size(), 1u);
  EXPECT_EQ((*due)[0].change.id.value, "b");
}

TEST_F(StoreTest, RevokingAGrantStopsItsDeliveries) {
  ASSERT_TRUE(Put("a", "x", true));
  const auto grants = reader_->Grants();
  ASSERT_TRUE(grants);
  EXPECT_EQ((*grants)[0].practitioners.vendor_ids, (std::vector<std::string>{"7", "9"}));
  Grant revoked = (*grants)[0];
  revoked.revoked = true;
  ASSERT_TRUE(store_->Write([&](Transaction& tx) -> Result<void> {
    tx.Update(revoked);
    return Ok();
  }));
  EXPECT_TRUE(reader_->DueDeliveries(clock_.Now(), 10)->empty());
  ASSERT_TRUE(store_->Write([&](Transaction& tx) -> Result<void> {
    EXPECT_TRUE(tx.GrantsSeeing(KeyOf("a")).empty());
    return Ok();
  }));
}

TEST_F(StoreTest, ASweepNamesWhatItDidNotMeet) {
  ASSERT_TRUE(Put("a", "x", true));
  ASSERT_TRUE(Put("b", "x", true));
  ASSERT_TRUE(store_->Write([&](Transaction& tx) -> Result<void> {
    tx.MarkSeen(1, model::Stream::kPatients, KeyOf("a"));
    const auto unseen = tx.FinishSweep(1, model::Stream::kPatients);
    EXPECT_EQ(unseen.size(), 1u);
    if (!unseen.empty()) {
      EXPECT_EQ(unseen[0].second, "vb");
      EXPECT_EQ(tx.DeleteRecord(unseen[0].first, {1, "vb", "", "sweep", Instant{}}), 2);
    }
    return Ok();
  }));
  const GrantKey grants[] = {grant_};
  const auto gone = reader_->Get(grants, model::Stream::kPatients, "b");
  ASSERT_TRUE(gone && *gone);
  EXPECT_TRUE((*gone)->deleted);
  EXPECT_EQ((*gone)->body, nullptr);
}

TEST_F(StoreTest, SecretsAreSealedAndComeBack) {
  const auto connections = reader_->Connections();
  ASSERT_TRUE(connections) << connections.error().summary;
  EXPECT_EQ((*connections)[0].secrets_json.Reveal(), "{\"password\":\"s3cret\"}");
}

TEST_F(StoreTest, ASecondProcessOnTheSameFolderIsRefused) {
  std::string path = testing::TempDir() + "/pons-held-XXXXXX";
  ASSERT_NE(mkdtemp(path.data()), nullptr);
  auto first = Store::Open({path}, clock_, random_, log_);
  ASSERT_TRUE(first) << first.error().summary;
  const auto second = Store::Open({path}, clock_, random_, log_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::kMisconfigured);
  first->reset();
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace pons::store
