// SPDX-License-Identifier: Apache-2.0
#include "hl7/escape.h"

#include <optional>

namespace pons::hl7 {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Bytes that cannot stand as they are.
bool IsSpecial(char c) {
  return c == '|' || c == '^' || c == '~' || c == '\\' || c == '&' || IsControl(c);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::string> FromHex(std::string_view digits) {
  if (digits.empty() || digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = HexDigit(digits[i]);
    const int low = HexDigit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

// The text that the escape `code` stands for; nothing where it has none.
std::optional<std::string> Meaning(std::string_view code, const Separators& separators) {
  if (code.size() == 1) {
    switch (code[0]) {
      case 'F':
        return std::string(1, separators.field);
      case 'S':
        return std::string(1, separators.component);
      case 'T':
        return std::string(1, separators.subcomponent);
      case 'R':
        return std::string(1, separators.repetition);
      case 'E':
        return std::string(1, separators.escape);
      default:
        return std::nullopt;
    }
  }
  if (code == ".br" || code == ".BR" || code == ".sp") return "\n";
  if (!code.empty() && code[0] == 'X') return FromHex(code.substr(1));
  return std::nullopt;
}

// What the special character at `at` becomes in a value that is kept; moves past it.
char Cleaned(std::string_view value, std::size_t& at) {
  const char c = value[at++];
  if (c == '\r') {
    if (at < value.size() && value[at] == '\n') ++at;
    return '\n';
  }
  if (c == '\t') return ' ';
  if (c == '\n' || !IsControl(c)) return c;
  return '\0';
}

std::string_view EscapeOf(char c) {
  switch (c) {
    case '|':
      return "\\F\\";
    case '^':
      return "\\S\\";
    case '&':
      return "\\T\\";
    case '~':
      return "\\R\\";
    case '\\':
      return "\\E\\";
    case '\n':
      return "\\.br\\";
    case ' ':
      return " ";
    default:
      return "";
  }
}

// Runs of plain bytes go to `out` as they are; `special` is told each other one.
template <typename Special>
void Scan(std::string& out, std::string_view value, Special special) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < value.size();) {
    if (!IsSpecial(value[at])) {
      ++at;
      continue;
    }
    out.append(value.substr(from, at - from));
    special(Cleaned(value, at));
    from = at;
  }
  out.append(value.substr(from));
}

}  // namespace

void AppendEscaped(std::string& out, std::string_view value) {
  Scan(out, value, [&](char c) { out += EscapeOf(c); });
}

std::string CleanValue(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  Scan(out, value, [&](char c) {
    if (c != '\0') out += c;
  });
  return out;
}

std::string Unescape(std::string_view raw, const Separators& separators) {
  if (separators.escape == '\0') return std::string(raw);
  std::string out;
  out.reserve(raw.size());
  while (true) {
    const auto start = raw.find(separators.escape);
    const auto end =
        start == std::string_view::npos ? start : raw.find(separators.escape, start + 1);
    if (end == std::string_view::npos) break;
    out.append(raw.substr(0, start));
    if (const auto text = Meaning(raw.substr(start + 1, end - start - 1), separators)) {
      out += *text;
    } else {
      out.append(raw.substr(start, end - start + 1));
    }
    raw.remove_prefix(end + 1);
  }
  out.append(raw);
  return out;
}

}  // namespace pons::hl7
