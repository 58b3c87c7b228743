// SPDX-License-Identifier: Apache-2.0
// Best Practice's own words: the SELECTs, and the rows they answer with, cell by cell. No meaning
// here; that is best_practice_map's. Facts: best-practice sheet §1 (conventions), §3 (views), §4
// (tables).
//
// Rows view the cells they were decoded from and are valid as long as those, except VisitRow and
// CandidateRow, which are kept.
// Text: trailing blanks are padding of CHAR columns and are removed; leading ones are data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "net/sql.h"

namespace pons::best_practice {

// A cell that cannot be what its column should hold: the row is unreadable. Never the value.
struct BadCell {
  std::string_view field;   // the column's name
  std::string_view reason;  // "is null", "is no number", "is no time", "is no date", …
};

template <typename Row>
using Decoded = std::variant<Row, BadCell>;

// A table as it is read: its key comes first among the columns. Dated tables go on with
// RECORDSTATUS, CREATED, UPDATED, in this order.
struct Table {
  std::string_view name;
  std::string_view key;
  std::span<const std::string_view> columns;
  std::string_view live;  // condition for a row to be there at all; empty: always
};

extern const Table kPatients;
extern const Table kAppointments;
extern const Table kVisits;
extern const Table kLocations;
extern const Table kUsers;
extern const Table kProviderLocations;
extern const Table kAppointmentTypes;
extern const Table kHistory;

// ---- Rows -------------------------------------------------------------------------------------

// RECORDSTATUS, best-practice sheet §1: 1 is live; for appointments 4 is cancelled.
constexpr std::int64_t kLive = 1;
constexpr std::int64_t kCancelled = 4;

// What every dated table begins with.
struct Head {
  std::int64_t key = 0;
  std::int64_t record_status = 0;
  std::optional<LocalTime> changed;  // COALESCE(UPDATED, CREATED), to the second
};
Decoded<Head> DecodeHead(net::SqlRow row, const Table& table);

struct PatientRow {
  std::int64_t key = 0;
  std::int64_t status_code = 0;
  std::optional<LocalTime> date_of_death;
  std::int64_t title_code = 0;
  std::string_view first_name, middle_name, surname, preferred_name;
  std::string_view address1, address2, city, postcode;
  std::string_view postal_address, postal_city, postal_postcode;
  std::optional<LocalTime> date_of_birth;
  std::int64_t sex_code = 0;
  std::int64_t ethnic_code = 0;
  std::string_view home_phone, work_phone, mobile_phone;
  std::string_view medicare, medicare_line, medicare_expiry;
  std::string_view ihi;
  std::int64_t dva_code = 0;
  std::string_view dva;
  std::int64_t user_id = 0;  // the usual doctor
};
Decoded<PatientRow> DecodePatient(net::SqlRow row);

struct AppointmentRow {
  std::int64_t key = 0;
  std::int64_t record_status = 0;
  std::int64_t patient = 0, user_id = 0, location_id = 0;
  LocalTime start;
  std::chrono::seconds length{0};
  std::int64_t status_code = 0, type_code = 0;
  std::string_view reason;
};
Decoded<AppointmentRow> DecodeAppointment(net::SqlRow row);

struct VisitRow {
  std::int64_t key = 0;
  std::int64_t patient = 0, user_id = 0, visit_code = 0;
  LocalTime day;
  std::chrono::seconds start{0}, end{0};  // since midnight; 0: none
  std::string location;                   // a number or a name; see LocationOfVisit
  std::optional<LocalTime> created;
};
Decoded<VisitRow> DecodeVisit(net::SqlRow row);

// An appointment that a visit may have come from.
struct CandidateRow {
  std::int64_t key = 0;
  std::int64_t patient = 0, location_id = 0, visit = 0, type_code = 0;
  LocalTime start;
  bool arrived = false;  // ARRIVALTIME or CONSULTATIONTIME is set
  std::optional<LocalTime> created;
};
Decoded<CandidateRow> DecodeCandidate(net::SqlRow row);

struct LocationRow {
  std::int64_t key = 0;
  std::string_view name, address1, address2, city, postcode, hpio, phone, fax, email;
};
Decoded<LocationRow> DecodeLocation(net::SqlRow row);

struct UserRow {
  std::int64_t key = 0;
  std::int64_t status = 0, location_id = 0, title_code = 0;
  std::string_view hpii, surname, first_name, registration, prescriber, provider, email;
};
Decoded<UserRow> DecodeUser(net::SqlRow row);

struct ProviderLocationRow {
  std::int64_t user_id = 0, location_id = 0;
  std::string_view provider;
};
Decoded<ProviderLocationRow> DecodeProviderLocation(net::SqlRow row);

struct AppointmentTypeRow {
  std::int64_t key = 0;
  std::chrono::seconds length{0};
  std::string_view description;
};
Decoded<AppointmentTypeRow> DecodeAppointmentType(net::SqlRow row);

struct HistoryRow {
  std::int64_t key = 0;
  std::int64_t patient = 0, day = 0, month = 0, year = 0;
  std::string_view condition, status, snomed;
};
Decoded<HistoryRow> DecodeHistory(net::SqlRow row);

// ---- Statements -------------------------------------------------------------------------------

// The table's live rows behind `after`, in the order of their keys.
net::SqlStatement SelectLive(const Table& table, std::int64_t after, std::uint32_t rows);
// All rows of a table without a key of its own, or so small that it is read whole.
net::SqlStatement SelectAll(const Table& table);
// Rows of any RECORDSTATUS behind `after` that changed at `from` or later.
net::SqlStatement SelectChanged(const Table& table, std::int64_t after, LocalTime from,
                                std::uint32_t rows);
// The same for visits, where every key above `last` is new whatever its times say.
net::SqlStatement SelectVisits(std::int64_t after, std::int64_t last, LocalTime from,
                               std::uint32_t rows);
// Those of these rows that are live.
net::SqlStatement SelectByKey(const Table& table, std::span<const std::int64_t> keys);
net::SqlStatement SelectHistoryOf(std::span<const std::int64_t> patients);
// One row: the latest change, and the highest key.
net::SqlStatement SelectTip(const Table& table);
// One row: how many live rows there are.
net::SqlStatement SelectCount(const Table& table);
// Live e-mail addresses: patient, address. By patients, or of all patients in (after, to].
net::SqlStatement SelectEmailsOf(std::span<const std::int64_t> patients);
net::SqlStatement SelectEmailsBetween(std::int64_t after, std::int64_t to);
// Live appointments of these patients up to and including `day`.
net::SqlStatement SelectCandidates(std::span<const std::int64_t> patients, LocalTime day);

// Code tables (best-practice sheet §1 "Lookup tables"), all in one answer: the number of the
// source, code, text.
struct CodeSource {
  std::string_view table, code, text;
};
net::SqlStatement SelectCodes(std::span<const CodeSource> sources);

net::SqlStatement SelectPracticeName();
// One row: the database server's clock, in UTC and as it reads in the practice.
net::SqlStatement SelectClock();
// No rows; fails where the right to read one of the tables is missing, naming the first.
net::SqlStatement ProbeTables(std::span<const std::string_view> tables);

// ---- Cells ------------------------------------------------------------------------------------

// Reads a row's cells from left to right, in whatever form the transport brings them. NULL is the
// column's "nothing" (0 or empty), unless the value is due. After the first bad cell everything
// reads as nothing.
class CellReader {
 public:
  CellReader(net::SqlRow row, std::span<const std::string_view> columns)
      : row_(row), columns_(columns) {}

  std::int64_t Int() { return IntOr(false); }
  std::int64_t DueInt() { return IntOr(true); }
  std::string_view Text() { return TextOr(false); }
  std::string_view DueText() { return TextOr(true); }
  std::optional<LocalTime> Time();
  LocalTime DueTime();
  // Times of day and lengths, which are seconds within a few days.
  std::chrono::seconds Seconds() { return SecondsOr(false); }
  std::chrono::seconds DueSeconds() { return SecondsOr(true); }
  void Skip(std::size_t cells = 1) { at_ += cells; }

  const std::optional<BadCell>& bad() const { return bad_; }

 private:
  const net::SqlValue* Next();
  std::int64_t IntOr(bool due);
  std::chrono::seconds SecondsOr(bool due);
  std::string_view TextOr(bool due);
  void Fail(std::string_view reason);

  net::SqlRow row_;
  std::span<const std::string_view> columns_;
  std::size_t at_ = 0;
  std::optional<BadCell> bad_;
};

// ISO 8601 without a zone, as transports without types of their own send DATETIME and DATE cells:
// "2026-05-04T09:30:00", with a fraction or without, or the day alone. Fractions are cut off.
std::optional<LocalTime> TimeOf(std::string_view text);

// The same for all cells of a row: equal rows have equal hashes, whichever transport brought them.
// A time hashes alike as LocalTime and as text, a whole number alike as integer and as double, text
// alike with padding and without.
std::uint64_t HashOf(net::SqlRow row);

}  // namespace pons::best_practice
