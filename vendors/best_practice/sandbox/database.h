// SPDX-License-Identifier: Apache-2.0
// The SQLite file behind the sandbox: in WAL, so that a hundred polls read while one clinic edit
// writes. Exactly one connection writes and checkpoints; it is lent to one thread at a time.
// Readers have connections of their own and cannot write.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sandboxkit/sandbox_clock.h"
#include "vendors/best_practice/sandbox/catalog.h"
#include "vendors/best_practice/sandbox/datetime.h"
#include "vendors/best_practice/sandbox/sql_types.h"

namespace pons::best_practice::sandbox {

// What one login may do. Names are upper case.
struct Rights {
  std::set<std::string> denied;  // tables, views and procedures
  bool write_tables = false;     // INSERT, UPDATE, DELETE by hand; Bp's integrators may not
};

// What the server's own functions (SUSER_SNAME, GETDATE, @@ROWCOUNT …) answer for one session.
struct SessionState {
  std::string user = "sa";
  std::string host;
  std::string app;
  Rights rights;
  int spid = 50;
  std::int64_t row_count = 0;
  std::int64_t last_error = 0;
  std::int64_t identity = 0;
  int transactions = 0;
};

class Database;

// One SQLite connection with the T-SQL functions. Threads: one at a time.
class Connection {
 public:
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() const { return handle_; }
  Database& database() const { return database_; }
  // Whose functions answer; set before each use of a connection that is lent around.
  SessionState* session = nullptr;
  // The moment that GETDATE and its kin give during the statement under way.
  std::int64_t statement_now_ms = 0;

  // A statement ready to be bound and stepped, kept for the next time. Null with `error` set where
  // SQLite refuses. To be given back with Release, or dropped by its reset.
  sqlite3_stmt* Prepare(std::string_view sql, std::string& error);
  // Runs statements that give nothing back. Error: kInternal with SQLite's text.
  Result<void> Run(const char* sql);

 private:
  friend class Database;
  Connection(Database& database, sqlite3* handle) : database_(database), handle_(handle) {}

  struct Kept {
    std::string sql;
    sqlite3_stmt* statement;
  };
  static constexpr std::size_t kKeptStatements = 32;

  Database& database_;
  sqlite3* handle_;
  std::list<Kept> kept_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> index_;
};

class Database {
 public:
  struct Options {
    std::string file;  // empty: a temporary file, gone at the end; ":memory:": one in memory
    std::string zone = "Australia/Sydney";
  };
  static Result<std::unique_ptr<Database>> Open(const Options& options,
                                                const sandboxkit::SandboxClock& clock);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<std::unique_ptr<Connection>> OpenReader();

  // The writing connection, lent until the lease is gone. Waits for at most `patience`; empty then.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept {
      Reset();
      database_ = std::exchange(other.database_, nullptr);
      return *this;
    }
    ~Lease() { Reset(); }
    explicit operator bool() const { return database_ != nullptr; }
    Connection& operator*() const { return *database_->writer_; }
    Connection* operator->() const { return database_->writer_.get(); }
    void Reset();

   private:
    friend class Database;
    explicit Lease(Database* database) : database_(database) {}
    Database* database_ = nullptr;
  };
  Lease BorrowWriter(SessionState* session, milliseconds patience = milliseconds(30'000));

  const Catalog& catalog() const { return catalog_; }
  Catalog& mutable_catalog() { return catalog_; }
  const sandboxkit::SandboxClock& clock() const { return clock_; }
  const PracticeZone& zone() const { return zone_; }
  const std::string& path() const { return path_; }

  // The practice's wall clock, as GETDATE sees it.
  DateTime LocalNow() const { return LocalAt(clock_.Now()); }
  DateTime LocalAt(Instant instant) const;

 private:
  Database(const sandboxkit::SandboxClock& clock, PracticeZone zone)
      : clock_(clock), zone_(std::move(zone)) {}
  Result<std::unique_ptr<Connection>> OpenConnection(bool writer);

  const sandboxkit::SandboxClock& clock_;
  PracticeZone zone_;
  Catalog catalog_;
  std::string path_;
  std::string temporary_folder_;
  int folder_lock_ = -1;  // tells other sandboxes that the folder is in use
  std::unique_ptr<Connection> writer_;

  std::mutex mutex_;
  std::condition_variable returned_;
  bool lent_ = false;
  SessionState own_session_;
};

// Adds the T-SQL functions and the collation TSQL_CI to a connection.
void RegisterFunctions(Connection& connection);

}  // namespace pons::best_practice::sandbox
