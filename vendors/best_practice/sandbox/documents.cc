// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/documents.h"

#include <openssl/sha.h>

#include <charconv>

#include "base/text.h"
#include "vendors/best_practice/sandbox/engine.h"

namespace pons::best_practice::sandbox {
namespace {

Result<void> Change(Connection& writer, const std::string& sql,
                    const std::vector<SqlValue>& values) {
  std::string error;
  sqlite3_stmt* statement = writer.Prepare(sql, error);
  if (statement == nullptr) return MakeError(Fault::kInternal, "sandbox database: " + error);
  for (std::size_t i = 0; i < values.size(); ++i)
    BindValue(statement, static_cast<int>(i) + 1, values[i]);
  const int status = sqlite3_step(statement);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (status == SQLITE_DONE) return Ok();
  return MakeError(Fault::kInternal,
                   std::string("sandbox database: ") + sqlite3_errmsg(writer.handle()));
}

int Number(std::string_view digits) {
  int value = -1;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return parsed.ptr == digits.data() + digits.size() ? value : -1;
}

std::string NameOf(const ReadPerson& person) {
  std::string name;
  for (const std::string& part : {person.title, person.given, person.family}) {
    if (!part.empty()) name += (name.empty() ? "" : " ") + part;
  }
  return name;
}

SqlValue DayCell(const Database& database, std::string_view text) {
  const auto moment = ReadHl7Time(database, text);
  if (!moment) return {};
  return FormatDateTime({moment->days, 0});
}

// Cut to what a column holds: matching is done on what Bp has kept, not on what was sent.
std::string AsKept(std::string text, std::size_t size) {
  text.resize(EndOfCharacters(text, size));
  return text;
}

Cells CellsOf(const Database& database, const ReadMessage& message, const ReadReport& report) {
  const auto reported = ReadHl7Time(database, report.reported);
  const std::string status = AsciiUpper(report.status);
  return {{"SURNAME", report.family},
          {"FIRSTNAME", report.given},
          {"DOB", DayCell(database, report.birth_date)},
          {"SEX", report.sex},
          {"ADDRESS", report.street},
          {"CITY", report.city},
          {"POSTCODE", report.postcode},
          {"HOMEPHONE", report.home_phone},
          {"WORKPHONE", report.work_phone},
          {"MOBILEPHONE", report.mobile_phone},
          {"EMAIL", report.email},
          {"MEDICARENO", report.medicare},
          {"MEDICARELINENO", report.medicare_line},
          {"IHI", report.individual_number},
          {"DVANO", report.dva_number},
          {"RECORDNO", report.record_number},
          {"ADDRESSEDTO", NameOf(report.addressed_to)},
          {"PROVIDERNO", report.addressed_to.provider_number},
          {"HPII", report.addressed_to.individual_number},
          {"REQUESTBY", NameOf(report.requested_by)},
          {"REQUESTID", report.request_id},
          {"REQUESTDATE", DayCell(database, report.request_date)},
          {"PROVIDERNAME", message.facility},
          {"PROVIDERREFERENCE", report.report_id},
          {"HPIO", message.facility_number.size() == 16 ? message.facility_number : std::string()},
          {"TESTNAME", report.test_name},
          {"TESTCODE", report.test_code},
          {"SERVICECODE", report.service_code},
          {"COLLECTIONDATE", DayCell(database, report.collected)},
          {"REPORTDATE", DayCell(database, report.reported)},
          {"REPORTTIME", std::int64_t{reported ? reported->ticks / 10'000'000 : 0}},
          {"COMPLETIONFLAG", std::int64_t{status == "F" || status == "C"}},
          {"NORMALFLAG", std::int64_t{!report.abnormal}},
          {"CONFIDENTIALFLAG", std::int64_t{0}},
          {"REPORTHEADER", std::string()},
          {"REPORTBODY", report.text},
          {"CATEGORY", std::string()},
          {"SUBJECT", std::string()},
          {"CONTACTNAME", std::string()}};
}

Result<void> KeepValues(Connection& writer, std::int64_t report,
                        const std::vector<ReadValue>& values) {
  PONS_TRY(Change(writer, "DELETE FROM INCOMINGVALUES WHERE REPORTID = ?", {report}));
  for (const ReadValue& value : values) {
    auto row = InsertRow(writer, "INCOMINGVALUES",
                         {{"REPORTID", report},
                          {"RESULTNAME", value.name},
                          {"RESULTVALUE", value.value},
                          {"UNITS", value.units},
                          {"RANGE", value.range},
                          {"ABNORMALFLAG", value.abnormal},
                          {"LOINCCODE", value.loinc}});
    if (!row) return std::move(row).error();
  }
  return Ok();
}

}  // namespace

std::optional<DateTime> ReadHl7Time(const Database& database, std::string_view text) {
  const std::size_t zone = text.find_first_of("+-");
  const std::string_view digits = text.substr(0, std::min(zone, text.find('.')));
  if (digits.size() < 8) return std::nullopt;
  const auto day = FromCalendar(Number(digits.substr(0, 4)), Number(digits.substr(4, 2)),
                                Number(digits.substr(6, 2)));
  if (!day) return std::nullopt;
  const int hour = digits.size() >= 10 ? Number(digits.substr(8, 2)) : 0;
  const int minute = digits.size() >= 12 ? Number(digits.substr(10, 2)) : 0;
  const int second = digits.size() >= 14 ? Number(digits.substr(12, 2)) : 0;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return std::nullopt;
  DateTime reading{*day, (hour * 3600 + minute * 60 + second) * std::int64_t{10'000'000}};
  if (zone == std::string_view::npos || digits.size() < 10) return reading;
  const int away = text.size() >= zone + 5 ? Number(text.substr(zone + 1, 4)) : -1;
  if (away < 0) return reading;
  const std::int64_t minutes = (away / 100 * 60 + away % 100) * (text[zone] == '-' ? -1 : 1);
  return database.LocalAt(FromMillis(reading.UnixMillis() - minutes * 60'000));
}

std::string Sha256Hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return Hex(std::string_view(reinterpret_cast<const char*>(digest), sizeof digest));
}

Result<void> KeepDocument(Connection& writer, const std::string& kind, std::int64_t key,
                          const KeptDocument& document, const std::string& control_id,
                          const std::string& file) {
  return Change(
      writer,
      "INSERT OR REPLACE INTO sandbox_documents (kind, key, content_type, content, "
      "bytes, sha256, control_id, file) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {kind, key, document.content_type, Bytes{document.content},
       static_cast<std::int64_t>(document.content.size()),
       document.content.empty() ? std::string() : Sha256Hex(document.content), control_id, file});
}

Result<KeptDocument> FindDocument(Connection& reader, const std::string& kind, std::int64_t key) {
  std::string error;
  sqlite3_stmt* statement = reader.Prepare(
      "SELECT content_type, content FROM sandbox_documents WHERE kind = ? AND key = ?", error);
  if (statement == nullptr) return MakeError(Fault::kInternal, "sandbox database: " + error);
  BindValue(statement, 1, kind);
  BindValue(statement, 2, key);
  std::optional<KeptDocument> found;
  if (sqlite3_step(statement) == SQLITE_ROW)
    found = KeptDocument{AsText(ColumnValue(statement, 0)), AsText(ColumnValue(statement, 1))};
  sqlite3_reset(statement);
  if (!found || found->content.empty())
    return MakeError(Fault::kNotFound, "there is no document of that id");
  return std::move(*found);
}

std::int64_t MatchPatient(Connection& connection, const std::string& family,
                          const std::string& given, const std::string& birth_date) {
  const auto day = ReadHl7Time(connection.database(), birth_date);
  if (!day || family.empty()) return 0;
  const std::string where =
      " FROM PATIENTS WHERE SURNAME = ? AND FIRSTNAME = ? AND DOB = ? AND RECORDSTATUS = 1";
  const std::vector<SqlValue> values{family, given, FormatDateTime({day->days, 0})};
  if (AskInteger(connection, "SELECT COUNT(*)" + where, values) != 1) return 0;
  return AskInteger(connection, "SELECT INTERNALID" + where, values);
}

std::int64_t MatchUser(Connection& connection, const ReadPerson& person) {
  if (const std::string number = AsKept(person.provider_number, 8); !number.empty()) {
    const std::int64_t user = AskInteger(
        connection,
        "SELECT U.USERID FROM USERS U WHERE U.RECORDSTATUS = 1 AND (U.PROVIDERNO = ?1 OR EXISTS "
        "(SELECT 1 FROM PROVIDER_LOCATION L WHERE L.USERID = U.USERID AND L.PROVIDERNUMBER = ?1)) "
        "ORDER BY U.USERID LIMIT 1",
        {number});
    if (user != 0) return user;
  }
  if (person.family.empty()) return 0;
  const std::string where = " FROM USERS WHERE RECORDSTATUS = 1 AND SURNAME = ? AND FIRSTNAME = ?";
  if (AskInteger(connection, "SELECT COUNT(*)" + where, {person.family, person.given}) != 1)
    return 0;
  return AskInteger(connection, "SELECT USERID" + where, {person.family, person.given});
}

Result<std::int64_t> ImportReport(Connection& writer, const ReadMessage& message,
                                  const ReadReport& report, const std::string& file) {
  Cells cells = CellsOf(writer.database(), message, report);
  cells.emplace_back("INTERNALID", MatchPatient(writer, AsKept(report.family, 30),
                                                AsKept(report.given, 30), report.birth_date));
  cells.emplace_back("USERID", MatchUser(writer, report.addressed_to));
  std::int64_t id = 0;
  if (!report.report_id.empty()) {
    id = AskInteger(writer,
                    "SELECT REPORTID FROM INCOMINGREPORTS WHERE PROVIDERNAME = ? AND "
                    "PROVIDERREFERENCE = ?",
                    {AsKept(message.facility, 60), AsKept(report.report_id, 20)});
  }
  if (id != 0) {
    PONS_TRY(UpdateRow(writer, "INCOMINGREPORTS", id, std::move(cells)));
  } else {
    PONS_ASSIGN(id, InsertRow(writer, "INCOMINGREPORTS", std::move(cells)));
  }
  PONS_TRY(KeepValues(writer, id, report.values));
  KeptDocument document{report.content_type, report.content};
  if (document.content.empty() && !report.text.empty())
    document = {"text/plain; charset=utf-8", report.text};
  PONS_TRY(KeepDocument(writer, "report", id, document, message.control_id, file));
  return id;
}

Result<std::int64_t> AddClinicalImage(Connection& writer, const NewDocument& document) {
  const Database& database = writer.database();
  const auto day = document.date.empty() ? database.LocalNow()
                                         : ParseDateTime(document.date).value_or(DateTime());
  const std::int64_t zero = 0, one = 1;
  PONS_ASSIGN(const std::int64_t id,
              InsertRow(writer, "CORRESPONDENCEIN",
                        {{"STORED", one},
                         {"ORIGIN", zero},
                         {"INTERNALID", document.patient},
                         {"USERID", document.user},
                         {"CORRESPONDENCEDATE", FormatDateTime({day.days, 0})},
                         {"CONTACTID", zero},
                         {"CONTACTNAME", std::string()},
                         {"CATEGORY", std::string("Clinical image")},
                         {"SUBJECT", document.title},
                         {"DETAIL", std::string()},
                         {"CONFIDENTIALFLAG", zero},
                         {"USERREFERENCE", std::string()},
                         {"COMMENT", std::string()},
                         {"CLINICALIMAGE", one},
                         {"LOCATIONID", zero}}));
  PONS_TRY(KeepDocument(writer, "image", id, document.content, "", ""));
  return id;
}

Result<void> AllocateReport(Connection& writer, std::int64_t report, std::int64_t patient,
                            std::int64_t user) {
  Cells cells;
  if (patient != 0) {
    const bool live = AskInteger(writer,
                                 "SELECT COUNT(*) FROM PATIENTS WHERE INTERNALID = ? AND "
                                 "RECORDSTATUS = 1",
                                 {patient}) == 1;
    if (!live) return MakeError(Fault::kNotFound, "no patient " + std::to_string(patient));
    cells.emplace_back("INTERNALID", patient);
  }
  if (user != 0) {
    const bool live = AskInteger(writer,
                                 "SELECT COUNT(*) FROM USERS WHERE USERID = ? AND "
                                 "RECORDSTATUS = 1",
                                 {user}) == 1;
    if (!live) return MakeError(Fault::kNotFound, "no practitioner " + std::to_string(user));
    cells.emplace_back("USERID", user);
  }
  if (cells.empty()) return MakeError(Fault::kRejected, "give a patient or a practitioner");
  return UpdateRow(writer, "INCOMINGREPORTS", report, std::move(cells));
}

// INFERRED: a report that a doctor has checked is an INVESTIGATIONS row, under the same number.
Result<void> CheckReport(Connection& writer, std::int64_t report) {
  const auto whose = [&](const char* column) {
    return AskInteger(writer,
                      std::string("SELECT ") + column + " FROM INCOMINGREPORTS WHERE REPORTID = ?",
                      {report});
  };
  if (whose("REPORTID") == 0)
    return MakeError(Fault::kNotFound, "no report " + std::to_string(report));
  if (whose("INTERNALID") == 0)
    return MakeError(Fault::kConflict, "the report has no patient yet: allocate it first");
  const Database& database = writer.database();
  PONS_TRY(Change(
      writer,
      "INSERT INTO INVESTIGATIONS (REPORTID, INTERNALID, USERID, IMPORTDATE, REQUESTID, "
      "PROVIDERREFERENCE, PROVIDERNAME, COLLECTIONDATE, TESTNAME, REPORTDATE, REPORTTIME, "
      "NORMALFLAG, COMPLETIONFLAG, CHECKDATE, CHECKEDBY, STORED, CREATED) SELECT REPORTID, "
      "INTERNALID, USERID, CREATED, 0, PROVIDERREFERENCE, PROVIDERNAME, COLLECTIONDATE, TESTNAME, "
      "REPORTDATE, REPORTTIME, NORMALFLAG, COMPLETIONFLAG, ?1, USERID, 1, ?1 FROM INCOMINGREPORTS "
      "WHERE REPORTID = ?2",
      {NowText(database), report}));
  return Change(writer, "DELETE FROM INCOMINGREPORTS WHERE REPORTID = ?", {report});
}

}  // namespace pons::best_practice::sandbox
