// SPDX-License-Identifier: Apache-2.0
// The BP_* procedures that change something (best-practice sheet §5). What a refused call returns
// is 0, as callers expect; no guard against double booking is known, so there is none.
#include "base/text.h"
#include "vendors/best_practice/sandbox/documents.h"
#include "vendors/best_practice/sandbox/procedures.h"

namespace pons::best_practice::sandbox {
namespace {

const SqlType kDateType{TypeKind::kDate, 0};

ProcedureParameter Int(const char* name, bool optional = false) {
  return {name, kIntType, optional};
}
ProcedureParameter Text(const char* name, int size, bool optional = false) {
  return {name, VarcharOf(size), optional};
}

struct PatientColumn {
  const char* parameter;
  const char* column;
  SqlType type;
};

// The 28 in the order of BP_AddPatient, @email apart, which goes to EMAIL.
const PatientColumn kPatientColumns[] = {{"@titlecode", "TITLECODE", kIntType},
                                         {"@firstname", "FIRSTNAME", VarcharOf(40)},
                                         {"@middlename", "MIDDLENAME", VarcharOf(30)},
                                         {"@surname", "SURNAME", VarcharOf(40)},
                                         {"@preferredname", "PREFERREDNAME", VarcharOf(30)},
                                         {"@address1", "ADDRESS1", VarcharOf(40)},
                                         {"@address2", "ADDRESS2", VarcharOf(40)},
                                         {"@city", "CITY", VarcharOf(40)},
                                         {"@postcode", "POSTCODE", VarcharOf(4)},
                                         {"@postaladdress", "POSTALADDRESS", VarcharOf(40)},
                                         {"@postalcity", "POSTALCITY", VarcharOf(40)},
                                         {"@postalpostcode", "POSTALPOSTCODE", VarcharOf(4)},
                                         {"@dob", "DOB", {TypeKind::kDate, 0}},
                                         {"@sexcode", "SEXCODE", kIntType},
                                         {"@homephone", "HOMEPHONE", VarcharOf(14)},
                                         {"@workphone", "WORKPHONE", VarcharOf(14)},
                                         {"@mobilephone", "MOBILEPHONE", VarcharOf(14)},
                                         {"@medicareno", "MEDICARENO", VarcharOf(13)},
                                         {"@medicarelineno", "MEDICARELINENO", VarcharOf(1)},
                                         {"@medicareexpiry", "MEDICAREEXPIRY", VarcharOf(10)},
                                         {"@pensioncode", "PENSIONCODE", kIntType},
                                         {"@pensionno", "PENSIONNO", VarcharOf(14)},
                                         {"@pensionexpiry", "PENSIONEXPIRY", {TypeKind::kDate, 0}},
                                         {"@dvacode", "DVACODE", kIntType},
                                         {"@dvano", "DVANO", VarcharOf(14)},
                                         {"@recordno", "RECORDNO", VarcharOf(10)},
                                         {"@externalid", "EXTERNALID", VarcharOf(12)}};

const PatientColumn kLaterColumns[] = {{"@headoffamilyid", "HEADOFFAMILYID", kIntType},
                                       {"@ethniccode", "ETHNICCODE", kIntType},
                                       {"@consentsmsreminder", "CONSENTSMSREMINDER", kIntType},
                                       {"@nextofkinid", "NEXTOFKINID", kIntType}};

SqlValue CellOf(ProcedureCall& call, const PatientColumn& column) {
  const std::string key = AsciiUpper(column.parameter);
  if (column.type.IsDate()) {
    const auto date = call.Null(key) ? std::nullopt : ParseDateTime(call.Text(key));
    if (!date) return {};
    return FormatDateTime({date->days, 0});
  }
  if (column.type.IsText()) return std::string(Trim(call.Text(key)));
  return call.Integer(key);
}

Cells PatientCells(ProcedureCall& call) {
  Cells cells;
  for (const PatientColumn& column : kPatientColumns)
    cells.emplace_back(column.column, CellOf(call, column));
  return cells;
}

void AddPatient(ProcedureCall& call) {
  Cells cells = PatientCells(call);
  for (const PatientColumn& column : kLaterColumns) {
    if (!call.Null(AsciiUpper(column.parameter)))
      cells.emplace_back(column.column, CellOf(call, column));
  }
  const std::int64_t zero = 0;
  cells.emplace_back("RECORDSTATUS", std::int64_t{1});
  cells.emplace_back("PATIENTSTATUS", std::int64_t{1});
  cells.emplace_back("IHI", std::string());
  cells.emplace_back("USERID", zero);
  if (call.Null("@ETHNICCODE")) cells.emplace_back("ETHNICCODE", zero);
  const auto id = InsertRow(call.connection, "PATIENTS", std::move(cells));
  SettleWithId(call, id);
  if (id) (void)SetEmail(call.connection, *id, call.Text("@EMAIL"));
}

void UpdatePatient(ProcedureCall& call) {
  const std::int64_t id = call.Integer("@PATIENTID");
  if (!LivePatient(call.connection, id)) return;
  const auto done = UpdateRow(call.connection, "PATIENTS", id, PatientCells(call));
  if (done) (void)SetEmail(call.connection, id, call.Text("@EMAIL"));
  SettleProcedure(call, done);
}

std::vector<ProcedureParameter> PatientParameters(bool update) {
  std::vector<ProcedureParameter> out;
  if (update) out.push_back(Int("@PatientID"));
  for (const PatientColumn& column : kPatientColumns)
    out.push_back({column.parameter, column.type, false});
  out.push_back(Text("@email", 250));
  if (update) return out;
  for (const PatientColumn& column : kLaterColumns)
    out.push_back({column.parameter, column.type, true});
  out.push_back(Int("@gendercode", true));
  out.push_back(Int("@pronouncode", true));
  return out;
}

// BP_UpdatePatientMedicare and its kin: a few columns by parameters of the same names.
void AddPartialUpdate(ProcedureTable& table, const char* name,
                      const std::vector<PatientColumn>& columns) {
  std::vector<ProcedureParameter> parameters{Int("@PatientID")};
  for (const PatientColumn& column : columns)
    parameters.push_back({column.parameter, column.type, false});
  table.Add({name, std::move(parameters), true, "", [columns](ProcedureCall& call) {
               if (!LivePatient(call.connection, call.Integer("@PATIENTID"))) return;
               Cells cells;
               for (const PatientColumn& column : columns) {
                 if (*column.column != 0) cells.emplace_back(column.column, CellOf(call, column));
               }
               SettleProcedure(call, UpdateRow(call.connection, "PATIENTS",
                                               call.Integer("@PATIENTID"), std::move(cells)));
             }});
}

// Next of kin and emergency contact: a row of their own that the patient's row points to.
void AddContactPerson(ProcedureTable& table, const char* name, const char* column) {
  table.Add(
      {name,
       {Int("@InternalId"), Int("@TitleCode"), Text("@Surname", 60), Text("@Firstname", 30),
        Text("@Address", 60), Text("@City", 40), Text("@Postcode", 4), Text("@ContactPhone", 14),
        Text("@Relationship", 30), Text("@ContactPhone2", 14)},
       true,
       "",
       [column](ProcedureCall& call) {
         const std::int64_t patient = call.Integer("@INTERNALID");
         if (!LivePatient(call.connection, patient)) return;
         const auto row = InsertRow(call.connection, "CONTACTPERSONS",
                                    {{"INTERNALID", patient},
                                     {"TITLECODE", call.Integer("@TITLECODE")},
                                     {"SURNAME", call.Text("@SURNAME")},
                                     {"FIRSTNAME", call.Text("@FIRSTNAME")},
                                     {"ADDRESS", call.Text("@ADDRESS")},
                                     {"CITY", call.Text("@CITY")},
                                     {"POSTCODE", call.Text("@POSTCODE")},
                                     {"CONTACTPHONE", call.Text("@CONTACTPHONE")},
                                     {"RELATIONSHIP", call.Text("@RELATIONSHIP")},
                                     {"CONTACTPHONE2", call.Text("@CONTACTPHONE2")}});
         if (!row) return SettleProcedure(call, row.error());
         SettleProcedure(call, UpdateRow(call.connection, "PATIENTS", patient, {{column, *row}}));
       }});
}

void AddMessage(ProcedureCall& call) {
  const std::int64_t user = call.Integer("@USERID");
  if (AskInteger(call.connection,
                 "SELECT COUNT(*) FROM USERS WHERE USERID = ? AND RECORDSTATUS = 1", {user}) == 0) {
    return;
  }
  SettleWithId(call, InsertRow(call.connection, "MESSAGES",
                               {{"USERID", user},
                                {"SUBJECT", call.Text("@SUBJECT")},
                                {"MESSAGE", call.Text("@MESSAGE")},
                                {"INTERNALID", call.Integer("@PATID")},
                                {"RECORDSTATUS", std::int64_t{1}}}));
}

// INFERRED: a note outside a consultation is a visit of the kind "Non Visit", and what is returned
// is its VISITID; the sheet knows that something is returned.
void AddClinicalNote(ProcedureCall& call) {
  const std::int64_t patient = call.Integer("@PATIENTID");
  if (!LivePatient(call.connection, patient)) return;
  const Database& database = call.connection.database();
  const std::string today = TodayText(database);
  const std::int64_t now = SecondsOfDay(database), zero = 0;
  SettleWithId(call, InsertRow(call.connection, "VISITS",
                               {{"INTERNALID", patient},
                                {"USERID", zero},
                                {"RECORDSTATUS", std::int64_t{1}},
                                {"VISITCODE", std::int64_t{12}},
                                {"DRNAME", std::string()},
                                {"VISITDATE", today},
                                {"RECORDEDDATE", today},
                                {"STARTTIME", now},
                                {"ENDTIME", now},
                                {"DURATION", zero},
                                {"LOCATION", call.Integer("@LOCATIONID")},
                                {"VISITNOTES", call.Text("@VISITTEXT")}}));
}

// No public name of a procedure that takes documents is known (best-practice sheet §5): this one is
// the sandbox's, and says so. @Content is bytes, or base64 in text.
void AddDocument(ProcedureCall& call) {
  NewDocument document;
  document.patient = call.Integer("@INTERNALID");
  document.user = call.Integer("@USERID");
  document.title = call.Text("@TITLE");
  document.date = call.Text("@DOCUMENTDATE");
  document.content.content_type = AsciiLower(Trim(call.Text("@CONTENTTYPE")));
  if (!LivePatient(call.connection, document.patient)) return;
  const SqlValue& content = call.arguments.at("@CONTENT").value;
  if (std::holds_alternative<Bytes>(content)) {
    document.content.content = AsText(content);
  } else {
    auto decoded = DecodeBase64(AsText(content));
    if (!decoded) {
      call.error = SqlError{50000, 16, "@Content: " + decoded.error().summary};
      return;
    }
    document.content.content = std::move(*decoded);
  }
  if (document.content.content.empty()) return;
  SettleWithId(call, AddClinicalImage(call.connection, document));
}

}  // namespace

void SettleProcedure(ProcedureCall& call, const Result<void>& done) {
  if (done) {
    call.result = 1;
    call.changed = true;
  } else if (done.error().fault == Fault::kInternal) {
    call.error = SqlError{50000, 16, done.error().summary};
  }
}

void SettleWithId(ProcedureCall& call, const Result<std::int64_t>& id) {
  if (!id) return SettleProcedure(call, id.error());
  call.result = *id;
  call.changed = true;
}

bool LivePatient(Connection& connection, std::int64_t id) {
  return AskInteger(connection,
                    "SELECT COUNT(*) FROM PATIENTS WHERE INTERNALID = ? AND RECORDSTATUS = 1",
                    {id}) == 1;
}

void AddWritingProcedures(ProcedureTable& table) {
  table.Add({"BP_AddPatient", PatientParameters(false), true, "", AddPatient});
  table.Add({"BP_UpdatePatient", PatientParameters(true), true, "", UpdatePatient});
  AddPartialUpdate(table, "BP_UpdatePatientMedicare",
                   {{"@MedicareNo", "MEDICARENO", VarcharOf(13)},
                    {"@MedicareLineNo", "MEDICARELINENO", VarcharOf(1)},
                    {"@MedicareExpiry", "MEDICAREEXPIRY", VarcharOf(10)}});
  AddPartialUpdate(table, "BP_UpdatePatientPension",
                   {{"@PensionCode", "PENSIONCODE", kIntType},
                    {"@PensionNo", "PENSIONNO", VarcharOf(14)},
                    {"@PensionStart", "PENSIONSTART", kDateType},
                    {"@PensionExpiry", "PENSIONEXPIRY", kDateType}});
  AddPartialUpdate(table, "BP_UpdatePatientDVA",
                   {{"@DVACode", "DVACODE", kIntType}, {"@DVANo", "DVANO", VarcharOf(14)}});
  AddPartialUpdate(table, "BP_UpdatePatientContacts",
                   {{"@HomePhone", "HOMEPHONE", VarcharOf(14)},
                    {"@WorkPhone", "WORKPHONE", VarcharOf(14)},
                    {"@MobilePhone", "MOBILEPHONE", VarcharOf(14)}});
  AddPartialUpdate(table, "BP_UpdatePatientAddress",
                   {{"@Address1", "ADDRESS1", VarcharOf(40)},
                    {"@Address2", "ADDRESS2", VarcharOf(40)},
                    {"@City", "CITY", VarcharOf(40)},
                    {"@Postcode", "POSTCODE", VarcharOf(4)}});
  table.Add({"BP_UpdatePatientEmail",
             {Int("@PatientID"), Text("@Email", 250)},
             true,
             "",
             [](ProcedureCall& call) {
               const std::int64_t patient = call.Integer("@PATIENTID");
               if (!LivePatient(call.connection, patient)) return;
               SettleProcedure(call, SetEmail(call.connection, patient, call.Text("@EMAIL")));
             }});
  // INFERRED: what the sheet's tables have no column for is taken and not kept.
  AddPartialUpdate(table, "BP_UpdatePatientHealthFund",
                   {{"@HealthfundNo", "HEALTHFUNDNO", VarcharOf(20)},
                    {"@HealthFundName", "HEALTHFUNDNAME", VarcharOf(100)},
                    {"@HealthFundID", "", kIntType},
                    {"@HealthFundExpiry", "", kDateType}});
  AddContactPerson(table, "BP_SetNextOfKin", "NEXTOFKINID");
  AddContactPerson(table, "BP_SetEmergencyContact", "EMERGENCYID");
  table.Add({"BP_AddMessage",
             {Int("@UserID"),
              Text("@Subject", 100),
              {"@Message", {TypeKind::kText, 0}, false},
              Int("@PatID", true)},
             true,
             "",
             AddMessage});
  table.Add({"BP_AddClinicalNote",
             {Int("@PatientID"), {"@VisitText", {TypeKind::kText, 0}, false}, Int("@LocationID")},
             true,
             "",
             AddClinicalNote});
  table.Add({"SANDBOX_AddDocument",
             {Int("@InternalID"),
              Text("@Title", 61),
              Text("@ContentType", 100),
              {"@Content", {TypeKind::kBinary, 0}, false},
              Int("@UserID", true),
              {"@DocumentDate", kDateType, true}},
             true,
             "",
             AddDocument});
  AddAppointmentProcedures(table);
}

}  // namespace pons::best_practice::sandbox
