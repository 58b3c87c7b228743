// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_wire.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "vendors/best_practice/connector/best_practice_hash.h"

namespace pons::best_practice {
namespace {

using net::SqlNull;
using net::SqlRow;
using net::SqlStatement;
using net::SqlValue;

constexpr std::string_view kPatientColumns[] = {"INTERNALID",    "RECORDSTATUS",   "CREATED",
                                                "UPDATED",       "PATIENTSTATUS",  "DATEOFDEATH",
                                                "TITLECODE",     "FIRSTNAME",      "MIDDLENAME",
                                                "SURNAME",       "PREFERREDNAME",  "ADDRESS1",
                                                "ADDRESS2",      "CITY",           "POSTCODE",
                                                "POSTALADDRESS", "POSTALCITY",     "POSTALPOSTCODE",
                                                "DOB",           "SEXCODE",        "ETHNICCODE",
                                                "HOMEPHONE",     "WORKPHONE",      "MOBILEPHONE",
                                                "MEDICARENO",    "MEDICARELINENO", "MEDICAREEXPIRY",
                                                "IHI",           "DVACODE",        "DVANO",
                                                "USERID"};
constexpr std::string_view kAppointmentColumns[] = {
    "RECORDID",        "RECORDSTATUS",    "CREATED",         "UPDATED",         "INTERNALID",
    "USERID",          "LOCATIONID",      "APPOINTMENTDATE", "APPOINTMENTTIME", "APPOINTMENTLENGTH",
    "APPOINTMENTCODE", "APPOINTMENTTYPE", "REASON"};
constexpr std::string_view kVisitColumns[] = {
    "VISITID",   "RECORDSTATUS", "CREATED",   "UPDATED", "INTERNALID", "USERID",
    "VISITCODE", "VISITDATE",    "STARTTIME", "ENDTIME", "LOCATION"};
constexpr std::string_view kCandidateColumns[] = {
    "RECORDID",        "CREATED",         "INTERNALID",      "LOCATIONID",  "VISITID",
    "APPOINTMENTDATE", "APPOINTMENTTIME", "APPOINTMENTTYPE", "ARRIVALTIME", "CONSULTATIONTIME"};
constexpr std::string_view kLocationColumns[] = {
    "LOCATIONID", "LOCATIONNAME", "ADDRESS1", "ADDRESS2", "CITY",
    "POSTCODE",   "HPIO",         "PHONE",    "FAX",      "EMAIL"};
constexpr std::string_view kUserColumns[] = {
    "USERID",    "USERSTATUS",     "LOCATIONID",   "TITLECODE",  "HPII", "SURNAME",
    "FIRSTNAME", "REGISTRATIONNO", "PRESCRIBERNO", "PROVIDERNO", "EMAIL"};
constexpr std::string_view kProviderLocationColumns[] = {"USERID", "LOCATIONID", "PROVIDERNUMBER"};
constexpr std::string_view kAppointmentTypeColumns[] = {"APPOINTMENTCODE", "APPOINTMENTLENGTH",
                                                        "DESCRIPTION"};
constexpr std::string_view kHistoryColumns[] = {"RECORDID", "INTERNALID", "Day",    "Month",
                                                "Year",     "Condition",  "Status", "SNOMED"};

constexpr std::string_view kEmailColumns[] = {"INTERNALID", "EMAIL"};
constexpr std::string_view kTipColumns[] = {"CHANGED", "HIGHEST"};
constexpr std::string_view kCountColumns[] = {"TOTAL"};
constexpr std::string_view kCodeColumns[] = {"LIST", "CODE", "TEXT"};
constexpr std::string_view kPracticeColumns[] = {"PRACTICENAME"};
constexpr std::string_view kClockColumns[] = {"UTC", "HERE"};
constexpr std::string_view kProbeColumns[] = {"ONE"};

constexpr Table kCandidates = {"APPOINTMENTS", "RECORDID", kCandidateColumns, {}};

std::string Columns(const Table& table) {
  std::string out;
  for (const auto column : table.columns) {
    if (!out.empty()) out += ", ";
    out += column;
  }
  return out;
}

std::string Top(const Table& table, std::uint32_t rows) {
  return "SELECT TOP (" + std::to_string(rows) + ") " + Columns(table) + " FROM " +
         std::string(table.name);
}

// "(?, ?, ?)" with the values. The count is a power of two, filled up with the last value, so that
// the server keeps a few plans instead of one per count.
std::string In(std::span<const std::int64_t> values, std::vector<SqlValue>& parameters) {
  const auto count = std::bit_ceil(std::max<std::size_t>(1, values.size()));
  std::string out = "(";
  for (std::size_t i = 0; i < count; ++i) {
    out += i == 0 ? "?" : ", ?";
    parameters.emplace_back(values.empty() ? std::int64_t{-1}
                                           : values[std::min(i, values.size() - 1)]);
  }
  return out + ")";
}

template <typename Row>
Decoded<Row> Finish(const CellReader& in, Row row) {
  if (in.bad()) return *in.bad();
  return row;
}

std::optional<std::int64_t> WholeOf(double real) {
  if (real != std::floor(real) || std::abs(real) >= 1e15) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

// Most text of a practice is ASCII, which is told eight bytes at a time.
bool IsText(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080u) != 0) return IsValidUtf8(text);
  }
  return IsValidUtf8(text.substr(at));
}

}  // namespace

const Table kPatients = {"PATIENTS", "INTERNALID", kPatientColumns, "RECORDSTATUS = 1"};
const Table kAppointments = {"APPOINTMENTS", "RECORDID", kAppointmentColumns,
                             "RECORDSTATUS IN (1, 4)"};
const Table kVisits = {"VISITS", "VISITID", kVisitColumns, "RECORDSTATUS = 1"};
// INFERRED: the sheet gives LOCATIONS no RECORDSTATUS, and says that views show what is in use.
const Table kLocations = {"LOCATIONS", "LOCATIONID", kLocationColumns,
                          "LOCATIONID IN (SELECT LocationID FROM BPS_PracticeLocations)"};
// USERSTATUS 999 is invalid (best-practice sheet §1).
const Table kUsers = {"USERS", "USERID", kUserColumns,
                      "RECORDSTATUS = 1 AND (USERSTATUS IS NULL OR USERSTATUS <> 999)"};
const Table kProviderLocations = {"PROVIDER_LOCATION", "USERID", kProviderLocationColumns, {}};
const Table kAppointmentTypes = {"APPOINTMENTTYPES", "APPOINTMENTCODE", kAppointmentTypeColumns,
                                 "RECORDSTATUS = 1"};
const Table kHistory = {"BPS_History", "RECORDID", kHistoryColumns, {}};

// ---- Cells --------------------------------------------------------------------------------------

std::optional<LocalTime> TimeOf(std::string_view text) {
  // "2026-05-04", then perhaps "T09:30:00", then perhaps a fraction.
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto day = ParseDate(text.substr(0, 10));
  if (!day) return std::nullopt;
  text.remove_prefix(10);
  if (text.empty()) return LocalTime::At(*day, std::chrono::seconds(0));
  if (text.size() < 9 || text[0] != 'T' || text[3] != ':' || text[6] != ':') return std::nullopt;
  const auto two = [&](std::size_t at) {
    const char tens = text[at], ones = text[at + 1];
    const bool digits = tens >= '0' && tens <= '9' && ones >= '0' && ones <= '9';
    return digits ? (tens - '0') * 10 + (ones - '0') : 99;
  };
  const int hour = two(1), minute = two(4), second = two(7);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  text.remove_prefix(9);
  if (!text.empty()) {
    if (text[0] != '.' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
    if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  }
  return LocalTime::At(*day, std::chrono::seconds(hour * 3600 + minute * 60 + second));
}

const SqlValue* CellReader::Next() {
  if (bad_) return nullptr;
  if (at_ >= row_.size()) {
    Fail("is missing");
    return nullptr;
  }
  return &row_[at_++];
}

void CellReader::Fail(std::string_view reason) {
  const auto index = at_ == 0 ? 0 : at_ - 1;
  bad_ = BadCell{index < columns_.size() ? columns_[index] : "row", reason};
}

std::int64_t CellReader::IntOr(bool due) {
  const auto* cell = Next();
  if (cell == nullptr) return 0;
  if (const auto* number = std::get_if<std::int64_t>(cell)) return *number;
  if (const auto* real = std::get_if<double>(cell)) {
    if (const auto whole = WholeOf(*real)) return *whole;
  }
  if (std::holds_alternative<SqlNull>(*cell)) {
    if (due) Fail("is null");
    return 0;
  }
  Fail("is no number");
  return 0;
}

std::chrono::seconds CellReader::SecondsOr(bool due) {
  constexpr std::int64_t kMost = 7 * 86400;
  const auto count = IntOr(due);
  if (bad_ || (count >= 0 && count <= kMost)) return std::chrono::seconds(bad_ ? 0 : count);
  Fail("is no time");
  return std::chrono::seconds(0);
}

std::string_view CellReader::TextOr(bool due) {
  const auto* cell = Next();
  if (cell == nullptr) return {};
  if (const auto* text = std::get_if<std::string>(cell)) {
    if (!IsText(*text)) {
      Fail("is no text");
      return {};
    }
    std::string_view view = *text;
    while (!view.empty() && view.back() == ' ') view.remove_suffix(1);
    return view;
  }
  if (std::holds_alternative<SqlNull>(*cell)) {
    if (due) Fail("is null");
    return {};
  }
  Fail("is no text");
  return {};
}

std::optional<LocalTime> CellReader::Time() {
  const auto* cell = Next();
  if (cell == nullptr || std::holds_alternative<SqlNull>(*cell)) return std::nullopt;
  std::optional<LocalTime> time;
  if (const auto* whole = std::get_if<LocalTime>(cell)) time = *whole;
  if (const auto* text = std::get_if<std::string>(cell)) time = TimeOf(*text);
  if (!time || !time->day().ok()) {
    Fail("is no date");
    return std::nullopt;
  }
  return time;
}

LocalTime CellReader::DueTime() {
  const auto time = Time();
  if (!time && !bad_) Fail("is null");
  return time.value_or(LocalTime{});
}

// A cell's meaning, whatever it travelled as: the kinds are those of SqlValue's alternatives.
std::uint64_t HashOf(SqlRow row) {
  enum Kind : std::uint64_t { kNull, kInteger, kReal, kText, kTime };
  Hash64 hash;
  const auto add = [&](Kind kind, std::uint64_t value) {
    hash.Add(value);
    hash.Add(std::uint64_t{kind});
  };
  const auto add_time = [&](LocalTime time) {
    add(kTime, static_cast<std::uint64_t>(time.reading.time_since_epoch().count()));
  };
  for (const auto& cell : row) {
    if (const auto* text = std::get_if<std::string>(&cell)) {
      if (const auto time = TimeOf(*text)) {
        add_time(*time);
        continue;
      }
      std::string_view bare = *text;
      while (!bare.empty() && bare.back() == ' ') bare.remove_suffix(1);
      hash.Add(bare);
      hash.Add(std::uint64_t{kText});
    } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      add(kInteger, static_cast<std::uint64_t>(*number));
    } else if (const auto* time = std::get_if<LocalTime>(&cell)) {
      add_time(*time);
    } else if (const auto* real = std::get_if<double>(&cell)) {
      if (const auto whole = WholeOf(*real)) {
        add(kInteger, static_cast<std::uint64_t>(*whole));
      } else {
        add(kReal, std::bit_cast<std::uint64_t>(*real));
      }
    } else {
      hash.Add(std::uint64_t{kNull});
    }
  }
  return hash.value();
}

// ---- Rows ---------------------------------------------------------------------------------------

Decoded<Head> DecodeHead(SqlRow row, const Table& table) {
  CellReader in(row, table.columns);
  Head head;
  head.key = in.DueInt();
  head.record_status = in.DueInt();
  const auto created = in.Time();
  const auto updated = in.Time();
  head.changed = updated ? updated : created;
  return Finish(in, head);
}

Decoded<PatientRow> DecodePatient(SqlRow row) {
  CellReader in(row, kPatientColumns);
  PatientRow p;
  p.key = in.DueInt();
  in.Skip(3);
  p.status_code = in.Int();
  p.date_of_death = in.Time();
  p.title_code = in.Int();
  p.first_name = in.Text();
  p.middle_name = in.Text();
  p.surname = in.DueText();
  p.preferred_name = in.Text();
  p.address1 = in.Text();
  p.address2 = in.Text();
  p.city = in.Text();
  p.postcode = in.Text();
  p.postal_address = in.Text();
  p.postal_city = in.Text();
  p.postal_postcode = in.Text();
  p.date_of_birth = in.Time();
  p.sex_code = in.Int();
  p.ethnic_code = in.Int();
  p.home_phone = in.Text();
  p.work_phone = in.Text();
  p.mobile_phone = in.Text();
  p.medicare = in.Text();
  p.medicare_line = in.Text();
  p.medicare_expiry = in.Text();
  p.ihi = in.Text();
  p.dva_code = in.Int();
  p.dva = in.Text();
  p.user_id = in.Int();
  return Finish(in, p);
}

Decoded<AppointmentRow> DecodeAppointment(SqlRow row) {
  CellReader in(row, kAppointmentColumns);
  AppointmentRow a;
  a.key = in.DueInt();
  a.record_status = in.DueInt();
  in.Skip(2);
  a.patient = in.Int();
  a.user_id = in.Int();
  a.location_id = in.Int();
  const auto day = in.DueTime();
  a.start = LocalTime::At(day.day(), in.DueSeconds());
  a.length = in.Seconds();
  a.status_code = in.Int();
  a.type_code = in.Int();
  a.reason = in.Text();
  return Finish(in, a);
}

Decoded<VisitRow> DecodeVisit(SqlRow row) {
  CellReader in(row, kVisitColumns);
  VisitRow v;
  v.key = in.DueInt();
  in.Skip();
  v.created = in.Time();
  in.Skip();
  v.patient = in.DueInt();
  v.user_id = in.Int();
  v.visit_code = in.Int();
  v.day = in.DueTime();
  v.start = in.Seconds();
  v.end = in.Seconds();
  // INFERRED: the sheet names VISITS.LOCATION without a type, so a number and a name are both read.
  if (!in.bad() && row.size() > 10) {
    if (const auto* number = std::get_if<std::int64_t>(&row[10])) {
      v.location = std::to_string(*number);
      return v;
    }
  }
  v.location = in.Text();
  return Finish(in, v);
}

Decoded<CandidateRow> DecodeCandidate(SqlRow row) {
  CellReader in(row, kCandidateColumns);
  CandidateRow c;
  c.key = in.DueInt();
  c.created = in.Time();
  c.patient = in.DueInt();
  c.location_id = in.Int();
  c.visit = in.Int();
  const auto day = in.DueTime();
  c.start = LocalTime::At(day.day(), in.DueSeconds());
  c.type_code = in.Int();
  const auto arrival = in.Int();
  const auto consultation = in.Int();
  c.arrived = arrival > 0 || consultation > 0;
  return Finish(in, c);
}

Decoded<LocationRow> DecodeLocation(SqlRow row) {
  CellReader in(row, kLocationColumns);
  LocationRow l;
  l.key = in.DueInt();
  l.name = in.DueText();
  l.address1 = in.Text();
  l.address2 = in.Text();
  l.city = in.Text();
  l.postcode = in.Text();
  l.hpio = in.Text();
  l.phone = in.Text();
  l.fax = in.Text();
  l.email = in.Text();
  return Finish(in, l);
}

Decoded<UserRow> DecodeUser(SqlRow row) {
  CellReader in(row, kUserColumns);
  UserRow u;
  u.key = in.DueInt();
  u.status = in.Int();
  u.location_id = in.Int();
  u.title_code = in.Int();
  u.hpii = in.Text();
  u.surname = in.DueText();
  u.first_name = in.Text();
  u.registration = in.Text();
  u.prescriber = in.Text();
  u.provider = in.Text();
  u.email = in.Text();
  return Finish(in, u);
}

Decoded<ProviderLocationRow> DecodeProviderLocation(SqlRow row) {
  CellReader in(row, kProviderLocationColumns);
  ProviderLocationRow p;
  p.user_id = in.DueInt();
  p.location_id = in.DueInt();
  p.provider = in.Text();
  return Finish(in, p);
}

Decoded<AppointmentTypeRow> DecodeAppointmentType(SqlRow row) {
  CellReader in(row, kAppointmentTypeColumns);
  AppointmentTypeRow t;
  t.key = in.DueInt();
  t.length = in.Seconds();
  t.description = in.DueText();
  return Finish(in, t);
}

Decoded<HistoryRow> DecodeHistory(SqlRow row) {
  CellReader in(row, kHistoryColumns);
  HistoryRow h;
  h.key = in.DueInt();
  h.patient = in.DueInt();
  h.day = in.Int();
  h.month = in.Int();
  h.year = in.Int();
  h.condition = in.Text();
  h.status = in.Text();
  h.snomed = in.Text();
  return Finish(in, h);
}

// ---- Statements ---------------------------------------------------------------------------------

SqlStatement SelectLive(const Table& table, std::int64_t after, std::uint32_t rows) {
  auto text = Top(table, rows) + " WHERE " + std::string(table.key) + " > ?";
  if (!table.live.empty()) text += " AND " + std::string(table.live);
  return {.text = text + " ORDER BY " + std::string(table.key),
          .parameters = {after},
          .columns = table.columns};
}

SqlStatement SelectAll(const Table& table) {
  auto text = "SELECT " + Columns(table) + " FROM " + std::string(table.name);
  if (!table.live.empty()) text += " WHERE " + std::string(table.live);
  return {.text = text + " ORDER BY " + std::string(table.key), .columns = table.columns};
}

SqlStatement SelectChanged(const Table& table, std::int64_t after, LocalTime from,
                           std::uint32_t rows) {
  return {.text = Top(table, rows) + " WHERE " + std::string(table.key) +
                  " > ? AND COALESCE(UPDATED, CREATED) >= ? ORDER BY " + std::string(table.key),
          .parameters = {after, from},
          .columns = table.columns};
}

SqlStatement SelectVisits(std::int64_t after, std::int64_t last, LocalTime from,
                          std::uint32_t rows) {
  return {.text = Top(kVisits, rows) +
                  " WHERE VISITID > ? AND (VISITID > ? OR COALESCE(UPDATED, CREATED) >= ?)"
                  " ORDER BY VISITID",
          .parameters = {after, last, from},
          .columns = kVisitColumns};
}

SqlStatement SelectByKey(const Table& table, std::span<const std::int64_t> keys) {
  SqlStatement statement;
  statement.columns = table.columns;
  const auto list = In(keys, statement.parameters);
  statement.text = "SELECT " + Columns(table) + " FROM " + std::string(table.name) + " WHERE " +
                   std::string(table.key) + " IN " + list;
  if (!table.live.empty()) statement.text += " AND " + std::string(table.live);
  statement.text += " ORDER BY " + std::string(table.key);
  return statement;
}

SqlStatement SelectHistoryOf(std::span<const std::int64_t> patients) {
  SqlStatement statement;
  statement.columns = kHistoryColumns;
  const auto list = In(patients, statement.parameters);
  statement.text = "SELECT " + Columns(kHistory) + " FROM BPS_History WHERE INTERNALID IN " + list +
                   " ORDER BY RECORDID";
  return statement;
}

SqlStatement SelectTip(const Table& table) {
  return {.text = "SELECT MAX(COALESCE(UPDATED, CREATED)) AS CHANGED, MAX(" +
                  std::string(table.key) + ") AS HIGHEST FROM " + std::string(table.name),
          .columns = kTipColumns};
}

SqlStatement SelectCount(const Table& table) {
  auto text = "SELECT COUNT(*) AS TOTAL FROM " + std::string(table.name);
  if (!table.live.empty()) text += " WHERE " + std::string(table.live);
  return {.text = std::move(text), .columns = kCountColumns};
}

SqlStatement SelectEmailsOf(std::span<const std::int64_t> patients) {
  SqlStatement statement;
  statement.columns = kEmailColumns;
  const auto list = In(patients, statement.parameters);
  statement.text = "SELECT INTERNALID, EMAIL FROM EMAIL WHERE RECORDSTATUS = 1 AND INTERNALID IN " +
                   list + " ORDER BY INTERNALID, EMAILCODE, RECORDID";
  return statement;
}

SqlStatement SelectEmailsBetween(std::int64_t after, std::int64_t to) {
  return {.text =
              "SELECT INTERNALID, EMAIL FROM EMAIL WHERE RECORDSTATUS = 1 AND INTERNALID > ?"
              " AND INTERNALID <= ? ORDER BY INTERNALID, EMAILCODE, RECORDID",
          .parameters = {after, to},
          .columns = kEmailColumns};
}

SqlStatement SelectCandidates(std::span<const std::int64_t> patients, LocalTime day) {
  SqlStatement statement;
  statement.columns = kCandidateColumns;
  const auto list = In(patients, statement.parameters);
  statement.parameters.emplace_back(LocalTime::At(day.day(), std::chrono::seconds(0)));
  statement.text = "SELECT " + Columns(kCandidates) + " FROM APPOINTMENTS WHERE INTERNALID IN " +
                   list + " AND APPOINTMENTDATE <= ? AND RECORDSTATUS = 1 ORDER BY RECORDID";
  return statement;
}

// CAST, so that no list is cut to the width of the first one's text.
SqlStatement SelectCodes(std::span<const CodeSource> sources) {
  SqlStatement statement;
  statement.columns = kCodeColumns;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (i > 0) statement.text += " UNION ALL ";
    statement.text += "SELECT " + std::to_string(i) + " AS LIST, " + std::string(sources[i].code) +
                      " AS CODE, CAST(" + std::string(sources[i].text) +
                      " AS VARCHAR(250)) AS TEXT FROM " + std::string(sources[i].table);
  }
  return statement;
}

SqlStatement SelectPracticeName() {
  return {.text = "SELECT TOP (1) PRACTICENAME FROM PRACTICE", .columns = kPracticeColumns};
}

SqlStatement SelectClock() {
  return {.text = "SELECT GETUTCDATE() AS UTC, GETDATE() AS HERE", .columns = kClockColumns};
}

SqlStatement ProbeTables(std::span<const std::string_view> tables) {
  SqlStatement statement;
  statement.columns = kProbeColumns;
  for (const auto table : tables) {
    if (!statement.text.empty()) statement.text += " UNION ALL ";
    statement.text += "SELECT 1 AS ONE FROM " + std::string(table) + " WHERE 1 = 0";
  }
  return statement;
}

}  // namespace pons::best_practice
