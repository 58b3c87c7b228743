// SPDX-License-Identifier: Apache-2.0
// POST DocumentReference/$timeline-report: a FHIR document becomes a PDF, which then goes the way
// of every document. docs/reference/timeline-report.md is what apps are promised.
#include <algorithm>

#include "api/documents.h"
#include "base/text.h"
#include "model/au_identifiers.h"
#include "report/render.h"

namespace pons::api {
namespace {

using model::Stream;

constexpr std::string_view kSubject = "Composition.subject";
constexpr std::string_view kAuthor = "Composition.author";
constexpr std::size_t kMostWarnings = 20;
constexpr std::chrono::minutes kMostTime{2};

// "handling=strict": better no report than one with a hole in it.
bool WantsStrict(const net::Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!net::SameHeaderName(name, "prefer")) continue;
    std::string parts = AsciiLower(value);
    std::replace(parts.begin(), parts.end(), ';', ',');
    for (const auto part : Split(parts, ',')) {
      if (Trim(part) == "handling=strict") return true;
    }
  }
  return false;
}

// The doctor by id where the app used one of ours, else by provider number. Whatever it is,
// CreateDocument judges it.
Result<fhir::Reference> AuthorOf(Write& write, const report::TimelineReport& report) {
  fhir::Reference author;
  const bool role = report.author_type == "PractitionerRole";
  const auto stream = role ? Stream::kPractitionerRoles : Stream::kPractitioners;
  if (!report.author_id.empty() && (role || report.author_type == "Practitioner")) {
    PONS_ASSIGN(const auto found,
                write.reader().Locate(write.app().GrantsFor(stream), stream, report.author_id));
    if (found || report.author.provider_number.empty()) {
      author.type = report.author_type;
      author.id = report.author_id;
      return author;
    }
  }
  if (!report.author.provider_number.empty()) {
    author.identifier_system = model::au::kProviderSystem;
    author.identifier_value = report.author.provider_number;
  }
  return author;
}

// A report about one person must not end in the record of another. False: answered.
bool SamePerson(Write& write, const report::TimelineReport& report,
                const store::LocatedRecord& patient) {
  if (report.patient.birth_date.precision != report::When::Precision::kDay) return true;
  const auto kept = json::Parse(*patient.record.body);
  if (!kept) return write.No(kept.error());
  const auto born = report::ParseWhen(kept->Text("birthDate"));
  if (!born || born->precision != report::When::Precision::kDay ||
      *born == report.patient.birth_date) {
    return true;
  }
  return write.No(422, "conflict",
                  "The Patient in the document was born on another day than the practice's patient "
                  "with this id: is it the right one?",
                  kSubject);
}

// The next report waits for this one.
Result<void> GoOn(Service& service, Instant until) {
  if (service.stopping.cancelled()) {
    return MakeError(Fault::kCancelled, "The server is stopping; try again in a moment.");
  }
  if (service.deps.clock.Now() > until) {
    return MakeError(Fault::kRejected,
                     "The images of this report take more than two minutes to read: send smaller "
                     "ones.");
  }
  return Ok();
}

Result<report::Rendered> Draw(Write& write, report::TimelineReport report, PracticeZone zone) {
  report::RenderOptions options{std::move(zone)};
  options.may_go_on = [&write, until = write.service().deps.clock.Now() + kMostTime]() {
    return GoOn(write.service(), until);
  };
  options.binary = [&write](std::string_view id) -> Result<std::string> {
    PONS_ASSIGN(const auto upload,
                write.reader().Binary(write.app().app.key, id, write.call().began));
    if (!upload) return MakeError(Fault::kNotFound, "no such upload");
    return *upload->bytes;
  };
  return report::RenderTimeline(std::move(report), options);
}

// False: answered.
bool TellWarnings(Write& write, const report::Rendered& rendered) {
  const auto& warnings = rendered.warnings;
  if (!warnings.empty() && WantsStrict(write.call().request.headers)) {
    return write.No(422, "invalid", warnings.front().text, warnings.front().path);
  }
  for (std::size_t i = 0; i < std::min(warnings.size(), kMostWarnings); ++i) {
    write.call().headers.emplace_back("Pons-Warning", warnings[i].path + ": " + warnings[i].text);
  }
  return true;
}

fhir::DocumentRequest RequestFor(const report::TimelineReport& report, fhir::Reference author) {
  fhir::DocumentRequest request;
  request.patient.type = "Patient";
  request.patient.id = report.patient_id;
  request.author = std::move(author);
  request.type = {report.type_system, report.type_code, report.type_text};
  request.title = report.title;
  request.date = report.date.start;
  request.content_type = "application/pdf";
  request.replaces = report.replaces;
  request.identifier_value = report.id;
  return request;
}

void Run(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(true) || !write.ReadResource()) return;
  auto report = report::ReadTimeline(write.resource());
  if (!report) {
    write.NotDecoded(report.error());
    return;
  }
  auto author = AuthorOf(write, *report);
  if (!author) {
    write.No(author.error());
    return;
  }
  auto request = RequestFor(*report, std::move(*author));
  // All that could refuse the document is asked before it is drawn.
  const auto patient = write.Resolve(request.patient, Stream::kPatients, kSubject);
  if (!patient || !SamePerson(write, *report, *patient)) return;
  if (request.author.empty()) {
    write.No(422, "required",
             "The author must be a practitioner of the practice: by id, or with a provider number.",
             kAuthor);
    return;
  }
  std::optional<store::LocatedRecord> location;
  const auto connection = patient->source.connection;
  if (!write.ResolvePractitioner(request.author, kAuthor, &location) ||
      !write.ChooseGrant(connection, patient->seen_by, &store::Switches::reports_out,
                         "reports_out") ||
      !write.CheckSupport(model::CommandKind::kAttachDocument)) {
    return;
  }
  auto rendered = Draw(write, std::move(*report), write.Zone(connection));
  if (!rendered) {
    write.No(rendered.error());
    return;
  }
  if (!TellWarnings(write, *rendered)) return;
  request.data = std::move(rendered->pdf);
  CreateDocument(write, std::move(request));
}

}  // namespace

void MakeTimelineReport(Service& service, const CallPtr& call) {
  service.LaterOn(service.report_pool, call, [&service, call](Call&) { Run(service, call); });
}

}  // namespace pons::api
