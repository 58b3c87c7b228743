// SPDX-License-Identifier: Apache-2.0
// A practice at the portal, over real HTTP: its system connected and tried, filters saved and
// obeyed, troubles told and mended. The practice's system is the reference vendor's, in memory.
#include <algorithm>

#include "portal/practice.h"
#include "server/portal_fixture.h"
#include "vendors/memory/connector/memory.h"

namespace pons::server {
namespace {

using memory::Table;

class PortalPractice : public PortalFixture {
 protected:
  void SetUp() override {
    crypto::InitCrypto();
    std::string folder = (std::filesystem::temp_directory_path() / "pons-portal-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    memory::PracticeOptions options;
    options.password = "demo";
    practice_ = std::make_shared<memory::MemoryPractice>(options, SystemClock());
    site_ = practice_->Add(Table::kSites, {{"name", "Memory Lane"}, {"suburb", "Leura"}});
    doctor_ = AddDoctor("Example");
    other_doctor_ = AddDoctor("Other");
    reason_ = practice_->Add(Table::kReasons, {{"label", "Skin check"}, {"minutes", 30}});
    world_.Add("demo", practice_);
    registry_.Add(connector_);
    Start(false);
    org_ = "org-leura";
    Write([&](store::Transaction& tx) {
      tx.Insert(store::Organization{OrganizationId(org_), "Leura Skin", {}});
      tx.Insert(store::Organization{OrganizationId("org-other"), "Other", {}});
      store::App app;
      app.id = AppId("app-viewer");
      app.name = "Skin Viewer";
      app.secret_hash = "none";
      tx.Insert(app);
    });
    AddUser("admin", org_, accounts::Role::kAdmin);
    admin_ = Enrol(SignIn("admin"));
    AddUser("staff", org_, accounts::Role::kStaff);
    staff_ = SignIn("staff");
    AddUser("limited", org_, accounts::Role::kLimited);
    limited_ = SignIn("limited");
  }

  std::string AddDoctor(const std::string& family) {
    const auto doctor =
        practice_->Add(Table::kStaff, {{"title", "Dr"}, {"first", "Ada"}, {"last", family}});
    practice_->Add(Table::kPosts, {{"staff", doctor}, {"site", site_}});
    return doctor;
  }
  std::string AddPerson(const std::string& first, const std::string& last) {
    const auto patient = practice_->Add(Table::kPatients,
                                        {{"first", first}, {"last", last}, {"born", "1980-02-29"}});
    return patient;
  }
  void Book(const std::string& patient, const std::string& doctor) {
    practice_->Add(Table::kDiary, {{"patient", patient},
                                   {"staff", doctor},
                                   {"site", site_},
                                   {"reason", reason_},
                                   {"state", "booked"},
                                   {"starts", practice_->LocalNow()}});
  }

  std::string Settings(const std::string& password, const std::string& more = "") const {
    return R"({"vendor":"memory","name":"Our system","time_zone":"Australia/Sydney",)" + more +
           R"("settings":{"practice":"demo"},"secrets":{"password":")" + password + R"("}})";
  }
  std::string OfOrg(const std::string& path) const {
    return "/portal/api/organizations/" + org_ + path;
  }
  std::string OfConnection(const std::string& path = "") const {
    return "/portal/api/connections/" + connection_ + path;
  }
  json::Value Get(const Visitor& visitor, const std::string& target) {
    const auto response = Send(visitor, "GET", target);
    EXPECT_EQ(response.status, 200) << target << " " << response.body;
    return Parse(response.body);
  }
  static json::Array Items(const json::Value& list) {
    const auto* items = list.Find("items");
    return items == nullptr || items->array() == nullptr ? json::Array() : *items->array();
  }

  void Connect() {
    const auto made = Send(admin_, "POST", OfOrg("/connections"), Settings("demo"));
    ASSERT_EQ(made.status, 201) << made.body;
    connection_ = Parse(made.body).Text("id");
    ASSERT_TRUE(Soon([&] { return Get(admin_, OfConnection()).Text("state") == "active"; }))
        << json::Write(Get(admin_, OfConnection()));
  }
  std::string Rules(const std::string& practitioners, const std::string& more = "") const {
    return R"({"app":"app-viewer","connection":")" + connection_ + R"(","mode":"on_visit",)" +
           more + R"("locations":[{"id":")" + site_ +
           R"(","app_location":"north"}],"practitioners":)" + practitioners +
           R"(,"services":{"kind":"all"}})";
  }
  std::string These(const std::string& id) const {
    return R"({"kind":"these","ids":[")" + id + R"("]})";
  }
  void Share(const std::string& practitioners) {
    const auto made = Send(admin_, "POST", OfOrg("/grants"), Rules(practitioners));
    ASSERT_EQ(made.status, 201) << made.body;
    grant_ = Parse(made.body).Text("id");
  }
  // Waits until visits are watched, so that the next one is news.
  void WaitUntilWatched() {
    ASSERT_TRUE(Soon([&] {
      const auto reader = pons_->store().OpenReader().value();
      const auto connections = reader->Connections().value();
      const auto state = reader->Stream(connections.back().key, model::Stream::kEncounters).value();
      return !state.cursor.empty();
    }));
  }
  // Kinds of notices that are open, as the admin's page shows them.
  std::vector<std::string> OpenNotices() {
    const auto looked = portal::WatchOnce(*pons_->portal());
    EXPECT_TRUE(looked) << looked.error().summary;
    std::vector<std::string> kinds;
    for (const auto& item : Items(Get(admin_, "/portal/api/notifications"))) {
      if (item.Find("ended_at") == nullptr) kinds.emplace_back(item.Text("kind"));
    }
    return kinds;
  }

  memory::MemoryWorld world_;
  memory::MemoryConnector connector_{world_};
  std::shared_ptr<memory::MemoryPractice> practice_;
  std::string site_, doctor_, other_doctor_, reason_;
  std::string org_, connection_, grant_;
  Visitor admin_, staff_, limited_;
};

TEST_F(PortalPractice, VendorsTellWhatIsNeededAndWhere) {
  EXPECT_TRUE(Items(Get(limited_, "/portal/api/vendors")).empty()) << "a made-up one is for trying";
  Start(true);
  const auto vendors = Get(limited_, "/portal/api/vendors");
  ASSERT_EQ(Items(vendors).size(), 1u);
  const auto memory = Items(vendors)[0];
  EXPECT_FALSE(memory.Find("guide")->Find("before")->array()->empty());
  EXPECT_FALSE(memory.Find("guide")->Find("steps")->array()->empty());
  bool asks_password = false;
  for (const auto& setting : *memory.Find("settings")->array()) {
    EXPECT_FALSE(setting.Text("label").empty()) << setting.Text("key");
    asks_password = asks_password || *setting.Find("secret")->boolean();
  }
  EXPECT_TRUE(asks_password);
}

TEST_F(PortalPractice, SettingsAreTriedBeforeTheyAreSaved) {
  const auto wrong = Send(admin_, "POST", OfOrg("/connections/test"), Settings("wrong"));
  ASSERT_EQ(wrong.status, 200) << wrong.body;
  EXPECT_FALSE(*Parse(wrong.body).Find("ok")->boolean());
  EXPECT_EQ(Parse(wrong.body).Text("fault"), "unauthenticated");
  EXPECT_NE(Parse(wrong.body).Text("detail").find("not your own"), std::string::npos);
  EXPECT_EQ(wrong.body.find("wrong"), std::string::npos);
  const auto refused = Send(admin_, "POST", OfOrg("/connections"), Settings("wrong"));
  EXPECT_EQ(refused.status, 422) << refused.body;
  const auto right = Parse(Send(admin_, "POST", OfOrg("/connections/test"), Settings("demo")).body);
  EXPECT_TRUE(*right.Find("ok")->boolean());
  EXPECT_EQ(right.Text("practice_name"), "Memory Lane Practice");
  EXPECT_TRUE(Items(Get(admin_, OfOrg("/connections"))).empty()) << "a test must not save";
  practice_->Forbid(Table::kPatients, true);
  const auto lacking =
      Parse(Send(admin_, "POST", OfOrg("/connections/test"), Settings("demo")).body);
  EXPECT_FALSE(lacking.Find("missing_rights")->array()->empty());
}

TEST_F(PortalPractice, AConnectionIsSetUpLookedAtPausedAndTakenAway) {
  Connect();
  const auto connection = Get(admin_, OfConnection());
  EXPECT_EQ(connection.Find("settings")->Text("practice"), "demo");
  ASSERT_EQ(connection.Find("secret_keys")->array()->size(), 1u);
  EXPECT_EQ(json::Write(connection).find("\"demo\",\"password\""), std::string::npos);
  const auto for_limited = Get(limited_, OfConnection());
  EXPECT_TRUE(for_limited.Find("settings")->object()->empty());
  EXPECT_EQ(for_limited.Find("counts")->Find("patients"), nullptr);
  EXPECT_EQ(for_limited.Find("counts")->Integer("practitioners"), 2);
  const auto directory = Get(limited_, OfConnection("/directory"));
  EXPECT_EQ(directory.Find("practitioners")->array()->size(), 2u);
  EXPECT_EQ(directory.Find("services")->array()->front().Integer("minutes"), 30);
  EXPECT_EQ(directory.Find("locations")->array()->front().Text("name"), "Memory Lane");
  EXPECT_EQ(directory.Find("locations")->array()->front().Text("id"), site_);

  EXPECT_EQ(Send(admin_, "PATCH", OfConnection(), R"({"paused":true})").status, 204);
  EXPECT_EQ(Get(staff_, OfConnection()).Text("state"), "paused");
  EXPECT_EQ(Send(admin_, "PATCH", OfConnection(), R"({"paused":false,"name":"New"})").status, 204);
  EXPECT_EQ(Get(staff_, OfConnection()).Text("name"), "New");
  EXPECT_EQ(Send(staff_, "PATCH", OfConnection(), R"({"paused":true})").status, 403);

  Share(R"({"kind":"all"})");
  const auto dry = Send(admin_, "DELETE", OfConnection("?dry_run=true"));
  EXPECT_EQ(dry.status, 200);
  EXPECT_NE(dry.body.find("Skin Viewer"), std::string::npos) << dry.body;
  EXPECT_EQ(Get(admin_, OfConnection()).Text("name"), "New") << "a dry run must not remove";
  EXPECT_EQ(Send(admin_, "DELETE", OfConnection()).status, 204);
  EXPECT_EQ(Send(admin_, "GET", OfConnection()).status, 404);
  EXPECT_TRUE(Items(Get(admin_, OfOrg("/grants"))).empty());
}

TEST_F(PortalPractice, FiltersAreCheckedSavedAndObeyed) {
  Connect();
  const auto post = [&](const std::string& body) {
    return Send(admin_, "POST", OfOrg("/grants"), body);
  };
  const auto none = post(Rules(R"({"kind":"these","ids":[]})"));
  EXPECT_EQ(none.status, 422);
  EXPECT_NE(none.body.find("at least one practitioner"), std::string::npos) << none.body;
  const auto nowhere = post(R"({"app":"app-viewer","connection":")" + connection_ +
                            R"(","locations":[],"practitioners":{"kind":"all"}})");
  EXPECT_EQ(nowhere.status, 422) << nowhere.body;
  const auto foreign = Send(admin_, "POST", OfOrg("/grants"),
                            R"({"app":"app-viewer","connection":"connection-x","locations":[]})");
  EXPECT_EQ(foreign.status, 404);
  Share(These(doctor_));
  EXPECT_EQ(post(Rules(R"({"kind":"all"})")).status, 409) << "one grant for one app";
  WaitUntilWatched();
  const auto mine = AddPerson("Wattle", "Sample");
  const auto theirs = AddPerson("Banksia", "Sample");
  Book(mine, doctor_);
  Book(theirs, other_doctor_);
  practice_->StartVisit(mine, doctor_, site_);
  practice_->StartVisit(theirs, other_doctor_, site_);
  pons_->engine().Nudge(1);
  ASSERT_TRUE(
      Soon([&] { return Items(Get(staff_, OfConnection("/activity?limit=50"))).size() >= 3; }));

  const auto patients = Get(staff_, OfOrg("/patients?q=samp"));
  ASSERT_EQ(Items(patients).size(), 1u) << json::Write(patients);
  EXPECT_EQ(patients.Integer("total"), 1);
  EXPECT_EQ(Items(patients)[0].Text("name"), "Wattle Sample");
  EXPECT_TRUE(Items(Get(staff_, OfOrg("/patients?q=banksia"))).empty());
  EXPECT_EQ(Items(Get(staff_, OfOrg("/patients?q=29/2/1980"))).size(), 1u);
  EXPECT_TRUE(Items(Get(staff_, OfOrg("/patients?q=1980-03-01"))).empty());
  EXPECT_TRUE(Items(Get(staff_, OfOrg("/patients?q=%25"))).empty()) << "% is no wildcard";
  const std::string id(Items(patients)[0].Text("id"));
  const auto patient = Get(staff_, "/portal/api/patients/" + id);
  EXPECT_EQ(patient.Text("birth_date"), "1980-02-29");
  ASSERT_EQ(patient.Find("visible_to")->array()->size(), 1u);
  EXPECT_EQ(patient.Find("visible_to")->array()->front().Find("app")->Text("name"), "Skin Viewer");
  EXPECT_FALSE(patient.Find("history")->array()->empty());
  EXPECT_EQ(Send(limited_, "GET", "/portal/api/patients/" + id).status, 403);

  const auto activity = Get(staff_, OfConnection("/activity?kind=not_shared"));
  ASSERT_EQ(Items(activity).size(), 1u) << json::Write(activity);
  EXPECT_NE(Items(activity)[0].Text("reason").find("practitioner is not selected"),
            std::string::npos);
  EXPECT_NE(Items(activity)[0].Text("reason").find("Skin Viewer"), std::string::npos);
  const auto found = Get(staff_, OfConnection("/activity?q=wattle"));
  EXPECT_GE(Items(found).size(), 2u) << json::Write(found);
  for (const auto& item : Items(found)) EXPECT_EQ(item.Find("patient")->Text("id"), id);

  const auto preview = [&](const std::string& practitioners) {
    return Parse(Send(admin_, "POST", "/portal/api/grants/" + grant_ + "/preview",
                      R"({"practitioners":)" + practitioners + "}")
                     .body);
  };
  const auto some = preview(These(doctor_));
  EXPECT_EQ(some.Integer("visits"), 2);
  EXPECT_EQ(some.Integer("shared"), 1);
  EXPECT_EQ(some.Find("reasons")->array()->front().Integer("count"), 1);
  EXPECT_EQ(preview(R"({"kind":"all"})").Integer("shared"), 2);
  EXPECT_EQ(Items(Get(staff_, OfOrg("/patients"))).size(), 1u) << "a preview must not share";

  EXPECT_EQ(Send(admin_, "PATCH", "/portal/api/grants/" + grant_,
                 R"({"practitioners":{"kind":"all"},"switches":{"take_bookings":true}})")
                .status,
            200);
  const auto changed = Get(staff_, "/portal/api/grants/" + grant_);
  EXPECT_EQ(changed.Find("practitioners")->Text("kind"), "all");
  EXPECT_TRUE(*changed.Find("switches")->Find("take_bookings")->boolean());
  EXPECT_EQ(changed.Find("locations")->array()->size(), 1u) << "what is not named stays";
  EXPECT_EQ(Send(admin_, "DELETE", "/portal/api/grants/" + grant_).status, 204);
  EXPECT_TRUE(Parse(Send(staff_, "GET", "/portal/api/patients/" + id).body)
                  .Find("visible_to")
                  ->array()
                  ->empty());
}

TEST_F(PortalPractice, PagesOfActivityFollowOneAnotherWithoutGapsOrRepeats) {
  Connect();
  Share(R"({"kind":"all"})");
  WaitUntilWatched();
  for (int i = 0; i < 7; ++i) {
    const auto patient = AddPerson("Person" + std::string(1, static_cast<char>('a' + i)), "Sample");
    Book(patient, doctor_);
    practice_->StartVisit(patient, doctor_, site_);
  }
  pons_->engine().Nudge(1);
  std::size_t all = 0;
  ASSERT_TRUE(Soon([&] {
    all = Items(Get(staff_, OfConnection("/activity?limit=200"))).size();
    return all >= 14;
  })) << all;
  std::vector<std::string> whole;
  for (const auto& item : Items(Get(staff_, OfConnection("/activity?limit=200")))) {
    whole.push_back(json::Write(item));
  }
  std::vector<std::string> paged;
  std::string cursor;
  do {
    const auto page = Get(staff_, OfConnection("/activity?limit=4&cursor=" + cursor));
    for (const auto& item : Items(page)) paged.push_back(json::Write(item));
    cursor = page.Text("next");
    ASSERT_LT(paged.size(), 200u);
  } while (!cursor.empty());
  EXPECT_EQ(paged, whole);
}

TEST_F(PortalPractice, ARejectedCredentialIsToldAndOverOnceItIsMended) {
  Connect();
  EXPECT_TRUE(OpenNotices().empty());
  std::vector<portal::Mail> mails;
  pons_->portal()->send_mail = [&mails](const portal::Mail& mail) { mails.push_back(mail); };
  EXPECT_EQ(Send(admin_, "PATCH", OfConnection(), R"({"secrets":{"password":"wrong"}})").status,
            401)
      << "what does not work is not saved";
  EXPECT_EQ(
      Send(admin_, "PATCH", OfConnection(), R"({"secrets":{"password":"wrong"},"untested":true})")
          .status,
      204);
  ASSERT_TRUE(Soon([&] { return Get(staff_, OfConnection()).Text("state") == "attention"; }));
  EXPECT_NE(Get(staff_, OfConnection()).Text("cause").find("refused the user or the password"),
            std::string::npos);
  EXPECT_EQ(OpenNotices(), std::vector<std::string>{"credential_rejected"});
  EXPECT_EQ(OpenNotices(), std::vector<std::string>{"credential_rejected"}) << "told once";
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].to, "admin@clinic.example");
  EXPECT_EQ(Items(Get(admin_, "/portal/api/notifications"))[0].Text("link"),
            "/portal/o/" + org_ + "/connections/" + connection_);
  EXPECT_TRUE(Items(Get(staff_, "/portal/api/notifications")).empty()) << "admins are told";
  const auto notices = Get(admin_, "/portal/api/notifications");
  EXPECT_EQ(notices.Integer("unread"), 1);
  const std::string read =
      "/portal/api/notifications/" + std::string(Items(notices)[0].Text("id")) + "/read";
  EXPECT_EQ(Send(staff_, "POST", read).status, 404);
  EXPECT_EQ(Send(admin_, "POST", read).status, 204);
  EXPECT_EQ(Get(admin_, "/portal/api/notifications").Integer("unread"), 0);
  EXPECT_EQ(Send(admin_, "PATCH", OfConnection(), R"({"secrets":{"password":"demo"}})").status,
            204);
  ASSERT_TRUE(Soon([&] { return Get(staff_, OfConnection()).Text("state") == "active"; }));
  EXPECT_TRUE(OpenNotices().empty());
  EXPECT_EQ(mails.size(), 1u);
}

TEST_F(PortalPractice, ANewPractitionerWithoutAnAnswerIsToldUntilFiltersAreSaved) {
  Connect();
  Share(These(doctor_));
  EXPECT_TRUE(OpenNotices().empty()) << "who was there when filters were saved is no news";
  std::vector<portal::Mail> mails;
  pons_->portal()->send_mail = [&mails](const portal::Mail& mail) { mails.push_back(mail); };
  EXPECT_EQ(Send(admin_, "PATCH", "/portal/api/account/notifications",
                 R"({"email":{"new_practitioner":false}})")
                .status,
            200);
  EXPECT_EQ(
      Send(admin_, "PATCH", "/portal/api/account/notifications", R"({"email":{"x":false}})").status,
      422);
  AddDoctor("Newcomer");
  pons_->engine().Nudge(1);
  ASSERT_TRUE(Soon([&] {
    return Get(staff_, OfConnection("/directory")).Find("practitioners")->array()->size() == 3;
  }));
  EXPECT_EQ(OpenNotices(), std::vector<std::string>{"new_practitioner"});
  EXPECT_TRUE(mails.empty()) << "this admin wants no mail of it";
  EXPECT_EQ(Send(admin_, "PATCH", "/portal/api/grants/" + grant_,
                 R"({"practitioners":)" + These(doctor_) + "}")
                .status,
            200);
  EXPECT_TRUE(OpenNotices().empty()) << "saved without: that is an answer";
}

TEST_F(PortalPractice, TheAuditTrailOfAnOrganizationIsItsOwn) {
  Connect();
  Get(staff_, OfOrg("/patients?q=nobody"));
  const auto audit = Get(admin_, OfOrg("/audit?limit=200"));
  const auto text = json::Write(audit);
  EXPECT_NE(text.find("connection add"), std::string::npos) << text;
  EXPECT_NE(text.find("Looked for Patient"), std::string::npos) << text;
  EXPECT_EQ(text.find("q=nobody"), std::string::npos) << "what was searched for is not kept";
  const auto staff = Get(admin_, OfOrg("/audit?q=staff%20looked"));
  EXPECT_GE(Items(staff).size(), 1u);
  for (const auto& item : Items(staff)) EXPECT_EQ(item.Text("who"), "staff");
  std::vector<std::string> paged;
  std::string cursor;
  const auto whole = Items(audit).size();
  do {
    const auto page = Get(admin_, OfOrg("/audit?limit=2&cursor=" + cursor));
    for (const auto& item : Items(page)) paged.push_back(std::to_string(*item.Integer("seq")));
    cursor = page.Text("next");
  } while (!cursor.empty() && paged.size() < 500);
  EXPECT_GE(paged.size(), whole);
  auto sorted = paged;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end()) << "an entry comes twice";
  AddUser("elsewhere", "org-other", accounts::Role::kAdmin);
  const auto elsewhere = Enrol(SignIn("elsewhere"));
  const auto other = json::Write(Get(elsewhere, "/portal/api/organizations/org-other/audit"));
  EXPECT_EQ(other.find("connection add"), std::string::npos) << other;
}

}  // namespace
}  // namespace pons::server
