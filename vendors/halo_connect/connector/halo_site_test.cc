// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_site.h"

#include "vendors/halo_connect/connector/halo_test_kit.h"

namespace pons::halo_connect {
namespace {

class HaloSite : public HaloTest {
 protected:
  Result<Site> Pair(std::string code = "ABC123") {
    return PairSite(TestAccess(), "90001", Sensitive<std::string>(std::move(code)), Context(),
                    Soon());
  }
  Result<Site> Resolve() { return ResolveSite(TestAccess(), "90001", Context(), Soon()); }
  void ThenSites(std::string sites) { http_.Then(200, R"({"sites":[)" + sites + "]}"); }
};

TEST_F(HaloSite, PairingExchangesACodeForASite) {
  http_.Then(200, SiteJson(kGuid));
  const auto site = Pair("A B&1");
  ASSERT_TRUE(site) << site.error().summary;
  EXPECT_EQ(http_.Line(0),
            "POST /integrator/pair-site?practiceManagementSiteId=90001&practiceManagementName="
            "Best%20Practice&pairingCode=A%20B%261");
  EXPECT_EQ(http_.sent[0].body, "");
  EXPECT_EQ(net::FindHeader(http_.sent[0].headers, "Ocp-Apim-Subscription-Key"), "the-key");
  EXPECT_EQ(net::FindHeader(http_.sent[0].headers, "Accept"), "application/json");
  EXPECT_EQ(site->guid, kGuid);
  EXPECT_EQ(site->practice_name, "Harbour Street Clinic");
  EXPECT_EQ(site->pms_id, "90001");
  EXPECT_EQ(site->pms_type, "BestPractice");
  EXPECT_EQ(site->pms_version, "1.12.2.980");
  EXPECT_EQ(site->link_version, "26.713.10445");
  EXPECT_EQ(site->availability, Availability::kOnline);
  EXPECT_EQ(site->status, SiteStatus::kActive);
  EXPECT_EQ(site->catalogues, (std::vector<Catalogue>{{"Patients", true}}));
  EXPECT_EQ(site->enriched_at, ParseInstant("2026-05-04T00:00:00Z"));
}

TEST_F(HaloSite, RefusedPairingsSayWhatToDo) {
  struct Case {
    int status;
    const char* message;
    Fault fault;
    Effect effect;
    const char* says;
  };
  const Case cases[] = {
      {400, "Invalid pairing code", Fault::kRejected, Effect::kNone, "Generate Pairing Code"},
      {400, "The version is not compatible", Fault::kRejected, Effect::kNone, "Spectra"},
      {401, "Invalid key", Fault::kUnauthenticated, Effect::kNone, "subscription_key"},
      {403, "Forbidden", Fault::kForbidden, Effect::kNone, "tick its line"},
      {403, "Caller Ip Not Allowed", Fault::kForbidden, Effect::kNone, "address"},
      {404, "No such site", Fault::kRejected, Effect::kNone, "Help > About"},
      {404, "Operation Not Found", Fault::kMisconfigured, Effect::kNone, "halo_connect.url"},
      {429, "Slow down", Fault::kRateLimited, Effect::kNone, "too many"},
      {500, "Oops", Fault::kUnavailable, Effect::kUnknown, "tried again"},
      {502, "The practice management software returned an unexpected result code.",
       Fault::kUnavailable, Effect::kUnknown, "did not confirm"},
      {503, "Site offline", Fault::kUnavailable, Effect::kNone, "Halo Link Service"},
  };
  for (const auto& one : cases) {
    http_.Then(one.status, Wrapped(one.status, one.message));
    const auto site = Pair("SECRET9");
    ASSERT_FALSE(site);
    EXPECT_EQ(site.error().fault, one.fault) << one.status << one.message;
    EXPECT_EQ(site.error().effect, one.effect) << one.status << one.message;
    EXPECT_NE(site.error().summary.find(one.says), std::string::npos) << site.error().summary;
    EXPECT_EQ(site.error().summary.find("SECRET9"), std::string::npos);
  }
}

TEST_F(HaloSite, ALostOrUnreadablePairingMayHaveUsedTheCode) {
  auto lost = MakeError(Fault::kUnavailable, "No answer in time.");
  lost.effect = Effect::kUnknown;
  http_.ThenFail(lost);
  EXPECT_EQ(Pair().error().effect, Effect::kUnknown);
  for (const std::string body : {"<html>", "{}", R"({"id":"../x"})"}) {
    http_.Then(200, body);
    const auto site = Pair();
    EXPECT_EQ(site.error().fault, Fault::kProtocol);
    EXPECT_EQ(site.error().effect, Effect::kUnknown);
  }
}

TEST_F(HaloSite, AnotherPracticesSiteIsRefused) {
  http_.Then(200, SiteJson(kGuid));
  const auto site =
      PairSite(TestAccess(), "90002", Sensitive<std::string>("ABC123"), Context(), Soon());
  ASSERT_FALSE(site);
  EXPECT_EQ(site.error().fault, Fault::kProtocol);
  http_.Then(200, SiteJson(kGuid));
  EXPECT_TRUE(
      PairSite(TestAccess(), " 090001", Sensitive<std::string>("ABC123"), Context(), Soon()));
}

TEST_F(HaloSite, ResolvingFindsTheOneThatAnswers) {
  ThenSites(SiteJson(kGuid));
  ASSERT_TRUE(Resolve());
  EXPECT_EQ(http_.Line(0),
            "GET /integrator/sites?practiceManagementSiteId=90001&practiceManagementName="
            "Best%20Practice");
  ThenSites(SiteJson(kGuid, "offline", "removed") + "," + SiteJson(kOtherGuid));
  EXPECT_EQ(Resolve()->guid, kOtherGuid);
  ThenSites(SiteJson(kGuid, "unreachable") + "," + SiteJson(kOtherGuid));
  EXPECT_EQ(Resolve()->guid, kOtherGuid);
  ThenSites(SiteJson(kGuid) + "," + SiteJson(kOtherGuid));
  EXPECT_EQ(Resolve().error().fault, Fault::kConflict);
  ThenSites("");
  EXPECT_EQ(Resolve().error().fault, Fault::kNotFound);
  http_.Then(200, "{}");
  EXPECT_EQ(Resolve().error().fault, Fault::kProtocol);
}

TEST_F(HaloSite, StatusIsReadByGuid) {
  http_.Then(200, SiteJson(kGuid, "offline"));
  const auto site = ReadSite(TestAccess(), kGuid, Context(), Soon());
  ASSERT_TRUE(site);
  EXPECT_EQ(http_.Line(0), std::string("GET /integrator/sites/") + kGuid);
  EXPECT_EQ(CheckReachable(*site).error().fault, Fault::kUnavailable);
  http_.Then(404, Wrapped(404, "Site not found"));
  EXPECT_EQ(ReadSite(TestAccess(), kGuid, Context(), Soon()).error().fault, Fault::kNotFound);
  http_.Then(200, SiteJson(kOtherGuid));
  EXPECT_EQ(ReadSite(TestAccess(), kGuid, Context(), Soon()).error().fault, Fault::kProtocol);
  EXPECT_EQ(ReadSite(TestAccess(), "../pair-site", Context(), Soon()).error().fault,
            Fault::kMisconfigured);
  EXPECT_TRUE(http_.done());
}

TEST(HaloSiteStates, OnlyWhatIsKnownToBeDownIsRefused) {
  Site site;
  EXPECT_TRUE(CheckReachable(site));  // words that a later Halo invents
  site.status = SiteStatus::kActive;
  site.availability = Availability::kOnline;
  EXPECT_TRUE(CheckReachable(site));
  site.availability = Availability::kUnreachable;
  EXPECT_FALSE(CheckReachable(site));
  site.availability = Availability::kOnline;
  for (const auto status :
       {SiteStatus::kInitialising, SiteStatus::kRemoved, SiteStatus::kUninstalled}) {
    site.status = status;
    EXPECT_FALSE(CheckReachable(site));
  }
}

}  // namespace
}  // namespace pons::halo_connect
