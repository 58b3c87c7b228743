// SPDX-License-Identifier: Apache-2.0
// Queries that the practice's own machine repeats, and the calls that tell of their news.
#include "vendors/halo_connect/sandbox/halo_test_kit.h"
#include "vendors/halo_connect/sandbox/webhooks.h"

namespace pons::halo_connect::sandbox {
namespace {

class HaloRegistered : public HaloTest {
 protected:
  json::Value Body(const std::string& sql, std::int64_t frequency = 60,
                   std::int64_t duration = 86'400) {
    return json::Object{{"name", "patients"},
                        {"registeredQueryType", "query"},
                        {"frequency", frequency},
                        {"duration", duration},
                        {"registerCommand", json::Object{{"command", CommandOf(sql)}}}};
  }
  std::string Register(const std::string& sql, std::int64_t frequency = 60,
                       std::int64_t duration = 86'400) {
    const Got got = Api("POST", At("/queries/registered"), Body(sql, frequency, duration));
    EXPECT_EQ(got.status, 202) << got.raw;
    return std::string(got.body.Text("id"));
  }
  std::string Path(const std::string& id) { return At("/queries/registered/" + id); }
  Got AfterRuns(const std::string& id, std::int64_t runs) {
    return Until(Path(id), [runs](const Got& got) {
      const json::Value* metrics = got.body.Find("metrics");
      return metrics != nullptr && metrics->Integer("executionSucceededCount").value_or(0) >= runs;
    });
  }
  void Edit() {
    const Got edited = Control("PATCH", "/clinic/patients/7",
                               json::Object{{"preferred", "N" + std::to_string(++edits_)}});
    ASSERT_EQ(edited.status, 200) << edited.raw;
  }

  static constexpr const char* kSql =
      "SELECT InternalID, Preferredname FROM BPS_Patients WHERE InternalID = 7";
  int edits_ = 0;
};

TEST_F(HaloRegistered, TheBodyIsReadStrictly) {
  StartPaired();
  const auto with = [&](const char* key, json::Value value) {
    json::Value body = Body(kSql);
    body.Set(key, std::move(value));
    return Api("POST", At("/queries/registered"), body).status;
  };
  EXPECT_EQ(with("frequency", 59), 400);
  EXPECT_EQ(with("duration", 86'401), 400);
  EXPECT_EQ(with("name", ""), 400);
  EXPECT_EQ(with("registeredQueryType", "other"), 400);
  EXPECT_EQ(with("registerCommand", CommandOf(kSql)), 400) << "one level deeper";
  EXPECT_EQ(with("frequency", 60), 202);
}

TEST_F(HaloRegistered, ATimerRunsItUntilItsTimeIsOver) {
  StartPaired();
  const std::string id = Register(kSql, 60, 120);
  EXPECT_EQ(AfterRuns(id, 1).body.Text("status"), "enabled");
  Control("POST", "/clock", json::Object{{"offset_ms", 61'000}});
  AfterRuns(id, 2);
  Control("POST", "/clock", json::Object{{"offset_ms", 121'000}});
  const Got ended =
      Until(Path(id), [](const Got& got) { return got.body.Text("status") == "completed"; });
  EXPECT_EQ(ended.body.Text("status"), "completed");
  EXPECT_EQ(ended.body.Find("metrics")->Integer("executionSucceededCount"), 3);
  EXPECT_TRUE(
      Api("GET", At("/queries/registered")).body.Find("registeredQueries")->array()->empty());
}

TEST_F(HaloRegistered, TheHashChangesWithTheResultAlone) {
  StartPaired();
  EXPECT_EQ(Api("GET", Path("7d2c1f4e-0002-4000-8000-000000000002")).status, 404);
  const std::string id = Register(kSql);
  const std::string hash(AfterRuns(id, 1).body.Text("lastHash"));
  EXPECT_EQ(hash.size(), 64u);
  EXPECT_EQ(Control("POST", "/registered/run", json::Object{}).body.Integer("ran"), 1);
  EXPECT_EQ(Api("GET", Path(id)).body.Text("lastHash"), hash);
  Edit();
  Control("POST", "/registered/run", json::Object{});
  EXPECT_NE(Api("GET", Path(id)).body.Text("lastHash"), hash);
  const Got result = Api("GET", Path(id) + "/results");
  EXPECT_EQ(result.status, 200);
  EXPECT_NE(RowsOf(result).find("\"N1 "), std::string::npos) << RowsOf(result);
  EXPECT_EQ(result.body.Integer("rows"), 1);
  const Got list = Api("GET", At("/queries/registered"));
  EXPECT_EQ(list.body.Find("registeredQueries")->array()->size(), 1u);
  EXPECT_GE(Control("GET", "/usage").body.Find("sites")->Find("90001")->Integer("registered"), 3);

  // What fails keeps the last good result and says why.
  Control("POST", "/clinic/integrations", json::Object{{"availability", "offline"}});
  Control("POST", "/registered/run", json::Object{});
  const Got failed = Api("GET", Path(id));
  EXPECT_NE(failed.body.Find("lastErrorDetails"), nullptr);
  EXPECT_EQ(failed.body.Find("metrics")->Integer("executionFailedCount"), 1);

  EXPECT_EQ(Api("DELETE", Path(id)).status, 204);
  EXPECT_EQ(Api("GET", Path(id)).body.Text("status"), "cancelled");
  EXPECT_EQ(Control("POST", "/registered/run", json::Object{}).body.Integer("ran"), 0);
}

TEST_F(HaloRegistered, NothingToShowYetIs404) {
  StartPaired();
  Control("POST", "/clinic/integrations", json::Object{{"availability", "offline"}});
  const std::string id = Register(kSql);
  EXPECT_EQ(Api("GET", Path(id) + "/results").status, 404);
}

TEST_F(HaloRegistered, NewsAreToldOnceSigned) {
  Receiver receiver(log_);
  HaloOptions options;
  options.webhook_secret = "s3cret";
  StartPaired(options);
  Control("POST", "/webhook", json::Object{{"url", receiver.url() + "/hook/{siteId}/{source}"}});
  const std::string id = Register(kSql);
  const auto first = receiver.Wait(1).at(0);
  EXPECT_EQ(first.path, "/hook/" + guid_ + "/registered");
  EXPECT_EQ(first.signature, SignWebhook("s3cret", first.body, first.timestamp));
  const auto body = json::Parse(first.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->Text("id"), first.id);
  EXPECT_EQ(body->Text("siteId"), guid_);
  EXPECT_EQ(body->Text("queryId"), id);
  EXPECT_EQ(body->Text("webhookSource"), "registered");
  // The same rows again are no news.
  Control("POST", "/registered/run", json::Object{});
  Control("POST", "/registered/run", json::Object{});
  Edit();
  Control("POST", "/registered/run", json::Object{});
  // What is to be sent is known once the runs are over, whenever it arrives.
  EXPECT_EQ(Control("GET", "/webhook").body.Find("sent")->array()->size(), 2u);
  const auto both = receiver.Wait(2);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_NE(both.at(1).id, first.id);
}

TEST_F(HaloRegistered, AsynchronousSuccessIsToldToo) {
  Receiver receiver(log_);
  HaloOptions options;
  options.webhook_url = receiver.url() + "/{queryId}";
  StartPaired(options);
  const Got queued =
      Api("POST", At("/queries/async"), json::Object{{"command", CommandOf("SELECT 1 AS X")}});
  const auto came = receiver.Wait(1).at(0);
  EXPECT_EQ(came.path, "/" + std::string(queued.body.Text("id")));
  EXPECT_EQ(json::Parse(came.body)->Text("webhookSource"), "async");
}

TEST_F(HaloRegistered, WhatIsNotTakenIsSentAgainWithTheSameId) {
  Receiver receiver(log_);
  HaloOptions options;
  options.webhook_url = receiver.url();
  options.webhook_first_retry_ms = 1;
  StartPaired(options);
  receiver.Refuse(2, 500);
  Register(kSql);
  const auto three = receiver.Wait(3);
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(three[0].id, three[2].id);
  EXPECT_EQ(three[2].signature,
            SignWebhook("sandbox-webhook-secret", three[2].body, three[2].timestamp));
  // What the receiver says no to is over.
  receiver.Refuse(1, 400);
  Edit();
  Control("POST", "/registered/run", json::Object{});
  receiver.Wait(4);
  Edit();
  Control("POST", "/registered/run", json::Object{});
  const auto five = receiver.Wait(5);
  ASSERT_EQ(five.size(), 5u);
  EXPECT_NE(five[3].id, five[4].id);
}

TEST_F(HaloRegistered, OnDemandTheyComeTwiceStaleOrForged) {
  Receiver receiver(log_);
  StartPaired();
  EXPECT_EQ(Control("POST", "/webhook/send", json::Object{{"how", "again"}}).status, 409);
  Control("POST", "/webhook", json::Object{{"url", receiver.url()}, {"secret", "x"}});
  EXPECT_EQ(Control("POST", "/webhook/send", json::Object{{"how", "again"}}).status, 404);
  Register(kSql);
  const auto first = receiver.Wait(1).at(0);
  EXPECT_EQ(Control("POST", "/webhook/send", json::Object{{"how", "again"}}).body.Integer("status"),
            200);
  const auto again = receiver.Wait(2).at(1);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.signature, SignWebhook("x", again.body, again.timestamp));
  Control("POST", "/webhook/send", json::Object{{"how", "stale"}});
  const auto stale = receiver.Wait(3).at(2);
  EXPECT_LT(stale.timestamp.substr(0, 19),
            WebhookTime(sandboxkit::SandboxClock::RealNow() - std::chrono::minutes(6)));
  EXPECT_EQ(stale.signature, SignWebhook("x", stale.body, stale.timestamp));
  Control("POST", "/webhook/send", json::Object{{"how", "forged"}});
  const auto forged = receiver.Wait(4).at(3);
  EXPECT_NE(forged.signature, SignWebhook("x", forged.body, forged.timestamp));
}

// halo-connect sheet §6, "Test vector".
TEST(HaloWebhook, IsSignedAsTheVendorDoes) {
  EXPECT_EQ(SignWebhook("sandbox-webhook-secret",
                        R"({"id":"0b0c5d9e-6a1f-4a34-9d6b-2f1d6c1e7a10",)"
                        R"("occurredAt":"2026-05-04T01:02:03.0000000+00:00",)"
                        R"("siteId":"7d2c1f4e-0001-4000-8000-000000000001",)"
                        R"("queryId":"7d2c1f4e-0002-4000-8000-000000000002",)"
                        R"("webhookSource":"registered"})",
                        "2026-05-04T01:02:04.0000000+00:00"),
            "193465f3eecc61bd8abd0fe763232f4dc44585f5c6f4aef506e6c40e1d554c75");
  EXPECT_EQ(WebhookTime(FromMillis(0)), "1970-01-01T00:00:00.0000000+00:00");
}

}  // namespace
}  // namespace pons::halo_connect::sandbox
