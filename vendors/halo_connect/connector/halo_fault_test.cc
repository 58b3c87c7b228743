// SPDX-License-Identifier: Apache-2.0
// Each row of the sheet's table of errors (§7), in each of its four shapes.
#include "vendors/halo_connect/connector/halo_fault.h"

#include "net/sql_odbc_fault.h"
#include "vendors/halo_connect/connector/halo_test_kit.h"

namespace pons::halo_connect {
namespace {

const Instant kNow = *ParseInstant("2026-05-04T01:02:03Z");

std::string Bare(int status, std::string_view message) {
  return R"({"status":)" + std::to_string(status) + R"(,"statusText":"Text","message":")" +
         std::string(message) + R"("})";
}
std::string Managed(int status, std::string_view message) {
  return R"({"statusCode":)" + std::to_string(status) + R"(,"message":")" + std::string(message) +
         R"("})";
}

Error Judged(int status, std::string body, Circumstances at = {}, net::Headers headers = {}) {
  at.now = kNow;
  return Judge(ReadRefusal(net::HttpResponse{status, std::move(headers), std::move(body)}), at);
}

struct Row {
  int status;
  std::string message;
  Fault fault;
  Effect effect;
};

const Row kTable[] = {
    {400, "Missing Halo GUID", Fault::kRejected, Effect::kNone},
    {401, "Access denied due to invalid subscription key", Fault::kUnauthenticated, Effect::kNone},
    {403, "Caller Ip Not Allowed", Fault::kForbidden, Effect::kNone},
    {403, "The site is not paired", Fault::kForbidden, Effect::kNone},
    {403, "Out of call volume quota", Fault::kRateLimited, Effect::kNone},
    {404, "Site not found", Fault::kMisconfigured, Effect::kNone},
    {404, "Operation Not Found", Fault::kMisconfigured, Effect::kNone},
    {410, "Result expired", Fault::kUnavailable, Effect::kUnknown},
    {413, "Result too large", Fault::kRejected, Effect::kUnknown},
    {429, "Rate limit is exceeded", Fault::kRateLimited, Effect::kNone},
    {500, "Internal server error", Fault::kUnavailable, Effect::kUnknown},
    {502, "Unexpected result code", Fault::kUnavailable, Effect::kUnknown},
    {503, "The site could not be contacted", Fault::kUnavailable, Effect::kNone},
    {504, "Query took more than 30 seconds to return a result.", Fault::kUnavailable,
     Effect::kUnknown},
    {302, "Moved", Fault::kProtocol, Effect::kUnknown},
};

TEST(HaloFault, EveryStatusInEveryShape) {
  for (const auto& row : kTable) {
    for (const auto& body : {Wrapped(row.status, row.message), Bare(row.status, row.message),
                             Managed(row.status, row.message)}) {
      const auto error = Judged(row.status, body);
      EXPECT_EQ(error.fault, row.fault) << body;
      EXPECT_EQ(error.effect, row.effect) << body;
      EXPECT_EQ(error.vendor_code, std::to_string(row.status));
      EXPECT_FALSE(error.summary.empty());
      EXPECT_EQ(Judged(row.status, body, {.reads_only = true}).effect, Effect::kNone);
    }
  }
}

TEST(HaloFault, UnderASuccessTheBodysOwnStatusCounts) {
  for (const auto& body :
       {Wrapped(503, "offline"), Bare(503, "offline"), Managed(503, "offline")}) {
    EXPECT_TRUE(SaysFailed(*json::Parse(body)));
    const auto error = Judged(200, body);
    EXPECT_EQ(error.vendor_code, "503");
    EXPECT_EQ(error.effect, Effect::kNone);
  }
  EXPECT_EQ(Judged(200, Bare(200, "fine")).fault, Fault::kProtocol);
  EXPECT_EQ(Judged(504, Wrapped(400, "x")).vendor_code, "504");
}

TEST(HaloFault, AProxysPageLeavesOpenWhatOnlyHalosWordSettles) {
  const std::string page = "<html><body>Service Unavailable</body></html>";
  EXPECT_EQ(Judged(503, page).effect, Effect::kUnknown);
  EXPECT_EQ(Judged(502, page).effect, Effect::kUnknown);
  EXPECT_EQ(Judged(504, "").effect, Effect::kUnknown);
  EXPECT_EQ(Judged(503, page).fault, Fault::kUnavailable);
  EXPECT_EQ(Judged(404, page).fault, Fault::kMisconfigured);
  EXPECT_EQ(Judged(429, "slow down").fault, Fault::kRateLimited);
  EXPECT_FALSE(ReadRefusal(net::HttpResponse{503, {}, page}).readable);
}

// The connector must not be able to tell which way its statement went.
TEST(HaloFault, ErrorsOfTheDatabaseAreThoseOfTheDirectWay) {
  for (const int number : {207, 208, 2812, 102, 50000}) {
    const std::string message = "The Words of the Procedure";
    const net::OdbcDiagnostic one{"42000", number, message};
    const auto direct = net::OdbcFault({&one, 1}, net::OdbcStep::kExecute, "procedure");
    const auto halo = Judged(400, Failed("mssql", number, message), {.sign = "procedure"});
    EXPECT_EQ(halo, direct) << number;
    EXPECT_TRUE(net::SqlRefusalSays(halo, "procedure"));
  }
  const auto right = Judged(
      400, Failed("mssql", 229, "The SELECT permission was denied on the object 'VISITS', x"));
  EXPECT_EQ(right.fault, Fault::kForbidden);
  EXPECT_NE(right.summary.find("VISITS"), std::string::npos);
}

TEST(HaloFault, NumbersAreFoundWhereOnlyWordsAreGiven) {
  const std::pair<const char*, const char*> words[] = {
      {"Invalid column name 'X'.", "207"},
      {"Invalid object name 'dbo.X'.", "208"},
      {"Could not find stored procedure 'X'.", "2812"},
  };
  for (const auto& [message, code] : words) {
    const auto error = Judged(400, Bare(400, message));
    EXPECT_EQ(error.fault, Fault::kRejected);
    EXPECT_EQ(error.vendor_code, code);
    EXPECT_EQ(error.effect, Effect::kNone);
  }
  // The agent's own sign-in: nobody at the practice has a password to enter.
  const auto login = Judged(400, Bare(400, "Login failed for user 'halo'."));
  EXPECT_EQ(login.fault, Fault::kForbidden);
  EXPECT_EQ(login.vendor_code, "18456");
}

TEST(HaloFault, AnErrorInMidWorkLeavesTheEffectOpen) {
  EXPECT_EQ(Judged(400, Failed("mssql", 2627, "Violation of PRIMARY KEY")).effect,
            Effect::kUnknown);
  EXPECT_EQ(Judged(500, Failed("mssql", 1205, "deadlock")).effect, Effect::kUnknown);
  EXPECT_EQ(Judged(500, Failed("mssql", 1205, "deadlock")).fault, Fault::kUnavailable);
  EXPECT_EQ(Judged(500, Failed("haloLink", 1, "x")).effect, Effect::kUnknown);
  EXPECT_EQ(Judged(500, Failed("haloLink", 1, "x")).fault, Fault::kUnavailable);
  // Another database's numbers are not SQL Server's.
  EXPECT_NE(Judged(400, Failed("fbsql", 208, "x")).vendor_code, "208");
}

TEST(HaloFault, TheDeprecatedPairCountsToo) {
  const auto error = Judged(400, R"({"id":"x","status":"executionFailed","errorCode":"208",)"
                                 R"("errorMessage":"Invalid object name 'X'."})");
  EXPECT_EQ(error.vendor_code, "208");
  EXPECT_EQ(error.effect, Effect::kNone);
}

TEST(HaloFault, HowFarAQueryCame) {
  const auto of = [](std::string_view status) {
    return Judged(200, R"({"id":"x","status":")" + std::string(status) + "\"}");
  };
  EXPECT_EQ(of("expiredInQueue").effect, Effect::kNone);
  EXPECT_EQ(of("initialisationFailedSiteOffline").effect, Effect::kNone);
  EXPECT_EQ(of("initialisationFailedSiteUnreachable").fault, Fault::kUnavailable);
  EXPECT_EQ(of("initialisationFailedCacheError").effect, Effect::kNone);
  EXPECT_EQ(of("uploadFailed").effect, Effect::kUnknown);
  EXPECT_EQ(of("executionFailed").effect, Effect::kUnknown);
  EXPECT_TRUE(SaysFailed(*json::Parse(R"({"status":"uploadFailed"})")));
  EXPECT_TRUE(SaysFailed(*json::Parse(R"({"status":"successful","errorMessage":"x"})")));
  EXPECT_FALSE(SaysFailed(*json::Parse(R"({"status":"successful","errorDetails":null})")));
}

TEST(HaloFault, TooLongIsSaidInTwoWays) {
  EXPECT_TRUE(IsTooLong(ReadRefusal(net::HttpResponse{413, {}, ""})));
  const auto refusal = ReadRefusal(net::HttpResponse{400, {}, Failed("http", 413, "too large")});
  EXPECT_TRUE(IsTooLong(refusal));
  EXPECT_EQ(Judge(refusal, {.now = kNow}).effect, Effect::kUnknown);
  EXPECT_FALSE(IsTooLong(ReadRefusal(net::HttpResponse{400, {}, Failed("mssql", 413, "x")})));
}

TEST(HaloFault, OnlyALostSiteIsLookedUp) {
  const auto moved = [](int status, std::string_view message) {
    return MayHaveMoved(ReadRefusal(net::HttpResponse{status, {}, Wrapped(status, message)}));
  };
  EXPECT_TRUE(moved(403, "not paired"));
  EXPECT_TRUE(moved(404, "Site not found"));
  EXPECT_FALSE(moved(403, "Caller Ip Not Allowed"));
  EXPECT_FALSE(moved(403, "Out of call volume quota"));
  EXPECT_FALSE(moved(404, "Operation Not Found"));
  EXPECT_FALSE(moved(401, "x"));
  EXPECT_FALSE(MayHaveMoved(ReadRefusal(net::HttpResponse{404, {}, "<html>"})));
}

TEST(HaloFault, RetryAfterIsPassedOn) {
  EXPECT_EQ(Judged(429, "{}", {}, {{"Retry-After", "17"}}).retry_at, kNow + seconds(17));
  EXPECT_EQ(Judged(503, Wrapped(503, "x"), {}, {{"retry-after", "5"}}).retry_at, kNow + seconds(5));
  EXPECT_EQ(Judged(429, "{}").retry_at, kNow + seconds(30));
  EXPECT_EQ(Judged(429, "{}", {}, {{"Retry-After", "soon"}}).retry_at, kNow + seconds(30));
  EXPECT_EQ(Judged(429, "{}", {}, {{"Retry-After", "99999999999"}}).retry_at,
            kNow + seconds(86400));
  EXPECT_EQ(Judged(429, "{}", {}, {{"Retry-After", "-5"}}).retry_at, kNow);
  EXPECT_EQ(Judged(503, Wrapped(503, "x")).retry_at, std::nullopt);
}

TEST(HaloFault, TheirTextIsNeverPassedOn) {
  for (const int status : {400, 401, 403, 404, 410, 413, 429, 500, 502, 503, 504, 302}) {
    for (const auto& body : {Wrapped(status, "Zaphod"), Failed("mssql", 245, "Zaphod"),
                             Failed("haloLink", 1, "Zaphod"), std::string("Zaphod")}) {
      const auto error = Judged(status, body, {.sign = "other"});
      EXPECT_EQ(error.summary.find("Zaphod"), std::string::npos) << body;
      EXPECT_EQ(error.vendor_code.find("Zaphod"), std::string::npos) << body;
    }
  }
}

}  // namespace
}  // namespace pons::halo_connect
