// SPDX-License-Identifier: Apache-2.0
// A thin layer over sqlite3: one open database, statements kept prepared, errors in our words.
// Threads: one at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace pons::store {

class Db;

// One use of a prepared statement. Binds in order, then Step until false. Resets itself at the end.
// Bound text must live until the last Step.
class Use {
 public:
  explicit Use(Db& db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use();

  Use& Bind(std::int64_t value);
  Use& Bind(std::string_view text);
  Use& Blob(std::string_view bytes);
  Use& BindNull();
  Use& Bind(const std::optional<std::int64_t>& value) { return value ? Bind(*value) : BindNull(); }
  Use& BindTextOrNull(std::string_view text) { return text.empty() ? BindNull() : Bind(text); }

  // True: a row is there. False: done, or failed (see Db::failed).
  bool Step();
  // Runs to the end.
  void Run() {
    while (Step()) {
    }
  }

  std::int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::optional<std::int64_t> IntegerOrNull(int column) const;
  std::string_view Text(int column) const;  // valid until the next Step

 private:
  Db& db_;
  sqlite3_stmt* statement_;
  int next_ = 1;
};

class Db {
 public:
  enum class Mode { kWriter, kReader };
  static Result<std::unique_ptr<Db>> Open(const std::string& file, Mode mode);
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  // `sql` is a literal: its address is the key of the prepared statement.
  Use Prepared(const char* sql);
  // For texts made at run time (searches): kept by content.
  Use PreparedText(const std::string& sql);
  void Exec(const char* sql);

  // The first failure since ClearError. After one, statements do nothing.
  bool failed() const { return error_.has_value(); }
  const Error& error() const { return *error_; }
  void ClearError() { error_.reset(); }
  void Fail(Error error) {
    if (!error_) error_ = std::move(error);
  }
  void FailWithCode(int code);

  // Copies this database as it is now into `destination`, which is empty.
  // `progress`: see Store::CopyTo.
  Result<void> CopyInto(Db& destination, const std::function<bool(int, int)>& progress);

  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  std::int64_t last_insert_key() const { return sqlite3_last_insert_rowid(handle_); }
  std::int64_t changes() const { return sqlite3_changes(handle_); }

 private:
  explicit Db(sqlite3* handle) : handle_(handle) {}
  sqlite3_stmt* Prepare(std::string_view sql);

  sqlite3* handle_;
  std::unordered_map<const char*, sqlite3_stmt*> literals_;
  std::unordered_map<std::string, sqlite3_stmt*> texts_;
  std::optional<Error> error_;
};

// The first row that a bound statement answers, as `read` makes it of the columns.
template <typename Read>
auto FirstRow(Use& use, const Read& read) -> std::optional<decltype(read(use))> {
  if (!use.Step()) return std::nullopt;
  return read(use);
}
// All of them, in its order.
template <typename Read>
auto AllRows(Use& use, const Read& read) -> std::vector<decltype(read(use))> {
  std::vector<decltype(read(use))> rows;
  while (use.Step()) rows.push_back(read(use));
  return rows;
}

// SQLite's result code as what must happen next.
Error SqliteError(int code, std::string_view doing);

}  // namespace pons::store
