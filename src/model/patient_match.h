// SPDX-License-Identifier: Apache-2.0
// Are two descriptions of a patient the same person? Used by $match, and by connectors before they
// add somebody, so that both mean the same by "same" and "similar".
//
// Pure and symmetric: Compare(a, b) == Compare(b, a). Names are compared without case, accents,
// blanks, hyphens and apostrophes; given names by the first one as well (Ann = Ann Marie), and a
// preferred name counts as a given name. An identifier that both have and that differs (Medicare
// number with IRN, IHI, DVA) speaks against; one that both have and that agrees speaks for.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/records.h"

namespace pons::model {

// FHIR match-grade.
enum class MatchGrade : std::uint8_t {
  kCertainlyNot,
  kPossible,
  kProbable,  // similar: a person has to look
  kCertain,   // exact: family, given and birth date agree, nothing speaks against
};
std::string_view MatchGradeCode(MatchGrade grade);  // "certain"

struct PatientMatch {
  MatchGrade grade = MatchGrade::kCertainlyNot;
  double score = 0;  // 0 to 1
  bool operator==(const PatientMatch&) const = default;
};

PatientMatch Compare(const Patient& a, const Patient& b);

}  // namespace pons::model
