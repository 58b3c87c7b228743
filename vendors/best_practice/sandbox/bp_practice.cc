// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/bp_practice.h"

#include <charconv>
#include <cstdio>

#include "base/text.h"
#include "vendors/best_practice/sandbox/bp_edits.h"
#include "vendors/best_practice/sandbox/engine.h"
#include "vendors/best_practice/sandbox/made_up_clinical.h"
#include "vendors/best_practice/sandbox/page_assets.h"
#include "vendors/best_practice/sandbox/schema.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr const char* kPatient =
    "SELECT CAST(P.INTERNALID AS TEXT) AS id, coalesce(T.TITLE, '') AS title, P.FIRSTNAME AS "
    "given, "
    "P.MIDDLENAME AS middle, P.SURNAME AS family, P.PREFERREDNAME AS preferred, "
    "coalesce(substr(P.DOB, 1, 10), '') AS birth_date, coalesce(substr(P.DATEOFDEATH, 1, 10), '') "
    "AS death_date, "
    "coalesce(X.SEX, '') AS sex, coalesce(E.ETHNICTYPE, '') AS ethnicity, P.ADDRESS1 AS "
    "\"address.line1\", "
    "P.ADDRESS2 AS \"address.line2\", P.CITY AS \"address.city\", P.POSTCODE AS "
    "\"address.postcode\", "
    "P.POSTALADDRESS AS \"postal.line1\", P.POSTALCITY AS \"postal.city\", P.POSTALPOSTCODE AS "
    "\"postal.postcode\", "
    "P.HOMEPHONE AS home_phone, P.WORKPHONE AS work_phone, P.MOBILEPHONE AS mobile_phone, "
    "coalesce((SELECT EMAIL FROM EMAIL M WHERE M.INTERNALID = P.INTERNALID AND M.RECORDSTATUS = 1 "
    "ORDER BY RECORDID LIMIT 1), '') AS email, P.MEDICARENO AS medicare, P.MEDICARELINENO AS "
    "medicare_line, "
    "P.MEDICAREEXPIRY AS medicare_expiry, P.IHI AS individual_number, P.DVANO AS dva_number, "
    "coalesce(D.DVATYPE, '') AS dva_color, P.PENSIONNO AS pension_number, "
    "coalesce(N.PENSIONTYPE, '') AS pension_kind, P.RECORDNO AS record_number, P.COUNTRY AS "
    "country, "
    "P.EXTERNALID AS fhir_id, P.PATIENTSTATUS = 1 AS active, P.CREATED AS created, P.UPDATED AS "
    "updated ";
constexpr const char* kPatientFrom =
    "FROM PATIENTS P LEFT JOIN TITLES T ON T.TITLECODE = P.TITLECODE LEFT JOIN SEX X ON X.SEXCODE "
    "= P.SEXCODE "
    "LEFT JOIN ETHNICITY E ON E.ETHNICCODE = P.ETHNICCODE LEFT JOIN DVATYPE D ON D.DVACODE = "
    "P.DVACODE "
    "LEFT JOIN PENSIONTYPE N ON N.PENSIONCODE = P.PENSIONCODE ";

constexpr const char* kStatusWord =
    "CASE WHEN A.RECORDSTATUS = 4 THEN 'cancelled' ELSE CASE A.APPOINTMENTCODE WHEN 1 THEN "
    "'booked' "
    "WHEN 2 THEN 'arrived' WHEN 3 THEN 'with_doctor' WHEN 4 THEN 'at_billing' WHEN 5 THEN "
    "'invoiced' "
    "WHEN 6 THEN 'completed' WHEN 10 THEN 'did_not_attend' ELSE 'unknown' END END";

std::string AppointmentSelect() {
  return std::string(
             "SELECT CAST(A.RECORDID AS TEXT) AS id, CAST(A.INTERNALID AS TEXT) AS patient, "
             "trim(coalesce(P.FIRSTNAME, '') || ' ' || coalesce(P.SURNAME, '')) AS patient_name, "
             "CAST(A.USERID AS TEXT) AS practitioner, CAST(A.LOCATIONID AS TEXT) AS location, "
             "CAST(A.APPOINTMENTTYPE AS TEXT) AS type, coalesce(Y.DESCRIPTION, '') AS type_name, "
             "substr(A.APPOINTMENTDATE, 1, 10) AS date, "
             "printf('%02d:%02d', A.APPOINTMENTTIME / 3600, A.APPOINTMENTTIME / 60 % 60) AS time, "
             "A.APPOINTMENTLENGTH / 60 AS minutes, ") +
         kStatusWord +
         " AS status, iif(coalesce(A.VISITID, 0) = 0, NULL, CAST(A.VISITID AS TEXT)) AS visit, "
         "A.REASON AS reason, "
         // For the visit timer: the start of a visit that is under way, in ms UTC.
         "iif(EXISTS (SELECT 1 FROM VISITLOCK L WHERE L.VISITID = A.VISITID), V.CREATED, NULL) AS "
         "visit_started "
         "FROM APPOINTMENTS A LEFT JOIN PATIENTS P ON P.INTERNALID = A.INTERNALID "
         "LEFT JOIN APPOINTMENTTYPES Y ON Y.APPOINTMENTCODE = A.APPOINTMENTTYPE "
         "LEFT JOIN VISITS V ON V.VISITID = A.VISITID ";
}

std::int64_t Number(std::string_view text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ptr == text.data() + text.size() ? value : 0;
}

json::Value ToJson(const SqlValue& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
  if (const auto* s = std::get_if<std::string>(&value)) return *s;
  if (std::holds_alternative<double>(value)) return json::Number{AsText(value)};
  return json::Value();
}

// "address.line1" goes into an object "address".
void Place(json::Object& row, std::string_view name, json::Value value) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) {
    row.emplace_back(name, std::move(value));
    return;
  }
  const std::string_view outer = name.substr(0, dot);
  if (row.empty() || row.back().first != outer)
    row.emplace_back(outer, json::Value(json::Object{}));
  row.back().second.object()->emplace_back(name.substr(dot + 1), std::move(value));
}

const char* TableOf(std::string_view kind) {
  struct Table {
    std::string_view kind;
    const char* table;
  };
  static constexpr Table kTables[] = {
      {"patients", "PATIENTS"},   {"appointments", "APPOINTMENTS"},
      {"visits", "VISITS"},       {"practitioners", "USERS"},
      {"locations", "LOCATIONS"}, {"appointment_types", "APPOINTMENTTYPES"},
      {"away", "DAYSAWAY"}};
  for (const Table& entry : kTables) {
    if (entry.kind == kind) return entry.table;
  }
  return nullptr;
}

Error NoSuchKind(std::string_view kind) {
  return MakeError(Fault::kNotFound, "no such thing: /clinic/" + std::string(kind));
}

}  // namespace

template <typename Edit>
Result<json::Value> BpPractice::Write(Edit edit) {
  Database::Lease writer = database_.BorrowWriter(nullptr);
  if (!writer) return MakeError(Fault::kUnavailable, "the database is busy; try again");
  PONS_TRY(writer->Run("BEGIN IMMEDIATE"));
  const Result<std::int64_t> id = edit(*writer);
  PONS_TRY(writer->Run(id ? "COMMIT" : "ROLLBACK"));
  const std::int64_t at = ToMillis(sandboxkit::SandboxClock::RealNow());
  if (!id) return id.error();
  return json::Value(json::Object{{"id", std::to_string(*id)}, {"at_ms", at}});
}

Result<json::Array> BpPractice::Query(const std::string& sql,
                                      const std::vector<SqlValue>& values) const {
  PONS_ASSIGN(auto reader, database_.OpenReader());
  std::string error;
  sqlite3_stmt* statement = reader->Prepare(sql, error);
  if (statement == nullptr) return MakeError(Fault::kInternal, "sandbox database: " + error);
  for (std::size_t i = 0; i < values.size(); ++i)
    BindValue(statement, static_cast<int>(i) + 1, values[i]);
  json::Array rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    json::Object row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const std::string_view name = sqlite3_column_name(statement, i);
      json::Value value = ToJson(ColumnValue(statement, i));
      if (name == "active") value = json::Value(value.AsInteger().value_or(0) != 0);
      Place(row, name, std::move(value));
    }
    rows.emplace_back(std::move(row));
  }
  sqlite3_reset(statement);
  return rows;
}

Result<json::Value> BpPractice::Patients(const json::Value& query) const {
  std::string where = "WHERE P.RECORDSTATUS = 1";
  std::vector<SqlValue> values;
  // Each word begins a word of a name ("Sayed" finds El Sayed), or is the id.
  for (std::string_view word : Split(query.Text("search"), ' ')) {
    if (Trim(word).empty()) continue;
    const std::string start = "% " + std::string(word) + "%";
    where +=
        " AND (' ' || P.SURNAME LIKE ? OR ' ' || P.FIRSTNAME LIKE ? OR"
        " ' ' || P.PREFERREDNAME LIKE ? OR P.INTERNALID = ?)";
    values.insert(values.end(), {start, start, start, Number(word)});
  }
  PONS_ASSIGN(const json::Array total,
              Query("SELECT COUNT(*) AS n FROM PATIENTS P " + where, values));
  values.emplace_back(IntegerIn(query, "limit").value_or(20));
  values.emplace_back(IntegerIn(query, "offset").value_or(0));
  PONS_ASSIGN(json::Array rows,
              Query(std::string(kPatient) + kPatientFrom + where +
                        " ORDER BY P.SURNAME, P.FIRSTNAME, P.INTERNALID LIMIT ? OFFSET ?",
                    values));
  return json::Value(
      json::Object{{"patients", std::move(rows)}, {"total", total[0].Integer("n").value_or(0)}});
}

Result<json::Value> BpPractice::Practitioners() const {
  PONS_ASSIGN(json::Array rows,
              Query("SELECT CAST(U.USERID AS TEXT) AS id, trim(coalesce(T.TITLE, '') || ' ' || "
                    "U.FIRSTNAME || ' ' || "
                    "U.SURNAME) AS name, coalesce(T.TITLE, '') AS title, U.FIRSTNAME AS given, "
                    "U.SURNAME AS family, "
                    "coalesce(G.GROUPNAME, '') AS \"group\", U.PROVIDERNO AS provider_number, "
                    "(SELECT group_concat(LOCATIONID) FROM (SELECT L.LOCATIONID, L.LOCATIONID = "
                    "U.LOCATIONID AS home "
                    "FROM PROVIDER_LOCATION L WHERE L.USERID = U.USERID ORDER BY home DESC, "
                    "L.LOCATIONID)) AS places "
                    "FROM USERS U LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE "
                    "LEFT JOIN USERGROUPS G ON G.GROUPCODE = U.GROUPCODE "
                    "WHERE U.RECORDSTATUS = 1 AND U.APPOINTMENTS = 1 ORDER BY U.USERID",
                    {}));
  for (json::Value& row : rows) {
    json::Array places;
    const std::string list(row.Text("places"));
    for (std::string_view place : Split(list, ',')) {
      if (!place.empty()) places.emplace_back(place);
    }
    std::erase_if(*row.object(),
                  [](const json::Member& member) { return member.first == "places"; });
    row.Set("locations", std::move(places));
  }
  return json::Value(std::move(rows));
}

Result<json::Value> BpPractice::Free(const json::Value& query) const {
  const auto user = IntegerIn(query, "practitioner");
  if (!user) return MakeError(Fault::kRejected, "practitioner: give its id");
  PONS_ASSIGN(const std::string day, query.Text("date").empty()
                                         ? Result<std::string>(TodayText(database_))
                                         : DayIn(query.Text("date")));
  PONS_ASSIGN(auto reader, database_.OpenReader());
  PONS_ASSIGN(const FreeTimes free, FreeTimesOf(*reader, *user, day));
  if (free.away) return MakeError(Fault::kConflict, AwayText(day));
  json::Array slots;
  for (const auto& [at, length] : free.slots) {
    char time[8];
    std::snprintf(time, sizeof time, "%02d:%02d", static_cast<int>(at / 3600 % 24),
                  static_cast<int>(at / 60 % 60));
    slots.emplace_back(json::Object{{"time", std::string(time)}, {"minutes", length / 60}});
  }
  return json::Value(json::Object{{"slots", std::move(slots)}});
}

Result<json::Value> BpPractice::Away() const {
  PONS_ASSIGN(json::Array rows,
              Query("SELECT CAST(D.RECORDID AS TEXT) AS id, CAST(D.USERID AS TEXT) AS "
                    "practitioner, trim(coalesce(T.TITLE, '') || ' ' || U.FIRSTNAME || ' ' || "
                    "U.SURNAME) AS name, substr(D.STARTDATE, 1, 10) AS \"from\", "
                    "substr(D.FINISHDATE, 1, 10) AS \"to\", D.AWAYREASON AS reason "
                    "FROM DAYSAWAY D JOIN USERS U ON U.USERID = D.USERID "
                    "LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE ORDER BY D.STARTDATE",
                    {}));
  return json::Value(json::Object{{"away", std::move(rows)}});
}

Result<json::Value> BpPractice::Diary(const json::Value& query) const {
  const std::string_view date = query.Text("date");
  PONS_ASSIGN(const std::string day,
              date.empty() ? Result<std::string>(TodayText(database_)) : DayIn(date));
  std::string where = "WHERE A.APPOINTMENTDATE = ? AND A.RECORDSTATUS = 1";
  std::vector<SqlValue> values{day};
  const auto location = IntegerIn(query, "location");
  if (location) {
    where += " AND A.LOCATIONID = ?";
    values.emplace_back(*location);
  }
  PONS_ASSIGN(
      const json::Array appointments,
      Query(AppointmentSelect() + where + " ORDER BY A.APPOINTMENTTIME, A.RECORDID", values));
  PONS_ASSIGN(const json::Value practitioners, Practitioners());
  json::Array columns;
  for (const json::Value& who : *practitioners.array()) {
    json::Array own;
    for (const json::Value& appointment : appointments) {
      if (appointment.Text("practitioner") == who.Text("id")) own.push_back(appointment);
    }
    if (location && own.empty()) {
      bool works_here = false;
      for (const json::Value& place : *who.Find("locations")->array()) {
        works_here = works_here || *place.string() == std::to_string(*location);
      }
      if (!works_here) continue;
    }
    columns.emplace_back(json::Object{{"id", std::string(who.Text("id"))},
                                      {"name", std::string(who.Text("name"))},
                                      {"group", std::string(who.Text("group"))},
                                      {"appointments", std::move(own)}});
  }
  return json::Value(
      json::Object{{"date", day.substr(0, 10)}, {"practitioners", std::move(columns)}});
}

Result<json::Value> BpPractice::Visits(const json::Value& query) const {
  std::string sql =
      "SELECT CAST(V.VISITID AS TEXT) AS id, CAST(V.INTERNALID AS TEXT) AS patient, CAST(V.USERID "
      "AS TEXT) AS "
      "practitioner, CAST(V.LOCATION AS TEXT) AS location, substr(V.VISITDATE, 1, 10) || 'T' || "
      "printf('%02d:%02d:%02d', V.STARTTIME / 3600, V.STARTTIME / 60 % 60, V.STARTTIME % 60) AS "
      "started, "
      "iif(V.ENDTIME = 0, NULL, substr(V.VISITDATE, 1, 10) || 'T' || printf('%02d:%02d:%02d', "
      "V.ENDTIME / 3600, "
      "V.ENDTIME / 60 % 60, V.ENDTIME % 60)) AS finished FROM VISITS V WHERE V.RECORDSTATUS = 1";
  std::vector<SqlValue> values;
  if (const std::string_view date = query.Text("date"); !date.empty()) {
    PONS_ASSIGN(const std::string day, DayIn(date));
    sql += " AND V.VISITDATE = ?";
    values.emplace_back(day);
  }
  values.emplace_back(IntegerIn(query, "limit").value_or(1000));
  PONS_ASSIGN(json::Array rows, Query(sql + " ORDER BY V.VISITID DESC LIMIT ?", values));
  return json::Value(json::Object{{"visits", std::move(rows)}});
}

Result<json::Value> BpPractice::List(std::string_view kind, const json::Value& query) {
  const auto plain = [&](const char* sql) -> Result<json::Value> {
    PONS_ASSIGN(json::Array rows, Query(sql, {}));
    return json::Value(std::move(rows));
  };
  if (kind == "patients") return Patients(query);
  if (kind == "practitioners") return Practitioners();
  if (kind == "diary") return Diary(query);
  if (kind == "free") return Free(query);
  if (kind == "away") return Away();
  if (kind == "reports") return Reports(query);
  if (kind == "images") return Images(query);
  if (kind == "importer") return importer_.Describe();
  if (kind == "integrations") return integrations_.Describe();
  if (kind == "visits") return Visits(query);
  if (kind == "practice") {
    PONS_ASSIGN(json::Array rows, Query("SELECT PRACTICENAME AS name FROM PRACTICE LIMIT 1", {}));
    if (rows.empty()) return json::Value(json::Object{{"name", "Empty practice"}});
    return std::move(rows[0]);
  }
  if (kind == "locations") {
    return plain(
        "SELECT CAST(LOCATIONID AS TEXT) AS id, LOCATIONNAME AS name, PHONE AS phone, EMAIL AS "
        "email, "
        "ADDRESS1 AS \"address.line1\", ADDRESS2 AS \"address.line2\", CITY AS \"address.city\", "
        "POSTCODE AS \"address.postcode\" FROM LOCATIONS WHERE RECORDSTATUS = 1 ORDER BY "
        "LOCATIONID");
  }
  if (kind == "appointment_types") {
    return plain(
        "SELECT CAST(APPOINTMENTCODE AS TEXT) AS id, DESCRIPTION AS name, APPOINTMENTLENGTH / 60 "
        "AS minutes "
        "FROM APPOINTMENTTYPES WHERE RECORDSTATUS = 1 ORDER BY LISTORDER, APPOINTMENTCODE");
  }
  return NoSuchKind(kind);
}

Result<json::Value> BpPractice::Get(std::string_view kind, std::string_view id) {
  std::string sql;
  if (kind == "patients")
    sql = std::string(kPatient) + kPatientFrom + "WHERE P.INTERNALID = ? AND P.RECORDSTATUS = 1";
  if (kind == "appointments") sql = AppointmentSelect() + "WHERE A.RECORDID = ?";
  if (sql.empty()) return NoSuchKind(kind);
  PONS_ASSIGN(json::Array rows, Query(sql, {Number(id)}));
  if (rows.empty())
    return MakeError(Fault::kNotFound, "nothing of that id in " + std::string(kind));
  if (kind == "patients") {
    PONS_ASSIGN(
        json::Array history,
        Query("SELECT CAST(RECORDID AS TEXT) AS id, CONDITION AS text, SNOMED AS snomed, YEAR AS "
              "year, "
              "STATUSCODE = 1 AS active FROM PASTHISTORY WHERE INTERNALID = ? AND RECORDSTATUS = 1",
              {Number(id)}));
    rows[0].Set("history", std::move(history));
  }
  return std::move(rows[0]);
}

Result<json::Value> BpPractice::Create(std::string_view kind, const json::Value& body) {
  if (kind == "importer") return importer_.Change(body);
  if (kind == "integrations") return integrations_.Change(body);
  if (kind == "pairing") return integrations_.Pair();
  return Write([&](Connection& writer) -> Result<std::int64_t> {
    if (kind == "patients") return EditPatient(writer, 0, body);
    if (kind == "appointments") return BookAppointment(writer, body);
    if (kind == "visits") return BeginVisit(writer, body);
    if (kind == "away") return AddAway(writer, body);
    if (kind == "images") return ScanDocument(writer, body);
    if (kind == "clinical") return AddClinical(writer, body);
    if (kind == "locations") return EditLocation(writer, 0, body);
    if (kind == "practitioners") return EditPractitioner(writer, 0, body);
    if (kind == "appointment_types") return EditType(writer, 0, body);
    return NoSuchKind(kind);
  });
}

Result<json::Value> BpPractice::Change(std::string_view kind, std::string_view id_text,
                                       const json::Value& body) {
  const std::int64_t id = Number(id_text);
  if (id <= 0) return MakeError(Fault::kNotFound, "nothing of that id in " + std::string(kind));
  return Write([&](Connection& writer) -> Result<std::int64_t> {
    if (kind == "patients") return EditPatient(writer, id, body);
    if (kind == "appointments") return EditAppointment(writer, id, body);
    if (kind == "locations") return EditLocation(writer, id, body);
    if (kind == "practitioners") return EditPractitioner(writer, id, body);
    if (kind == "appointment_types") return EditType(writer, id, body);
    if (kind == "reports") return EditReport(writer, id, body);
    if (kind != "visits") return NoSuchKind(kind);
    const json::Value* finish = body.Find("finish");
    if (finish == nullptr || finish->boolean() == nullptr || !*finish->boolean()) {
      return MakeError(Fault::kRejected, "a visit can only be finished: {\"finish\":true}");
    }
    PONS_TRY(FinishVisit(writer, id));
    return id;
  });
}

// Bp keeps what staff delete, with another RECORDSTATUS.
Result<json::Value> BpPractice::Remove(std::string_view kind, std::string_view id_text,
                                       bool vanish) {
  const char* table = TableOf(kind);
  if (table == nullptr) return NoSuchKind(kind);
  const std::int64_t id = Number(id_text);
  return Write([&](Connection& writer) -> Result<std::int64_t> {
    const std::string key = KeyOf(database_, table);
    const std::string where = std::string(" FROM ") + table + " WHERE " + key + " = ?";
    if (AskInteger(writer, "SELECT COUNT(*)" + where, {id}) == 0) {
      return MakeError(Fault::kNotFound, "nothing of that id in " + std::string(kind));
    }
    // Bp has no mark for a location that is gone or for days away taken back (best-practice sheet
    // §4 knows no RECORDSTATUS there): the row itself goes.
    if (vanish || kind == "away" || kind == "locations") {
      AskInteger(writer, "DELETE" + where, {id});
      return id;
    }
    PONS_TRY(UpdateRow(writer, table, id, {{"RECORDSTATUS", std::int64_t{2}}}));
    return id;
  });
}

Result<json::Value> BpPractice::AddHistory(std::string_view patient, const json::Value& body) {
  return Write([&](Connection& writer) { return AddCondition(writer, Number(patient), body); });
}

Result<json::Value> BpPractice::Raw(const json::Value& body) {
  const CatalogEntry* entry = database_.catalog().Find("", body.Text("table"));
  if (entry == nullptr || entry->is_view)
    return MakeError(Fault::kRejected, "table: there is no such table");
  const Column* column = entry->Find(body.Text("column"));
  if (column == nullptr) return MakeError(Fault::kRejected, "column: the table has no such column");
  const auto key = IntegerIn(body, "key");
  if (!key) return MakeError(Fault::kRejected, "key: give the row's key");
  const json::Value* value = body.Find("value");
  SqlValue cell;
  if (value != nullptr && value->string() != nullptr)
    cell = *value->string();
  else if (value != nullptr && value->AsInteger())
    cell = *value->AsInteger();
  else if (value != nullptr && value->boolean() != nullptr)
    cell = std::int64_t{*value->boolean()};
  if (column->type.IsDate() && std::holds_alternative<std::string>(cell)) {
    if (const auto date = ParseDateTime(AsText(cell))) cell = FormatDateTime(*date);
  }
  auto written = Write([&](Connection& writer) -> Result<std::int64_t> {
    PONS_TRY(UpdateRow(writer, entry->sqlite_name, *key, {{column->name, std::move(cell)}}));
    return *key;
  });
  if (!written) return written;
  return json::Value(json::Object{{"at_ms", written->Integer("at_ms").value_or(0)}});
}

Result<json::Value> BpPractice::Rights(const json::Value& body) {
  const std::string object = AsciiUpper(body.Text("object"));
  const bool known =
      database_.catalog().Find("", object) != nullptr || database_.catalog().HasProcedure(object);
  if (!known)
    return MakeError(Fault::kRejected, "object: there is no such table, view or procedure");
  const json::Value* select = body.Find("select");
  if (select == nullptr || select->boolean() == nullptr)
    return MakeError(Fault::kRejected, "select: true or false");
  auto rights = accounts_.RightsOf(user_);
  if (*select->boolean())
    rights.denied.erase(object);
  else
    rights.denied.insert(object);
  PONS_TRY(accounts_.SetRights(user_, std::move(rights)));
  return json::Value(json::Object{});
}

Result<json::Value> BpPractice::Reset() {
  auto done = Write([&](Connection& writer) -> Result<std::int64_t> {
    PONS_TRY(ClearData(writer));
    return InsertRow(writer, "PRACTICE",
                     {{"PRACTICENAME", std::string("Empty practice")},
                      {"HPIO", std::string()},
                      {"ABN", std::string()},
                      {"SERIALNUMBER", std::string()}});
  });
  if (!done) return done;
  return json::Value(json::Object{});
}

Result<json::Value> BpPractice::Seed(const json::Value& body) {
  FillOptions options = fill_;
  options.patients = IntegerIn(body, "patients").value_or(options.patients);
  options.appointments = IntegerIn(body, "appointments").value_or(options.appointments);
  options.seed = static_cast<std::uint64_t>(
      IntegerIn(body, "seed").value_or(static_cast<std::int64_t>(options.seed)));
  PONS_TRY(FillPractice(database_, options));
  PONS_ASSIGN(const json::Value state, State());
  return *state.Find("counts");
}

Result<json::Value> BpPractice::Load(const json::Value& body) {
  const std::string folder(body.Text("fhir_folder"));
  if (folder.empty())
    return MakeError(Fault::kRejected, "fhir_folder: give the folder of Patient.ndjson");
  PONS_ASSIGN(const LoadedFhir loaded, LoadFhir(database_, folder));
  json::Object ids, no_column;
  for (const auto& [fhir, id] : loaded.ids) ids.emplace_back(fhir, id);
  for (const auto& [what, count] : loaded.no_column) no_column.emplace_back(what, count);
  json::Array cut;
  for (const auto& [id, field] : loaded.cuts)
    cut.emplace_back(json::Object{{"id", id}, {"field", field}});
  return json::Value(json::Object{{"loaded", loaded.loaded},
                                  {"problems", loaded.problems},
                                  {"ids", std::move(ids)},
                                  {"cut", std::move(cut)},
                                  {"no_column", std::move(no_column)}});
}

Result<json::Value> BpPractice::State() {
  PONS_ASSIGN(
      json::Array counts,
      Query("SELECT (SELECT COUNT(*) FROM PATIENTS WHERE RECORDSTATUS = 1) AS patients, "
            "(SELECT COUNT(*) FROM APPOINTMENTS WHERE RECORDSTATUS = 1) AS appointments, "
            "(SELECT COUNT(*) FROM VISITS WHERE RECORDSTATUS = 1) AS visits, "
            "(SELECT COUNT(*) FROM VISITLOCK) AS open_visits, "
            "(SELECT COUNT(*) FROM INCOMINGREPORTS) AS reports, "
            "(SELECT COUNT(*) FROM USERS WHERE RECORDSTATUS = 1 AND APPOINTMENTS = 1) AS "
            "practitioners, "
            "(SELECT COUNT(*) FROM LOCATIONS WHERE RECORDSTATUS = 1) AS locations, "
            "(SELECT COUNT(*) FROM APPOINTMENTTYPES WHERE RECORDSTATUS = 1) AS appointment_types",
            {}));
  PONS_ASSIGN(const json::Value practice, List("practice", json::Object{}));
  const std::string now = NowText(database_);
  return json::Value(json::Object{{"practice", std::string(practice.Text("name"))},
                                  {"counts", std::move(counts[0])},
                                  {"today", now.substr(0, 10)},
                                  {"now", now.substr(11, 8)},
                                  {"zone", database_.zone().name()}});
}

Result<Instant> BpPractice::FromWallClock(std::string_view reading) {
  const auto local = ParseDateTime(reading);
  if (!local) return MakeError(Fault::kRejected, "now: give it as 2026-10-04T01:59:00");
  const std::int64_t millis = local->UnixMillis();
  LocalTime wall;
  wall.reading += seconds(millis / 1000);
  return database_.zone().ToInstant(wall);
}

std::optional<Result<json::Value>> BpPractice::Further(const sandboxkit::ControlCall& call) {
  if (!further_) return std::nullopt;
  return further_(call);
}

std::optional<sandboxkit::PageFile> BpPractice::Page(std::string_view path) {
  const auto asset = FindPageAsset(path);
  if (!asset) return std::nullopt;
  return sandboxkit::PageFile{std::string(asset->content_type), std::string(asset->body)};
}

}  // namespace pons::best_practice::sandbox
