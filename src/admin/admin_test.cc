// SPDX-License-Identifier: Apache-2.0
// The commands on a real store, with a connector whose answers the test chooses.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "admin/admin_server.h"
#include "admin/command.h"
#include "base/clock_fake.h"
#include "crypto/certificate.h"
#include "crypto/crypto.h"
#include "net/http.h"

namespace pons::admin {
namespace {

// What the practice says when it is asked.
struct Answers {
  std::optional<Error> error;
  ProbeReport report;
  std::string password_seen;
};

class StubSession final : public Session {
 public:
  explicit StubSession(const Answers& answers) : answers_(answers) {}
  Result<ProbeReport> Probe(Instant) override {
    if (answers_.error) return *answers_.error;
    return answers_.report;
  }

 private:
  const Answers& answers_;
};

constexpr SettingSpec kSettings[] = {
    {"server", "where it is", true, false, ""},
    {"password", "how to get in", true, true, ""},
    {"port", "its port", false, false, "1433"},
};

class StubConnector final : public Connector {
 public:
  explicit StubConnector(Answers& answers) : answers_(answers) {
    descriptor_.id = "stub_vendor";
    descriptor_.name = "Stub";
    descriptor_.region = "AU";
    descriptor_.settings = kSettings;
  }
  const Descriptor& descriptor() const override { return descriptor_; }
  Result<void> Check(const Settings& settings) const override {
    if (settings.Text("server") == "bad") {
      return MakeError(Fault::kMisconfigured, "server: no such name");
    }
    return Ok();
  }
  Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                        const SessionContext&) const override {
    answers_.password_seen = settings.Secret("password")->Reveal();
    return std::unique_ptr<Session>(std::make_unique<StubSession>(answers_));
  }

 private:
  Answers& answers_;
  Descriptor descriptor_;
};

std::string TextOf(const json::Value& value, std::string_view key) {
  return std::string(value.Text(key));
}

json::Value Object(std::initializer_list<std::pair<std::string_view, json::Value>> members) {
  json::Value out{json::Object{}};
  for (const auto& [key, value] : members) out.Set(key, value);
  return out;
}

class AdminTest : public testing::Test {
 protected:
  AdminTest() : clock_(ParseInstant("2026-03-09T04:00:00Z").value()), random_(1), stub_(answers_) {
    crypto::InitCrypto();
    char name[] = "/tmp/pons-admin-XXXXXX";
    folder_ = mkdtemp(name);
    store::StoreOptions options;
    options.path = folder_;
    options.writer_thread = false;
    store_ = store::Store::Open(options, clock_, random_, log_).value();
    vendors_.Add(stub_);
    context_.emplace(AdminContext{*store_, vendors_, clock_, random_, log_, cancel_, folder_});
    context_->webhook_addresses = net::AddressPolicy::kAnyForDevelopment;
    context_->audit = [this](std::string_view command, std::string_view subject) -> Result<void> {
      audited_.push_back(std::string(command) + ": " + std::string(subject));
      if (audit_fails_) return MakeError(Fault::kUnavailable, "the disk is full");
      return Ok();
    };
  }
  ~AdminTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Result<json::Value> Run(std::string_view command, const json::Value& arguments = {}) {
    return RunAdminCommand(*context_, command, arguments);
  }
  json::Value Must(std::string_view command, const json::Value& arguments = {}) {
    auto answer = Run(command, arguments);
    EXPECT_TRUE(answer) << command << ": " << (answer ? "" : answer.error().summary);
    if (!answer) return {};
    EXPECT_FALSE(answer->Text("message").empty()) << command;
    return std::move(answer).value();
  }
  Error MustFail(std::string_view command, const json::Value& arguments = {}) {
    auto answer = Run(command, arguments);
    EXPECT_FALSE(answer) << command;
    return answer ? Error{} : answer.error();
  }
  const json::Array& Items(const json::Value& answer) {
    static const json::Array kNone;
    const auto* items = answer.Find("items");
    return items != nullptr && items->array() != nullptr ? *items->array() : kNone;
  }

  json::Value ConnectionArguments() {
    return Object({{"org", "Harbour"},
                   {"vendor", "stub_vendor"},
                   {"time_zone", "Australia/Sydney"},
                   {"set", Object({{"server", "db"}})},
                   {"secret", Object({{"password", "p4ss"}})}});
  }
  // An organization, a connection, an app and a grant, as a first user makes them.
  void SetUpPractice() {
    Must("org add", Object({{"name", "Harbour"}}));
    connection_ = TextOf(Must("connection add", ConnectionArguments()), "id");
    app_ = TextOf(Must("app add", Object({{"name", "Skin Viewer"}})), "id");
    grant_ = TextOf(Must("grant add", Object({{"app", app_},
                                              {"connection", connection_},
                                              {"location", Object({{"1", "north"}})}})),
                    "id");
  }

  FakeClock clock_;
  SeededRandom random_;
  MemoryLogger log_;
  CancelToken cancel_;
  Answers answers_;
  StubConnector stub_;
  Registry vendors_;
  std::string folder_;
  std::unique_ptr<store::Store> store_;
  std::optional<AdminContext> context_;
  std::vector<std::string> audited_;
  bool audit_fails_ = false;
  std::string connection_, app_, grant_;
};

TEST_F(AdminTest, EveryCommandHasSummaryAndExampleThatBeginsWithItsName) {
  for (const auto& command : Commands()) {
    EXPECT_TRUE(command.summary.ends_with('.')) << command.name;
    EXPECT_TRUE(command.example.starts_with("pons " + std::string(command.name))) << command.name;
    EXPECT_EQ(FindCommand(command.name), &command) << "two commands of one name";
    for (const auto& argument : command.arguments) {
      EXPECT_FALSE(argument.help.empty()) << command.name << " " << argument.name;
    }
  }
}

TEST_F(AdminTest, AWrongWordSuggestsTheRightOne) {
  EXPECT_NE(MustFail("conection add").summary.find("did you mean connection add?"),
            std::string::npos);
  EXPECT_EQ(MustFail("conection add").fault, Fault::kNotFound);
  EXPECT_EQ(MustFail("florbnicate").summary.find("did you mean"), std::string::npos);
  const auto error = MustFail("org add", Object({{"nmae", "x"}}));
  EXPECT_EQ(error.fault, Fault::kMisconfigured);
  EXPECT_NE(error.summary.find("did you mean name?"), std::string::npos) << error.summary;
}

TEST_F(AdminTest, ArgumentsAreChecked) {
  EXPECT_NE(MustFail("org add").summary.find("name is missing"), std::string::npos);
  EXPECT_NE(MustFail("org add", Object({{"name", "  "}})).summary.find("empty"), std::string::npos);
  EXPECT_NE(MustFail("org add", Object({{"name", 3}})).summary.find("must be text"),
            std::string::npos);
  EXPECT_EQ(MustFail("org add", json::Value("x")).fault, Fault::kMisconfigured);
  SetUpPractice();
  const auto error = MustFail("grant add", Object({{"app", app_},
                                                   {"connection", connection_},
                                                   {"mode", "sometimes"},
                                                   {"location", Object({{"1", "north"}})}}));
  EXPECT_NE(error.summary.find("mode is one of: on_visit all"), std::string::npos);
}

TEST_F(AdminTest, APracticeIsSetUpInFourCommands) {
  SetUpPractice();
  EXPECT_EQ(Items(Must("org list")).size(), 1u);
  EXPECT_EQ(Items(Must("org list"))[0].Integer("connections"), 1);
  const auto connections = Must("connection list");
  ASSERT_EQ(Items(connections).size(), 1u);
  EXPECT_EQ(Items(connections)[0].Text("state"), "new");
  EXPECT_EQ(Items(connections)[0].Text("organization"), "Harbour");
  const auto grant = Must("grant show", Object({{"grant", grant_}}));
  EXPECT_EQ(grant.Text("mode"), "on_visit");
  EXPECT_EQ(grant.Find("locations")->Text("1"), "north");
  EXPECT_EQ(grant.Text("practitioners"), "all, new ones included");
  EXPECT_TRUE(*grant.Find("switches")->Find("patients_in")->boolean());
  EXPECT_FALSE(*grant.Find("switches")->Find("read_clinical_data")->boolean());
  EXPECT_NE(grant.Text("message").find("sees a patient once a visit starts at 1 location"),
            std::string::npos);
  EXPECT_EQ(audited_, (std::vector<std::string>{"org add: Harbour", "connection add: Harbour",
                                                "app add: Skin Viewer", "grant add: " + app_}));
}

TEST_F(AdminTest, WhatCannotBeRecordedIsNotDone) {
  audit_fails_ = true;
  EXPECT_EQ(MustFail("org add", Object({{"name", "Harbour"}})).fault, Fault::kUnavailable);
  EXPECT_TRUE(Items(Must("org list")).empty());
}

TEST_F(AdminTest, SecretsAreShownOnceAndKeptAsHash) {
  const auto made = Must("app add", Object({{"name", "Skin Viewer"}}));
  const auto secret = TextOf(made, "client_secret");
  EXPECT_GE(secret.size(), 40u);
  EXPECT_EQ(json::Write(Must("app list")).find(secret), std::string::npos);
  const auto stored = store_->OpenReader().value()->Apps().value().at(0);
  EXPECT_TRUE(crypto::VerifyPassword(stored.secret_hash, Sensitive<std::string>(secret)));
  const auto rotated = Must("app rotate-secret", Object({{"app", "skin viewer"}}));
  const auto now = store_->OpenReader().value()->Apps().value().at(0);
  EXPECT_FALSE(crypto::VerifyPassword(now.secret_hash, Sensitive<std::string>(secret)));
  EXPECT_TRUE(crypto::VerifyPassword(now.secret_hash,
                                     Sensitive<std::string>(TextOf(rotated, "client_secret"))));
}

TEST_F(AdminTest, AppsWithKeysHaveNoSecret) {
  const auto made = Must(
      "app add", Object({{"name", "Keys"}, {"jwks", R"({"keys":[{"kty":"EC","crv":"P-384"}]})"}}));
  EXPECT_EQ(made.Find("client_secret"), nullptr);
  for (const char* jwks : {"x", "{}", R"({"keys":[]})", R"({"keys":[{"kty":"oct"}]})"}) {
    EXPECT_EQ(MustFail("app add", Object({{"name", "K"}, {"jwks", jwks}})).fault,
              Fault::kMisconfigured);
  }
  EXPECT_NE(
      MustFail("app add", Object({{"name", "K"}, {"jwks", R"({"keys":[{"kty":"RSA","d":"x"}]})"}}))
          .summary.find("private key"),
      std::string::npos);
}

TEST_F(AdminTest, AConnectionIsTriedBeforeItIsAdded) {
  Must("org add", Object({{"name", "Harbour"}}));
  answers_.error = MakeError(Fault::kUnauthenticated, "password refused");
  const auto error = MustFail("connection add", ConnectionArguments());
  EXPECT_EQ(error.fault, Fault::kUnauthenticated);
  EXPECT_TRUE(Items(Must("connection list")).empty());
  auto arguments = ConnectionArguments();
  arguments.Set("no_probe", true);
  Must("connection add", arguments);
  EXPECT_EQ(Items(Must("connection list")).size(), 1u);
}

TEST_F(AdminTest, SettingsAreJudgedByTheirVendor) {
  Must("org add", Object({{"name", "Harbour"}}));
  auto arguments = ConnectionArguments();
  arguments.Set("set", Object({{"server", "bad"}}));
  EXPECT_NE(MustFail("connection add", arguments).summary.find("no such name"), std::string::npos);
  arguments.Set("set", Object({{"server", "db"}, {"colour", "red"}}));
  EXPECT_NE(MustFail("connection add", arguments).summary.find("colour"), std::string::npos);
  arguments.Set("set", Object({{"server", "db"}, {"password", "p4ss"}}));
  EXPECT_NE(MustFail("connection add", arguments).summary.find("is a secret"), std::string::npos);
  arguments = ConnectionArguments();
  arguments.Set("vendor", "stub_vender");
  EXPECT_NE(MustFail("connection add", arguments).summary.find("did you mean stub_vendor?"),
            std::string::npos);
  arguments = ConnectionArguments();
  arguments.Set("time_zone", "Sydney");
  EXPECT_NE(MustFail("connection add", arguments).summary.find("IANA"), std::string::npos);
  arguments = ConnectionArguments();
  arguments.Set("org", "Nobody");
  EXPECT_EQ(MustFail("connection add", arguments).fault, Fault::kNotFound);
}

TEST_F(AdminTest, PasswordsReachTheConnectorAndNoAnswer) {
  SetUpPractice();
  Must("connection probe", Object({{"connection", "Stub"}}));
  EXPECT_EQ(answers_.password_seen, "p4ss");
  for (const char* command : {"connection list", "status", "doctor"}) {
    EXPECT_EQ(json::Write(Must(command)).find("p4ss"), std::string::npos) << command;
  }
  EXPECT_EQ(log_.text().find("p4ss"), std::string::npos);
}

TEST_F(AdminTest, ProbeTellsOfTheClock) {
  SetUpPractice();
  answers_.report.practice_name = "Harbour Skin Clinic";
  answers_.report.clock_ahead = milliseconds(60000);
  auto answer = Must("connection probe", Object({{"connection", connection_}}));
  EXPECT_EQ(answer.Text("practice_name"), "Harbour Skin Clinic");
  EXPECT_EQ(answer.Find("warning"), nullptr) << "60 s is within what the vendor allows";
  for (const int seconds_off : {61, -61}) {
    answers_.report.clock_ahead = milliseconds(seconds_off * 1000);
    answer = Must("connection probe", Object({{"connection", connection_}}));
    EXPECT_NE(answer.Text("warning").find("61 s "), std::string_view::npos);
    const auto doctor = Must("doctor");
    EXPECT_NE(json::Write(doctor).find("w32tm /resync"), std::string::npos);
    EXPECT_TRUE(*doctor.Find("ok")->boolean()) << "a warning, not a failure";
  }
}

TEST_F(AdminTest, PauseAndResume) {
  SetUpPractice();
  Must("connection pause", Object({{"connection", connection_}}));
  EXPECT_EQ(Items(Must("connection list"))[0].Text("state"), "paused");
  EXPECT_TRUE(store_->OpenReader().value()->Connections().value().at(0).paused);
  Must("connection resume", Object({{"connection", connection_}}));
  EXPECT_FALSE(store_->OpenReader().value()->Connections().value().at(0).paused);
}

TEST_F(AdminTest, RemovingAConnectionSaysWhatStopsAndForgetsItsPassword) {
  SetUpPractice();
  const auto warned = MustFail("connection remove", Object({{"connection", connection_}}));
  EXPECT_EQ(warned.fault, Fault::kRejected);
  EXPECT_NE(warned.summary.find("revokes 1 grant"), std::string::npos) << warned.summary;
  const auto done = Must("connection remove", Object({{"connection", connection_}, {"yes", true}}));
  EXPECT_EQ(*done.Find("apps_that_lost_access")->array()->at(0).string(), "Skin Viewer");
  EXPECT_TRUE(Items(Must("connection list")).empty());
  EXPECT_EQ(Must("grant show", Object({{"grant", grant_}})).Text("state"), "revoked");
  const auto stored = store_->OpenReader().value()->Connections().value().at(0);
  EXPECT_TRUE(stored.paused);
  EXPECT_EQ(stored.secrets_json.Reveal(), "{}");
  EXPECT_EQ(MustFail("connection probe", Object({{"connection", connection_}})).fault,
            Fault::kNotFound);
}

TEST_F(AdminTest, AGrantNeedsALocationAndIsUnique) {
  SetUpPractice();
  const auto base = Object({{"app", app_}, {"connection", connection_}});
  EXPECT_EQ(MustFail("grant add", Object({{"app", app_},
                                          {"connection", connection_},
                                          {"location", Object({{"2", "south"}})}}))
                .fault,
            Fault::kConflict);
  Must("grant revoke", Object({{"grant", grant_}}));
  EXPECT_NE(MustFail("grant add", base).summary.find("map at least one location"),
            std::string::npos);
  auto wrong = base;
  wrong.Set("all_locations_to", "main");
  wrong.Set("switch", Object({{"read_clinical_date", "on"}}));
  EXPECT_NE(MustFail("grant add", wrong).summary.find("did you mean read_clinical_data?"),
            std::string::npos);
  wrong.Set("switch", Object({{"read-clinical-data", "maybe"}}));
  EXPECT_NE(MustFail("grant add", wrong).summary.find("on or off"), std::string::npos);
  wrong.Set("switch", Object({{"read-clinical-data", "on"}}));
  wrong.Set("practitioner", json::Array{"7", "8"});
  wrong.Set("mode", "all");
  const auto made = Must("grant add", wrong);
  EXPECT_NE(made.Text("message").find(
                "sees all patients at any location, with 2 practitioners, with clinical data"),
            std::string_view::npos)
      << made.Text("message");
  EXPECT_EQ(Items(Must("grant list")).size(), 1u);
  EXPECT_EQ(Items(Must("grant list", Object({{"all", true}}))).size(), 2u);
}

TEST_F(AdminTest, AGrantIsEditedAndWhatIsNotNamedStays) {
  SetUpPractice();
  const auto before = Must("grant show", Object({{"grant", grant_}}));
  EXPECT_EQ(before.Find("switches")->Find("patients_out")->boolean()[0], false)
      << "off unless somebody asks for it";
  const auto edited = Must("grant edit", Object({{"grant", grant_},
                                                 {"switch", Object({{"patients_out", "on"}})},
                                                 {"practitioner", json::Array{"7"}}}));
  EXPECT_NE(edited.Text("message").find("it may create patients"), std::string_view::npos)
      << edited.Text("message");
  EXPECT_NE(edited.Text("message").find("pons duplicate list"), std::string_view::npos);
  const auto shown = Must("grant show", Object({{"grant", grant_}}));
  EXPECT_EQ(json::Write(*shown.Find("locations")), json::Write(*before.Find("locations")));
  EXPECT_EQ(json::Write(*shown.Find("practitioners")), R"(["7"])");
  EXPECT_EQ(shown.Find("switches")->Find("patients_in")->boolean()[0], true);
  Must("grant edit", Object({{"grant", grant_}, {"practitioner", json::Array{"all"}}}));
  EXPECT_EQ(Must("grant show", Object({{"grant", grant_}})).Text("practitioners"),
            "all, new ones included");
  Must("grant revoke", Object({{"grant", grant_}}));
  EXPECT_EQ(MustFail("grant edit", Object({{"grant", grant_}, {"mode", "all"}})).fault,
            Fault::kConflict);
}

TEST_F(AdminTest, APersonSettlesPossibleDuplicates) {
  SetUpPractice();
  EXPECT_EQ(Must("duplicate list").Text("message"), "No possible duplicates wait for a look.");
  const auto reader = store_->OpenReader().value();
  const auto grant = reader->Grants().value().front();
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.SaveOwner({grant.connection, "901", grant.key, {}, {}, {}});
    tx.SaveDuplicate({0, grant.connection, "901", "17", "command-1", {}, {}});
    return Ok();
  }));
  const auto items = Items(Must("duplicate list"));
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].Text("new_patient"), "901");
  EXPECT_EQ(items[0].Text("earlier_patient"), "17");
  EXPECT_EQ(items[0].Text("created_by"), "Skin Viewer");
  const auto id = TextOf(items[0], "id");
  for (const char* wrong : {"", "x", "4711", "1x"}) {
    EXPECT_FALSE(Run("duplicate settle", Object({{"id", wrong}, {"as", "same"}}))) << wrong;
  }
  EXPECT_FALSE(Run("duplicate settle", Object({{"id", id}, {"as", "perhaps"}})));
  const auto settled = Must("duplicate settle", Object({{"id", id}, {"as", "same"}}));
  EXPECT_EQ(settled.Text("message"),
            "Noted: one person. Join the two records in Stub; Pons follows what is done there.");
  EXPECT_TRUE(Items(Must("duplicate list")).empty());
  EXPECT_EQ(Items(Must("duplicate list", Object({{"all", true}})))[0].Text("state"), "same");
  EXPECT_EQ(audited_.back(), "duplicate settle: " + id);
}

TEST_F(AdminTest, WebhooksAreMadeListedAndRefused) {
  SetUpPractice();
  const auto made = Must("webhook add", Object({{"app", app_},
                                                {"url", "http://127.0.0.1:9/hook"},
                                                {"event", json::Array{"encounter.created"}}}));
  EXPECT_TRUE(made.Text("secret").starts_with("whsec_"));
  const auto listed = Must("webhook list");
  ASSERT_EQ(Items(listed).size(), 1u);
  EXPECT_EQ(json::Write(listed).find("whsec_"), std::string::npos);
  EXPECT_EQ(MustFail("webhook test", Object({{"webhook", made.Text("id")}})).fault,
            Fault::kUnavailable);
  Must("webhook deliveries", Object({{"webhook", made.Text("id")}}));
  EXPECT_EQ(Must("webhook replay", Object({{"webhook", made.Text("id")}})).Integer("queued"), 0);
  EXPECT_EQ(
      MustFail("webhook replay", Object({{"webhook", made.Text("id")}, {"since", "today"}})).fault,
      Fault::kMisconfigured);
  EXPECT_FALSE(Run("webhook add", Object({{"app", app_}, {"url", "ftp://x/"}})));
  EXPECT_FALSE(Run("webhook add", Object({{"app", app_},
                                          {"url", "http://127.0.0.1:9/"},
                                          {"event", json::Array{"encounter.creatd"}}})));
  context_->webhook_addresses = net::AddressPolicy::kPublicOnly;
  EXPECT_EQ(MustFail("webhook add", Object({{"app", app_}, {"url", "https://127.0.0.1/"}})).fault,
            Fault::kForbidden);
}

class ExplainTest : public AdminTest {
 protected:
  ExplainTest() {
    SetUpPractice();
    const auto reader = store_->OpenReader().value();
    const auto connection = reader->Connections().value().at(0);
    const auto grant = reader->Grants().value().at(0);
    store::RecordWrite write;
    write.id = ResourceId("patient-1");
    write.body = {R"({"resourceType":"Patient","id":"patient-1","meta":{)",
                  R"(},"name":[{"family":"Nguyen"}],"birthDate":"1984-07-02"})"};
    write.source = {connection.key, "4711", "v1", "PATIENTS", clock_.Now()};
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) {
      const auto version = tx.PutRecord(write);
      tx.Show(grant.key, store::KeyOf("patient-1"), "north");
      tx.AppendChange(grant.key, write.stream, write.id, version, store::ChangeKind::kCreated,
                      false);
      tx.SaveVisit({connection.key, "900", clock_.Now(), "2", "7", "3",
                    grant.id.value + ": location is not mapped"});
      return Ok();
    }));
    clock_.Step(milliseconds(4000));
  }
};

TEST_F(ExplainTest, TellsWhereARecordCameFromAndWhoSeesIt) {
  for (const auto& what : {json::Array{"patient-1"}, json::Array{"Patient/patient-1"},
                           json::Array{"patient", "4711"}, json::Array{"Patients", "4711"}}) {
    const auto answer = Must("explain", Object({{"what", what}}));
    EXPECT_EQ(answer.Find("source")->Text("origin"), "PATIENTS");
    EXPECT_EQ(answer.Find("source")->Text("vendor_id"), "4711");
    EXPECT_EQ(answer.Find("visible_to")->array()->at(0).Text("app"), "Skin Viewer");
    EXPECT_EQ(answer.Find("visible_to")->array()->at(0).Text("app_location"), "north");
    EXPECT_EQ(answer.Find("changes")->array()->at(0).Text("kind"), "created");
    EXPECT_NE(answer.Text("message").find("read 4 seconds ago from PATIENTS of \"Stub\""),
              std::string_view::npos)
        << answer.Text("message");
  }
}

TEST_F(ExplainTest, NamesFieldsButNoValues) {
  const auto text = json::Write(Must("explain", Object({{"what", json::Array{"patient-1"}}})));
  EXPECT_NE(text.find("birthDate"), std::string::npos);
  EXPECT_EQ(text.find("Nguyen"), std::string::npos);
  EXPECT_EQ(text.find("1984"), std::string::npos);
}

TEST_F(ExplainTest, AVisitThatWasNotSharedSaysWhy) {
  const auto answer = Must("explain", Object({{"what", json::Array{"visit", "900"}}}));
  EXPECT_NE(answer.Text("message").find("Skin Viewer: location is not mapped"),
            std::string_view::npos)
      << answer.Text("message");
  const auto visits = Must("visits list", Object({{"connection", "Stub"}}));
  ASSERT_EQ(Items(visits).size(), 1u);
  EXPECT_EQ(Items(visits)[0].Text("vendor_id"), "900");
}

TEST_F(ExplainTest, WhatIsNotThereSaysWhatToTry) {
  EXPECT_EQ(MustFail("explain", Object({{"what", json::Array{"nobody"}}})).fault, Fault::kNotFound);
  EXPECT_EQ(MustFail("explain", Object({{"what", json::Array{"patient", "1"}}})).fault,
            Fault::kNotFound);
  EXPECT_EQ(MustFail("explain", Object({{"what", json::Array{"teapot", "1"}}})).fault,
            Fault::kMisconfigured);
  EXPECT_EQ(MustFail("explain", Object({{"what", json::Array{"a", "b", "c"}}})).fault,
            Fault::kMisconfigured);
}

TEST_F(AdminTest, StatusAnswersFirst) {
  EXPECT_NE(Must("status").Text("message").find("Nothing is connected yet"),
            std::string_view::npos);
  SetUpPractice();
  const auto key = store_->OpenReader().value()->Connections().value().at(0).key;
  store::ConnectionHealth health;
  health.state = store::ReadState::kAttention;
  health.fault = "unauthenticated";
  health.cause = "Stub refused the password";
  health.last_success = clock_.Now() - std::chrono::hours(3);
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.SaveHealth(key, health);
    return Ok();
  }));
  const auto status = Must("status");
  EXPECT_EQ(status.Text("message"),
            "1 connection: 1 in need of attention. Last read 3 hours ago. Next: pons doctor");
  EXPECT_EQ(Items(status)[0].Text("cause"), "Stub refused the password");
  EXPECT_EQ(status.Text("server"), "not running");
}

TEST_F(AdminTest, QuarantineShowsFieldAndReason) {
  SetUpPractice();
  const auto key = store_->OpenReader().value()->Connections().value().at(0).key;
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Quarantine({key, model::Stream::kPatients, "12", "birth_date", "is no date", clock_.Now(),
                   clock_.Now()});
    return Ok();
  }));
  const auto rows = Must("quarantine list");
  ASSERT_EQ(Items(rows).size(), 1u);
  EXPECT_EQ(Items(rows)[0].Text("field"), "birth_date");
  EXPECT_EQ(Items(rows)[0].Text("stream"), "patients");
  EXPECT_EQ(MustFail("quarantine list", Object({{"connection", "x"}})).fault, Fault::kNotFound);
}

const json::Value* Check(const json::Value& doctor, std::string_view name) {
  for (const auto& item : *doctor.Find("items")->array()) {
    if (item.Text("check").starts_with(name)) return &item;
  }
  return nullptr;
}

TEST_F(AdminTest, DoctorFindsWhatIsBrokenAndSaysWhatToDo) {
  SetUpPractice();
  auto doctor = Must("doctor");
  EXPECT_TRUE(*doctor.Find("ok")->boolean()) << json::Write(doctor);
  chmod(folder_.c_str(), 0755);
  answers_.error = MakeError(Fault::kUnavailable, "the server does not answer");
  doctor = Must("doctor");
  EXPECT_FALSE(*doctor.Find("ok")->boolean());
  ASSERT_NE(Check(doctor, "data folder"), nullptr);
  EXPECT_EQ(Check(doctor, "data folder")->Text("state"), "failed");
  EXPECT_NE(Check(doctor, "data folder")->Text("next").find("chmod"), std::string_view::npos);
  EXPECT_EQ(Check(doctor, "connection Stub")->Text("state"), "failed");
  EXPECT_NE(Check(doctor, "connection Stub")->Text("next").find("pons connection probe"),
            std::string_view::npos);
  answers_.error = std::nullopt;
  answers_.report.missing_rights = {"BPS_Visits"};
  EXPECT_NE(Check(Must("doctor"), "connection Stub")->Text("says").find("BPS_Visits"),
            std::string_view::npos);
}

TEST_F(AdminTest, DoctorReadsCertificates) {
  const auto path = folder_ + "/cert.pem";
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
      "-keyout /dev/null -subj /CN=x -days 10 -out " +
      path + " 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  std::ifstream file(path);
  const std::string pem((std::istreambuf_iterator<char>(file)), {});
  const auto ends = crypto::CertificateEnds(pem);
  ASSERT_TRUE(ends);
  context_->certificate_files = {path};
  const auto state_at = [&](Instant now) {
    FakeClock clock(now);
    AdminContext context{*store_, vendors_, clock, random_, log_, cancel_, folder_};
    context.certificate_files = {path};
    const auto answer = RunAdminCommand(context, "doctor", {});
    return std::string(Check(*answer, "certificate")->Text("state"));
  };
  EXPECT_EQ(state_at(*ends - std::chrono::hours(24 * 30)), "ok");
  EXPECT_EQ(state_at(*ends - std::chrono::hours(24)), "attention");
  EXPECT_EQ(state_at(*ends + std::chrono::hours(1)), "failed");
  std::ofstream(path) << "no certificate";
  EXPECT_EQ(state_at(*ends), "failed");
}

class DoorTest : public AdminTest {};

TEST_F(DoorTest, CommandsRunInTheServerThatHoldsTheFolder) {
  EXPECT_FALSE(AskServer(folder_, "status", {}, cancel_).value()) << "no server runs";
  {
    const auto server = StartAdminServer(*context_).value();
    const auto made = AskServer(folder_, "org add", Object({{"name", "Harbour"}}), cancel_).value();
    ASSERT_TRUE(made);
    EXPECT_EQ(made->Text("name"), "Harbour");
    EXPECT_EQ(Items(Must("org list")).size(), 1u);
    const auto refused = AskServer(folder_, "org ad", {}, cancel_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::kNotFound);
    EXPECT_NE(refused.error().summary.find("did you mean org add?"), std::string::npos);
  }
  EXPECT_FALSE(AskServer(folder_, "status", {}, cancel_).value()) << "its files are gone";
}

TEST_F(DoorTest, OpensOnlyWithTheToken) {
  const auto server = StartAdminServer(*context_).value();
  struct stat info {};
  ASSERT_EQ(stat((folder_ + "/admin.token").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto transport = net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  const auto status = [&](std::string method, std::string path, std::string token) {
    net::HttpRequest request;
    request.method = std::move(method);
    request.url = "http://" + server->address() + path;
    if (!token.empty()) request.headers = {{"Authorization", "Bearer " + token}};
    return transport->Send(request, cancel_).value().status;
  };
  std::ifstream file(folder_ + "/admin.token");
  const std::string token((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(status("POST", "/commands/org.list", ""), 401);
  EXPECT_EQ(status("POST", "/commands/org.list", token.substr(1)), 401);
  EXPECT_EQ(status("POST", "/commands/org.list", token), 200);
  EXPECT_EQ(status("GET", "/commands/org.list", token), 404);
  EXPECT_EQ(status("POST", "/", token), 404);
}

TEST_F(DoorTest, FilesOfAKilledServerAreNoServer) {
  std::ofstream(folder_ + "/admin.addr") << "127.0.0.1:1";
  std::ofstream(folder_ + "/admin.token") << "old";
  const auto answer = AskServer(folder_, "status", {}, cancel_);
  ASSERT_TRUE(answer) << answer.error().summary;
  EXPECT_FALSE(*answer);
}

}  // namespace
}  // namespace pons::admin
