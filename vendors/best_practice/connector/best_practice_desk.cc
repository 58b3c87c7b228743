// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_desk.h"

#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {

std::string ReferenceMark(std::string_view reference) {
  return "(ref " + std::string(reference) + ")";
}

bool Overlap(LocalTime start, LocalTime end, const DiaryRow& other) {
  return other.start < end && (start < other.end() || other.start == start);
}

LocalTime MadeSince(Instant first_sent, Instant now, const PracticeZone& zone) {
  auto from = zone.ToLocal(first_sent - kClockSlack);
  const auto before = zone.OffsetAt(first_sent - kClockSlack);
  const auto after = zone.OffsetAt(now + kClockSlack);
  if (after < before) from.reading -= before - after;
  return from;
}

Desk::Desk(BestPracticeSession& session, WriteSettings settings)
    : session_(session), settings_(settings), reports_(session, std::move(settings)) {}

Result<Applied> Desk::Apply(const Command& command) {
  struct Visitor {
    Desk& desk;
    const Command& command;
    Result<Applied> operator()(const model::CreatePatient& one) {
      return desk.Create(command, one);
    }
    Result<Applied> operator()(const model::UpdatePatient& one) {
      return desk.Update(command, one);
    }
    Result<Applied> operator()(const model::BookAppointment& one) {
      return desk.Book(command, one);
    }
    Result<Applied> operator()(const model::MoveAppointment& one) {
      return desk.Move(command, one);
    }
    Result<Applied> operator()(const model::CancelAppointment& one) {
      return desk.Cancel(command, one);
    }
    Result<Applied> operator()(const model::SetAppointmentStatus& one) {
      return desk.SetStatus(command, one);
    }
    Result<Applied> operator()(const model::AttachDocument& one) {
      return desk.reports_.Apply(command, one);
    }
  };
  // A document is judged before anything is asked.
  if (!std::holds_alternative<model::AttachDocument>(*command.body)) {
    PONS_TRY(session_.NeedCodes(command.deadline));
  }
  return std::visit(Visitor{*this, command}, *command.body);
}

Result<Trace> Desk::FindEffect(const Command& command) {
  struct Visitor {
    Desk& desk;
    const Command& command;
    Result<Trace> operator()(const model::CreatePatient& one) {
      return desk.FindCreated(command, one);
    }
    Result<Trace> operator()(const model::UpdatePatient& one) {
      return desk.FindUpdated(command, one);
    }
    Result<Trace> operator()(const model::BookAppointment& one) {
      return desk.FindBooked(command, one);
    }
    Result<Trace> operator()(const model::MoveAppointment& one) {
      return desk.FindMoved(command, one);
    }
    Result<Trace> operator()(const model::CancelAppointment& one) {
      return desk.FindCancelled(command, one);
    }
    Result<Trace> operator()(const model::SetAppointmentStatus& one) {
      return desk.FindStatus(command, one);
    }
    Result<Trace> operator()(const model::AttachDocument& one) {
      return desk.reports_.FindEffect(command, one);
    }
  };
  PONS_TRY(session_.NeedCodes(command.deadline));
  return std::visit(Visitor{*this, command}, *command.body);
}

Result<Confirmation> Desk::Confirm(const Command& command, const Applied& applied) {
  if (const auto* document = std::get_if<model::AttachDocument>(&*command.body)) {
    return reports_.Confirm(command, *document, applied);
  }
  Confirmation confirmation;
  auto present = session_.Present(applied.ref, command.deadline);
  if (present) {
    confirmation.change = std::move(present).value();
    return confirmation;
  }
  if (present.error().fault != Fault::kNotFound) return present.error();
  confirmation.kind = Confirmation::Kind::kFailed;
  confirmation.note = "the record is no longer there: somebody at the practice has removed it";
  return confirmation;
}

}  // namespace pons::best_practice
