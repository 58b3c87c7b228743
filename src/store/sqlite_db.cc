// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_db.h"

namespace pons::store {
namespace {

constexpr int kPagesAtATime = 512;

}  // namespace

Error SqliteError(int code, std::string_view doing) {
  std::string what = std::string(doing) + ": ";
  switch (code & 0xff) {
    case SQLITE_FULL:
      return MakeError(Fault::kUnavailable,
                       what + "the disk is full; free some space, Pons goes on by itself");
    case SQLITE_IOERR:
      return MakeError(Fault::kUnavailable,
                       what + "the disk answered with an error (" + std::to_string(code) +
                           "); check the disk and its mount, Pons goes on by itself");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return MakeError(Fault::kMisconfigured,
                       what + "the data folder cannot be written; check its owner and rights");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MakeError(Fault::kUnavailable, what + "the database is in use by another program");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return MakeError(Fault::kInternal,
                       what + "the database file is damaged; restore the last backup");
    default:
      return MakeError(Fault::kInternal, what + sqlite3_errstr(code) + std::string(" (") +
                                             std::to_string(code) + ")");
  }
}

Use::~Use() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

Use& Use::Bind(std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Use& Use::Bind(std::string_view text) {
  if (statement_ != nullptr) {
    sqlite3_bind_text64(statement_, next_++, text.data() ? text.data() : "", text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}

Use& Use::Blob(std::string_view bytes) {
  if (statement_ != nullptr) {
    sqlite3_bind_blob64(statement_, next_++, bytes.data() ? bytes.data() : "", bytes.size(),
                        SQLITE_STATIC);
  }
  return *this;
}

Use& Use::BindNull() {
  if (statement_ != nullptr) sqlite3_bind_null(statement_, next_++);
  return *this;
}

bool Use::Step() {
  if (statement_ == nullptr || db_.failed()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE)
    db_.FailWithCode(sqlite3_extended_errcode(sqlite3_db_handle(statement_)));
  return false;
}

std::optional<std::int64_t> Use::IntegerOrNull(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Integer(column);
}

std::string_view Use::Text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
}

Result<std::unique_ptr<Db>> Db::Open(const std::string& file, Mode mode) {
  // SQLite's count of its own memory takes a lock at every allocation and nobody reads it. Only the
  // first call, before anything is opened, has an effect.
  static const int counted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(counted);
  sqlite3* handle = nullptr;
  const int flags =
      mode == Mode::kWriter ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    sqlite3_close(handle);
    return SqliteError(code, "open " + file);
  }
  sqlite3_busy_timeout(handle, 5000);
  return std::unique_ptr<Db>(new Db(handle));
}

Db::~Db() {
  for (const auto& [sql, statement] : literals_) sqlite3_finalize(statement);
  for (const auto& [sql, statement] : texts_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

sqlite3_stmt* Db::Prepare(std::string_view sql) {
  if (failed()) return nullptr;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    Fail(SqliteError(code, std::string("prepare: ") + sqlite3_errmsg(handle_)));
    return nullptr;
  }
  return statement;
}

Use Db::Prepared(const char* sql) {
  auto& statement = literals_[sql];
  if (statement == nullptr) statement = Prepare(sql);
  return Use(*this, failed() ? nullptr : statement);
}

Use Db::PreparedText(const std::string& sql) {
  // Searches come in a few dozen shapes; the bound is for somebody who sends thousands.
  if (texts_.size() > 200 && !texts_.contains(sql)) {
    for (const auto& [text, statement] : texts_) sqlite3_finalize(statement);
    texts_.clear();
  }
  auto& statement = texts_[sql];
  if (statement == nullptr) statement = Prepare(sql);
  return Use(*this, failed() ? nullptr : statement);
}

void Db::Exec(const char* sql) {
  if (failed()) return;
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) FailWithCode(sqlite3_extended_errcode(handle_));
}

Result<void> Db::CopyInto(Db& destination, const std::function<bool(int, int)>& progress) {
  // One open read from the first page to the last: the copy is of one moment, and writers neither
  // wait for it nor make it start again.
  Exec("BEGIN");
  Exec("SELECT COUNT(*) FROM sqlite_master");
  if (failed()) return error();
  sqlite3_backup* copy = sqlite3_backup_init(destination.handle_, "main", handle_, "main");
  if (copy == nullptr) {
    Exec("COMMIT");
    return SqliteError(sqlite3_extended_errcode(destination.handle_), "copy the store");
  }
  int code = SQLITE_OK;
  bool go_on = true;
  while (go_on && (code = sqlite3_backup_step(copy, kPagesAtATime)) == SQLITE_OK) {
    const int all = sqlite3_backup_pagecount(copy);
    if (progress) go_on = progress(all - sqlite3_backup_remaining(copy), all);
  }
  const int all = sqlite3_backup_pagecount(copy);
  sqlite3_backup_finish(copy);
  Exec("COMMIT");
  if (!go_on) return MakeError(Fault::kCancelled, "copy the store: stopped");
  if (code != SQLITE_DONE) return SqliteError(code, "copy the store");
  if (progress) progress(all, all);
  return Ok();
}

void Db::FailWithCode(int code) { Fail(SqliteError(code, "store")); }

}  // namespace pons::store
