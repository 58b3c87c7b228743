// SPDX-License-Identifier: Apache-2.0
// What T-SQL becomes, and what is refused as SQL Server refuses it.
#include "vendors/best_practice/sandbox/tsql_compiler.h"

#include <gtest/gtest.h>

#include "vendors/best_practice/sandbox/schema.h"
#include "vendors/best_practice/sandbox/tsql_lexer.h"

namespace pons::best_practice::sandbox {
namespace {

const Catalog& Tables() {
  static const Catalog kCatalog = [] {
    Catalog catalog;
    catalog.Add(
        {"PATIENTS", "PATIENTS", false, false,
         ParseColumns("INTERNALID i, SURNAME c40, FIRSTNAME c40, DOB d, CREATED d, UPDATED d")});
    catalog.Add(
        {"VISITS", "VISITS", false, false,
         ParseColumns("VISITID i, INTERNALID i, VISITDATE d, CREATED d, UPDATED d, DAY i")});
    catalog.Add({"sys.objects", "sys_objects", true, true, ParseColumns("object_id i, name v128")});
    return catalog;
  }();
  return kCatalog;
}

Statement Compiled(std::string_view sql, const VariableTypes& variables = {}) {
  Batch batch;
  const auto error = CompileBatch(sql, Tables(), variables, batch);
  EXPECT_FALSE(error) << sql << ": " << (error ? error->message : "");
  if (error || batch.statements.empty()) return {};
  return batch.statements.back();
}

int Refused(std::string_view sql) {
  Batch batch;
  const auto error = CompileBatch(sql, Tables(), {}, batch);
  return error ? error->number : 0;
}

TEST(TsqlCompiler, TopBecomesALimitAfterTheOrder) {
  EXPECT_EQ(
      Compiled("SELECT TOP 5 SURNAME FROM dbo.PATIENTS WITH (NOLOCK) ORDER BY SURNAME DESC").sql,
      "SELECT \"PATIENTS\".\"SURNAME\" AS \"SURNAME\" FROM \"PATIENTS\" AS \"PATIENTS\" "
      "ORDER BY \"SURNAME\" DESC LIMIT CAST(5 AS INTEGER)");
  const Statement bound = Compiled(
      "select top (@n) p.surname from [BPSPatients].[dbo].[PATIENTS] as p", {{"@N", kIntType}});
  EXPECT_NE(bound.sql.find("LIMIT CAST(?1 AS INTEGER)"), std::string::npos);
  EXPECT_EQ(bound.variables, std::vector<std::string>{"@N"});
}

TEST(TsqlCompiler, OffsetFetchPages) {
  EXPECT_NE(
      Compiled(
          "SELECT SURNAME FROM PATIENTS ORDER BY INTERNALID OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY")
          .sql.find("LIMIT CAST(10 AS INTEGER) OFFSET CAST(20 AS INTEGER)"),
      std::string::npos);
}

TEST(TsqlCompiler, ColumnsKeepTheirTypes) {
  const Statement s = Compiled(
      "SELECT P.SURNAME, COALESCE(P.UPDATED, P.CREATED) AS changed, COUNT(*) n, MAX(DOB), "
      "LEFT(SURNAME, 3), "
      "CASE WHEN DOB IS NULL THEN 'none' ELSE 'some' END, GETDATE() FROM PATIENTS P GROUP BY "
      "P.SURNAME");
  ASSERT_EQ(s.columns.size(), 7u);
  EXPECT_EQ(s.columns[0].type, (SqlType{TypeKind::kChar, 40}));
  EXPECT_EQ(s.columns[1].name, "changed");
  EXPECT_EQ(s.columns[1].type, kDateTimeType);
  EXPECT_EQ(s.columns[2].type, kIntType);
  EXPECT_EQ(s.columns[3].type, kDateTimeType);
  EXPECT_EQ(s.columns[3].name, "") << "an expression without a name has none";
  EXPECT_TRUE(s.columns[4].type.IsText());
  EXPECT_TRUE(s.columns[5].type.IsText());
  EXPECT_EQ(s.columns[6].type, kDateTimeType);
}

TEST(TsqlCompiler, TextBesideADateBecomesADateAndKeepsTheIndex) {
  EXPECT_NE(Compiled("SELECT VISITID FROM VISITS WHERE UPDATED >= '2026-05-04'")
                .sql.find("\"VISITS\".\"UPDATED\" >= tsql_datetime('2026-05-04')"),
            std::string::npos);
  EXPECT_NE(
      Compiled("SELECT VISITID FROM VISITS WHERE UPDATED >= @since", {{"@SINCE", kDateTimeType}})
          .sql.find("\"VISITS\".\"UPDATED\" >= ?1"),
      std::string::npos);
}

TEST(TsqlCompiler, PlusJoinsTextAndAddsNumbers) {
  EXPECT_NE(Compiled("SELECT FIRSTNAME + ' ' + SURNAME AS n FROM PATIENTS").sql.find("||"),
            std::string::npos);
  EXPECT_EQ(Compiled("SELECT INTERNALID + 1 AS n FROM PATIENTS").sql.find("||"), std::string::npos);
}

TEST(TsqlCompiler, WordsThatOnlySqliteReservesAreNames) {
  EXPECT_NE(Compiled("SELECT DAY FROM VISITS").sql.find("\"VISITS\".\"DAY\""), std::string::npos);
}

TEST(TsqlCompiler, BatchesWithVariablesAndProcedures) {
  Batch batch;
  const auto error = CompileBatch(
      "SET NOCOUNT ON DECLARE @id INT; EXEC @id = BPSPATIENTS.dbo.BP_AddAppointment "
      "@aptdate='2026-05-04', "
      "@apttime=29700, @aptlen=@len; SELECT @id AS AppointmentId",
      Tables(), {{"@LEN", kIntType}}, batch);
  ASSERT_FALSE(error) << error->message;
  ASSERT_EQ(batch.statements.size(), 3u);
  const Statement& call = batch.statements[1];
  EXPECT_EQ(call.kind, StatementKind::kExecute);
  EXPECT_EQ(call.target, "BP_AddAppointment");
  EXPECT_EQ(call.result_variable, "@ID");
  ASSERT_EQ(call.arguments.size(), 3u);
  EXPECT_EQ(call.arguments[2].variables, std::vector<std::string>{"@LEN"});
  EXPECT_EQ(batch.statements[2].columns[0].name, "AppointmentId");
}

TEST(TsqlCompiler, JoinsSubqueriesAndCommonTables) {
  const Statement s = Compiled(
      "WITH recent AS (SELECT INTERNALID, MAX(VISITID) AS last FROM VISITS GROUP BY INTERNALID) "
      "SELECT p.SURNAME, (SELECT TOP 1 v.VISITDATE FROM VISITS v WHERE v.INTERNALID = p.INTERNALID "
      "ORDER BY v.VISITID "
      "DESC) AS seen, ROW_NUMBER() OVER (PARTITION BY p.SURNAME ORDER BY p.INTERNALID) AS n FROM "
      "PATIENTS p "
      "LEFT OUTER JOIN recent r ON r.INTERNALID = p.INTERNALID WHERE EXISTS (SELECT 1 FROM VISITS "
      "x WHERE "
      "x.INTERNALID = p.INTERNALID)");
  ASSERT_EQ(s.columns.size(), 3u);
  EXPECT_EQ(s.columns[1].type, kDateTimeType);
  EXPECT_EQ(s.reads, (std::vector<std::string>{"VISITS", "PATIENTS", "VISITS", "VISITS"}));
}

struct Refusal {
  const char* sql;
  int number;
};

class TsqlRefusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(TsqlRefusals, HasSqlServersNumber) {
  EXPECT_EQ(Refused(GetParam().sql), GetParam().number) << GetParam().sql;
}

INSTANTIATE_TEST_SUITE_P(
    All, TsqlRefusals,
    ::testing::Values(
        Refusal{"SELECT SURNAMEE FROM PATIENTS", 207}, Refusal{"SELECT rowid FROM PATIENTS", 207},
        Refusal{"SELECT 1 FROM PATIENT", 208}, Refusal{"SELECT 1 FROM sqlite_master", 208},
        Refusal{"SELECT 1 FROM Other.dbo.PATIENTS", 208},
        Refusal{"SELECT x.SURNAME FROM PATIENTS p", 4104},
        Refusal{"SELECT INTERNALID FROM PATIENTS p JOIN VISITS v ON v.INTERNALID = p.INTERNALID",
                209},
        Refusal{"SELECT substr(SURNAME, 1, 2) FROM PATIENTS", 195}, Refusal{"SELECT @nobody", 137},
        Refusal{"SELECT SURNAME FROM PATIENTS LIMIT 5", 102},
        Refusal{"SELECT SURNAME FROM PATIENTS WHERE", 102}, Refusal{"SELECT FROM PATIENTS", 156},
        Refusal{"SELECT 'open", 105}, Refusal{"SELECT 1 /* open", 113},
        Refusal{"PRAGMA table_info(PATIENTS) x", 102}, Refusal{"SELECT 1 == 1", 102},
        Refusal{"SELECT SURNAME || 'x' FROM PATIENTS", 102},
        Refusal{"SELECT SURNAME FROM PATIENTS WITH (FASTER)", 321},
        Refusal{"INSERT INTO PATIENTS (NOTHING) VALUES (1)", 207}));

TEST(TsqlLexer, StringsNamesAndNestedComments) {
  std::vector<Token> tokens;
  ASSERT_FALSE(Tokenize("N'O''Brien' [odd]]name] /* a /* b */ c */ @@ROWCOUNT -- end", tokens));
  ASSERT_EQ(tokens.size(), 4u);
  EXPECT_EQ(tokens[0].text, "O'Brien");
  EXPECT_EQ(tokens[1].text, "odd]name");
  EXPECT_EQ(tokens[1].kind, TokenKind::kName);
  EXPECT_EQ(tokens[2].text, "@@ROWCOUNT");
}

TEST(TsqlCompiler, SurvivesAnyBytesAndAnyDepth) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  Batch batch;
  (void)CompileBatch(bytes, Tables(), {}, batch);
  EXPECT_EQ(Refused("SELECT " + std::string(100'000, '(') + "1"), 191);
  EXPECT_EQ(Refused("SELECT " + std::string(100'000, '~') + "1"), 191);
  std::string nots = "SELECT 1 WHERE ";
  for (int i = 0; i < 50'000; ++i) nots += "NOT ";
  EXPECT_EQ(Refused(nots + "1=1"), 191);
}

TEST(Declarations, AsSpPrepareTakesThem) {
  std::vector<Declaration> out;
  ASSERT_FALSE(ParseDeclarations(
      "@P1 int,@name nvarchar(30) output, @day datetime2(3), @x varchar(max)", out));
  ASSERT_EQ(out.size(), 4u);
  EXPECT_EQ(out[1].type, VarcharOf(30));
  EXPECT_TRUE(out[1].output);
  EXPECT_EQ(out[3].type.kind, TypeKind::kText);
}

}  // namespace
}  // namespace pons::best_practice::sandbox
