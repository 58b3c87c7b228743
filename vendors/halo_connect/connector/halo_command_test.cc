// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_command.h"

#include <gtest/gtest.h>

#include "json/value.h"

namespace pons::halo_connect {
namespace {

json::Value Written(const net::SqlStatement& statement) {
  std::string out;
  json::Writer writer(out);
  const auto written = WriteCommand(statement, writer);
  EXPECT_TRUE(written) << written.error().summary;
  return *json::Parse(out);
}

std::string TextOf(std::string text, std::vector<net::SqlValue> parameters) {
  net::SqlStatement statement;
  statement.text = std::move(text);
  statement.parameters = std::move(parameters);
  return std::string(Written(statement).Text("text"));
}

TEST(HaloCommand, ValuesBecomeTextWithATypeAndAName) {
  net::SqlStatement statement;
  statement.text =
      "SELECT A FROM T WHERE B = ? AND C = ? AND D = ? AND E = ? AND F = ? AND G = ?"
      " AND H = ?";
  statement.parameters = {
      std::int64_t{41},
      std::int64_t{9007199254740993},
      1.5,
      std::string("O'Hara"),
      std::string("Zo\xC3\xAB"),
      LocalTime::At(Date(std::chrono::year(2026), std::chrono::month(5), std::chrono::day(4)),
                    std::chrono::hours(9) + std::chrono::seconds(5)),
      net::SqlNull{}};
  const auto command = Written(statement);
  EXPECT_EQ(command.Text("type"), "text");
  EXPECT_EQ(command.Text("executionMode"), "reader");
  EXPECT_EQ(command.Text("text"),
            "SELECT A FROM T WHERE B = @p1 AND C = @p2 AND D = @p3 AND E = @p4 AND F = @p5 AND G ="
            " @p6 AND H = @p7");
  EXPECT_EQ(
      json::Write(*command.Find("parameters")),
      R"([{"name":"@p1","direction":"input","type":"Int","value":"41"},)"
      R"({"name":"@p2","direction":"input","type":"BigInt","value":"9007199254740993"},)"
      R"({"name":"@p3","direction":"input","type":"Float","value":"1.5"},)"
      R"({"name":"@p4","direction":"input","type":"VarChar","value":"O'Hara"},)"
      "{\"name\":\"@p5\",\"direction\":\"input\",\"type\":\"NVarChar\",\"value\":\"Zo\xC3\xAB\"},"
      R"({"name":"@p6","direction":"input","type":"DateTime","value":"2026-05-04T09:00:05"},)"
      R"({"name":"@p7","direction":"input","type":"VarChar","value":null}])");
}

TEST(HaloCommand, AQuestionMarkInTextNamesAndCommentsIsNone) {
  EXPECT_EQ(TextOf("SELECT '?', 'it''s ?', [a?], \"b?\" /* ? */ FROM T -- ?\nWHERE C = ?",
                   {std::int64_t{1}}),
            "SELECT '?', 'it''s ?', [a?], \"b?\" /* ? */ FROM T -- ?\nWHERE C = @p1");
}

TEST(HaloCommand, NamesOfTheTextItselfAreLeftAlone) {
  EXPECT_EQ(TextOf("DECLARE @P1 INT; SELECT @P1, ?", {std::int64_t{1}}),
            "DECLARE @P1 INT; SELECT @P1, @p_1");
  EXPECT_EQ(TextOf("EXEC X @patient=?", {std::int64_t{1}}), "EXEC X @patient=@p1");
}

TEST(HaloCommand, AnotherNumberOfValuesIsRefused) {
  net::SqlStatement statement;
  statement.text = "SELECT ?";
  std::string out;
  json::Writer writer(out);
  const auto written = WriteCommand(statement, writer);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().fault, Fault::kInternal);
}

TEST(HaloCommand, WhatIsTooLongForAParameterIsDeclared) {
  const std::string most(4000, 'x');
  EXPECT_EQ(TextOf("EXEC X ?", {most}), "EXEC X @p1");
  const std::string more = most + "'";
  EXPECT_EQ(
      TextOf("EXEC X ?, ?", {std::int64_t{1}, more}),
      "DECLARE @p2 VARCHAR(MAX) = CAST('' AS VARCHAR(MAX)) + '" + most + "'''; EXEC X @p1, @p2");
  net::SqlStatement statement;
  statement.text = "EXEC X ?, ?";
  statement.parameters = {std::int64_t{1}, more};
  EXPECT_EQ(Written(statement).Find("parameters")->array()->size(), 1u);
  // Counted as the server counts: 2001 letters beyond the basic plane are 4002 units.
  std::string wide;
  for (int i = 0; i < 2001; ++i) wide += "\xF0\x9F\x8D\x8E";
  EXPECT_TRUE(TextOf("EXEC X ?", {wide})
                  .starts_with("DECLARE @p1 NVARCHAR(MAX) = CAST('' AS "
                               "NVARCHAR(MAX)) + N'"));
  EXPECT_EQ(TextOf("EXEC X ?", {wide.substr(0, 8000)}), "EXEC X @p1");
}

TEST(HaloCommand, ALiteralMeansExactlyItsText) {
  EXPECT_EQ(SqlLiteral("it's"), "'it''s'");
  EXPECT_EQ(SqlLiteral("Zo\xC3\xAB"), "N'Zo\xC3\xAB'");
  // T-SQL drops a backslash before a line break.
  EXPECT_EQ(SqlLiteral("a\\\nb\\\r\nc\\d"), "'a\\'+'\nb\\'+'\r\nc\\d'");
  EXPECT_EQ(SqlLiteral("'\\\n'"), "'''\\'+'\n'''");
}

}  // namespace
}  // namespace pons::halo_connect
