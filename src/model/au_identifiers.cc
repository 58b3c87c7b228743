// SPDX-License-Identifier: Apache-2.0
#include "model/au_identifiers.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace pons::model::au {
namespace {

constexpr std::string_view kInternational = "http://terminology.hl7.org/CodeSystem/v2-0203";
constexpr std::string_view kAustralian = "http://terminology.hl7.org.au/CodeSystem/v2-0203";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
int Digit(char c) { return c - '0'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// Upper case, without blanks, hyphens, dots and slashes.
std::string Normalised(std::string_view text) {
  std::string out;
  for (const char c : AsciiUpper(text)) {
    if (c != ' ' && c != '\t' && c != '-' && c != '.' && c != '/') out += c;
  }
  return out;
}

// For sixteen digits: every second one doubled, from the first.
bool LuhnHolds(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int value = Digit(digits[i]);
    if (i % 2 == 0) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

Checked CheckHealthIdentifier(std::string_view text, std::string_view prefix) {
  std::string value = Normalised(text);
  constexpr std::string_view kOid = "1.2.36.1.2001.1003.0.";  // CDA and some HL7 put it in front
  if (const auto trimmed = Trim(text); trimmed.starts_with(kOid)) {
    value = Normalised(trimmed.substr(kOid.size()));
  }
  if (value.empty()) return {};
  if (value.size() != 16 || !AllDigits(value) || !value.starts_with(prefix)) {
    return {State::kMalformed, value};
  }
  return {LuhnHolds(value) ? State::kValid : State::kCheckFailed, value};
}

bool MedicareCheckHolds(std::string_view digits) {
  constexpr std::array<int, 8> kWeights = {1, 3, 7, 9, 1, 3, 7, 9};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += Digit(digits[i]) * kWeights[i];
  return sum % 10 == Digit(digits[8]);
}

std::optional<Identifier> Build(const Checked& checked, std::string_view system,
                                std::string_view type_system, std::string_view type) {
  if (checked.state != State::kValid && checked.state != State::kCheckFailed) return std::nullopt;
  Identifier identifier;
  identifier.system = system;
  identifier.value = checked.value;
  identifier.type_system = type_system;
  identifier.type_code = type;
  return identifier;
}

std::string WithoutBlanks(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c != ' '; });
  return out;
}

// ^[NVQWST](?:[A-Z ][0-9]{1,6}|[A-Z]{2}[0-9]{1,5}|[A-Z]{3}[0-9]{1,4})[A-Z]?$
bool HasDvaShape(std::string_view text) {
  if (text.empty() || std::string_view("NVQWST").find(text[0]) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  std::size_t letters = 0;
  if (!text.empty() && text[0] == ' ') {
    letters = 1;
  } else {
    while (letters < text.size() && IsCapital(text[letters])) ++letters;
  }
  if (letters < 1 || letters > 3) return false;
  text.remove_prefix(letters);
  std::size_t digits = 0;
  while (digits < text.size() && IsDigit(text[digits])) ++digits;
  if (digits < 1 || digits > 7 - letters) return false;
  text.remove_prefix(digits);
  return text.empty() || (text.size() == 1 && IsCapital(text[0]));
}

}  // namespace

Checked CheckIhi(std::string_view text) { return CheckHealthIdentifier(text, "800360"); }
Checked CheckHpii(std::string_view text) { return CheckHealthIdentifier(text, "800361"); }
Checked CheckHpio(std::string_view text) { return CheckHealthIdentifier(text, "800362"); }

Checked CheckMedicare(std::string_view text) {
  Checked checked{State::kValid, Normalised(text)};
  const auto& value = checked.value;
  if (value.empty()) return {};
  const bool shape = AllDigits(value) && (value.size() == 10 || value.size() == 11) &&
                     value[0] >= '2' && value[0] <= '6' && (value.size() == 10 || value[10] != '0');
  if (!shape) {
    checked.state = State::kMalformed;
    return checked;
  }
  if (!MedicareCheckHolds(value)) checked.state = State::kCheckFailed;
  if (value[9] == '0') checked.note = Note::kIssueZero;
  return checked;
}

Checked CheckMedicare(std::string_view number, std::string_view irn) {
  auto checked = CheckMedicare(number);
  const bool shaped = checked.state == State::kValid || checked.state == State::kCheckFailed;
  const auto line = Trim(irn);
  if (shaped && checked.value.size() == 10 && line.size() == 1 && line[0] >= '1' &&
      line[0] <= '9') {
    checked.value += line;
  }
  return checked;
}

Checked CheckDva(std::string_view text) {
  // Blanks inside stay until the pattern has been tried: a single blank is a war code of its own.
  Checked checked{State::kValid, AsciiUpper(Trim(text))};
  if (checked.value.empty()) return {};
  if (!HasDvaShape(checked.value)) {
    // "NX 901541" is typed with a blank that means nothing.
    const auto joined = WithoutBlanks(checked.value);
    if (joined == checked.value || !HasDvaShape(joined)) {
      checked.state = State::kMalformed;
      return checked;
    }
    checked.value = joined;
  }
  if (checked.value.size() < 8) checked.note = Note::kUnpadded;
  return checked;
}

Checked CheckProviderNumber(std::string_view text) {
  constexpr std::string_view kLocations = "0123456789ABCDEFGHJKLMNPQRTUVWXY";
  constexpr std::string_view kChecks = "YXWTLKJHFBA";
  constexpr std::array<int, 6> kWeights = {3, 5, 8, 4, 2, 1};
  Checked checked{State::kValid, Normalised(text)};
  auto& value = checked.value;
  if (value.empty()) return {};
  if (value.size() == 7) {
    value.insert(value.begin(), '0');
    checked.note = Note::kPadded;
  }
  const auto location = value.size() == 8 ? kLocations.find(value[6]) : std::string_view::npos;
  if (location == std::string_view::npos || !AllDigits(std::string_view(value).substr(0, 6)) ||
      !IsCapital(value[7])) {
    checked.state = State::kMalformed;
    return checked;
  }
  int sum = 6 * static_cast<int>(location);
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += kWeights[i] * Digit(value[i]);
  if (kChecks[static_cast<std::size_t>(sum % 11)] != value[7]) checked.state = State::kCheckFailed;
  if (location == 0) checked.note = Note::kLocationZero;
  return checked;
}

Checked CheckPrescriberNumber(std::string_view text) {
  Checked checked{State::kValid, Normalised(text)};
  if (checked.value.empty()) return {};
  if (!AllDigits(checked.value) || checked.value.size() > 7) checked.state = State::kMalformed;
  return checked;
}

Checked CheckAhpra(std::string_view text) {
  Checked checked{State::kValid, Normalised(text)};
  const std::string_view value = checked.value;
  if (value.empty()) return {};
  if (value.size() != 13 || !std::all_of(value.begin(), value.begin() + 3, IsCapital) ||
      !AllDigits(value.substr(3))) {
    checked.state = State::kMalformed;
  }
  return checked;
}

std::optional<Identifier> Ihi(const Checked& checked) {
  return Build(checked, kIhiSystem, kInternational, "NI");
}
std::optional<Identifier> Hpii(const Checked& checked) {
  return Build(checked, kHpiiSystem, kInternational, "NPI");
}
std::optional<Identifier> Hpio(const Checked& checked) {
  return Build(checked, kHpioSystem, kAustralian, "NOI");
}
std::optional<Identifier> Medicare(const Checked& checked, std::string period_end) {
  auto identifier = Build(checked, kMedicareSystem, kInternational, "MC");
  if (identifier) identifier->period_end = std::move(period_end);
  return identifier;
}
std::optional<Identifier> Dva(const Checked& checked, std::string_view card) {
  return Build(checked, kDvaSystem, kAustralian, card.empty() ? "DVAU" : card);
}
std::optional<Identifier> ProviderNumber(const Checked& checked) {
  return Build(checked, kProviderSystem, kAustralian, "UPIN");
}
std::optional<Identifier> PrescriberNumber(const Checked& checked) {
  return Build(checked, kPrescriberSystem, kAustralian, "PRES");
}
std::optional<Identifier> Ahpra(const Checked& checked) {
  return Build(checked, kAhpraSystem, kAustralian, "AHPRA");
}

bool MayMatchPeople(const Identifier& identifier) {
  if (identifier.system == kIhiSystem) return CheckIhi(identifier.value).state == State::kValid;
  if (identifier.system == kDvaSystem) return CheckDva(identifier.value).state == State::kValid;
  if (identifier.system == kMedicareSystem) {
    const auto checked = CheckMedicare(identifier.value);
    return checked.state == State::kValid && checked.value.size() == 11;
  }
  return false;
}

std::string MatchKey(const Identifier& identifier) {
  if (identifier.system == kMedicareSystem && identifier.value.size() == 11) {
    return identifier.value.substr(0, 9) + identifier.value.substr(10);
  }
  return WithoutBlanks(identifier.value);
}

std::string MonthOfExpiry(std::string_view text) {
  const auto trimmed = Trim(text);
  if (trimmed.size() != 7 || trimmed[2] != '/' || !AllDigits(trimmed.substr(0, 2)) ||
      !AllDigits(trimmed.substr(3))) {
    return {};
  }
  const int month = Digit(trimmed[0]) * 10 + Digit(trimmed[1]);
  if (month < 1 || month > 12 || trimmed.substr(3) == "0000") return {};
  return std::string(trimmed.substr(3)) + "-" + std::string(trimmed.substr(0, 2));
}

}  // namespace pons::model::au
