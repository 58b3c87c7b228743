// SPDX-License-Identifier: Apache-2.0
// The BP_* procedures of the appointment book that change something (best-practice sheet §5).
// Nothing is known to guard against booking a time twice, so nothing here does; what is refused
// returns 0. INFERRED: where the sheet knows of no RETURN value ("-"), it is the 0 of a procedure
// without a RETURN, done or not: only reading back tells.
#include "base/text.h"
#include "vendors/best_practice/sandbox/edits.h"
#include "vendors/best_practice/sandbox/procedures.h"

namespace pons::best_practice::sandbox {
namespace {

const ProcedureParameter kAptDate{"@aptdate", {TypeKind::kDate, 0}, false};

ProcedureParameter Int(const char* name, bool optional = false) {
  return {name, kIntType, optional};
}
ProcedureParameter Text(const char* name, int size, bool optional = false) {
  return {name, VarcharOf(size), optional};
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
    appointment.video_url = call.Text("@VIDEOURL");
  }
  SettleWithId(call, AddAppointment(call.connection, appointment));
}

// Only a live appointment can be changed.
bool Live(ProcedureCall& call) {
  return AskInteger(call.connection,
                    "SELECT COUNT(*) FROM APPOINTMENTS WHERE RECORDID = ? AND RECORDSTATUS = 1",
                    {call.Integer("@APTID")}) == 1;
}

// For procedures without a RETURN value.
void SettleSilently(ProcedureCall& call, const Result<void>& done) {
  SettleProcedure(call, done);
  call.result = 0;
}

void Update(ProcedureCall& call) {
  if (!Live(call) || call.Integer("@APTLEN") <= 0) return;
  SettleSilently(call, UpdateRow(call.connection, "APPOINTMENTS", call.Integer("@APTID"),
                                 {{"APPOINTMENTTYPE", call.Integer("@APTTYPE")},
                                  {"APPOINTMENTLENGTH", call.Integer("@APTLEN")},
                                  {"REASON", call.Text("@REASON")}}));
}

// INFERRED: location 0 leaves it where it is; a practitioner who is not there is refused.
void Move(ProcedureCall& call) {
  const auto day = ParseDateTime(call.Text("@APTDATE"));
  const std::int64_t time = call.Integer("@APTTIME"), user = call.Integer("@PRACTITIONERID");
  const bool known =
      AskInteger(call.connection,
                 "SELECT COUNT(*) FROM USERS WHERE USERID = ? AND RECORDSTATUS = 1", {user}) == 1;
  if (!Live(call) || !day || !known || time < 0 || time >= 86'400) return;
  Cells cells{{"APPOINTMENTDATE", FormatDateTime({day->days, 0})},
              {"APPOINTMENTTIME", time},
              {"USERID", user}};
  if (const std::int64_t location = call.Integer("@LOCATIONID"); location != 0)
    cells.emplace_back("LOCATIONID", location);
  SettleSilently(
      call, UpdateRow(call.connection, "APPOINTMENTS", call.Integer("@APTID"), std::move(cells)));
}

}  // namespace

void AddAppointmentProcedures(ProcedureTable& table) {
  table.Add({"BP_AddAppointment",
             {kAptDate, Int("@apttime"), Int("@aptlen"), Int("@practitionerid"), Int("@patientid"),
              Int("@loginid", true), Int("@locationid", true)},
             true,
             "",
             [](ProcedureCall& call) { AddBooking(call, false); }});
  table.Add({"BP_AddAppointmentEx",
             {kAptDate, Int("@apttime"), Int("@appointmenttype"), Int("@aptlen"),
              Int("@practitionerid"), Int("@patientid"), Text("@reason", 500),
              Int("@loginid", true), Int("@locationid", true), Text("@videourl", 2000, true)},
             true,
             "",
             [](ProcedureCall& call) { AddBooking(call, true); }});
  table.Add({"BP_UpdateAppointment",
             {Int("@aptid"), Int("@apttype"), Int("@aptlen"), Text("@reason", 500)},
             true,
             "",
             Update});
  table.Add({"BP_MoveAppointment",
             {Int("@aptid"), kAptDate, Int("@apttime"), Int("@practitionerid"), Int("@locationid")},
             true,
             "",
             Move});
  table.Add({"BP_CancelAppointment",
             {Int("@aptid"), Int("@loginid", true)},
             true,
             "",
             [](ProcedureCall& call) {
               SettleProcedure(call, CancelAppointment(call.connection, call.Integer("@APTID"),
                                                       call.Integer("@LOGINID"), ""));
             }});
  const auto status = [&](const char* name, std::int64_t code) {
    table.Add({name, {Int("@aptid")}, true, "", [code](ProcedureCall& call) {
                 if (!Live(call)) return;
                 SettleSilently(
                     call, SetAppointmentStatus(call.connection, call.Integer("@APTID"), code));
               }});
  };
  status("BP_ArriveAppointment", 2);
  status("BP_UnarriveAppointment", 1);
  const auto attendance = [&](const char* name, std::int64_t code) {
    table.Add({name, {Int("@AptID")}, true, "", [code](ProcedureCall& call) {
                 if (!Live(call)) return;
                 SettleProcedure(call,
                                 UpdateRow(call.connection, "APPOINTMENTS", call.Integer("@APTID"),
                                           {{"ATTENDANCECONFIRMED", code}}));
               }});
  };
  attendance("BP_ConfirmAppointment", 1);
  attendance("BP_DeclineAppointment", 2);
}

}  // namespace pons::best_practice::sandbox
