// SPDX-License-Identifier: Apache-2.0
// Appointments that apps make, move, cancel and mark.
//
// Why nobody is booked twice. Best Practice has no guard: a receptionist, another program or
// another Pons may take the same time between our look and our writing (best-practice sheet §5).
// So:
//   1. Before writing, the diary, the free times and BP_IsAppointmentBooked must all agree that the
//      whole of the time is free. This settles all but a few milliseconds.
//   2. After writing, the diary of that day is read again. An appointment of somebody else that
//      overlaps ours and has a lower RECORDID was there first, or was moved there while we wrote:
//      ours is cancelled and the app hears kConflict. One with a higher RECORDID was made after
//      ours, by somebody whose diary already showed it, or by a Pons that will yield by this rule.
//      RECORDIDs are given out by the database one at a time, so of any number of programs that
//      follow it exactly one keeps the time. The same holds where a command finds its own
//      appointment, made by an earlier try whose answer never came.
//   3. The app is told yes only after 2. What comes later comes onto a diary that shows ours.
//   4. Where the answer of the adding or of the cancelling is lost, FindEffect looks the diary up
//      by our reference, and says "cannot tell" when ours stands beside an earlier one, since only
//      a person can then decide which of the two patients stays.
// Moving follows the same rules; there, whoever has come to overlap ours meanwhile stays, whatever
// its RECORDID, and ours goes back to where it was.
#include <algorithm>

#include "base/text.h"
#include "vendors/best_practice/connector/best_practice_desk.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {
namespace {

using model::AppointmentStatus;
using model::Stream;

constexpr std::size_t kReasonRoom = 500;  // REASON v500, best-practice sheet §4

Error Taken() { return MakeError(Fault::kConflict, "somebody else took that time meanwhile"); }

// Best Practice keeps wall-clock times alone, and the first of two is meant.
Result<LocalTime> WallClock(Instant start, const PracticeZone& zone) {
  const auto local = zone.ToLocal(start);
  if (zone.ToInstant(local) == start) return local;
  return Refused("repeated-hour",
                 "the practice's clock shows that time twice on that day, and Best Practice "
                 "knows only the first; choose another");
}

Result<void> NotPast(Instant start, const SessionContext& context) {
  if (start > context.clock.Now()) return Ok();
  return Refused("in-the-past", "that time is in the past");
}

}  // namespace

Result<NewAppointment> Desk::Planned(const model::BookAppointment& book, Instant deadline) {
  NewAppointment planned;
  PONS_TRY(NotPast(book.start, session_.context()));
  PONS_ASSIGN(planned.start, WallClock(book.start, session_.context().zone));
  const auto patient = KeyOf(book.patient.id);
  const auto user = KeyOf(book.practitioner.id);
  if (!patient) return Refused("no-patient", "the booking names no patient of this practice");
  if (user && !session_.codes().users.Has(*user)) PONS_TRY(session_.LoadCodes(deadline));
  if (!user || !session_.codes().users.Has(*user)) {
    return Refused("no-practitioner", "the practice has no such practitioner");
  }
  planned.patient = *patient;
  planned.user = *user;
  // INFERRED: without a type, the one that the practice lists first: its own dialogue offers it.
  PONS_ASSIGN(const auto type,
              ReadType(book.service.empty() ? 0 : KeyOf(book.service.id).value_or(-1), deadline));
  planned.type = type.type;
  planned.length = book.length.count() > 0 ? seconds(book.length) : type.length;
  if (planned.length.count() <= 0) {
    return Refused("no-length", "this type of appointment has no usual length; name one");
  }
  planned.location = KeyOf(book.location.id).value_or(0);
  if (planned.location == 0) {
    const auto home = session_.codes().home_of_user.find(*user);
    if (home != session_.codes().home_of_user.end()) planned.location = home->second;
  }
  planned.login = settings_.login_user;
  return planned;
}

Result<Applied> Desk::Book(const Command& command, const model::BookAppointment& book) {
  PONS_ASSIGN(auto planned, Planned(book, command.deadline));
  planned.reason = Trim(book.description);
  if (settings_.appointment_reference) {
    planned.reason += (planned.reason.empty() ? "" : " ") + ReferenceMark(command.reference);
  }
  if (CharacterCount(planned.reason) > kReasonRoom) {
    return Refused("too-long", "the description is longer than the " + std::to_string(kReasonRoom) +
                                   " characters that Best Practice has room for");
  }
  const Place place{planned.user, planned.location, planned.start, planned.length};
  PONS_ASSIGN(const auto diary,
              Diary(SelectDiary(place.user, place.start.day()), command.deadline));
  if (settings_.appointment_reference) {
    for (const auto& one : diary) {
      if (!one.reason.ends_with(ReferenceMark(command.reference))) continue;
      // It landed after its answer was given up, and nobody has looked beside it yet.
      PONS_TRY(Yield(one, diary, command.deadline));
      return Applied{RefOf(Stream::kAppointments, one.key), false, {}, "our reference in REASON"};
    }
  }
  PONS_TRY(CheckFree(place, diary, nullptr, command.deadline));
  PONS_ASSIGN(const auto made, session_.Tell(AddAppointment(planned), command.deadline));
  if (!made || *made <= 0) {
    return Refused("0",
                   "Best Practice did not add the appointment and gives no reason; has the patient "
                   "been deleted or made inactive?");
  }
  auto after = Diary(SelectDiary(place.user, place.start.day()), command.deadline);
  if (!after) return Afterwards(after.error());
  DiaryRow ours;
  ours.key = *made;
  ours.start = place.start;
  ours.length = place.length;
  PONS_TRY(Yield(ours, *after, command.deadline));
  return Applied{
      RefOf(Stream::kAppointments, *made), false, {}, "the return value of BP_AddAppointmentEx"};
}

Result<void> Desk::Yield(const DiaryRow& ours, const std::vector<DiaryRow>& diary,
                         Instant deadline) {
  if (!SomebodyWasFirst(ours, diary)) return Ok();
  const auto cancelled = session_.Tell(CancelAppointment(ours.key, settings_.login_user), deadline);
  if (!cancelled) return Afterwards(cancelled.error());
  return Taken();
}

Result<DiaryRow> Desk::Appointment(const Command& command, const model::VendorRef& ref) {
  const auto key = KeyOf(ref.id);
  if (key) {
    PONS_ASSIGN(auto rows, Diary(SelectDiaryRow(*key), command.deadline));
    if (!rows.empty() && (rows[0].record_status == kLive || rows[0].record_status == kCancelled)) {
      return std::move(rows[0]);
    }
  }
  return MakeError(Fault::kNotFound, "Best Practice no longer has this appointment");
}

Result<void> Desk::CheckVersion(const Command& command, const model::VendorRef& ref) {
  if (!command.expected_version) return Ok();
  const auto present = session_.PresentAt(ref, command.expected_version, command.deadline);
  if (!present) return present.error();
  return Ok();
}

Result<Applied> Desk::Move(const Command& command, const model::MoveAppointment& move) {
  PONS_ASSIGN(const auto row, Appointment(command, move.ref));
  if (row.record_status == kCancelled) {
    return Refused("cancelled", "the appointment has been cancelled; book a new one");
  }
  Place place{row.user_id, row.location_id, {}, row.length};
  if (!move.practitioner.empty()) {
    place.user = KeyOf(move.practitioner.id).value_or(-1);
    if (!session_.codes().users.Has(place.user)) PONS_TRY(session_.LoadCodes(command.deadline));
    if (!session_.codes().users.Has(place.user)) {
      return Refused("no-practitioner", "the practice has no such practitioner");
    }
  }
  if (!move.location.empty()) place.location = KeyOf(move.location.id).value_or(0);
  PONS_ASSIGN(place.start, WallClock(move.start, session_.context().zone));
  if (Stands(row, place)) return Applied{move.ref, true, {}, "the appointment stands there"};
  PONS_TRY(NotPast(move.start, session_.context()));
  PONS_TRY(CheckVersion(command, move.ref));
  const auto status = StatusOf(session_.codes().appointment_status.Text(row.status_code));
  if (status != AppointmentStatus::kBooked) {
    return Refused("not-booked", "the patient has arrived or been seen; it cannot be moved now");
  }
  const auto read = SelectDiary(place.user, place.start.day());
  PONS_ASSIGN(const auto diary, Diary(read, command.deadline));
  PONS_TRY(CheckFree(place, diary, &row, command.deadline));
  PONS_TRY(session_.Tell(MoveAppointment(row.key, place.start, place.user, place.location),
                         command.deadline));
  const auto after = Diary(read, command.deadline);
  if (!after) return Afterwards(after.error());
  bool there = false, late = false;
  for (const auto& one : *after) {
    if (one.key == row.key) {
      there = Stands(one, place);
    } else {
      late = late || Overlap(place.start, place.end(), one);
    }
  }
  if (!there) return Refused("0", "Best Practice did not move the appointment; it gives no reason");
  if (late) {
    const auto back = session_.Tell(
        MoveAppointment(row.key, row.start, row.user_id, row.location_id), command.deadline);
    if (!back) return Afterwards(back.error());
    return Taken();
  }
  return Applied{move.ref, false, {}, "the appointment's row, read back"};
}

Result<Applied> Desk::Cancel(const Command& command, const model::CancelAppointment& cancel) {
  PONS_ASSIGN(const auto row, Appointment(command, cancel.ref));
  if (row.record_status == kCancelled) {
    return Applied{cancel.ref, true, {}, "the appointment has been cancelled already"};
  }
  PONS_TRY(CheckVersion(command, cancel.ref));
  PONS_TRY(session_.Tell(CancelAppointment(row.key, settings_.login_user), command.deadline));
  const auto after = Appointment(command, cancel.ref);
  if (!after && after.error().fault != Fault::kNotFound) return Afterwards(after.error());
  if (after && after->record_status != kCancelled) {
    return Refused("0", "Best Practice did not cancel the appointment; it gives no reason");
  }
  return Applied{cancel.ref, false, {}, "the appointment's row, read back"};
}

Result<Applied> Desk::SetStatus(const Command& command, const model::SetAppointmentStatus& status) {
  const bool arrive = status.status == AppointmentStatus::kArrived;
  if (!arrive && status.status != AppointmentStatus::kBooked) {
    return MakeError(Fault::kUnsupported,
                     "Best Practice has no known procedure for this status; mark it in Best "
                     "Practice");
  }
  PONS_ASSIGN(const auto row, Appointment(command, status.ref));
  if (row.record_status == kCancelled) {
    return Refused("cancelled", "the appointment has been cancelled");
  }
  const auto& texts = session_.codes().appointment_status;
  const auto now = StatusOf(texts.Text(row.status_code));
  if (now == status.status) {
    return Applied{status.ref, true, {}, "the appointment has this status already"};
  }
  PONS_TRY(CheckVersion(command, status.ref));
  if (now != AppointmentStatus::kBooked && now != AppointmentStatus::kArrived) {
    return Refused("seen", "the patient has been seen or did not come; that cannot be changed now");
  }
  Call call(arrive ? "BP_ArriveAppointment" : "BP_UnarriveAppointment");
  call.With("aptid", row.key);
  PONS_TRY(session_.Tell(call, command.deadline));
  const auto after = Appointment(command, status.ref);
  if (!after) return Afterwards(after.error());
  if (StatusOf(texts.Text(after->status_code)) == now) {
    return Refused("0", "Best Practice did not change the status; it gives no reason");
  }
  return Applied{status.ref, false, {}, "the appointment's row, read back"};
}

}  // namespace pons::best_practice
