// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace pons {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// Reads one code point and moves `at` past it; U+FFFD and one byte for what is not UTF-8.
char32_t NextCodePoint(std::string_view text, std::size_t& at, bool& valid) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte(at);
  int more = 0;
  char32_t point = lead;
  if (lead < 0x80) {
    ++at;
    return point;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    more = 1;
    point = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    more = 2;
    point = lead & 0x0F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    more = 3;
    point = lead & 0x07;
  } else {
    valid = false;
    ++at;
    return 0xFFFD;
  }
  for (int i = 1; i <= more; ++i) {
    const unsigned next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) {
      valid = false;
      ++at;
      return 0xFFFD;
    }
    point = point << 6 | (next & 0x3F);
  }
  const bool overlong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
  if (overlong || (point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF) {
    valid = false;
    ++at;
    return 0xFFFD;
  }
  at += static_cast<std::size_t>(more) + 1;
  return point;
}

// The plain letter of U+00C0 to U+017F, in lower case; '\0' where there is none.
constexpr char kPlain[] =
    "aaaaaaaceeeeiiiidnooooo\0ouuuuyts"  // U+00C0
    "aaaaaaaceeeeiiiidnooooo\0ouuuuyty"  // U+00E0
    "aaaaaaccccccccddddeeeeeeeeeegggg"   // U+0100
    "gggghhhhiiiiiiiiiiiijjkkklllllll"   // U+0120
    "lllnnnnnnnnnoooooooorrrrrrssssss"   // U+0140
    "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";  // U+0160

// The plain letter of a Vietnamese one (U+01A0 to U+01B0, U+1EA0 to U+1EF9); '\0' for others.
char PlainVietnamese(char32_t point) {
  if (point == 0x1A0 || point == 0x1A1) return 'o';
  if (point == 0x1AF || point == 0x1B0) return 'u';
  if (point < 0x1EA0 || point > 0x1EF9) return '\0';
  if (point < 0x1EB8) return 'a';
  if (point < 0x1EC8) return 'e';
  if (point < 0x1ECC) return 'i';
  if (point < 0x1EE4) return 'o';
  if (point < 0x1EF2) return 'u';
  return 'y';
}

void AppendUtf8(std::string& out, std::string_view text, std::size_t from, std::size_t to) {
  out.append(text.substr(from, to - from));
}

}  // namespace

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string AsciiLower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

std::string AsciiUpper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Upper);
  return out;
}

bool EqualsIgnoringAsciiCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator, from)) {
    parts.push_back(text.substr(from, at - from));
    from = at + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

bool IsValidUtf8(std::string_view text) {
  bool valid = true;
  for (std::size_t at = 0; at < text.size() && valid;) {
    // Most text is ASCII: eight bytes at a step while none has its high bit set.
    std::uint64_t word = 0;
    if (at + sizeof word <= text.size()) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        at += sizeof word;
        continue;
      }
    }
    NextCodePoint(text, at, valid);
  }
  return valid;
}

std::string FoldForSearch(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    bool valid = true;
    const char32_t point = NextCodePoint(text, at, valid);
    if (point < 0x80) {
      out += Lower(static_cast<char>(point));
    } else if (point >= 0xC0 && point < 0x180 && kPlain[point - 0xC0] != '\0') {
      out += kPlain[point - 0xC0];
    } else if (const char plain = PlainVietnamese(point); plain != '\0') {
      out += plain;
    } else if (point >= 0x300 && point < 0x370) {
      continue;  // a combining accent
    } else {
      AppendUtf8(out, text, from, at);
    }
  }
  return out;
}

}  // namespace pons
