// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/edits.h"

#include <algorithm>

#include "base/text.h"
#include "vendors/best_practice/sandbox/engine.h"

namespace pons::best_practice::sandbox {
namespace {

// The user that edits are made as: the practice's receptionist, who is seeded with this number.
constexpr std::int64_t kReceptionist = 1;

Error Failed(Connection& connection) {
  return MakeError(Fault::kInternal,
                   std::string("sandbox database: ") + sqlite3_errmsg(connection.handle()));
}

bool Has(const Database& database, std::string_view table, std::string_view column) {
  const CatalogEntry* entry = database.catalog().Find("", table);
  return entry != nullptr && entry->Find(column) != nullptr;
}

bool HasCell(const Cells& cells, std::string_view column) {
  for (const auto& [name, value] : cells) {
    if (EqualsIgnoringAsciiCase(name, column)) return true;
  }
  return false;
}

Result<void> StepChange(Connection& writer, const std::string& sql,
                        const std::vector<SqlValue>& values) {
  std::string error;
  sqlite3_stmt* statement = writer.Prepare(sql, error);
  if (statement == nullptr) return MakeError(Fault::kInternal, "sandbox database: " + error);
  for (std::size_t i = 0; i < values.size(); ++i)
    BindValue(statement, static_cast<int>(i) + 1, values[i]);
  const int status = sqlite3_step(statement);
  if (status != SQLITE_DONE) {
    Error failed = Failed(writer);
    sqlite3_reset(statement);
    return failed;
  }
  sqlite3_reset(statement);
  return Ok();
}

// Whole numbers, row by row.
Result<std::vector<std::vector<std::int64_t>>> AskIntegers(Connection& connection,
                                                           const std::string& sql,
                                                           const std::vector<SqlValue>& values) {
  std::string error;
  sqlite3_stmt* statement = connection.Prepare(sql, error);
  if (statement == nullptr) return MakeError(Fault::kInternal, "sandbox database: " + error);
  for (std::size_t i = 0; i < values.size(); ++i)
    BindValue(statement, static_cast<int>(i) + 1, values[i]);
  std::vector<std::vector<std::int64_t>> rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    std::vector<std::int64_t> row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i)
      row.push_back(sqlite3_column_int64(statement, i));
    rows.push_back(std::move(row));
  }
  sqlite3_reset(statement);
  return rows;
}

}  // namespace

std::size_t EndOfCharacters(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  while (at < text.size()) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) {
      if (characters == 0) return at;
      --characters;
    }
    ++at;
  }
  return at;
}

std::string NowText(const Database& database) { return FormatDateTime(database.LocalNow()); }

std::string TodayText(const Database& database) {
  return FormatDateTime({database.LocalNow().days, 0});
}

std::int64_t SecondsOfDay(const Database& database) {
  return database.LocalNow().ticks / 10'000'000;
}

void CutToColumns(const Database& database, std::string_view table, Cells& cells,
                  std::vector<Cut>& cuts) {
  const CatalogEntry* entry = database.catalog().Find("", table);
  if (entry == nullptr) return;
  for (auto& [name, value] : cells) {
    auto* text = std::get_if<std::string>(&value);
    const Column* column = entry->Find(name);
    if (text == nullptr || column == nullptr || !column->type.IsText() || column->type.size == 0)
      continue;
    const std::size_t end = EndOfCharacters(*text, static_cast<std::size_t>(column->type.size));
    if (end >= text->size()) continue;
    cuts.push_back({column->name, *text, text->substr(0, end)});
    text->resize(end);
  }
}

std::string KeyOf(const Database& database, std::string_view table) {
  const CatalogEntry* entry = database.catalog().Find("", table);
  return entry == nullptr ? "" : entry->columns[0].name;
}

Result<std::int64_t> InsertRow(Connection& writer, std::string_view table, Cells cells) {
  const Database& database = writer.database();
  std::vector<Cut> cuts;
  CutToColumns(database, table, cells, cuts);
  if (Has(database, table, "CREATED") && !HasCell(cells, "CREATED")) {
    cells.emplace_back("CREATED", NowText(database));
  }
  if (Has(database, table, "CREATEDBY") && !HasCell(cells, "CREATEDBY")) {
    cells.emplace_back("CREATEDBY", kReceptionist);
  }
  std::string names, places;
  std::vector<SqlValue> values;
  for (auto& [name, value] : cells) {
    names += (names.empty() ? "\"" : ", \"") + name + "\"";
    places += places.empty() ? "?" : ", ?";
    values.push_back(std::move(value));
  }
  PONS_TRY(StepChange(
      writer, "INSERT INTO \"" + std::string(table) + "\" (" + names + ") VALUES (" + places + ")",
      values));
  return static_cast<std::int64_t>(sqlite3_last_insert_rowid(writer.handle()));
}

Result<void> UpdateRow(Connection& writer, std::string_view table, std::int64_t key, Cells cells) {
  const Database& database = writer.database();
  std::vector<Cut> cuts;
  CutToColumns(database, table, cells, cuts);
  if (Has(database, table, "UPDATED") && !HasCell(cells, "UPDATED")) {
    cells.emplace_back("UPDATED", NowText(database));
  }
  if (Has(database, table, "UPDATEDBY") && !HasCell(cells, "UPDATEDBY")) {
    cells.emplace_back("UPDATEDBY", kReceptionist);
  }
  std::string list;
  std::vector<SqlValue> values;
  for (auto& [name, value] : cells) {
    list += (list.empty() ? "\"" : ", \"") + name + "\" = ?";
    values.push_back(std::move(value));
  }
  values.emplace_back(key);
  PONS_TRY(StepChange(writer,
                      "UPDATE \"" + std::string(table) + "\" SET " + list + " WHERE \"" +
                          KeyOf(database, table) + "\" = ?",
                      values));
  if (sqlite3_changes64(writer.handle()) == 0) {
    return MakeError(Fault::kNotFound,
                     "no row " + std::to_string(key) + " in " + std::string(table));
  }
  return Ok();
}

std::int64_t AskInteger(Connection& connection, const std::string& sql,
                        const std::vector<SqlValue>& values, std::int64_t otherwise) {
  std::string error;
  sqlite3_stmt* statement = connection.Prepare(sql, error);
  if (statement == nullptr) return otherwise;
  for (std::size_t i = 0; i < values.size(); ++i)
    BindValue(statement, static_cast<int>(i) + 1, values[i]);
  std::int64_t result = otherwise;
  if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
    result = sqlite3_column_int64(statement, 0);
  }
  sqlite3_reset(statement);
  return result;
}

std::string AskText(Connection& connection, const std::string& sql,
                    const std::vector<SqlValue>& values) {
  std::string error, result;
  sqlite3_stmt* statement = connection.Prepare(sql, error);
  if (statement == nullptr) return result;
  for (std::size_t i = 0; i < values.size(); ++i)
    BindValue(statement, static_cast<int>(i) + 1, values[i]);
  if (sqlite3_step(statement) == SQLITE_ROW) result = AsText(ColumnValue(statement, 0));
  sqlite3_reset(statement);
  return result;
}

Result<void> SetEmail(Connection& writer, std::int64_t patient, const std::string& email) {
  const std::int64_t row = AskInteger(writer,
                                      "SELECT RECORDID FROM EMAIL WHERE INTERNALID = ? AND "
                                      "RECORDSTATUS = 1 ORDER BY RECORDID LIMIT 1",
                                      {patient});
  if (row != 0) {
    if (email.empty()) return UpdateRow(writer, "EMAIL", row, {{"RECORDSTATUS", std::int64_t{2}}});
    return UpdateRow(writer, "EMAIL", row, {{"EMAIL", email}});
  }
  if (email.empty()) return Ok();
  auto added = InsertRow(writer, "EMAIL",
                         {{"INTERNALID", patient},
                          {"EMAILCODE", std::int64_t{1}},
                          {"EMAIL", email},
                          {"RECORDSTATUS", std::int64_t{1}}});
  if (!added) return std::move(added).error();
  return Ok();
}

Result<std::int64_t> AddAppointment(Connection& writer, const NewAppointment& appointment) {
  const auto day = ParseDateTime(appointment.date);
  if (!day) return MakeError(Fault::kRejected, "date must be YYYY-MM-DD");
  if (appointment.time < 0 || appointment.time >= 86'400 || appointment.length <= 0) {
    return MakeError(Fault::kRejected, "time and length must be within the day");
  }
  const bool live =
      AskInteger(writer, "SELECT COUNT(*) FROM PATIENTS WHERE INTERNALID = ? AND RECORDSTATUS = 1",
                 {appointment.patient}) == 1;
  if (!live) return MakeError(Fault::kRejected, "no such patient");
  const std::int64_t home =
      AskInteger(writer, "SELECT LOCATIONID FROM USERS WHERE USERID = ? AND RECORDSTATUS = 1",
                 {appointment.user}, -1);
  if (home < 0) return MakeError(Fault::kRejected, "no such practitioner");
  const auto zero = std::int64_t{0};
  return InsertRow(writer, "APPOINTMENTS",
                   {{"INTERNALID", appointment.patient},
                    {"RECORDSTATUS", std::int64_t{1}},
                    {"USERID", appointment.user},
                    {"LOCATIONID", appointment.location == 0 ? home : appointment.location},
                    {"VISITID", zero},
                    {"APPOINTMENTDATE", FormatDateTime({day->days, 0})},
                    {"APPOINTMENTTIME", appointment.time},
                    {"APPOINTMENTLENGTH", appointment.length},
                    {"APPOINTMENTCODE", std::int64_t{1}},
                    {"APPOINTMENTTYPE", appointment.type},
                    {"URGENT", std::int64_t{appointment.urgent}},
                    {"REASON", appointment.reason},
                    {"ARRIVALTIME", zero},
                    {"CONSULTATIONTIME", zero},
                    {"VISITLENGTH", zero},
                    {"ROOMID", zero},
                    {"BOOKEDBY", appointment.booked_by},
                    {"ITEMLIST", std::string()},
                    {"COMMENT", std::string()},
                    {"ATTENDANCECONFIRMED", zero},
                    {"VIDEOURL", appointment.video_url}});
}

Result<void> CheckFree(Connection& writer, std::int64_t user, const std::string& day,
                       std::int64_t time, std::int64_t length, std::int64_t except) {
  const std::string taken = AskText(
      writer,
      "SELECT printf('%02d:%02d', A.APPOINTMENTTIME / 3600, A.APPOINTMENTTIME / 60 % 60) || ' ' || "
      "trim(coalesce(P.FIRSTNAME, '') || ' ' || coalesce(P.SURNAME, '')) FROM APPOINTMENTS A "
      "LEFT JOIN PATIENTS P ON P.INTERNALID = A.INTERNALID WHERE A.APPOINTMENTDATE = ? AND "
      "A.USERID = ? AND A.RECORDSTATUS = 1 AND A.APPOINTMENTTIME < ? AND "
      "A.APPOINTMENTTIME + A.APPOINTMENTLENGTH > ? AND A.RECORDID <> ? ORDER BY A.APPOINTMENTTIME "
      "LIMIT 1",
      {day, user, time + length, time, except});
  if (taken.empty()) return Ok();
  return MakeError(Fault::kConflict, "this time is taken: " + taken);
}

std::string AwayText(const std::string& date) {
  return "The user is away on " + date.substr(0, 10) + ".";
}

Result<FreeTimes> FreeTimesOf(Connection& connection, std::int64_t user, const std::string& date) {
  const auto parsed = ParseDateTime(date);
  if (!parsed) return MakeError(Fault::kRejected, "date must be YYYY-MM-DD");
  const std::string day = FormatDateTime({parsed->days, 0});
  FreeTimes free;
  free.away = AskInteger(connection,
                         "SELECT COUNT(*) FROM DAYSAWAY WHERE USERID = ? AND STARTDATE <= ? AND "
                         "FINISHDATE >= ?",
                         {user, day, day}) > 0;
  if (free.away) return free;
  // DAYOFWEEK counts from Sunday, 1.
  const std::int64_t weekday = (WeekdayOf(parsed->days) + 1) % 7 + 1;
  PONS_ASSIGN(
      const auto sessions,
      AskIntegers(connection,
                  "SELECT STARTTIME, ENDTIME, LENGTH FROM SESSIONS WHERE USERID = ?1 AND "
                  "RECORDSTATUS = 1 AND DAYOFWEEK = ?2 AND (STARTDATE IS NULL OR STARTDATE <= ?3) "
                  "AND (ENDDATE IS NULL OR ENDDATE >= ?3) UNION ALL SELECT STARTTIME, ENDTIME, "
                  "LENGTH FROM EXTRASESSIONS WHERE USERID = ?1 AND SESSIONDATE = ?3",
                  {user, weekday, day}));
  PONS_ASSIGN(const auto taken,
              AskIntegers(connection,
                          "SELECT APPOINTMENTTIME, APPOINTMENTLENGTH FROM APPOINTMENTS WHERE "
                          "USERID = ? AND APPOINTMENTDATE = ? AND RECORDSTATUS = 1",
                          {user, day}));
  for (const auto& session : sessions) {
    for (std::int64_t at = session[0]; session[2] > 0 && at + session[2] <= session[1];
         at += session[2]) {
      const bool hit = std::any_of(taken.begin(), taken.end(), [&](const auto& row) {
        return row[0] < at + session[2] && row[0] + row[1] > at;
      });
      if (!hit) free.slots.emplace_back(at, session[2]);
    }
  }
  std::sort(free.slots.begin(), free.slots.end());
  return free;
}

Result<void> CancelAppointment(Connection& writer, std::int64_t id, std::int64_t by,
                               const std::string& reason) {
  const Database& database = writer.database();
  const bool live =
      AskInteger(writer,
                 "SELECT COUNT(*) FROM APPOINTMENTS WHERE RECORDID = ? AND RECORDSTATUS = 1",
                 {id}) == 1;
  if (!live) return MakeError(Fault::kNotFound, "no live appointment " + std::to_string(id));
  PONS_TRY(UpdateRow(writer, "APPOINTMENTS", id, {{"RECORDSTATUS", std::int64_t{4}}}));
  auto row = InsertRow(writer, "CANCELLEDAPPOINTMENTS",
                       {{"APPOINTMENTID", id},
                        {"CANCELLEDBY", by},
                        {"CANCELLEDDATE", TodayText(database)},
                        {"CANCELLEDTIME", SecondsOfDay(database)},
                        {"REASON", reason}});
  if (!row) return std::move(row).error();
  return Ok();
}

Result<void> SetAppointmentStatus(Connection& writer, std::int64_t id, std::int64_t code) {
  Cells cells{{"APPOINTMENTCODE", code}};
  const std::int64_t now = SecondsOfDay(writer.database());
  if (code == 1) cells.emplace_back("ARRIVALTIME", std::int64_t{0});
  if (code == 2) cells.emplace_back("ARRIVALTIME", now);
  if (code == 3) cells.emplace_back("CONSULTATIONTIME", now);
  return UpdateRow(writer, "APPOINTMENTS", id, std::move(cells));
}

Result<StartedVisit> StartVisit(Connection& writer, std::int64_t patient, std::int64_t user,
                                std::int64_t location, std::int64_t appointment) {
  const Database& database = writer.database();
  if (AskInteger(writer, "SELECT COUNT(*) FROM PATIENTS WHERE INTERNALID = ? AND RECORDSTATUS = 1",
                 {patient}) == 0) {
    return MakeError(Fault::kNotFound, "no such patient");
  }
  const std::int64_t home =
      AskInteger(writer, "SELECT LOCATIONID FROM USERS WHERE USERID = ?", {user}, -1);
  if (home < 0) return MakeError(Fault::kNotFound, "no such practitioner");
  const std::string today = TodayText(database);
  if (appointment == 0) {
    appointment = AskInteger(
        writer,
        "SELECT RECORDID FROM APPOINTMENTS WHERE INTERNALID = ? AND USERID = ? AND "
        "APPOINTMENTDATE = ? AND RECORDSTATUS = 1 AND VISITID = 0 ORDER BY APPOINTMENTTIME LIMIT 1",
        {patient, user, today});
  }
  if (location == 0 && appointment != 0) {
    location = AskInteger(writer, "SELECT LOCATIONID FROM APPOINTMENTS WHERE RECORDID = ?",
                          {appointment}, 0);
  }
  const std::string doctor = AskText(
      writer,
      "SELECT rtrim(coalesce(T.TITLE, '') || ' ' || U.FIRSTNAME || ' ' || U.SURNAME) FROM USERS U "
      "LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE WHERE U.USERID = ?",
      {user});
  const std::int64_t zero = 0, one = 1;
  StartedVisit started;
  started.appointment = appointment;
  auto visit = InsertRow(writer, "VISITS",
                         {{"INTERNALID", patient},
                          {"USERID", user},
                          {"RECORDSTATUS", one},
                          {"VISITCODE", one},
                          {"DRNAME", doctor},
                          {"VISITDATE", today},
                          {"RECORDEDDATE", today},
                          {"STARTTIME", SecondsOfDay(database)},
                          {"ENDTIME", zero},
                          {"DURATION", zero},
                          {"LOCATION", location == 0 ? home : location},
                          {"VISITNOTES", std::string()}});
  if (!visit) return std::move(visit).error();
  started.visit = *visit;
  auto lock = InsertRow(writer, "VISITLOCK",
                        {{"VISITID", started.visit},
                         {"USERID", user},
                         {"COMPUTER", std::string("ROOM") + std::to_string(user)}});
  if (!lock) return std::move(lock).error();
  if (appointment != 0) {
    PONS_TRY(UpdateRow(writer, "APPOINTMENTS", appointment,
                       {{"VISITID", started.visit},
                        {"APPOINTMENTCODE", std::int64_t{3}},
                        {"CONSULTATIONTIME", SecondsOfDay(database)}}));
  }
  return started;
}

Result<void> FinishVisit(Connection& writer, std::int64_t visit) {
  const Database& database = writer.database();
  const std::int64_t start = AskInteger(
      writer, "SELECT STARTTIME FROM VISITS WHERE VISITID = ? AND RECORDSTATUS = 1", {visit}, -1);
  if (start < 0) return MakeError(Fault::kNotFound, "no visit " + std::to_string(visit));
  const std::int64_t now = SecondsOfDay(database);
  const std::int64_t length = now >= start ? now - start : now + 86'400 - start;
  PONS_TRY(UpdateRow(writer, "VISITS", visit, {{"ENDTIME", now}, {"DURATION", length}}));
  PONS_TRY(StepChange(writer, "DELETE FROM VISITLOCK WHERE VISITID = ?", {visit}));
  const std::int64_t appointment = AskInteger(
      writer, "SELECT RECORDID FROM APPOINTMENTS WHERE VISITID = ? AND RECORDSTATUS = 1", {visit});
  if (appointment == 0) return Ok();
  return UpdateRow(writer, "APPOINTMENTS", appointment,
                   {{"APPOINTMENTCODE", std::int64_t{4}}, {"VISITLENGTH", length}});
}

}  // namespace pons::best_practice::sandbox
