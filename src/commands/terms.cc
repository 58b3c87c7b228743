// SPDX-License-Identifier: Apache-2.0
#include "commands/terms.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::commands {
namespace {

using model::CommandKind;

std::string LaneOfPatient(const ResourceId& patient) { return "Patient/" + patient.value; }

// Two requests for the same new person must not pass one another: the second has to find the first.
std::string LaneOfNewPatient(const model::Patient& patient) {
  std::string who;
  if (!patient.names.empty()) who = FoldForSearch(patient.names.front().family);
  who += '|';
  if (patient.birth_date) who += FormatDate(*patient.birth_date);
  return "new/" + Hex(crypto::Sha256(who)).substr(0, 16);
}

}  // namespace

std::string ReferenceOf(std::string_view command_id) {
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  static_assert(kLetters.size() == 32);
  const std::string hash = crypto::Sha256("command reference " + std::string(command_id));
  std::string out;
  for (std::size_t i = 0; i < 10; ++i) {
    out += kLetters[static_cast<unsigned char>(hash[i]) % kLetters.size()];
  }
  return out;
}

std::string LaneOf(const Submission& submission) {
  switch (model::KindOf(submission.body)) {
    case CommandKind::kCreatePatient:
      return LaneOfNewPatient(std::get<model::CreatePatient>(submission.body).patient);
    case CommandKind::kUpdatePatient:
      return LaneOfPatient(submission.target);
    case CommandKind::kBookAppointment:
    case CommandKind::kAttachDocument:
      return LaneOfPatient(submission.patient);
    case CommandKind::kMoveAppointment:
    case CommandKind::kCancelAppointment:
    case CommandKind::kSetAppointmentStatus:
      return "Appointment/" + submission.target.value;
  }
  return {};
}

Instant DefaultDeadline(const model::CommandBody& body, Instant now) {
  if (std::holds_alternative<model::AttachDocument>(body)) return now + std::chrono::hours(7 * 24);
  if (const auto* book = std::get_if<model::BookAppointment>(&body)) {
    return std::min(now + std::chrono::hours(1), book->start);
  }
  if (const auto* move = std::get_if<model::MoveAppointment>(&body)) {
    return std::min(now + std::chrono::hours(1), move->start);
  }
  return now + std::chrono::hours(24);
}

std::string_view SwitchFor(CommandKind kind) {
  switch (kind) {
    case CommandKind::kCreatePatient:
    case CommandKind::kUpdatePatient:
      return "patients_out";
    case CommandKind::kBookAppointment:
    case CommandKind::kMoveAppointment:
    case CommandKind::kCancelAppointment:
    case CommandKind::kSetAppointmentStatus:
      return "take_bookings";
    case CommandKind::kAttachDocument:
      return "reports_out";
  }
  return {};
}

bool Allowed(const store::Grant& grant, CommandKind kind) {
  if (grant.revoked) return false;
  const auto& switches = grant.switches;
  const auto name = SwitchFor(kind);
  if (name == "patients_out") return switches.patients_out;
  return name == "take_bookings" ? switches.take_bookings : switches.reports_out;
}

model::Stream ResultStreamOf(CommandKind kind) {
  switch (kind) {
    case CommandKind::kCreatePatient:
    case CommandKind::kUpdatePatient:
      return model::Stream::kPatients;
    case CommandKind::kBookAppointment:
    case CommandKind::kMoveAppointment:
    case CommandKind::kCancelAppointment:
    case CommandKind::kSetAppointmentStatus:
      return model::Stream::kAppointments;
    case CommandKind::kAttachDocument:
      return model::Stream::kDocumentReferences;
  }
  return model::Stream::kPatients;
}

std::string_view TaskStatusOf(State state) {
  switch (state) {
    case State::kAccepted:
      return "requested";
    case State::kSending:
    case State::kInDoubt:
    case State::kApplied:
      return "in-progress";
    case State::kNeedsPerson:
      return "on-hold";
    case State::kConfirmed:
      return "completed";
    case State::kRejected:
      return "rejected";
    case State::kFailed:
    case State::kExpired:
      return "failed";
    case State::kCancelled:
      return "cancelled";
  }
  return "requested";
}

std::string_view StateWords(State state) {
  switch (state) {
    case State::kAccepted:
      return "waiting to be sent";
    case State::kSending:
      return "being sent";
    case State::kInDoubt:
      return "sent, not yet known whether it took effect";
    case State::kApplied:
      return "done at the practice, not yet read back";
    case State::kNeedsPerson:
      return "a person has to look whether it took effect";
    case State::kConfirmed:
      return "done, and read back";
    case State::kRejected:
      return "refused by the practice's system";
    case State::kFailed:
      return "taken up by the practice and refused";
    case State::kExpired:
      return "could not be sent in time; nothing has happened";
    case State::kCancelled:
      return "taken back before it was sent";
  }
  return {};
}

}  // namespace pons::commands
