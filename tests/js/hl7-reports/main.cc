// SPDX-License-Identifier: Apache-2.0
// Prints report messages for parsers that are not ours: one JSON line for each, with the bytes of
// the message and the hash of the PDF that went into it. Values are made up and never change.
#include <iostream>

#include "base/text.h"
#include "crypto/crypto.h"
#include "hl7/report_message.h"
#include "json/writer.h"

namespace pons {
namespace {

using hl7::ReportMessage;
using hl7::ReportStyle;

std::string Pdf(std::size_t bytes) {
  std::string pdf = "%PDF-1.7\n";
  for (std::uint32_t x = 1; pdf.size() < bytes; x = x * 1664525u + 1013904223u) {
    pdf += static_cast<char>(x >> 24);
  }
  return pdf;
}

ReportMessage Plain() {
  ReportMessage in;
  in.sending_application = "PONS";
  in.sending_facility = "HARBOUR CLINIC";
  in.sending_hpio = "8003629900000015";
  in.receiving_application = "BPS";
  in.receiving_facility = "HARBOUR CLINIC";
  in.control_id = "M0001";
  in.sent = *ParseInstant("2026-05-04T00:15:00Z");
  in.patient = {"SAMPLE", "ADA", "GRACE", "MS"};
  in.patient_number = "41";
  in.medicare_number = "29999901811";
  in.ihi = "8003609900000017";
  in.dva_number = "NX901541";
  in.birth_date = ParseDate("1980-02-29");
  in.sex = 'F';
  in.street = "1 Wharf St";
  in.suburb = "SYDNEY";
  in.state = "NSW";
  in.postcode = "2000";
  in.home_phone = "0255501234";
  in.mobile_phone = "0400000000";
  in.doctor = {"TESTER", "SAM", "", "DR"};
  in.provider_number = "9990010W";
  in.report_id = "R0001";
  in.code = "11488-4";
  in.code_system = "LN";
  in.title = "Dermatology timeline report";
  in.observed = *ParseInstant("2026-05-04T00:00:00Z");
  in.reported = in.sent;
  in.text = "Two spots.\nNothing new | since March.";
  return in;
}

ReportMessage Awkward() {
  auto in = Plain();
  in.patient = {"O|Neil^~\\&Söhne", "Zoë\r\nAnn", "Nguyễn", "MS"};
  in.doctor = {"Müller&Co", "Jörg", "", "DR"};
  in.street = "1 A|B \\F\\ St";
  in.title = "Spots & moles ^ 2026";
  return in;
}

void Print(std::string_view name, ReportMessage in, const ReportStyle& style, std::size_t bytes) {
  const auto zone = PracticeZone::Named("Australia/Sydney");
  const auto pdf = Pdf(bytes);
  in.pdf = pdf;
  const auto text = hl7::BuildReport(in, style, *zone);
  if (!text) {
    std::cerr << name << ": " << text.error().summary << "\n";
    std::exit(1);
  }
  std::string line;
  json::Writer writer(line);
  writer.BeginObject();
  writer.Member("name", name);
  writer.Member("message", crypto::Base64(*text));
  writer.Member("pdf_sha256", Hex(crypto::Sha256(pdf)));
  writer.EndObject();
  std::cout << line << "\n";
}

}  // namespace
}  // namespace pons

int main() {
  using pons::hl7::CharacterSet;
  pons::crypto::InitCrypto();
  pons::ReportStyle style;
  pons::Print("plain", pons::Plain(), style, 20'000);
  pons::Print("three megabytes", pons::Plain(), style, 3'000'000);
  pons::Print("awkward ascii", pons::Awkward(), style, 1000);
  style.character_set = CharacterSet::kLatin1;
  pons::Print("awkward latin1", pons::Awkward(), style, 1000);
  style.character_set = CharacterSet::kUtf8;
  pons::Print("awkward utf8", pons::Awkward(), style, 1000);
  style = {};
  style.version = pons::hl7::MessageVersion::kPlain231;
  style.acknowledge = pons::hl7::Acknowledge::kAlNe;
  style.segment_end = pons::hl7::SegmentEnd::kCrLf;
  style.capital_application = true;
  style.text_display = true;
  style.provider_number = false;
  style.doctor_in_pv1 = false;
  pons::Print("other switches", pons::Plain(), style, 1000);
  return 0;
}
