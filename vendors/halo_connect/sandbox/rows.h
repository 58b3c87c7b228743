// SPDX-License-Identifier: Apache-2.0
// Rows as Halo gives them: a JSON array of objects keyed by column name (halo-connect sheet §5.2).
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vendors/best_practice/sandbox/engine.h"

namespace pons::halo_connect::sandbox {

namespace bp = best_practice::sandbox;

// What becomes of columns that share a name. INFERRED: drivers differ, so both are to be had.
enum class SharedNames : std::uint8_t {
  kLast,   // the last one's value alone is left
  kArray,  // an array of them all
};

struct Rows {
  bool any = false;                 // there was a result set
  std::string json = "[]";          // of the first result set
  std::vector<std::size_t> starts;  // where each row begins in `json`
};

// Keeps the first result set, as a reader that never asks for the next one. INFERRED: Halo gives
// one array of rows a query, and nothing tells of a second (halo-connect sheet §5.2).
class RowSink final : public bp::ResultSink {
 public:
  // `first_cell`: keeps the first column of the first row alone.
  RowSink(SharedNames shared, bool first_cell) : shared_(shared), first_cell_(first_cell) {}

  void Columns(const std::vector<bp::Column>& columns) override;
  bool Row(sqlite3_stmt* statement) override;
  void Done(std::int64_t rows, bool counted) override;
  void Failed(const bp::SqlError& error) override;

  const std::optional<bp::SqlError>& error() const { return error_; }
  Rows TakeRows();

 private:
  bool PutMember(std::size_t group, sqlite3_stmt* statement);

  const SharedNames shared_;
  const bool first_cell_;
  std::vector<bp::Column> columns_;
  std::vector<std::vector<int>> groups_;  // columns by name, in the order of first appearance
  bool open_ = false;
  Rows rows_;
  std::optional<bp::SqlError> error_;
};

// One value as a cell's JSON; nullopt where it cannot be what its type says.
std::optional<std::string> CellJson(bp::SqlType type, const bp::SqlValue& value);
// A value as the text of an output parameter.
std::string ParameterText(bp::SqlType type, const bp::SqlValue& value);

}  // namespace pons::halo_connect::sandbox
