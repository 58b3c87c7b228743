// SPDX-License-Identifier: Apache-2.0
// The BP_* procedures that change something (best-practice sheet §5). What a refused call returns
// is 0, as callers expect; no guard against double booking is known, so there is none.
#include "base/text.h"
#include "vendors/best_practice/sandbox/edits.h"
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

// A refusal that is the caller's gives 0; anything else is an error.
void Settle(ProcedureCall& call, const Result<void>& done) {
  if (done) {
    call.result = 1;
  } else if (done.error().fault == Fault::kInternal) {
    call.error = SqlError{50000, 16, done.error().summary};
  }
}

void AddBooking(ProcedureCall& call, bool extended) {
  NewAppointment appointment;
  appointment.date = call.Text("@APTDATE");
  appointment.time = call.Integer("@APTTIME");
  appointment.length = call.Integer("@APTLEN");
  appointment.user = call.Integer("@PRACTITIONERID");
  appointment.patient = call.Integer("@PATIENTID");
  appointment.booked_by = call.Integer("@LOGINID");
  appointment.location = call.Integer("@LOCATIONID");
  if (extended) {
    appointment.type = call.Integer("@APPOINTMENTTYPE");
    appointment.reason = call.Text("@REASON");
  }
  if (auto id = AddAppointment(call.connection, appointment)) call.result = *id;
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
  if (!id) {
    call.error = SqlError{50000, 16, id.error().summary};
    return;
  }
  call.result = *id;
  (void)SetEmail(call.connection, *id, call.Text("@EMAIL"));
}

void UpdatePatient(ProcedureCall& call) {
  const std::int64_t id = call.Integer("@PATIENTID");
  const auto done = UpdateRow(call.connection, "PATIENTS", id, PatientCells(call));
  if (done) (void)SetEmail(call.connection, id, call.Text("@EMAIL"));
  Settle(call, done);
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
               Cells cells;
               for (const PatientColumn& column : columns)
                 cells.emplace_back(column.column, CellOf(call, column));
               Settle(call, UpdateRow(call.connection, "PATIENTS", call.Integer("@PATIENTID"),
                                      std::move(cells)));
             }});
}

void AddAppointmentProcedures(ProcedureTable& table) {
  const ProcedureParameter date{"@aptdate", kDateType, false};
  table.Add({"BP_AddAppointment",
             {date, Int("@apttime"), Int("@aptlen"), Int("@practitionerid"), Int("@patientid"),
              Int("@loginid", true), Int("@locationid", true)},
             true,
             "",
             [](ProcedureCall& call) { AddBooking(call, false); }});
  table.Add({"BP_AddAppointmentEx",
             {date, Int("@apttime"), Int("@appointmenttype"), Int("@aptlen"),
              Int("@practitionerid"), Int("@patientid"), Text("@reason", 500),
              Int("@loginid", true), Int("@locationid", true), Text("@videourl", 2000, true)},
             true,
             "",
             [](ProcedureCall& call) { AddBooking(call, true); }});
  table.Add({"BP_UpdateAppointment",
             {Int("@aptid"), Int("@apttype"), Int("@aptlen"), Text("@reason", 500)},
             true,
             "",
             [](ProcedureCall& call) {
               Settle(call, UpdateRow(call.connection, "APPOINTMENTS", call.Integer("@APTID"),
                                      {{"APPOINTMENTTYPE", call.Integer("@APTTYPE")},
                                       {"APPOINTMENTLENGTH", call.Integer("@APTLEN")},
                                       {"REASON", call.Text("@REASON")}}));
             }});
  table.Add({"BP_MoveAppointment",
             {Int("@aptid"), date, Int("@apttime"), Int("@practitionerid"), Int("@locationid")},
             true,
             "",
             [](ProcedureCall& call) {
               const auto day = ParseDateTime(call.Text("@APTDATE"));
               if (!day) return;
               Settle(call, UpdateRow(call.connection, "APPOINTMENTS", call.Integer("@APTID"),
                                      {{"APPOINTMENTDATE", FormatDateTime({day->days, 0})},
                                       {"APPOINTMENTTIME", call.Integer("@APTTIME")},
                                       {"USERID", call.Integer("@PRACTITIONERID")},
                                       {"LOCATIONID", call.Integer("@LOCATIONID")}}));
             }});
  table.Add({"BP_CancelAppointment",
             {Int("@aptid"), Int("@loginid", true)},
             true,
             "",
             [](ProcedureCall& call) {
               Settle(call, CancelAppointment(call.connection, call.Integer("@APTID"),
                                              call.Integer("@LOGINID"), ""));
             }});
  const auto status = [&](const char* name, std::int64_t code) {
    table.Add({name, {Int("@aptid")}, true, "", [code](ProcedureCall& call) {
                 Settle(call, SetAppointmentStatus(call.connection, call.Integer("@APTID"), code));
               }});
  };
  status("BP_ArriveAppointment", 2);
  status("BP_UnarriveAppointment", 1);
  const auto attendance = [&](const char* name, std::int64_t code) {
    table.Add({name, {Int("@aptid")}, true, "", [code](ProcedureCall& call) {
                 Settle(call, UpdateRow(call.connection, "APPOINTMENTS", call.Integer("@APTID"),
                                        {{"ATTENDANCECONFIRMED", code}}));
               }});
  };
  attendance("BP_ConfirmAppointment", 1);
  attendance("BP_DeclineAppointment", 2);
}

}  // namespace

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
               Settle(call,
                      SetEmail(call.connection, call.Integer("@PATIENTID"), call.Text("@EMAIL")));
             }});
  AddAppointmentProcedures(table);
}

}  // namespace pons::best_practice::sandbox
