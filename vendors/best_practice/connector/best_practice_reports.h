// SPDX-License-Identifier: Apache-2.0
// Documents from apps. Best Practice has no public procedure that takes one (best-practice sheet
// §5), so there are two routes:
//   report folder     an HL7 message with the PDF in the folder that Best Practice's results import
//                     watches; it ends up among the patient's unchecked reports (sheet §7)
//   document command  a statement that the practice's own settings give, for a procedure that only
//                     partners know; off until it is set
//
// A report's file is named after its command and its number (OBR-3) after its document, so a repeat
// writes the same file again and a correction is recognised as one.
//
// Threads: one at a time, as for the session it belongs to.
#pragma once

#include <map>
#include <memory>

#include "connector/connector.h"
#include "net/folder.h"
#include "net/sql.h"
#include "vendors/best_practice/connector/best_practice_write_settings.h"

namespace pons::best_practice {

class BestPracticeSession;

// "pons_abcdefghjk.hl7"
std::string ReportFileName(const WriteSettings& settings, std::string_view reference);
// OBR-3.1, the same for a document and for one that replaces it.
std::string ReportNumber(const model::AttachDocument& document);
// What an acknowledgement says of the message with this control id: AA, AE, AR; empty where it is
// about another message or none at all.
// Whether a path of Best Practice's may be this folder: both end in a folder of the same name. More
// cannot be told from here, where the folder may be a share under another path.
bool MayBeSameFolder(std::string_view theirs, std::string_view ours);
std::string AcknowledgementOf(std::string_view message, std::string_view control_id);
// The statement, with a '?' and a value for each {name}. Errors: kMisconfigured, for a name that
// does not exist.
Result<net::SqlStatement> FillDocumentCommand(
    std::string_view text, const std::map<std::string, net::SqlValue, std::less<>>& values,
    std::string_view setting = "document_command");
// The names that a document command may use.
std::map<std::string, net::SqlValue, std::less<>> DocumentValues(
    const Command& command, const model::AttachDocument& document, const PracticeZone& zone);

class ReportDesk {
 public:
  ReportDesk(BestPracticeSession& session, const WriteSettings& settings);

  Result<Applied> Apply(const Command& command, const model::AttachDocument& document);
  Result<Trace> FindEffect(const Command& command, const model::AttachDocument& document);
  Result<Confirmation> Confirm(const Command& command, const model::AttachDocument& document,
                               const Applied& applied);

 private:
  // What Best Practice's tables tell of a file.
  struct Import {
    bool logged = false;    // LogResultFiles has the file
    bool empty = false;     // … and says that it held no report
    bool incoming = false;  // INCOMINGREPORTS has a report of this number
    bool readable = true;   // the tables may be read
    bool arrived() const { return incoming || (logged && !empty); }
  };

  Result<void> CheckContent(const model::AttachDocument& document) const;
  Result<Import> ReadImport(const Command& command, const model::AttachDocument& document);
  Result<void> CheckImporter(Instant deadline);
  Result<hl7::ReportMessage> MessageFor(const Command& command,
                                        const model::AttachDocument& document);
  Result<void> PutPatient(const Command& command, const model::AttachDocument& document,
                          hl7::ReportMessage& message);
  Result<void> PutDoctor(const Command& command, const model::AttachDocument& document,
                         hl7::ReportMessage& message);
  Result<Applied> ApplyCommand(const Command& command, const model::AttachDocument& document);
  Result<std::string> Acknowledgement(std::string_view control_id);
  Confirmation StillThere(const Command& command) const;
  Confirmation Gone(const Command& command, const Import& import);
  net::Folder* folder() const;

  BestPracticeSession& session_;
  const WriteSettings settings_;
  std::unique_ptr<net::Folder> acks_;
  // When a file was first missed that no table tells of, by reference.
  std::map<std::string, Instant> missed_;
  bool unlisted_ = false;  // Best Practice imports, but from no folder of this name
};

}  // namespace pons::best_practice
