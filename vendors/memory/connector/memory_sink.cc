// SPDX-License-Identifier: Apache-2.0
// The session's writing half: commands as requests, traces, reading back, free times.
#include <algorithm>

#include "model/patient_match.h"
#include "vendors/memory/connector/memory_map.h"
#include "vendors/memory/connector/memory_session.h"

namespace pons::memory {
namespace {

using model::Stream;
using model::VendorRef;

constexpr std::uint32_t kEveryone = 100'000;
// The importer looks every half minute; what it has not taken by the third time, it will not.
constexpr seconds kImporterLooks{30};
constexpr int kImporterPatience = 3;
constexpr seconds kLookAgain{5};

Request Adding(Table table, json::Object data) {
  Request request;
  request.operation = Operation::kAdd;
  request.table = table;
  request.data = json::Value(std::move(data));
  return request;
}

Request Changing(const VendorRef& ref, json::Object data) {
  Request request;
  request.operation = Operation::kChange;
  request.table = TableOf(ref.stream);
  request.ids = {ref.id};
  request.data = json::Value(std::move(data));
  return request;
}

Result<Request> ToRequest(const model::CreatePatient& body, const PracticeZone&) {
  return Adding(Table::kPatients, FromPatient(body.patient));
}

Result<Request> ToRequest(const model::UpdatePatient& body, const PracticeZone&) {
  return Changing({Stream::kPatients, body.ref.id}, FromPatient(body.patient));
}

Result<Request> ToRequest(const model::BookAppointment& body, const PracticeZone& zone) {
  json::Object data = {{"patient", body.patient.id},
                       {"staff", body.practitioner.id},
                       {"state", "booked"},
                       {"starts", FormatLocal(zone.ToLocal(body.start))}};
  if (!body.location.empty()) data.emplace_back("site", body.location.id);
  if (!body.service.empty()) data.emplace_back("reason", body.service.id);
  if (body.length.count() > 0) data.emplace_back("minutes", std::int64_t{body.length.count()});
  if (!body.description.empty()) data.emplace_back("note", body.description);
  return Adding(Table::kDiary, std::move(data));
}

Result<Request> ToRequest(const model::MoveAppointment& body, const PracticeZone& zone) {
  json::Object data = {{"starts", FormatLocal(zone.ToLocal(body.start))}};
  if (!body.practitioner.empty()) data.emplace_back("staff", body.practitioner.id);
  if (!body.location.empty()) data.emplace_back("site", body.location.id);
  return Changing({Stream::kAppointments, body.ref.id}, std::move(data));
}

Result<Request> ToRequest(const model::CancelAppointment& body, const PracticeZone&) {
  return Changing({Stream::kAppointments, body.ref.id},
                  {{"state", "cancelled"}, {"cancelled_because", body.reason}});
}

Result<Request> ToRequest(const model::SetAppointmentStatus& body, const PracticeZone&) {
  const char* state = nullptr;
  if (body.status == model::AppointmentStatus::kArrived) state = "arrived";
  if (body.status == model::AppointmentStatus::kNoShow) state = "did not come";
  if (body.status == model::AppointmentStatus::kBooked) state = "booked";
  if (state == nullptr) {
    return MakeError(Fault::kUnsupported,
                     "an appointment can be marked arrived, no-show or booked, nothing else");
  }
  return Changing({Stream::kAppointments, body.ref.id}, {{"state", state}});
}

Result<Request> ToRequest(const model::AttachDocument& body, const PracticeZone& zone) {
  if (body.content == nullptr || body.content->empty()) {
    auto error = MakeError(Fault::kRejected, "the document is empty");
    error.vendor_code = "document-empty";
    return error;
  }
  if (body.content->size() > kMaxDocumentBytes) {
    auto error = MakeError(Fault::kRejected, "the document is larger than the practice takes");
    error.vendor_code = "document-too-large";
    return error;
  }
  Request request = Adding(Table::kDocuments, {{"document", body.document_id},
                                               {"patient", body.patient.id},
                                               {"author", body.author.id},
                                               {"site", body.location.id},
                                               {"title", body.title},
                                               {"kind", body.type.code},
                                               {"content_type", body.content_type},
                                               {"dated", FormatLocal(zone.ToLocal(body.date))},
                                               {"replaces", body.replaces}});
  request.operation = Operation::kFile;
  request.content = body.content;
  return request;
}

bool SendsDocuments(const model::CommandBody& body) {
  return std::holds_alternative<model::AttachDocument>(body);
}

}  // namespace

// ---- CommandSink --------------------------------------------------------------------------------

// Others who may be, or are, this person. A certain match comes alone.
Result<MemorySession::People> MemorySession::LookUp(const model::Patient& wanted,
                                                    std::string_view except, Instant deadline) {
  Request ask;
  ask.operation = Operation::kList;
  ask.table = Table::kPatients;
  ask.limit = kEveryone;
  PONS_ASSIGN(const auto answer, Ask(ask, deadline));
  People people;
  for (const auto& row : answer.rows) {
    if (row.id == except) continue;
    const auto read = ToRecord(Table::kPatients, row, context_.zone);
    const auto* record = std::get_if<model::Record>(&read);
    if (record == nullptr) continue;
    const auto grade = model::Compare(wanted, std::get<model::Patient>(*record)).grade;
    if (grade == model::MatchGrade::kCertain && people.same.empty()) {
      people.same = {Stream::kPatients, row.id};
    } else if (grade >= model::MatchGrade::kProbable) {
      people.similar.push_back({Stream::kPatients, row.id});
    }
  }
  return people;
}

Result<Applied> MemorySession::Apply(const Command& command) {
  if (SendsDocuments(*command.body) && !takes_documents_) {
    return MakeError(Fault::kUnsupported, "documents are not sent: setting \"documents\" is no");
  }
  PONS_ASSIGN(
      Request request,
      std::visit([&](const auto& body) { return ToRequest(body, context_.zone); }, *command.body));
  Applied applied;
  if (const auto* create = std::get_if<model::CreatePatient>(command.body.get())) {
    PONS_ASSIGN(auto people, LookUp(create->patient, "", command.deadline));
    if (!people.same.empty()) {
      applied.ref = people.same;
      applied.existed = true;
      applied.evidence = "a patient with the same details";
      return applied;
    }
    applied.similar = std::move(people.similar);
  }
  request.reference = command.reference;
  request.expected = command.expected_version.value_or("");
  PONS_ASSIGN(const auto answer, Ask(request, command.deadline));
  if (answer.rows.size() != 1) {
    auto error = MakeError(Fault::kProtocol, "the answer names no row");
    error.effect = Effect::kUnknown;
    return error;
  }
  applied.ref = RefOf(request.table, answer.rows.front().id);
  applied.existed = !answer.changed;
  applied.evidence = "the practice's answer";
  return applied;
}

Result<Trace> MemorySession::FindEffect(const Command& command) {
  Request ask;
  ask.operation = Operation::kTrace;
  ask.table = Table::kDiary;
  ask.reference = command.reference;
  PONS_ASSIGN(const auto answer, Ask(ask, command.deadline));
  Trace trace;
  if (answer.rows.empty()) {
    trace.kind = answer.lost ? Trace::Kind::kCannotTell : Trace::Kind::kNone;
    trace.evidence = answer.lost ? "our reference arrived, and its outcome is not kept"
                                 : "the practice's list of references does not have it";
    return trace;
  }
  trace.kind = Trace::Kind::kFound;
  trace.evidence = "our reference in the practice's list";
  trace.applied.ref = RefOf(TableFor(model::KindOf(*command.body)), answer.rows.front().id);
  trace.applied.existed = !answer.changed;
  trace.applied.evidence = trace.evidence;
  if (const auto* create = std::get_if<model::CreatePatient>(command.body.get())) {
    PONS_ASSIGN(auto people, LookUp(create->patient, trace.applied.ref.id, command.deadline));
    trace.applied.similar = std::move(people.similar);
  }
  return trace;
}

Result<Confirmation> MemorySession::Confirm(const Command& command, const Applied& applied) {
  if (SendsDocuments(*command.body)) return ConfirmDocument(command, applied);
  const std::string ids[] = {applied.ref.id};
  PONS_ASSIGN(auto answer, Read(applied.ref.stream, ids, command.deadline));
  Confirmation confirmation;
  if (!answer.changes.empty()) confirmation.change = std::move(answer.changes.front());
  return confirmation;
}

Result<Confirmation> MemorySession::ConfirmDocument(const Command& command,
                                                    const Applied& applied) {
  Request ask;
  ask.operation = Operation::kGet;
  ask.table = Table::kDocuments;
  ask.ids = {applied.ref.id};
  PONS_ASSIGN(const auto answer, Ask(ask, command.deadline));
  Confirmation confirmation;
  const auto state = answer.rows.empty() ? "" : answer.rows.front().data.Text("state");
  if (state == "filed") return confirmation;
  if (state != "waiting") {
    confirmation.kind = Confirmation::Kind::kFailed;
    confirmation.note = state.empty() ? "the practice no longer has it"
                                      : "the practice's importer found no patient for it";
    return confirmation;
  }
  const auto now = context_.clock.Now();
  const auto since = FromMillis(answer.rows.front().data.Integer("received_ms").value_or(0));
  confirmation.kind = Confirmation::Kind::kWaiting;
  confirmation.look_again = now + kLookAgain;
  if (now - since > kImporterLooks * kImporterPatience) {
    confirmation.note = "importer not running: start it at the practice";
    confirmation.needs_attention = true;
  }
  return confirmation;
}

// ---- SlotReader ---------------------------------------------------------------------------------

Result<SlotAnswer> MemorySession::ReadSlots(const SlotQuery& query) {
  Request ask;
  ask.operation = Operation::kFree;
  ask.table = Table::kDiary;
  ask.ids = {query.practitioner.id};
  ask.from = FormatLocal(context_.zone.ToLocal(query.from));
  // Seconds are cut off, so one more is asked for and sifted out below.
  ask.to = FormatLocal(context_.zone.ToLocal(query.to + seconds(1)));
  ask.minutes = static_cast<int>(query.length.count());
  if (ask.minutes == 0 && !query.service.empty()) {
    Request service;
    service.operation = Operation::kGet;
    service.table = Table::kReasons;
    service.ids = {query.service.id};
    PONS_ASSIGN(const auto reason, Ask(service, query.deadline));
    if (reason.rows.empty()) {
      return MakeError(Fault::kNotFound, "there is no such appointment type");
    }
    ask.minutes = static_cast<int>(reason.rows.front().data.Integer("minutes").value_or(0));
  }
  SlotAnswer out;
  out.as_of = context_.clock.Now();
  PONS_ASSIGN(const auto answer, Ask(ask, query.deadline));
  for (const auto& row : answer.rows) {
    const auto local = ParseLocal(row.data.Text("starts"));
    if (!local) return MakeError(Fault::kProtocol, "a free time has no start");
    const auto start = context_.zone.ToInstant(*local);
    if (start < query.from || start >= query.to) continue;
    const auto minutes = std::chrono::minutes(row.data.Integer("minutes").value_or(0));
    out.slots.push_back({query.practitioner, query.location, query.service, start,
                         start + std::chrono::duration_cast<milliseconds>(minutes)});
  }
  std::sort(out.slots.begin(), out.slots.end(),
            [](const model::Slot& a, const model::Slot& b) { return a.start < b.start; });
  return out;
}

}  // namespace pons::memory
