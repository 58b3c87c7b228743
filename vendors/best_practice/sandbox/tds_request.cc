// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/tds_request.h"

#include <bit>
#include <cstring>

#include "base/text.h"
#include "vendors/best_practice/sandbox/datetime.h"

namespace pons::best_practice::sandbox {
namespace {

// Reads little-endian values; once past the end it stays failed and gives zeros.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return at_ >= bytes_.size(); }
  std::uint8_t Peek() const { return done() ? 0 : static_cast<std::uint8_t>(bytes_[at_]); }

  std::uint64_t Number(std::size_t width) {
    const std::string_view part = Take(width);
    std::uint64_t value = 0;
    for (std::size_t i = part.size(); i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(part[i]);
    }
    return value;
  }
  std::uint8_t U8() { return static_cast<std::uint8_t>(Number(1)); }
  std::uint16_t U16() { return static_cast<std::uint16_t>(Number(2)); }
  std::uint32_t U32() { return static_cast<std::uint32_t>(Number(4)); }

  std::string_view Take(std::size_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    const std::string_view part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }
  void Fail() { ok_ = false; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

bool SkipHeaders(Reader& reader) {
  const std::uint32_t total = reader.U32();
  if (!reader.ok() || total < 4) return false;
  reader.Take(total - 4);
  return reader.ok();
}

void AppendUtf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::int64_t Signed(std::uint64_t value, std::size_t width) {
  if (width >= 8) return static_cast<std::int64_t>(value);
  if (width == 1) return static_cast<std::int64_t>(value);  // TINYINT has no sign
  const std::uint64_t sign = std::uint64_t{1} << (width * 8 - 1);
  return static_cast<std::int64_t>((value ^ sign)) - static_cast<std::int64_t>(sign);
}

SqlValue FloatOf(Reader& reader, std::size_t width) {
  if (width == 4) return static_cast<double>(std::bit_cast<float>(reader.U32()));
  return std::bit_cast<double>(reader.Number(8));
}

SqlValue DateTimeOf(Reader& reader, std::size_t width) {
  DateTime value;
  if (width == 4) {
    value.days = reader.U16();
    value.ticks = std::int64_t{reader.U16()} * 600'000'000;
  } else {
    value.days = static_cast<std::int32_t>(reader.U32());
    value.ticks = (std::int64_t{reader.U32()} * 10'000'000 + 150) / 300;
  }
  const bool sane =
      value.days >= -53690 && value.days <= 2958463 && value.ticks < DateTime::kTicksPerDay;
  if (!sane) {
    reader.Fail();
    return {};
  }
  return FormatDateTime(value);
}

constexpr std::int32_t kDaysFromYear1To1900 = 693595;

std::int64_t TimeTicks(Reader& reader, std::size_t width, int scale) {
  // More than a day holds is refused below; cut here so that scaling it cannot overflow.
  auto ticks = static_cast<std::int64_t>(
      std::min<std::uint64_t>(reader.Number(width), DateTime::kTicksPerDay));
  for (int i = scale; i < 7; ++i) ticks *= 10;
  if (ticks < 0 || ticks >= DateTime::kTicksPerDay) reader.Fail();
  return ticks;
}

SqlValue DateTime2Of(Reader& reader, std::size_t length, int scale, bool zone) {
  const std::size_t tail = zone ? 5 : 3;
  if (length <= tail || scale > 7) {
    reader.Fail();
    return {};
  }
  DateTime value;
  value.ticks = TimeTicks(reader, length - tail, scale);
  value.days = static_cast<std::int32_t>(reader.Number(3)) - kDaysFromYear1To1900;
  if (zone) {
    // On the wire the moment is UTC; what is compared is the local reading.
    const auto minutes = static_cast<std::int16_t>(reader.U16());
    if (minutes < -840 || minutes > 840) reader.Fail();
    if (auto local = DateAdd("minute", minutes, value); reader.ok() && local) value = *local;
  }
  if (!reader.ok() || value.days > 2958463) {
    reader.Fail();
    return {};
  }
  return FormatDateTime(value);
}

SqlValue DecimalOf(Reader& reader, std::size_t length, int scale) {
  if (length < 2 || length > 17) {
    reader.Fail();
    return {};
  }
  const bool positive = reader.U8() != 0;
  const std::string_view magnitude = reader.Take(length - 1);
  double value = 0;
  for (std::size_t i = magnitude.size(); i-- > 0;) {
    value = value * 256 + static_cast<unsigned char>(magnitude[i]);
  }
  for (int i = 0; i < scale && i < 40; ++i) value /= 10;
  if (!positive) value = -value;
  if (scale == 0 && value > -9e15 && value < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

// A value sent in chunks: total length (or unknown), then chunks up to an empty one.
std::optional<std::string> Chunks(Reader& reader) {
  const std::uint64_t total = reader.Number(8);
  if (total == ~std::uint64_t{0}) return std::nullopt;
  std::string out;
  while (reader.ok()) {
    const std::uint32_t size = reader.U32();
    if (size == 0) break;
    out += reader.Take(size);
  }
  return out;
}

enum class TextForm : std::uint8_t { kUtf16, kCodePage, kUtf8, kBytes };

SqlValue TextValue(std::string bytes, TextForm form) {
  switch (form) {
    case TextForm::kUtf16:
      return Utf16ToUtf8(bytes);
    case TextForm::kCodePage:
      return Windows1252ToUtf8(bytes);
    case TextForm::kUtf8:
      return bytes;
    case TextForm::kBytes:
      return Bytes{std::move(bytes)};
  }
  return {};
}

// The five bytes of a collation; bit 26 says UTF-8.
TextForm CollationForm(Reader& reader) {
  const std::uint32_t info = reader.U32();
  reader.U8();
  return (info & 0x04000000) != 0 ? TextForm::kUtf8 : TextForm::kCodePage;
}

void ShortText(Reader& reader, TextForm form, bool collation, RpcParameter& out) {
  const std::uint16_t size = reader.U16();
  if (collation) {
    const TextForm told = CollationForm(reader);
    if (form == TextForm::kCodePage) form = told;
  }
  const int unit = form == TextForm::kUtf16 ? 2 : 1;
  out.type = form == TextForm::kBytes ? SqlType{TypeKind::kBinary, 0} : VarcharOf(size / unit);
  if (size == 0xFFFF) {
    if (form != TextForm::kBytes) out.type = {TypeKind::kText, 0};
    if (auto bytes = Chunks(reader)) out.value = TextValue(std::move(*bytes), form);
    return;
  }
  const std::uint16_t length = reader.U16();
  if (length != 0xFFFF) out.value = TextValue(std::string(reader.Take(length)), form);
}

void LongText(Reader& reader, TextForm form, RpcParameter& out) {
  reader.U32();
  if (form != TextForm::kBytes) {
    const TextForm told = CollationForm(reader);
    if (form == TextForm::kCodePage) form = told;
  }
  out.type = {form == TextForm::kBytes ? TypeKind::kBinary : TypeKind::kText, 0};
  const std::uint32_t length = reader.U32();
  if (length != 0xFFFFFFFF) out.value = TextValue(std::string(reader.Take(length)), form);
}

// Types of which the length comes with each value.
void Nullable(Reader& reader, std::uint8_t type, RpcParameter& out) {
  const std::uint8_t size = reader.U8();
  const std::uint8_t length = reader.U8();
  const bool fits = length == 0 || length == 1 || length == 2 || length == 4 || length == 8;
  if (!fits) return reader.Fail();
  switch (type) {
    case 0x26:
      out.type = {size == 8 ? TypeKind::kBigInt : TypeKind::kInt, 0};
      if (length > 0) out.value = Signed(reader.Number(length), length);
      return;
    case 0x68:
      out.type = {TypeKind::kBit, 0};
      if (length > 0) out.value = static_cast<std::int64_t>(reader.Number(length) != 0);
      return;
    case 0x6D:
      out.type = {TypeKind::kFloat, 0};
      if (length == 4 || length == 8)
        out.value = FloatOf(reader, length);
      else if (length != 0)
        reader.Fail();
      return;
    case 0x6E:
      out.type = {TypeKind::kFloat, 0};
      if (length == 4) {
        out.value = static_cast<double>(static_cast<std::int32_t>(reader.U32())) / 10000.0;
      } else if (length == 8) {
        const std::uint64_t high = reader.U32();
        out.value =
            static_cast<double>(static_cast<std::int64_t>(high << 32 | reader.U32())) / 10000.0;
      } else if (length != 0) {
        reader.Fail();
      }
      return;
    case 0x6F:
      out.type = kDateTimeType;
      if (length == 4 || length == 8)
        out.value = DateTimeOf(reader, length);
      else if (length != 0)
        reader.Fail();
      return;
    default:
      reader.Fail();
  }
}

void Scaled(Reader& reader, std::uint8_t type, RpcParameter& out) {
  const int scale = type == 0x28 ? 0 : reader.U8();
  const std::uint8_t length = reader.U8();
  out.type = {type == 0x28 ? TypeKind::kDate : TypeKind::kDateTime, 0};
  if (length == 0) return;
  if (type == 0x28) {
    if (length != 3) return reader.Fail();
    const auto days = static_cast<std::int32_t>(reader.Number(3)) - kDaysFromYear1To1900;
    if (days > 2958463) return reader.Fail();
    out.value = FormatDay({days, 0});
  } else if (type == 0x29) {
    out.type = VarcharOf(16);
    if (length > 5 || scale > 7) return reader.Fail();
    const std::int64_t ticks = TimeTicks(reader, length, scale);
    if (reader.ok()) out.value = FormatDateTime2({0, ticks}).substr(11);
  } else {
    if (length > 10) return reader.Fail();
    out.value = DateTime2Of(reader, length, scale, type == 0x2B);
  }
}

void Guid(Reader& reader, RpcParameter& out) {
  reader.U8();
  const std::uint8_t length = reader.U8();
  out.type = VarcharOf(36);
  if (length == 0) return;
  const std::string_view b = reader.Take(length);
  if (b.size() != 16) return reader.Fail();
  const std::string ordered{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]};
  std::string text = AsciiUpper(Hex(ordered) + Hex(b.substr(8)));
  for (std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, "-");
  out.value = std::move(text);
}

void Decimal(Reader& reader, RpcParameter& out) {
  reader.U8();
  reader.U8();
  const int scale = reader.U8();
  const std::uint8_t length = reader.U8();
  out.type = {TypeKind::kFloat, 0};
  if (length > 0) out.value = DecimalOf(reader, length, scale);
}

void ParameterValue(Reader& reader, RpcParameter& out) {
  const std::uint8_t type = reader.U8();
  switch (type) {
    case 0x1F:
      return;
    case 0x30:
      out.type = kIntType;
      out.value = Signed(reader.U8(), 1);
      return;
    case 0x32:
      out.type = {TypeKind::kBit, 0};
      out.value = std::int64_t{reader.U8() != 0};
      return;
    case 0x34:
      out.type = kIntType;
      out.value = Signed(reader.U16(), 2);
      return;
    case 0x38:
      out.type = kIntType;
      out.value = Signed(reader.U32(), 4);
      return;
    case 0x7F:
      out.type = {TypeKind::kBigInt, 0};
      out.value = Signed(reader.Number(8), 8);
      return;
    case 0x3B:
      out.type = {TypeKind::kFloat, 0};
      out.value = FloatOf(reader, 4);
      return;
    case 0x3E:
      out.type = {TypeKind::kFloat, 0};
      out.value = FloatOf(reader, 8);
      return;
    case 0x3A:
      out.type = kDateTimeType;
      out.value = DateTimeOf(reader, 4);
      return;
    case 0x3D:
      out.type = kDateTimeType;
      out.value = DateTimeOf(reader, 8);
      return;
    case 0x26:
    case 0x68:
    case 0x6D:
    case 0x6E:
    case 0x6F:
      return Nullable(reader, type, out);
    case 0x28:
    case 0x29:
    case 0x2A:
    case 0x2B:
      return Scaled(reader, type, out);
    case 0x6A:
    case 0x6C:
      return Decimal(reader, out);
    case 0x24:
      return Guid(reader, out);
    case 0xA5:
    case 0xAD:
      return ShortText(reader, TextForm::kBytes, false, out);
    case 0xA7:
    case 0xAF:
      return ShortText(reader, TextForm::kCodePage, true, out);
    case 0xE7:
    case 0xEF:
      return ShortText(reader, TextForm::kUtf16, true, out);
    case 0x22:
      return LongText(reader, TextForm::kBytes, out);
    case 0x23:
      return LongText(reader, TextForm::kCodePage, out);
    case 0x63:
      return LongText(reader, TextForm::kUtf16, out);
    default:
      return reader.Fail();
  }
}

// What ends one request of several in a message: 0x80, 0xFF or 0xFE.
bool AtSeparator(const Reader& reader) {
  return reader.Peek() == 0x80 || reader.Peek() == 0xFF || reader.Peek() == 0xFE;
}

}  // namespace

std::string Utf16ToUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() / 2);
  const auto unit = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at]) |
                                      static_cast<unsigned char>(bytes[at + 1]) << 8);
  };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t c = unit(at);
    if (c >= 0xD800 && c < 0xDC00 && at + 3 < bytes.size()) {
      const std::uint32_t low = unit(at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    if (c >= 0xD800 && c < 0xE000) c = 0xFFFD;
    AppendUtf8(out, c);
  }
  return out;
}

std::string Utf8ToUtf16(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  const auto add = [&](std::uint32_t c) {
    out += static_cast<char>(c & 0xFF);
    out += static_cast<char>(c >> 8 & 0xFF);
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80    ? 1
                             : lead >= 0xF0 ? 4
                             : lead >= 0xE0 ? 3
                             : lead >= 0xC2 ? 2
                                            : 0;
    std::uint32_t c = size < 2 ? lead : lead & (0x7Fu >> size);
    bool good = size != 0 && lead < 0xF5 && at + size <= text.size();
    for (std::size_t i = 1; good && i < size; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      good = (next & 0xC0) == 0x80;
      c = c << 6 | (next & 0x3F);
    }
    if (!good || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
      add(0xFFFD);
      ++at;
      continue;
    }
    at += size;
    if (c < 0x10000) {
      add(c);
    } else {
      add(0xD800 + ((c - 0x10000) >> 10));
      add(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::string Windows1252ToUtf8(std::string_view bytes) {
  static constexpr std::uint16_t kHigh[32] = {
      0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
  std::string out;
  for (char byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    AppendUtf8(out, c >= 0x80 && c < 0xA0 ? kHigh[c - 0x80] : c);
  }
  return out;
}

std::optional<Prelogin> DecodePrelogin(std::string_view payload) {
  Prelogin out;
  for (std::size_t at = 0; at < payload.size(); at += 5) {
    const auto option = static_cast<std::uint8_t>(payload[at]);
    if (option == 0xFF) return out;
    if (at + 5 > payload.size()) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(payload[at + i]); };
    const std::size_t offset = static_cast<std::size_t>(byte(1) << 8 | byte(2));
    const std::size_t length = static_cast<std::size_t>(byte(3) << 8 | byte(4));
    if (offset + length > payload.size()) return std::nullopt;
    if (option == 1 && length >= 1)
      out.encryption = static_cast<std::uint8_t>(payload[offset] & 0x03);
    if (option == 4 && length >= 1) out.mars = payload[offset] != 0;
  }
  return std::nullopt;
}

std::optional<Login> DecodeLogin(std::string_view payload) {
  Reader reader(payload);
  reader.U32();
  Login out;
  out.version = reader.U32();
  out.packet_size = reader.U32();
  reader.Take(24);
  // Offset and length in characters of host, user, password, app, server, (unused), library,
  // language, database.
  std::string* fields[] = {&out.host, &out.user,    &out.password, &out.app,     &out.server,
                           nullptr,   &out.library, nullptr,       &out.database};
  for (std::size_t i = 0; i < std::size(fields); ++i) {
    const std::size_t offset = reader.U16(), length = std::size_t{reader.U16()} * 2;
    if (!reader.ok()) return std::nullopt;
    if (fields[i] == nullptr || length == 0) continue;
    if (offset + length > payload.size()) return std::nullopt;
    std::string bytes(payload.substr(offset, length));
    if (i == 2) {
      for (char& c : bytes) {
        const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c) ^ 0xA5u);
        c = static_cast<char>((byte << 4 | byte >> 4) & 0xFF);
      }
    }
    *fields[i] = Utf16ToUtf8(bytes);
  }
  return out;
}

std::optional<std::string> DecodeBatch(std::string_view payload) {
  Reader reader(payload);
  const std::uint32_t headers = reader.U32();
  if (!reader.ok() || headers < 4 || headers > payload.size()) return std::nullopt;
  return Utf16ToUtf8(payload.substr(headers));
}

std::optional<std::vector<RpcRequest>> DecodeRpc(std::string_view payload) {
  Reader reader(payload);
  if (!SkipHeaders(reader)) return std::nullopt;
  std::vector<RpcRequest> out;
  while (!reader.done()) {
    RpcRequest request;
    const std::uint16_t length = reader.U16();
    if (length == 0xFFFF)
      request.id = reader.U16();
    else
      request.name = Utf16ToUtf8(reader.Take(std::size_t{length} * 2));
    reader.U16();  // option flags
    while (reader.ok() && !reader.done() && !AtSeparator(reader)) {
      RpcParameter parameter;
      const std::uint8_t name = reader.U8();
      parameter.name = Utf16ToUtf8(reader.Take(std::size_t{name} * 2));
      const std::uint8_t status = reader.U8();
      parameter.output = (status & 1) != 0;
      parameter.is_default = (status & 2) != 0;
      ParameterValue(reader, parameter);
      if (!reader.ok()) return std::nullopt;
      request.parameters.push_back(std::move(parameter));
      if (request.parameters.size() > 2200) return std::nullopt;
    }
    if (!reader.ok()) return std::nullopt;
    if (!reader.done()) reader.U8();
    out.push_back(std::move(request));
    if (out.size() > 1000) return std::nullopt;
  }
  if (!reader.ok() || out.empty()) return std::nullopt;
  return out;
}

std::optional<std::uint16_t> DecodeTransaction(std::string_view payload) {
  Reader reader(payload);
  if (!SkipHeaders(reader)) return std::nullopt;
  const std::uint16_t kind = reader.U16();
  if (!reader.ok()) return std::nullopt;
  return kind;
}

bool DecodeRequest(std::uint8_t type, std::string_view payload) {
  switch (static_cast<PacketType>(type)) {
    case PacketType::kBatch:
      return DecodeBatch(payload).has_value();
    case PacketType::kRpc:
      return DecodeRpc(payload).has_value();
    case PacketType::kTransaction:
      return DecodeTransaction(payload).has_value();
    case PacketType::kLogin:
      return DecodeLogin(payload).has_value();
    case PacketType::kPrelogin:
      return DecodePrelogin(payload).has_value();
    case PacketType::kReply:
    case PacketType::kAttention:
    case PacketType::kBulk:
      return false;
  }
  return false;
}

}  // namespace pons::best_practice::sandbox
