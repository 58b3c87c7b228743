// SPDX-License-Identifier: Apache-2.0
// The statements that a polite client repeats all day must cost next to nothing, as on a server
// with Bp's indexes: each reads by an index, never a whole table.
#include <gtest/gtest.h>

#include "vendors/best_practice/sandbox/clinic_store.h"
#include "vendors/best_practice/sandbox/engine.h"
#include "vendors/best_practice/sandbox/schema.h"

namespace pons::best_practice::sandbox {
namespace {

struct Poll {
  const char* sql;
  VariableTypes variables;
};

class Polls : public ::testing::TestWithParam<Poll> {};

TEST_P(Polls, ReadByAnIndex) {
  const sandboxkit::SandboxClock clock;
  auto database = Database::Open({}, clock);
  ASSERT_TRUE(database) << database.error().summary;
  ASSERT_TRUE(CreateSchema(**database));
  ASSERT_TRUE(FillPractice(**database, {300, 600, 7}));
  Batch batch;
  const auto error =
      CompileBatch(GetParam().sql, (*database)->catalog(), GetParam().variables, batch);
  ASSERT_FALSE(error) << error->message;
  auto reader = (*database)->OpenReader();
  ASSERT_TRUE(reader);
  std::string message, plan;
  sqlite3_stmt* statement =
      (*reader)->Prepare("EXPLAIN QUERY PLAN " + batch.statements[0].sql, message);
  ASSERT_NE(statement, nullptr) << message;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    plan += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
    plan += "; ";
  }
  sqlite3_reset(statement);
  EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan << "\n" << batch.statements[0].sql;
}

INSTANTIATE_TEST_SUITE_P(
    All, Polls,
    ::testing::Values(
        Poll{"SELECT TOP (@n) VISITID, INTERNALID, UPDATED FROM dbo.VISITS WITH (NOLOCK) WHERE "
             "VISITID > @last "
             "ORDER BY VISITID",
             {{"@N", kIntType}, {"@LAST", kIntType}}},
        Poll{"SELECT VISITID FROM VISITS WHERE VISITID > @last OR UPDATED >= @since",
             {{"@LAST", kIntType}, {"@SINCE", {TypeKind::kDateTime2, 0}}}},
        Poll{"SELECT VISITID FROM VISITS WHERE UPDATED >= @since ORDER BY UPDATED, VISITID",
             {{"@SINCE", kDateTimeType}}},
        Poll{"SELECT TOP 500 INTERNALID FROM PATIENTS WHERE COALESCE(UPDATED, CREATED) >= @since "
             "ORDER BY "
             "COALESCE(UPDATED, CREATED), INTERNALID",
             {{"@SINCE", VarcharOf(30)}}},
        Poll{"SELECT RECORDID FROM APPOINTMENTS WHERE ISNULL(UPDATED, CREATED) > @since",
             {{"@SINCE", kDateTimeType}}},
        Poll{"SELECT TOP 1 RECORDID FROM APPOINTMENTS WHERE INTERNALID = @p AND RECORDSTATUS = 1 "
             "AND "
             "APPOINTMENTDATE <= @day ORDER BY APPOINTMENTDATE DESC, APPOINTMENTTIME DESC",
             {{"@P", kIntType}, {"@DAY", {TypeKind::kDate, 0}}}},
        Poll{"SELECT P.SURNAME, E.EMAIL FROM PATIENTS P LEFT JOIN EMAIL E ON E.INTERNALID = "
             "P.INTERNALID AND "
             "E.RECORDSTATUS = 1 WHERE P.INTERNALID IN (@a, @b, @c)",
             {{"@A", kIntType}, {"@B", kIntType}, {"@C", kIntType}}},
        Poll{"SELECT INTERNALID FROM BPS_Patients WHERE Surname = @s AND DOB = @d",
             {{"@S", VarcharOf(40)}, {"@D", {TypeKind::kDate, 0}}}},
        Poll{"SELECT CONDITION FROM PASTHISTORY WHERE INTERNALID = @p", {{"@P", kIntType}}}));

}  // namespace
}  // namespace pons::best_practice::sandbox
