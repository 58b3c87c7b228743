// SPDX-License-Identifier: Apache-2.0
#include "hl7/charset.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace pons::hl7 {
namespace {

// One code point and its bytes; no bytes where the text is not UTF-8 there.
struct Point {
  char32_t value = 0;
  std::string_view bytes = {};
};

Point TakePoint(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  if (lead >= 0xC2 && lead <= 0xDF) length = 2;
  if (lead >= 0xE0 && lead <= 0xEF) length = 3;
  if (lead >= 0xF0 && lead <= 0xF4) length = 4;
  const auto bytes = text.substr(0, length);
  if (bytes.size() != length || !IsValidUtf8(bytes)) {
    text.remove_prefix(1);
    return {};
  }
  text.remove_prefix(length);
  constexpr std::array<unsigned, 5> kLeadBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t value = lead & kLeadBits.at(length);
  for (const char c : bytes.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  return {value, bytes};
}

// Plain letters of U+00C0 to U+017F; '*' where it takes two, '?' where there is none.
constexpr std::string_view kPlain =
    "AAAAAA*CEEEEIIIIDNOOOOOxOUUUUY**"   // U+00C0
    "aaaaaa*ceeeeiiiidnooooo/ouuuuy*y"   // U+00E0
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"   // U+0100
    "GgGgHhHhIiIiIiIiIi**JjKkkLlLlLlL"   // U+0120
    "lLlNnNnNnnNnOoOoOo**RrRrRrSsSsSs"   // U+0140
    "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";  // U+0160

std::string_view TwoLetters(char32_t point) {
  switch (point) {
    case 0xC6:
      return "AE";
    case 0xDE:
      return "Th";
    case 0xDF:
      return "ss";
    case 0xE6:
      return "ae";
    case 0xFE:
      return "th";
    case 0x132:
      return "IJ";
    case 0x133:
      return "ij";
    case 0x152:
      return "OE";
    case 0x153:
      return "oe";
    default:
      return "?";
  }
}

// Letters with more than one mark: Vietnamese (U+1EA0 to U+1EF9), by ranges of capital and small.
char Vietnamese(char32_t point) {
  const auto of = [&](char capital) {
    return static_cast<char>(point % 2 == 0 ? capital : capital + 32);
  };
  if (point < 0x1EB8) return of('A');
  if (point < 0x1EC8) return of('E');
  if (point < 0x1ECC) return of('I');
  if (point < 0x1EE4) return of('O');
  if (point < 0x1EF2) return of('U');
  return of('Y');
}

// U+01A0 to U+021B, the letters of it that names have.
char MoreLatin(char32_t point) {
  constexpr std::u32string_view kFrom =
      U"\u01A0\u01A1\u01AF\u01B0\u01CD\u01CE\u01CF\u01D0\u01D1\u01D2\u01D3\u01D4\u01E6\u01E7\u01E8"
      U"\u01E9\u01EA\u01EB\u01F4\u01F5\u01F8\u01F9\u0218\u0219\u021A\u021B";
  constexpr std::string_view kTo = "OoUuAaIiOoUuGgKkOoGgNnSsTt";
  static_assert(kFrom.size() == kTo.size());
  const auto at = kFrom.find(point);
  return at == std::u32string_view::npos ? '?' : kTo[at];
}

std::string_view Punctuation(char32_t point) {
  switch (point) {
    case 0xA0:
    case 0x2009:
    case 0x202F:
      return " ";
    case 0xAB:
    case 0xBB:
    case 0x201C:
    case 0x201D:
    case 0x201E:
      return "\"";
    case 0xB4:
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x2BC:
      return "'";
    case 0xB5:
    case 0x3BC:
      return "u";
    case 0xB7:
    case 0x2022:
      return "*";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
      return "-";
    case 0x2026:
      return "...";
    case 0xAD:
    case 0x200B:
    case 0xFEFF:
      return "";  // not seen when printed
    default:
      return "?";
  }
}

void AppendAscii(std::string& out, char32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point >= 0xC0 && point < 0x180) {
    const char plain = kPlain[point - 0xC0];
    if (plain == '*') {
      out += TwoLetters(point);
    } else {
      out += plain;
    }
  } else if (point >= 0x1A0 && point <= 0x21B) {
    out += MoreLatin(point);
  } else if (point >= 0x1EA0 && point <= 0x1EF9) {
    out += Vietnamese(point);
  } else if (point >= 0x300 && point < 0x370) {
    return;  // an accent of its own; the letter before it is out already
  } else {
    out += Punctuation(point);
  }
}

template <typename Append>
std::string Converted(std::string_view text, Append append) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto point = TakePoint(text);
    if (point.bytes.empty()) {
      out += '?';
    } else {
      append(out, point);
    }
  }
  return out;
}

bool IsAscii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

}  // namespace

std::string ToAscii(std::string_view utf8) {
  return Converted(utf8,
                   [](std::string& out, const Point& point) { AppendAscii(out, point.value); });
}

std::string ToLatin1(std::string_view utf8) {
  return Converted(utf8, [](std::string& out, const Point& point) {
    if (point.value >= 0xA0 && point.value < 0x100) {
      out += static_cast<char>(point.value);
    } else {
      AppendAscii(out, point.value);
    }
  });
}

std::string ToValidUtf8(std::string_view text) {
  if (IsValidUtf8(text)) return std::string(text);
  return Converted(text, [](std::string& out, const Point& point) { out += point.bytes; });
}

std::string FromLatin1(std::string_view latin1) {
  std::string out;
  out.reserve(latin1.size());
  for (const char c : latin1) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

void DecodeCharacterSet(Message& message) {
  const std::string named(Get(message, "MSH-18"));
  const bool utf8 = named == "UNICODE UTF-8" || named == "UTF-8" || named == "UNICODE";
  const bool latin1 = named == "8859/1";
  for (auto& segment : message.segments) {
    for (auto& field : segment.fields) {
      for (auto& repetition : field) {
        for (auto& component : repetition) {
          for (auto& value : component) {
            if (IsAscii(value)) continue;
            if (utf8) {
              value = ToValidUtf8(value);
            } else if (latin1 || !IsValidUtf8(value)) {
              value = FromLatin1(value);
            }
          }
        }
      }
    }
  }
}

}  // namespace pons::hl7
