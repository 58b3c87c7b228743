// SPDX-License-Identifier: Apache-2.0
// The clinic fixture: a practice in plain words, the same for every sandbox. Made up by a generator
// or read from FHIR files; each sandbox translates it into its own rows. All of it is invented;
// times are the practice's wall clock.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pons::sandboxkit {

struct ClinicAddress {
  std::string line1, line2, city, postcode;
};

struct ClinicLocation {
  std::int64_t id = 0;
  std::string name, phone, email;
  ClinicAddress address;
  std::string organization_number;  // HPI-O
};

struct ClinicPractitioner {
  std::int64_t id = 0;
  std::string title, given, family,
      group;  // group: "General practitioner", "Dermatologist", "Nurse"
  std::string registration, prescriber_number, individual_number;  // Ahpra, PBS, HPI-I
  std::string email, phone;
  bool has_appointment_book = true;
  struct Place {
    std::int64_t location = 0;
    std::string provider_number;
  };
  std::vector<Place> places;  // the first is the usual one
  struct Session {
    int weekday = 0;                       // Monday 0 … Sunday 6
    std::string date;                      // "2026-05-04": an extra one, of that day only
    int from_minutes = 0, to_minutes = 0;  // since local midnight
    std::int64_t location = 0;
  };
  std::vector<Session> sessions;
  struct Away {
    std::string from, to, reason;  // days, both included
  };
  std::vector<Away> away;
};

struct ClinicAppointmentType {
  std::int64_t id = 0;
  std::string name;
  int minutes = 15;
};

struct ClinicCondition {
  std::string text;
  std::string snomed;
  int year = 0, month = 0, day = 0;  // 0: not known
  bool active = false;
};

struct ClinicPatient {
  std::int64_t id = 0;  // 0: the sandbox numbers it
  std::string fhir_id;  // where it was read from FHIR
  std::string title, given, middle, family, preferred;
  std::string birth_date;  // "1984-07-02"; empty: not known
  std::string death_date;
  std::string sex;        // "Female", "Male", "Other", "": the sandbox's table has the code
  std::string ethnicity;  // as the sandbox's table words it
  ClinicAddress address, postal;
  std::string home_phone, work_phone, mobile_phone, email;
  std::string medicare, medicare_line, medicare_expiry;  // 10 digits, IRN, "MM/YYYY"
  std::string individual_number;                         // IHI
  std::string dva_number, dva_color;                     // "Gold", "White", "Orange"
  std::string pension_number, pension_kind;
  std::string record_number, country;
  bool active = true;
  std::vector<ClinicCondition> history;
};

struct ClinicAppointment {
  std::int64_t patient = 0, practitioner = 0, location = 0, type = 0;
  std::string date;       // "2026-05-04"
  int start_seconds = 0;  // since local midnight
  int length_seconds = 900;
  std::string status = "Booked";  // as the sandbox's table words it
  std::string reason;
};

// A practice, told piece by piece so that half a million appointments need no memory.
struct ClinicSink {
  std::function<void(const std::string& name, const std::string& organization_number)> practice;
  std::function<void(const ClinicLocation&)> location;
  std::function<void(const ClinicPractitioner&)> practitioner;
  std::function<void(const ClinicAppointmentType&)> appointment_type;
  std::function<std::int64_t(const ClinicPatient&)> patient;  // answers the id it was given
  std::function<void(const ClinicAppointment&)> appointment;
};

}  // namespace pons::sandboxkit
