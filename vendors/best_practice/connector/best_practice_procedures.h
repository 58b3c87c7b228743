// SPDX-License-Identifier: Apache-2.0
// Calls of Best Practice's stored procedures, which are the only supported way to write
// (best-practice sheet §5), and the few SELECTs that writing needs beside them.
//
// A call is one batch of text, so that the RETURN value comes back through any transport:
//   DECLARE @result INT; EXEC @result = BP_Name @a=?, @b=?; SELECT @result AS RESULT
// Values are bound, never pasted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/sql.h"
#include "vendors/best_practice/connector/best_practice_wire.h"

namespace pons::best_practice {

class Call {
 public:
  explicit Call(std::string_view procedure) : procedure_(procedure) {}
  Call& With(std::string_view parameter, net::SqlValue value);
  Call& With(std::string_view parameter, const std::string& text) {
    return With(parameter, net::SqlValue(text));
  }
  // As text: "20260504" means the same day whatever type the parameter has, and whatever language
  // the sign-in has.
  Call& With(std::string_view parameter, Date day);

  std::string_view procedure() const { return procedure_; }
  net::SqlStatement ForResult() const;  // one row, one cell: the RETURN value
  // `columns`: those of its rows that are read, by name.
  net::SqlStatement ForRows(std::span<const std::string_view> columns) const;

 private:
  std::string Arguments() const;

  std::string_view procedure_;
  std::vector<std::string_view> names_;
  std::vector<net::SqlValue> values_;
};

// ---- Patients -----------------------------------------------------------------------------------

// The 28 parameters that BP_AddPatient and BP_UpdatePatient share, in their order. Views of the
// sheet's columns; what a row holds, or what it shall hold.
struct PatientForm {
  std::int64_t title_code = 0;
  std::string first_name, middle_name, surname, preferred_name;
  std::string address1, address2, city, postcode;
  std::string postal_address, postal_city, postal_postcode;
  std::optional<Date> date_of_birth;
  std::int64_t sex_code = 0;
  std::string home_phone, work_phone, mobile_phone;
  std::string medicare, medicare_line, medicare_expiry;
  std::int64_t pension_code = 0;
  std::string pension;
  std::optional<Date> pension_expiry;
  std::int64_t dva_code = 0;
  std::string dva, record_number, external_id, email;
  bool operator==(const PatientForm&) const = default;
};

Call AddPatient(const PatientForm& form);
Call UpdatePatient(std::int64_t patient, const PatientForm& form);
Call UpdatePatientMedicare(std::int64_t patient, const PatientForm& form);
Call UpdatePatientAddress(std::int64_t patient, const PatientForm& form);
Call UpdatePatientContacts(std::int64_t patient, const PatientForm& form);

// One row: the form, without the e-mail address.
net::SqlStatement SelectPatientForm(std::int64_t patient);
Decoded<PatientForm> DecodePatientForm(net::SqlRow row);

// Numbers of live patients who may be this one: born on the day, of the same name, or with a
// Medicare number that begins so (empty: not asked).
net::SqlStatement SelectLikePatients(std::optional<Date> born, std::string_view surname,
                                     std::string_view given, std::string_view medicare_start);
// Numbers of patients with this EXTERNALID, newest last; of any RECORDSTATUS.
net::SqlStatement SelectPatientsByReference(std::string_view reference);
// Numbers of patients born on the day whose row was made at `from` or later.
net::SqlStatement SelectPatientsMadeSince(Date born, LocalTime from);
// At most one row: a live visit of the patient.
net::SqlStatement SelectVisitOf(std::int64_t patient);

// ---- Appointments -------------------------------------------------------------------------------

// An appointment as it stands in somebody's diary.
struct DiaryRow {
  std::int64_t key = 0;
  std::int64_t record_status = 0;
  std::int64_t patient = 0, user_id = 0, location_id = 0;
  LocalTime start;
  std::chrono::seconds length{0};
  std::int64_t status_code = 0;
  std::optional<LocalTime> created;
  std::string reason;

  LocalTime end() const { return {start.reading + length}; }
};
Decoded<DiaryRow> DecodeDiary(net::SqlRow row);
// Live appointments of a practitioner on a day.
net::SqlStatement SelectDiary(std::int64_t user, Date day);
// One appointment of any RECORDSTATUS.
net::SqlStatement SelectDiaryRow(std::int64_t appointment);
// A patient's appointments of any RECORDSTATUS that were made at `from` or later.
net::SqlStatement SelectMadeSince(std::int64_t patient, LocalTime from);

Call FreeAppointments(std::int64_t user, Date day);
Call IsAppointmentBooked(std::int64_t user, LocalTime start);
Call CancelAppointment(std::int64_t appointment, std::optional<std::int64_t> login);
Call MoveAppointment(std::int64_t appointment, LocalTime start, std::int64_t user,
                     std::int64_t location);

struct NewAppointment {
  LocalTime start;
  std::chrono::seconds length{0};
  std::int64_t type = 0;
  std::int64_t user = 0, patient = 0;
  std::int64_t location = 0;  // 0: none is named
  std::string reason;
  std::optional<std::int64_t> login;
};
Call AddAppointment(const NewAppointment& appointment);

// One row: number and length of a live type; the one that the practice lists first where `type` is
// 0.
net::SqlStatement SelectAppointmentType(std::int64_t type);

}  // namespace pons::best_practice
