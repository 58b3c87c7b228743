// SPDX-License-Identifier: Apache-2.0
#include "json/writer.h"

#include <array>

#include "base/text.h"

namespace pons::json {
namespace {

// True for what stands in a JSON string as it is, byte by byte.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 256; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void AppendEscaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (kPlain[c]) continue;
    out.append(text.substr(from, at - from));
    from = at + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default: {
        constexpr char kDigits[] = "0123456789abcdef";
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
      }
    }
  }
  out.append(text.substr(from));
}

// Valid UTF-8 is the rule; this is the way out for the rest.
std::string Repaired(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 1;
    while (length <= 4 && at + length <= text.size() && !IsValidUtf8(text.substr(at, length))) {
      ++length;
    }
    if (length > 4 || at + length > text.size()) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out.append(text.substr(at, length));
      at += length;
    }
  }
  return out;
}

}  // namespace

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  if (IsValidUtf8(text)) {
    AppendEscaped(out, text);
  } else {
    AppendEscaped(out, Repaired(text));
  }
  out += '"';
}

void Writer::AppendQuoted(std::string_view text) { json::AppendQuoted(out_, text); }

}  // namespace pons::json
