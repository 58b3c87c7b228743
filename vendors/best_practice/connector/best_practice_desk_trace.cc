// SPDX-License-Identifier: Apache-2.0
// What a command for the diary has left behind, when its answer was lost.
#include <algorithm>

#include "vendors/best_practice/connector/best_practice_desk.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {
namespace {

using model::AppointmentStatus;
using model::Stream;

Trace Found(const model::VendorRef& ref, std::string evidence) {
  Trace trace;
  trace.kind = Trace::Kind::kFound;
  trace.applied.ref = ref;
  trace.applied.evidence = evidence;
  trace.evidence = std::move(evidence);
  return trace;
}

Trace None(std::string evidence) {
  Trace trace;
  trace.evidence = std::move(evidence);
  return trace;
}

Trace CannotTell(std::string evidence) {
  Trace trace;
  trace.kind = Trace::Kind::kCannotTell;
  trace.evidence = std::move(evidence);
  return trace;
}

}  // namespace

// By our reference, else by patient, practitioner and start. Cancelled ones count: what somebody
// has cancelled since was booked all the same, and is not booked again.
Result<Trace> Desk::FindBooked(const Command& command, const model::BookAppointment& book) {
  const auto& context = session_.context();
  const auto patient = KeyOf(book.patient.id);
  const auto user = KeyOf(book.practitioner.id);
  if (!patient || !user) return None("the booking names nobody of this practice");
  const auto from = MadeSince(command.first_sent, context.clock.Now(), context.zone);
  PONS_ASSIGN(const auto rows, Diary(SelectMadeSince(*patient, from), command.deadline));
  std::vector<const DiaryRow*> ours, live, cancelled;
  const auto start = context.zone.ToLocal(book.start);
  for (const auto& one : rows) {
    if (one.reason.ends_with(ReferenceMark(command.reference))) {
      ours.push_back(&one);
      continue;
    }
    // Another command's.
    if (WithoutReference(one.reason).size() != one.reason.size()) continue;
    if (one.user_id != *user || one.start != start) continue;
    if (one.record_status == kLive) live.push_back(&one);
    if (one.record_status == kCancelled) cancelled.push_back(&one);
  }
  const bool by_reference = !ours.empty();
  const auto& found = by_reference ? ours : (!live.empty() ? live : cancelled);
  if (found.empty()) {
    return None(
        "the patient has no appointment made since with our reference, nor any with this "
        "practitioner at this time");
  }
  if (found.size() > 1) {
    return CannotTell(std::to_string(found.size()) +
                      (by_reference ? " appointments carry our reference"
                                    : " appointments of the patient with this practitioner at this "
                                      "time were made since; any may be ours"));
  }
  const auto& one = *found.front();
  if (one.record_status == kLive) {
    PONS_ASSIGN(const auto diary,
                Diary(SelectDiary(one.user_id, one.start.day()), command.deadline));
    if (SomebodyWasFirst(one, diary)) {
      return CannotTell("our appointment (record " + std::to_string(one.key) +
                        ") stands beside an earlier one at the same time; cancel one of them in "
                        "Best Practice");
    }
  }
  return Found(RefOf(Stream::kAppointments, one.key),
               by_reference ? "our reference in REASON"
                            : "the only appointment of this patient with this practitioner at this "
                              "time that was made since (without our reference)");
}

Result<Trace> Desk::FindMoved(const Command& command, const model::MoveAppointment& move) {
  const auto row = Appointment(command, move.ref);
  if (!row && row.error().fault == Fault::kNotFound) return None("the appointment is gone");
  if (!row) return row.error();
  Place place{row->user_id, 0, session_.context().zone.ToLocal(move.start), row->length};
  if (!move.practitioner.empty()) place.user = KeyOf(move.practitioner.id).value_or(0);
  if (!move.location.empty()) place.location = KeyOf(move.location.id).value_or(0);
  if (row->record_status != kLive || !Stands(*row, place)) {
    return None("the appointment does not stand where it was to go");
  }
  PONS_ASSIGN(const auto diary,
              Diary(SelectDiary(place.user, place.start.day()), command.deadline));
  const bool beside = std::any_of(diary.begin(), diary.end(), [&](const DiaryRow& other) {
    return other.key != row->key && Overlap(place.start, place.end(), other);
  });
  if (beside) {
    return CannotTell("the appointment (record " + std::to_string(row->key) +
                      ") stands where it was to go, beside another one at the same time; move or "
                      "cancel one of them in Best Practice");
  }
  return Found(move.ref, "the appointment stands where it was to go");
}

Result<Trace> Desk::FindCancelled(const Command& command, const model::CancelAppointment& cancel) {
  const auto row = Appointment(command, cancel.ref);
  if (!row && row.error().fault == Fault::kNotFound) return None("the appointment is gone");
  if (!row) return row.error();
  return row->record_status == kCancelled ? Found(cancel.ref, "the appointment is cancelled")
                                          : None("the appointment is not cancelled");
}

Result<Trace> Desk::FindStatus(const Command& command, const model::SetAppointmentStatus& status) {
  const auto row = Appointment(command, status.ref);
  if (!row && row.error().fault == Fault::kNotFound) return None("the appointment is gone");
  if (!row) return row.error();
  const auto now = StatusOf(session_.codes().appointment_status.Text(row->status_code));
  // Who is with the doctor has arrived.
  const bool further =
      status.status == AppointmentStatus::kArrived &&
      (now == AppointmentStatus::kCheckedIn || now == AppointmentStatus::kFulfilled);
  return now == status.status || further ? Found(status.ref, "the appointment has this status")
                                         : None("the appointment does not have this status");
}

}  // namespace pons::best_practice
