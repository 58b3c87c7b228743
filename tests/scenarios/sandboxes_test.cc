// SPDX-License-Identifier: Apache-2.0
// A developer's sandbox practice, from the button to its end: the real sandbox program, the real
// connector, the portal's own routes.
#include "sandboxes/child_process.h"
#include "server/portal_fixture.h"
#include "vendors/best_practice/connector/best_practice.h"

namespace pons::server {
namespace {

class Sandboxes : public PortalFixture {
 protected:
  void SetUp() override {
    PortalFixture::SetUp();
    registry_.Add(best_practice_);
    sandbox_program_ = sandboxes::ProgramBesideThis("pons-sandbox");
    Start(true);
    AddUser("dev", "", accounts::Role::kLimited, false, true);
    AddUser("other", "", accounts::Role::kLimited, false, true);
    AddUser("op", "", accounts::Role::kLimited, true);
    dev_ = SignIn("dev");
    other_ = SignIn("other");
    op_ = SignIn("op");
  }

  std::size_t Count(const Visitor& who, const std::string& path) {
    const auto list = Ask(who, "GET", path, 200);
    return list.Find("items")->array()->size();
  }

  // The practice's own page, by its address alone and in a document that is nobody's.
  void LookAtPage(const std::string& page) {
    const auto index = Send({}, "GET", page);
    EXPECT_EQ(index.status, 200);
    EXPECT_NE(index.body.find("app.js"), std::string::npos);
    const std::string policy(net::FindHeader(index.headers, "content-security-policy"));
    EXPECT_TRUE(policy.starts_with("sandbox ")) << policy;
    EXPECT_EQ(policy.find("allow-same-origin"), std::string::npos) << policy;
    EXPECT_EQ(net::FindHeader(index.headers, "set-cookie"), "");
    EXPECT_EQ(net::FindHeader(index.headers, "referrer-policy"), "no-referrer");
    const auto script = Send({}, "GET", page + "app.js");
    EXPECT_EQ(script.status, 200);
    EXPECT_EQ(net::FindHeader(script.headers, "access-control-allow-origin"), "*");
    EXPECT_EQ(Send({}, "OPTIONS", page + "clinic/patients").status, 204);
    EXPECT_FALSE(Parse(Send({}, "GET", page + "clinic/practice").body).Text("name").empty());
    const auto made = Send(dev_, "POST", page + "clinic/patients",
                           R"({"given":"Ada","family":"Zed","birth_date":"1980-02-29",)"
                           R"("sex":"female"})");
    EXPECT_EQ(made.status, 200) << made.body;
    for (const auto* path : {"journal", "faults", "clinic/../load", "clinic/%2e%2e/load"}) {
      EXPECT_EQ(Send({}, "GET", page + path).status, 403) << path;
    }
    for (const auto* path : {"load", "reset", "faults", "rights", "clock", "seed"}) {
      EXPECT_EQ(Send({}, "POST", page + path, "{}").status, 403) << path;
    }
    EXPECT_EQ(Send({}, "POST", page + "clinic/importer",
                   R"({"acknowledge":{"facility":"x","folder":"/tmp"}})")
                  .status,
              403)
        << "no folder of the server is written to";
    EXPECT_EQ(Send({}, "GET", "/portal/sandbox/guess/clinic/practice").status, 404);
  }

  best_practice::BestPracticeConnector best_practice_;
  Visitor dev_, other_, op_;
};

TEST_F(Sandboxes, APracticeToTryThingsInComesActsAndGoes) {
  Ask(dev_, "POST", "/apps", 201, R"({"name":"Viewer"})");
  const auto made = Ask(dev_, "POST", "/sandboxes", 201, R"({"vendor":"best_practice"})");
  const std::string at = "/sandboxes/" + std::string(made.Text("id"));
  const std::string connection = "/connections/" + std::string(made.Text("connection"));
  const std::string organization = "/organizations/" + std::string(made.Text("organization"));
  EXPECT_EQ(made.Text("state"), "running");
  const std::string page(made.Text("page_url"));
  ASSERT_TRUE(page.starts_with(pons_->url() + "/portal/sandbox/")) << page;
  LookAtPage(page.substr(pons_->url().size()));
  ASSERT_TRUE(Soon([&] { return Ask(dev_, "GET", connection, 200).Text("state") == "active"; }));
  EXPECT_EQ(Count(dev_, organization + "/grants"), 1u) << "its developer's apps see it";

  EXPECT_EQ(Count(other_, "/sandboxes"), 0u) << "another's";
  Ask(other_, "POST", at + "/actions", 404, R"({"action":"visit"})");
  Ask(other_, "DELETE", at, 404);
  Ask(other_, "GET", connection, 404);

  Ask(dev_, "POST", at + "/actions", 400, R"({"action":"dance"})");
  for (const auto* action : {"visit", "appointment", "patient", "clear_faults"}) {
    const auto said =
        Ask(dev_, "POST", at + "/actions", 200, R"({"action":")" + std::string(action) + R"("})");
    EXPECT_FALSE(said.Text("detail").empty()) << action;
  }
  // Those from the moment that reading stands are seen; a first one may have come before.
  Instant again = SystemClock().Now();
  EXPECT_TRUE(Soon([&] {
    if (SystemClock().Now() >= again) {
      Ask(dev_, "POST", at + "/actions", 200, R"({"action":"visit"})");
      again = SystemClock().Now() + std::chrono::seconds(3);
    }
    return Count(dev_, connection + "/activity") > 0;
  })) << "the visit is seen";
  Ask(dev_, "POST", at + "/actions", 422, R"({"action":"fault","fault":"fire"})");
  Ask(dev_, "POST", at + "/actions", 200, R"({"action":"fault","fault":"error","times":1})");

  Ask(dev_, "DELETE", at, 204);
  EXPECT_EQ(Send({}, "GET", page.substr(pons_->url().size())).status, 404) << "it has ended";
  EXPECT_EQ(Count(dev_, "/sandboxes"), 0u);
  Ask(dev_, "GET", connection, 404);
  Ask(dev_, "GET", organization, 404);
}

TEST_F(Sandboxes, WhatCannotBeSetUpLeavesNothing) {
  Ask(dev_, "POST", "/sandboxes", 422, R"({"vendor":"none"})");
  // The program has no such practice, and the server must not keep half of one.
  const auto failed = Send(dev_, "POST", "/portal/api/sandboxes", R"({"vendor":"memory"})");
  EXPECT_GE(failed.status, 400) << failed.body;
  EXPECT_EQ(Count(dev_, "/sandboxes"), 0u);
  EXPECT_EQ(Count(dev_, "/organizations"), 0u);
}

TEST_F(Sandboxes, AnAbandonedPracticeIsCleanedUpAtTheNextStart) {
  const auto made = Ask(dev_, "POST", "/sandboxes", 201, R"({"vendor":"best_practice"})");
  Start(true);
  EXPECT_EQ(Count(dev_, "/sandboxes"), 0u);
  Ask(op_, "GET", "/connections/" + std::string(made.Text("connection")), 404);
  EXPECT_EQ(Count(dev_, "/organizations"), 0u);
}

}  // namespace
}  // namespace pons::server
