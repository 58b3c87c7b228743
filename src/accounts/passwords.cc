// SPDX-License-Identifier: Apache-2.0
// What a password and an address must be like.
#include <algorithm>
#include <array>
#include <utility>

#include "accounts/accounts.h"
#include "base/text.h"

namespace pons::accounts {
namespace {

constexpr std::size_t kLeast = 12;
constexpr std::size_t kMost = 256;  // more costs hashing time and proves nothing

constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
#include "common_passwords.inc"
};

// The list is sorted, so that it is searched as it lies.
const std::vector<std::string_view>& CommonPasswords() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all;
    for (const auto line : Split(kFiles[0].second, '\n')) {
      if (line.empty() || line.front() == '#') continue;
      const auto part = Split(line, ' ');
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return words;
}

bool IsCommon(std::string_view word) {
  const auto& words = CommonPasswords();
  return std::binary_search(words.begin(), words.end(), word);
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c & 0x80) != 0; }

// Without digits and signs at either end: "password-2026!" is "password".
std::string_view Stem(std::string_view text) {
  while (!text.empty() && !IsLetter(text.front())) text.remove_prefix(1);
  while (!text.empty() && !IsLetter(text.back())) text.remove_suffix(1);
  return text;
}

// "abcabcabcabc": the same few characters over and over.
bool IsRepeated(std::string_view text) {
  for (std::size_t period = 1; period <= text.size() / 3; ++period) {
    bool same = true;
    for (std::size_t i = period; same && i < text.size(); ++i) same = text[i] == text[i - period];
    if (same) return true;
  }
  return false;
}

// "abcdefghijkl", "210987654321": each character next to the one before, all in one direction.
bool IsRun(std::string_view text) {
  const auto step_at = [text](std::size_t i) { return text[i] - text[i - 1]; };
  const auto wraps = [](int step) { return step == 9 || step == -9; };  // 9 to 0 and back
  int direction = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const int step = wraps(step_at(i)) ? -step_at(i) / 9 : step_at(i);
    if (step != 1 && step != -1) return false;
    if (direction != 0 && step != direction) return false;
    direction = step;
  }
  return true;
}

std::size_t Characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Error Weak(std::string_view why) {
  return MakeError(Fault::kRejected, std::string(why) +
                                         " Take a few words that nobody would put together, or "
                                         "let a password manager make one.");
}

}  // namespace

Result<void> CheckPassword(const Secret& password, std::string_view email, std::string_view name) {
  const std::string& text = password.Reveal();
  if (!IsValidUtf8(text)) return Weak("This password holds bytes that are no text.");
  if (Characters(text) < kLeast) return Weak("A password has at least 12 characters.");
  if (text.size() > kMost) {
    return MakeError(Fault::kRejected,
                     "A password has at most 256 characters. Take a shorter one.");
  }
  const std::string lower = AsciiLower(text);
  const auto stem = Stem(lower);
  if (IsRepeated(lower) || IsRun(lower)) return Weak("This password is one pattern repeated.");
  // Digits alone in front of and behind nothing: a date, a telephone number.
  if (stem.empty()) return Weak("A password of digits and signs alone is soon guessed.");
  if (IsCommon(lower) || IsCommon(stem)) {
    return Weak("This password is among those that are tried first.");
  }
  const std::string address = AsciiLower(Trim(email));
  const std::string user = address.substr(0, address.find('@'));
  std::string plain_name = AsciiLower(Trim(name));
  std::string joined = plain_name;
  joined.erase(std::remove(joined.begin(), joined.end(), ' '), joined.end());
  const std::string_view own[] = {address, user, plain_name, joined, "pons"};
  for (const auto word : own) {
    if (word.size() >= 3 && (stem == Stem(word) || lower == word)) {
      return Weak("This password is your own name or address.");
    }
  }
  return Ok();
}

Result<void> CheckEmail(std::string_view email) {
  const auto at = email.find('@');
  const bool shaped = at != std::string_view::npos && at > 0 && at == email.rfind('@') &&
                      email.find('.', at + 2) != std::string_view::npos && email.back() != '.' &&
                      email.size() <= 254;
  const bool plain = std::all_of(email.begin(), email.end(), [](char c) {
    return (c & 0x80) == 0 && c > ' ' && c != '<' && c != '>' && c != ',' && c != ';' && c != '"' &&
           c != '\\' && c != 0x7f;
  });
  if (shaped && plain) return Ok();
  return MakeError(Fault::kRejected,
                   "This is no e-mail address. Write it as in name@practice.example.");
}

}  // namespace pons::accounts
