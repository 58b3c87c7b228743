// SPDX-License-Identifier: Apache-2.0
// From an app's request to its answer "confirmed": bookings and new patients through the public API
// of a running `pons serve`, into the sandbox practice, each read back there before it is answered.
// Beside it the same batch as bare procedure calls over ODBC: added, and read back by number.
//
//   bench-write-latency [WRITES [CLIENTS]]     500 of each kind, by 4 clients, unless given
#include <sql.h>
#include <sqlext.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "bench/disk.h"
#include "crypto/crypto.h"
#include "rehearsal/main_job.h"
#include "rehearsal/world.h"

namespace pons {
namespace {

using rehearsal::Listed;
using rehearsal::Percentile;
using rehearsal::World;
using std::chrono::steady_clock;

constexpr double kMostP50 = 1000;
constexpr double kMostP99 = 3000;

double MillisSince(steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count();
}

struct FreeTime {
  Listed practitioner;
  std::string start;  // "2026-03-10T09:15:00"
};

// From tomorrow on, practitioner by practitioner, until there are enough.
Result<std::vector<FreeTime>> FindFreeTimes(World& world, std::size_t wanted) {
  std::vector<FreeTime> out;
  for (int day = 1; day < 120 && out.size() < wanted; ++day) {
    const auto date = rehearsal::DayAfter(world.today(), day);
    for (const auto& practitioner : world.practitioners()) {
      const auto times = world.FreeTimes(practitioner, date);
      if (!times) continue;  // away that day
      // Every other: a type may take longer than the diary's own slot.
      for (std::size_t i = 0; i < times->size(); i += 2) out.push_back({practitioner, (*times)[i]});
    }
  }
  if (out.size() >= wanted) return out;
  return MakeError(Fault::kNotFound, "the sandbox's diary has too few free times");
}

json::Value NewPerson(const char* series, int number) {
  char birth[16];
  std::snprintf(birth, sizeof birth, "%04d-%02d-%02d", 1930 + number % 90, 1 + number % 12,
                1 + number % 28);
  // Names in letters, all different.
  std::string family = "Bench";
  for (int n = number + 1; n > 0; n /= 26) family += static_cast<char>('a' + n % 26);
  return json::Object{
      {"resourceType", "Patient"},
      {"name",
       json::Array{json::Object{{"family", family + series}, {"given", json::Array{"Probe"}}}}},
      {"gender", "female"},
      {"birthDate", birth},
  };
}

// Sends `count` writes by `clients` at once, and notes what each took.
struct Batch {
  std::vector<double> millis;
  int confirmed = 0;
  std::string first_problem;
  double seconds = 0;
};

Batch Send(World& world, int count, int clients, const std::string& type,
           const std::function<json::Value(int)>& body) {
  Batch batch;
  std::mutex mutex;
  std::atomic<int> next{0};
  const auto begun = steady_clock::now();
  std::vector<std::thread> threads;
  for (int c = 0; c < clients; ++c) {
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) {
        const auto sent = steady_clock::now();
        const auto answer =
            world.api().SendJson("POST", "/fhir/R4/" + type, body(i),
                                 {.key = "bench-" + type + std::to_string(i), .prefer = "wait=30"});
        const double took = MillisSince(sent);
        const std::lock_guard lock(mutex);
        batch.millis.push_back(took);
        if (answer && answer->status == 201) {
          ++batch.confirmed;
        } else if (batch.first_problem.empty()) {
          batch.first_problem = answer ? std::to_string(answer->status) + " " + answer->reason()
                                       : answer.error().summary;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  batch.seconds = MillisSince(begun) / 1000;
  return batch;
}

// ---- the same, bare -----------------------------------------------------------------------------

class RawCalls {
 public:
  ~RawCalls() {
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
        ";Database=BPSPatients;UID=bpsrawdata;PWD=" + rehearsal::kPracticePassword;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_);
    SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3),
                  0);
    SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
    return SQL_SUCCEEDED(SQLDriverConnect(connection_, nullptr,
                                          reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS, nullptr,
                                          0, nullptr, SQL_DRIVER_NOPROMPT)) &&
           SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement_));
  }

  // The first cell of the first row; 0 where there is none.
  long Number(std::string sql) {
    SQLINTEGER number = 0;
    SQLLEN length = 0;
    auto code = SQLExecDirect(statement_, reinterpret_cast<SQLCHAR*>(sql.data()), SQL_NTS);
    SQLSMALLINT columns = 0;
    while (SQL_SUCCEEDED(code)) {
      SQLNumResultCols(statement_, &columns);
      if (columns > 0) break;
      code = SQLMoreResults(statement_);
    }
    if (SQL_SUCCEEDED(code) && SQL_SUCCEEDED(SQLFetch(statement_))) {
      SQLGetData(statement_, 1, SQL_C_SLONG, &number, sizeof number, &length);
    }
    SQLFreeStmt(statement_, SQL_CLOSE);
    return length == SQL_NULL_DATA ? 0 : number;
  }

 private:
  SQLHANDLE environment_ = nullptr, connection_ = nullptr, statement_ = nullptr;
};

std::string Compact(const std::string& date) {
  return date.substr(0, 4) + date.substr(5, 2) + date.substr(8, 2);
}

Batch RawBookings(RawCalls& raw, const World& world, const std::vector<FreeTime>& times,
                  std::size_t first, int count) {
  Batch batch;
  const auto begun = steady_clock::now();
  for (int i = 0; i < count; ++i) {
    const auto& time = times[first + static_cast<std::size_t>(i)];
    const int seconds = std::atoi(time.start.substr(11, 2).c_str()) * 3600 +
                        std::atoi(time.start.substr(14, 2).c_str()) * 60;
    const auto sent = steady_clock::now();
    const long id =
        raw.Number("DECLARE @id INT; EXEC @id = BP_AddAppointmentEx @aptdate = '" +
                   Compact(time.start.substr(0, 10)) + "', @apttime = " + std::to_string(seconds) +
                   ", @appointmenttype = " + world.services().front().vendor_id +
                   ", @aptlen = 900, @practitionerid = " + time.practitioner.vendor_id +
                   ", @patientid = 7, @reason = 'Skin check'; SELECT @id");
    const long there =
        raw.Number("SELECT RECORDID FROM APPOINTMENTS WHERE RECORDID = " + std::to_string(id));
    batch.millis.push_back(MillisSince(sent));
    batch.confirmed += id > 0 && there == id ? 1 : 0;
  }
  batch.seconds = MillisSince(begun) / 1000;
  return batch;
}

Batch RawPatients(RawCalls& raw, int count) {
  Batch batch;
  const auto begun = steady_clock::now();
  for (int i = 0; i < count; ++i) {
    const auto person = NewPerson("raw", i);
    const std::string family((*person.Find("name")->array())[0].Text("family"));
    std::string sql =
        "DECLARE @id INT; EXEC @id = BP_AddPatient @titlecode = 0, @firstname = 'Probe', "
        "@middlename = '', @surname = '" +
        family + "', @preferredname = ''";
    for (const char* name : {"address1", "address2", "city", "postcode", "postaladdress",
                             "postalcity", "postalpostcode"}) {
      (sql += ", @") += std::string(name) + " = ''";
    }
    sql += ", @dob = '" + Compact(std::string(person.Text("birthDate"))) + "', @sexcode = 1";
    for (const char* name : {"homephone", "workphone", "mobilephone", "medicareno",
                             "medicarelineno", "medicareexpiry"}) {
      (sql += ", @") += std::string(name) + " = ''";
    }
    sql +=
        ", @pensioncode = 0, @pensionno = '', @pensionexpiry = NULL, @dvacode = 0, @dvano = '', "
        "@recordno = '', @externalid = '', @email = ''; SELECT @id";
    const auto sent = steady_clock::now();
    const long id = raw.Number(sql);
    const long there =
        raw.Number("SELECT INTERNALID FROM PATIENTS WHERE INTERNALID = " + std::to_string(id));
    batch.millis.push_back(MillisSince(sent));
    batch.confirmed += id > 0 && there == id ? 1 : 0;
  }
  batch.seconds = MillisSince(begun) / 1000;
  return batch;
}

// ---- all of it ----------------------------------------------------------------------------------

void Print(const char* name, const Batch& batch, const char* end) {
  std::printf("\"%s\":{\"confirmed\":%d,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"seconds\":%.1f}%s", name,
              batch.confirmed, Percentile(batch.millis, 0.5), Percentile(batch.millis, 0.99),
              batch.seconds, end);
}

void Complain(const char* what, const Batch& batch, int wanted) {
  if (batch.confirmed == wanted) return;
  std::fprintf(stderr, "write-latency: %s: %d of %d confirmed; first: %s\n", what, batch.confirmed,
               wanted, batch.first_problem.c_str());
}

int Run(int writes, int clients) {
  const auto log = StderrLogger(LogLevel::kWarn);
  rehearsal::WorldOptions options;
  options.vendor = "best_practice";
  options.patients = 200;
  options.appointments = 200;
  options.shares_all = true;
  options.webhook = false;
  auto world = World::Start(options, *log);
  if (!world) {
    std::fprintf(stderr, "write-latency: %s\n", world.error().summary.c_str());
    return 1;
  }
  World& w = **world;
  auto patient = w.FindPatient("7");
  World::Eventually([&] { return (patient = w.FindPatient("7")) && !patient->is_null(); });
  const auto count = static_cast<std::size_t>(writes);
  const auto times = FindFreeTimes(w, count * 2);
  if (!patient || patient->is_null() || !times) {
    std::fprintf(stderr, "write-latency: %s\n",
                 times ? "patient 7 cannot be read" : times.error().summary.c_str());
    return 1;
  }
  const std::string patient_id(patient->Text("id"));
  std::fprintf(stderr, "write-latency: %d bookings, then %d patients, by %d clients\n", writes,
               writes, clients);
  const auto bookings = Send(w, writes, clients, "Appointment", [&](int i) {
    const auto& time = (*times)[static_cast<std::size_t>(i)];
    return w.Booking(patient_id, time.practitioner, time.start);
  });
  const auto patients = Send(w, writes, clients, "Patient", [](int i) { return NewPerson("", i); });
  Complain("bookings", bookings, writes);
  Complain("patients", patients, writes);
  RawCalls raw;
  if (!raw.Connect(w.sandbox().wire_port())) {
    std::fprintf(stderr, "write-latency: no ODBC connection to the sandbox\n");
    return 1;
  }
  const auto raw_bookings = RawBookings(raw, w, *times, count, writes);
  const auto raw_patients = RawPatients(raw, writes);
  Complain("raw bookings", raw_bookings, writes);
  Complain("raw patients", raw_patients, writes);

  std::vector<double> all = bookings.millis;
  all.insert(all.end(), patients.millis.begin(), patients.millis.end());
  const double p50 = Percentile(all, 0.5);
  const double p99 = Percentile(all, 0.99);
  const bool ok = bookings.confirmed == writes && patients.confirmed == writes &&
                  raw_bookings.confirmed == writes && raw_patients.confirmed == writes;
  std::printf("{\"bench\":\"write-latency\",\"figures\":{\"ok\":%s,\"clients\":%d,",
              ok ? "true" : "false", clients);
  std::printf("\"p50_ms\":%.1f,\"p99_ms\":%.1f,", p50, p99);
  Print("bookings", bookings, ",");
  Print("patients", patients, ",");
  Print("raw_bookings", raw_bookings, ",");
  Print("raw_patients", raw_patients, ",");
  std::printf("\"disk_syncs_per_s\":%.0f},\"targets\":{\"p50_ms\":%.0f,\"p99_ms\":%.0f}}\n",
              bench::SyncedWritesPerSecond(std::filesystem::temp_directory_path().string()),
              kMostP50, kMostP99);
  return ok && p50 <= kMostP50 && p99 <= kMostP99 ? 0 : 1;
}

}  // namespace
}  // namespace pons

int main(int argc, char** argv) {
  const int writes = argc > 1 ? std::atoi(argv[1]) : 500;
  const int clients = argc > 2 ? std::atoi(argv[2]) : 4;
  if (writes < 1 || clients < 1) {
    std::fprintf(stderr, "usage: bench-write-latency [WRITES [CLIENTS]]\n");
    return 2;
  }
  pons::crypto::InitCrypto();
  return pons::Run(writes, clients);
}
