// SPDX-License-Identifier: Apache-2.0
// Halo's result pages (base64 of a JSON array of objects, halo-connect sheet §5.2) as rows of
// cells. A cell lands in its own column or nowhere: whatever leaves that open is an error.
//
//   integer -> int64 (or double where it does not fit), other numbers -> double, true/false -> 1/0,
//   text as it is, null and what is missing -> SqlNull
//
// Threads: one at a time. Errors: kProtocol; Effect is the caller's to judge.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "net/sql.h"

namespace pons::halo_connect {

class RowReader {
 public:
  // `columns` empty: those of the first row, in its order. The sinks outlive the reader.
  RowReader(std::span<const std::string_view> columns, const net::SqlColumnsSink& columns_sink,
            const net::SqlRowSink& row_sink);

  // `data` as it stands in a result: text, or null or absent for no rows. `count`: how many rows
  // are promised. False: the sink has had enough.
  Result<bool> Read(const json::Value* data, std::optional<std::int64_t> count);
  // After the last page.
  void Finish() { TellColumns(); }
  std::uint64_t rows() const { return rows_; }  // handed out so far

 private:
  Result<void> Fill(const json::Object& row);
  std::optional<std::size_t> Place(std::size_t member, std::string_view name);
  void TellColumns();

  std::vector<std::string> names_;
  const bool fixed_;  // the names were given
  const net::SqlColumnsSink& columns_sink_;
  const net::SqlRowSink& row_sink_;
  bool told_ = false;
  std::uint64_t rows_ = 0;
  // Where the n-th member of the row before went, by its name: rows look alike.
  std::vector<std::pair<std::string, std::optional<std::size_t>>> places_;
  std::vector<net::SqlValue> cells_;
  std::vector<bool> filled_;
};

}  // namespace pons::halo_connect
