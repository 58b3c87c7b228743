// SPDX-License-Identifier: Apache-2.0
// Result files as Bp's importer takes them: HL7 v2, read loosely (best-practice sheet §7.5:
// versions and line ends differ in the field). A reading of the sandbox's own, so that what writes
// such files is judged by another pair of eyes. Pure functions, safe from any thread and from any
// bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pons::best_practice::sandbox {

struct ReadPerson {
  std::string family, given, title;
  std::string provider_number;    // AUSHICPR, or an identifier that no authority claims
  std::string individual_number;  // HPI-I
};

struct ReadValue {
  std::string name, value, units, range, abnormal, loinc;
};

// One OBR with what belongs to it. Texts are UTF-8, unescaped and whole: cutting is the table's.
struct ReadReport {
  std::string family, given, birth_date, sex;  // birth_date: YYYYMMDD as sent
  std::string street, city, postcode, home_phone, work_phone, mobile_phone, email;
  std::string medicare, medicare_line, individual_number, dva_number, record_number;
  ReadPerson addressed_to, requested_by;
  std::string request_id, request_date;
  std::string report_id;  // OBR-3.1
  std::string test_name, test_code, service_code;
  std::string collected, reported;  // HL7 timestamps as sent
  std::string status;               // OBR-25
  bool abnormal = false;
  std::string text;          // FT and TX displays
  std::string content_type;  // of the last embedded document; empty: none
  std::string content;       // its bytes
  std::vector<ReadValue> values;
};

struct ReadMessage {
  std::string application, facility, facility_number;  // MSH-3, MSH-4.1, HPI-O of MSH-4.2
  std::string control_id;                              // MSH-10
  std::vector<ReadReport> reports;
};

// All messages of one file. Errors: kRejected with what cannot be read.
Result<std::vector<ReadMessage>> ReadResultFile(std::string_view file);

// MSH-10 of the first message, as far as there is one: for saying no to what cannot be read.
std::string ControlIdOf(std::string_view file);

// Strict but for blanks and line ends. Errors: kRejected.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace pons::best_practice::sandbox
