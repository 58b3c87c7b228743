// SPDX-License-Identifier: Apache-2.0
// A vendor behind a relay, over real HTTP: pairing, what is learned, what it charges for, and its
// calls to this server.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "server/hooks.h"
#include "server/portal_fixture.h"
#include "server/relay_vendor.h"

namespace pons::server {
namespace {

class Relay : public PortalFixture {
 protected:
  void SetUp() override {
    registry_.Add(relay_);
    PortalFixture::SetUp();
    org_ = "org-leura";
    Write([&](store::Transaction& tx) {
      tx.Insert(store::Organization{OrganizationId(org_), "Leura Skin", {}});
    });
    AddUser("admin", org_, accounts::Role::kAdmin);
    admin_ = Enrol(SignIn("admin"));
  }

  static std::string Body(const std::string& code, const std::string& settings) {
    return R"({"vendor":"relay","name":"Ours","time_zone":"Australia/Sydney","settings":)" +
           settings + (code.empty() ? "}" : R"(,"secrets":{"code":")" + code + R"("}})");
  }
  net::HttpResponse Add(const std::string& code, const std::string& settings) {
    return Send(admin_, "POST", "/portal/api/organizations/" + org_ + "/connections",
                Body(code, settings));
  }
  net::HttpResponse Change(const std::string& body) {
    return Send(admin_, "PATCH", "/portal/api/connections/" + id_, body);
  }
  void Connect() {
    const auto made = Add(RelayVendor::kCode, R"({"site":"90001"})");
    ASSERT_EQ(made.status, 201) << made.body;
    id_ = Parse(made.body).Text("id");
  }
  json::Value Look() { return Parse(Send(admin_, "GET", "/portal/api/connections/" + id_).body); }
  store::Connection Stored() {
    const auto all = pons_->store().OpenReader().value()->Connections().value();
    for (const auto& connection : all) {
      if (connection.vendor == "relay") return connection;
    }
    return {};
  }
  std::size_t HowMany() {
    const auto all = pons_->store().OpenReader().value()->Connections().value();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto& c) { return c.vendor == "relay"; }));
  }
  template <typename Condition>
  bool Comes(Condition condition) {
    return static_cast<bool>(Soon(condition));
  }
  // All that is ever written of a connection or about it.
  std::string Everything() {
    std::string all;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      all.append((std::istreambuf_iterator<char>(in)), {});
    }
    return all;
  }
  net::HttpResponse Call(const std::string& body, const std::string& vendor = "relay") {
    return Send({}, "POST", "/hooks/" + vendor, body);
  }
  std::string Metrics() { return Send({}, "GET", "/metrics").body; }

  RelayVendor relay_;
  std::string org_;
  std::string id_;
  Visitor admin_;
};

// ---- pairing

TEST_F(Relay, ACodeIsExchangedAndForgotten) {
  Connect();
  EXPECT_EQ(relay_.pairings(), 1);
  const auto stored = Stored();
  EXPECT_NE(stored.settings_json.find(R"("token":"token-of-90001")"), std::string::npos);
  EXPECT_EQ(stored.secrets_json.Reveal(), "{}");
  EXPECT_EQ(Everything().find(RelayVendor::kCode), std::string::npos) << "the code is kept nowhere";
  const auto seen = Look();
  EXPECT_EQ(json::Write(seen).find("token-of"), std::string::npos) << "nobody is shown it";
  EXPECT_TRUE(Comes([&] { return Look().Text("state") == "active"; })) << json::Write(Look());
  EXPECT_EQ(Look().Text("next_step"), "Choose what is shared with which app.");
  pons_.reset();
  EXPECT_EQ(log_.text().find(RelayVendor::kCode), std::string::npos);
  EXPECT_EQ(log_.text().find("token-of"), std::string::npos);
}

TEST_F(Relay, ARefusedCodeKeepsNothingAndNamesItsField) {
  const auto made = Add("WRONG1", R"({"site":"90001"})");
  EXPECT_EQ(made.status, 422) << made.body;
  const auto problem = Parse(made.body);
  EXPECT_EQ(problem.Text("field"), "code");
  EXPECT_EQ(problem.Text("detail"),
            "The code is wrong or used up; generate a new one. Nothing was saved.");
  EXPECT_EQ(HowMany(), 0u);
}

TEST_F(Relay, WhatIsLearnedIsNeverTakenFromAPerson) {
  const auto made = Add("", R"({"site":"90001","token":"token-of-90002"})");
  EXPECT_EQ(made.status, 422);
  EXPECT_EQ(Parse(made.body).Text("field"), "token");
  EXPECT_NE(made.body.find("never given"), std::string::npos) << made.body;
  EXPECT_EQ(HowMany(), 0u);
  Connect();
  const auto changed = Change(R"({"settings":{"token":"token-of-90002"}})");
  EXPECT_GE(changed.status, 400) << changed.body;
  const auto tried = Send(admin_, "POST", "/portal/api/organizations/" + org_ + "/connections/test",
                          Body("", R"({"site":"90001","token":"token-of-90002"})"));
  EXPECT_GE(tried.status, 400) << tried.body;
  EXPECT_NE(Stored().settings_json.find("token-of-90001"), std::string::npos);
  EXPECT_EQ(relay_.tokens_used().count("token-of-90002"), 0u);
}

TEST_F(Relay, TryingDoesNotUseTheCodeUp) {
  const auto tried = Send(admin_, "POST", "/portal/api/organizations/" + org_ + "/connections/test",
                          Body(RelayVendor::kCode, R"({"site":"90001"})"));
  EXPECT_EQ(tried.status, 422);
  EXPECT_EQ(Parse(tried.body).Text("field"), "code") << tried.body;
  EXPECT_EQ(relay_.pairings(), 0);
}

TEST_F(Relay, APracticeThatIsOffIsKeptBecauseTheCodeIsUsedUp) {
  relay_.set_reachable(false);
  const auto made = Add(RelayVendor::kCode, R"({"site":"90001"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_NE(Parse(made.body).Text("attention").find("computer is off"), std::string_view::npos);
  id_ = Parse(made.body).Text("id");
  EXPECT_TRUE(Comes([&] {
    return Look().Text("cause").find("computer is off") != std::string_view::npos;
  })) << json::Write(Look());
  EXPECT_NE(Stored().settings_json.find("token-of-90001"), std::string::npos);
  relay_.set_reachable(true);
  EXPECT_TRUE(Comes([&] { return Look().Text("state") == "active"; })) << json::Write(Look());
}

// ---- changing

TEST_F(Relay, AnotherPracticeNeedsANewCode) {
  Connect();
  const auto key = Stored().key;
  auto changed = Change(R"({"settings":{"site":"90002"}})");
  EXPECT_EQ(changed.status, 422);
  EXPECT_EQ(Parse(changed.body).Text("field"), "site");
  EXPECT_NE(changed.body.find("names another practice"), std::string::npos) << changed.body;
  EXPECT_NE(Stored().settings_json.find(R"("site":"90001")"), std::string::npos);
  changed = Change(R"({"settings":{"pace":"120"}})");
  EXPECT_EQ(changed.status, 204) << "what says nothing of the practice may change: "
                                 << changed.body;
  EXPECT_NE(Stored().settings_json.find("token-of-90001"), std::string::npos);
  const auto revision = Stored().settings_revision;
  changed = Change(R"({"settings":{"site":"90002"},"secrets":{"code":"ABC123"}})");
  EXPECT_EQ(changed.status, 204) << changed.body;
  EXPECT_NE(Stored().settings_json.find("token-of-90002"), std::string::npos);
  EXPECT_EQ(Stored().settings_revision, revision + 1);
  EXPECT_EQ(Stored().key, key);
  EXPECT_TRUE(Comes([&] { return relay_.left() == std::vector<std::string>{"token-of-90001"}; }));
}

TEST_F(Relay, AConnectionMovesToAnotherWayAndStaysItself) {
  const auto made = Add("", R"({"site":"90001","transport":"direct"})");
  ASSERT_EQ(made.status, 201) << made.body;
  id_ = Parse(made.body).Text("id");
  ASSERT_TRUE(Comes([&] { return Look().Text("state") == "active"; }));
  const auto before = Stored();
  const auto cursor_of = [&] {
    return pons_->store()
        .OpenReader()
        .value()
        ->Stream(before.key, model::Stream::kPractitioners)
        .value()
        .cursor;
  };
  const auto cursor = cursor_of();
  ASSERT_FALSE(cursor.empty());
  auto changed =
      Change(R"({"settings":{"transport":"relay","site":"90001"},"secrets":{"code":"ABC123"}})");
  EXPECT_EQ(changed.status, 204) << changed.body;
  EXPECT_EQ(Stored().id, before.id);
  EXPECT_EQ(Stored().settings_revision, before.settings_revision + 1);
  // Lists are read again from their start after a change of settings, and end where they ended.
  EXPECT_TRUE(Comes([&] { return cursor_of() == cursor; }));
  EXPECT_TRUE(relay_.left().empty()) << "nothing ran there before";
  changed = Change(R"({"settings":{"transport":"direct"}})");
  EXPECT_EQ(changed.status, 204) << changed.body;
  EXPECT_TRUE(Comes([&] { return relay_.left() == std::vector<std::string>{"token-of-90001"}; }));
}

TEST_F(Relay, PausingAndRemovingTakeBackWhatRunsThere) {
  Connect();
  EXPECT_EQ(Change(R"({"paused":true})").status, 204);
  EXPECT_TRUE(Comes([&] { return relay_.left().size() == 1; }));
  EXPECT_EQ(Send(admin_, "DELETE", "/portal/api/connections/" + id_).status, 204);
  EXPECT_TRUE(Comes([&] { return relay_.left().size() == 2; }));
}

TEST_F(Relay, AWayThatTheOperatorHasNotOpenedIsShownAsSuch) {
  const auto vendor = [&] {
    const auto all = Parse(Send(admin_, "GET", "/portal/api/vendors?q=relay").body);
    return all.Find("items")->array()->at(0);
  };
  relay_.set_opened(false);
  auto ways = *vendor().Find("ways");
  EXPECT_EQ(ways.Text("setting"), "transport");
  const auto relay = ways.Find("choices")->array()->at(1);
  EXPECT_EQ(json::Write(relay),
            R"({"value":"relay","label":"Relay","text":"Where it cannot.","before":["The code"],)"
            R"("available":false,"unavailable_text":"This server is not set up for the relay."})");
  relay_.set_opened(true);
  const auto text = json::Write(vendor());
  EXPECT_NE(text.find(R"("available":true})"), std::string::npos) << text;
  EXPECT_EQ(text.find(R"("key":"token")"), std::string::npos) << "learned: asked of nobody";
  EXPECT_NE(
      text.find(R"("key":"code","help":"its code","required":false,"secret":true,"once":true,)"
                R"("label":"Pairing code","way":"relay")"),
      std::string::npos)
      << text;
}

// ---- learned and counted while it runs

TEST_F(Relay, ALearnedSettingThatTheVendorChangesIsKept) {
  relay_.set_new_token("token-moved");
  Connect();
  EXPECT_TRUE(
      Comes([&] { return Stored().settings_json.find("token-moved") != std::string::npos; }));
  EXPECT_EQ(Stored().settings_revision, 0);
  relay_.set_new_token("token-moved-again");
  EXPECT_EQ(Send(admin_, "POST", "/portal/api/connections/" + id_ + "/test").status, 200);
  EXPECT_NE(Stored().settings_json.find("token-moved-again"), std::string::npos);
  const auto everything = Everything();
  EXPECT_NE(everything.find("connection keep-setting"), std::string::npos) << "it is audited";
}

TEST_F(Relay, WhatTheVendorChargesForIsCountedAndShown) {
  Connect();
  ASSERT_TRUE(Comes([&] { return Look().Text("state") == "active"; }));
  EXPECT_NE(
      Metrics().find(R"(pons_vendor_requests_total{connection=")" + id_ + R"(",what="pairing"} 1)"),
      std::string::npos)
      << Metrics();
  const auto today = [&]() -> std::int64_t {
    const auto seen = Look();
    const auto* requests = seen.Find("vendor_requests");
    return requests == nullptr ? 0 : requests->Find("today")->Integer("query").value_or(0);
  };
  EXPECT_TRUE(Comes([&] { return today() >= 2; })) << json::Write(Look());
  EXPECT_EQ(Look().Find("vendor_requests")->Text("cost_words"), "About 24 queries a day.");
  const auto before = today();
  Start(false);
  EXPECT_TRUE(Comes([&] { return today() > before; })) << "counts outlive the process";
}

// ---- its calls

TEST_F(Relay, ACallMakesTheConnectionItNamesBeReadAtOnce) {
  Connect();
  ASSERT_TRUE(Comes([&] { return Look().Text("state") == "active"; }));
  ASSERT_TRUE(Comes([&] { return relay_.pulls() > 0; }));
  auto pulls = relay_.pulls();
  const auto quiet = [&] {
    for (int still = 0; still < 20; ++still) {
      SystemClock().SleepUntil(SystemClock().Now() + milliseconds(10), CancelToken());
      if (relay_.pulls() != pulls) still = 0;
      pulls = relay_.pulls();
    }
  };
  quiet();
  EXPECT_EQ(Call("bad|1|token-of-90001").status, 401);
  EXPECT_EQ(Call("old|1|token-of-90001").status, 401);
  EXPECT_EQ(Call("good|2|token-of-somebody-else").status, 202);
  EXPECT_EQ(Call("nonsense").status, 400);
  const auto before = pulls;
  quiet();
  EXPECT_EQ(pulls, before) << "none of these is about this practice";
  EXPECT_EQ(Call("good|3|token-of-90001").status, 202);
  EXPECT_TRUE(Comes([&] { return relay_.pulls() > before; }));
  quiet();
  const auto after = pulls;
  EXPECT_EQ(Call("good|3|token-of-90001").status, 202)
      << "the vendor repeats what it is not sure of";
  quiet();
  EXPECT_EQ(pulls, after) << "a repeated call does nothing";
  const auto metrics = Metrics();
  for (const auto* line : {R"(pons_hooks_total{vendor="relay",outcome="taken"} 2)",
                           R"(pons_hooks_total{vendor="relay",outcome="repeated"} 1)",
                           R"(pons_hooks_total{vendor="relay",outcome="forged"} 2)",
                           R"(pons_hooks_total{vendor="relay",outcome="unreadable"} 1)"}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line;
  }
}

TEST_F(Relay, OnlyVendorsThatCallAreAnswered) {
  EXPECT_EQ(Call("good|1|x", "memory").status, 404);
  EXPECT_EQ(Call("good|1|x", "nobody").status, 404);
  EXPECT_EQ(Send({}, "GET", "/hooks/relay").status, 405);
  EXPECT_EQ(Call(std::string(kMostHookBytes + 1, 'x')).status, 413);
}

TEST_F(Relay, WhoCallsTooOftenWaits) {
  int limited = 0;
  for (int i = 0; i < 80; ++i) limited += Call("bad|1|x").status == 429 ? 1 : 0;
  EXPECT_EQ(limited, 20) << "sixty forged calls a minute are looked at";
  EXPECT_EQ(Call("good|1|x").status, 429);
}

}  // namespace
}  // namespace pons::server
