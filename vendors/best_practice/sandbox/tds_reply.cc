// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/tds_reply.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "vendors/best_practice/sandbox/datetime.h"
#include "vendors/best_practice/sandbox/session_functions.h"
#include "vendors/best_practice/sandbox/tds_request.h"

namespace pons::best_practice::sandbox {
namespace {

// SQL_Latin1_General_CP1_CI_AS.
constexpr std::string_view kCollation("\x09\x04\xD0\x00\x34", 5);
constexpr std::int32_t kDaysFromYear1To1900 = 693595;
constexpr int kLongestShortText = 4000;

// One-byte length in characters, then UTF-16.
void PutShort(ByteBuffer& out, std::string_view text) {
  std::string wide = Utf8ToUtf16(text);
  if (wide.size() > 510) wide.resize(510);
  out.U8(static_cast<unsigned>(wide.size() / 2));
  out.Bytes(wide);
}

void PutLong(ByteBuffer& out, std::string_view text) {
  std::string wide = Utf8ToUtf16(text);
  if (wide.size() > 8000) wide.resize(8000);
  out.U16(static_cast<unsigned>(wide.size() / 2));
  out.Bytes(wide);
}

void PutLength(ByteBuffer& out, std::size_t at) {
  const std::size_t length = out.size() - at - 2;
  out.data()[at] = static_cast<char>(length & 0xFF);
  out.data()[at + 1] = static_cast<char>(length >> 8 & 0xFF);
}

void PutMessage(ByteBuffer& out, unsigned token, const SqlError& error) {
  out.U8(token);
  const std::size_t at = out.size();
  out.U16(0);
  out.U32(static_cast<std::uint32_t>(error.number));
  out.U8(1);
  out.U8(static_cast<unsigned>(error.severity));
  PutLong(out, error.message);
  PutShort(out, kServerName);
  PutShort(out, "");
  out.U32(1);
  PutLength(out, at);
}

void PutEnvironment(ByteBuffer& out, unsigned kind, std::string_view now, std::string_view before) {
  out.U8(0xE3);
  const std::size_t at = out.size();
  out.U16(0);
  out.U8(kind);
  PutShort(out, now);
  PutShort(out, before);
  PutLength(out, at);
}

int ShortTextSize(SqlType type) { return std::clamp(type.size, 1, kLongestShortText); }

bool IsLongText(SqlType type) {
  return type.kind == TypeKind::kText ||
         (type.kind == TypeKind::kVarchar && type.size > kLongestShortText);
}

void PutType(ByteBuffer& out, SqlType type) {
  switch (type.kind) {
    case TypeKind::kBit:
      out.U8(0x68);
      out.U8(1);
      return;
    case TypeKind::kInt:
    case TypeKind::kUnknown:
      out.U8(0x26);
      out.U8(4);
      return;
    case TypeKind::kBigInt:
      out.U8(0x26);
      out.U8(8);
      return;
    case TypeKind::kFloat:
      out.U8(0x6D);
      out.U8(8);
      return;
    case TypeKind::kDate:
      out.U8(0x28);
      return;
    case TypeKind::kDateTime:
      out.U8(0x6F);
      out.U8(8);
      return;
    case TypeKind::kDateTime2:
      out.U8(0x2A);
      out.U8(7);
      return;
    case TypeKind::kDateTimeOffset:
      out.U8(0x2B);
      out.U8(7);
      return;
    case TypeKind::kBinary:
      out.U8(0xA5);
      out.U16(0xFFFF);
      return;
    case TypeKind::kChar:
      out.U8(0xEF);
      out.U16(static_cast<unsigned>(ShortTextSize(type) * 2));
      out.Bytes(kCollation);
      return;
    case TypeKind::kVarchar:
    case TypeKind::kText:
      out.U8(0xE7);
      out.U16(IsLongText(type) ? 0xFFFF : static_cast<unsigned>(ShortTextSize(type) * 2));
      out.Bytes(kCollation);
      return;
  }
}

// UTF-8 to UTF-16 at `out`, at most `limit` units; gives the units written. `out` has room for
// 2 * limit bytes.
std::size_t Widen(const unsigned char* text, std::size_t size, char* out, std::size_t limit) {
  const std::size_t common = std::min(size, limit);
  std::size_t i = 0;
  while (i < common && text[i] < 0x80) {
    out[2 * i] = static_cast<char>(text[i]);
    out[2 * i + 1] = 0;
    ++i;
  }
  if (i == size || i == limit) return i;
  const std::string rest =
      Utf8ToUtf16(std::string_view(reinterpret_cast<const char*>(text) + i, size - i));
  std::size_t units = std::min(rest.size() / 2, limit - i);
  // A pair is not cut in two.
  if (units > 0 && units < rest.size() / 2 &&
      (static_cast<unsigned char>(rest[2 * units - 1]) & 0xFC) == 0xD8)
    --units;
  std::memcpy(out + 2 * i, rest.data(), units * 2);
  return i + units;
}

void PutText(ByteBuffer& out, SqlType type, const unsigned char* text, std::size_t size) {
  const auto limit = static_cast<std::size_t>(ShortTextSize(type));
  const bool padded = type.kind == TypeKind::kChar;
  const std::size_t room = padded ? limit : std::min(limit, size);
  char* at = out.Grow(2 + 2 * room);
  std::size_t units = Widen(text, size, at + 2, room);
  if (padded) {
    for (; units < limit; ++units) {
      at[2 + 2 * units] = ' ';
      at[3 + 2 * units] = 0;
    }
  }
  out.Shrink(2 * (room - units));
  at[0] = static_cast<char>(2 * units & 0xFF);
  at[1] = static_cast<char>(2 * units >> 8 & 0xFF);
}

void PutChunks(ByteBuffer& out, std::string_view bytes) {
  out.U64(bytes.size());
  if (!bytes.empty()) {
    out.U32(static_cast<std::uint32_t>(bytes.size()));
    out.Bytes(bytes);
  }
  out.U32(0);
}

void PutNull(ByteBuffer& out, SqlType type) {
  switch (type.kind) {
    case TypeKind::kChar:
      out.U16(0xFFFF);
      return;
    case TypeKind::kVarchar:
    case TypeKind::kText:
      if (IsLongText(type))
        out.U64(~std::uint64_t{0});
      else
        out.U16(0xFFFF);
      return;
    case TypeKind::kBinary:
      out.U64(~std::uint64_t{0});
      return;
    case TypeKind::kUnknown:
    case TypeKind::kBit:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kDateTime:
    case TypeKind::kDateTime2:
    case TypeKind::kDateTimeOffset:
      out.U8(0);
      return;
  }
}

void PutLittle(char* at, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) at[i] = static_cast<char>(value >> (8 * i) & 0xFF);
}

// Minutes east of UTC of a text that ends in "+11:00".
int ZoneOf(std::string_view text) {
  if (text.size() < 6) return 0;
  const std::string_view zone = text.substr(text.size() - 6);
  if ((zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return 0;
  const int minutes =
      ((zone[1] - '0') * 10 + zone[2] - '0') * 60 + (zone[4] - '0') * 10 + zone[5] - '0';
  return zone[0] == '-' ? -minutes : minutes;
}

bool PutDate(ByteBuffer& out, SqlType type, std::string_view text) {
  auto value = ParseDateTime(text);
  if (!value) return false;
  char* at = nullptr;
  switch (type.kind) {
    case TypeKind::kDate:
      at = out.Grow(4);
      at[0] = 3;
      PutLittle(at + 1, static_cast<std::uint64_t>(value->days + kDaysFromYear1To1900), 3);
      return true;
    case TypeKind::kDateTime2:
      at = out.Grow(9);
      at[0] = 8;
      PutLittle(at + 1, static_cast<std::uint64_t>(value->ticks), 5);
      PutLittle(at + 6, static_cast<std::uint64_t>(value->days + kDaysFromYear1To1900), 3);
      return true;
    case TypeKind::kDateTimeOffset: {
      const int zone = ZoneOf(text);
      if (auto utc = DateAdd("minute", -zone, *value)) value = utc;
      at = out.Grow(11);
      at[0] = 10;
      PutLittle(at + 1, static_cast<std::uint64_t>(value->ticks), 5);
      PutLittle(at + 6, static_cast<std::uint64_t>(value->days + kDaysFromYear1To1900), 3);
      PutLittle(at + 9, static_cast<std::uint16_t>(zone), 2);
      return true;
    }
    default:
      break;
  }
  if (value->days < -53690) return false;  // DATETIME begins in 1753
  std::int64_t thirds = (value->ticks * 300 + 5'000'000) / 10'000'000;
  std::int32_t days = value->days;
  if (thirds >= 86'400 * 300) {
    thirds -= 86'400 * 300;
    ++days;
  }
  at = out.Grow(9);
  at[0] = 8;
  PutLittle(at + 1, static_cast<std::uint32_t>(days), 4);
  PutLittle(at + 5, static_cast<std::uint64_t>(thirds), 4);
  return true;
}

bool PutCell(ByteBuffer& out, SqlType type, sqlite3_stmt* row, int column) {
  if (sqlite3_column_type(row, column) == SQLITE_NULL) {
    PutNull(out, type);
    return true;
  }
  char* at = nullptr;
  switch (type.kind) {
    case TypeKind::kBit:
      at = out.Grow(2);
      at[0] = 1;
      at[1] = sqlite3_column_int(row, column) != 0 ? 1 : 0;
      return true;
    case TypeKind::kInt:
    case TypeKind::kUnknown: {
      const sqlite3_int64 value = sqlite3_column_int64(row, column);
      if (value > INT32_MAX || value < INT32_MIN) return false;
      at = out.Grow(5);
      at[0] = 4;
      PutLittle(at + 1, static_cast<std::uint64_t>(value), 4);
      return true;
    }
    case TypeKind::kBigInt:
      at = out.Grow(9);
      at[0] = 8;
      PutLittle(at + 1, static_cast<std::uint64_t>(sqlite3_column_int64(row, column)), 8);
      return true;
    case TypeKind::kFloat:
      at = out.Grow(9);
      at[0] = 8;
      PutLittle(at + 1, std::bit_cast<std::uint64_t>(sqlite3_column_double(row, column)), 8);
      return true;
    default:
      break;
  }
  if (type.kind == TypeKind::kBinary) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(row, column));
    PutChunks(out,
              std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(row, column))));
    return true;
  }
  const unsigned char* text = sqlite3_column_text(row, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
  if (type.IsDate())
    return PutDate(out, type, std::string_view(reinterpret_cast<const char*>(text), size));
  if (IsLongText(type)) {
    PutChunks(out, Utf8ToUtf16(std::string_view(reinterpret_cast<const char*>(text), size)));
  } else {
    PutText(out, type, text, size);
  }
  return true;
}

}  // namespace

void ByteBuffer::Reserve(std::size_t size) {
  const std::size_t capacity = std::max<std::size_t>({size, capacity_ * 2, 1024});
  auto grown = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(grown.get(), data_.get(), std::min(size_, capacity_));
  data_ = std::move(grown);
  capacity_ = capacity;
}

void ByteBuffer::Bytes(std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(Grow(bytes.size()), bytes.data(), bytes.size());
}
void ByteBuffer::U16(unsigned value) { PutLittle(Grow(2), value, 2); }
void ByteBuffer::U32(std::uint32_t value) { PutLittle(Grow(4), value, 4); }
void ByteBuffer::U64(std::uint64_t value) { PutLittle(Grow(8), value, 8); }

void PutDone(ByteBuffer& out, DoneToken token, unsigned status, std::int64_t rows) {
  out.U8(static_cast<unsigned>(token));
  out.U16(status);
  out.U16(0xC1);
  out.U64(static_cast<std::uint64_t>(rows));
}

void PutError(ByteBuffer& out, const SqlError& error) { PutMessage(out, 0xAA, error); }

void PutInfo(ByteBuffer& out, int number, std::string_view message) {
  PutMessage(out, 0xAB, {number, 10, std::string(message)});
}

void PutReturnStatus(ByteBuffer& out, std::int32_t value) {
  out.U8(0x79);
  out.U32(static_cast<std::uint32_t>(value));
}

void PutReturnValue(ByteBuffer& out, unsigned ordinal, std::string_view name, SqlType type,
                    const SqlValue& value) {
  const bool number = type.IsNumber() || type.kind == TypeKind::kUnknown;
  const SqlType sent = number ? SqlType{TypeKind::kInt, 0} : VarcharOf(4000);
  out.U8(0xAC);
  out.U16(ordinal);
  PutShort(out, name);
  out.U8(1);
  out.U32(0);
  out.U16(0);
  PutType(out, sent);
  if (IsNull(value)) return PutNull(out, sent);
  if (number) {
    out.U8(4);
    out.U32(static_cast<std::uint32_t>(AsInteger(value)));
  } else {
    const std::string text = AsText(value);
    PutText(out, sent, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
}

void PutLoginAnswer(ByteBuffer& out, std::uint32_t version, std::uint32_t packet_size) {
  PutEnvironment(out, 1, "BPSPatients", "master");
  PutInfo(out, 5701, "Changed database context to 'BPSPatients'.");
  out.U8(0xE3);
  out.U16(8);
  out.U8(7);
  out.U8(5);
  out.Bytes(kCollation);
  out.U8(0);
  PutEnvironment(out, 2, "us_english", "");
  PutInfo(out, 5703, "Changed language setting to us_english.");
  out.U8(0xAD);
  const std::size_t at = out.size();
  out.U16(0);
  out.U8(1);
  for (int shift : {24, 16, 8, 0}) out.U8(version >> shift & 0xFF);
  PutShort(out, "Microsoft SQL Server");
  out.Bytes(std::string_view("\x0F\x00\x07\xD0", 4));
  PutLength(out, at);
  PutEnvironment(out, 4, std::to_string(packet_size), "4096");
  PutDone(out, DoneToken::kDone, 0, 0);
}

void PutTransaction(ByteBuffer& out, unsigned kind, std::uint64_t descriptor) {
  out.U8(0xE3);
  out.U16(11);
  out.U8(kind);
  if (kind == 8) {
    out.U8(8);
    out.U64(descriptor);
    out.U8(0);
  } else {
    out.U8(0);
    out.U8(8);
    out.U64(descriptor);
  }
}

void PutPrelogin(ByteBuffer& out, unsigned encryption) {
  // Five options of five bytes and the end mark, then their values; offsets are big-endian.
  struct Option {
    unsigned id;
    std::string_view value;
  };
  const char encrypt = static_cast<char>(encryption);
  const Option options[] = {{0, std::string_view("\x0F\x00\x07\xD0\x00\x00", 6)},
                            {1, std::string_view(&encrypt, 1)},
                            {2, std::string_view("\x00", 1)},
                            {3, std::string_view()},
                            {4, std::string_view("\x00", 1)}};
  std::size_t offset = std::size(options) * 5 + 1;
  for (const Option& option : options) {
    out.U8(option.id);
    out.U8(static_cast<unsigned>(offset >> 8));
    out.U8(static_cast<unsigned>(offset & 0xFF));
    out.U8(0);
    out.U8(static_cast<unsigned>(option.value.size()));
    offset += option.value.size();
  }
  out.U8(0xFF);
  for (const Option& option : options) out.Bytes(option.value);
}

void PutColumns(ByteBuffer& out, const std::vector<Column>& columns) {
  out.U8(0x81);
  out.U16(static_cast<unsigned>(columns.size()));
  for (const Column& column : columns) {
    out.U32(0);
    out.U16(0x0009);  // nullable, may be updatable
    PutType(out, column.type);
    PutShort(out, column.name);
  }
}

bool PutRow(ByteBuffer& out, const std::vector<Column>& columns, sqlite3_stmt* row) {
  const std::size_t start = out.size();
  out.U8(0xD1);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!PutCell(out, columns[i].type, row, static_cast<int>(i))) {
      out.Shrink(out.size() - start);
      return false;
    }
  }
  return true;
}

}  // namespace pons::best_practice::sandbox
