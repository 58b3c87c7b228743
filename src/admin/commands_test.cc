// SPDX-License-Identifier: Apache-2.0
// What operators see of commands, and may say about them.
#include <gtest/gtest.h>

#include <optional>

#include "admin/command.h"
#include "base/clock_fake.h"
#include "commands/ledger.h"
#include "commands/terms.h"
#include "crypto/crypto.h"

namespace pons::admin {
namespace {

using commands::Event;
using commands::State;

class CommandsTest : public testing::Test {
 protected:
  CommandsTest() {
    crypto::InitCrypto();
    store_ = store::Store::Open({.path = ":memory:", .writer_thread = false}, clock_, random_, log_)
                 .value();
    context_.emplace(AdminContext{*store_, vendors_, clock_, random_, log_, cancel_, ""});
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      tx.Insert(store::Organization{OrganizationId("org"), "Org", {}});
      store::Connection connection;
      connection.id = ConnectionId("con");
      connection.organization = OrganizationId("org");
      connection.name = "Harbour Skin Clinic";
      connection.vendor = "memory";
      connection.time_zone = "Australia/Sydney";
      connection.settings_json = "{\"practice\":\"lane\"}";
      tx.Insert(connection);
      store::App app;
      app.id = AppId("app");
      app.name = "Skin Viewer";
      tx.Insert(app);
      store::Grant grant;
      grant.id = GrantId("grant");
      grant.organization = OrganizationId("org");
      grant.connection = grant.app = 1;
      tx.Insert(grant);
      return Ok();
    }));
    names_ = grants::GrantBook(*store_).Current().value();
  }

  // A booking for CANARY, brought to where these events lead.
  void Add(const std::string& id, std::initializer_list<Event> events) {
    const sync::IdentityMap identities(store_->identity_key());
    const commands::Ledger ledger(identities);
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      store::CommandRow row;
      row.id = id;
      row.connection = row.grant = row.app = 1;
      row.kind = model::CommandKind::kBookAppointment;
      row.lane = "Patient/1";
      row.body = R"({"description":"CANARY","patient":"patients/1"})";
      row.idempotency_key = "key " + id;
      row.patient = ResourceId("CANARY-patient");
      row.due = row.accepted = row.changed = tx.now();
      row.deadline = tx.now() + std::chrono::hours(1);
      row.expires = row.deadline;
      ledger.Enter(tx, row, *names_);
      const store::CommandRow before = row;
      for (const auto event : events) ledger.Step(tx, row, event, "a note");
      if (events.size() == 3) {
        row.reason = "sent, and there is no telling";
        row.evidence = "two that look alike";
      }
      ledger.Write(tx, before, row, *names_);
      return Ok();
    }));
  }
  json::Value Must(std::string_view command, const json::Value& arguments = {}) {
    auto answer = RunAdminCommand(*context_, command, arguments);
    EXPECT_TRUE(answer) << command << ": " << (answer ? "" : answer.error().summary);
    if (!answer) return {};
    EXPECT_EQ(json::Write(*answer).find("CANARY"), std::string::npos) << command;
    return std::move(answer).value();
  }
  static json::Value Of(std::string_view key, json::Value value) {
    json::Value out{json::Object{}};
    out.Set(key, std::move(value));
    return out;
  }
  std::string StateOfRow(const std::string& id) {
    const auto row = store_->OpenReader().value()->Command(id).value();
    return std::string(commands::StateName(static_cast<State>(row->state)));
  }

  FakeClock clock_{ParseInstant("2026-03-09T04:00:00Z").value()};
  SeededRandom random_{1};
  MemoryLogger log_;
  CancelToken cancel_;
  Registry vendors_;
  std::unique_ptr<store::Store> store_;
  std::optional<AdminContext> context_;
  std::shared_ptr<const grants::Snapshot> names_;
};

const std::initializer_list<Event> kInDoubtForGood = {Event::kSend, Event::kUnclear,
                                                      Event::kCannotTell};

TEST_F(CommandsTest, AListShowsTheNewestAndCanBeNarrowed) {
  Add("cmd-1", {});
  Add("cmd-2", kInDoubtForGood);
  auto answer = Must("command list");
  ASSERT_EQ(answer.Find("items")->array()->size(), 2u);
  EXPECT_EQ((*answer.Find("items")->array())[0].Text("id"), "cmd-2");
  EXPECT_EQ((*answer.Find("items")->array())[0].Text("app"), "Skin Viewer");
  EXPECT_NE(answer.Text("message").find("1 of them needs a person"), std::string::npos);
  answer = Must("command list", Of("state", "accepted"));
  ASSERT_EQ(answer.Find("items")->array()->size(), 1u);
  EXPECT_EQ((*answer.Find("items")->array())[0].Text("id"), "cmd-1");
  EXPECT_EQ(Must("command list", Of("state", "open")).Find("items")->array()->size(), 2u);
  EXPECT_FALSE(RunAdminCommand(*context_, "command list", Of("state", "lost")));
}

TEST_F(CommandsTest, ShowAndExplainTellTheWholeLife) {
  Add("cmd-2", kInDoubtForGood);
  json::Value what{json::Object{}};
  what.Set("what", json::Array{json::Value("Task/cmd-2")});
  for (const auto& life : {Must("command show", Of("id", "cmd-2")), Must("explain", what)}) {
    EXPECT_EQ(life.Text("state"), "needs-person");
    EXPECT_EQ(life.Text("evidence"), "two that look alike");
    EXPECT_EQ(life.Text("reference"), commands::ReferenceOf("cmd-2"));
    ASSERT_EQ(life.Find("history")->array()->size(), 4u);
    EXPECT_EQ((*life.Find("history")->array())[3].Text("event"), "cannot-tell");
    EXPECT_NE(life.Text("message").find("pons command resolve cmd-2"), std::string::npos);
  }
  EXPECT_FALSE(RunAdminCommand(*context_, "command show", Of("id", "cmd-9")));
}

TEST_F(CommandsTest, APersonsWordIsTakenOnce) {
  Add("cmd-1", kInDoubtForGood);
  Add("cmd-2", kInDoubtForGood);
  auto yes = Of("id", "cmd-1");
  EXPECT_FALSE(RunAdminCommand(*context_, "command resolve", yes));  // says nothing
  yes.Set("happened", "81234");
  auto both = yes;
  both.Set("did_not_happen", true);
  EXPECT_FALSE(RunAdminCommand(*context_, "command resolve", both));
  Must("command resolve", yes);
  EXPECT_EQ(StateOfRow("cmd-1"), "applied");
  EXPECT_FALSE(RunAdminCommand(*context_, "command resolve", yes));
  auto no = Of("id", "cmd-2");
  no.Set("did_not_happen", true);
  Must("command resolve", no);
  EXPECT_EQ(StateOfRow("cmd-2"), "accepted");
  EXPECT_EQ(Must("command show", Of("id", "cmd-1")).Text("vendor_id"), "81234");
}

TEST_F(CommandsTest, StatusSaysWhatWaitsForAPerson) {
  EXPECT_TRUE(*Must("status").Find("ok")->boolean());
  Add("cmd-1", {});
  EXPECT_TRUE(*Must("status").Find("ok")->boolean());
  Add("cmd-2", kInDoubtForGood);
  EXPECT_TRUE(store_->Write([](store::Transaction& tx) -> Result<void> {
    tx.SaveWriteHealth(1, {store::ReadState::kRetrying, "unavailable", "it does not answer", {}});
    return Ok();
  }));
  const auto status = Must("status");
  EXPECT_FALSE(*status.Find("ok")->boolean());
  EXPECT_NE(status.Text("message").find("1 command needs a person"), std::string::npos);
  const auto& item = (*status.Find("items")->array())[0];
  EXPECT_EQ(item.Text("write_state"), "attention");
  EXPECT_NE(item.Text("write_cause").find("it does not answer"), std::string::npos);
  EXPECT_EQ(item.Integer("commands_open"), 2);
  EXPECT_EQ(item.Integer("commands_needing_a_person"), 1);
}

TEST_F(CommandsTest, RetryIsForWhatWaits) {
  Add("cmd-1", {});
  Add("cmd-2", kInDoubtForGood);
  Must("command retry", Of("id", "cmd-1"));
  EXPECT_FALSE(RunAdminCommand(*context_, "command retry", Of("id", "cmd-2")));
}

}  // namespace
}  // namespace pons::admin
