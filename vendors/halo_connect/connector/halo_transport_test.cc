// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_transport.h"

#include "vendors/halo_connect/connector/halo_test_kit.h"

namespace pons::halo_connect {
namespace {

using Rows = std::vector<std::vector<net::SqlValue>>;

constexpr std::string_view kColumns[] = {"ID", "NAME"};
constexpr char kTooLong[] = R"({"error":{"status":413,"statusText":"Too large","message":"x"}})";

std::string Row(int id) { return R"([{"NAME":"n","ID":)" + std::to_string(id) + "}]"; }

class HaloTransport : public HaloTest {
 protected:
  void SetUp() override { Open({kGuid, "90001"}); }
  void Open(SiteAddress site, Access access = TestAccess()) {
    transport_ = MakeHaloTransport(std::move(access), std::move(site), Context());
  }
  static net::SqlStatement Read(std::string text = "SELECT ID, NAME FROM T") {
    net::SqlStatement statement;
    statement.text = std::move(text);
    statement.columns = kColumns;
    statement.reads_only = true;
    return statement;
  }
  static net::SqlStatement Write() {
    net::SqlStatement statement;
    statement.text = "EXEC P ?";
    statement.parameters = {std::int64_t{1}};
    return statement;
  }
  Result<void> Run(const net::SqlStatement& statement) {
    rows_.clear();
    return transport_->Query(
        statement, nullptr,
        [this](net::SqlRow row) {
          rows_.emplace_back(row.begin(), row.end());
          return rows_.size() < enough_;
        },
        cancel_);
  }
  // {"pages":[…]} of pages with one row each; `states` by their first letters: c, q.
  static std::string Paged(std::string_view states, std::string_view status = "successful") {
    std::string pages;
    int number = 0;
    for (const char state : states) {
      if (number > 0) pages += ',';
      pages += R"({"pageNumber":)" + std::to_string(++number) + R"(,"status":")" +
               (state == 'c' ? "cached" : "queued") +
               R"(","size":1,"rows":{"count":1,"rangeStart":0,"rangeEnd":1}})";
    }
    return std::string(R"({"id":")") + kQueryId + R"(","mode":"async","status":")" +
           std::string(status) + R"(","result":{"rows":)" + std::to_string(number) +
           R"(,"size":1,"pages":[)" + pages + "]}}";
  }
  static std::string Page(std::string_view rows) {
    return R"({"data":")" + crypto::Base64(rows) + R"("})";
  }
  static std::string Queued(const char* id = kQueryId) {
    return std::string(R"({"id":")") + id + R"(","mode":"async","status":"queued"})";
  }

  std::unique_ptr<net::SqlTransport> transport_;
  Rows rows_;
  std::size_t enough_ = 1000;
};

TEST_F(HaloTransport, AStatementGoesImmediateAndItsRowsComeBack) {
  http_.Then(200, Successful(Row(41), 1));
  auto statement = Read("SELECT ID, NAME FROM T WHERE ID = ?");
  statement.parameters = {std::int64_t{41}};
  statement.timeout = seconds(10);
  const auto asked = Run(statement);
  ASSERT_TRUE(asked) << asked.error().summary;
  EXPECT_EQ(rows_, (Rows{{std::int64_t{41}, std::string("n")}}));
  EXPECT_EQ(http_.Line(0), std::string("POST /integrator/sites/") + kGuid + "/queries/immediate");
  EXPECT_EQ(net::FindHeader(http_.sent[0].headers, "Content-Type"), "application/json");
  EXPECT_EQ(net::FindHeader(http_.sent[0].headers, "Ocp-Apim-Subscription-Key"), "the-key");
  EXPECT_EQ(http_.sent[0].timeout, seconds(10));
  EXPECT_EQ(http_.Body(0).Integer("maxTimeInQueue"), 5000);
  EXPECT_EQ(http_.Body(0).Find("catalogue"), nullptr);
  EXPECT_EQ(http_.Body(0).Find("command")->Text("text"), "SELECT ID, NAME FROM T WHERE ID = @p1");
  EXPECT_EQ(meter_.counts, (std::map<std::string, std::uint64_t>{{"immediate_query", 1}}));
}

TEST_F(HaloTransport, TheCatalogueIsNamedWhereOneIsSet) {
  Open({kGuid, "90001", "Patients"});
  http_.Then(200, Successful("[]", 0));
  ASSERT_TRUE(Run(Read()));
  EXPECT_EQ(http_.Body(0).Text("catalogue"), "Patients");
}

TEST_F(HaloTransport, TimeLimitsKeepWithinHalos) {
  http_.Then(200, Successful("[]", 0));
  auto statement = Read();
  statement.timeout = std::chrono::minutes(10);
  ASSERT_TRUE(Run(statement));
  EXPECT_EQ(http_.sent[0].timeout, seconds(65));
  EXPECT_EQ(http_.Body(0).Integer("maxTimeInQueue"), 60000);
  statement.timeout = milliseconds(0);
  EXPECT_EQ(Run(statement).error().fault, Fault::kUnavailable);
  EXPECT_EQ(http_.sent.size(), 1u);
}

TEST_F(HaloTransport, LostAndUnreadableAnswersLeaveAWriteInDoubt) {
  auto lost = MakeError(Fault::kUnavailable, "No answer in time.");
  lost.effect = Effect::kUnknown;
  const std::string good = Successful(R"([{"RESULT":1}])", 1);
  const std::string bodies[] = {
      good.substr(0, good.size() / 2),
      "<html>welcome</html>",
      "",
      "[]",
      R"({"id":"x","status":"executing"})",
      R"({"id":"x","status":"successful"})",
      R"({"id":"x","status":"successful","result":{"rows":1,"data":"W3si"}})",
      R"({"id":"x","status":"successful","result":{"rows":2,"data":")" +
          crypto::Base64(R"([{"RESULT":1}])") + R"("}})",
  };
  const auto expect_doubt = [&](const net::SqlStatement& statement, Effect effect) {
    http_.ThenFail(lost);
    EXPECT_EQ(Run(statement).error().effect, effect);
    for (const auto& body : bodies) {
      http_.Then(200, body);
      const auto asked = Run(statement);
      ASSERT_FALSE(asked) << body;
      EXPECT_EQ(asked.error().effect, effect) << body;
      EXPECT_EQ(asked.error().fault, Fault::kProtocol) << body;
    }
  };
  expect_doubt(Write(), Effect::kUnknown);
  expect_doubt(Read(), Effect::kNone);
}

TEST_F(HaloTransport, WhatNeverLeftHadNoEffectAndCostsNothing) {
  http_.ThenFail(MakeError(Fault::kUnavailable, "Nothing answers at that address and port."));
  const auto asked = Run(Write());
  EXPECT_EQ(asked.error().effect, Effect::kNone);
  EXPECT_TRUE(meter_.counts.empty());
}

TEST_F(HaloTransport, ASuccessThatCarriesAnErrorIsAFailure) {
  http_.Then(200, Failed("mssql", 208, "Invalid object name 'X'."));
  auto asked = Run(Write());
  EXPECT_EQ(asked.error().vendor_code, "208");
  EXPECT_EQ(asked.error().effect, Effect::kNone);
  http_.Then(200, R"({"id":"x","status":"successful","errorMessage":"x","result":{"rows":0}})");
  asked = Run(Write());
  EXPECT_FALSE(asked);
  EXPECT_EQ(asked.error().effect, Effect::kUnknown);
}

TEST_F(HaloTransport, AWriteIsNeverSentTwice) {
  http_.Then(200, Wrapped(404, "Site not found"));
  EXPECT_FALSE(Run(Write()));
  EXPECT_TRUE(http_.done());
  for (const int status : {400, 401, 410, 413, 500, 502, 503, 504}) {
    http_.sent.clear();
    http_.Then(status, Wrapped(status, "x"));
    EXPECT_FALSE(Run(Write()));
    EXPECT_EQ(http_.sent.size(), 1u) << status;
  }
}

TEST_F(HaloTransport, AResultTooLongIsReadInPagesAndRemembered) {
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  http_.Then(200, Queued());
  http_.Then(200, Paged("cc"));
  http_.Then(200, Page(Row(1)), {{"Rows-Count", "1"}});
  http_.Then(200, Page(Row(2)));
  const auto before = clock_.Now();
  auto asked = Run(Read());
  ASSERT_TRUE(asked) << asked.error().summary;
  EXPECT_EQ(rows_.size(), 2u);
  const std::string queries = std::string("/integrator/sites/") + kGuid + "/queries/";
  EXPECT_EQ(http_.Line(1), "POST " + queries + "async");
  EXPECT_EQ(http_.Line(2), "GET " + queries + kQueryId);
  EXPECT_EQ(http_.Line(4), "GET " + queries + kQueryId + "/results/1");
  EXPECT_EQ(http_.Line(5), "GET " + queries + kQueryId + "/results/2");
  EXPECT_EQ(clock_.Now() - before, milliseconds(500));
  EXPECT_EQ(meter_.counts,
            (std::map<std::string, std::uint64_t>{{"immediate_query", 1}, {"async_query", 1}}));
  http_.Then(201, Queued());
  http_.Then(200, Paged("c"));
  http_.Then(200, Page(Row(3)));
  ASSERT_TRUE(Run(Read()));
  EXPECT_EQ(http_.Line(6), "POST " + queries + "async");
  http_.Then(200, Successful("[]", 0));
  ASSERT_TRUE(Run(Read("SELECT ID, NAME FROM U")));
  EXPECT_EQ(http_.Line(9), "POST " + queries + "immediate");
}

TEST_F(HaloTransport, PagesAreHandedOnAsTheyAreReady) {
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  http_.Then(200, Paged("cqq"));
  http_.Then(200, Page(Row(1)));
  http_.Then(200, Paged("ccc"));
  http_.Then(200, Page(Row(2)));
  http_.Then(200, Page(Row(3)));
  ASSERT_TRUE(Run(Read()));
  EXPECT_EQ(rows_.size(), 3u);
  EXPECT_EQ(std::get<std::int64_t>(rows_[2][0]), 3);
}

TEST_F(HaloTransport, ASinkThatHasHadEnoughEndsThePages) {
  enough_ = 1;
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  http_.Then(200, Paged("cc"));
  http_.Then(200, Page(Row(1)));
  ASSERT_TRUE(Run(Read()));
  EXPECT_EQ(rows_.size(), 1u);
  EXPECT_TRUE(http_.done());
}

TEST_F(HaloTransport, AnExpiredResultIsAskedForOnceAnew) {
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  http_.Then(200, Paged("c"));
  http_.Then(410, Wrapped(410, "expired"));
  http_.Then(201, Queued(kOtherQueryId));
  http_.Then(200, Paged("c"));
  http_.Then(200, Page(Row(1)));
  ASSERT_TRUE(Run(Read()));
  EXPECT_EQ(rows_.size(), 1u);
  EXPECT_EQ(meter_.counts["async_query"], 2u);
  // Only once.
  http_.Then(201, Queued());
  http_.Then(410, Wrapped(410, "expired"));
  http_.Then(201, Queued());
  http_.Then(410, Wrapped(410, "expired"));
  EXPECT_EQ(Run(Read()).error().fault, Fault::kUnavailable);
  // And not after rows have been handed out.
  http_.Then(201, Queued());
  http_.Then(200, Paged("cc"));
  http_.Then(200, Page(Row(1)));
  http_.Then(410, Wrapped(410, "expired"));
  EXPECT_FALSE(Run(Read()));
  EXPECT_EQ(rows_.size(), 1u);
  EXPECT_TRUE(http_.done());
}

TEST_F(HaloTransport, PagesThatDoNotAddUpAreRefused) {
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  http_.Then(200, Paged("c"));
  http_.Then(200, Page("[]"));
  EXPECT_EQ(Run(Read()).error().fault, Fault::kProtocol);
  http_.Then(201, Queued());
  http_.Then(200, R"({"id":"x","status":"successful","result":{"rows":1}})");
  EXPECT_EQ(Run(Read()).error().fault, Fault::kProtocol);
  http_.Then(201, Queued());
  http_.Then(200, R"({"id":"x","status":"successful","result":{"rows":2,"pages":[)"
                  R"({"pageNumber":2,"status":"cached"},{"pageNumber":3,"status":"cached"}]}})");
  EXPECT_EQ(Run(Read()).error().fault, Fault::kProtocol);
  http_.Then(201, R"({"id":"../../x","status":"queued"})");
  EXPECT_EQ(Run(Read()).error().fault, Fault::kProtocol);
}

TEST_F(HaloTransport, WaitingForPagesEndsInTime) {
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  for (int i = 0; i < 5; ++i) http_.Then(200, Queued());
  auto statement = Read();
  statement.timeout = seconds(10);
  const auto before = clock_.Now();
  const auto asked = Run(statement);
  EXPECT_EQ(asked.error().fault, Fault::kUnavailable);
  EXPECT_EQ(asked.error().effect, Effect::kNone);
  EXPECT_LE(clock_.Now() - before, seconds(10));
  EXPECT_TRUE(http_.done());  // 0.5 + 1 + 2 + 4 s, and no fifth pause
}

TEST_F(HaloTransport, ACancelEndsTheWait) {
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  http_.Then(200, Queued());
  http_.on_send = [this] {
    if (http_.sent.size() == 3) cancel_.Cancel();
  };
  EXPECT_EQ(Run(Read()).error().fault, Fault::kCancelled);
  EXPECT_EQ(Run(Read()).error().fault, Fault::kCancelled);
  EXPECT_EQ(http_.sent.size(), 3u);
}

TEST_F(HaloTransport, AFailedBackgroundQueryIsJudgedAsAnyOther) {
  http_.Then(413, kTooLong);
  http_.Then(201, Queued());
  http_.Then(200, Failed("mssql", 229, "denied on the object 'VISITS'"));
  EXPECT_EQ(Run(Read()).error().fault, Fault::kForbidden);
  http_.Then(201, Queued());
  http_.Then(200, R"({"id":"x","status":"initialisationFailedSiteOffline"})");
  EXPECT_EQ(Run(Read()).error().fault, Fault::kUnavailable);
}

TEST_F(HaloTransport, ASiteThatMovedIsFoundAndKept) {
  http_.Then(404, Wrapped(404, "Site not found"));
  http_.Then(200, R"({"sites":[)" + SiteJson(kOtherGuid) + "]}");
  http_.Then(200, Successful(R"([{"RESULT":1}])", 1));
  ASSERT_TRUE(Run(Write()));
  EXPECT_EQ(http_.Line(2),
            std::string("POST /integrator/sites/") + kOtherGuid + "/queries/immediate");
  EXPECT_EQ(kept_, (std::vector<std::pair<std::string, std::string>>{{"halo_guid", kOtherGuid}}));
  http_.Then(200, Successful("[]", 0));
  ASSERT_TRUE(Run(Read()));
  EXPECT_EQ(http_.Line(3),
            std::string("POST /integrator/sites/") + kOtherGuid + "/queries/immediate");
}

TEST_F(HaloTransport, ASiteThatDidNotMoveIsNotAskedForAgainAtOnce) {
  const auto refuse = [this] { http_.Then(403, Wrapped(403, "not paired")); };
  refuse();
  http_.Then(200, R"({"sites":[)" + SiteJson(kGuid) + "]}");
  EXPECT_EQ(Run(Write()).error().fault, Fault::kForbidden);
  refuse();
  EXPECT_EQ(Run(Write()).error().fault, Fault::kForbidden);
  EXPECT_EQ(http_.sent.size(), 3u);
  EXPECT_TRUE(kept_.empty());
  clock_.Step(std::chrono::minutes(6));
  refuse();
  http_.Then(200, R"({"sites":[]})");
  EXPECT_EQ(Run(Write()).error().fault, Fault::kForbidden);
  EXPECT_TRUE(http_.done());
}

TEST_F(HaloTransport, AfterSlowDownNothingIsSentUntilThen) {
  http_.Then(429, R"({"statusCode":429,"message":"Rate limit"})", {{"Retry-After", "60"}});
  const auto limited = Run(Read());
  EXPECT_EQ(limited.error().fault, Fault::kRateLimited);
  EXPECT_EQ(limited.error().retry_at, clock_.Now() + seconds(60));
  EXPECT_EQ(limited.error().effect, Effect::kNone);
  clock_.Step(seconds(54));
  EXPECT_EQ(Run(Read()).error().fault, Fault::kRateLimited);
  EXPECT_EQ(http_.sent.size(), 1u);
  clock_.Step(seconds(6));
  http_.Then(200, Successful("[]", 0));
  EXPECT_TRUE(Run(Read()));
  EXPECT_EQ(meter_.counts["immediate_query"], 1u);
}

TEST_F(HaloTransport, AShortPauseIsWaitedThroughBeforeTheStatementGoesOn) {
  const Instant began = clock_.Now();
  for (int i = 0; i < 2; ++i) {
    http_.Then(429, R"({"statusCode":429,"message":"Rate limit"})", {{"Retry-After", "2"}});
  }
  http_.Then(200, Successful("[]", 0));
  EXPECT_TRUE(Run(Write()));
  EXPECT_EQ(clock_.Now(), began + seconds(4));
  EXPECT_EQ(meter_.counts["immediate_query"], 1u) << "refusals at the door are not billed";
  EXPECT_TRUE(http_.done());
}

TEST_F(HaloTransport, WithoutAPairingNothingIsSent) {
  Open({"", "90001"});
  EXPECT_EQ(Run(Read()).error().fault, Fault::kMisconfigured);
  Open({"../x", "90001"});
  EXPECT_EQ(Run(Read()).error().fault, Fault::kMisconfigured);
  EXPECT_TRUE(http_.sent.empty());
}

TEST_F(HaloTransport, TheDesktopHalfGoesWithAToken) {
  auto access = TestAccess();
  access.surface = Surface::kDesktop;
  access.device_id = "device-1";
  Open({kGuid, "90001"}, access);
  http_.Then(200, R"({"access_token":"token-1","token_type":"Bearer","expires_in":3600})");
  http_.Then(200, Successful("[]", 0));
  http_.Then(200, Successful("[]", 0));
  ASSERT_TRUE(Run(Read()));
  ASSERT_TRUE(Run(Read()));
  EXPECT_EQ(http_.Line(0), "POST /integrator/token");
  EXPECT_EQ(net::FindHeader(http_.sent[0].headers, "Content-Type"),
            "application/x-www-form-urlencoded");
  EXPECT_NE(http_.sent[0].body.find(std::string("site_id=") + kGuid), std::string::npos);
  EXPECT_EQ(http_.Line(1), std::string("POST /desktop/sites/") + kGuid + "/queries/immediate");
  EXPECT_EQ(net::FindHeader(http_.sent[1].headers, "Authorization"), "Bearer token-1");
  EXPECT_EQ(net::FindHeader(http_.sent[1].headers, "DeviceId"), "device-1");
  clock_.Step(seconds(3600));
  http_.Then(401, Wrapped(401, "x"));
  EXPECT_EQ(Run(Write()).error().effect, Effect::kNone);
}

}  // namespace
}  // namespace pons::halo_connect
