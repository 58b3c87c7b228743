// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_write_settings.h"

#include <algorithm>
#include <span>

#include "base/text.h"
#include "model/au_identifiers.h"
#include "vendors/best_practice/connector/best_practice_clinical_map.h"
#include "vendors/best_practice/connector/best_practice_reports.h"

namespace pons::best_practice {
namespace {

Error Wrong(std::string_view key, std::string_view why) {
  return MakeError(Fault::kMisconfigured,
                   "setting \"" + std::string(key) + "\" " + std::string(why));
}

template <typename T>
struct Choice {
  std::string_view text;
  T value;
};

template <typename T>
Result<T> OneOf(const Settings& settings, std::string_view key,
                std::span<const Choice<T>> choices) {
  const auto given = Trim(settings.Text(key));
  std::string known;
  for (const auto& choice : choices) {
    if (given == choice.text) return choice.value;
    known += (known.empty() ? "" : ", ") + std::string(choice.text);
  }
  return Wrong(key, "is none of " + known);
}

bool IsPlainName(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<void> ReadStyle(const Settings& settings, hl7::ReportStyle& style) {
  constexpr Choice<hl7::MessageVersion> kVersions[] = {{"2.4-AU", hl7::MessageVersion::kAustralian},
                                                       {"2.4", hl7::MessageVersion::kPlain24},
                                                       {"2.3.1", hl7::MessageVersion::kPlain231}};
  constexpr Choice<hl7::Acknowledge> kAcks[] = {{"AL/AL", hl7::Acknowledge::kAlAl},
                                                {"AL/NE", hl7::Acknowledge::kAlNe},
                                                {"NE/NE", hl7::Acknowledge::kNeNe}};
  constexpr Choice<hl7::SegmentEnd> kEnds[] = {{"CR", hl7::SegmentEnd::kCr},
                                               {"CRLF", hl7::SegmentEnd::kCrLf}};
  constexpr Choice<bool> kCasings[] = {{"application", false}, {"Application", true}};
  constexpr Choice<bool> kOnOff[] = {{"off", false}, {"on", true}};
  constexpr Choice<hl7::CharacterSet> kSets[] = {{"ASCII", hl7::CharacterSet::kAscii},
                                                 {"8859/1", hl7::CharacterSet::kLatin1},
                                                 {"UTF-8", hl7::CharacterSet::kUtf8}};
  const std::span<const Choice<bool>> on_off(kOnOff);
  PONS_ASSIGN(style.version, OneOf(settings, "report_version",
                                   std::span<const Choice<hl7::MessageVersion>>(kVersions)));
  PONS_ASSIGN(style.acknowledge,
              OneOf(settings, "report_ack", std::span<const Choice<hl7::Acknowledge>>(kAcks)));
  PONS_ASSIGN(style.segment_end,
              OneOf(settings, "report_line_end", std::span<const Choice<hl7::SegmentEnd>>(kEnds)));
  PONS_ASSIGN(style.capital_application,
              OneOf(settings, "report_pdf_casing", std::span<const Choice<bool>>(kCasings)));
  PONS_ASSIGN(style.text_display, OneOf(settings, "report_text_display", on_off));
  PONS_ASSIGN(style.provider_number, OneOf(settings, "report_provider_number", on_off));
  PONS_ASSIGN(style.doctor_in_pv1, OneOf(settings, "report_doctor_in_pv1", on_off));
  PONS_ASSIGN(style.character_set, OneOf(settings, "report_character_set",
                                         std::span<const Choice<hl7::CharacterSet>>(kSets)));
  return Ok();
}

Result<void> CheckDocumentCommand(const std::string& text) {
  if (text.empty()) return Ok();
  const auto zone = PracticeZone::Named("UTC");
  if (!zone) return zone.error();
  const auto filled = FillDocumentCommand(text, DocumentValues({}, {}, *zone));
  if (!filled) return filled.error();
  if (filled->parameters.empty()) {
    return Wrong("document_command", "names no values; it needs {patient_id} and {content}");
  }
  return Ok();
}

Result<void> CheckDocumentReadCommand(const std::string& text) {
  if (text.empty()) return Ok();
  PONS_TRY(FillDocumentReadCommand(text, 1, 1, "report"));
  if (text.find("{document_id}") == std::string::npos) {
    return Wrong("document_read_command", "does not name {document_id}");
  }
  return Ok();
}

}  // namespace

Result<WriteSettings> ReadWriteSettings(const Settings& settings) {
  constexpr Choice<bool> kInExternalId[] = {{"external_id", true}, {"none", false}};
  constexpr Choice<bool> kInReason[] = {{"reason", true}, {"none", false}};
  WriteSettings write;
  PONS_ASSIGN(write.patient_reference,
              OneOf(settings, "patient_reference", std::span<const Choice<bool>>(kInExternalId)));
  PONS_ASSIGN(write.appointment_reference,
              OneOf(settings, "appointment_reference", std::span<const Choice<bool>>(kInReason)));
  if (!Trim(settings.Text("login_user_id")).empty()) {
    const auto user = settings.Integer("login_user_id");
    if (!user || *user < 1) return Wrong("login_user_id", "is no user's number");
    write.login_user = *user;
  }
  write.report_folder = Trim(settings.Text("report_folder"));
  write.report_prefix = Trim(settings.Text("report_prefix"));
  write.report_extension = Trim(settings.Text("report_extension"));
  for (const auto key : {"report_prefix", "report_extension"}) {
    if (!IsPlainName(Trim(settings.Text(key)))) {
      return Wrong(key, "is not 1 to 20 letters, digits and hyphens");
    }
  }
  if (EqualsIgnoringAsciiCase(write.report_extension, "tmp")) {
    return Wrong("report_extension", "is tmp, which unfinished files have");
  }
  write.sending_facility = Trim(settings.Text("sending_facility"));
  write.hpio = Trim(settings.Text("hpio"));
  if (!write.hpio.empty() && model::au::CheckHpio(write.hpio).state != model::au::State::kValid) {
    return Wrong("hpio", "is no HPI-O: it has 16 digits and begins with 800362");
  }
  write.ack_folder = Trim(settings.Text("ack_folder"));
  const auto cycle = settings.Integer("import_cycle_minutes");
  if (!cycle || *cycle < 1 || *cycle > 1440) {
    return Wrong("import_cycle_minutes", "is not between 1 and 1440");
  }
  write.import_cycle = std::chrono::minutes(*cycle);
  PONS_TRY(ReadStyle(settings, write.style));
  write.document_command = Trim(settings.Text("document_command"));
  PONS_TRY(CheckDocumentCommand(write.document_command));
  write.document_read_command = Trim(settings.Text("document_read_command"));
  PONS_TRY(CheckDocumentReadCommand(write.document_read_command));
  return write;
}

}  // namespace pons::best_practice
