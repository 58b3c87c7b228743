// SPDX-License-Identifier: Apache-2.0
// A search as the store understands it: clauses over indexed columns, always within what some
// grants may see. The API translates FHIR search parameters into this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/records.h"
#include "store/keys.h"
#include "store/records.h"

namespace pons::store {

enum class SearchField : std::uint8_t {
  kId,
  kPatient,
  kPractitioner,
  kLocation,
  kService,
  kAppointment,  // equal to any of `refs`
  kStatus,
  kGender,
  kActive,  // equal to any of `texts`
  kFamily,
  kGiven,
  kName,  // starts with any of `texts`
  kFamilyExact,
  kGivenExact,  // equals any of `texts` (folded)
  kIdentifier,  // any of `tokens`
  kBirthDate,
  kStart,
  kPeriod,
  kUpdated,  // `moment`
};

// A FHIR date search value: its prefix, and the interval its precision implies. Bounds are ms since
// the epoch, UTC, low included and high excluded; for kBirthDate they are midnights UTC of the
// days.
enum class Comparison : std::uint8_t { kEq, kNe, kGt, kLt, kGe, kLe, kSa, kEb };
struct Moment {
  Comparison comparison = Comparison::kEq;
  std::int64_t low = 0;
  std::int64_t high = 0;
};

struct Token {
  std::optional<std::string> system;  // nullopt: any; "" : none
  std::string value;                  // empty: any value of that system
};

struct SearchClause {
  SearchField field = SearchField::kId;
  std::vector<RefKey> refs = {};
  std::vector<std::string> texts = {};
  std::vector<Token> tokens = {};
  std::vector<Moment> moments = {};  // any of
  bool negated = false;
};

enum class SortField : std::uint8_t { kKey, kUpdated, kStart, kFamily, kBirthDate };

// Where the last page ended: the sort value and row of its last entry.
struct SearchPosition {
  std::string value;
  std::int64_t row = 0;
};

struct SearchQuery {
  model::Stream stream = model::Stream::kPatients;
  std::vector<GrantKey> grants;  // none: nothing is found
  std::vector<SearchClause> clauses;
  SortField sort = SortField::kKey;
  bool descending = false;
  std::optional<SearchPosition> after;
  std::uint32_t limit = 50;
  bool with_total = false;
};

struct SearchPage {
  std::vector<ServedRecord> records;
  std::optional<SearchPosition> next;  // empty: this was the last page
  std::optional<std::int64_t> total;
};

}  // namespace pons::store
