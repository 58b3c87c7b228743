// SPDX-License-Identifier: Apache-2.0
// For tests: the sync engine on a real store and the reference vendor, with a small practice, an
// app and its webhook. Time is stepped; nothing sleeps.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "sync/engine.h"
#include "vendors/memory/connector/memory.h"

namespace pons::sync {

using memory::Table;
using model::Stream;
using store::FilterKind;

class PracticeFixture : public testing::Test {
 protected:
  PracticeFixture() {
    practice_ = std::make_shared<memory::MemoryPractice>(memory::PracticeOptions{}, clock_);
    world_.Add("lane", practice_);
    registry_.Add(connector_);
    MakePractice();
    MakeSettings();
  }

  static std::unique_ptr<store::Store> OpenStore(Clock& clock, Random& random, Logger& log) {
    crypto::InitCrypto();
    store::StoreOptions options;
    options.path = ":memory:";
    options.writer_thread = false;
    return store::Store::Open(options, clock, random, log).value();
  }

  void MakePractice() {
    north_ = practice_->Add(Table::kSites, {{"name", "North"}});
    south_ = practice_->Add(Table::kSites, {{"name", "South"}});
    nguyen_ = practice_->Add(Table::kStaff, {{"title", "Dr"}, {"last", "Nguyen"}});
    okafor_ = practice_->Add(Table::kStaff, {{"title", "Dr"}, {"last", "Okafor"}});
    skin_ = practice_->Add(Table::kReasons, {{"label", "Skin check"}});
    flu_ = practice_->Add(Table::kReasons, {{"label", "Flu shot"}});
    ada_ = NewPatient("Ada");
    ben_ = NewPatient("Ben");
  }
  std::string NewPatient(const char* first) {
    return practice_->Add(Table::kPatients,
                          {{"first", first}, {"last", "Sample"}, {"born", "1980-02-29"}});
  }
  std::string Book(const std::string& patient, const std::string& reason, const char* starts) {
    return practice_->Add(Table::kDiary, {{"patient", patient},
                                          {"staff", nguyen_},
                                          {"site", north_},
                                          {"reason", reason},
                                          {"state", "booked"},
                                          {"starts", starts}});
  }

  void MakeSettings() {
    store::Organization organization{OrganizationId("org-1"), "Lane", clock_.Now()};
    connection_.id = ConnectionId("connection-1");
    connection_.organization = organization.id;
    connection_.name = "Memory";
    connection_.vendor = "memory";
    connection_.time_zone = "Australia/Sydney";
    connection_.settings_json = R"({"practice":"lane"})";
    connection_.secrets_json = Sensitive<std::string>(R"({"password":"correct horse"})");
    store::App app;
    app.id = AppId("app-1");
    app.name = "Skin Viewer";
    store::Webhook webhook;
    webhook.id = WebhookId("webhook-1");
    webhook.url = "https://app.example.org/";
    webhook.secret = Sensitive<std::string>("whsec_x");
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) {
      tx.Insert(organization);
      connection_.key = tx.Insert(connection_);
      app_ = webhook.app = tx.Insert(app);
      webhook_ = tx.Insert(webhook);
      return Ok();
    }));
  }

  // North goes to "app-north"; South is not mapped.
  store::Grant NorthOnly() const {
    store::Grant grant;
    grant.id = GrantId("grant-1");
    grant.organization = connection_.organization;
    grant.connection = connection_.key;
    grant.app = app_;
    grant.locations = {{north_, "app-north"}};
    grant.created = clock_.Now();
    return grant;
  }
  void Give(store::Grant grant) {
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) {
      grant.key = tx.Insert(grant);
      return Ok();
    }));
    grant_ = grant;
    Settle();
  }
  void Change(const store::Grant& grant) {
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) {
      tx.Update(grant);
      return Ok();
    }));
    grant_ = grant;
  }

  // Lets the engine do all that is due within `time`.
  void Settle(milliseconds time = milliseconds(20000)) {
    if (!engine_) {
      engine_ =
          std::make_unique<SyncEngine>(*store_, book_, registry_, clock_, random_, log_, nullptr);
    }
    const Instant until = clock_.Now() + time;
    for (int round = 0; round < 10000; ++round) {
      const auto next = engine_->RunDue();
      if (!next || *next > until) break;
      clock_.Step(std::max(milliseconds(1), *next - clock_.Now()));
    }
    if (clock_.Now() < until) clock_.Step(until - clock_.Now());
  }
  // As after a crash: what is in memory is gone.
  void Restart() { engine_.reset(); }

  bool Visible(Stream stream, const std::string& vendor_id) {
    const auto id = IdOf(stream, vendor_id);
    const auto reader = store_->OpenReader().value();
    const auto snapshot = book_.Current().value();
    const auto record = reader->Get(snapshot->OfApp(app_), stream, id.value).value();
    return record && !record->deleted;
  }
  ResourceId IdOf(Stream stream, const std::string& vendor_id) {
    return identities_.IdOf(connection_.id, {stream, vendor_id});
  }
  std::int64_t Stored(Stream stream) {
    return store_->OpenReader().value()->CountRecords(connection_.key, stream).value();
  }
  std::string BodyOf(Stream stream, const std::string& vendor_id) {
    const auto reader = store_->OpenReader().value();
    const auto record =
        reader->Get(book_.Current().value()->OfApp(app_), stream, IdOf(stream, vendor_id).value)
            .value();
    return record && record->body ? *record->body : std::string();
  }
  // What the webhook is to be told, oldest first: "patient.created".
  std::vector<std::string> Told() {
    auto rows = store_->OpenReader().value()->Deliveries(webhook_, 1000).value();
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    std::vector<std::string> out;
    for (const auto& row : rows) {
      const bool directory =
          row.change.stream != Stream::kPatients && row.change.stream != Stream::kEncounters &&
          row.change.stream != Stream::kConditions && row.change.stream != Stream::kAppointments;
      if (!directory) out.push_back(row.event_type);
    }
    return out;
  }
  std::string OutcomeOf(const std::string& visit) {
    const auto seen = store_->OpenReader().value()->Visit(connection_.key, visit).value();
    return seen ? seen->outcome : "never seen";
  }
  store::ConnectionHealth Health() { return engine_->health().at(connection_.key); }

  using Strings = std::vector<std::string>;

  FakeClock clock_{ParseInstant("2026-03-09T00:00:00Z").value()};
  SeededRandom random_{1};
  MemoryLogger log_;
  std::unique_ptr<store::Store> store_ = OpenStore(clock_, random_, log_);
  memory::MemoryWorld world_;
  memory::MemoryConnector connector_{world_};
  Registry registry_;
  std::shared_ptr<memory::MemoryPractice> practice_;
  grants::GrantBook book_{*store_};
  IdentityMap identities_{store_->identity_key()};
  store::Connection connection_;
  store::AppKey app_ = 0;
  store::WebhookKey webhook_ = 0;
  store::Grant grant_;
  std::string north_, south_, nguyen_, okafor_, skin_, flu_, ada_, ben_;
  std::unique_ptr<SyncEngine> engine_;
};

}  // namespace pons::sync
