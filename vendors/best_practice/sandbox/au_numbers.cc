// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/au_numbers.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr std::string_view kPlaces = "0123456789ABCDEFGHJKLMNPQRTUVWXY";
constexpr std::string_view kCheckLetters = "YXWTLKJHFBA";

bool AreDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int Digit(char c) { return c - '0'; }

char LuhnDigit(std::string_view first_15) {
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    int d = Digit(first_15[i]);
    if (i % 2 == 0) {
      d *= 2;
      if (d > 9) d -= 9;
    }
    sum += d;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

char MedicareDigit(std::string_view first_8) {
  constexpr std::array<int, 8> kWeights = {1, 3, 7, 9, 1, 3, 7, 9};
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum += kWeights[i] * Digit(first_8[i]);
  return static_cast<char>('0' + sum % 10);
}

char ProviderLetter(std::string_view six_digits, std::size_t place) {
  constexpr std::array<int, 6> kWeights = {3, 5, 8, 4, 2, 1};
  int sum = 6 * static_cast<int>(place);
  for (std::size_t i = 0; i < 6; ++i) sum += kWeights[i] * Digit(six_digits[i]);
  return kCheckLetters[static_cast<std::size_t>(sum % 11)];
}

}  // namespace

std::string HealthNumber(std::string_view first_15) {
  PONS_CHECK(first_15.size() == 15 && AreDigits(first_15));
  return std::string(first_15) + LuhnDigit(first_15);
}

bool IsHealthNumber(std::string_view number, std::string_view prefix) {
  return number.size() == 16 && AreDigits(number) && number.substr(0, prefix.size()) == prefix &&
         number[15] == LuhnDigit(number.substr(0, 15));
}

std::string MedicareCard(std::string_view first_8, int issue) {
  PONS_CHECK(first_8.size() == 8 && AreDigits(first_8) && first_8[0] >= '2' && first_8[0] <= '6');
  PONS_CHECK(issue >= 1 && issue <= 9);
  std::string card(first_8);
  card += MedicareDigit(first_8);
  card += static_cast<char>('0' + issue);
  return card;
}

bool IsMedicareCard(std::string_view number) {
  return number.size() == 10 && AreDigits(number) && number[0] >= '2' && number[0] <= '6' &&
         number[8] == MedicareDigit(number.substr(0, 8)) && number[9] != '0';
}

std::string ProviderNumber(std::string_view six_digits, int place) {
  PONS_CHECK(six_digits.size() == 6 && AreDigits(six_digits));
  PONS_CHECK(place >= 0 && place < static_cast<int>(kPlaces.size()));
  const auto index = static_cast<std::size_t>(place);
  std::string number(six_digits);
  number += kPlaces[index];
  number += ProviderLetter(six_digits, index);
  return number;
}

bool IsProviderNumber(std::string_view number) {
  if (number.size() != 8 || !AreDigits(number.substr(0, 6))) return false;
  const std::size_t place = kPlaces.find(number[6]);
  return place != std::string_view::npos && number[7] == ProviderLetter(number.substr(0, 6), place);
}

}  // namespace pons::best_practice::sandbox
