// SPDX-License-Identifier: Apache-2.0
// Australian health identifiers: shape, check digits, and their AU Base identifiers
// (au-identifiers sheet). Pure functions; any thread.
//
// What becomes of a number that is not right (au-identifiers sheet §2):
//   valid         served, and may be used to match people
//   check failed  served as it is held, since practices hold mistyped and re-issued cards and the
//                 reader can check it too; never used to match people (MayMatchPeople)
//   malformed     not served: it would be read as a number of a kind that it is not. The connector
//                 counts it by field name, never by value
//   empty         nothing
// A patient is never refused for an identifier.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/identifier.h"

namespace pons::model::au {

enum class State : std::uint8_t { kEmpty, kValid, kMalformed, kCheckFailed };

// Things that are unusual and allowed.
enum class Note : std::uint8_t {
  kNone,
  kIssueZero,     // Medicare: the issue number is 0
  kUnpadded,      // DVA: shorter than the eight characters usually printed
  kLocationZero,  // provider number: practice location 0
  kPadded,        // provider number: a leading zero was added
};

struct Checked {
  State state = State::kEmpty;
  std::string value;  // normalised; kept for malformed ones too, for comparing, never for showing
  Note note = Note::kNone;
  bool operator==(const Checked&) const = default;
};

Checked CheckIhi(std::string_view text);
Checked CheckHpii(std::string_view text);
Checked CheckHpio(std::string_view text);
// Ten digits, or eleven with the IRN at the end; "/" and "-" before the IRN are accepted.
Checked CheckMedicare(std::string_view text);
// The number and the line on the card in columns of their own. The IRN is appended only when both
// are well formed.
Checked CheckMedicare(std::string_view number, std::string_view irn);
Checked CheckDva(std::string_view text);
Checked CheckProviderNumber(std::string_view text);
Checked CheckPrescriberNumber(std::string_view text);  // shape only: its check rule is not public
Checked CheckAhpra(std::string_view text);

// Systems, as AU Base names them.
inline constexpr std::string_view kIhiSystem = "http://ns.electronichealth.net.au/id/hi/ihi/1.0";
inline constexpr std::string_view kHpiiSystem = "http://ns.electronichealth.net.au/id/hi/hpii/1.0";
inline constexpr std::string_view kHpioSystem = "http://ns.electronichealth.net.au/id/hi/hpio/1.0";
inline constexpr std::string_view kMedicareSystem =
    "http://ns.electronichealth.net.au/id/medicare-number";
inline constexpr std::string_view kDvaSystem = "http://ns.electronichealth.net.au/id/dva";
inline constexpr std::string_view kProviderSystem =
    "http://ns.electronichealth.net.au/id/medicare-provider-number";
inline constexpr std::string_view kPrescriberSystem =
    "http://ns.electronichealth.net.au/id/medicare-prescriber-number";
inline constexpr std::string_view kAhpraSystem = "http://hl7.org.au/id/ahpra-registration-number";

// Empty for what is not served.
std::optional<Identifier> Ihi(const Checked& checked);
std::optional<Identifier> Hpii(const Checked& checked);
std::optional<Identifier> Hpio(const Checked& checked);
// `period_end` is a FHIR date of any precision, or empty.
std::optional<Identifier> Medicare(const Checked& checked, std::string period_end);
// `card` is DVG, DVW, DVO, DVL, or empty for not known.
std::optional<Identifier> Dva(const Checked& checked, std::string_view card);
std::optional<Identifier> ProviderNumber(const Checked& checked);
std::optional<Identifier> PrescriberNumber(const Checked& checked);
std::optional<Identifier> Ahpra(const Checked& checked);

// Whether two records may be held for one person because of this identifier: its check must pass,
// and a Medicare number must carry the IRN, since a family shares the card.
bool MayMatchPeople(const Identifier& identifier);
// What to compare: Medicare without the issue number, which changes on re-issue; DVA without
// blanks.
std::string MatchKey(const Identifier& identifier);

// "05/2028", as practice systems hold card expiries, to "2028-05"; empty where it is no month.
std::string MonthOfExpiry(std::string_view text);

}  // namespace pons::model::au
