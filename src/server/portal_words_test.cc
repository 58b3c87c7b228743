// SPDX-License-Identifier: Apache-2.0
// What people are told in words: every entry of the audit trail and every kind of notice has some;
// and what was added to connections, organizations and apps for people, over real HTTP.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "admin/command.h"
#include "portal/audit_words.h"
#include "portal/notice_kinds.h"
#include "portal/openapi.h"
#include "server/portal_fixture.h"

namespace pons::server {
namespace {

using portal::Least;
using portal::Scope;
using portal::WordsOf;
using ::testing::HasSubstr;

TEST(AuditWords, EveryRouteThatIsRecordedHasWords) {
  std::set<std::string> known;
  for (const auto* route : portal::AllRoutes()) {
    const auto line = std::string(route->method) + " " + std::string(route->pattern);
    known.insert(line);
    const bool own = route->scope == Scope::kNone &&
                     (route->least == Least::kAnyone || route->least == Least::kPending ||
                      route->least == Least::kSignedIn);
    EXPECT_TRUE(own || !WordsOf("portal", line).empty()) << line;
    EXPECT_EQ(WordsOf("portal-refused", line), WordsOf("portal", line));
  }
  for (const auto& row : portal::AuditWordsTable()) {
    EXPECT_TRUE(row.operation != "portal" || known.contains(std::string(row.type))) << row.type;
  }
}

TEST(AuditWords, EveryCommandThatChangesSomethingHasWords) {
  for (const auto& command : admin::Commands()) {
    EXPECT_TRUE(!command.changes_settings || !WordsOf("settings", command.name).empty())
        << command.name;
  }
  for (const auto& row : portal::AuditWordsTable()) {
    if (row.operation != "settings") continue;
    const auto* command = admin::FindCommand(row.type);
    EXPECT_TRUE(command != nullptr && command->changes_settings) << row.type;
  }
}

// What the sources of `folder` write between `begin` and the end of that statement, in quotes.
std::set<std::string> QuotedIn(const std::string& folder, const std::string& begin) {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(PONS_SOURCE_DIR + folder)) {
    const auto name = file.path().filename().string();
    if (!name.ends_with(".cc") || name.ends_with("_test.cc")) continue;
    std::ifstream in(file.path());
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
      const std::string statement = text.substr(at, text.find(';', at) - at);
      static const std::regex kWord(R"re("([a-z]+(?:-[a-z]+)*)")re");
      for (auto it = std::sregex_iterator(statement.begin(), statement.end(), kWord);
           it != std::sregex_iterator(); ++it) {
        found.insert((*it)[1].str());
      }
    }
  }
  return found;
}

TEST(AuditWords, WhatAccountsAndAppsDoHasWords) {
  auto acts = QuotedIn("/src/accounts", "Audit(");
  acts.merge(QuotedIn("/src/accounts", "return Prove("));
  EXPECT_GT(acts.size(), 20u);
  for (const auto& act : acts) EXPECT_FALSE(WordsOf("account", act).empty()) << act;
  auto operations = QuotedIn("/src/api", "operation = ");
  EXPECT_GT(operations.size(), 8u);
  operations.merge(std::set<std::string>{"create", "update", "patch", "match", "timeline-report"});
  for (const auto& one : operations) EXPECT_FALSE(WordsOf(one, "").empty()) << one;
}

TEST(AuditWords, WordsAreWordsOnce) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& row : portal::AuditWordsTable()) {
    EXPECT_TRUE(seen.emplace(row.operation, row.type).second) << row.type;
    EXPECT_TRUE(row.words[0] >= 'A' && row.words[0] <= 'Z') << row.words;
    EXPECT_EQ(row.words.find_first_of("{}/_"), std::string_view::npos) << row.words;
    EXPECT_NE(row.words.back(), '.') << row.words;
  }
}

TEST(AuditWords, SentencesSayHowItEnded) {
  const auto text = [](std::string_view json, std::string_view object = "") {
    return portal::AuditText(json::Parse(json).value(), object);
  };
  EXPECT_EQ(text(R"({"operation":"portal","type":"GET /patients/{patient}","status":200})"),
            "Looked at a patient");
  EXPECT_EQ(text(R"({"operation":"portal-refused","type":"GET /patients/{patient}","status":403})"),
            "Not allowed: looked at a patient");
  EXPECT_EQ(text(R"({"operation":"portal","type":"POST /operator/backup","status":503})"),
            "Failed: started a backup");
  EXPECT_EQ(text(R"({"operation":"search","type":"Patient","status":200,"count":12})"),
            "Looked for patients: 12 shown");
  EXPECT_EQ(text(R"({"operation":"settings","type":"app disable","status":200})", "Viewer"),
            "Shut an app out: Viewer");
  EXPECT_EQ(text(R"({"operation":"account","type":"sign-in-refused","status":200})"),
            "Could not sign in: wrong e-mail or password");
  EXPECT_EQ(text(R"({"operation":"something","type":"New thing","status":200})"), "New thing");
}

TEST(NoticeWords, EveryKindHasATitleAndASwitch) {
  std::set<std::string_view> names;
  for (const auto& kind : portal::kNoticeKinds) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_FALSE(kind.title.empty()) << kind.name;
    EXPECT_FALSE(kind.words.empty()) << kind.name;
    EXPECT_EQ(portal::NoticeTitle(kind.name), kind.title);
  }
  EXPECT_EQ(portal::NoticeTitle("none"), "");
}

TEST(OpenApi, WhatDevelopersSendAndGetIsNamed) {
  const auto document = json::Parse(portal::OpenApiDocument("https://pons.example")).value();
  const auto* schemas = document.Find("components")->Find("schemas");
  // Every reference leads somewhere.
  const auto text = json::Write(document);
  const std::regex reference(R"re(#/components/schemas/([A-Za-z]+))re");
  std::size_t found = 0;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), reference);
       it != std::sregex_iterator(); ++it, ++found) {
    EXPECT_NE(schemas->Find((*it)[1].str()), nullptr) << (*it)[1].str();
  }
  EXPECT_GT(found, 50u);
  for (const auto& route : portal::DeveloperRoutes()) {
    const auto line = std::string(route.method) + " " + std::string(route.pattern);
    const bool ends = route.method == "DELETE" && route.pattern != "/apps/{app}";
    EXPECT_EQ(route.response.empty(), ends) << line;
    const bool takes = route.method == "PUT" || route.method == "PATCH";
    EXPECT_TRUE(!takes || !route.request.empty()) << line;
  }
}

class PortalPeople : public PortalFixture {
 protected:
  void SetUp() override {
    PortalFixture::SetUp();
    Begin();
  }
  void Begin() {
    Start(true);
    north_ = MakePractice("north");
    south_ = MakePractice("south");
    AddUser("admin", north_.organization, accounts::Role::kAdmin);
    AddUser("staff", north_.organization, accounts::Role::kStaff);
    const auto developer = AddUser("dev", "", accounts::Role::kLimited, false, true);
    AddUser("op", "", accounts::Role::kLimited, true);
    ASSERT_TRUE(pons_->accounts().SetAppOwner({}, AppId(north_.app), developer));
    admin_ = SignIn("admin");
    staff_ = SignIn("staff");
    dev_ = SignIn("dev");
    op_ = SignIn("op");
  }
  json::Array Items(const Visitor& who, const std::string& path) {
    const auto list = Ask(who, "GET", path, 200);
    const auto* items = list.Find("items");
    return items == nullptr ? json::Array() : *items->array();
  }
  bool TrailSays(const std::string& text) {
    for (const auto& item : Items(op_, "/operator/audit?limit=200")) {
      if (item.Text("text") == text) return true;
    }
    return false;
  }

  PracticeIds north_, south_;
  Visitor admin_, staff_, dev_, op_;
};

TEST_F(PortalPeople, APlainDeveloperSignsIn) {
  const auto signed_in =
      Send({}, "POST", "/portal/api/session",
           R"({"email":"dev@clinic.example","password":")" + std::string(kPassword) + R"("})");
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  const Visitor dev{CookieOf(signed_in), std::string(Parse(signed_in.body).Text("csrf"))};
  const auto session = Ask(dev, "GET", "/session", 200);
  EXPECT_EQ(*session.Find("user")->Find("developer"), json::Value(true)) << json::Write(session);
  EXPECT_TRUE(Items(dev, "/organizations").empty());
  EXPECT_EQ(Items(dev, "/apps").size(), 1u);
  Ask(dev, "GET", "/organizations/" + north_.organization, 404);
  Ask(dev, "GET", "/operator/users", 403);
}

TEST_F(PortalPeople, AKeyOfAConnectionIsShownOnceAndOpensOneThing) {
  const std::string keys = "/connections/" + north_.connection + "/keys";
  EXPECT_TRUE(Items(admin_, keys).empty());
  Ask(admin_, "POST", keys, 422, R"({"kind":"agent","name":" "})");
  Ask(admin_, "POST", keys, 422, R"({"kind":"robot","name":"Front desk"})");
  const auto made = Ask(admin_, "POST", keys, 201, R"({"kind":"agent","name":"Front desk"})");
  const std::string key(made.Text("key"));
  EXPECT_TRUE(key.starts_with("pons_agent_")) << key;
  const auto extension = Ask(admin_, "POST", keys, 201, R"({"kind":"extension","name":"Edge"})");
  const net::Headers as_agent = {{"Authorization", "Bearer " + key}};
  const auto told = Send({}, "GET", "/api/agent", "", as_agent);
  EXPECT_EQ(Parse(told.body).Text("organization"), "north clinic") << told.body;
  EXPECT_EQ(Send({}, "POST", "/api/nudge", "",
                 {{"Authorization", "Bearer " + std::string(extension.Text("key"))}})
                .status,
            202);
  const auto listed = Items(admin_, keys);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[1].Text("name"), "Front desk");
  EXPECT_EQ(listed[1].Text("made_by"), "admin");
  EXPECT_FALSE(listed[1].Text("last_used_at").empty());
  EXPECT_EQ(json::Write(json::Value(listed)).find(key), std::string::npos) << "shown once";
  const std::string one = keys + "/" + std::to_string(*made.Integer("n"));
  Ask(staff_, "DELETE", one, 403);
  Ask(admin_, "DELETE",
      "/connections/" + south_.connection + "/keys/" + std::to_string(*made.Integer("n")), 404);
  Ask(admin_, "DELETE", one, 204);
  Ask(admin_, "DELETE", one, 404);
  EXPECT_EQ(Send({}, "GET", "/api/agent", "", as_agent).status, 401);
  EXPECT_TRUE(TrailSays("Made a key for a connection: north"));
  EXPECT_TRUE(TrailSays("Ended a key of a connection: north"));
}

TEST_F(PortalPeople, AnOrganizationIsRenamedAndTheTrailSaysSo) {
  const std::string path = "/organizations/" + north_.organization;
  Ask(staff_, "PATCH", path, 403, R"({"name":"Mine"})");
  Ask(admin_, "PATCH", path, 422, R"({"name":"  "})");
  Ask(admin_, "PATCH", path, 422, R"({"name":")" + std::string(101, 'x') + R"("})");
  EXPECT_EQ(Ask(admin_, "PATCH", path, 200, R"({"name":" Harbour Skin "})").Text("name"),
            "Harbour Skin");
  EXPECT_EQ(Ask(admin_, "GET", path, 200).Text("name"), "Harbour Skin");
  EXPECT_TRUE(TrailSays("Renamed the organization"));
}

TEST_F(PortalPeople, GrantsMapToTheLocationsThatAnAppLists) {
  const std::string list = "/apps/" + north_.app + "/locations";
  const std::string grant = "/grants/" + north_.grant;
  EXPECT_EQ(Ask(admin_, "PATCH", grant, 200, R"({"all_locations_to":"anywhere"})")
                .Text("all_locations_to_name"),
            "anywhere")
      << "an app without a list takes any words";
  Ask(admin_, "GET", list, 404);
  Ask(dev_, "PUT", list, 422, "{}");
  Ask(dev_, "PUT", list, 422, R"({"items":[{"id":"n"}]})");
  Ask(dev_, "PUT", list, 200, R"({"items":[{"id":"n","name":"North rooms"}]})");
  EXPECT_EQ(Items(dev_, list).size(), 1u);
  const auto offered = Items(admin_, "/organizations/" + north_.organization + "/apps?q=north");
  ASSERT_EQ(offered.size(), 1u);
  EXPECT_EQ(offered[0].Find("locations")->array()->front().Text("name"), "North rooms");
  const auto refused = Ask(admin_, "PATCH", grant, 422, R"({"all_locations_to":"anywhere"})");
  EXPECT_THAT(std::string(refused.Text("detail")), HasSubstr("no location \"anywhere\""));
  const auto changed = Ask(admin_, "PATCH", grant, 200, R"({"all_locations_to":"n"})");
  EXPECT_EQ(changed.Text("all_locations_to_name"), "North rooms");
}

TEST_F(PortalPeople, APreviewOfNothingReadSaysWhatWillHappen) {
  const std::string preview = "/organizations/" + north_.organization + "/grants/preview";
  const std::string rules = R"({"connection":")" + north_.connection +
                            R"(","all_locations_to":"n","practitioners":{"kind":"these",)"
                            R"("ids":["7"]}})";
  const auto before = Ask(admin_, "POST", preview, 200, rules);
  EXPECT_EQ(*before.Find("known"), json::Value(false));
  const std::string said(before.Text("text"));
  EXPECT_THAT(said, HasSubstr("No visit has been read"));
  EXPECT_THAT(said, HasSubstr("all locations, new ones included"));
  EXPECT_THAT(said, HasSubstr("with 1 of 1 practitioners"));
  Write([&](store::Transaction& tx) {
    store::StreamState state;
    state.cursor = "somewhere";
    tx.SaveStream(connections_["north"], model::Stream::kEncounters, state);
  });
  const auto after = Ask(admin_, "POST", preview, 200, rules);
  EXPECT_EQ(*after.Find("known"), json::Value(true));
  EXPECT_EQ(after.Text("text"), "Of last week's 0 visits, 0 would have been shared.");
}

TEST_F(PortalPeople, OnlyATrustedProxyIsBelievedAboutWhoAsks) {
  const auto address = [&] {
    Send({}, "POST", "/portal/api/session", R"({"email":"x@y.example","password":"wrong"})",
         {{"X-Forwarded-For", "203.0.113.66, 198.51.100.9"}});
    for (const auto& item : Items(op_, "/operator/audit?limit=200")) {
      if (item.Text("text").starts_with("Could not sign in")) {
        return std::string(item.Text("address"));
      }
    }
    return std::string("nowhere");
  };
  EXPECT_EQ(address(), "127.0.0.1") << "anybody can write a header";
  trusted_proxies_ = {"127.0.0.0/8"};
  Start(true);
  op_ = SignIn("op");
  EXPECT_EQ(address(), "198.51.100.9") << "what the proxy saw, not what the client wrote";
}

}  // namespace
}  // namespace pons::server
