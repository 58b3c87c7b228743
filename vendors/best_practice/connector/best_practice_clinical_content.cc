// SPDX-License-Identifier: Apache-2.0
// A document's bytes: the practice's own statement that reads them, and what comes back.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/crypto.h"
#include "vendors/best_practice/connector/best_practice_clinical_map.h"
#include "vendors/best_practice/connector/best_practice_reports.h"

namespace pons::best_practice {
namespace {

constexpr std::string_view kUnknown = "application/octet-stream";

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> FromHex(std::string_view text) {
  if (text.empty() || text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = DigitOf(text[i]), low = DigitOf(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

// Base64 as databases write it: with line ends, perhaps without padding.
std::optional<std::string> FromLooseBase64(std::string_view text) {
  std::string clean;
  clean.reserve(text.size() + 2);
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') clean += c;
  }
  while (clean.size() % 4 != 0 && clean.size() % 4 != 1) clean += '=';
  if (clean.empty()) return std::nullopt;
  return crypto::FromBase64(clean);
}

bool BeginsWith(std::string_view bytes, std::string_view sign) {
  return bytes.size() >= sign.size() && EqualsIgnoringAsciiCase(bytes.substr(0, sign.size()), sign);
}

bool IsText(std::string_view bytes) {
  return IsValidUtf8(bytes) && std::none_of(bytes.begin(), bytes.end(), [](char c) {
           const auto u = static_cast<unsigned char>(c);
           return u < 0x20 && c != '\t' && c != '\r' && c != '\n' && c != '\f';
         });
}

}  // namespace

Result<net::SqlStatement> FillDocumentReadCommand(std::string_view text, std::int64_t patient,
                                                  std::int64_t document, std::string_view kind) {
  return FillDocumentCommand(
      text, {{"patient_id", patient}, {"document_id", document}, {"kind", std::string(kind)}},
      "document_read_command");
}

// Digits alone may be either: what has the look of a known format when read that way is taken, and
// hexadecimal before Base64 where neither has.
std::optional<std::string> BytesOf(std::string_view cell) {
  const auto text = Trim(cell);
  if (text.starts_with("0x") || text.starts_with("0X")) return FromHex(text.substr(2));
  auto hex = FromHex(text);
  if (hex && ContentTypeOf(*hex) != kUnknown) return hex;
  auto base64 = FromLooseBase64(text);
  if (!hex || (base64 && ContentTypeOf(*base64) != kUnknown)) return base64;
  return hex;
}

std::string_view ContentTypeOf(std::string_view bytes) {
  struct Sign {
    std::string_view begins, type;
  };
  using namespace std::string_view_literals;
  constexpr std::array kSigns = {
      Sign{"%PDF-"sv, "application/pdf"sv},   Sign{"{\\rtf"sv, "text/rtf"sv},
      Sign{"\xFF\xD8\xFF"sv, "image/jpeg"sv}, Sign{"\x89PNG\r\n\x1A\n"sv, "image/png"sv},
      Sign{"II*\0"sv, "image/tiff"sv},        Sign{"MM\0*"sv, "image/tiff"sv}};
  for (const auto& sign : kSigns) {
    if (bytes.starts_with(sign.begins)) return sign.type;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  auto begin = bytes;
  while (!begin.empty() && (begin[0] == ' ' || begin[0] == '\n' || begin[0] == '\r')) {
    begin.remove_prefix(1);
  }
  if (BeginsWith(begin, "<!doctype html") || BeginsWith(begin, "<html")) return "text/html";
  if (begin.starts_with("%PDF-")) return "application/pdf";
  return !bytes.empty() && IsText(bytes) ? "text/plain" : kUnknown;
}

}  // namespace pons::best_practice
