// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/bp_edits.h"

#include <charconv>

#include "base/text.h"
#include "vendors/best_practice/sandbox/documents.h"

namespace pons::best_practice::sandbox {
namespace {

struct Field {
  const char* key;
  const char* column;
};

constexpr Field kPatientTexts[] = {{"given", "FIRSTNAME"},
                                   {"middle", "MIDDLENAME"},
                                   {"family", "SURNAME"},
                                   {"preferred", "PREFERREDNAME"},
                                   {"home_phone", "HOMEPHONE"},
                                   {"work_phone", "WORKPHONE"},
                                   {"mobile_phone", "MOBILEPHONE"},
                                   {"medicare", "MEDICARENO"},
                                   {"medicare_line", "MEDICARELINENO"},
                                   {"medicare_expiry", "MEDICAREEXPIRY"},
                                   {"individual_number", "IHI"},
                                   {"dva_number", "DVANO"},
                                   {"pension_number", "PENSIONNO"},
                                   {"record_number", "RECORDNO"},
                                   {"country", "COUNTRY"}};
constexpr Field kHomeAddress[] = {
    {"line1", "ADDRESS1"}, {"line2", "ADDRESS2"}, {"city", "CITY"}, {"postcode", "POSTCODE"}};
constexpr Field kPostalAddress[] = {
    {"line1", "POSTALADDRESS"}, {"city", "POSTALCITY"}, {"postcode", "POSTALPOSTCODE"}};

struct CodeField {
  const char* key;
  const char* column;
  const char* table;
  const char* code;
  const char* text;
};
constexpr CodeField kPatientCodes[] = {
    {"title", "TITLECODE", "TITLES", "TITLECODE", "TITLE"},
    {"sex", "SEXCODE", "SEX", "SEXCODE", "SEX"},
    {"ethnicity", "ETHNICCODE", "ETHNICITY", "ETHNICCODE", "ETHNICTYPE"},
    {"dva_color", "DVACODE", "DVATYPE", "DVACODE", "DVATYPE"},
    {"pension_kind", "PENSIONCODE", "PENSIONTYPE", "PENSIONCODE", "PENSIONTYPE"}};

template <std::size_t N>
void TakeTexts(const json::Value& body, const Field (&fields)[N], Cells& cells) {
  for (const Field& field : fields) {
    const json::Value* value = body.Find(field.key);
    if (value == nullptr) continue;
    if (value->string() != nullptr)
      cells.emplace_back(field.column, *value->string());
    else if (const auto n = value->AsInteger())
      cells.emplace_back(field.column, std::to_string(*n));
    else
      cells.emplace_back(field.column, std::string());
  }
}

// The code that a lookup table has for a text; "Dr" also finds "Dr.".
Result<std::int64_t> CodeFor(Connection& writer, const CodeField& field, const std::string& text) {
  if (text.empty()) return std::int64_t{0};
  const std::string sql = std::string("SELECT ") + field.code + " FROM " + field.table + " WHERE " +
                          field.text + " = ?1 OR " + field.text + " = ?1 || '.'";
  const std::int64_t code = AskInteger(writer, sql, {text}, -1);
  if (code >= 0) return code;
  return MakeError(Fault::kRejected,
                   std::string(field.key) + ": table " + field.table + " has no \"" + text + "\"");
}

// Cells of a new row: `defaults`, each replaced where `cells` has the column.
Cells Over(Cells defaults, Cells cells) {
  for (auto& [column, value] : cells) {
    // Named again: clang 14 does not let a lambda hold a structured binding.
    const auto& replaced = column;
    std::erase_if(defaults, [&](const auto& cell) { return cell.first == replaced; });
    defaults.emplace_back(column, std::move(value));
  }
  return defaults;
}

Result<std::int64_t> InsertOrUpdate(Connection& writer, const char* table, std::int64_t id,
                                    Cells defaults, Cells cells) {
  if (id == 0) return InsertRow(writer, table, Over(std::move(defaults), std::move(cells)));
  PONS_TRY(UpdateRow(writer, table, id, std::move(cells)));
  return id;
}

Result<std::int64_t> SecondsIn(std::string_view text) {
  int hour = -1, minute = -1;
  if (text.size() >= 5 && text[2] == ':') {
    std::from_chars(text.data(), text.data() + 2, hour);
    std::from_chars(text.data() + 3, text.data() + 5, minute);
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    return MakeError(Fault::kRejected, "time must be HH:MM");
  }
  return std::int64_t{hour} * 3600 + minute * 60;
}

Result<std::int64_t> StatusIn(std::string_view word) {
  struct Status {
    std::string_view word;
    std::int64_t code;
  };
  static constexpr Status kStatuses[] = {{"booked", 1},         {"arrived", 2},  {"with_doctor", 3},
                                         {"at_billing", 4},     {"invoiced", 5}, {"completed", 6},
                                         {"did_not_attend", 10}};
  for (const Status& status : kStatuses) {
    if (status.word == word) return status.code;
  }
  return MakeError(Fault::kRejected,
                   "status must be booked, arrived, with_doctor, at_billing, invoiced, completed, "
                   "did_not_attend or cancelled");
}

Result<void> Exists(Connection& writer, const char* table, std::int64_t id, const char* what) {
  const std::string sql = std::string("SELECT COUNT(*) FROM ") + table + " WHERE " +
                          KeyOf(writer.database(), table) + " = ? AND RECORDSTATUS = 1";
  if (AskInteger(writer, sql, {id}) == 1) return Ok();
  return MakeError(Fault::kNotFound, "no " + std::string(what) + " " + std::to_string(id));
}

bool TrueIn(const json::Value& body, std::string_view key, bool otherwise) {
  const json::Value* value = body.Find(key);
  return value != nullptr && value->boolean() != nullptr ? *value->boolean() : otherwise;
}

Result<void> TakeDate(const json::Value& body, const char* key, const char* column, Cells& cells) {
  const json::Value* value = body.Find(key);
  if (value == nullptr) return Ok();
  if (value->is_null() || body.Text(key).empty()) {
    cells.emplace_back(column, SqlValue());
    return Ok();
  }
  PONS_ASSIGN(std::string day, DayIn(body.Text(key)));
  cells.emplace_back(column, std::move(day));
  return Ok();
}

}  // namespace

std::optional<std::int64_t> IntegerIn(const json::Value& body, std::string_view key) {
  const json::Value* value = body.Find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto n = value->AsInteger()) return n;
  const std::string* text = value->string();
  std::int64_t number = 0;
  if (text == nullptr || text->empty()) return std::nullopt;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) return std::nullopt;
  return number;
}

Result<std::string> DayIn(std::string_view text) {
  const auto day = Trim(text).empty() ? std::nullopt : ParseDateTime(text);
  if (!day) return MakeError(Fault::kRejected, "a date must be YYYY-MM-DD");
  return FormatDateTime({day->days, 0});
}

Result<std::int64_t> EditPatient(Connection& writer, std::int64_t id, const json::Value& body) {
  Cells cells;
  TakeTexts(body, kPatientTexts, cells);
  if (const json::Value* home = body.Find("address")) TakeTexts(*home, kHomeAddress, cells);
  if (const json::Value* postal = body.Find("postal")) TakeTexts(*postal, kPostalAddress, cells);
  PONS_TRY(TakeDate(body, "birth_date", "DOB", cells));
  PONS_TRY(TakeDate(body, "death_date", "DATEOFDEATH", cells));
  for (const CodeField& field : kPatientCodes) {
    if (body.Find(field.key) == nullptr) continue;
    PONS_ASSIGN(const std::int64_t code, CodeFor(writer, field, std::string(body.Text(field.key))));
    cells.emplace_back(field.column, code);
  }
  if (body.Find("active") != nullptr || !body.Text("death_date").empty()) {
    const std::int64_t status = !body.Text("death_date").empty() ? 3
                                : TrueIn(body, "active", true)   ? 1
                                                                 : 2;
    cells.emplace_back("PATIENTSTATUS", status);
  }
  // As BP_AddPatient leaves the columns that nobody filled in.
  Cells defaults;
  if (id == 0) {
    for (const char* column : {"RECORDSTATUS", "PATIENTSTATUS"})
      defaults.emplace_back(column, std::int64_t{1});
    for (const char* column : {"TITLECODE", "SEXCODE", "ETHNICCODE", "DVACODE", "PENSIONCODE",
                               "USERID", "HEADOFFAMILYID", "CONSENTSMSREMINDER"}) {
      defaults.emplace_back(column, std::int64_t{0});
    }
    defaults.emplace_back("EXTERNALID", std::string());
    for (const Field& field : kPatientTexts) defaults.emplace_back(field.column, std::string());
    for (const Field& field : kHomeAddress) defaults.emplace_back(field.column, std::string());
    for (const Field& field : kPostalAddress) defaults.emplace_back(field.column, std::string());
  }
  PONS_ASSIGN(id, InsertOrUpdate(writer, "PATIENTS", id, std::move(defaults), std::move(cells)));
  if (body.Find("email") != nullptr)
    PONS_TRY(SetEmail(writer, id, std::string(body.Text("email"))));
  if (const json::Value* history = body.Find("history");
      history != nullptr && history->array() != nullptr) {
    for (const json::Value& condition : *history->array()) {
      auto added = AddCondition(writer, id, condition);
      if (!added) return added;
    }
  }
  return id;
}

Result<std::int64_t> EditLocation(Connection& writer, std::int64_t id, const json::Value& body) {
  static constexpr Field kTexts[] = {{"name", "LOCATIONNAME"},
                                     {"phone", "PHONE"},
                                     {"email", "EMAIL"},
                                     {"organization_number", "HPIO"}};
  static constexpr Field kAddress[] = {
      {"line1", "ADDRESS1"}, {"line2", "ADDRESS2"}, {"city", "CITY"}, {"postcode", "POSTCODE"}};
  Cells cells, defaults{{"RECORDSTATUS", std::int64_t{1}}};
  TakeTexts(body, kTexts, cells);
  if (const json::Value* address = body.Find("address")) TakeTexts(*address, kAddress, cells);
  for (const Field& field : kTexts) defaults.emplace_back(field.column, std::string());
  for (const Field& field : kAddress) defaults.emplace_back(field.column, std::string());
  return InsertOrUpdate(writer, "LOCATIONS", id, std::move(defaults), std::move(cells));
}

namespace {

// "sessions":[{"weekday":0 (Monday) … 6,"from":"08:00","to":"17:30","location":ID}]. Somebody new
// without any works every day from 8:00 to 17:30, so that there is something to book.
Result<void> SetSessions(Connection& writer, std::int64_t user, std::int64_t home,
                         const json::Value& body) {
  json::Array week;
  const json::Value* given = body.Find("sessions");
  if (given != nullptr && given->array() != nullptr) {
    week = *given->array();
  } else {
    for (int day = 0; day < 7; ++day)
      week.emplace_back(json::Object{{"weekday", day}, {"from", "08:00"}, {"to", "17:30"}});
  }
  AskInteger(writer, "DELETE FROM SESSIONS WHERE USERID = ?", {user});
  for (const json::Value& session : week) {
    PONS_ASSIGN(const std::int64_t from, SecondsIn(session.Text("from")));
    PONS_ASSIGN(const std::int64_t to, SecondsIn(session.Text("to")));
    const std::int64_t weekday = IntegerIn(session, "weekday").value_or(-1);
    if (weekday < 0 || weekday > 6) return MakeError(Fault::kRejected, "weekday: 0 (Monday) to 6");
    auto row = InsertRow(writer, "SESSIONS",
                         {{"USERID", user},
                          {"LOCATIONID", IntegerIn(session, "location").value_or(home)},
                          {"DAYOFWEEK", std::int64_t{(weekday + 1) % 7 + 1}},  // Sunday is 1
                          {"STARTTIME", from},
                          {"ENDTIME", to},
                          {"LENGTH", std::int64_t{900}},
                          {"SPECIAL", std::int64_t{0}},
                          {"LABEL", std::string()},
                          {"WEEKS", std::int64_t{1}},
                          {"CYCLEWEEK", std::int64_t{0}},
                          {"RECORDSTATUS", std::int64_t{1}}});
    if (!row) return std::move(row).error();
  }
  return Ok();
}

}  // namespace

Result<std::int64_t> EditPractitioner(Connection& writer, std::int64_t id,
                                      const json::Value& body) {
  static constexpr Field kTexts[] = {{"given", "FIRSTNAME"},
                                     {"family", "SURNAME"},
                                     {"registration", "REGISTRATIONNO"},
                                     {"prescriber_number", "PRESCRIBERNO"},
                                     {"individual_number", "HPII"},
                                     {"email", "EMAIL"},
                                     {"phone", "HOMEPHONE"},
                                     {"provider_number", "PROVIDERNO"}};
  static constexpr CodeField kCodes[] = {
      {"title", "TITLECODE", "TITLES", "TITLECODE", "TITLE"},
      {"group", "GROUPCODE", "USERGROUPS", "GROUPCODE", "GROUPNAME"}};
  Cells cells;
  TakeTexts(body, kTexts, cells);
  for (const CodeField& field : kCodes) {
    if (body.Find(field.key) == nullptr) continue;
    PONS_ASSIGN(const std::int64_t code, CodeFor(writer, field, std::string(body.Text(field.key))));
    cells.emplace_back(field.column, code);
  }
  const json::Value* locations = body.Find("locations");
  std::vector<std::int64_t> places;
  if (locations != nullptr && locations->array() != nullptr) {
    for (const json::Value& place : *locations->array()) {
      const json::Value wrapped = json::Object{{"id", place}};
      if (const auto location = IntegerIn(wrapped, "id")) places.push_back(*location);
    }
    cells.emplace_back("LOCATIONID", places.empty() ? 0 : places[0]);
  }
  Cells defaults{{"RECORDSTATUS", std::int64_t{1}}, {"USERSTATUS", std::int64_t{1}},
                 {"LOCATIONID", std::int64_t{0}},   {"APPOINTMENTS", std::int64_t{1}},
                 {"GROUPCODE", std::int64_t{2}},    {"TITLECODE", std::int64_t{0}},
                 {"MOBILEPHONE", std::string()}};
  for (const Field& field : kTexts) defaults.emplace_back(field.column, std::string());
  const bool is_new = id == 0;
  PONS_ASSIGN(id, InsertOrUpdate(writer, "USERS", id, std::move(defaults), std::move(cells)));
  if (is_new || body.Find("sessions") != nullptr) {
    const std::int64_t home =
        AskInteger(writer, "SELECT LOCATIONID FROM USERS WHERE USERID = ?", {id});
    PONS_TRY(SetSessions(writer, id, home, body));
  }
  if (locations == nullptr) return id;
  AskInteger(writer, "DELETE FROM PROVIDER_LOCATION WHERE USERID = ?", {id});
  for (const std::int64_t place : places) {
    auto added = InsertRow(writer, "PROVIDER_LOCATION",
                           {{"USERID", id},
                            {"LOCATIONID", place},
                            {"PROVIDERNUMBER", std::string(body.Text("provider_number"))}});
    if (!added) return added;
  }
  return id;
}

Result<std::int64_t> EditType(Connection& writer, std::int64_t id, const json::Value& body) {
  Cells cells;
  if (body.Find("name") != nullptr)
    cells.emplace_back("DESCRIPTION", std::string(body.Text("name")));
  if (const auto minutes = IntegerIn(body, "minutes"))
    cells.emplace_back("APPOINTMENTLENGTH", *minutes * 60);
  return InsertOrUpdate(writer, "APPOINTMENTTYPES", id,
                        {{"RECORDSTATUS", std::int64_t{1}},
                         {"LISTORDER", std::int64_t{99}},
                         {"ICONINDEX", std::int64_t{0}},
                         {"APPOINTMENTLENGTH", std::int64_t{900}},
                         {"DESCRIPTION", std::string()}},
                        std::move(cells));
}

Result<std::int64_t> BookAppointment(Connection& writer, const json::Value& body) {
  NewAppointment appointment;
  appointment.patient = IntegerIn(body, "patient").value_or(0);
  appointment.user = IntegerIn(body, "practitioner").value_or(0);
  appointment.location = IntegerIn(body, "location").value_or(0);
  appointment.type = IntegerIn(body, "type").value_or(1);
  appointment.date =
      body.Text("date").empty() ? TodayText(writer.database()) : std::string(body.Text("date"));
  appointment.reason = body.Text("reason");
  appointment.urgent = TrueIn(body, "urgent", false);
  appointment.booked_by = 1;
  PONS_TRY(Exists(writer, "PATIENTS", appointment.patient, "patient"));
  PONS_TRY(Exists(writer, "USERS", appointment.user, "practitioner"));
  PONS_ASSIGN(appointment.time, SecondsIn(body.Text("time")));
  appointment.length =
      AskInteger(writer, "SELECT APPOINTMENTLENGTH FROM APPOINTMENTTYPES WHERE APPOINTMENTCODE = ?",
                 {appointment.type}, 900);
  if (const auto minutes = IntegerIn(body, "minutes")) appointment.length = *minutes * 60;
  if (!TrueIn(body, "force", false)) {
    PONS_ASSIGN(const std::string day, DayIn(appointment.date));
    PONS_TRY(CheckFree(writer, appointment.user, day, appointment.time, appointment.length, 0));
  }
  return AddAppointment(writer, appointment);
}

Result<std::int64_t> EditAppointment(Connection& writer, std::int64_t id, const json::Value& body) {
  const std::string_view status = body.Text("status");
  if (status == "cancelled") {
    PONS_TRY(CancelAppointment(writer, id, 1, std::string(body.Text("reason"))));
    return id;
  }
  PONS_TRY(Exists(writer, "APPOINTMENTS", id, "appointment"));
  if (!status.empty()) {
    PONS_ASSIGN(const std::int64_t code, StatusIn(status));
    PONS_TRY(SetAppointmentStatus(writer, id, code));
  }
  Cells cells;
  PONS_TRY(TakeDate(body, "date", "APPOINTMENTDATE", cells));
  if (!body.Text("time").empty()) {
    PONS_ASSIGN(const std::int64_t time, SecondsIn(body.Text("time")));
    cells.emplace_back("APPOINTMENTTIME", time);
  }
  static constexpr Field kNumbers[] = {{"practitioner", "USERID"},
                                       {"location", "LOCATIONID"},
                                       {"type", "APPOINTMENTTYPE"},
                                       {"patient", "INTERNALID"}};
  for (const Field& field : kNumbers) {
    if (const auto n = IntegerIn(body, field.key)) cells.emplace_back(field.column, *n);
  }
  if (const auto minutes = IntegerIn(body, "minutes"))
    cells.emplace_back("APPOINTMENTLENGTH", *minutes * 60);
  if (body.Find("reason") != nullptr)
    cells.emplace_back("REASON", std::string(body.Text("reason")));
  if (cells.empty() && status.empty())
    return MakeError(Fault::kRejected, "nothing to change was given");
  if (!cells.empty()) PONS_TRY(UpdateRow(writer, "APPOINTMENTS", id, std::move(cells)));
  // Staff are asked before they book a time twice: whoever sends "force":false wants to be told.
  if (TrueIn(body, "force", true)) return id;
  const auto number = [&](const char* column) {
    return AskInteger(
        writer, std::string("SELECT ") + column + " FROM APPOINTMENTS WHERE RECORDID = ?", {id});
  };
  PONS_TRY(CheckFree(
      writer, number("USERID"),
      AskText(writer, "SELECT APPOINTMENTDATE FROM APPOINTMENTS WHERE RECORDID = ?", {id}),
      number("APPOINTMENTTIME"), number("APPOINTMENTLENGTH"), id));
  return id;
}

Result<std::int64_t> ScanDocument(Connection& writer, const json::Value& body) {
  NewDocument document;
  document.patient = IntegerIn(body, "patient").value_or(0);
  document.user = IntegerIn(body, "practitioner").value_or(0);
  document.title = body.Text("title");
  document.content.content_type = AsciiLower(body.Text("content_type"));
  if (!body.Text("date").empty()) {
    PONS_ASSIGN(document.date, DayIn(body.Text("date")));
  }
  PONS_TRY(Exists(writer, "PATIENTS", document.patient, "patient"));
  PONS_ASSIGN(document.content.content, DecodeBase64(body.Text("content")));
  if (document.content.content.empty()) return MakeError(Fault::kRejected, "content: is empty");
  return AddClinicalImage(writer, document);
}

Result<std::int64_t> EditReport(Connection& writer, std::int64_t id, const json::Value& body) {
  const bool checked = TrueIn(body, "checked", false);
  const std::int64_t patient = IntegerIn(body, "patient").value_or(0);
  const std::int64_t user = IntegerIn(body, "practitioner").value_or(0);
  if (!checked || patient != 0 || user != 0) PONS_TRY(AllocateReport(writer, id, patient, user));
  if (checked) PONS_TRY(CheckReport(writer, id));
  return id;
}

Result<std::int64_t> AddAway(Connection& writer, const json::Value& body) {
  const std::int64_t user = IntegerIn(body, "practitioner").value_or(0);
  PONS_TRY(Exists(writer, "USERS", user, "practitioner"));
  PONS_ASSIGN(const std::string from, DayIn(body.Text("from")));
  PONS_ASSIGN(const std::string to,
              body.Text("to").empty() ? Result<std::string>(from) : DayIn(body.Text("to")));
  if (to < from) return MakeError(Fault::kRejected, "to: must not be before from");
  return InsertRow(writer, "DAYSAWAY",
                   {{"USERID", user},
                    {"STARTDATE", from},
                    {"FINISHDATE", to},
                    {"AWAYREASON", std::string(body.Text("reason"))}});
}

Result<std::int64_t> BeginVisit(Connection& writer, const json::Value& body) {
  std::int64_t patient = IntegerIn(body, "patient").value_or(0);
  std::int64_t user = IntegerIn(body, "practitioner").value_or(0);
  const std::int64_t appointment = IntegerIn(body, "appointment").value_or(0);
  if (appointment != 0) {
    PONS_TRY(Exists(writer, "APPOINTMENTS", appointment, "appointment"));
    if (patient == 0)
      patient = AskInteger(writer, "SELECT INTERNALID FROM APPOINTMENTS WHERE RECORDID = ?",
                           {appointment});
    if (user == 0)
      user =
          AskInteger(writer, "SELECT USERID FROM APPOINTMENTS WHERE RECORDID = ?", {appointment});
    const bool open =
        AskInteger(writer,
                   "SELECT COUNT(*) FROM APPOINTMENTS A JOIN VISITLOCK L ON L.VISITID = A.VISITID "
                   "WHERE A.RECORDID = ?",
                   {appointment}) > 0;
    if (open)
      return MakeError(Fault::kConflict, "the visit of this appointment has started already");
  }
  PONS_ASSIGN(
      const StartedVisit started,
      StartVisit(writer, patient, user, IntegerIn(body, "location").value_or(0), appointment));
  return started.visit;
}

Result<std::int64_t> AddCondition(Connection& writer, std::int64_t patient,
                                  const json::Value& body) {
  PONS_TRY(Exists(writer, "PATIENTS", patient, "patient"));
  if (body.Text("text").empty()) return MakeError(Fault::kRejected, "give the condition's text");
  const std::int64_t zero = 0, one = 1;
  return InsertRow(writer, "PASTHISTORY",
                   {{"INTERNALID", patient},
                    {"RECORDSTATUS", one},
                    {"DAY", IntegerIn(body, "day").value_or(0)},
                    {"MONTH", IntegerIn(body, "month").value_or(0)},
                    {"YEAR", IntegerIn(body, "year").value_or(0)},
                    {"CONDITION", std::string(body.Text("text"))},
                    {"CONDITIONID", zero},
                    {"STATUSCODE", std::int64_t{TrueIn(body, "active", false)}},
                    {"SIDE", std::string()},
                    {"SEVERITY", std::string()},
                    {"ACUTE", zero},
                    {"SUMMARY", one},
                    {"FRACTURE", zero},
                    {"DETAILS", std::string()},
                    {"SNOMED", std::string(body.Text("snomed"))}});
}

}  // namespace pons::best_practice::sandbox
