// SPDX-License-Identifier: Apache-2.0
// What apps ask a practice to do, done through Best Practice's procedures: each command once, found
// again after a lost answer, and read back. Also the free times, which booking and offering share.
//
// Rules that hold for all of it:
//   - what can be told before writing is told before writing, with Effect::kNone
//   - one statement writes; whatever fails after it has Effect::kUnknown
//   - a command that finds its own work done already says so and writes nothing
//
// Threads: one at a time, as for the session it belongs to.
#pragma once

#include "connector/connector.h"
#include "vendors/best_practice/connector/best_practice_patient_form.h"
#include "vendors/best_practice/connector/best_practice_procedures.h"
#include "vendors/best_practice/connector/best_practice_reports.h"
#include "vendors/best_practice/connector/best_practice_write_settings.h"

namespace pons::best_practice {

class BestPracticeSession;

// The end of a reason that carries a command's reference: "(ref ABCDEFGHJK)". Its counterpart is
// best_practice_map's WithoutReference.
std::string ReferenceMark(std::string_view reference);

// Whether somebody else's appointment takes any of the time from `start` to `end`.
bool Overlap(LocalTime start, LocalTime end, const DiaryRow& other);

// Whether an appointment that overlaps ours was there before it: RECORDIDs are given out in order.
bool SomebodyWasFirst(const DiaryRow& ours, const std::vector<DiaryRow>& diary);

// What of the body has come back with '?' for letters that the database's code page does not have:
// "name"; empty: nothing. INFERRED: CHAR and VARCHAR columns of a server of this kind keep one code
// page's letters, and '?' for any other.
std::string LettersLost(const model::CommandBody& sent, const model::Record& kept);

// How far a server's clock may be off ours when its rows are compared with our times.
inline constexpr std::chrono::minutes kClockSlack{2};

// The earliest CREATED, as the practice's clock writes it, that something made after `first_sent`
// can have. Where the clocks have gone back since, it is as much earlier.
LocalTime MadeSince(Instant first_sent, Instant now, const PracticeZone& zone);

class Desk final : public CommandSink, public SlotReader {
 public:
  Desk(BestPracticeSession& session, WriteSettings settings);

  Result<Applied> Apply(const Command& command) override;
  Result<Trace> FindEffect(const Command& command) override;
  Result<Confirmation> Confirm(const Command& command, const Applied& applied) override;
  Result<SlotAnswer> ReadSlots(const SlotQuery& query) override;

 private:
  // A stretch of a practitioner's day that Best Practice offers.
  struct Free {
    std::chrono::seconds start{0}, length{0};
  };
  struct Day {
    std::vector<Free> free;  // by start
    bool away = false;
    std::string away_code;  // the database's number for it
  };
  // Where an appointment shall stand.
  struct Place {
    std::int64_t user = 0, location = 0;  // location 0: wherever
    LocalTime start;
    std::chrono::seconds length{0};
    LocalTime end() const { return {start.reading + length}; }
  };
  static bool Stands(const DiaryRow& row, const Place& place);
  struct TypeRow {
    std::int64_t type = 0;
    std::chrono::seconds length{0};
  };

  // best_practice_desk_patients.cc
  Result<Applied> Create(const Command& command, const model::CreatePatient& create);
  Result<Applied> Update(const Command& command, const model::UpdatePatient& update);
  Result<Trace> FindCreated(const Command& command, const model::CreatePatient& create);
  Result<Trace> FindUpdated(const Command& command, const model::UpdatePatient& update);
  Result<std::vector<std::int64_t>> Keys(const net::SqlStatement& statement, Instant deadline);
  Result<std::vector<Change>> Records(const std::vector<std::int64_t>& keys, Instant deadline);
  Result<PatientForm> FormRow(std::int64_t patient, const model::Patient& held, Instant deadline);

  // best_practice_desk_diary.cc
  Result<Applied> Book(const Command& command, const model::BookAppointment& book);
  Result<Applied> Move(const Command& command, const model::MoveAppointment& move);
  Result<Applied> Cancel(const Command& command, const model::CancelAppointment& cancel);
  Result<Applied> SetStatus(const Command& command, const model::SetAppointmentStatus& status);
  // Cancels ours, and says kConflict, where somebody was there first.
  Result<void> Yield(const DiaryRow& ours, const std::vector<DiaryRow>& diary, Instant deadline);
  Result<NewAppointment> Planned(const model::BookAppointment& book, Instant deadline);
  Result<DiaryRow> Appointment(const Command& command, const model::VendorRef& ref);
  Result<void> CheckVersion(const Command& command, const model::VendorRef& ref);

  // best_practice_desk_trace.cc
  Result<Trace> FindBooked(const Command& command, const model::BookAppointment& book);
  Result<Trace> FindMoved(const Command& command, const model::MoveAppointment& move);
  Result<Trace> FindCancelled(const Command& command, const model::CancelAppointment& cancel);
  Result<Trace> FindStatus(const Command& command, const model::SetAppointmentStatus& status);

  // best_practice_desk_slots.cc
  Result<Day> ReadDay(std::int64_t user, Date day, Instant deadline);
  Result<TypeRow> ReadType(std::int64_t type, Instant deadline);
  Result<std::vector<DiaryRow>> Diary(const net::SqlStatement& statement, Instant deadline);
  // The place is offered, nobody else stands there; `own` is not somebody else (0: none).
  Result<void> CheckFree(const Place& place, const std::vector<DiaryRow>& diary,
                         const DiaryRow* own, Instant deadline);

  BestPracticeSession& session_;
  const WriteSettings settings_;
  ReportDesk reports_;
};

}  // namespace pons::best_practice
