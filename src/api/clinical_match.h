// SPDX-License-Identifier: Apache-2.0
// Which items of a practice's answer a search asks for. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/clinical.h"
#include "model/clinical.h"
#include "store/search.h"

namespace pons::api {

struct LiveSearch {
  std::string patient;  // its FHIR id
  struct Clause {
    LiveField field = LiveField::kCode;
    std::vector<store::Token> tokens;    // any of
    std::vector<store::Moment> moments;  // any of
  };
  std::vector<Clause> clauses;  // all of
  std::uint32_t count = 0;
  bool count_only = false;
  std::uint32_t offset = 0;
  net::FormFields used;  // what was understood, for link.self; without _offset
};

// Errors: kMisconfigured for a value that cannot be read, kUnsupported for a modifier or, where
// strict, a parameter that is not known. The summary never repeats a value.
Result<LiveSearch> ParseLiveSearch(const LiveType& type, const net::FormFields& fields,
                                   std::string_view base_url, Instant now, bool strict);

// Kinds that can hold a match: a category rules some out.
std::vector<model::ClinicalKind> KindsFor(const LiveType& type, const LiveSearch& search);

bool Matches(const model::ClinicalItem& item, const LiveSearch& search, Instant now);
// When it was, for the order; empty: not known.
std::string_view DateOf(const model::ClinicalItem& item);

}  // namespace pons::api
