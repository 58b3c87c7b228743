// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_watch.h"

#include "vendors/halo_connect/connector/halo_test_kit.h"

namespace pons::halo_connect {
namespace {

const std::string kRegistered = std::string("/integrator/sites/") + kGuid + "/queries/registered";

class HaloWatch : public HaloTest {
 protected:
  static WatchQuery Query() {
    WatchQuery query;
    query.name = "appointments";
    query.statement.text = "SELECT MAX(UPDATED) AS LAST FROM APPOINTMENTS WHERE X > ?";
    query.statement.parameters = {std::int64_t{5}};
    return query;
  }
  Watch Make(WatchQuery query = Query()) {
    return Watch(TestAccess(), {kGuid, "90001"}, std::move(query), Context());
  }
  std::string Object(std::string_view id, std::string_view name, std::string_view hash = "h1",
                     int runs = 3, std::string_view status = "enabled") {
    return R"({"id":")" + std::string(id) + R"(","name":")" + std::string(name) +
           R"(","registeredQueryType":"query","status":")" + std::string(status) +
           R"(","frequency":60,"duration":86400,"createdAt":")" + FormatInstant(made_) +
           R"(","lastHash":")" + std::string(hash) + R"(","metrics":{"lastSucceededAt":")" +
           FormatInstant(ran_) + R"(","executionSucceededCount":)" + std::to_string(runs) +
           R"(,"executionFailedCount":0}})";
  }
  void ThenList(std::string objects) {
    http_.Then(200, R"({"registeredQueries":[)" + objects + "]}");
  }
  void ThenRegistered(const char* id = kQueryId) {
    http_.Then(202, std::string(R"({"id":")") + id + R"("})");
  }
  // What this watch calls itself, as it was sent.
  std::string LabelSent(std::size_t n) const { return std::string(http_.Body(n).Text("name")); }

  Instant made_ = clock_.Now();
  Instant ran_ = clock_.Now();
};

TEST_F(HaloWatch, RegistersWhereNoneRuns) {
  auto watch = Make();
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  EXPECT_EQ(watch.id(), kQueryId);
  EXPECT_EQ(http_.Line(0), "GET " + kRegistered);
  EXPECT_EQ(http_.Line(1), "POST " + kRegistered);
  const auto body = http_.Body(1);
  EXPECT_TRUE(body.Text("name").starts_with("pons appointments "));
  EXPECT_EQ(body.Text("registeredQueryType"), "query");
  EXPECT_EQ(body.Integer("frequency"), 60);
  EXPECT_EQ(body.Integer("duration"), 86400);
  const auto* command = body.Find("registerCommand")->Find("command");
  ASSERT_NE(command, nullptr);
  EXPECT_EQ(command->Text("text"), "SELECT MAX(UPDATED) AS LAST FROM APPOINTMENTS WHERE X > @p1");
  ASSERT_TRUE(watch.Ensure(Soon()));
  EXPECT_EQ(http_.sent.size(), 2u);
}

TEST_F(HaloWatch, AdoptsItsOwnAndEndsWhatAnOlderVersionLeft) {
  auto first = Make();
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(first.Ensure(Soon()));
  const auto label = LabelSent(1);
  auto second = Make();
  ThenList(Object(kQueryId, label) + "," + Object(kOtherQueryId, "pons appointments 0000") + "," +
           Object(kOtherGuid, "pons patients 0000") + "," + Object(kOtherGuid, "someone else's"));
  http_.Then(204, "");
  ASSERT_TRUE(second.Ensure(Soon()));
  EXPECT_EQ(second.id(), kQueryId);
  EXPECT_EQ(http_.Line(3), "DELETE " + kRegistered + "/" + kOtherQueryId);
  EXPECT_TRUE(http_.done());
}

TEST_F(HaloWatch, AnotherQuestionHasAnotherName) {
  auto other = Query();
  other.statement.parameters = {std::int64_t{6}};
  auto first = Make();
  auto second = Make(other);
  for (auto* watch : {&first, &second}) {
    ThenList("");
    ThenRegistered();
    ASSERT_TRUE(watch->Ensure(Soon()));
  }
  EXPECT_NE(LabelSent(1), LabelSent(3));
}

TEST_F(HaloWatch, RegistersAnewBeforeItEnds) {
  auto watch = Make();
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  clock_.Step(std::chrono::hours(23) - seconds(1));
  ASSERT_TRUE(watch.Ensure(Soon()));
  EXPECT_EQ(http_.sent.size(), 2u);
  clock_.Step(seconds(1));
  ThenRegistered(kOtherQueryId);
  http_.Then(204, "");
  ASSERT_TRUE(watch.Ensure(Soon()));
  EXPECT_EQ(watch.id(), kOtherQueryId);
  EXPECT_EQ(http_.Line(3), "DELETE " + kRegistered + "/" + kQueryId);
}

TEST_F(HaloWatch, SaysChangedOncePerChange) {
  auto watch = Make();
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kNotRunning);
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  const auto look = [&](std::string_view hash, int runs) {
    http_.Then(200, Object(kQueryId, "x", hash, runs));
    const auto sight = watch.Look(Soon());
    EXPECT_TRUE(sight);
    return sight->kind;
  };
  EXPECT_EQ(look("", 0), Sight::Kind::kNotRunning);  // no result so far
  EXPECT_EQ(look("a", 1), Sight::Kind::kChanged);
  EXPECT_EQ(look("a", 2), Sight::Kind::kUnchanged);
  EXPECT_EQ(look("b", 5), Sight::Kind::kChanged);
  EXPECT_EQ(look("b", 5), Sight::Kind::kUnchanged);
  EXPECT_EQ(http_.Line(2), "GET " + kRegistered + "/" + kQueryId);
  EXPECT_EQ(meter_.counts, (std::map<std::string, std::uint64_t>{{"registered_query", 5}}));
}

TEST_F(HaloWatch, AResultOfLongAgoSaysNothing) {
  auto watch = Make();
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  clock_.Step(seconds(241));
  http_.Then(200, Object(kQueryId, "x"));
  const auto sight = watch.Look(Soon());
  EXPECT_EQ(sight->kind, Sight::Kind::kNotRunning);
  EXPECT_EQ(sight->last_run, ran_);
  EXPECT_EQ(watch.id(), kQueryId);  // it goes on when the practice is back
}

TEST_F(HaloWatch, OneThatEndedIsRegisteredAnew) {
  auto watch = Make();
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  http_.Then(200, Object(kQueryId, "x", "h", 3, "completed"));
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kNotRunning);
  ThenList("");
  ThenRegistered(kOtherQueryId);
  ASSERT_TRUE(watch.Ensure(Soon()));
  http_.Then(404, Wrapped(404, "No such query"));
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kNotRunning);
  EXPECT_EQ(watch.id(), "");
}

TEST_F(HaloWatch, FollowsASiteThatMoved) {
  auto watch = Make();
  http_.Then(403, Wrapped(403, "not paired"));
  http_.Then(200, R"({"sites":[)" + SiteJson(kOtherGuid) + "]}");
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  EXPECT_NE(http_.Line(3).find(kOtherGuid), std::string::npos);
  EXPECT_EQ(kept_.size(), 1u);
}

TEST_F(HaloWatch, CancelEndsIt) {
  auto watch = Make();
  EXPECT_TRUE(watch.Cancel(Soon()));
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  http_.Then(503, Wrapped(503, "offline"));
  EXPECT_EQ(watch.Cancel(Soon()).error().fault, Fault::kUnavailable);
  http_.Then(404, Wrapped(404, "No such query"));
  EXPECT_TRUE(watch.Cancel(Soon()));
  EXPECT_EQ(watch.id(), "");
}

TEST_F(HaloWatch, LeavingEndsAllOfOursAndNothingElse) {
  ThenList(Object(kQueryId, "pons appointments 1") + "," + Object(kOtherGuid, "someone else's") +
           "," + Object(kOtherQueryId, "pons patients 1") + "," +
           Object(kOtherGuid, "pons visits 1", "h", 1, "cancelled"));
  http_.Then(204, "");
  http_.Then(204, "");
  ASSERT_TRUE(CancelAllWatches(TestAccess(), {kGuid, "90001"}, Context(), Soon()));
  EXPECT_EQ(http_.Line(1), "DELETE " + kRegistered + "/" + kQueryId);
  EXPECT_EQ(http_.Line(2), "DELETE " + kRegistered + "/" + kOtherQueryId);
  http_.Then(403, Wrapped(403, "not paired"));
  EXPECT_TRUE(CancelAllWatches(TestAccess(), {kGuid, "90001"}, Context(), Soon()));
  EXPECT_TRUE(CancelAllWatches(TestAccess(), {"", "90001"}, Context(), Soon()));
  EXPECT_TRUE(http_.done());
}

TEST_F(HaloWatch, UnreadableAnswersAreErrors) {
  auto watch = Make();
  http_.Then(200, "{}");
  EXPECT_EQ(watch.Ensure(Soon()).error().fault, Fault::kProtocol);
  ThenList("");
  http_.Then(202, "accepted");
  EXPECT_EQ(watch.Ensure(Soon()).error().fault, Fault::kProtocol);
  ThenList("");
  ThenRegistered();
  ASSERT_TRUE(watch.Ensure(Soon()));
  http_.Then(200, Object(kOtherQueryId, "x"));
  EXPECT_EQ(watch.Look(Soon()).error().fault, Fault::kProtocol);
}

}  // namespace
}  // namespace pons::halo_connect
