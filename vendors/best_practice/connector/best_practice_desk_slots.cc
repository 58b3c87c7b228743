// SPDX-License-Identifier: Apache-2.0
// Free times: what Best Practice offers of a practitioner's day, and whether an appointment fits
// into it. It honours sessions, days away and bookings; working that out from SESSIONS would need
// the rotation of weeks (best-practice sheet §6).
#include <algorithm>

#include "vendors/best_practice/connector/best_practice_desk.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_session.h"
#include "vendors/best_practice/connector/best_practice_streams.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using net::SqlRow;
using std::chrono::days;
using std::chrono::sys_days;

// BP_GetFreeAppointments fails with a text that says that the user is away, instead of answering
// with nothing (best-practice sheet §5).
constexpr std::string_view kAwaySign = "away";
constexpr int kMostDays = 62;

std::string NumberOf(const Error& error) {
  return error.vendor_code.substr(0, error.vendor_code.find(' '));
}

seconds SecondOfDay(LocalTime time) {
  return time.reading - std::chrono::floor<days>(time.reading);
}

}  // namespace

bool Desk::Stands(const DiaryRow& row, const Place& place) {
  return row.user_id == place.user && row.start == place.start &&
         (place.location == 0 || row.location_id == place.location);
}

Result<Desk::Day> Desk::ReadDay(std::int64_t user, Date date, Instant deadline) {
  static constexpr std::string_view kColumns[] = {"AppointmentTime", "AppointmentLength"};
  const auto call = FreeAppointments(user, date);
  auto statement = call.ForRows(kColumns);
  statement.sign = kAwaySign;
  Day day;
  const auto asked =
      session_.Ask(statement, "call " + std::string(call.procedure()), deadline, [&](SqlRow row) {
        CellReader in(row, kColumns);
        const Free free{in.DueSeconds(), in.DueSeconds()};
        if (!in.bad() && free.length.count() > 0) day.free.push_back(free);
      });
  if (!asked) {
    if (!net::SqlRefusalSays(asked.error(), kAwaySign)) return asked.error();
    day.away = true;
    day.away_code = NumberOf(asked.error());
  }
  std::sort(day.free.begin(), day.free.end(),
            [](const Free& a, const Free& b) { return a.start < b.start; });
  return day;
}

Result<Desk::TypeRow> Desk::ReadType(std::int64_t type, Instant deadline) {
  constexpr std::string_view kColumns[] = {"APPOINTMENTCODE", "APPOINTMENTLENGTH"};
  std::optional<TypeRow> found;
  PONS_TRY(session_.Ask(SelectAppointmentType(type), Reading(kAppointmentTypes.name), deadline,
                        [&](SqlRow row) {
                          CellReader in(row, kColumns);
                          const TypeRow read{in.DueInt(), in.Seconds()};
                          if (!in.bad()) found = read;
                        }));
  if (found) return *found;
  return Refused("no-such-type", "the practice no longer has this type of appointment");
}

Result<std::vector<DiaryRow>> Desk::Diary(const net::SqlStatement& statement, Instant deadline) {
  std::vector<DiaryRow> rows;
  PONS_TRY(session_.Ask(statement, Reading(kAppointments.name), deadline, [&](SqlRow row) {
    auto decoded = DecodeDiary(row);
    // One that cannot be read is quarantined by its own stream.
    if (auto* good = std::get_if<DiaryRow>(&decoded)) rows.push_back(std::move(*good));
  }));
  return rows;
}

Result<void> Desk::CheckFree(const Place& place, const std::vector<DiaryRow>& diary,
                             const DiaryRow* own, Instant deadline) {
  for (const auto& one : diary) {
    if (own != nullptr && one.key == own->key) continue;
    if (Overlap(place.start, place.end(), one)) {
      return MakeError(Fault::kConflict, "somebody is booked at that time");
    }
  }
  PONS_ASSIGN(const auto day, ReadDay(place.user, place.start.day(), deadline));
  if (day.away) {
    return Refused(day.away_code, "Best Practice says that the practitioner is away on that day");
  }
  const auto owned = [&](seconds at) {
    return own != nullptr && own->user_id == place.user && own->start.day() == place.start.day() &&
           SecondOfDay(own->start) <= at && at < SecondOfDay(own->start) + own->length;
  };
  const auto end = SecondOfDay(place.start) + place.length;
  for (auto at = SecondOfDay(place.start); at < end;) {
    const auto slot = std::find_if(day.free.begin(), day.free.end(),
                                   [&](const Free& one) { return one.start == at; });
    if (slot != day.free.end()) {
      const auto start = LocalTime::At(place.start.day(), at);
      PONS_ASSIGN(const auto booked,
                  session_.AskResult(IsAppointmentBooked(place.user, start), deadline));
      if (booked.value_or(0) != 0 && !owned(at)) {
        return MakeError(Fault::kConflict, "Best Practice says that the time is booked");
      }
      at += slot->length;
    } else if (owned(at)) {
      at = SecondOfDay(own->start) + own->length;
    } else {
      // Staff may have taken it since the diary was read.
      PONS_ASSIGN(const auto now, Diary(SelectDiary(place.user, place.start.day()), deadline));
      for (const auto& one : now) {
        const bool ours = own != nullptr && one.key == own->key;
        if (!ours && Overlap(place.start, place.end(), one)) {
          return MakeError(Fault::kConflict, "somebody is booked at that time");
        }
      }
      return Refused("not-offered",
                     "the practitioner's diary has no free time there that is long enough");
    }
  }
  return Ok();
}

Result<SlotAnswer> Desk::ReadSlots(const SlotQuery& query) {
  const auto& context = session_.context();
  PONS_TRY(session_.NeedCodes(query.deadline));
  const auto user = KeyOf(query.practitioner.id);
  if (!user) return MakeError(Fault::kNotFound, "the practice has no such practitioner");
  if (!session_.codes().users.Has(*user)) PONS_TRY(session_.LoadCodes(query.deadline));
  seconds length = query.length;
  if (!query.service.empty() && length.count() == 0) {
    PONS_ASSIGN(const auto type, ReadType(KeyOf(query.service.id).value_or(-1), query.deadline));
    length = type.length;
  }
  SlotAnswer answer;
  answer.as_of = context.clock.Now();
  const auto home = session_.codes().home_of_user.find(*user);
  auto location = query.location;
  if (location.empty() && home != session_.codes().home_of_user.end() && home->second > 0) {
    location = RefOf(Stream::kLocations, home->second);
  }
  if (query.to <= query.from) return answer;
  const auto first = sys_days(context.zone.ToLocal(query.from).day());
  const auto last = sys_days(context.zone.ToLocal(query.to - milliseconds(1)).day());
  if ((last - first).count() >= kMostDays) {
    return Refused("too-long", "free times are read for at most " + std::to_string(kMostDays) +
                                   " days at once; ask for fewer");
  }
  for (auto date = first; date <= last; date += days(1)) {
    PONS_ASSIGN(const auto day, ReadDay(*user, Date(date), query.deadline));
    for (std::size_t i = 0; i < day.free.size(); ++i) {
      // As many of the diary's own slots, one behind the other, as the length needs.
      const auto wanted = length.count() > 0 ? length : day.free[i].length;
      auto end = day.free[i].start + day.free[i].length;
      for (auto j = i + 1; end < day.free[i].start + wanted && j < day.free.size(); ++j) {
        if (day.free[j].start == end) end += day.free[j].length;
        if (day.free[j].start > end) break;
      }
      if (end < day.free[i].start + wanted) continue;
      const auto local = LocalTime::At(Date(date), day.free[i].start);
      const auto start = context.zone.ToInstant(local);
      // No clock shows it on that day: to book it would be to book an hour later.
      if (context.zone.ToLocal(start) != local) continue;
      if (start < query.from || start >= query.to || start < answer.as_of) continue;
      answer.slots.push_back({query.practitioner, location, query.service, start, start + wanted});
    }
  }
  std::sort(answer.slots.begin(), answer.slots.end(),
            [](const model::Slot& a, const model::Slot& b) { return a.start < b.start; });
  return answer;
}

}  // namespace pons::best_practice
