// SPDX-License-Identifier: Apache-2.0
// What operators order about users and the master key.
#include <gtest/gtest.h>

#include <optional>

#include "accounts/accounts.h"
#include "admin/command.h"
#include "base/clock_fake.h"
#include "crypto/crypto.h"

namespace pons::admin {
namespace {

class UsersTest : public testing::Test {
 protected:
  UsersTest() {
    crypto::InitCrypto();
    store_ = store::Store::Open({.path = ":memory:", .writer_thread = false}, clock_, random_, log_)
                 .value();
    context_.emplace(AdminContext{*store_, vendors_, clock_, random_, log_, cancel_, ""});
    context_->api_address = "https://pons.example";
    context_->audit = [this](std::string_view command, std::string_view subject) -> Result<void> {
      audited_ += std::string(command) + ": " + std::string(subject) + "\n";
      return Ok();
    };
    accounts_ = accounts::Accounts::Make(*store_, clock_, random_, {});
    Must("org add", R"({"name":"Harbour"})");
  }

  Result<json::Value> Run(std::string_view command, std::string_view arguments = "{}") {
    return RunAdminCommand(*context_, command, json::Parse(arguments).value());
  }
  json::Value Must(std::string_view command, std::string_view arguments = "{}") {
    auto answer = Run(command, arguments);
    EXPECT_TRUE(answer) << command << ": " << (answer ? "" : answer.error().summary);
    return answer ? std::move(*answer) : json::Value();
  }
  Fault FaultOf(std::string_view command, std::string_view arguments = "{}") {
    const auto answer = Run(command, arguments);
    EXPECT_FALSE(answer) << command;
    return answer ? Fault::kInternal : answer.error().fault;
  }
  // What stands behind the # of a link.
  static accounts::Secret TokenOf(const json::Value& answer) {
    const std::string link(answer.Text("link"));
    return accounts::Secret(link.substr(link.find('#') + 1));
  }
  bool CanSignIn(std::string_view email) {
    return accounts_
        ->SignIn(email, accounts::Secret(std::string("seven quiet herons")), {"192.0.2.1", ""})
        .has_value();
  }

  FakeClock clock_{ParseInstant("2026-03-09T04:00:00Z").value()};
  SeededRandom random_{3};
  MemoryLogger log_;
  CancelToken cancel_;
  Registry vendors_;
  std::unique_ptr<store::Store> store_;
  std::optional<AdminContext> context_;
  std::unique_ptr<accounts::Accounts> accounts_;
  std::string audited_;
};

constexpr std::string_view kMia =
    R"({"email":"mia@harbour.example","name":"Mia","org":"Harbour","role":"admin",)"
    R"("secret":{"password":"seven quiet herons"}})";

TEST_F(UsersTest, AreAddedListedAndKeptOut) {
  const auto added = Must("user add", kMia);
  const auto list = Must("user list", R"({"org":"harbour"})");
  ASSERT_EQ(list.Find("items")->array()->size(), 1u);
  const auto& mia = list.Find("items")->array()->at(0);
  EXPECT_EQ(mia.Text("may"), "admin of Harbour");
  EXPECT_EQ(mia.Text("second_factor"), "due");
  EXPECT_EQ(mia.Text("state"), "active");
  EXPECT_TRUE(CanSignIn("mia@harbour.example"));
  Must("user disable", R"({"user":"mia@harbour.example"})");
  EXPECT_FALSE(CanSignIn("mia@harbour.example"));
  Must("user enable", R"({"user":")" + std::string(added.Text("id")) + R"("})");
  EXPECT_TRUE(CanSignIn("mia@harbour.example"));
  Must("user reset-second-factor", R"({"user":"mia@harbour.example"})");
  EXPECT_EQ(FaultOf("user disable", R"({"user":"tom@harbour.example"})"), Fault::kNotFound);
  // By id, never by address; and what was done, not what was asked.
  EXPECT_NE(audited_.find("user-added: " + std::string(added.Text("id"))), std::string::npos);
  EXPECT_NE(audited_.find("user-disabled: "), std::string::npos);
  EXPECT_EQ(audited_.find("mia@"), std::string::npos);
  EXPECT_EQ(audited_.find("herons"), std::string::npos);
}

TEST_F(UsersTest, ArgumentsThatDoNotFitAreRefused) {
  EXPECT_EQ(FaultOf("user invite", R"({"email":"mia@harbour.example","org":"Harbour"})"),
            Fault::kMisconfigured);
  EXPECT_EQ(FaultOf("user invite", R"({"email":"mia@harbour.example"})"), Fault::kRejected);
  EXPECT_EQ(FaultOf("user invite", R"({"email":"mia","operator":true})"), Fault::kRejected);
  EXPECT_EQ(
      FaultOf("user invite", R"({"email":"mia@harbour.example","org":"Nowhere","role":"staff"})"),
      Fault::kNotFound);
  EXPECT_EQ(FaultOf("user add", R"({"email":"mia@harbour.example","name":"Mia",)"
                                R"("secret":{"password":"password1234"}})"),
            Fault::kRejected);
  EXPECT_EQ(FaultOf("user add", R"({"email":"mia@harbour.example","name":"Mia",)"
                                R"("secret":{"passwd":"seven quiet herons"}})"),
            Fault::kMisconfigured);
}

TEST_F(UsersTest, LinksOpenWhatTheySay) {
  const auto first = Must("user first-link");
  EXPECT_EQ(first.Text("link").find("https://pons.example/portal/first-start#"), 0u);
  const accounts::Secret password(std::string("seven quiet herons"));
  ASSERT_TRUE(accounts_->FirstStart(TokenOf(first), "Olga", "olga@pons.example", password,
                                    {"192.0.2.1", ""}));
  EXPECT_EQ(FaultOf("user first-link"), Fault::kConflict);
  EXPECT_EQ(FaultOf("user disable", R"({"user":"olga@pons.example"})"), Fault::kRejected);
  const auto invited = Must("user invite", R"({"email":"dev@app.example","developer":true})");
  const auto in = accounts_->AcceptInvitation(TokenOf(invited), "Dev", password, {"192.0.2.1", ""});
  ASSERT_TRUE(in);
  EXPECT_TRUE(in->session.user.is_developer);
  EXPECT_FALSE(in->session.user.is_operator);
}

TEST_F(UsersTest, AForgottenPasswordIsSetByALink) {
  Must("user add", kMia);
  const auto link = Must("user reset-password", R"({"user":"mia@harbour.example"})");
  EXPECT_EQ(link.Text("link").find("https://pons.example/portal/reset#"), 0u);
  const accounts::Secret other(std::string("nine loud magpies at noon"));
  ASSERT_TRUE(accounts_->ResetPassword(TokenOf(link), other, {"192.0.2.1", ""}));
  EXPECT_TRUE(accounts_->SignIn("mia@harbour.example", other, {"192.0.2.1", ""}));
  EXPECT_EQ(FaultOf("user reset-password", R"({"user":"nobody@harbour.example"})"),
            Fault::kNotFound);
  Must("user disable", R"({"user":"mia@harbour.example"})");
  EXPECT_EQ(FaultOf("user reset-password", R"({"user":"mia@harbour.example"})"), Fault::kRejected);
}

TEST_F(UsersTest, TheKeyIsChangedAndEverythingStillOpens) {
  Must("user add", kMia);
  auto in = accounts_->SignIn("mia@harbour.example",
                              accounts::Secret(std::string("seven quiet herons")), {"a", "b"});
  ASSERT_TRUE(in);
  ASSERT_TRUE(accounts_->BeginSecondFactor(in->session));
  const auto rotated = Must("key rotate");
  EXPECT_EQ(rotated.Find("sealed")->AsInteger(), 2);  // the factor begun, and the store's own
  EXPECT_NE(audited_.find("key rotate"), std::string::npos);
  EXPECT_TRUE(accounts_->Find(in->token));
  EXPECT_EQ(Must("user list").Find("items")->array()->size(), 1u);
}

}  // namespace
}  // namespace pons::admin
