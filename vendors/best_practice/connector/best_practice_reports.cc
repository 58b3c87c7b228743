// SPDX-License-Identifier: Apache-2.0
// The report folder: what is put there, for whom, and how it is known to have been taken up.
#include "vendors/best_practice/connector/best_practice_reports.h"

#include <algorithm>

#include "base/text.h"
#include "hl7/ack.h"
#include "hl7/message.h"
#include "model/au_identifiers.h"
#include "vendors/best_practice/connector/best_practice_hash.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_patient_form.h"
#include "vendors/best_practice/connector/best_practice_session.h"
#include "vendors/best_practice/connector/best_practice_streams.h"

namespace pons::best_practice {
namespace {

namespace au = model::au;
using model::Stream;
using net::SqlRow;
using net::SqlStatement;

// INCOMINGREPORTS holds names of this length; a longer one would not match the patient's (sheet
// §7.4).
constexpr std::size_t kNameRoom = 30;
constexpr std::size_t kTitleRoom = 80;

std::string IdentifierOf(const model::Patient& patient, std::string_view system) {
  for (const auto& one : patient.identifiers) {
    if (one.system == system) return one.value;
  }
  return {};
}

SqlStatement SelectPaths() {
  static constexpr std::string_view kColumns[] = {"REPORTPATH", "RECORDSTATUS"};
  return {.text = "SELECT REPORTPATH, RECORDSTATUS FROM REPORTPATHS", .columns = kColumns};
}

SqlStatement SelectExtensions() {
  static constexpr std::string_view kColumns[] = {"EXTENSION"};
  return {.text = "SELECT EXTENSION FROM REPORTEXTENSIONS", .columns = kColumns};
}

// INFERRED: FILENAME may hold the folder too; ours ends it either way.
SqlStatement SelectLoggedFile(const std::string& name) {
  static constexpr std::string_view kColumns[] = {"REPORTCOUNT"};
  return {.text = "SELECT REPORTCOUNT FROM LogResultFiles WHERE FILENAME LIKE ?",
          .parameters = {"%" + name},
          .columns = kColumns};
}

// INFERRED: PROVIDERREFERENCE holds OBR-3.1 (sheet §7.4).
SqlStatement SelectIncoming(const std::string& number) {
  static constexpr std::string_view kColumns[] = {"REPORTID"};
  return {.text = "SELECT REPORTID FROM INCOMINGREPORTS WHERE PROVIDERREFERENCE = ?",
          .parameters = {number},
          .columns = kColumns};
}

// A table that this sign-in may not read, or that this version does not have, tells nothing; that
// is no error.
bool TellsNothing(const Error& error) {
  return error.fault == Fault::kForbidden || error.vendor_code == "208";
}

Error InFolder(Error error, std::string_view setting) {
  error.summary = std::string(setting) + ": " + error.summary;
  return error;
}

}  // namespace

std::string ReportFileName(const WriteSettings& settings, std::string_view reference) {
  return AsciiLower(settings.report_prefix) + "_" + AsciiLower(reference) + "." +
         AsciiLower(settings.report_extension);
}

std::string ReportNumber(const model::AttachDocument& document) {
  Hash64 hash;
  hash.Add(document.replaces.empty() ? document.document_id : document.replaces);
  char text[20];
  std::snprintf(text, sizeof text, "PN%016llX", static_cast<unsigned long long>(hash.value()));
  return text;
}

bool MayBeSameFolder(std::string_view theirs, std::string_view ours) {
  const auto last = [](std::string_view path) {
    path = Trim(path);
    while (path.ends_with('/') || path.ends_with('\\')) path.remove_suffix(1);
    const auto cut = path.find_last_of("/\\");
    return cut == std::string_view::npos ? path : path.substr(cut + 1);
  };
  return !last(ours).empty() && EqualsIgnoringAsciiCase(last(theirs), last(ours));
}

std::string AcknowledgementOf(std::string_view text, std::string_view control_id) {
  if (control_id.empty()) return {};
  for (const auto one : hl7::SplitMessages(text)) {
    const auto message = hl7::Parse(one);
    if (!message) continue;
    const auto answer = hl7::ReadAnswer(*message);
    if (!answer || answer->control_id != control_id) continue;
    // That the message was received says nothing of what becomes of it.
    if (answer->commit && answer->verdict == hl7::Verdict::kAccepted) continue;
    return answer->code;
  }
  return {};
}

ReportDesk::ReportDesk(BestPracticeSession& session, const WriteSettings& settings)
    : session_(session),
      settings_(settings),
      acks_(settings.ack_folder.empty() ? nullptr : net::MakeFolder(settings.ack_folder)) {}

net::Folder* ReportDesk::folder() const { return session_.context().folder; }

Result<void> ReportDesk::CheckContent(const model::AttachDocument& document) const {
  if (document.content == nullptr) {
    return MakeError(Fault::kInternal, "the document's content was not brought along");
  }
  if (!EqualsIgnoringAsciiCase(document.content_type, "application/pdf")) {
    return Refused("not-a-pdf", "Best Practice gets documents as PDF; send application/pdf");
  }
  if (!document.content->starts_with("%PDF-")) {
    return Refused("not-a-pdf", "the document is no PDF: it does not begin as one");
  }
  if (document.content->size() > kMostDocumentBytes) {
    return Refused("too-large", "the document has more than " +
                                    std::to_string(kMostDocumentBytes >> 20) +
                                    " MB; make its images smaller");
  }
  return Ok();
}

Result<Applied> ReportDesk::Apply(const Command& command, const model::AttachDocument& document) {
  PONS_TRY(CheckContent(document));
  if (settings_.report_folder.empty()) return ApplyCommand(command, document);
  if (folder() == nullptr) {
    return MakeError(Fault::kMisconfigured, "report_folder: the folder was not opened");
  }
  const auto name = ReportFileName(settings_, command.reference);
  Applied applied;
  applied.ref = {Stream::kDocumentReferences, ReportNumber(document)};
  PONS_ASSIGN(const auto earlier, FindEffect(command, document));
  if (earlier.kind == Trace::Kind::kFound) return earlier.applied;
  PONS_TRY(CheckImporter(command.deadline));
  PONS_ASSIGN(const auto message, MessageFor(command, document));
  PONS_ASSIGN(const auto bytes,
              hl7::BuildReport(message, settings_.style, session_.context().zone));
  const auto put = folder()->Put(name, bytes);
  if (!put) return InFolder(put.error(), "report_folder");
  applied.evidence = "the file " + name + " in the report folder";
  if (unlisted_) {
    applied.evidence += ", which none of Best Practice's Report file search paths is called like";
  }
  return applied;
}

// What can be known beforehand: that somebody imports at all, and takes files of our kind.
Result<void> ReportDesk::CheckImporter(Instant deadline) {
  constexpr std::string_view kPath[] = {"REPORTPATH", "RECORDSTATUS"};
  constexpr std::string_view kExtension[] = {"EXTENSION"};
  bool any = false, ours = false;
  const auto paths = session_.Ask(SelectPaths(), Reading("REPORTPATHS"), deadline, [&](SqlRow row) {
    CellReader in(row, kPath);
    const auto path = in.Text();
    const auto status = in.Int();
    if (in.bad() || status != kLive || Trim(path).empty()) return;
    any = true;
    ours = ours || MayBeSameFolder(path, settings_.report_folder);
  });
  unlisted_ = any && !ours;
  if (!paths && !TellsNothing(paths.error())) return paths.error();
  if (paths && !any) {
    return MakeError(Fault::kMisconfigured,
                     "report_folder: Best Practice imports from no folder; add this one in Setup > "
                     "Configuration > Results import > Report file search paths");
  }
  bool listed = false;
  std::string known;
  const auto extensions =
      session_.Ask(SelectExtensions(), Reading("REPORTEXTENSIONS"), deadline, [&](SqlRow row) {
        CellReader in(row, kExtension);
        auto extension = Trim(in.Text());
        while (extension.starts_with('.') || extension.starts_with('*')) extension.remove_prefix(1);
        if (in.bad() || extension.empty()) return;
        listed = listed || EqualsIgnoringAsciiCase(extension, settings_.report_extension);
        known += (known.empty() ? "" : ", ") + std::string(extension);
      });
  if (!extensions && !TellsNothing(extensions.error())) return extensions.error();
  if (!listed && !known.empty()) {
    return MakeError(Fault::kMisconfigured,
                     "report_extension: Best Practice does not import files "
                     "that end so; it takes " +
                         known);
  }
  return Ok();
}

Result<hl7::ReportMessage> ReportDesk::MessageFor(const Command& command,
                                                  const model::AttachDocument& document) {
  constexpr std::string_view kName[] = {"PRACTICENAME"};
  hl7::ReportMessage message;
  message.sending_application = "PONS";
  message.sending_facility = settings_.sending_facility;
  if (message.sending_facility.empty()) {
    PONS_TRY(
        session_.Ask(SelectPracticeName(), Reading("PRACTICE"), command.deadline, [&](SqlRow row) {
          CellReader in(row, kName);
          message.sending_facility = in.Text();
        }));
  }
  message.sending_hpio = settings_.hpio;
  message.receiving_application = "BPS";
  message.receiving_facility = message.sending_facility;
  message.control_id = command.reference;
  message.sent = session_.context().clock.Now();
  message.report_id = ReportNumber(document);
  message.corrected = !document.replaces.empty();
  message.code = document.type.code;
  message.code_system = document.type.system == "http://loinc.org" ? "LN" : "L";
  message.title = Trim(document.title);
  if (CharacterCount(message.title) > kTitleRoom) {
    return Refused("too-long", "the document's title is longer than the " +
                                   std::to_string(kTitleRoom) +
                                   " characters that Best Practice has room for");
  }
  message.observed = document.date;
  message.reported = document.date;
  message.text = message.title;
  message.pdf = *document.content;
  PONS_TRY(PutPatient(command, document, message));
  PONS_TRY(PutDoctor(command, document, message));
  return message;
}

// As the practice holds the patient at this moment: Best Practice matches a report by name and
// birth date (sheet §7.2).
Result<void> ReportDesk::PutPatient(const Command& command, const model::AttachDocument& document,
                                    hl7::ReportMessage& message) {
  PONS_ASSIGN(const auto present, session_.Present(document.patient, command.deadline));
  const auto& patient = std::get<model::Patient>(*present.record);
  const auto& name = patient.names.front();
  message.patient = {name.family, name.given, name.middle, name.prefix};
  for (const auto* part : {&name.family, &name.given}) {
    if (CharacterCount(*part) > kNameRoom) {
      return Refused("too-long",
                     "the patient's name has a part of more than " + std::to_string(kNameRoom) +
                         " characters, which Best Practice's import would cut and then not match; "
                         "attach this report by hand");
    }
  }
  message.patient_number = document.patient.id;
  message.medicare_number = IdentifierOf(patient, au::kMedicareSystem);
  message.ihi = IdentifierOf(patient, au::kIhiSystem);
  message.dva_number = IdentifierOf(patient, au::kDvaSystem);
  message.birth_date = patient.birth_date;
  constexpr std::pair<model::Gender, char> kSexes[] = {
      {model::Gender::kFemale, 'F'}, {model::Gender::kMale, 'M'}, {model::Gender::kOther, 'O'}};
  for (const auto& [gender, letter] : kSexes) {
    if (patient.gender == gender) message.sex = letter;
  }
  for (const auto& address : patient.addresses) {
    if (address.type == "postal") continue;
    for (const auto& line : address.line) {
      message.street += (message.street.empty() ? "" : ", ") + line;
    }
    message.suburb = address.city;
    message.postcode = address.postal_code;
    break;
  }
  for (const auto& telecom : patient.telecoms) {
    if (telecom.system != "phone") continue;
    if (telecom.use == "home") message.home_phone = telecom.value;
    if (telecom.use == "mobile") message.mobile_phone = telecom.value;
  }
  return Ok();
}

// "Addressed To" is who was signed in at the app, by the provider number of the place where the
// patient is seen.
Result<void> ReportDesk::PutDoctor(const Command& command, const model::AttachDocument& document,
                                   hl7::ReportMessage& message) {
  const auto key = KeyOf(document.author.id);
  if (!key) {
    return Refused("no-practitioner",
                   "the report names no practitioner of this practice to be addressed to");
  }
  bool found = false;
  std::int64_t home = 0;
  std::string own;
  const std::int64_t keys[] = {*key};
  PONS_TRY(session_.Ask(
      SelectByKey(kUsers, keys), Reading(kUsers.name), command.deadline, [&](SqlRow row) {
        const auto decoded = DecodeUser(row);
        const auto* user = std::get_if<UserRow>(&decoded);
        if (user == nullptr) return;
        found = true;
        home = user->location_id;
        own = user->provider;
        message.doctor = {std::string(user->surname), std::string(user->first_name), "",
                          std::string(session_.codes().titles.Text(user->title_code))};
      }));
  if (!found) return Refused("no-practitioner", "the practice has no such practitioner");
  std::map<std::int64_t, std::string> numbers;  // by location
  PONS_TRY(session_.Ask(SelectAll(kProviderLocations), Reading(kProviderLocations.name),
                        command.deadline, [&](SqlRow row) {
                          const auto decoded = DecodeProviderLocation(row);
                          const auto* one = std::get_if<ProviderLocationRow>(&decoded);
                          if (one == nullptr || one->user_id != *key) return;
                          if (!one->provider.empty()) numbers[one->location_id] = one->provider;
                        }));
  const auto asked = KeyOf(document.location.id).value_or(0);
  const auto at = numbers.find(asked != 0 ? asked : home);
  if (at != numbers.end()) {
    message.provider_number = at->second;
  } else if (asked == 0 && numbers.size() == 1) {
    message.provider_number = numbers.begin()->second;
  } else {
    message.provider_number = own;
  }
  return Ok();
}

// ---- Seen again ---------------------------------------------------------------------------------

Result<ReportDesk::Import> ReportDesk::ReadImport(const Command& command,
                                                  const model::AttachDocument& document) {
  constexpr std::string_view kCount[] = {"REPORTCOUNT"};
  Import import;
  const auto name = ReportFileName(settings_, command.reference);
  const auto logged = session_.Ask(
      SelectLoggedFile(name), Reading("LogResultFiles"), command.deadline, [&](SqlRow row) {
        const bool counted = !row.empty() && !std::holds_alternative<net::SqlNull>(row[0]);
        CellReader in(row, kCount);
        // INFERRED: a count of 0 means that the file held none.
        import.empty = counted && in.Int() == 0 && !in.bad();
        import.logged = true;
      });
  if (!logged && !TellsNothing(logged.error())) return logged.error();
  import.readable = logged.has_value();
  // A correction has the number of what it corrects, which may be there already.
  if (!document.replaces.empty()) return import;
  const auto incoming =
      session_.Ask(SelectIncoming(ReportNumber(document)), Reading("INCOMINGREPORTS"),
                   command.deadline, [&](SqlRow) { import.incoming = true; });
  if (!incoming && !TellsNothing(incoming.error())) return incoming.error();
  import.readable = import.readable || incoming.has_value();
  return import;
}

Result<Trace> ReportDesk::FindEffect(const Command& command,
                                     const model::AttachDocument& document) {
  Trace trace;
  if (settings_.report_folder.empty()) {
    trace.kind = Trace::Kind::kCannotTell;
    trace.evidence =
        "a document command leaves nothing that Pons could look for; see whether the "
        "document is in the patient's record";
    return trace;
  }
  if (folder() == nullptr) {
    return MakeError(Fault::kMisconfigured, "report_folder: the folder was not opened");
  }
  const auto name = ReportFileName(settings_, command.reference);
  trace.applied.ref = {Stream::kDocumentReferences, ReportNumber(document)};
  const auto there = folder()->Has(name);
  if (!there) return InFolder(there.error(), "report_folder");
  PONS_ASSIGN(const auto import, ReadImport(command, document));
  if (*there || import.arrived() || import.logged) {
    trace.kind = Trace::Kind::kFound;
    trace.evidence = *there ? "the file " + name + " in the report folder"
                            : "Best Practice's log of imported files";
  } else if (!import.readable) {
    trace.kind = Trace::Kind::kCannotTell;
    trace.evidence = "the file is not in the folder, and Best Practice's log may not be read";
  } else {
    trace.evidence = "no file in the report folder, and nothing in Best Practice's log";
  }
  trace.applied.evidence = trace.evidence;
  return trace;
}

Result<std::string> ReportDesk::Acknowledgement(std::string_view control_id) {
  constexpr std::uint64_t kMostBytes = 64 << 10;
  if (acks_ == nullptr) return std::string();
  const auto files = acks_->List();
  if (!files) return InFolder(files.error(), "ack_folder");
  for (const auto& file : *files) {
    if (file.bytes > kMostBytes || file.name.ends_with(".tmp")) continue;
    const auto text = acks_->Get(file.name, kMostBytes);
    if (!text) continue;  // taken away, or not for us to read
    auto code = AcknowledgementOf(*text, control_id);
    if (!code.empty()) return code;
  }
  return std::string();
}

Confirmation ReportDesk::StillThere(const Command& command) const {
  const auto now = session_.context().clock.Now();
  const auto waited = now - command.first_sent;
  Confirmation still;
  still.kind = Confirmation::Kind::kWaiting;
  still.note = "the report is in the folder and has not been imported yet";
  if (unlisted_) {
    still.note +=
        "; Best Practice's Report file search paths name no folder that is called like this one";
  }
  // A stat of one file costs nothing, and an importer that runs often is met soon.
  milliseconds again = seconds(30);
  if (waited < settings_.import_cycle) again = seconds(5);
  if (waited < std::chrono::minutes(1)) again = seconds(1);
  if (waited < seconds(10)) again = milliseconds(250);
  still.look_again = now + again;
  if (waited > 3 * settings_.import_cycle) {
    still.needs_attention = true;
    still.note =
        "importer not running: the report has been in the folder for " +
        std::to_string(std::chrono::floor<std::chrono::minutes>(waited).count()) +
        " minutes. Start BPLink on the Best Practice server, and check that this folder is among "
        "Setup > Configuration > Results import > Report file search paths";
  }
  return still;
}

// The file is gone: Best Practice deletes what it has imported.
Confirmation ReportDesk::Gone(const Command& command, const Import& import) {
  const auto now = session_.context().clock.Now();
  Confirmation gone;
  if (import.arrived()) {
    missed_.erase(command.reference);
    gone.note = import.incoming ? "Best Practice has it among its incoming reports"
                                : "Best Practice's log says that it was imported";
    return gone;
  }
  if (!import.readable) {
    gone.note = "Best Practice has taken the file; its log may not be read with this sign-in";
    return gone;
  }
  if (import.logged) {
    gone.kind = Confirmation::Kind::kFailed;
    gone.note =
        "Best Practice took the file and found no report in it; look at the switches "
        "report_version, report_character_set and report_line_end";
    return gone;
  }
  const auto since = missed_.try_emplace(command.reference, now).first->second;
  if (now - since > settings_.import_cycle) {
    missed_.erase(command.reference);
    gone.kind = Confirmation::Kind::kFailed;
    gone.needs_attention = true;
    gone.note =
        "the file is gone from the folder and Best Practice's log does not know it: "
        "somebody or something else has taken it away";
    return gone;
  }
  gone.kind = Confirmation::Kind::kWaiting;
  gone.note = "the file is gone from the folder; Best Practice's log does not have it yet";
  gone.look_again = now + std::min<milliseconds>(seconds(10), settings_.import_cycle / 10);
  return gone;
}

Result<Confirmation> ReportDesk::Confirm(const Command& command,
                                         const model::AttachDocument& document, const Applied&) {
  if (settings_.report_folder.empty()) {
    Confirmation taken;
    taken.note = "the document command went through; there is nothing to read back";
    return taken;
  }
  PONS_ASSIGN(const auto acknowledged, Acknowledgement(command.reference));
  if (!acknowledged.empty() && acknowledged != "AA") {
    Confirmation refused;
    refused.kind = Confirmation::Kind::kFailed;
    refused.note = "Best Practice refused the report: it answered " + acknowledged +
                   (acknowledged.ends_with('E') ? " (an error in the message)" : " (rejected)");
    return refused;
  }
  if (folder() == nullptr) {
    return MakeError(Fault::kMisconfigured, "report_folder: the folder was not opened");
  }
  const auto there = folder()->Has(ReportFileName(settings_, command.reference));
  if (!there) return InFolder(there.error(), "report_folder");
  if (*there) return StillThere(command);
  if (acknowledged == "AA") {
    Confirmation accepted;
    accepted.note = "Best Practice acknowledged the report (AA)";
    return accepted;
  }
  PONS_ASSIGN(const auto import, ReadImport(command, document));
  return Gone(command, import);
}

}  // namespace pons::best_practice
