// SPDX-License-Identifier: Apache-2.0
// A report with a PDF as an HL7 v2 ORU^R01, after Australia's profile (best-practice sheet §8,
// standards sheet §8), with the switches that real receivers need.
//
// Pure; the same values always give the same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace pons::hl7 {

enum class MessageVersion : std::uint8_t { kAustralian, kPlain24, kPlain231 };
enum class Acknowledge : std::uint8_t { kAlAl, kAlNe, kNeNe };
enum class SegmentEnd : std::uint8_t { kCr, kCrLf };
enum class CharacterSet : std::uint8_t {
  kAscii,   // accents are taken off, what has no letter becomes '?'
  kLatin1,  // MSH-18 8859/1
  kUtf8,    // MSH-18 UNICODE UTF-8
};

struct ReportStyle {
  MessageVersion version = MessageVersion::kAustralian;
  Acknowledge acknowledge = Acknowledge::kAlAl;
  SegmentEnd segment_end = SegmentEnd::kCr;
  CharacterSet character_set = CharacterSet::kAscii;
  bool capital_application = false;  // Application^PDF instead of application^pdf
  bool text_display = false;         // an FT segment with plain text beside the PDF
  bool provider_number = true;
  bool doctor_in_pv1 = true;  // PV1-9 as OBR-16
};

struct ReportPerson {
  std::string family, given, middle, prefix;
};

struct ReportMessage {
  std::string sending_application;  // "PONS"
  std::string sending_facility;     // the practice's name
  std::string sending_hpio;         // 16 digits; empty: none
  std::string receiving_application;
  std::string receiving_facility;
  std::string control_id;                 // MSH-10, at most 20
  std::string id_domain = "pons.health";  // whose ids report_id are, as a DNS name; OBR-3.3
  Instant sent{};

  ReportPerson patient;
  std::string patient_number;   // the practice's own; PID-3 MR
  std::string medicare_number;  // 10 digits, with the line number as the 11th; empty: none
  std::string ihi;              // empty: none
  std::string dva_number;       // empty: none
  std::optional<Date> birth_date;
  char sex = 'U';  // M F O U
  std::string street, suburb, state, postcode;
  std::string home_phone, mobile_phone;

  ReportPerson doctor;          // to whom it is addressed
  std::string provider_number;  // of that doctor at that place; empty: none

  std::string report_id;          // OBR-3.1, at most 20; the same again is a corrected version
  bool corrected = false;         // OBR-25 and OBX-11 C instead of F
  std::string code, code_system;  // OBR-4.1, .3: "11488-4", "LN"
  std::string title;              // OBR-4.2
  Instant observed{};             // OBR-7
  Instant reported{};             // OBR-22
  std::string text;               // for text_display
  std::string_view pdf;           // bytes
};

// Texts are UTF-8. A Medicare number, IHI or DVA number that is not of its shape is left out: it
// would be read as a number of a kind that it is not.
// Errors: kRejected where a value cannot be sent (a report id of more than 20 characters, an empty
// family name), naming the field.
Result<std::string> BuildReport(const ReportMessage& message, const ReportStyle& style,
                                const PracticeZone& zone);

}  // namespace pons::hl7
