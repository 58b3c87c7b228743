// SPDX-License-Identifier: Apache-2.0
// The exchanges of ../wire: every request there is one that the connector makes, letter by letter,
// and every response is read. With PONS_WRITE_REQUESTS set the requests are written instead.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "base/text.h"
#include "vendors/best_practice/connector/best_practice_procedures.h"
#include "vendors/best_practice/connector/best_practice_wire.h"

namespace pons::best_practice {
namespace {

using net::SqlNull;
using net::SqlRow;
using net::SqlStatement;
using net::SqlValue;
namespace fs = std::filesystem;

const fs::path kFolder = fs::path(PONS_SOURCE_DIR) / "vendors/best_practice/wire";

LocalTime At(int y, unsigned m, unsigned d, int second_of_day = 0) {
  using namespace std::chrono;
  return LocalTime::At(Date(year(y), month(m), day(d)), seconds(second_of_day));
}

std::string Stamp(LocalTime time) {
  const auto rest = (time.reading - std::chrono::floor<std::chrono::days>(time.reading)).count();
  char text[16];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d", static_cast<int>(rest / 3600),
                static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
  return FormatDate(time.day()) + text;
}

std::string Written(const SqlStatement& statement) {
  std::string out = statement.text + "\n";
  for (const auto& parameter : statement.parameters) {
    if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
      out += "-- ? integer " + std::to_string(*number) + "\n";
    } else if (const auto* time = std::get_if<LocalTime>(&parameter)) {
      out += "-- ? datetime " + Stamp(*time) + "\n";
    } else if (const auto* text = std::get_if<std::string>(&parameter)) {
      out += "-- ? text " + *text + "\n";
    } else {
      out += "-- ? null\n";
    }
  }
  return out;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Response {
  std::vector<std::string> columns;
  std::vector<std::vector<SqlValue>> rows;
};

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && quoted) {
      cells.back() += line.substr(i++, 2);
    } else if (!quoted && line.compare(i, 3, " | ") == 0) {
      cells.emplace_back();
      i += 2;
    } else {
      quoted = quoted != (line[i] == '"');
      cells.back() += line[i];
    }
  }
  return cells;
}

SqlValue Value(const std::string& cell, std::string_view type) {
  if (cell == "NULL") return SqlNull{};
  if (type == "integer") return std::int64_t{std::stoll(cell)};
  if (type == "datetime") {
    const auto instant = ParseInstant(cell + "Z");
    EXPECT_TRUE(instant) << cell;
    return LocalTime{std::chrono::time_point<std::chrono::system_clock, seconds>(
        std::chrono::floor<seconds>(instant->time_since_epoch()))};
  }
  std::string text;
  for (std::size_t i = 1; i + 1 < cell.size(); ++i) {
    if (cell[i] == '\\') ++i;
    text += cell[i];
  }
  return text;
}

Response ReadResponse(const fs::path& path) {
  Response response;
  std::vector<std::string> types;
  std::istringstream in(ReadFile(path));
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    const auto cells = Cells(line);
    if (types.empty()) {
      for (const auto& cell : cells) {
        const auto blank = cell.find(' ');
        response.columns.push_back(cell.substr(0, blank));
        types.push_back(cell.substr(blank + 1));
      }
      continue;
    }
    EXPECT_EQ(cells.size(), types.size()) << path << ": " << line;
    auto& row = response.rows.emplace_back();
    for (std::size_t i = 0; i < cells.size() && i < types.size(); ++i) {
      row.push_back(Value(cells[i], types[i]));
    }
  }
  return response;
}

struct Exchange {
  std::string name;
  SqlStatement statement;
  std::vector<std::string_view> columns;
  // Empty: the row is readable.
  std::function<std::string(SqlRow)> read;
};

template <typename Row>
std::function<std::string(SqlRow)> With(Decoded<Row> (*decode)(SqlRow)) {
  return [decode](SqlRow row) -> std::string {
    const auto decoded = decode(row);
    const auto* bad = std::get_if<BadCell>(&decoded);
    return bad == nullptr ? "" : std::string(bad->field) + " " + std::string(bad->reason);
  };
}

std::function<std::string(SqlRow)> CodeAndText() {
  return [](SqlRow row) -> std::string {
    constexpr std::string_view kNames[] = {"code", "text"};
    CellReader in(row, kNames);
    in.DueInt();
    in.DueText();
    return in.bad() ? std::string(in.bad()->field) : "";
  };
}

std::vector<std::string_view> ColumnsOf(const Table& table) {
  return {table.columns.begin(), table.columns.end()};
}

// The RETURN value of a call.
std::string Result(SqlRow row) {
  constexpr std::string_view kNames[] = {"RESULT"};
  CellReader in(row, kNames);
  in.Int();
  return in.bad() ? "no number" : "";
}

PatientForm NewPatient() {
  PatientForm form;
  form.title_code = 3;
  form.first_name = "ADA";
  form.surname = "SAMPLE";
  form.address1 = "1 Wharf St";
  form.city = "SYDNEY";
  form.postcode = "2000";
  form.date_of_birth = At(1980, 2, 29).day();
  form.sex_code = 1;
  form.mobile_phone = "0400 000 000";
  form.external_id = "ABCDEFGHJK";
  form.email = "ada@example.invalid";
  return form;
}

std::vector<Exchange> WritingExchanges() {
  const auto day = At(2026, 5, 5).day();
  const auto start = At(2026, 5, 5, 29700);
  NewAppointment appointment;
  appointment.start = start;
  appointment.length = seconds(900);
  appointment.type = 1;
  appointment.user = 7;
  appointment.patient = 41;
  appointment.location = 1;
  appointment.reason = "Skin check (ref ABCDEFGHJK)";
  Call arrive("BP_ArriveAppointment");
  arrive.With("aptid", std::int64_t{500});
  return {
      {"20-add-patient", AddPatient(NewPatient()).ForResult(), {"RESULT"}, Result},
      {"21-update-patient", UpdatePatient(44, NewPatient()).ForResult(), {"RESULT"}, Result},
      {"22-like-patients",
       SelectLikePatients(day, "SAMPLE", "ADA", "39501234"),
       {"INTERNALID"},
       nullptr},
      {"23-free-times",
       FreeAppointments(7, day).ForRows({}),
       {"AppointmentTime", "AppointmentLength"},
       nullptr},
      {"24-is-booked", IsAppointmentBooked(7, start).ForResult(), {"RESULT"}, Result},
      {"25-add-appointment", AddAppointment(appointment).ForResult(), {"RESULT"}, Result},
      {"26-diary",
       SelectDiary(7, day),
       {"RECORDID", "RECORDSTATUS", "INTERNALID", "USERID", "LOCATIONID", "APPOINTMENTDATE",
        "APPOINTMENTTIME", "APPOINTMENTLENGTH", "APPOINTMENTCODE", "CREATED", "REASON"},
       With(DecodeDiary)},
      {"27-move-appointment",
       MoveAppointment(500, At(2026, 5, 5, 36000), 7, 1).ForResult(),
       {"RESULT"},
       Result},
      {"28-cancel-appointment", CancelAppointment(500, 3).ForResult(), {"RESULT"}, Result},
      {"29-arrive", arrive.ForResult(), {"RESULT"}, Result},
  };
}

std::vector<Exchange> ReadingExchanges() {
  static const std::vector<std::int64_t> patients = {41, 42, 43};
  static constexpr CodeSource kCodeSources[] = {
      {"SEX", "SEXCODE", "SEX"},
      {"APPOINTMENTCODES", "APPOINTMENTCODE", "DESCRIPTION"},
  };
  static constexpr std::string_view kProbed[] = {"PATIENTS", "VISITS"};
  const auto newest = At(2026, 5, 4, 34200 - 120);
  return {
      {"01-clock",
       SelectClock(),
       {"UTC", "HERE"},
       [](SqlRow row) -> std::string {
         constexpr std::string_view kNames[] = {"UTC", "HERE"};
         CellReader in(row, kNames);
         in.DueTime();
         in.DueTime();
         return in.bad() ? "no time" : "";
       }},
      {"02-practice",
       SelectPracticeName(),
       {"PRACTICENAME"},
       [](SqlRow row) -> std::string {
         constexpr std::string_view kNames[] = {"PRACTICENAME"};
         return CellReader(row, kNames).DueText().empty() ? "no name" : "";
       }},
      {"03-code-tables",
       SelectCodes(kCodeSources),
       {"LIST", "CODE", "TEXT"},
       [](SqlRow row) -> std::string {
         constexpr std::string_view kNames[] = {"LIST", "CODE", "TEXT"};
         CellReader in(row, kNames);
         const auto list = in.DueInt();
         in.DueInt();
         in.DueText();
         return in.bad() || list > 1 ? "no entry" : "";
       }},
      {"05-locations", SelectLive(kLocations, 0, 500), ColumnsOf(kLocations), With(DecodeLocation)},
      {"06-users", SelectLive(kUsers, 0, 500), ColumnsOf(kUsers), With(DecodeUser)},
      {"07-provider-numbers", SelectAll(kProviderLocations), ColumnsOf(kProviderLocations),
       With(DecodeProviderLocation)},
      {"08-appointment-types", SelectLive(kAppointmentTypes, 0, 500), ColumnsOf(kAppointmentTypes),
       With(DecodeAppointmentType)},
      {"09-newest-patient", SelectTip(kPatients), {"CHANGED", "HIGHEST"}, nullptr},
      {"10-patients-from-the-start", SelectLive(kPatients, 0, 500), ColumnsOf(kPatients),
       With(DecodePatient)},
      {"11-emails", SelectEmailsOf(patients), {"INTERNALID", "EMAIL"}, CodeAndText()},
      {"12-patients-changed", SelectChanged(kPatients, 0, newest, 500), ColumnsOf(kPatients),
       With(DecodePatient)},
      {"13-appointments-changed", SelectChanged(kAppointments, 0, newest, 500),
       ColumnsOf(kAppointments), With(DecodeAppointment)},
      {"14-visits", SelectVisits(0, 900, newest, 500), ColumnsOf(kVisits), With(DecodeVisit)},
      {"15-appointments-of-a-visit",
       SelectCandidates(patients, At(2026, 5, 4)),
       {"RECORDID", "CREATED", "INTERNALID", "LOCATIONID", "VISITID", "APPOINTMENTDATE",
        "APPOINTMENTTIME", "APPOINTMENTTYPE", "ARRIVALTIME", "CONSULTATIONTIME"},
       With(DecodeCandidate)},
      {"16-history", SelectHistoryOf(patients), ColumnsOf(kHistory), With(DecodeHistory)},
      {"17-missing-right", ProbeTables(kProbed), {}, nullptr},
  };
}

std::vector<Exchange> Exchanges() {
  auto all = ReadingExchanges();
  for (auto& one : WritingExchanges()) all.push_back(std::move(one));
  return all;
}

TEST(BestPracticeExchanges, EveryRequestIsMade) {
  for (const auto& one : Exchanges()) {
    const auto path = kFolder / (one.name + ".request");
    if (std::getenv("PONS_WRITE_REQUESTS") != nullptr) {
      std::ofstream(path) << Written(one.statement);
      continue;
    }
    EXPECT_EQ(ReadFile(path), Written(one.statement)) << one.name;
  }
}

TEST(BestPracticeExchanges, EveryResponseIsRead) {
  for (const auto& one : Exchanges()) {
    if (one.columns.empty()) continue;  // an error; sql_odbc_test.cc reads those
    const auto response = ReadResponse(kFolder / (one.name + ".response"));
    EXPECT_EQ(response.columns, std::vector<std::string>(one.columns.begin(), one.columns.end()))
        << one.name;
    EXPECT_FALSE(response.rows.empty()) << one.name;
    for (const auto& row : response.rows) {
      if (!one.read) continue;
      EXPECT_EQ(one.read(row), "") << one.name;
    }
  }
}

TEST(BestPracticeExchanges, NoExampleIsForgotten) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const auto extension = entry.path().extension();
    if (extension == ".request" || extension == ".response") ++files;
  }
  EXPECT_EQ(files, 2 * Exchanges().size());
}

}  // namespace
}  // namespace pons::best_practice
