// SPDX-License-Identifier: Apache-2.0
// FHIR search: which parameters each type has, and how a query becomes a store::SearchQuery. The
// same table is what the CapabilityStatement tells, so the two cannot differ.
// Pure functions, but for the callback that looks up appointment types.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/records.h"
#include "net/url.h"
#include "store/search.h"

namespace pons::api {

enum class ParamKind : std::uint8_t {
  kId,          // _id
  kCode,        // token over one column: status, gender, active
  kIdentifier,  // token system|value
  kString,
  kDate,
  kReference,
  kActor,        // reference to any of several types, named by the value
  kServiceType,  // token: the practice's code of an appointment type
  kTypeCode,     // token: a code in kGivenExact, with its system in kFamilyExact
  kTarget,       // reference to a record of any type, by its id alone
};

struct SearchParam {
  std::string_view name;
  ParamKind kind;
  store::SearchField field;
  std::optional<store::SearchField> exact;  // field of the :exact modifier
  std::optional<model::Stream> target;      // of a reference
  std::string_view documentation;
};

// The parameters of a type, those that all types have included.
std::span<const SearchParam> SearchParamsOf(model::Stream stream);
// The FHIR name of a parameter's type: "token".
std::string_view ParamTypeName(ParamKind kind);
// What _sort takes for this type: "date", "_lastUpdated", …
std::vector<std::string_view> SortNamesOf(model::Stream stream);

struct SearchContext {
  std::string_view base_url;  // ".../fhir/R4": absolute references start with it
  Instant now{};              // for the prefix "ap"
  bool strict = false;        // Prefer: handling=strict
  // Records of appointment types with this code; system absent: any.
  std::function<std::vector<store::RefKey>(const std::optional<std::string>& system,
                                           const std::string& code)>
      services = {};
};

struct ParsedSearch {
  store::SearchQuery query;  // without grants
  net::FormFields used;      // what was understood, in order: for link.self
  bool count_only = false;
};

constexpr std::uint32_t kDefaultPage = 50;
constexpr std::uint32_t kLargestPage = 500;

// Errors: kMisconfigured for a value that cannot be read, kUnsupported for a modifier or, where
// strict, a parameter that is not known. The summary never repeats a value.
Result<ParsedSearch> ParseSearch(model::Stream stream, const net::FormFields& fields,
                                 const SearchContext& context);

// A FHIR date search value, prefix included. nullopt where it is none.
std::optional<store::Moment> ParseMoment(std::string_view text, Instant now);

}  // namespace pons::api
