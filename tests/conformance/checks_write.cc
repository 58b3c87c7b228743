// SPDX-License-Identifier: Apache-2.0
// W1 to W8 and W10: commands take effect, once, or are refused, and what happened can be told.
#include <algorithm>

#include "tests/conformance/checks.h"
#include "tests/conformance/writing.h"

namespace pons::conformance {
namespace {

Stream StreamFor(CommandKind kind) {
  return kind == CommandKind::kCreatePatient || kind == CommandKind::kUpdatePatient
             ? Stream::kPatients
             : Stream::kAppointments;
}

std::string EmailOf(const model::Patient& patient) {
  for (const auto& telecom : patient.telecoms) {
    if (telecom.system == "email") return telecom.value;
  }
  return {};
}

// What was asked is what the record says now.
void RequireAsAsked(const Case& of, const Known& now) {
  const auto what = Name(of.kind);
  if (of.kind == CommandKind::kCancelAppointment && now.gone) return;
  Require(now.record != nullptr && !now.gone, what + ": the record is not there");
  if (const auto* create = std::get_if<model::CreatePatient>(of.body.get())) {
    const auto& patient = std::get<model::Patient>(*now.record);
    Require(!patient.names.empty() &&
                patient.names.front().family == create->patient.names.front().family &&
                patient.names.front().given == create->patient.names.front().given,
            what + ": the name is not the one that was sent");
    Require(patient.birth_date == create->patient.birth_date, what + ": another birth date");
    Require(EmailOf(patient) == EmailOf(create->patient), what + ": another address");
  } else if (const auto* update = std::get_if<model::UpdatePatient>(of.body.get())) {
    const auto& patient = std::get<model::Patient>(*now.record);
    Require(EmailOf(patient) == EmailOf(update->patient), what + ": nothing has changed");
    Require(patient.names.front().family == update->patient.names.front().family,
            what + ": the name has changed as well");
  } else {
    const auto& appointment = std::get<model::Appointment>(*now.record);
    Require(appointment.patient.id == of.patient, what + ": another patient's appointment");
    Require(appointment.practitioner.id == of.who.practitioner, what + ": another practitioner");
    using Status = model::AppointmentStatus;
    auto status = Status::kBooked;
    if (of.kind == CommandKind::kCancelAppointment) status = Status::kCancelled;
    if (of.kind == CommandKind::kSetAppointmentStatus) status = Status::kArrived;
    Require(appointment.status == status, what + ": another status");
  }
}

void RequireStart(Scene& scene, const Case& of, const Known& now) {
  if (of.kind != CommandKind::kBookAppointment && of.kind != CommandKind::kMoveAppointment) return;
  const auto& appointment = std::get<model::Appointment>(*now.record);
  Require(appointment.start == scene.Moment(of.local), Name(of.kind) + ": it stands elsewhere");
  Require(appointment.end - appointment.start == kBookingLength,
          Name(of.kind) + ": it has another length");
}

void RequireRef(const Case& of, const Applied& applied) {
  const auto what = Name(of.kind);
  if (of.kind == CommandKind::kAttachDocument) return;
  Require(applied.ref.stream == StreamFor(of.kind), what + ": a ref of another stream");
  Require(of.target.empty() || applied.ref.id == of.target, what + ": another record is named");
}

}  // namespace

void CommandsTakeEffect(Bench& bench) {
  Scene scene(bench);
  for (const auto kind : scene.Kinds(false)) {
    const auto of = scene.Prepare(kind);
    const auto stream = StreamFor(kind);
    const auto before = scene.session().Drain(stream);
    scene.Forget();
    const auto applied = scene.Done(scene.Make(of));
    Require(!applied.existed, Name(kind) + ": said to have been there already");
    RequireRef(of, applied);
    scene.RequireEffects(of, 1, "applied");
    auto next = scene.session().Drain(stream, before.end).known;
    Require(next.contains(applied.ref.id), Name(kind) + ": the next pull does not bring it");
    RequireAsAsked(of, next[applied.ref.id]);
    RequireStart(scene, of, next[applied.ref.id]);
  }
}

void TwiceIsOnce(Bench& bench) {
  Scene scene(bench);
  for (const auto kind : scene.Kinds(true)) {
    const auto of = scene.Prepare(kind);
    if (kind == CommandKind::kAttachDocument) {
      Need(scene.clinic().HoldImporter(true), "hold the importer");
    }
    scene.Forget();
    const auto command = scene.Make(of);
    const auto first = scene.Done(command);
    const auto again = scene.Apply(command);
    if (again) {
      Require(again->ref == first.ref, Name(kind) + " again: another record is named");
    } else {
      const auto fault = again.error().fault;
      Require(again.error().effect == Effect::kNone &&
                  (fault == Fault::kConflict || fault == Fault::kRejected),
              Name(kind) + " again: neither done nor clearly refused");
    }
    if (kind == CommandKind::kAttachDocument) {
      Need(scene.clinic().RunImporter(), "run the importer");
    }
    scene.RequireEffects(of, 1, "applied twice");
  }
}

void LostAnswers(Bench& bench) {
  Scene scene(bench);
  for (const auto kind : scene.Kinds(false)) {
    const auto of = scene.Prepare(kind);
    const auto command = scene.Make(of);
    scene.Forget();
    Need(scene.clinic().PlanWrite(WriteTrouble::kLoseAnswer), "plan a lost answer");
    const auto lost = scene.Apply(command);
    Require(!lost.has_value(), Name(kind) + ": an answer that was lost is taken for a yes");
    Require(lost.error().effect == Effect::kUnknown,
            Name(kind) + ": a lost answer is taken for a no");
    scene.RequireEffects(of, 1, "with its answer lost");
    scene.Settle();
    const auto trace = scene.Find(command);
    Require(trace.kind == Trace::Kind::kFound, Name(kind) + ": its effect is not found");
    Require(!trace.evidence.empty(), Name(kind) + ": found, and nothing says how");
    RequireRef(of, trace.applied);
    const auto now = scene.Now(StreamFor(kind), trace.applied.ref.id);
    RequireAsAsked(of, now);
    const auto confirmed = scene.Confirm(command, trace.applied);
    Require(confirmed.kind == Confirmation::Kind::kConfirmed,
            Name(kind) + ": found, and not confirmed");
    scene.RequireEffects(of, 1, "found and confirmed");
  }
}

void LostRequests(Bench& bench) {
  Scene scene(bench);
  for (const auto kind : scene.Kinds(false)) {
    const auto of = scene.Prepare(kind);
    const auto command = scene.Make(of);
    scene.Forget();
    Need(scene.clinic().PlanWrite(WriteTrouble::kLoseRequest), "plan a lost request");
    Require(!scene.Apply(command).has_value(), Name(kind) + ": a lost request is taken for a yes");
    scene.RequireEffects(of, 0, "with its request lost");
    scene.Settle();
    Require(scene.Find(command).kind == Trace::Kind::kNone,
            Name(kind) + ": it is not certain that nothing happened");
    scene.Done(command);
    scene.RequireEffects(of, 1, "sent again");
  }
  if (!scene.Has(CommandKind::kBookAppointment)) return;
  // Staff give the very time to somebody else: that is not our effect.
  const auto of = scene.PrepareBooking();
  const auto command = scene.Make(of);
  Need(scene.clinic().PlanWrite(WriteTrouble::kLoseRequest), "plan a lost request");
  Require(!scene.Apply(command).has_value(), "a lost request is taken for a yes");
  Need(scene.clinic().Book({scene.NewPatient(), of.who.practitioner, of.local,
                            static_cast<int>(kBookingLength.count())}),
       "book as staff");
  scene.Settle();
  Require(scene.Find(command).kind != Trace::Kind::kFound,
          "somebody else's appointment is taken for our effect");
}

void TakenMeanwhile(Bench& bench) {
  Scene scene(bench);
  scene.Needs(CommandKind::kBookAppointment);
  // The whole time is taken; its second half is.
  for (const int shift : {0, 15}) {
    const auto of = scene.PrepareBooking();
    Need(scene.clinic().Book(
             {scene.NewPatient(), of.who.practitioner, Later(of.local, shift), 30 - shift}),
         "book as staff");
    scene.Forget();
    scene.Refused(scene.Make(of), {Fault::kConflict}, false);
    scene.RequireEffects(of, 0, "refused");
  }
  if (!scene.Has(CommandKind::kMoveAppointment)) return;
  const auto of = scene.Prepare(CommandKind::kMoveAppointment);
  Need(scene.clinic().Book({scene.NewPatient(), of.who.practitioner, of.local, 15}),
       "book as staff");
  scene.Forget();
  scene.Refused(scene.Make(of), {Fault::kConflict}, false);
  scene.RequireEffects(of, 0, "refused");
}

void VendorsRules(Bench& bench) {
  Scene scene(bench);
  scene.Needs(CommandKind::kBookAppointment);
  const auto away = scene.PrepareBooking();
  Need(scene.clinic().SetAway(away.who.practitioner, away.local, Later(away.local, 120)),
       "set away");
  scene.Forget();
  scene.Refused(scene.Make(away), {Fault::kRejected}, true);
  scene.RequireEffects(away, 0, "refused");
  const auto gone = scene.PrepareBooking();
  Need(scene.clinic().Delete(Stream::kPatients, gone.patient), "delete a patient");
  scene.Refused(scene.Make(gone), {Fault::kRejected, Fault::kNotFound}, true);
  scene.RequireEffects(gone, 0, "refused");
}

void VersionsMoveOn(Bench& bench) {
  Scene scene(bench);
  bool any = false;
  for (const auto kind : scene.Kinds(false)) {
    const auto of = scene.Prepare(kind);
    if (of.target.empty()) continue;
    any = true;
    const auto stream = StreamFor(kind);
    const auto read = scene.Now(stream, of.target);
    Need(scene.clinic().Edit(stream, of.target), "edit as staff");
    const auto edited = scene.Now(stream, of.target);
    Require(edited.version != read.version, "an edit leaves the version as it was");
    scene.Forget();
    scene.Refused(scene.Make(of, read.version), {Fault::kConflict}, false);
    scene.RequireEffects(of, 0, "made from an older version");
    const auto after = scene.Now(stream, of.target);
    Require(after.version == edited.version && *after.record == *edited.record,
            Name(kind) + ": refused, and yet the record has changed");
    scene.Done(scene.Make(of, edited.version));
    scene.RequireEffects(of, 1, "made from the present version");
  }
  if (!any) throw NotApplicable{"no command of this vendor acts on what is there"};
}

void UndeclaredCommands(Bench& bench) {
  Scene scene(bench);
  bool any = false;
  const auto kinds = {CommandKind::kCreatePatient,     CommandKind::kUpdatePatient,
                      CommandKind::kBookAppointment,   CommandKind::kMoveAppointment,
                      CommandKind::kCancelAppointment, CommandKind::kSetAppointmentStatus,
                      CommandKind::kAttachDocument};
  for (const auto kind : kinds) {
    const bool declared = scene.Has(kind);
    const auto without = scene.clinic().SettingsWithout(kind);
    const auto settings = declared ? without : scene.clinic().GoodSettings();
    if (!settings) {
      Need(bench.connector().Supports(scene.clinic().GoodSettings(), kind),
           Name(kind) + " is declared");
      continue;
    }
    any = true;
    const auto supports = bench.connector().Supports(*settings, kind);
    Require(!supports.has_value() && supports.error().fault == Fault::kUnsupported &&
                !supports.error().summary.empty(),
            Name(kind) + " is not possible, and Supports does not say so");
    const auto of = scene.Prepare(kind);
    const auto session = bench.Open(*settings);
    auto* sink = session->session().commands();
    scene.Forget();
    if (sink != nullptr) {
      auto command = scene.Make(of);
      command.deadline = session->Deadline();
      const auto applied = sink->Apply(command);
      Require(!applied.has_value() && applied.error().fault == Fault::kUnsupported,
              Name(kind) + " is not possible, and Apply does not say so");
      Require(applied.error().effect == Effect::kNone, Name(kind) + ": with no certain effect");
    }
    if (kind == CommandKind::kAttachDocument) {
      Need(scene.clinic().RunImporter(), "run the importer");
    }
    scene.RequireEffects(of, 0, "although it is not possible");
  }
  if (!any) throw NotApplicable{"every command is possible with any settings"};
}

void ReadBackIsTheNextPull(Bench& bench) {
  Scene scene(bench);
  for (const auto kind : scene.Kinds(false)) {
    const auto of = scene.Prepare(kind);
    const auto stream = StreamFor(kind);
    const auto before = scene.session().Drain(stream);
    const auto command = scene.Make(of);
    const auto applied = scene.Done(command);
    const auto confirmed = scene.Confirm(command, applied);
    Require(confirmed.kind == Confirmation::Kind::kConfirmed, Name(kind) + ": not confirmed");
    Require(confirmed.change.has_value() && confirmed.change->ref == applied.ref,
            Name(kind) + ": confirmed without the record");
    auto pulled = scene.session().Drain(stream, before.end).known;
    Require(pulled.contains(applied.ref.id), Name(kind) + ": the next pull does not bring it");
    const auto& echo = pulled[applied.ref.id];
    const bool gone = confirmed.change->kind == ChangeKind::kTombstone;
    Require(gone == echo.gone, Name(kind) + ": read back and pulled differ on whether it is there");
    if (gone) continue;
    Require(confirmed.change->version == echo.version, Name(kind) + ": read back at version " +
                                                           confirmed.change->version +
                                                           ", pulled at version " + echo.version);
    Require(confirmed.change->record != nullptr && *confirmed.change->record == *echo.record,
            Name(kind) + ": read back and pulled differ");
  }
}

}  // namespace pons::conformance
