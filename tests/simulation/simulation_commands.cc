// SPDX-License-Identifier: Apache-2.0
// The apps: what they ask the practices to do, twice where they have heard nothing, and what they
// take back.
#include <algorithm>

#include "commands/person.h"
#include "commands/terms.h"
#include "fhir/document_reference.h"
#include "tests/simulation/simulation.h"
#include "vendors/memory/connector/memory_map.h"

namespace pons::simulation {
namespace {

using model::CommandKind;
using model::Stream;

constexpr CommandKind kKinds[] = {
    CommandKind::kCreatePatient,        CommandKind::kCreatePatient,
    CommandKind::kUpdatePatient,        CommandKind::kBookAppointment,
    CommandKind::kBookAppointment,      CommandKind::kBookAppointment,
    CommandKind::kMoveAppointment,      CommandKind::kCancelAppointment,
    CommandKind::kSetAppointmentStatus, CommandKind::kAttachDocument,
};

bool MayAsk(const store::Grant& grant, CommandKind kind) {
  switch (kind) {
    case CommandKind::kCreatePatient:
    case CommandKind::kUpdatePatient:
      return grant.switches.patients_out;
    case CommandKind::kAttachDocument:
      return grant.switches.reports_out;
    default:
      return grant.switches.take_bookings;
  }
}

model::Patient MadeUp(const std::string& given, const std::string& family) {
  model::Patient patient;
  model::HumanName name;
  name.given = given;
  name.family = family;
  patient.names.push_back(std::move(name));
  patient.birth_date = ParseDate("1990-11-30");
  return patient;
}

}  // namespace

// One that the grant sees, and that is there; empty where there is none.
std::string Simulation::OneSeen(const Connected& at, store::GrantKey grant, Table table) {
  std::vector<std::string> seen;
  for (const auto& id : at.practice->practice().Ids(table)) {
    if (Served(grant, table, IdOf(at, table, id)) != nullptr) seen.push_back(id);
  }
  return seen.empty() ? std::string() : dice_.Pick(seen);
}

// The version that the app has read, sometimes an older one, sometimes none.
void Simulation::NameVersion(const Connected& at, Table table, const std::string& id, Wish& wish) {
  const auto row = at.practice->practice().Find(table, id);
  const auto life = reader_->Explain(IdOf(at, table, id).value);
  if (!row || !life || !*life || dice_.OneIn(3)) return;
  auto version = (*life)->source.vendor_version;
  if (dice_.OneIn(4)) version = "0";
  wish.stale = version != std::to_string(row->version);
  wish.submission.expected_version = std::move(version);
}

bool Simulation::WishAboutPatient(const Connected& at, const store::Grant& grant, Wish& wish) {
  auto& submission = wish.submission;
  const auto number = std::to_string(++asked_);
  const auto family = std::string(kCanary) + "asked" + at.practice->key();
  if (wish.kind == CommandKind::kCreatePatient) {
    // Few names, so that some are there already and some are similar.
    const auto given = std::string(kCanary) + (dice_.OneIn(2) ? "Kathryn" : "Cathryn");
    const bool common = dice_.OneIn(2);
    submission.body =
        model::CreatePatient{MadeUp(given, common ? family : family + "n" + number + "x")};
    return true;
  }
  const auto id = OneSeen(at, grant.key, Table::kPatients);
  if (id.empty()) return false;
  submission.target = submission.patient = IdOf(at, Table::kPatients, id);
  if (wish.kind == CommandKind::kUpdatePatient) {
    submission.body = model::UpdatePatient{
        {Stream::kPatients, id},
        MadeUp(std::string(kCanary) + "updated" + number + "x", family + "n" + number + "x")};
    NameVersion(at, Table::kPatients, id, wish);
    return true;
  }
  model::AttachDocument attach;
  attach.document_id = "doc-" + number;
  attach.patient = {Stream::kPatients, id};
  attach.author = {Stream::kPractitioners, at.practice->AnyOf(Table::kStaff)};
  attach.title = "Report " + number;
  attach.content_type = "application/pdf";
  attach.date = clock_.Now();
  fhir::DocumentFields fields;
  fields.id = attach.document_id;
  fields.export_state = "queued";
  fields.patient_id = submission.patient.value;
  fields.title = attach.title;
  fields.date = attach.date;
  fields.content_type = attach.content_type;
  const auto encoded = fhir::EncodeDocumentReference(fields, at.practice->zone());
  store::RecordWrite record;
  record.stream = Stream::kDocumentReferences;
  record.id = ResourceId(attach.document_id);
  record.body = {encoded.head, encoded.tail};
  record.source = {at.key, attach.document_id, "1", "app", clock_.Now()};
  submission.document = std::move(record);
  submission.content = std::make_shared<const std::string>("%PDF-1.4 report " + number);
  submission.target = {};
  submission.body = std::move(attach);
  return true;
}

bool Simulation::WishAboutDiary(const Connected& at, const store::Grant& grant, Wish& wish) {
  auto& submission = wish.submission;
  const auto start = [&] {
    return at.practice->zone().ToInstant(*memory::ParseLocal(at.practice->WantedTime()));
  };
  if (wish.kind == CommandKind::kBookAppointment) {
    const auto patient = OneSeen(at, grant.key, Table::kPatients);
    if (patient.empty()) return false;
    model::BookAppointment book;
    book.patient = {Stream::kPatients, patient};
    book.practitioner = {Stream::kPractitioners, at.practice->AnyOf(Table::kStaff)};
    book.service = {Stream::kHealthcareServices, at.practice->AnyOf(Table::kReasons)};
    book.start = start();
    book.length = std::chrono::minutes(dice_.OneIn(2) ? 15 : 30);
    submission.patient = IdOf(at, Table::kPatients, patient);
    submission.body = std::move(book);
    return true;
  }
  const auto id = OneSeen(at, grant.key, Table::kDiary);
  if (id.empty()) return false;
  const model::VendorRef ref{Stream::kAppointments, id};
  const auto row = at.practice->practice().Find(Table::kDiary, id);
  submission.target = IdOf(at, Table::kDiary, id);
  submission.patient = IdOf(at, Table::kPatients, std::string(row->data.Text("patient")));
  if (wish.kind == CommandKind::kMoveAppointment) {
    model::MoveAppointment move;
    move.ref = ref;
    move.start = start();
    submission.body = std::move(move);
  } else if (wish.kind == CommandKind::kCancelAppointment) {
    submission.body = model::CancelAppointment{ref, "cannot come"};
  } else {
    static constexpr model::AppointmentStatus kStates[] = {model::AppointmentStatus::kArrived,
                                                           model::AppointmentStatus::kNoShow,
                                                           model::AppointmentStatus::kBooked};
    submission.body = model::SetAppointmentStatus{ref, kStates[dice_.Below(3)]};
  }
  NameVersion(at, Table::kDiary, id, wish);
  return true;
}

// False where nobody may ask for anything at present.
bool Simulation::Ask() {
  const auto& at = connected_[dice_.Below(connected_.size())];
  Wish wish;
  wish.practice = at.practice->number();
  wish.kind = kKinds[dice_.Below(std::size(kKinds))];
  const store::Grant* by = nullptr;
  for (const auto* grant : GrantsAt(wish.practice)) {
    if (!grant->revoked && MayAsk(*grant, wish.kind)) by = grant;
  }
  if (by == nullptr) return false;
  auto& submission = wish.submission;
  submission.connection = at.key;
  submission.grant = by->key;
  submission.app = by->app;
  const bool patients = wish.kind == CommandKind::kCreatePatient ||
                        wish.kind == CommandKind::kUpdatePatient ||
                        wish.kind == CommandKind::kAttachDocument;
  const bool made = patients ? WishAboutPatient(at, *by, wish) : WishAboutDiary(at, *by, wish);
  if (!made) return false;
  if (dice_.OneIn(2)) at.practice->LoseWrite();
  const auto rival = wish.kind == CommandKind::kBookAppointment && dice_.OneIn(3);
  auto second = wish;
  Submit(std::move(wish));
  if (!rival) return true;
  // Somebody else wants the very same time.
  const auto other = OneSeen(at, by->key, Table::kPatients);
  if (other.empty()) return true;
  std::get<model::BookAppointment>(second.submission.body).patient.id = other;
  second.submission.patient = IdOf(at, Table::kPatients, other);
  Submit(std::move(second));
  return true;
}

// An app that has heard nothing asks again, with the same key.
void Simulation::Submit(Wish wish) {
  const auto number = std::to_string(wishes_.size() + 1);
  wish.submission.idempotency_key = "key-" + number;
  wish.submission.request_hash = "hash-" + number;
  Say("app asks to " + std::string(model::CommandKindName(wish.kind)) + " at practice " +
      std::to_string(wish.practice) + (wish.stale ? ", from an older version" : ""));
  for (int tries = 0; tries < 20 && wish.id.empty(); ++tries) {
    Guarded([&] {
      const auto submitted = desk_->Submit(wish.submission);
      Hold(submitted.has_value(), "the desk refuses what it supports");
      wish.id = submitted->command.id;
    });
  }
  Hold(!wish.id.empty(), "a command cannot be handed in");
  wish.reference = commands::ReferenceOf(wish.id);
  ++counts_.commands;
  const bool waits = dice_.OneIn(2);
  if (waits) {
    wish.waits_until = clock_.Now() + std::chrono::seconds(10);
    wish.waits_in_life = counts_.crashes;
  }
  wishes_.push_back(std::move(wish));
  if (!waits) return;
  const auto place = wishes_.size() - 1;
  desk_->WhenSettled(wishes_[place].id, *wishes_[place].waits_until,
                     [this, place](const commands::CommandView& view) { HearAnswer(place, view); });
}

// Once, and not before it is settled or the wait is over.
void Simulation::HearAnswer(std::size_t place, const commands::CommandView& view) {
  using commands::State;
  auto& wish = wishes_[place];
  Hold(++wish.told == 1, "an app is answered twice: " + wish.id);
  Hold(view.id == wish.id, "an app is answered about another command");
  const bool settled = commands::IsFinal(view.state) || view.state == State::kNeedsPerson ||
                       view.state == State::kApplied;
  Hold(settled || clock_.Now() >= *wish.waits_until,
       "an app is answered early: " + WhatOf(wish, view.state));
  ++counts_.answers;
}

// The same key again: the same command, and nothing new. Another body under it: refused.
void Simulation::AskAgain() {
  if (wishes_.empty()) return;
  auto& wish = dice_.Pick(wishes_);
  Guarded([&] {
    auto again = wish.submission;
    const bool other = dice_.OneIn(3);
    if (other) again.request_hash += "-other";
    const auto submitted = desk_->Submit(again);
    const auto& grant = grants_.at(wish.submission.grant);
    // What may not be asked any more is not answered again either.
    if (!submitted && (grant.revoked || !MayAsk(grant, wish.kind))) return;
    if (other) {
      Hold(!submitted.has_value() && submitted.error().vendor_code == "idempotency-key-reused",
           "I2: another wish under the same key is taken");
      return;
    }
    Hold(submitted.has_value(), "I2: a repeat is refused");
    Hold(submitted->repeated && submitted->command.id == wish.id,
         "I2: a repeat makes another command");
  });
}

// Somebody looks at the practice's system and says what they see there.
void Simulation::PersonLooks(const Wish& wish) {
  const auto row = reader_->Command(wish.id);
  Hold(row.has_value() && row->has_value(), "none lost: a command's row is gone");
  if (static_cast<commands::State>((*row)->state) != commands::State::kNeedsPerson) return;
  Guarded([&] {
    const auto effects = EffectsOf(wish);
    commands::PersonsWord word;
    word.happened = !effects.empty();
    if (word.happened) word.vendor_id = effects.front().id;
    word.who = "the receptionist";
    const auto names = book_->Current();
    Hold(names.has_value(), "the grants cannot be read");
    const auto said = commands::ResolveByPerson(*store_, **names, wish.id, word);
    Hold(said.has_value(), "a person's word is not taken");
    Say(wish.id + (word.happened ? " has happened" : " has not happened") + ", says a person");
    ++counts_.persons;
  });
}

void Simulation::TakeBack() {
  if (wishes_.empty()) return;
  auto& wish = dice_.Pick(wishes_);
  Guarded([&] {
    const auto withdrawn = desk_->Withdraw(wish.submission.app, wish.id);
    if (withdrawn) {
      Hold(withdrawn->state == commands::State::kCancelled, "taken back, and not cancelled");
    } else {
      Hold(withdrawn.error().fault == Fault::kConflict, "what is too late is no conflict");
    }
  });
}

}  // namespace pons::simulation
