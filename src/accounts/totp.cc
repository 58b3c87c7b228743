// SPDX-License-Identifier: Apache-2.0
#include "accounts/totp.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::accounts {
namespace {

constexpr std::int64_t kStepMillis = 30'000;
constexpr std::size_t kDigits = 6;

std::string PercentEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += AsciiUpper(Hex(std::string_view(&c, 1)));
    }
  }
  return out;
}

}  // namespace

std::string Base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out += kAlphabet[(held >> (bits - 5)) & 31];
    held &= (1u << bits) - 1;
  }
  if (bits > 0) out += kAlphabet[(held << (5 - bits)) & 31];
  return out;
}

std::int64_t TotpStepAt(Instant now) { return ToMillis(now) / kStepMillis; }

std::string TotpCode(std::string_view secret, std::int64_t step) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    counter[7 - i] = static_cast<char>((static_cast<std::uint64_t>(step) >> (8 * i)) & 0xff);
  }
  const std::string mac = crypto::HmacSha1(secret, counter);
  // RFC 4226 §5.3: the last four bits say where the 31 bits are that count.
  const auto at = static_cast<std::size_t>(mac.back() & 0x0f);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = (number << 8) | static_cast<unsigned char>(mac[at + i]);
  }
  number = (number & 0x7fffffff) % 1'000'000;
  std::string digits = std::to_string(number);
  return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<std::int64_t> MatchTotp(const Sensitive<std::string>& secret,
                                      const Sensitive<std::string>& code, Instant now,
                                      std::int64_t last_used) {
  std::string given = code.Reveal();
  given.erase(std::remove(given.begin(), given.end(), ' '), given.end());
  if (secret.Reveal().empty() || given.size() != kDigits) return std::nullopt;
  const std::int64_t current = TotpStepAt(now);
  std::optional<std::int64_t> found;
  for (std::int64_t step = current - 1; step <= current + 1; ++step) {
    const bool same = crypto::EqualInConstantTime(TotpCode(secret.Reveal(), step), given);
    if (same && step > last_used && !found) found = step;
  }
  return found;
}

std::string OtpauthUri(std::string_view issuer, std::string_view account,
                       std::string_view base32_secret) {
  const std::string who = PercentEncode(issuer);
  return "otpauth://totp/" + who + ":" + PercentEncode(account) +
         "?secret=" + std::string(base32_secret) + "&issuer=" + who +
         "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace pons::accounts
