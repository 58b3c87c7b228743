// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/database.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace pons::best_practice::sandbox {
namespace {

Error SqliteError(sqlite3* handle, std::string_view doing) {
  return MakeError(
      Fault::kInternal,
      std::string(doing) + ": " + (handle != nullptr ? sqlite3_errmsg(handle) : "no memory"));
}

constexpr std::string_view kFolderPrefix = "pons-sandbox-";

// Held as long as the folder is in use; -1 where somebody else holds it.
int LockFolder(const std::filesystem::path& folder) {
  const int file = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  if (file >= 0) ::close(file);
  return -1;
}

// Folders that sandboxes left behind when they were killed. One without its lock file is just being
// made by somebody else.
void RemoveLeftFolders(const std::filesystem::path& base) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(base, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kFolderPrefix) || !std::filesystem::exists(entry.path() / "lock", error))
      continue;
    const int lock = LockFolder(entry.path());
    if (lock < 0) continue;
    std::filesystem::remove_all(entry.path(), error);
    ::close(lock);
  }
}

// A folder that only this user can read; in memory where asked for and the machine has such a
// place.
Result<std::string> MakeTemporaryFolder(bool in_memory, int& lock) {
  std::error_code ignored;
  std::string base = std::filesystem::temp_directory_path(ignored).string();
  if (base.empty()) base = "/tmp";
  if (in_memory && ::access("/dev/shm", W_OK) == 0) base = "/dev/shm";
  RemoveLeftFolders(base);
  // A sweep of another sandbox may take the folder before it is locked; then there is a next one.
  for (int tries = 0; tries < 5; ++tries) {
    std::string name = base + "/" + std::string(kFolderPrefix) + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) break;
    lock = LockFolder(name);
    if (lock >= 0) return name;
  }
  return MakeError(Fault::kMisconfigured,
                   "cannot make a folder under " + base + "; give --database a file of your own");
}

}  // namespace

Connection::~Connection() {
  for (const Kept& kept : kept_) sqlite3_finalize(kept.statement);
  sqlite3_close_v2(handle_);
}

sqlite3_stmt* Connection::Prepare(std::string_view sql, std::string& error) {
  if (const auto found = index_.find(sql); found != index_.end()) {
    kept_.splice(kept_.begin(), kept_, found->second);
    sqlite3_reset(found->second->statement);
    sqlite3_clear_bindings(found->second->statement);
    return found->second->statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int status = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (status != SQLITE_OK || statement == nullptr) {
    error = sqlite3_errmsg(handle_);
    return nullptr;
  }
  if (kept_.size() >= kKeptStatements) {
    index_.erase(kept_.back().sql);
    sqlite3_finalize(kept_.back().statement);
    kept_.pop_back();
  }
  kept_.push_front({std::string(sql), statement});
  index_.emplace(kept_.front().sql, kept_.begin());
  return statement;
}

Result<void> Connection::Run(const char* sql) {
  char* text = nullptr;
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, &text) != SQLITE_OK) {
    const std::string message = text == nullptr ? "failed" : text;
    sqlite3_free(text);
    return MakeError(Fault::kInternal, "sandbox database: " + message);
  }
  return Ok();
}

Result<std::unique_ptr<Database>> Database::Open(const Options& options,
                                                 const sandboxkit::SandboxClock& clock) {
  PONS_ASSIGN(PracticeZone zone, PracticeZone::Named(options.zone));
  auto database = std::unique_ptr<Database>(new Database(clock, std::move(zone)));
  if (options.file.empty() || options.file == ":memory:") {
    PONS_ASSIGN(database->temporary_folder_,
                MakeTemporaryFolder(options.file == ":memory:", database->folder_lock_));
    database->path_ = database->temporary_folder_ + "/bp.db";
  } else {
    database->path_ = options.file;
  }
  PONS_ASSIGN(database->writer_, database->OpenConnection(true));
  return database;
}

Database::~Database() {
  writer_.reset();
  std::error_code ignored;
  if (!temporary_folder_.empty()) std::filesystem::remove_all(temporary_folder_, ignored);
  if (folder_lock_ >= 0) ::close(folder_lock_);
}

Result<std::unique_ptr<Connection>> Database::OpenReader() { return OpenConnection(false); }

Result<std::unique_ptr<Connection>> Database::OpenConnection(bool writer) {
  sqlite3* handle = nullptr;
  const int flags = (writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr) != SQLITE_OK) {
    Error error = SqliteError(handle, "cannot open " + path_);
    sqlite3_close_v2(handle);
    return error;
  }
  auto connection = std::unique_ptr<Connection>(new Connection(*this, handle));
  connection->session = &own_session_;
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 10'000);
  // "name" is a column or an error, never silently a text.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  RegisterFunctions(*connection);
  // The data are made up and can be made again: no syncs. Readers keep small caches, as there may
  // be a hundred of them, and read the file through the page cache.
  PONS_TRY(connection->Run(writer ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
                                    "PRAGMA cache_size=-32768; PRAGMA mmap_size=1073741824;"
                                  : "PRAGMA query_only=1; PRAGMA wal_autocheckpoint=0;"
                                    "PRAGMA cache_size=-512; PRAGMA mmap_size=1073741824;"));
  return connection;
}

Database::Lease Database::BorrowWriter(SessionState* session, milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_for(lock, patience, [this] { return !lent_; })) return Lease();
  lent_ = true;
  writer_->session = session != nullptr ? session : &own_session_;
  writer_->statement_now_ms = clock_.Now().time_since_epoch().count();
  return Lease(this);
}

void Database::Lease::Reset() {
  if (database_ == nullptr) return;
  {
    const std::lock_guard lock(database_->mutex_);
    database_->lent_ = false;
    database_->writer_->session = &database_->own_session_;
  }
  database_->returned_.notify_one();
  database_ = nullptr;
}

DateTime Database::LocalAt(Instant instant) const {
  const std::int64_t millis = ToMillis(instant);
  const std::int64_t within = ((millis % 1000) + 1000) % 1000;
  const auto local = zone_.ToLocal(FromMillis(millis - within)).reading.time_since_epoch();
  return DateTime::FromUnixMillis(std::chrono::duration_cast<milliseconds>(local).count() + within);
}

}  // namespace pons::best_practice::sandbox
