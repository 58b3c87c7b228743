// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/writing.h"

#include <algorithm>
#include <array>

namespace pons::conformance {
namespace {

constexpr std::array<CommandKind, model::kCommandKindCount> kKinds = {
    CommandKind::kCreatePatient,     CommandKind::kUpdatePatient,
    CommandKind::kBookAppointment,   CommandKind::kMoveAppointment,
    CommandKind::kCancelAppointment, CommandKind::kSetAppointmentStatus,
    CommandKind::kAttachDocument,
};

LocalTime ReadLocal(const std::string& text) {
  const auto day = text.size() == 19 ? ParseDate(text.substr(0, 10)) : std::nullopt;
  Require(day.has_value(), "the stand-in's times are not \"2026-07-01T09:00:00\"");
  const auto number = [&](std::size_t at) { return std::stoi(text.substr(at, 2)); };
  return LocalTime::At(*day, seconds(number(11) * 3600 + number(14) * 60 + number(17)));
}

}  // namespace

std::string Name(CommandKind kind) { return std::string(model::CommandKindName(kind)); }

std::string Later(const std::string& local, int minutes) {
  auto time = ReadLocal(local);
  time.reading += std::chrono::minutes(minutes);
  const auto day = std::chrono::floor<std::chrono::days>(time.reading);
  const auto of_day = std::chrono::duration_cast<seconds>(time.reading - day).count();
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return FormatDate(time.day()) + "T" + two(of_day / 3600) + ":" + two(of_day / 60 % 60) + ":" +
         two(of_day % 60);
}

model::Patient MadeUp(const std::string& given, const std::string& family,
                      const std::string& born) {
  model::Patient patient;
  model::HumanName name;
  name.given = given;
  name.family = family;
  patient.names.push_back(std::move(name));
  patient.birth_date = ParseDate(born);
  patient.gender = model::Gender::kFemale;
  patient.telecoms.push_back({"email", "made.up@example.invalid", ""});
  return patient;
}

std::string SamplePdf() {
  std::string bytes = "%PDF-1.4\n";
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes + "\r\n\\.br\\|^~\\&\x0b\x1c\r%%EOF\n";
}

Scene::Scene(Bench& bench) : bench_(bench) {
  if (bench.can().commands.empty()) throw NotApplicable{"the vendor takes no commands"};
  session_ = bench.Open();
  Require(session_->session().commands() != nullptr, "the session has no CommandSink");
}

std::vector<CommandKind> Scene::Kinds(bool documents) const {
  std::vector<CommandKind> kinds;
  for (const auto kind : kKinds) {
    if (kind == CommandKind::kAttachDocument && !documents) continue;
    if (Has(kind)) kinds.push_back(kind);
  }
  return kinds;
}

bool Scene::Has(CommandKind kind) const {
  const auto declared = bench_.can().commands;
  return std::find(declared.begin(), declared.end(), kind) != declared.end();
}

void Scene::Needs(CommandKind kind) const {
  if (!Has(kind)) throw NotApplicable{"the vendor does not " + Name(kind)};
}

std::string Scene::NewPatient() {
  PatientForm form;
  const auto n = std::to_string(++made_);
  form.given = "Wren";
  form.family = "Writer" + std::string(static_cast<std::size_t>(made_), 'a');
  form.birth_date = "1971-03-" + std::string(made_ < 10 ? "0" : "") + n;
  form.email = "w" + n + "@example.invalid";
  return Need(clinic().AddPatient(form), "add a patient");
}

Instant Scene::Moment(const std::string& local) const {
  return Need(PracticeZone::Named("Australia/Sydney"), "the zone").ToInstant(ReadLocal(local));
}

Case Scene::PrepareBooking(int minutes) {
  Case of;
  of.kind = CommandKind::kBookAppointment;
  of.patient = NewPatient();
  of.who = Need(clinic().AddBookable(), "add somebody who can be booked");
  of.local = Later(Need(clinic().OpenTime(), "an opening time"), minutes);
  model::BookAppointment book;
  book.patient = {Stream::kPatients, of.patient};
  book.practitioner = {Stream::kPractitioners, of.who.practitioner};
  if (!of.who.location.empty()) book.location = {Stream::kLocations, of.who.location};
  if (!of.who.service.empty()) book.service = {Stream::kHealthcareServices, of.who.service};
  book.start = Moment(of.local);
  book.length = kBookingLength;
  book.description = "Skin check";
  of.body = std::make_shared<const model::CommandBody>(std::move(book));
  return of;
}

// An appointment that staff booked, and what is to become of it.
Case Scene::AboutBooking(CommandKind kind) {
  auto of = PrepareBooking();
  of.kind = kind;
  of.target = Need(clinic().Book({of.patient, of.who.practitioner, of.local,
                                  static_cast<int>(kBookingLength.count())}),
                   "book as staff");
  const model::VendorRef ref{Stream::kAppointments, of.target};
  model::CommandBody body;
  if (kind == CommandKind::kMoveAppointment) {
    of.local = Later(of.local, 60);
    model::MoveAppointment move;
    move.ref = ref;
    move.start = Moment(of.local);
    body = move;
  } else if (kind == CommandKind::kCancelAppointment) {
    body = model::CancelAppointment{ref, "Patient is unwell"};
  } else {
    body = model::SetAppointmentStatus{ref, model::AppointmentStatus::kArrived};
  }
  of.body = std::make_shared<const model::CommandBody>(std::move(body));
  return of;
}

Case Scene::Prepare(CommandKind kind) {
  Case of;
  of.kind = kind;
  switch (kind) {
    case CommandKind::kCreatePatient: {
      const auto longest = std::min<std::size_t>(clinic().longest_name(), 60);
      const auto family = "W" + std::string(longest - 1, 'o');
      const auto day = std::to_string(10 + ++made_);
      of.body = std::make_shared<const model::CommandBody>(
          model::CreatePatient{MadeUp("Wilma", family, "1962-05-" + day)});
      return of;
    }
    case CommandKind::kUpdatePatient: {
      of.patient = of.target = NewPatient();
      auto patient = PatientNow(of.target);
      std::erase_if(patient.telecoms,
                    [](const auto& telecom) { return telecom.system == "email"; });
      patient.telecoms.push_back({"email", "changed@example.invalid", ""});
      of.body = std::make_shared<const model::CommandBody>(
          model::UpdatePatient{{Stream::kPatients, of.target}, std::move(patient)});
      return of;
    }
    case CommandKind::kBookAppointment:
      return PrepareBooking();
    case CommandKind::kMoveAppointment:
    case CommandKind::kCancelAppointment:
    case CommandKind::kSetAppointmentStatus:
      return AboutBooking(kind);
    case CommandKind::kAttachDocument: {
      of.patient = NewPatient();
      of.who = Need(clinic().AddBookable(), "add somebody to address it to");
      model::AttachDocument attach;
      attach.document_id = "doc" + std::to_string(++made_);
      attach.patient = {Stream::kPatients, of.patient};
      attach.author = {Stream::kPractitioners, of.who.practitioner};
      if (!of.who.location.empty()) attach.location = {Stream::kLocations, of.who.location};
      attach.title = "Mole map | left ^ right ~ caf\xc3\xa9 \\ A&B";
      attach.type = {"http://loinc.org", "11506-3", "Progress note"};
      attach.content_type = "application/pdf";
      attach.content = std::make_shared<const std::string>(SamplePdf());
      attach.date = clinic().clock().Now();
      of.body = std::make_shared<const model::CommandBody>(std::move(attach));
      return of;
    }
  }
  return of;
}

Command Scene::Make(const Case& of, const std::optional<std::string>& expected) {
  const auto digits = std::to_string(++made_);
  Command command;
  command.id = "command-" + digits;
  command.reference = "W" + std::string(9 - digits.size(), '0') + digits;
  command.body = of.body;
  command.expected_version = expected;
  command.first_sent = clinic().clock().Now();
  command.deadline = session_->Deadline();
  return command;
}

Result<Applied> Scene::Apply(const Command& command) {
  auto timely = command;
  timely.deadline = session_->Deadline();
  auto applied = sink().Apply(timely);
  if (!applied) bench_.Heard(applied.error());
  if (applied) bench_.Heard(applied->evidence);
  Require(!applied || !applied->ref.empty(), "applied, and nothing is named");
  return applied;
}

Trace Scene::Find(const Command& command) {
  auto timely = command;
  timely.deadline = session_->Deadline();
  auto trace = sink().FindEffect(timely);
  if (!trace) bench_.Heard(trace.error());
  if (trace) bench_.Heard(trace->evidence);
  return Need(std::move(trace), "look for the effect");
}

Confirmation Scene::Confirm(const Command& command, const Applied& applied) {
  auto timely = command;
  timely.deadline = session_->Deadline();
  auto confirmation = sink().Confirm(timely, applied);
  if (!confirmation) bench_.Heard(confirmation.error());
  if (confirmation) bench_.Heard(confirmation->note);
  return Need(std::move(confirmation), "read back");
}

Applied Scene::Done(const Command& command) {
  return Need(Apply(command), Name(model::KindOf(*command.body)));
}

Error Scene::Refused(const Command& command, std::initializer_list<Fault> allowed, bool coded) {
  const auto applied = Apply(command);
  const auto what = Name(model::KindOf(*command.body));
  Require(!applied.has_value(), what + " is applied where it should be refused");
  const auto& error = applied.error();
  Require(std::find(allowed.begin(), allowed.end(), error.fault) != allowed.end(),
          what + " is refused as " + std::string(FaultName(error.fault)));
  Require(error.effect == Effect::kNone, what + ": a refusal whose effect is not known");
  Require(!coded || !error.vendor_code.empty(), what + ": a refusal without the vendor's code");
  return error;
}

int Scene::Effects(const Case& of) {
  if (of.kind == CommandKind::kAttachDocument) {
    return static_cast<int>(Need(clinic().Documents(of.patient), "list the documents").size());
  }
  return Need(clinic().Effects(of.kind), "count the effects");
}

void Scene::RequireEffects(const Case& of, int count, const std::string& when) {
  const auto seen = Effects(of);
  Require(seen == count, Name(of.kind) + " " + when + ": " + std::to_string(seen) +
                             " effects where " + std::to_string(count) + " is right");
}

void Scene::Settle() {
  Need(clinic().Step(bench_.connector().Settling(clinic().GoodSettings()) + milliseconds(1)),
       "step the clocks");
}

Known Scene::Now(Stream stream, const std::string& id) {
  const auto known = bench_.Open()->Drain(stream).known;
  const auto found = known.find(id);
  return found == known.end() ? Known{} : found->second;
}

model::Patient Scene::PatientNow(const std::string& id) {
  const auto known = Now(Stream::kPatients, id);
  Require(known.record != nullptr, "the patient that staff added does not come");
  return std::get<model::Patient>(*known.record);
}

}  // namespace pons::conformance
