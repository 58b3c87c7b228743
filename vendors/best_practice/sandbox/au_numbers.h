// SPDX-License-Identifier: Apache-2.0
// Check digits of Australian health numbers, for numbers that the sandbox makes up (au-identifiers
// sheet §3, §4, §6). Pure functions: digits in, digits out, no blanks. The Is… functions answer
// false for anything of another shape.
#pragma once

#include <string>
#include <string_view>

namespace pons::best_practice::sandbox {

// The first 15 digits and their check digit. Requires: 15 digits.
std::string HealthNumber(std::string_view first_15);
// `prefix` says whose: "800360" a patient's, "800361" a practitioner's, "800362" a practice's.
bool IsHealthNumber(std::string_view number, std::string_view prefix);

// Ten digits. Requires: 8 digits, the first of them 2 to 6, and an issue number 1 to 9.
std::string MedicareCard(std::string_view first_8, int issue);
bool IsMedicareCard(std::string_view number);

// The location characters in order are 0-9 and A-Y without I, O and S; `place` counts from 0.
// Requires: 6 digits and 0 <= place < 32.
std::string ProviderNumber(std::string_view six_digits, int place);
bool IsProviderNumber(std::string_view number);

}  // namespace pons::best_practice::sandbox
