// SPDX-License-Identifier: Apache-2.0
// Trees made of any bytes: Parse(Build(x)) is Normalised(x), and nothing that breaks a frame is
// written. Texts of a report, whatever they hold, give a message that can be read, in each
// character set, with the PDF as it went in.
#include "crypto/crypto.h"
#include "fuzz.h"
#include "hl7/charset.h"
#include "hl7/message.h"
#include "hl7/report_message.h"

namespace {

namespace hl7 = pons::hl7;

// Low bytes steer (0 to 4: go up that many levels), the others are text.
hl7::Message TreeOf(std::string_view bytes) {
  hl7::Message message = {{{"MSH", {{}, {}}}}};
  const auto component = [&]() -> hl7::Component& {
    auto& fields = message.segments.back().fields;
    if (fields.empty()) fields.emplace_back();
    if (fields.back().empty()) fields.back().emplace_back();
    if (fields.back().back().empty()) fields.back().back().emplace_back();
    auto& last = fields.back().back().back();
    if (last.empty()) last.emplace_back();
    return last;
  };
  for (const char c : bytes) {
    auto& fields = message.segments.back().fields;
    if (c == 0) {
      message.segments.push_back({"ZX1", {}});
    } else if (c == 1) {
      fields.emplace_back();
    } else if (c == 2 && !fields.empty()) {
      fields.back().emplace_back();
    } else if (c == 3 && !fields.empty() && !fields.back().empty()) {
      fields.back().back().emplace_back();
    } else if (c == 4) {
      component().emplace_back();
    } else {
      component().back() += c;
    }
  }
  return message;
}

void CheckReport(std::string_view rest) {
  static const auto zone = *pons::PracticeZone::Named("Australia/Sydney");
  hl7::ReportMessage in;
  in.control_id = "M1";
  in.report_id = "R1";
  for (auto* text :
       {&in.sending_application, &in.sending_facility, &in.patient.family, &in.patient.given,
        &in.patient_number, &in.medicare_number, &in.dva_number, &in.street, &in.mobile_phone,
        &in.doctor.family, &in.provider_number, &in.title, &in.text}) {
    *text = std::string(pons::TakeLine(rest));
  }
  in.pdf = rest.empty() ? std::string_view("%PDF") : rest;
  hl7::ReportStyle style;
  style.text_display = true;
  for (const auto set :
       {hl7::CharacterSet::kAscii, hl7::CharacterSet::kLatin1, hl7::CharacterSet::kUtf8}) {
    style.character_set = set;
    const auto text = hl7::BuildReport(in, style, zone);
    if (!text) return;  // no family name, or no application
    const auto message = hl7::Parse(*text);
    PONS_CHECK(message.has_value());
    PONS_CHECK(message->segments.size() == 7);
    PONS_CHECK(pons::crypto::FromBase64(hl7::Get(*message, "OBX[2]-5.5")) == in.pdf);
    if (set != hl7::CharacterSet::kAscii) continue;
    for (const char c : *text) PONS_CHECK(c >= ' ' || c == '\r');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = pons::AsText(data, size);
  const auto message = TreeOf(bytes);
  const auto text = hl7::Build(message);
  PONS_CHECK(text.has_value());
  const auto back = hl7::Parse(*text);
  PONS_CHECK(back.has_value());
  PONS_CHECK(*back == hl7::Normalised(message));
  for (const char c : *text) {
    PONS_CHECK(static_cast<unsigned char>(c) >= 0x20 || c == '\r');
  }
  CheckReport(bytes);
  return 0;
}
