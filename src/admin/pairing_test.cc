// SPDX-License-Identifier: Apache-2.0
// Settings that are given once, settings that are learned, and what is left behind: by the
// operator's commands, with a vendor whose answers the test chooses.
#include <gtest/gtest.h>

#include <optional>

#include "admin/command.h"
#include "admin/leaving.h"
#include "base/clock_fake.h"
#include "connector/guide.h"
#include "crypto/crypto.h"
#include "sync/vendor_side.h"

namespace pons::admin {
namespace {

struct Site {
  std::optional<Error> pairing;
  std::optional<Error> probing;
  int pairings = 0;
  bool greedy = false;  // gives back what is to be gone
  bool stuck = false;   // Leave waits until it is told to stop
  std::vector<std::string> left;
};

class SiteSession final : public Session {
 public:
  SiteSession(const Site& site, const SessionContext& context)
      : site_(site), meter_(context.meter) {}
  Result<ProbeReport> Probe(Instant) override {
    if (meter_ != nullptr) meter_->Count("query", 2);
    if (site_.probing) return *site_.probing;
    return ProbeReport{};
  }

 private:
  const Site& site_;
  Meter* meter_;
};

constexpr SettingSpec kSettings[] = {
    {.key = "site", .help = "which", .binds = true},
    {.key = "code", .help = "code", .required = false, .secret = true, .once = true},
    {.key = "plain_code", .help = "code", .required = false, .once = true},
    {.key = "guid", .help = "learned", .required = false, .learned = true},
    {.key = "key", .help = "learned", .required = false, .secret = true, .learned = true},
    {.key = "server", .help = "where, directly", .required = false},
    {.key = "hours", .help = "when", .required = false},
};

constexpr std::string_view kHosts[] = {"{server}"};

class SiteConnector final : public Connector {
 public:
  explicit SiteConnector(Site& site) : site_(site) {
    descriptor_.id = "site_vendor";
    descriptor_.name = "Site";
    descriptor_.settings = kSettings;
    descriptor_.hosts = kHosts;
  }
  const Descriptor& descriptor() const override { return descriptor_; }
  Result<void> Check(const Settings&) const override { return Ok(); }
  Result<Settings> Pair(const Settings& given, const SessionContext& context) const override {
    ++site_.pairings;
    context.meter->Count("pairing");
    if (site_.pairing) return *site_.pairing;
    Settings out = given;
    if (!site_.greedy) {
      out = Settings();
      for (const auto& [key, value] : given.plain()) {
        if (key != "plain_code") out.Set(key, value);
      }
    }
    out.Set("guid", "guid-" + std::string(given.Text("site")));
    out.SetSecret("key", "key-" + std::string(given.Text("site")));
    return out;
  }
  Result<void> Leave(const Settings& settings, const SessionContext& context) const override {
    site_.left.emplace_back(settings.Text("guid"));
    if (site_.stuck) context.cancel.WaitFor(std::chrono::minutes(5));
    return MakeError(Fault::kUnavailable, "nobody answers");
  }
  Result<std::unique_ptr<Session>> Open(const Settings&,
                                        const SessionContext& context) const override {
    return std::unique_ptr<Session>(std::make_unique<SiteSession>(site_, context));
  }

 private:
  Site& site_;
  Descriptor descriptor_;
};

class Pairing : public testing::Test {
 protected:
  Pairing() {
    crypto::InitCrypto();
    store_ = store::Store::Open({.path = ":memory:", .writer_thread = false}, clock_, random_, log_)
                 .value();
    vendors_.Add(connector_);
    side_.emplace(*store_, clock_, log_);
    context_.emplace(AdminContext{*store_, vendors_, clock_, random_, log_, cancel_, ""});
    context_->vendor_side = &*side_;
    context_->audit = [this](std::string_view command, std::string_view subject) -> Result<void> {
      audited_ += std::string(command) + ": " + std::string(subject) + "\n";
      return Ok();
    };
    EXPECT_TRUE(Run("org add", {{"name", "Harbour"}}));
  }

  Result<json::Value> Run(std::string_view command, json::Object arguments) {
    return RunAdminCommand(*context_, command, json::Value(std::move(arguments)));
  }
  Result<json::Value> Add(json::Object set, json::Object secret, bool no_probe = false) {
    return Run("connection add", {{"org", "Harbour"},
                                  {"vendor", "site_vendor"},
                                  {"name", "Ours"},
                                  {"time_zone", "Australia/Sydney"},
                                  {"set", std::move(set)},
                                  {"secret", std::move(secret)},
                                  {"no_probe", no_probe}});
  }
  Result<json::Value> Edit(json::Object set, json::Object secret = {}) {
    return Run("connection edit",
               {{"connection", "Ours"}, {"set", std::move(set)}, {"secret", std::move(secret)}});
  }
  std::vector<store::Connection> Stored() {
    return store_->OpenReader().value()->Connections().value();
  }

  FakeClock clock_{FromMillis(1'790'000'000'000)};
  SeededRandom random_{1};
  MemoryLogger log_;
  CancelToken cancel_;
  Site site_;
  SiteConnector connector_{site_};
  Registry vendors_;
  std::unique_ptr<store::Store> store_;
  std::optional<sync::VendorSide> side_;
  std::optional<AdminContext> context_;
  std::string audited_;
};

TEST_F(Pairing, WhatIsGivenOnceIsExchangedAndGoneWhateverTheVendorReturns) {
  for (const bool greedy : {false, true}) {
    site_.greedy = greedy;
    const auto made = Add({{"site", "1"}, {"plain_code", "PLAIN7"}}, {{"code", "SECRET7"}});
    ASSERT_TRUE(made) << made.error().summary;
    const auto stored = Stored().back();
    EXPECT_EQ(stored.settings_json, R"({"guid":"guid-1","site":"1"})");
    EXPECT_EQ(stored.secrets_json.Reveal(), R"({"key":"key-1"})");
    EXPECT_EQ(json::Write(*made).find("guid-1"), std::string::npos);
    EXPECT_TRUE(Run("connection remove", {{"connection", "Ours"}, {"yes", true}}));
  }
  for (const auto* secret : {"PLAIN7", "SECRET7", "guid-1", "key-1"}) {
    EXPECT_EQ(log_.text().find(secret), std::string::npos) << secret;
    EXPECT_EQ(audited_.find(secret), std::string::npos) << secret;
  }
}

TEST_F(Pairing, ARefusedCodeKeepsNothing) {
  site_.pairing = MakeError(Fault::kRejected, "the code is used up; get a new one");
  const auto made = Add({{"site", "1"}}, {{"code", "x"}}, true);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::kRejected);
  EXPECT_EQ(made.error().summary, "the code is used up; get a new one");
  EXPECT_TRUE(Stored().empty());
}

TEST_F(Pairing, APassingFailureAfterItIsKeptAndShown) {
  site_.probing = MakeError(Fault::kUnavailable, "the server is off");
  const auto made = Add({{"site", "1"}}, {{"code", "x"}});
  ASSERT_TRUE(made) << made.error().summary;
  EXPECT_EQ(made->Text("attention"), "the server is off");
  const auto health = store_->OpenReader().value()->Health(Stored().at(0).key).value();
  EXPECT_EQ(health.state, store::ReadState::kAttention);
  EXPECT_EQ(health.cause, "the server is off");
  EXPECT_EQ(health.fault, "unavailable");
}

TEST_F(Pairing, AnyOtherFailureAfterItSaysThatTheCodeIsUsedUp) {
  site_.probing = MakeError(Fault::kForbidden, "a right is missing");
  const auto made = Add({{"site", "1"}}, {{"code", "x"}});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().summary.find("\"code\" is used up"), std::string::npos)
      << made.error().summary;
  EXPECT_TRUE(Stored().empty());
}

TEST_F(Pairing, WithoutACodeNobodyIsAskedAndAFailureIsAFailure) {
  site_.probing = MakeError(Fault::kUnavailable, "the server is off");
  EXPECT_FALSE(Add({{"site", "1"}}, {}));
  EXPECT_EQ(site_.pairings, 0);
  EXPECT_TRUE(Stored().empty());
}

TEST_F(Pairing, LearnedSettingsAreRefusedFromOutside) {
  for (const bool secret : {false, true}) {
    const auto made = secret ? Add({{"site", "1"}}, {{"key", "stolen"}})
                             : Add({{"site", "1"}, {"guid", "stolen"}}, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().fault, Fault::kMisconfigured);
    EXPECT_NE(made.error().summary.find("never given"), std::string::npos);
  }
  ASSERT_TRUE(Add({{"site", "1"}}, {{"code", "x"}}));
  EXPECT_FALSE(Edit({{"guid", "stolen"}}));
  EXPECT_FALSE(Edit({}, {{"key", "stolen"}}));
  EXPECT_EQ(Stored().at(0).settings_json, R"({"guid":"guid-1","site":"1"})");
}

TEST_F(Pairing, WhatIsLearnedStaysWithThePracticeItWasLearnedAbout) {
  ASSERT_TRUE(Add({{"site", "1"}}, {{"code", "x"}}));
  const auto other = Edit({{"site", "2"}});
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().summary.find("\"site\" names another practice: give a new \"code\""),
            std::string::npos)
      << other.error().summary;
  EXPECT_TRUE(Edit({{"site", "1"}, {"hours", "9-5"}})) << "the same site is no other";
  EXPECT_EQ(Stored().at(0).settings_json, R"({"guid":"guid-1","hours":"9-5","site":"1"})");
  EXPECT_TRUE(site_.left.empty());
  const auto before = Stored().at(0);
  ASSERT_TRUE(Edit({{"site", "2"}}, {{"code", "y"}}));
  const auto after = Stored().at(0);
  EXPECT_EQ(after.settings_json, R"({"guid":"guid-2","hours":"9-5","site":"2"})");
  EXPECT_EQ(after.secrets_json.Reveal(), R"({"key":"key-2"})");
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.settings_revision, before.settings_revision + 1);
  EXPECT_EQ(site_.left, std::vector<std::string>{"guid-1"});
}

TEST_F(Pairing, WhatIsLearnedGoesWithTheServerItWasLearnedBeside) {
  ASSERT_TRUE(Add({{"site", "1"}, {"server", "10.0.0.5"}}, {{"code", "x"}}));
  ASSERT_TRUE(Edit({{"server", "10.0.0.6"}}));
  EXPECT_EQ(Stored().at(0).settings_json, R"({"server":"10.0.0.6","site":"1"})");
  EXPECT_EQ(Stored().at(0).secrets_json.Reveal(), "{}") << "no learned secret is sent elsewhere";
  ASSERT_TRUE(Edit({{"server", "10.0.0.7"}}, {{"code", "y"}}));
  EXPECT_EQ(Stored().at(0).settings_json, R"({"guid":"guid-1","server":"10.0.0.7","site":"1"})");
}

TEST_F(Pairing, WhatIsCountedOnTheWayIsTheConnections) {
  ASSERT_TRUE(Add({{"site", "1"}}, {{"code", "x"}}));
  ASSERT_TRUE(side_->Save());
  auto shown = Run("connection show", {{"connection", "Ours"}});
  ASSERT_TRUE(shown) << shown.error().summary;
  EXPECT_EQ(json::Write(*shown->Find("requests_today")), R"({"pairing":1,"query":2})");
  EXPECT_EQ(shown->Integer("requests_in_7_days"), 3);
  EXPECT_NE(shown->Text("message").find("Next: pons grant add"), std::string::npos);
  ASSERT_TRUE(Run("connection probe", {{"connection", "Ours"}}));
  clock_.Step(std::chrono::hours(24));
  ASSERT_TRUE(side_->Save());
  shown = Run("connection show", {{"connection", "Ours"}});
  EXPECT_EQ(shown->Find("requests_today"), nullptr) << "today is another day";
  EXPECT_EQ(shown->Integer("requests_in_7_days"), 5);
  const auto status = Run("status", {});
  EXPECT_EQ(status->Find("items")->array()->at(0).Find("vendor_requests")->Integer("total_7_days"),
            5);
  clock_.Step(std::chrono::hours(24 * 7));
  shown = Run("connection show", {{"connection", "Ours"}});
  EXPECT_EQ(shown->Find("requests_in_7_days"), nullptr);
}

TEST_F(Pairing, LeavingIsTriedAndLoggedAndNeverInTheWay) {
  ASSERT_TRUE(Add({{"site", "1"}}, {{"code", "x"}}));
  ASSERT_TRUE(Run("connection pause", {{"connection", "Ours"}}));
  ASSERT_TRUE(Run("connection pause", {{"connection", "Ours"}}));
  EXPECT_EQ(site_.left.size(), 1u) << "what is paused already left already";
  EXPECT_NE(log_.text().find("nobody answers"), std::string::npos);
  site_.stuck = true;
  Leaver leaver(*context_);
  context_->leaver = &leaver;
  EXPECT_TRUE(Run("connection remove", {{"connection", "Ours"}, {"yes", true}}))
      << "the request does not wait; the end of the program does not either";
}

}  // namespace
}  // namespace pons::admin
