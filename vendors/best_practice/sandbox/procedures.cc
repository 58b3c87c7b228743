// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/procedures.h"

#include <algorithm>

#include "base/text.h"
#include "vendors/best_practice/sandbox/edits.h"

namespace pons::best_practice::sandbox {
namespace {

const ProcedureParameter kUser{"@UserID", kIntType, false};
const ProcedureParameter kAptDate{"@AptDate", {TypeKind::kDate, 0}, false};

struct Reading {
  const char* name;
  std::vector<ProcedureParameter> parameters;
  const char* body;
};

std::vector<Reading> Readings() {
  const ProcedureParameter patient{"@PatientID", kIntType, false};
  const ProcedureParameter appointment{"@AptID", kIntType, false};
  return {
      {"BP_GetPracticeLocations",
       {},
       "SELECT LocationID, LocationName, Address1, Address2, City, PostCode, Phone, AHPhone, Fax, "
       "Email "
       "FROM BPS_PracticeLocations ORDER BY LocationID"},
      {"BP_GetPracticeLocation",
       {{"@locationid", kIntType, false}},
       "SELECT LOCATIONID, LOCATIONNAME, ADDRESS1, ADDRESS2, CITY, POSTCODE, PHONE FROM LOCATIONS "
       "WHERE LOCATIONID = @locationid AND RECORDSTATUS = 1"},
      {"BP_GetAllUsers",
       {},
       "SELECT U.USERID AS UserID, U.SURNAME AS Surname, U.FIRSTNAME AS Firstname, T.TITLE AS "
       "Title, "
       "G.GROUPNAME AS GroupName, U.APPOINTMENTS AS Appointments, U.LOCATIONID AS LocationID "
       "FROM USERS U LEFT JOIN USERGROUPS G ON G.GROUPCODE = U.GROUPCODE "
       "LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE WHERE U.RECORDSTATUS = 1 AND U.USERSTATUS "
       "<> 999 "
       "ORDER BY U.USERID"},
      {"BP_GetAppointmentBookUsers",
       {},
       "SELECT U.USERID AS UserID, U.SURNAME AS Surname, U.FIRSTNAME AS Firstname, T.TITLE AS "
       "Title "
       "FROM USERS U LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE "
       "WHERE U.RECORDSTATUS = 1 AND U.USERSTATUS <> 999 AND U.APPOINTMENTS = 1 ORDER BY U.USERID"},
      {"BP_GetAllSessions",
       {},
       "SELECT USERID AS UserID, LOCATIONID AS LocationID, DAYOFWEEK AS DayOfWeek, STARTTIME AS "
       "StartTime, "
       "ENDTIME AS EndTime, LENGTH AS Length, STARTDATE AS StartDate, ENDDATE AS EndDate, WEEKS AS "
       "Weeks, "
       "CYCLEWEEK AS CycleWeek, CYCLEDATE AS CycleDate FROM SESSIONS WHERE RECORDSTATUS = 1 "
       "ORDER BY USERID, DAYOFWEEK, STARTTIME"},
      {"BP_GetUserDaysAway",
       {kUser, {"@Start", {TypeKind::kDate, 0}, false}},
       "SELECT USERID AS UserID, STARTDATE AS StartDate, FINISHDATE AS FinishDate, AWAYREASON AS "
       "Reason "
       "FROM DAYSAWAY WHERE USERID = @UserID AND FINISHDATE >= @Start"},
      {"BP_GetUserBookedAppointments",
       {kUser, kAptDate},
       "SELECT A.RECORDID AS RecordID, A.INTERNALID AS InternalID, P.FIRSTNAME AS Firstname, "
       "P.SURNAME AS Surname, A.APPOINTMENTTIME AS AppointmentTime, "
       "A.APPOINTMENTLENGTH AS AppointmentLength, A.APPOINTMENTTYPE AS AppointmentType, "
       "A.APPOINTMENTCODE AS AppointmentCode, A.URGENT AS Urgent, A.INTERNALID AS InternalID "
       "FROM APPOINTMENTS A LEFT JOIN PATIENTS P ON P.INTERNALID = A.INTERNALID "
       "WHERE A.USERID = @UserID AND A.APPOINTMENTDATE = @AptDate AND A.RECORDSTATUS = 1 "
       "ORDER BY A.APPOINTMENTTIME"},
      {"BP_GetAppointmentDetails",
       {appointment},
       "SELECT P.FIRSTNAME AS Firstname, P.SURNAME AS Surname, A.APPOINTMENTDATE AS "
       "AppointmentDate, "
       "A.APPOINTMENTTIME AS AppointmentTime, A.APPOINTMENTTYPE AS AppointmentType, "
       "Y.DESCRIPTION AS Description, T.TITLE AS UserTitle, U.FIRSTNAME AS UserFirstname, "
       "U.SURNAME AS UserSurname FROM APPOINTMENTS A LEFT JOIN PATIENTS P ON P.INTERNALID = "
       "A.INTERNALID "
       "LEFT JOIN APPOINTMENTTYPES Y ON Y.APPOINTMENTCODE = A.APPOINTMENTTYPE "
       "LEFT JOIN USERS U ON U.USERID = A.USERID LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE "
       "WHERE A.RECORDID = @AptID"},
      {"BP_GetPatientAppointments",
       {patient},
       "SELECT A.RECORDID AS RecordID, A.APPOINTMENTCODE AS AppointmentCode, "
       "A.APPOINTMENTDATE AS AppointmentDate, A.APPOINTMENTTIME AS AppointmentTime, "
       "A.APPOINTMENTTYPE AS AppointmentType, T.TITLE AS UserTitle, U.SURNAME AS UserSurname "
       "FROM APPOINTMENTS A LEFT JOIN USERS U ON U.USERID = A.USERID "
       "LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE "
       "WHERE A.INTERNALID = @PatientID AND A.RECORDSTATUS = 1 "
       "ORDER BY A.APPOINTMENTDATE, A.APPOINTMENTTIME"},
      {"BP_GetPatientByInternalID",
       {patient},
       "SELECT P.INTERNALID AS InternalID, P.FIRSTNAME AS Firstname, P.SURNAME AS Surname, P.DOB "
       "AS DOB, "
       "P.MEDICARENO AS MedicareNo, P.MEDICARELINENO AS MedicareLineNo, P.MEDICAREEXPIRY AS "
       "MedicareExpiry, "
       "P.PENSIONCODE AS PensionCode, P.PENSIONNO AS PensionNo, P.PENSIONEXPIRY AS PensionExpiry, "
       "P.HOMEPHONE AS HomePhone, P.WORKPHONE AS WorkPhone, P.MOBILEPHONE AS MobilePhone, "
       "P.ADDRESS1 AS Address1, P.CITY AS City, P.POSTCODE AS Postcode, V.Email AS Email, "
       "P.DVACODE AS DVACode, P.DVANO AS DVANo FROM PATIENTS P "
       "LEFT JOIN BPS_Patients V ON V.InternalID = P.INTERNALID "
       "WHERE P.INTERNALID = @PatientID AND P.RECORDSTATUS = 1"},
      {"BP_GetPatientByNameDOB",
       {{"@firstname", VarcharOf(40), false},
        {"@surname", VarcharOf(40), false},
        {"@dob", {TypeKind::kDate, 0}, false}},
       "SELECT InternalID, Firstname, Surname, DOB FROM BPS_Patients WHERE Firstname = @firstname "
       "AND "
       "Surname = @surname AND DOB = @dob"},
      {"BP_GetPatientByPartSurnameDOB",
       {{"@Surname", VarcharOf(40), false}, {"@DoB", {TypeKind::kDate, 0}, false}},
       "SELECT InternalID, Firstname, Surname, DOB FROM BPS_Patients WHERE Surname LIKE "
       "RTRIM(@Surname) + '%' "
       "AND DOB = @DoB"},
      {"BP_GetInvestigationSummary",
       {{"@InternalId", kIntType, false}},
       "SELECT REPORTID AS ReportID, TESTNAME AS TestName, REPORTDATE AS Reported FROM "
       "INVESTIGATIONS "
       "WHERE INTERNALID = @InternalId"},
  };
}

// Takes what an inner query gives as numbers, for procedures that compute.
class Rows final : public ResultSink {
 public:
  void Columns(const std::vector<Column>& columns) override { width_ = columns.size(); }
  bool Row(sqlite3_stmt* statement) override {
    std::vector<std::int64_t> row;
    for (std::size_t i = 0; i < width_; ++i)
      row.push_back(sqlite3_column_int64(statement, static_cast<int>(i)));
    rows.push_back(std::move(row));
    return true;
  }
  void Done(std::int64_t, bool) override {}
  void Failed(const SqlError& failure) override { error = failure; }

  std::vector<std::vector<std::int64_t>> rows;
  std::optional<SqlError> error;

 private:
  std::size_t width_ = 0;
};

bool Ask(ProcedureCall& call, const std::string& sql, Variables variables, Rows& rows) {
  if (call.engine.RunText(call.connection, sql, variables, rows)) return true;
  call.error = rows.error;
  return false;
}

Variables UserAndDay(ProcedureCall& call, const char* user, const char* day) {
  Variables variables;
  variables["@USER"] = {kIntType, call.Integer(user)};
  variables["@DAY"] = {{TypeKind::kDate, 0}, call.Text(day)};
  return variables;
}

// Only looks at status Booked: one that is completed, cancelled or in the waiting room does not
// count. INFERRED: a long appointment is seen in each of the slots that it covers.
void IsAppointmentBooked(ProcedureCall& call) {
  Variables variables = UserAndDay(call, "@USERID", "@APTDATE");
  variables["@TIME"] = {kIntType, call.Integer("@APTTIME")};
  Rows rows;
  if (!Ask(call,
           "SELECT COUNT(*) FROM APPOINTMENTS WHERE USERID = @USER AND APPOINTMENTDATE = @DAY AND "
           "RECORDSTATUS = 1 AND APPOINTMENTCODE = 1 AND APPOINTMENTTIME <= @TIME AND "
           "APPOINTMENTTIME + APPOINTMENTLENGTH > @TIME",
           variables, rows)) {
    return;
  }
  call.result = rows.rows[0][0] > 0 ? 1 : 0;
}

// Slots of the sessions of that day which no live appointment covers. A user who is away is an
// error whose text says so, not an empty set. INFERRED: the words of that text, and its number.
void GetFreeAppointments(ProcedureCall& call) {
  const auto free = FreeTimesOf(call.connection, call.Integer("@USERID"), call.Text("@APTDATE"));
  if (!free) {
    call.error = SqlError{50000, 16, free.error().summary};
    return;
  }
  if (free->away) {
    call.error = SqlError{50000, 16, AwayText(call.Text("@APTDATE"))};
    return;
  }
  std::string sql;
  for (const auto& [at, length] : free->slots) {
    sql += (sql.empty() ? "SELECT " : " UNION ALL SELECT ") + std::to_string(at) +
           " AS AppointmentTime, " + std::to_string(length) + " AS AppointmentLength";
  }
  if (sql.empty()) {
    sql =
        "SELECT APPOINTMENTTIME AS AppointmentTime, APPOINTMENTLENGTH AS AppointmentLength "
        "FROM APPOINTMENTS WHERE 1 = 0";
  }
  Variables none;
  if (!call.engine.RunText(call.connection, sql, none, call.sink)) call.result = 1;
}

}  // namespace

void AddReadingProcedures(ProcedureTable& table) {
  for (const Reading& reading : Readings()) {
    table.Add({reading.name, reading.parameters, false, reading.body, {}});
  }
  const ProcedureParameter user{"@userid", kIntType, false};
  const ProcedureParameter day{"@aptdate", {TypeKind::kDate, 0}, false};
  table.Add({"BP_GetFreeAppointments", {user, day}, false, "", GetFreeAppointments});
  table.Add({"BP_IsAppointmentBooked",
             {user, day, {"@apttime", kIntType, false}},
             false,
             "",
             IsAppointmentBooked});
}

Result<void> AddProcedures(Database& database, ProcedureTable& table) {
  AddReadingProcedures(table);
  AddWritingProcedures(table);
  AddDocumentProcedures(table);
  for (const auto& [key, procedure] : table.all()) {
    PONS_TRY(DescribeProcedure(database, procedure.name, procedure.parameters));
  }
  return Ok();
}

}  // namespace pons::best_practice::sandbox
