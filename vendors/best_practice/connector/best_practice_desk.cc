// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_desk.h"

#include <algorithm>

#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {

std::string ReferenceMark(std::string_view reference) {
  return "(ref " + std::string(reference) + ")";
}

bool Overlap(LocalTime start, LocalTime end, const DiaryRow& other) {
  return other.start < end && (start < other.end() || other.start == start);
}

bool SomebodyWasFirst(const DiaryRow& ours, const std::vector<DiaryRow>& diary) {
  return std::any_of(diary.begin(), diary.end(), [&](const DiaryRow& one) {
    return one.key < ours.key && Overlap(ours.start, ours.end(), one);
  });
}

LocalTime MadeSince(Instant first_sent, Instant now, const PracticeZone& zone) {
  auto from = zone.ToLocal(first_sent - kClockSlack);
  const auto before = zone.OffsetAt(first_sent - kClockSlack);
  const auto after = zone.OffsetAt(now + kClockSlack);
  if (after < before) from.reading -= before - after;
  return from;
}

namespace {

bool Lost(std::string_view sent, std::string_view kept) {
  const bool ascii = std::none_of(sent.begin(), sent.end(), [](char c) { return (c & 0x80) != 0; });
  return !ascii &&
         std::count(kept.begin(), kept.end(), '?') > std::count(sent.begin(), sent.end(), '?');
}

std::string LostName(const model::Patient& sent, const model::Patient& kept) {
  for (const auto& name : sent.names) {
    for (const auto& is : kept.names) {
      if (name.use != is.use) continue;
      if (Lost(name.family + name.given + name.middle, is.family + is.given + is.middle)) {
        return "name";
      }
    }
  }
  const auto text = [](const model::Patient& patient) {
    std::string all;
    for (const auto& address : patient.addresses) {
      for (const auto& line : address.line) all += line;
      all += address.city;
    }
    return all;
  };
  return Lost(text(sent), text(kept)) ? "address" : "";
}

}  // namespace

std::string LettersLost(const model::CommandBody& sent, const model::Record& kept) {
  const auto* patient = std::get_if<model::Patient>(&kept);
  if (const auto* create = std::get_if<model::CreatePatient>(&sent); create && patient) {
    return LostName(create->patient, *patient);
  }
  if (const auto* update = std::get_if<model::UpdatePatient>(&sent); update && patient) {
    return LostName(update->patient, *patient);
  }
  const auto* appointment = std::get_if<model::Appointment>(&kept);
  if (const auto* book = std::get_if<model::BookAppointment>(&sent); book && appointment) {
    return Lost(book->description, appointment->description) ? "description" : "";
  }
  return {};
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
    const auto lost =
        applied.existed ? std::string() : LettersLost(*command.body, *present->record);
    if (!lost.empty()) {
      confirmation.needs_attention = true;
      confirmation.note = "Best Practice has no room for some letters of the " + lost +
                          " and keeps question marks in their place; correct them in Best Practice";
    }
    confirmation.change = std::move(present).value();
    return confirmation;
  }
  if (present.error().fault != Fault::kNotFound) return present.error();
  confirmation.kind = Confirmation::Kind::kFailed;
  confirmation.note = "the record is no longer there: somebody at the practice has removed it";
  return confirmation;
}

}  // namespace pons::best_practice
