// SPDX-License-Identifier: Apache-2.0
// A practice's first reading: everybody and the whole diary of a made-up practice, from the
// sandbox's wire into an empty store, in mode "all". Beside it the same SELECTs read through ODBC
// and thrown away, from the same sandbox in the same run.
//
//   bench-first-sync [PATIENTS [APPOINTMENTS]]     100000 and 500000 unless given
#include <sql.h>
#include <sqlext.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "admin/command.h"
#include "bench/disk.h"
#include "crypto/crypto.h"
#include "rehearsal/temporary_folder.h"
#include "sandboxes/sandbox_process.h"
#include "server/runtime.h"
#include "vendors/best_practice/connector/best_practice_wire.h"

namespace pons {
namespace {

using best_practice::Table;
using std::chrono::steady_clock;

constexpr char kPassword[] = "first-sync-browser-password";
constexpr double kLeastShareOfOdbc = 0.25;
constexpr double kMostMib = 300;
// What the engine asks for at once in a sweep.
constexpr std::uint32_t kPageRows = sync::EngineOptions{}.sweep_page_size;

double SecondsSince(steady_clock::time_point begun) {
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

// ---- The same SELECTs, thrown away
// ---------------------------------------------------------------

class RawOdbc {
 public:
  ~RawOdbc() {
    if (statement_ != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, statement_);
    if (connection_ != nullptr) {
      SQLDisconnect(connection_);
      SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    }
    if (environment_ != nullptr) SQLFreeHandle(SQL_HANDLE_ENV, environment_);
  }

  bool Connect(const std::string& port) {
    std::string text =
        "Driver=FreeTDS;TDS_Version=7.4;ClientCharset=UTF-8;Server=127.0.0.1;Port=" + port +
        ";Database=BPSPatients;UID=bpsrawdata;PWD=" + kPassword;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_);
    SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3),
                  0);
    SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
    return SQL_SUCCEEDED(SQLDriverConnect(connection_, nullptr,
                                          reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS, nullptr,
                                          0, nullptr, SQL_DRIVER_NOPROMPT)) &&
           SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement_));
  }

  // All live rows of the table by pages, every column as text into one buffer. The rows read, or
  // -1.
  long ReadThrough(const Table& table) {
    SQLINTEGER after = 0;
    SQLLEN after_size = 0;
    long rows = 0;
    while (true) {
      auto text = best_practice::SelectLive(table, after, kPageRows).text;
      SQLBindParameter(statement_, 1, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_INTEGER, 10, 0, &after, 0,
                       &after_size);
      const auto code = SQLExecDirect(statement_, reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS);
      if (!SQL_SUCCEEDED(code)) return -1;
      const long page = Fetch(table.columns.size(), after);
      SQLFreeStmt(statement_, SQL_CLOSE);
      SQLFreeStmt(statement_, SQL_UNBIND);
      if (page < 0) return -1;
      rows += page;
      if (page < static_cast<long>(kPageRows)) return rows;
    }
  }

 private:
  static constexpr SQLULEN kRowsAtOnce = 500;
  static constexpr std::size_t kCell = 256;

  long Fetch(std::size_t columns, SQLINTEGER& last_key) {
    cells_.resize(columns);
    lengths_.resize(columns);
    SQLULEN fetched = 0;
    SQLSetStmtAttr(statement_, SQL_ATTR_ROW_ARRAY_SIZE, reinterpret_cast<SQLPOINTER>(kRowsAtOnce),
                   0);
    SQLSetStmtAttr(statement_, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0);
    keys_.resize(kRowsAtOnce);
    for (std::size_t i = 0; i < columns; ++i) {
      cells_[i].resize(kCell * kRowsAtOnce);
      lengths_[i].resize(kRowsAtOnce);
      const auto number = static_cast<SQLUSMALLINT>(i + 1);
      if (i == 0) {
        SQLBindCol(statement_, number, SQL_C_SLONG, keys_.data(), 0, lengths_[i].data());
      } else {
        SQLBindCol(statement_, number, SQL_C_CHAR, cells_[i].data(), kCell, lengths_[i].data());
      }
    }
    long rows = 0;
    while (true) {
      const auto code = SQLFetch(statement_);
      if (code == SQL_NO_DATA) return rows;
      if (!SQL_SUCCEEDED(code)) return -1;
      rows += static_cast<long>(fetched);
      if (fetched > 0) last_key = keys_[fetched - 1];
    }
  }

  SQLHANDLE environment_ = nullptr, connection_ = nullptr, statement_ = nullptr;
  std::vector<std::vector<char>> cells_;
  std::vector<std::vector<SQLLEN>> lengths_;
  std::vector<SQLINTEGER> keys_;
};

// ---- The first reading
// ---------------------------------------------------------------------------

double PeakMib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Result<json::Value> Order(server::Runtime& pons, std::string_view command, json::Object arguments) {
  return admin::RunAdminCommand(pons.admin(), command, json::Value(std::move(arguments)));
}

Result<void> Connect(server::Runtime& pons, const std::string& port) {
  PONS_ASSIGN(const auto organization, Order(pons, "org add", {{"name", "First Sync Clinic"}}));
  PONS_ASSIGN(const auto app, Order(pons, "app add", {{"name", "First sync app"}}));
  PONS_ASSIGN(const auto connection,
              Order(pons, "connection add",
                    {{"org", std::string(organization.Text("id"))},
                     {"vendor", "best_practice"},
                     {"name", "Practice"},
                     {"time_zone", "Australia/Sydney"},
                     {"set", json::Object{{"server", "127.0.0.1"}, {"port", port}}},
                     {"secret", json::Object{{"password", kPassword}}},
                     {"no_probe", true}}));
  PONS_ASSIGN(const auto grant, Order(pons, "grant add",
                                      {{"app", std::string(app.Text("client_id"))},
                                       {"connection", std::string(connection.Text("id"))},
                                       {"mode", "all"},
                                       {"all_locations_to", "clinic"}}));
  static_cast<void>(grant);
  return Ok();
}

struct Reading {
  std::uint64_t rows = 0;
  bool over = false;
};

Result<Reading> Look(server::Runtime& pons, store::Reader& reader) {
  Reading reading;
  PONS_ASSIGN(const auto snapshot, pons.book().Current());
  for (const auto& [key, connection] : snapshot->connections) {
    for (const auto& progress : pons.engine().progress(key)) reading.rows += progress.read;
    PONS_ASSIGN(const auto patients, reader.Stream(key, model::Stream::kPatients));
    PONS_ASSIGN(const auto appointments, reader.Stream(key, model::Stream::kAppointments));
    reading.over = patients.first_sweep_done && appointments.first_sweep_done;
  }
  for (const auto& [key, health] : pons.engine().health()) {
    if (!health.cause.empty()) return MakeError(Fault::kUnavailable, health.cause);
  }
  return reading;
}

Result<double> ReadEverything(const std::string& folder, const std::string& port,
                              std::uint64_t expected) {
  Registry registry;
  PONS_CHECK(RegisterAll(registry));
  const auto log = StderrLogger(LogLevel::kWarn);
  server::RuntimeOptions options;
  options.data_folder = folder;
  options.development = true;
  PONS_ASSIGN(const auto pons,
              server::Runtime::Start(options, registry, SystemClock(), SystemRandom(), *log));
  PONS_ASSIGN(const auto reader, pons->store().OpenReader());
  const auto begun = steady_clock::now();
  PONS_TRY(Connect(*pons, port));
  auto told = begun;
  while (true) {
    PONS_ASSIGN(const auto reading, Look(*pons, *reader));
    if (reading.over) return SecondsSince(begun);
    if (SecondsSince(begun) > 900)
      return MakeError(Fault::kUnavailable, "not over after 15 minutes");
    if (SecondsSince(told) >= 1) {
      told = steady_clock::now();
      const double rate = static_cast<double>(reading.rows) / SecondsSince(begun);
      const auto left = expected > reading.rows ? expected - reading.rows : 0;
      std::fprintf(stderr, "first-sync: %llu of %llu rows, %.0f rows/s, about %.0f s left\n",
                   static_cast<unsigned long long>(reading.rows),
                   static_cast<unsigned long long>(expected), rate,
                   rate > 0 ? static_cast<double>(left) / rate : 0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

int Run(long patients, long appointments) {
  std::fprintf(stderr, "first-sync: making up %ld patients and %ld appointments\n", patients,
               appointments);
  auto sandbox = sandboxes::SandboxProcess::Start(
      sandboxes::ProgramBesideThis("pons-sandbox"),
      {"best_practice", "--patients", std::to_string(patients), "--appointments",
       std::to_string(appointments), "--seed", "7", "--password", kPassword});
  if (!sandbox) {
    std::fprintf(stderr, "first-sync: %s\n", sandbox.error().summary.c_str());
    return 1;
  }
  const auto port = (*sandbox)->wire_port();

  long raw_rows = 0;
  const auto raw_begun = steady_clock::now();
  {
    RawOdbc odbc;
    if (!odbc.Connect(port)) {
      std::fprintf(stderr, "first-sync: ODBC does not connect\n");
      return 1;
    }
    for (const auto* table : {&best_practice::kPatients, &best_practice::kAppointments}) {
      const long rows = odbc.ReadThrough(*table);
      if (rows < 0) {
        std::fprintf(stderr, "first-sync: ODBC does not read %s\n",
                     std::string(table->name).c_str());
        return 1;
      }
      raw_rows += rows;
    }
  }
  const double raw_seconds = SecondsSince(raw_begun);
  std::fprintf(stderr, "first-sync: ODBC alone reads %ld rows in %.1f s\n", raw_rows, raw_seconds);

  rehearsal::TemporaryFolder folder;
  const auto made = folder.Make();
  const auto seconds =
      made ? ReadEverything(folder.path(), port, static_cast<std::uint64_t>(raw_rows))
           : Result<double>(made.error());
  if (!seconds) {
    std::fprintf(stderr, "first-sync: %s\n", seconds.error().summary.c_str());
    return 1;
  }
  const double rate = static_cast<double>(raw_rows) / *seconds;
  const double raw_rate = static_cast<double>(raw_rows) / raw_seconds;
  const double ratio = rate / raw_rate;
  const double peak = PeakMib();
  const double syncs = bench::SyncedWritesPerSecond(folder.path());
  std::printf(
      "{\"bench\":\"first-sync\",\"figures\":{\"rows\":%ld,\"rows_per_s\":%.0f,\"seconds\":%.1f,"
      "\"odbc_rows_per_s\":%.0f,\"ratio_to_odbc\":%.2f,\"peak_mib\":%.0f,"
      "\"disk_syncs_per_s\":%.0f},\"targets\":{\"ratio_to_odbc\":%.2f,\"peak_mib\":%.0f}}\n",
      raw_rows, rate, *seconds, raw_rate, ratio, peak, syncs, kLeastShareOfOdbc, kMostMib);
  return ratio >= kLeastShareOfOdbc && peak <= kMostMib ? 0 : 1;
}

}  // namespace
}  // namespace pons

int main(int argc, char** argv) {
  const long patients = argc > 1 ? std::atol(argv[1]) : 100'000;
  const long appointments = argc > 2 ? std::atol(argv[2]) : 500'000;
  if (patients < 1 || appointments < 0) {
    std::fprintf(stderr, "usage: bench-first-sync [PATIENTS [APPOINTMENTS]]\n");
    return 2;
  }
  pons::crypto::InitCrypto();
  return pons::Run(patients, appointments);
}
