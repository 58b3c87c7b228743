// SPDX-License-Identifier: Apache-2.0
// The second route for documents: a statement from the settings. Values are bound to it, never
// pasted into it.
#include "base/text.h"
#include "crypto/crypto.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_reports.h"
#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {

using model::Stream;
using net::SqlStatement;
using net::SqlValue;

std::map<std::string, SqlValue, std::less<>> DocumentValues(const Command& command,
                                                            const model::AttachDocument& document,
                                                            const PracticeZone& zone) {
  const bool full = document.content != nullptr;
  return {
      {"patient_id", KeyOf(document.patient.id).value_or(0)},
      {"user_id", KeyOf(document.author.id).value_or(0)},
      {"location_id", KeyOf(document.location.id).value_or(0)},
      {"title", std::string(Trim(document.title))},
      {"content_type", document.content_type},
      {"content", full ? crypto::Base64(*document.content) : std::string()},
      {"content_hex", full ? Hex(*document.content) : std::string()},
      {"date", zone.ToLocal(document.date)},
      {"reference", command.reference},
      {"document_id", document.document_id},
      {"replaces", document.replaces},
  };
}

Result<SqlStatement> FillDocumentCommand(std::string_view text,
                                         const std::map<std::string, SqlValue, std::less<>>& values,
                                         std::string_view setting) {
  SqlStatement statement;
  while (!text.empty()) {
    const auto open = text.find('{');
    statement.text += text.substr(0, open);
    if (statement.text.find('?') != std::string::npos &&
        text.substr(0, open).find('?') != std::string_view::npos) {
      return MakeError(Fault::kMisconfigured, "setting \"" + std::string(setting) +
                                                  "\" holds a '?'; name values in braces instead");
    }
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    const auto name = close == std::string_view::npos ? std::string_view()
                                                      : text.substr(open + 1, close - open - 1);
    const auto value = values.find(name);
    if (value == values.end()) {
      return MakeError(Fault::kMisconfigured, "setting \"" + std::string(setting) + "\" names {" +
                                                  std::string(name) + "}, which there is not");
    }
    statement.text += '?';
    statement.parameters.push_back(value->second);
    text.remove_prefix(close + 1);
  }
  return statement;
}

Result<Applied> ReportDesk::ApplyCommand(const Command& command,
                                         const model::AttachDocument& document) {
  if (settings_.document_command.empty()) {
    return MakeError(Fault::kUnsupported,
                     "documents need the setting report_folder (or document_command)");
  }
  PONS_TRY(session_.Present(document.patient, command.deadline));
  PONS_ASSIGN(auto statement,
              FillDocumentCommand(settings_.document_command,
                                  DocumentValues(command, document, session_.context().zone)));
  std::string number;
  PONS_TRY(session_.TellText(std::move(statement), "document_command", command.deadline, number));
  Applied applied;
  applied.ref = {Stream::kDocumentReferences, number};
  applied.evidence = "the document command went through";
  return applied;
}

}  // namespace pons::best_practice
