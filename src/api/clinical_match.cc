// SPDX-License-Identifier: Apache-2.0
#include "api/clinical_match.h"

#include <algorithm>
#include <charconv>

#include "api/search_params.h"
#include "base/text.h"
#include "fhir/clinical.h"

namespace pons::api {
namespace {

constexpr std::string_view kConditionCategory =
    "http://terminology.hl7.org/CodeSystem/condition-category";
constexpr std::string_view kObservationCategory =
    "http://terminology.hl7.org/CodeSystem/observation-category";
constexpr std::uint32_t kDefaultCount = 200;
constexpr std::uint32_t kLargestCount = 1000;
constexpr std::size_t kMostParameters = 50;
constexpr std::size_t kMostValues = 100;

// What searches can ask about an item.
struct Facts {
  std::vector<model::Coding> category, code, relationship;
  std::string_view status;
  std::string_view date;
};

struct FactsOf {
  Facts operator()(const model::Condition& c) const {
    return {{{std::string(kConditionCategory), "problem-list-item", ""}},
            {c.code},
            {},
            c.resolved ? "resolved" : "active",
            c.onset};
  }
  Facts operator()(const model::MedicationStatement& m) const {
    return {{}, {m.medication}, {}, "active", m.start};
  }
  Facts operator()(const model::AllergyIntolerance& a) const {
    return {{}, {a.substance}, {}, "active", a.recorded};
  }
  Facts operator()(const model::Observation& o) const {
    return {
        {{std::string(kObservationCategory), o.category, ""}}, {o.code}, {}, "final", o.effective};
  }
  Facts operator()(const model::FamilyMemberHistory& f) const {
    return {{}, f.conditions, {f.relationship}, f.none_known ? "health-unknown" : "completed", {}};
  }
  Facts operator()(const model::ClinicalDocument& d) const {
    auto type = d.type;
    type.system = fhir::kPracticeDocumentSystem;
    return {{{std::string(fhir::kPracticeDocumentSystem),
              std::string(fhir::kPracticeDocumentCategory), ""}},
            {type},
            {},
            "current",
            d.date};
  }
};

Error Unreadable(std::string_view name, std::string_view what) {
  return MakeError(Fault::kMisconfigured, "The value of \"" + std::string(name) +
                                              "\" cannot be read: " + std::string(what) + ".");
}

store::Token ReadToken(std::string_view text) {
  const auto bar = text.find('|');
  if (bar == std::string_view::npos) return {std::nullopt, std::string(text)};
  return {std::string(text.substr(0, bar)), std::string(text.substr(bar + 1))};
}

bool Fits(const model::Coding& coding, const store::Token& token) {
  if (token.system && *token.system != coding.system) return false;
  if (token.value.empty()) return token.system && !coding.code.empty();
  return token.value == coding.code;
}

bool FitsAny(const std::vector<model::Coding>& codings, const std::vector<store::Token>& tokens) {
  return std::any_of(codings.begin(), codings.end(), [&](const auto& coding) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&](const auto& token) { return Fits(coding, token); });
  });
}

// FHIR: the item's date and the value's are intervals.
bool Holds(const store::Moment& asked, const store::Moment& held) {
  using store::Comparison;
  switch (asked.comparison) {
    case Comparison::kEq:
      return held.low >= asked.low && held.high <= asked.high;
    case Comparison::kNe:
      return held.low < asked.low || held.high > asked.high;
    case Comparison::kGt:
      return held.high > asked.high;
    case Comparison::kLt:
      return held.low < asked.low;
    case Comparison::kGe:
      return held.low >= asked.low || held.high > asked.high;
    case Comparison::kLe:
      return held.high <= asked.high || held.low < asked.low;
    case Comparison::kSa:
      return held.low >= asked.high;
    case Comparison::kEb:
      return held.high <= asked.low;
  }
  return false;
}

Result<std::string> ReadPatient(std::string_view name, std::string_view value,
                                std::string_view base_url) {
  if (value.find("://") != std::string_view::npos) {
    if (!value.starts_with(base_url)) return Unreadable(name, "it is not of this server");
    value.remove_prefix(base_url.size());
    if (value.starts_with('/')) value.remove_prefix(1);
  }
  if (value.starts_with("Patient/")) value.remove_prefix(8);
  const bool plain =
      !value.empty() && value.size() <= 64 && std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
      });
  if (!plain) return Unreadable(name, "a reference is one id or Patient/id");
  return std::string(value);
}

Result<std::uint32_t> ReadNumber(std::string_view name, std::string_view value) {
  std::uint32_t number = 0;
  const auto [stop, code] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (code != std::errc() || stop != value.data() + value.size()) {
    return Unreadable(name, "it is a whole number");
  }
  return number;
}

Result<LiveSearch::Clause> ReadClause(const LiveParam& param, std::string_view value, Instant now) {
  LiveSearch::Clause clause;
  clause.field = param.field;
  const auto values = Split(value, ',');
  if (values.size() > kMostValues) return Unreadable(param.name, "it has more than 100 values");
  for (const auto one : values) {
    if (param.field != LiveField::kDate) {
      clause.tokens.push_back(ReadToken(one));
      continue;
    }
    const auto moment = ParseMoment(one, now);
    if (!moment) return Unreadable(param.name, "dates look like 2026, 2026-05 or ge2026-05-04");
    clause.moments.push_back(*moment);
  }
  return clause;
}

}  // namespace

Result<LiveSearch> ParseLiveSearch(const LiveType& type, const net::FormFields& fields,
                                   std::string_view base_url, Instant now, bool strict) {
  LiveSearch search;
  search.count = kDefaultCount;
  if (fields.size() > kMostParameters) {
    return MakeError(Fault::kMisconfigured, "A search has at most 50 parameters.");
  }
  for (const auto& field : fields) {
    const auto& name = field.first;
    const auto& value = field.second;
    if (name == "_format" || name == "_pretty") continue;
    if (name == "_count") {
      PONS_ASSIGN(search.count, ReadNumber(name, value));
      search.count_only = search.count == 0;
      search.count = std::min(search.count, kLargestCount);
    } else if (name == "_offset") {
      PONS_ASSIGN(search.offset, ReadNumber(name, value));
      continue;
    } else {
      const auto param = std::find_if(type.params.begin(), type.params.end(),
                                      [&](const LiveParam& one) { return one.name == name; });
      if (param == type.params.end()) {
        const bool modified = name.find(':') != std::string::npos;
        if (modified || strict) {
          return MakeError(Fault::kUnsupported, modified
                                                    ? "No search modifiers are known here."
                                                    : "A parameter of this search is not known.");
        }
        continue;
      }
      if (param->field == LiveField::kPatient) {
        PONS_ASSIGN(auto patient, ReadPatient(name, value, base_url));
        if (!search.patient.empty() && search.patient != patient) {
          return Unreadable(name, "one patient at a time is asked for");
        }
        search.patient = std::move(patient);
      } else {
        PONS_ASSIGN(auto clause, ReadClause(*param, value, now));
        search.clauses.push_back(std::move(clause));
      }
    }
    search.used.emplace_back(name, value);
  }
  if (search.patient.empty()) {
    return MakeError(Fault::kMisconfigured,
                     "Say whose: " + std::string(type.name) + "?patient=ID.");
  }
  return search;
}

std::vector<model::ClinicalKind> KindsFor(const LiveType& type, const LiveSearch& search) {
  std::vector<model::ClinicalKind> kinds;
  for (const auto kind : type.kinds) {
    const bool social = kind == model::ClinicalKind::kSocialHistory;
    const bool observed = social || kind == model::ClinicalKind::kVitalSigns;
    const model::Coding category{std::string(kObservationCategory),
                                 social ? "social-history" : "vital-signs", ""};
    const bool possible =
        !observed ||
        std::all_of(search.clauses.begin(), search.clauses.end(), [&](const auto& clause) {
          return clause.field != LiveField::kCategory || FitsAny({category}, clause.tokens);
        });
    if (possible) kinds.push_back(kind);
  }
  return kinds;
}

bool Matches(const model::ClinicalItem& item, const LiveSearch& search, Instant now) {
  const Facts facts = std::visit(FactsOf(), item.record);
  const auto fits = [&](const LiveSearch::Clause& clause) {
    switch (clause.field) {
      case LiveField::kPatient:
        return true;
      case LiveField::kCategory:
        return FitsAny(facts.category, clause.tokens);
      case LiveField::kCode:
        return FitsAny(facts.code, clause.tokens);
      case LiveField::kRelationship:
        return FitsAny(facts.relationship, clause.tokens);
      case LiveField::kStatus:
        return std::any_of(clause.tokens.begin(), clause.tokens.end(),
                           [&](const auto& token) { return token.value == facts.status; });
      case LiveField::kDate: {
        const auto held = ParseMoment(facts.date, now);
        return held && std::any_of(clause.moments.begin(), clause.moments.end(),
                                   [&](const auto& asked) { return Holds(asked, *held); });
      }
    }
    return false;
  };
  return std::all_of(search.clauses.begin(), search.clauses.end(), fits);
}

std::string_view DateOf(const model::ClinicalItem& item) {
  return std::visit(FactsOf(), item.record).date;
}

}  // namespace pons::api
