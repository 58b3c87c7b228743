// SPDX-License-Identifier: Apache-2.0
// The ODBC calls themselves: connect, execute with bound parameters, fetch in row arrays.
// Blocking; knows nothing of threads or deadlines beyond what the driver offers in whole seconds.
// Threads: one at a time. Errors: as OdbcFault says.
#pragma once

#include <sql.h>
#include <sqlext.h>

#include <functional>
#include <memory>
#include <vector>

#include "net/sql.h"
#include "net/sql_odbc_fault.h"

namespace pons::net {

class OdbcSession {
 public:
  // Told the columns once, then batches of rows. False: enough. `row(0)` is ready without reading
  // from the network; so are the others, which come from the same fetch.
  struct Reader {
    std::function<bool(std::span<const SqlColumn>)> columns;
    std::function<bool(std::size_t rows, const std::function<SqlRow(std::size_t)>& row)> batch;
  };

  explicit OdbcSession(OdbcSettings settings) : settings_(std::move(settings)) {}
  ~OdbcSession() { Disconnect(); }
  OdbcSession(const OdbcSession&) = delete;
  OdbcSession& operator=(const OdbcSession&) = delete;

  bool connected() const { return connected_; }
  Result<void> Connect(std::chrono::milliseconds timeout);
  void Disconnect();

  // Statements go as sp_executesql with bound parameters: one round trip, the server keeps the plan
  // by text, and no server-side handle can be left behind by a cut connection.
  Result<void> Execute(const SqlStatement& statement, const Reader& reader);

 private:
  enum class Kind : std::uint8_t { kInteger, kReal, kTime, kText, kLongText };
  struct Column {
    std::string name;
    Kind kind = Kind::kText;
    std::size_t cell_bytes = 0;
    std::vector<char> cells;
    std::vector<SQLLEN> indicators;
  };

  static Kind KindOf(SQLSMALLINT type, SQLULEN size);
  Result<void> Describe();
  void Bind();
  Result<void> FetchAll(const Reader& reader);
  Result<void> DrainResults();
  Result<void> ReadLong(Column& column, std::size_t index);
  Result<void> BuildRow(std::size_t row);
  Error Failure(SQLSMALLINT kind, SQLHANDLE handle, OdbcStep step);
  std::vector<OdbcDiagnostic> Diagnostics(SQLSMALLINT kind, SQLHANDLE handle) const;
  void CloseStatement();

  OdbcSettings settings_;
  SQLHANDLE environment_ = nullptr;
  SQLHANDLE connection_ = nullptr;
  SQLHANDLE statement_ = nullptr;
  bool connected_ = false;
  std::string sign_;  // of the statement that runs

  std::vector<Column> columns_;
  std::vector<SqlValue> row_;  // reused from row to row, so that text keeps its buffers
  std::size_t rows_per_fetch_ = 1;
  SQLULEN fetched_ = 0;
  bool has_long_ = false;
};

}  // namespace pons::net
