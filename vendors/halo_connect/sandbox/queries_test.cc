// SPDX-License-Identifier: Apache-2.0
// SQL by way of the cloud: parameters, answers, limits, pages.
#include "vendors/halo_connect/sandbox/queries.h"
#include "vendors/halo_connect/sandbox/halo_test_kit.h"

namespace pons::halo_connect::sandbox {
namespace {

class HaloQueries : public HaloTest {
 protected:
  void SetUp() override { StartPaired(); }
  std::string Converted(const std::string& type, const std::string& value) {
    const Got got = Ask("SELECT @p AS V", {Input("@p", type, value)});
    return got.status == 200 ? RowsOf(got) : std::to_string(got.status);
  }
};

TEST_F(HaloQueries, RowsComeAsBase64OfJson) {
  const Got got = Ask("SELECT InternalID, Surname, DOB FROM BPS_Patients WHERE InternalID=@id",
                      {Input("@id", "Int", "7")});
  ASSERT_EQ(got.status, 200) << got.raw;
  for (const char* member : {"statusTiming", "metrics", "result", "completedAt"})
    EXPECT_NE(got.body.Find(member), nullptr) << member;
  EXPECT_EQ(got.body.Text("mode"), "immediate");
  EXPECT_EQ(got.body.Text("status"), "successful");
  EXPECT_EQ(got.body.Text("siteId"), guid_);
  const json::Value& result = *got.body.Find("result");
  EXPECT_EQ(result.Integer("rows"), 1);
  const std::string rows = RowsOf(got);
  EXPECT_EQ(result.Integer("size"), static_cast<std::int64_t>(rows.size()));
  EXPECT_EQ(got.body.Integer("resultSize"), static_cast<std::int64_t>(result.Text("data").size()));
  const auto parsed = json::Parse(rows);
  ASSERT_TRUE(parsed);
  const json::Value& row = parsed->array()->front();
  EXPECT_EQ(row.Integer("InternalID"), 7);
  EXPECT_EQ(row.Text("Surname").size(), 40u) << "CHAR columns keep their blanks";
  EXPECT_TRUE(row.Text("DOB").ends_with("T00:00:00")) << row.Text("DOB");
  // The query can be asked after, without its rows.
  const Got again = Api("GET", At("/queries/" + std::string(got.body.Text("id"))));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body.Text("status"), "successful");
}

TEST_F(HaloQueries, CellsAreOfTheirKind) {
  EXPECT_EQ(Rows("SELECT CAST(1 AS BIT) AS B, 1.5 AS F, CAST('x' AS CHAR(3)) AS C, NULL AS N, "
                 "CAST('2026-05-04 08:15:00.120' AS DATETIME) AS D, 0x48616C6C6F AS H, N'Grüße' AS "
                 "T"),
            R"([{"B":true,"F":1.5,"C":"x  ","N":null,"D":"2026-05-04T08:15:00.12",)"
            R"("H":"SGFsbG8=","T":"Grüße"}])");
}

TEST_F(HaloQueries, SharedNamesBehaveBadly) {
  EXPECT_EQ(Rows("SELECT 1 AS X, 2 AS X, 3, 4"), R"([{"X":2,"":4}])");
  Control("POST", "/halo", json::Object{{"shared_names", "array"}});
  EXPECT_EQ(Rows("SELECT 1 AS X, 2 AS X"), R"([{"X":[1,2]}])");
}

TEST_F(HaloQueries, ValuesAreConvertedStrictly) {
  EXPECT_EQ(Converted("Int", "12"), R"([{"V":12}])");
  EXPECT_EQ(Converted("Int", "12.5"), "400");
  EXPECT_EQ(Converted("Int", ""), "400");
  EXPECT_EQ(Converted("TinyInt", "256"), "400");
  EXPECT_EQ(Converted("BigInt", "9000000000"), R"([{"V":9000000000}])");
  EXPECT_EQ(Converted("Bit", "true"), R"([{"V":true}])");
  EXPECT_EQ(Converted("Bit", "1"), "400");
  EXPECT_EQ(Converted("Date", "2026-05-04"), R"([{"V":"2026-05-04T00:00:00"}])");
  EXPECT_EQ(Converted("DateTime", "2026-05-04T08:15:00"), R"([{"V":"2026-05-04T08:15:00"}])");
  EXPECT_EQ(Converted("DateTime", "next week"), "400");
  EXPECT_EQ(Converted("Decimal", "1.25"), R"([{"V":1.25}])");
  EXPECT_EQ(Converted("VarBinary", "SGFsbG8="), R"([{"V":"SGFsbG8="}])");
  EXPECT_EQ(Converted("UniqueIdentifier", "x"), "400");
  EXPECT_EQ(Converted("Nonsense", "x"), "400");
  // Null is NULL, and anything but a string is no value.
  const auto raw = [&](json::Value value) {
    return Ask(
        "SELECT @p AS V",
        {json::Object{
            {"name", "@p"}, {"direction", "input"}, {"type", "Int"}, {"value", std::move(value)}}});
  };
  EXPECT_EQ(RowsOf(raw({})), R"([{"V":null}])");
  EXPECT_EQ(raw(12).status, 400);
  EXPECT_EQ(Ask("SELECT @p AS V", {Input("p", "Int", "1")}).status, 400) << "names begin with @";
  EXPECT_EQ(Ask("SELECT @q AS V", {Input("@p", "Int", "1")}).status, 400) << "not declared";
}

TEST_F(HaloQueries, LongParametersAreRefusedAndLiteralsAreNot) {
  EXPECT_EQ(Ask("SELECT LEN(@p) AS L", {Input("@p", "NVarChar", std::string(4000, 'x'))}).status,
            200);
  const Got text = Ask("SELECT LEN(@p) AS L", {Input("@p", "NVarChar", std::string(4001, 'x'))});
  EXPECT_EQ(text.status, 400);
  EXPECT_EQ(Part(text.body, "errorDetails", "errorMessage"),
            "Failed to convert parameter value from a String to a Byte[].");
  EXPECT_EQ(Ask("SELECT 1 AS L", {Input("@p", "VarBinary", Base64(std::string(8000, 'x')))}).status,
            200);
  EXPECT_EQ(Ask("SELECT 1 AS L", {Input("@p", "VarBinary", Base64(std::string(8001, 'x')))}).status,
            400);
  EXPECT_EQ(
      Rows("DECLARE @t NVARCHAR(MAX) = N'" + std::string(9000, 'y') + "'; SELECT LEN(@t) AS L"),
      R"([{"L":9000}])");
  EXPECT_EQ(Rows("DECLARE @b VARBINARY(MAX) = 0x" + Hex(std::string(300'000, '\xAB')) +
                 "; SELECT DATALENGTH(@b) AS L"),
            R"([{"L":300000}])");
}

TEST_F(HaloQueries, WhatSqlServerRefusesIsTheQuerysError) {
  const Got got = Ask("SELECT Surnam FROM BPS_Patients");
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.body.Text("status"), "executionFailed");
  EXPECT_EQ(Part(got.body, "errorDetails", "errorType"), "mssql");
  EXPECT_EQ(got.body.Find("errorDetails")->Integer("errorCode"), 207);
  EXPECT_EQ(Part(got.body, "errorDetails", "errorMessage"), "Invalid column name 'Surnam'.");
  EXPECT_EQ(Ask("EXEC BP_Nothing").body.Find("errorDetails")->Integer("errorCode"), 2812);
  // The rights of the sign-in hold on this road too.
  Control("POST", "/rights", json::Object{{"object", "PATIENTS"}, {"select", false}});
  EXPECT_EQ(Ask("SELECT SURNAME FROM PATIENTS").body.Find("errorDetails")->Integer("errorCode"),
            229);
}

TEST_F(HaloQueries, ProceduresGiveTheirReturnValueEitherWay) {
  const json::Array slot{Input("@userid", "Int", "1"), Input("@aptdate", "Date", "2026-11-23"),
                         Input("@apttime", "Int", "10800")};
  EXPECT_EQ(Rows("DECLARE @r INT; EXEC @r = BP_IsAppointmentBooked @userid=@userid, "
                 "@aptdate=@aptdate, @apttime=@apttime; SELECT @r AS RESULT",
                 slot),
            R"([{"RESULT":0}])");
  json::Array with_return = slot;
  with_return.emplace_back(
      json::Object{{"name", "@ret"}, {"direction", "returnValue"}, {"type", "Int"}});
  const Got called =
      Api("POST", At("/queries/immediate"),
          json::Object{{"command", json::Object{{"type", "storedProcedure"},
                                                {"executionMode", "nonQuery"},
                                                {"text", "dbo.BP_IsAppointmentBooked"},
                                                {"parameters", with_return}}}});
  ASSERT_EQ(called.status, 200) << called.raw;
  const json::Value& result = *called.body.Find("result");
  EXPECT_EQ(result.Integer("rowsAffected"), -1);
  EXPECT_EQ(result.Find("data"), nullptr);
  ASSERT_EQ(result.Find("parameters")->array()->size(), 1u);
  EXPECT_EQ(result.Find("parameters")->array()->front().Text("value"), "0");
  // An output parameter of a batch.
  const Got out =
      Ask("SET @o = 5 + 1",
          {json::Object{{"name", "@o"}, {"direction", "output"}, {"type", "Int"}}}, "nonQuery");
  EXPECT_EQ(out.body.Find("result")->Find("parameters")->array()->front().Text("value"), "6");
  const Got one = Ask("SELECT 3 AS A, 4 AS B UNION ALL SELECT 5, 6", {}, "scalar");
  EXPECT_EQ(RowsOf(one), R"([{"A":3}])");
}

TEST_F(HaloQueries, BodiesAreReadStrictly) {
  const std::string path = At("/queries/immediate");
  EXPECT_EQ(Api("POST", path, json::Object{}).status, 400);
  EXPECT_EQ(Api("POST", path, json::Object{{"command", json::Object{{"text", " "}}}}).status, 400);
  const auto with = [&](const char* key, json::Value value) {
    json::Value body = json::Object{{"command", CommandOf("SELECT 1 AS X")}};
    body.Set(key, std::move(value));
    return Api("POST", path, body).status;
  };
  EXPECT_EQ(with("maxTimeInQueue", 60000), 200);
  EXPECT_EQ(with("maxTimeInQueue", 60001), 400);
  EXPECT_EQ(with("maxTimeInQueue", -1), 400);
  EXPECT_EQ(with("catalogue", "Patients"), 200);
  EXPECT_EQ(with("catalogue", "Nothing"), 400);
  EXPECT_EQ(Ask("SELECT 1 AS X", {}, "sideways").status, 400);
}

TEST_F(HaloQueries, AResultThatIsTooLargeIs413) {
  Control("POST", "/halo", json::Object{{"largest_immediate", 100}});
  const Got got = Ask("SELECT InternalID, Surname FROM BPS_Patients");
  EXPECT_EQ(got.status, 413);
  EXPECT_EQ(Part(got.body, "errorDetails", "errorType"), "http");
  EXPECT_EQ(got.body.Find("errorDetails")->Integer("errorCode"), 413);
}

TEST_F(HaloQueries, AsynchronousOnesHavePages) {
  Control("POST", "/halo", json::Object{{"page_bytes", 1000}});
  const Got queued =
      Api("POST", At("/queries/async"),
          json::Object{{"command", CommandOf("SELECT InternalID, Surname FROM BPS_Patients ORDER "
                                             "BY InternalID")}});
  ASSERT_EQ(queued.status, 201) << queued.raw;
  EXPECT_EQ(queued.body.Text("mode"), "async");
  EXPECT_EQ(queued.body.Integer("maxTimeInQueue"), 3'600'000);
  const std::string id(queued.body.Text("id"));
  const Got done = Until(At("/queries/" + id),
                         [](const Got& got) { return got.body.Text("status") == "successful"; });
  const json::Value* result = done.body.Find("result");
  ASSERT_NE(result, nullptr) << done.raw;
  const auto& pages = *result->Find("pages")->array();
  ASSERT_GT(pages.size(), 2u);
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    EXPECT_EQ(pages[i].Integer("pageNumber"), static_cast<std::int64_t>(i + 1));
    const std::string path = At("/queries/" + id + "/results/" + std::to_string(i + 1));
    const Got page = Api("GET", path);
    ASSERT_EQ(page.status, 200);
    const auto parsed = json::Parse(RowsOf(page));
    ASSERT_TRUE(parsed) << RowsOf(page);
    EXPECT_EQ(parsed->array()->front().Integer("InternalID"), rows + 1);
    EXPECT_EQ(net::FindHeader(page.headers, "Rows-Count"), std::to_string(parsed->array()->size()));
    EXPECT_EQ(net::FindHeader(page.headers, "Size"), std::to_string(RowsOf(page).size()));
    rows += static_cast<std::int64_t>(parsed->array()->size());
    EXPECT_EQ(Api("GET", path + "/stream").raw, RowsOf(page));
  }
  EXPECT_EQ(rows, result->Integer("rows"));
  EXPECT_EQ(Api("GET", At("/queries/" + id + "/results/0")).status, 404);
  EXPECT_EQ(Api("GET", At("/queries/" + id + "/results/999")).status, 404);
  EXPECT_EQ(Api("GET", At("/queries/" + id + "/results/one")).status, 400);

  const Got batch =
      Api("POST", At("/queries/status"),
          json::Object{{"queryIds", json::Array{id, "7d2c1f4e-0002-4000-8000-000000000002"}}});
  const auto& results = *batch.body.Find("results")->array();
  EXPECT_EQ(results.at(0).Text("status"), "found");
  EXPECT_EQ(results.at(0).Find("query")->Text("id"), id);
  EXPECT_EQ(results.at(1).Text("status"), "notFound");

  Control("POST", "/clock", json::Object{{"offset_ms", std::int64_t{25} * 3600 * 1000}});
  EXPECT_EQ(Api("GET", At("/queries/" + id + "/results/1")).status, 410);
}

TEST_F(HaloQueries, AQueueCanBeTooLong) {
  Control("POST", "/halo", json::Object{{"hold_async", true}});
  json::Value body = json::Object{{"command", CommandOf("SELECT 1 AS X")}};
  body.Set("maxTimeInQueue", 1000);
  const Got queued = Api("POST", At("/queries/async"), body);
  const std::string path = At("/queries/" + std::string(queued.body.Text("id")));
  EXPECT_EQ(Api("GET", path).body.Text("status"), "queued");
  Control("POST", "/clock", json::Object{{"offset_ms", 2000}});
  EXPECT_EQ(Api("GET", path).body.Text("status"), "expiredInQueue");
  body.Set("maxTimeInQueue", 7'200'001);
  EXPECT_EQ(Api("POST", At("/queries/async"), body).status, 400);
  // A failed one tells why in its status, not in the answer to the asking.
  Control("POST", "/halo", json::Object{{"hold_async", false}});
  const Got bad = Api("POST", At("/queries/async"),
                      json::Object{{"command", CommandOf("SELECT Surnam FROM BPS_Patients")}});
  EXPECT_EQ(bad.status, 201);
  const Got failed = Until(At("/queries/" + std::string(bad.body.Text("id"))), [](const Got& got) {
    return got.body.Text("status") == "executionFailed";
  });
  EXPECT_EQ(failed.body.Find("errorDetails")->Integer("errorCode"), 207) << failed.raw;
}

TEST(HaloPages, RowsAreCutBetweenRows) {
  Rows rows;
  rows.any = true;
  rows.json = R"([{"a":1},{"a":22},{"a":333}])";
  rows.starts = {1, 9, 18};
  EXPECT_EQ(CutPages(rows, 1).size(), 3u) << "a page has one row at least";
  const auto two = CutPages(rows, 17);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].json, R"([{"a":1},{"a":22}])");
  EXPECT_EQ(two[1].json, R"([{"a":333}])");
  EXPECT_EQ(two[1].first_row, 2);
  EXPECT_EQ(CutPages(rows, 1000).front().json, rows.json);
  EXPECT_EQ(CutPages({}, 10).front().json, "[]");
}

}  // namespace
}  // namespace pons::halo_connect::sandbox
