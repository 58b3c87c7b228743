// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_procedures.h"

#include <cstdio>

namespace pons::best_practice {
namespace {

using net::SqlNull;
using net::SqlRow;
using net::SqlStatement;
using net::SqlValue;

constexpr std::string_view kFormColumns[] = {
    "TITLECODE",   "FIRSTNAME",      "MIDDLENAME",    "SURNAME",        "PREFERREDNAME",
    "ADDRESS1",    "ADDRESS2",       "CITY",          "POSTCODE",       "POSTALADDRESS",
    "POSTALCITY",  "POSTALPOSTCODE", "DOB",           "SEXCODE",        "HOMEPHONE",
    "WORKPHONE",   "MOBILEPHONE",    "MEDICARENO",    "MEDICARELINENO", "MEDICAREEXPIRY",
    "PENSIONCODE", "PENSIONNO",      "PENSIONEXPIRY", "DVACODE",        "DVANO",
    "RECORDNO",    "EXTERNALID"};
constexpr std::string_view kDiaryColumns[] = {
    "RECORDID",        "RECORDSTATUS",    "INTERNALID",      "USERID",
    "LOCATIONID",      "APPOINTMENTDATE", "APPOINTMENTTIME", "APPOINTMENTLENGTH",
    "APPOINTMENTCODE", "CREATED",         "REASON"};

constexpr std::string_view kResultColumns[] = {"RESULT"};
constexpr std::string_view kPatientKey[] = {"INTERNALID"};
constexpr std::string_view kVisitKey[] = {"VISITID"};
constexpr std::string_view kTypeColumns[] = {"APPOINTMENTCODE", "APPOINTMENTLENGTH"};

std::string List(std::span<const std::string_view> names) {
  std::string out;
  for (const auto name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

std::string DayText(Date day) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d%02u%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text;
}

std::int64_t SecondOfDay(LocalTime time) {
  return (time.reading - std::chrono::floor<std::chrono::days>(time.reading)).count();
}

LocalTime Midnight(Date day) { return LocalTime::At(day, std::chrono::seconds(0)); }

SqlValue DayOrNull(const std::optional<Date>& day) {
  if (!day) return SqlNull{};
  return DayText(*day);
}

SqlStatement DiaryWhere(std::string_view condition, std::vector<SqlValue> parameters) {
  return {.text = "SELECT " + List(kDiaryColumns) + " FROM APPOINTMENTS WHERE " +
                  std::string(condition) + " ORDER BY RECORDID",
          .parameters = std::move(parameters),
          .columns = kDiaryColumns};
}

Call& WithForm(Call& call, const PatientForm& f) {
  return call.With("titlecode", f.title_code)
      .With("firstname", f.first_name)
      .With("middlename", f.middle_name)
      .With("surname", f.surname)
      .With("preferredname", f.preferred_name)
      .With("address1", f.address1)
      .With("address2", f.address2)
      .With("city", f.city)
      .With("postcode", f.postcode)
      .With("postaladdress", f.postal_address)
      .With("postalcity", f.postal_city)
      .With("postalpostcode", f.postal_postcode)
      .With("dob", DayOrNull(f.date_of_birth))
      .With("sexcode", f.sex_code)
      .With("homephone", f.home_phone)
      .With("workphone", f.work_phone)
      .With("mobilephone", f.mobile_phone)
      .With("medicareno", f.medicare)
      .With("medicarelineno", f.medicare_line)
      .With("medicareexpiry", f.medicare_expiry)
      .With("pensioncode", f.pension_code)
      .With("pensionno", f.pension)
      .With("pensionexpiry", DayOrNull(f.pension_expiry))
      .With("dvacode", f.dva_code)
      .With("dvano", f.dva)
      .With("recordno", f.record_number)
      .With("externalid", f.external_id)
      .With("email", f.email);
}

}  // namespace

// ---- Calls --------------------------------------------------------------------------------------

Call& Call::With(std::string_view parameter, SqlValue value) {
  names_.push_back(parameter);
  values_.push_back(std::move(value));
  return *this;
}

Call& Call::With(std::string_view parameter, Date day) {
  return With(parameter, SqlValue(DayText(day)));
}

std::string Call::Arguments() const {
  std::string out;
  for (const auto name : names_) {
    out += out.empty() ? " @" : ", @";
    out += name;
    out += "=?";
  }
  return out;
}

SqlStatement Call::ForResult() const {
  return {.text = "DECLARE @result INT; EXEC @result = " + std::string(procedure_) + Arguments() +
                  "; SELECT @result AS RESULT",
          .parameters = values_,
          .columns = kResultColumns};
}

SqlStatement Call::ForRows(std::span<const std::string_view> columns) const {
  return {.text = "EXEC " + std::string(procedure_) + Arguments(),
          .parameters = values_,
          .columns = columns};
}

// ---- Patients -----------------------------------------------------------------------------------

Call AddPatient(const PatientForm& form) {
  Call call("BP_AddPatient");
  return WithForm(call, form);
}

Call UpdatePatient(std::int64_t patient, const PatientForm& form) {
  Call call("BP_UpdatePatient");
  call.With("PatientID", patient);
  return WithForm(call, form);
}

Call UpdatePatientMedicare(std::int64_t patient, const PatientForm& form) {
  Call call("BP_UpdatePatientMedicare");
  return call.With("PatientID", patient)
      .With("MedicareNo", form.medicare)
      .With("MedicareLineNo", form.medicare_line)
      .With("MedicareExpiry", form.medicare_expiry);
}

Call UpdatePatientAddress(std::int64_t patient, const PatientForm& form) {
  Call call("BP_UpdatePatientAddress");
  return call.With("PatientID", patient)
      .With("Address1", form.address1)
      .With("Address2", form.address2)
      .With("City", form.city)
      .With("Postcode", form.postcode);
}

Call UpdatePatientContacts(std::int64_t patient, const PatientForm& form) {
  Call call("BP_UpdatePatientContacts");
  return call.With("PatientID", patient)
      .With("HomePhone", form.home_phone)
      .With("WorkPhone", form.work_phone)
      .With("MobilePhone", form.mobile_phone);
}

SqlStatement SelectPatientForm(std::int64_t patient) {
  return {.text = "SELECT " + List(kFormColumns) +
                  " FROM PATIENTS WHERE INTERNALID = ? AND RECORDSTATUS = 1",
          .parameters = {patient},
          .columns = kFormColumns};
}

Decoded<PatientForm> DecodePatientForm(SqlRow row) {
  CellReader in(row, kFormColumns);
  const auto day = [&]() -> std::optional<Date> {
    const auto time = in.Time();
    if (!time) return std::nullopt;
    return time->day();
  };
  PatientForm f;
  f.title_code = in.Int();
  f.first_name = in.Text();
  f.middle_name = in.Text();
  f.surname = in.Text();
  f.preferred_name = in.Text();
  f.address1 = in.Text();
  f.address2 = in.Text();
  f.city = in.Text();
  f.postcode = in.Text();
  f.postal_address = in.Text();
  f.postal_city = in.Text();
  f.postal_postcode = in.Text();
  f.date_of_birth = day();
  f.sex_code = in.Int();
  f.home_phone = in.Text();
  f.work_phone = in.Text();
  f.mobile_phone = in.Text();
  f.medicare = in.Text();
  f.medicare_line = in.Text();
  f.medicare_expiry = in.Text();
  f.pension_code = in.Int();
  f.pension = in.Text();
  f.pension_expiry = day();
  f.dva_code = in.Int();
  f.dva = in.Text();
  f.record_number = in.Text();
  f.external_id = in.Text();
  if (in.bad()) return *in.bad();
  return f;
}

SqlStatement SelectLikePatients(std::optional<Date> born, std::string_view surname,
                                std::string_view given, std::string_view medicare_start) {
  SqlStatement statement;
  statement.columns = kPatientKey;
  std::string either;
  const auto add = [&](std::string_view condition) {
    either += (either.empty() ? "" : " OR ") + std::string(condition);
  };
  if (born) {
    add("DOB = ?");
    statement.parameters.emplace_back(Midnight(*born));
  }
  if (!surname.empty() && !given.empty()) {
    add("(SURNAME = ? AND FIRSTNAME = ?)");
    statement.parameters.emplace_back(std::string(surname));
    statement.parameters.emplace_back(std::string(given));
  }
  if (!medicare_start.empty()) {
    add("REPLACE(MEDICARENO, ' ', '') LIKE ?");
    statement.parameters.emplace_back(std::string(medicare_start) + "%");
  }
  if (either.empty()) either = "1 = 0";
  statement.text = "SELECT TOP (500) INTERNALID FROM PATIENTS WHERE RECORDSTATUS = 1 AND (" +
                   either + ") ORDER BY INTERNALID";
  return statement;
}

SqlStatement SelectPatientsByReference(std::string_view reference) {
  return {.text = "SELECT INTERNALID FROM PATIENTS WHERE EXTERNALID = ? ORDER BY INTERNALID",
          .parameters = {std::string(reference)},
          .columns = kPatientKey};
}

SqlStatement SelectPatientsMadeSince(Date born, LocalTime from) {
  return {.text =
              "SELECT INTERNALID FROM PATIENTS WHERE DOB = ? AND CREATED >= ? AND RECORDSTATUS = 1"
              " ORDER BY INTERNALID",
          .parameters = {Midnight(born), from},
          .columns = kPatientKey};
}

SqlStatement SelectVisitOf(std::int64_t patient) {
  return {.text = "SELECT TOP (1) VISITID FROM VISITS WHERE INTERNALID = ? AND RECORDSTATUS = 1",
          .parameters = {patient},
          .columns = kVisitKey};
}

// ---- Appointments -------------------------------------------------------------------------------

Decoded<DiaryRow> DecodeDiary(SqlRow row) {
  CellReader in(row, kDiaryColumns);
  DiaryRow d;
  d.key = in.DueInt();
  d.record_status = in.DueInt();
  d.patient = in.Int();
  d.user_id = in.Int();
  d.location_id = in.Int();
  const auto day = in.DueTime();
  d.start = LocalTime::At(day.day(), in.DueSeconds());
  d.length = in.Seconds();
  d.status_code = in.Int();
  d.created = in.Time();
  d.reason = in.Text();
  if (in.bad()) return *in.bad();
  return d;
}

SqlStatement SelectDiary(std::int64_t user, Date day) {
  return DiaryWhere("USERID = ? AND APPOINTMENTDATE = ? AND RECORDSTATUS = 1",
                    {user, Midnight(day)});
}

SqlStatement SelectDiaryRow(std::int64_t appointment) {
  return DiaryWhere("RECORDID = ?", {appointment});
}

SqlStatement SelectMadeSince(std::int64_t patient, LocalTime from) {
  return DiaryWhere("INTERNALID = ? AND CREATED >= ?", {patient, from});
}

Call FreeAppointments(std::int64_t user, Date day) {
  Call call("BP_GetFreeAppointments");
  return call.With("userid", user).With("aptdate", day);
}

Call IsAppointmentBooked(std::int64_t user, LocalTime start) {
  Call call("BP_IsAppointmentBooked");
  return call.With("userid", user).With("aptdate", start.day()).With("apttime", SecondOfDay(start));
}

Call CancelAppointment(std::int64_t appointment, std::optional<std::int64_t> login) {
  Call call("BP_CancelAppointment");
  call.With("aptid", appointment);
  if (login) call.With("loginid", *login);
  return call;
}

Call MoveAppointment(std::int64_t appointment, LocalTime start, std::int64_t user,
                     std::int64_t location) {
  Call call("BP_MoveAppointment");
  return call.With("aptid", appointment)
      .With("aptdate", start.day())
      .With("apttime", SecondOfDay(start))
      .With("practitionerid", user)
      .With("locationid", location);
}

Call AddAppointment(const NewAppointment& a) {
  Call call("BP_AddAppointmentEx");
  call.With("aptdate", a.start.day())
      .With("apttime", SecondOfDay(a.start))
      .With("appointmenttype", a.type)
      .With("aptlen", std::int64_t{a.length.count()})
      .With("practitionerid", a.user)
      .With("patientid", a.patient)
      .With("reason", a.reason);
  if (a.login) call.With("loginid", *a.login);
  if (a.location > 0) call.With("locationid", a.location);
  return call;
}

SqlStatement SelectAppointmentType(std::int64_t type) {
  std::string text =
      "SELECT TOP (1) APPOINTMENTCODE, APPOINTMENTLENGTH FROM APPOINTMENTTYPES"
      " WHERE RECORDSTATUS = 1";
  if (type > 0) {
    return {
        .text = text + " AND APPOINTMENTCODE = ?", .parameters = {type}, .columns = kTypeColumns};
  }
  return {.text = text + " ORDER BY LISTORDER, APPOINTMENTCODE", .columns = kTypeColumns};
}

}  // namespace pons::best_practice
