// SPDX-License-Identifier: Apache-2.0
// What the server says back: TDS tokens into a growing buffer, and rows straight from SQLite's
// columns. Everything textual goes out as NCHAR or NVARCHAR, so that any script survives.
// Pure apart from the statement it reads; one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vendors/best_practice/sandbox/sql_types.h"

namespace pons::best_practice::sandbox {

// Bytes that grow without being cleared first: rows are written once, at full speed.
class ByteBuffer {
 public:
  char* Grow(std::size_t size) {
    if (size_ + size > capacity_) Reserve(size_ + size);
    char* at = data_.get() + size_;
    size_ += size;
    return at;
  }
  void Shrink(std::size_t size) { size_ -= size; }
  void Clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  const char* data() const { return data_.get(); }
  char* data() { return data_.get(); }
  std::string_view view() const { return {data_.get(), size_}; }

  void Bytes(std::string_view bytes);
  void U8(unsigned value) { *Grow(1) = static_cast<char>(value); }
  void U16(unsigned value);
  void U32(std::uint32_t value);
  void U64(std::uint64_t value);

 private:
  void Reserve(std::size_t size);
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

enum class DoneToken : std::uint8_t { kDone = 0xFD, kDoneProc = 0xFE, kDoneInProc = 0xFF };

inline constexpr unsigned kDoneMore = 0x01, kDoneError = 0x02, kDoneCount = 0x10,
                          kDoneAttention = 0x20;

void PutDone(ByteBuffer& out, DoneToken token, unsigned status, std::int64_t rows);
void PutError(ByteBuffer& out, const SqlError& error);
void PutInfo(ByteBuffer& out, int number, std::string_view message);
void PutReturnStatus(ByteBuffer& out, std::int32_t value);
void PutReturnValue(ByteBuffer& out, unsigned ordinal, std::string_view name, SqlType type,
                    const SqlValue& value);
// The tokens after a login that was let in.
void PutLoginAnswer(ByteBuffer& out, std::uint32_t version, std::uint32_t packet_size);
void PutTransaction(ByteBuffer& out, unsigned kind, std::uint64_t descriptor);  // 8, 9 or 10
// Reply to a prelogin: a payload, not a token stream.
void PutPrelogin(ByteBuffer& out, unsigned encryption);

void PutColumns(ByteBuffer& out, const std::vector<Column>& columns);
// One ROW of the statement's current row. False where a value cannot be what its column says;
// nothing is left in `out` then.
bool PutRow(ByteBuffer& out, const std::vector<Column>& columns, sqlite3_stmt* row);

}  // namespace pons::best_practice::sandbox
