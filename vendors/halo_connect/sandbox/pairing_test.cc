// SPDX-License-Identifier: Apache-2.0
// Keys, pairing, sites, and what a site says when it cannot be reached.
#include "vendors/halo_connect/sandbox/halo_test_kit.h"

namespace pons::halo_connect::sandbox {
namespace {

class HaloPairing : public HaloTest {};

TEST_F(HaloPairing, KeysAreAskedForFirst) {
  Start();
  const std::string path =
      "/integrator/sites?practiceManagementSiteId=90001&practiceManagementName=Best%20Practice";
  const Got wrong = Api("GET", path, {}, "other");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body.Find("error")->Integer("status"), 401);
  EXPECT_EQ(Part(wrong.body, "error", "statusText"), "Unauthorized");
  EXPECT_EQ(Api("GET", path).status, 200);
  const Got nowhere = Api("GET", "/integrator/nowhere");
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(nowhere.body.Integer("statusCode"), 404);
}

TEST_F(HaloPairing, ACodePairsOnceWithinADay) {
  Start();
  const std::string lookup =
      "/integrator/sites?practiceManagementSiteId=90001&practiceManagementName=Best%20Practice";
  EXPECT_TRUE(Api("GET", lookup).body.Find("sites")->array()->empty());

  const std::string code = Code(0);
  ASSERT_EQ(code.size(), 6u);
  EXPECT_EQ(Api("POST", PairPath("90001", "AAAAAA")).status, 400);
  EXPECT_EQ(Api("POST", PairPath("90001", AsciiLower(code))).status, 400);
  EXPECT_EQ(Api("POST", PairPath("90009", code)).status, 404);
  // In the body it does not count: the parameters are the query string's.
  EXPECT_EQ(Api("POST", "/integrator/pair-site", json::Object{{"pairingCode", code}}).status, 400);
  const Got site = Api("POST", PairPath("90001", code));
  ASSERT_EQ(site.status, 200) << site.raw;
  EXPECT_TRUE(IsUuid(site.body.Text("id")));
  EXPECT_EQ(site.body.Text("pmsType"), "BestPractice");
  EXPECT_EQ(site.body.Text("availability"), "online");
  EXPECT_EQ(site.body.Text("status"), "active");
  EXPECT_EQ(Part(site.body, "practiceMetadata", "practiceManagementSiteId"), "90001");
  EXPECT_EQ(site.body.Find("catalogue")->array()->front().Text("name"), "Patients");
  EXPECT_EQ(Api("POST", PairPath("90001", code)).status, 400) << "a code is good once";

  const std::string late = Code(0);
  Control("POST", "/clock", json::Object{{"offset_ms", std::int64_t{24} * 3600 * 1000 + 1000}});
  EXPECT_EQ(Api("POST", PairPath("90001", late)).status, 400) << "and for a day";
  const Got found = Api("GET", lookup);
  ASSERT_EQ(found.body.Find("sites")->array()->size(), 1u);
  EXPECT_EQ(found.body.Find("sites")->array()->front().Text("id"), site.body.Text("id"));
}

TEST_F(HaloPairing, TheOldNameOfTheCallPairsToo) {
  Start();
  EXPECT_EQ(Api("POST",
                "/integrator/pairSite?practiceManagementSiteId=90001"
                "&practiceManagementName=Best+Practice&pairingCode=" +
                    Code(0))
                .status,
            200);
}

TEST_F(HaloPairing, AFailingPracticeSystemIs502AndKeepsTheCode) {
  Start();
  const std::string code = Code(0);
  Control("POST", "/halo", json::Object{{"pms_failure", true}});
  const Got failed = Api("POST", PairPath("90001", code));
  EXPECT_EQ(failed.status, 502);
  EXPECT_EQ(Part(failed.body, "error", "message"),
            "The practice management software returned an unexpected result code.");
  Control("POST", "/halo", json::Object{{"pms_failure", false}});
  EXPECT_EQ(Api("POST", PairPath("90001", code)).status, 200);
}

TEST_F(HaloPairing, SitesAreApartAndNothingIsHadUnpaired) {
  HaloOptions options;
  options.sites = 2;
  StartPaired(options);
  // A code of one clinic does not open the other.
  EXPECT_EQ(Api("POST", PairPath("90002", Code(0))).status, 400);
  const std::string other(Control("GET", "/halo", {}, 1).body.Text("id"));
  const Got unpaired = Api("POST", "/integrator/sites/" + other + "/queries/immediate",
                           json::Object{{"command", CommandOf("SELECT 1 AS X")}});
  EXPECT_EQ(unpaired.status, 403);
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200);
  EXPECT_NE(Part(Control("GET", "/halo").body, "practiceMetadata", "practiceName"),
            Part(Control("GET", "/halo", {}, 1).body, "practiceMetadata", "practiceName"));
  EXPECT_EQ(Api("GET", "/integrator/sites/nonsense").status, 400);
  EXPECT_EQ(Api("GET", "/integrator/sites/7d2c1f4e-0001-4000-8000-000000000001").status, 404);
  // What the practice unticks is over at once.
  Control("POST", "/clinic/integrations", json::Object{{"enabled", false}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 403);
}

TEST_F(HaloPairing, AnotherInstanceTakesOver) {
  StartPaired();
  const std::string old = guid_;
  Control("POST", "/halo/instance", json::Object{});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 403);
  Control("POST", "/halo", json::Object{{"old_guid_status", 404}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 404);
  const Got found = Api("GET",
                        "/integrator/sites?practiceManagementSiteId=90001"
                        "&practiceManagementName=Best%20Practice");
  guid_ = found.body.Find("sites")->array()->front().Text("id");
  EXPECT_NE(guid_, old);
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200);
}

TEST_F(HaloPairing, AvailabilityDecides) {
  StartPaired();
  Control("POST", "/clinic/integrations", json::Object{{"availability", "offline"}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 503);
  EXPECT_EQ(Api("GET", At("")).body.Text("availability"), "offline");
  const auto queued = [&] {
    return Api("POST", At("/queries/async"), json::Object{{"command", CommandOf("SELECT 1 AS X")}});
  };
  const Got offline = queued();
  EXPECT_EQ(offline.status, 201);
  EXPECT_EQ(Api("GET", At("/queries/" + std::string(offline.body.Text("id")))).body.Text("status"),
            "initialisationFailedSiteOffline");
  Control("POST", "/halo", json::Object{{"availability", "unreachable"}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 504);
  const Got lost = queued();
  EXPECT_EQ(Api("GET", At("/queries/" + std::string(lost.body.Text("id")))).body.Text("status"),
            "initialisationFailedSiteUnreachable");
  Control("POST", "/halo", json::Object{{"availability", "online"}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200);
  Control("POST", "/halo", json::Object{{"status", "removed"}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 404);
}

TEST_F(HaloPairing, DesktopsHaveTokensOfTheirOwn) {
  StartPaired();
  net::HttpRequest ask;
  ask.method = "POST";
  ask.url = "http://127.0.0.1:" + std::to_string(halo_->port()) + "/integrator/token";
  ask.headers = {{"Ocp-Apim-Subscription-Key", "sandbox-key"}};
  ask.body =
      "grant_type=urn%3Ahalo-connect%3Aoauth%3Adesktop-token&device_id=PC-1&site_id=" + guid_;
  EXPECT_EQ(Send(ask).status, 415);
  ask.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  const Got token = Send(ask);
  ASSERT_EQ(token.status, 200) << token.raw;
  EXPECT_EQ(token.body.Integer("expires_in"), 3600);
  const auto query = [&](const std::string& bearer, const std::string& device) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(halo_->port()) + "/desktop/sites/" + guid_ +
                  "/queries/immediate";
    request.headers = {{"Authorization", "Bearer " + bearer}, {"DeviceId", device}};
    request.body = json::Write(json::Object{{"command", CommandOf("SELECT 1 AS X")}});
    return Send(request);
  };
  const std::string bearer(token.body.Text("access_token"));
  EXPECT_EQ(query(bearer, "PC-1").status, 200);
  EXPECT_EQ(query(bearer, "PC-2").status, 401);
  const Got wrong = query("nonsense", "PC-1");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body.Integer("statusCode"), 401);
  EXPECT_EQ(wrong.body.Text("message"), "Invalid token");
}

TEST_F(HaloPairing, TheReadyLineNamesAllThatIsNeeded) {
  HaloOptions options;
  options.sites = 2;
  options.key = "k-1";
  Start(options);
  EXPECT_EQ(halo_->ReadyLine(),
            "ready halo=http://127.0.0.1:" + std::to_string(halo_->port()) +
                " key=k-1 sites=90001@http://127.0.0.1:" +
                std::to_string(halo_->clinic(0).control_port()) +
                ",90002@http://127.0.0.1:" + std::to_string(halo_->clinic(1).control_port()));
}

}  // namespace
}  // namespace pons::halo_connect::sandbox
