// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/tools.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/random.h"
#include "base/text.h"
#include "vendors/best_practice/sandbox/hl7_reading.h"

namespace pons::halo_connect::sandbox {
namespace {

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), Unsigned(bytes),
                                     static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::optional<std::string> FromBase64(std::string_view text) {
  auto bytes = best_practice::sandbox::DecodeBase64(text);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  return Hex(std::string_view(reinterpret_cast<const char*>(digest.data()), length));
}

std::string SignWebhook(std::string_view secret, std::string_view body,
                        std::string_view timestamp) {
  const std::string signed_text = std::string(body) + "." + std::string(timestamp);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Unsigned(signed_text),
       signed_text.size(), digest.data(), &length);
  return Hex(std::string_view(reinterpret_cast<const char*>(digest.data()), length));
}

std::string NewUuid() {
  std::array<unsigned char, 16> bytes{};
  SystemRandom().Fill(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text = Hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), 16));
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return text;
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : HexDigit(text[i]) < 0) return false;
  }
  return true;
}

std::string PercentDecode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Form ParseForm(std::string_view text) {
  Form out;
  for (std::string_view pair : Split(text, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    out.emplace_back(
        PercentDecode(pair.substr(0, equals), true),
        equals == std::string_view::npos ? "" : PercentDecode(pair.substr(equals + 1), true));
  }
  return out;
}

std::optional<std::string> Find(const Form& form, std::string_view name) {
  for (const auto& [key, value] : form) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace pons::halo_connect::sandbox
