// SPDX-License-Identifier: Apache-2.0
// What staff do in Bp, on the tables: each edit keeps CREATED, CREATEDBY, UPDATED and UPDATEDBY as
// Bp does, and cuts text to its column's length. The writing procedures and the control port share
// it.
//
// All take the writing connection inside a transaction of the caller's. Errors: kRejected with what
// is wrong, kNotFound.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vendors/best_practice/sandbox/database.h"

namespace pons::best_practice::sandbox {

using Cells = std::vector<std::pair<std::string, SqlValue>>;  // column, value

// A text that its column could not hold.
struct Cut {
  std::string column;
  std::string given;
  std::string kept;
};

// Where the first `characters` characters of UTF-8 end.
std::size_t EndOfCharacters(std::string_view text, std::size_t characters);

// "YYYY-MM-DD HH:MM:SS.mmm" of the practice's wall clock, and its parts.
std::string NowText(const Database& database);
std::string TodayText(const Database& database);  // at 00:00
std::int64_t SecondsOfDay(const Database& database);

// Text cut as Bp would; the cuts are told.
void CutToColumns(const Database& database, std::string_view table, Cells& cells,
                  std::vector<Cut>& cuts);

// Fills CREATED and CREATEDBY where the table has them. Gives the new key.
Result<std::int64_t> InsertRow(Connection& writer, std::string_view table, Cells cells);
// Sets UPDATED and UPDATEDBY where the table has them. kNotFound where there is no such row.
Result<void> UpdateRow(Connection& writer, std::string_view table, std::int64_t key, Cells cells);
// The one integer that `sql` gives; `otherwise` where it gives none.
std::int64_t AskInteger(Connection& connection, const std::string& sql,
                        const std::vector<SqlValue>& values, std::int64_t otherwise = 0);
std::string AskText(Connection& connection, const std::string& sql,
                    const std::vector<SqlValue>& values);
// Name of a table's first column, its key.
std::string KeyOf(const Database& database, std::string_view table);

// E-mail lives in a table of its own; empty takes it away.
Result<void> SetEmail(Connection& writer, std::int64_t patient, const std::string& email);

struct NewAppointment {
  std::int64_t patient = 0;
  std::int64_t user = 0;
  std::int64_t location = 0;  // 0: the user's own
  std::string date;           // any form of ParseDateTime
  std::int64_t time = 0;      // seconds since midnight
  std::int64_t length = 900;  // seconds
  std::int64_t type = 1;
  std::string reason;
  bool urgent = false;
  std::int64_t booked_by = 0;
  std::string video_url;
};
Result<std::int64_t> AddAppointment(Connection& writer, const NewAppointment& appointment);
// kConflict with what is in the way, where a live appointment other than `except` has part of that
// time. For staff, who are asked; the procedures look at nothing.
Result<void> CheckFree(Connection& writer, std::int64_t user, const std::string& day,
                       std::int64_t time, std::int64_t length, std::int64_t except);
// The free slots of one user's day: sessions of that weekday and extra ones, less what live
// appointments cover. INFERRED: WEEKS and CYCLEWEEK are not looked at; every week is the same here.
struct FreeTimes {
  bool away = false;
  std::vector<std::pair<std::int64_t, std::int64_t>> slots;  // start and length, in seconds
};
Result<FreeTimes> FreeTimesOf(Connection& connection, std::int64_t user, const std::string& date);
// What Bp says of a user who is away on that day.
std::string AwayText(const std::string& date);
Result<void> CancelAppointment(Connection& writer, std::int64_t id, std::int64_t by,
                               const std::string& reason);
// Statuses 1 booked, 2 waiting …: times of arrival and consultation are kept with them.
Result<void> SetAppointmentStatus(Connection& writer, std::int64_t id, std::int64_t code);

// The patient's file is opened for a visit: a VISITS row, a lock, and today's appointment with this
// user, where there is one, becomes "With doctor". `appointment` 0: found by patient, user and day.
struct StartedVisit {
  std::int64_t visit = 0;
  std::int64_t appointment = 0;
};
Result<StartedVisit> StartVisit(Connection& writer, std::int64_t patient, std::int64_t user,
                                std::int64_t location, std::int64_t appointment);
Result<void> FinishVisit(Connection& writer, std::int64_t visit);

}  // namespace pons::best_practice::sandbox
