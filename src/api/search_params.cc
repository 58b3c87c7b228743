// SPDX-License-Identifier: Apache-2.0
#include "api/search_params.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace pons::api {
namespace {

using model::Stream;
using store::SearchField;

constexpr std::size_t kMostParameters = 50;
constexpr std::size_t kMostValues = 100;

struct SortName {
  std::string_view name;
  store::SortField field;
};
constexpr std::array<SortName, 5> kSorts = {{
    {"_id", store::SortField::kKey},
    {"_lastUpdated", store::SortField::kUpdated},
    {"date", store::SortField::kStart},
    {"family", store::SortField::kFamily},
    {"birthdate", store::SortField::kBirthDate},
}};

bool SortFits(const SortName& sort, Stream stream) {
  switch (sort.field) {
    case store::SortField::kKey:
    case store::SortField::kUpdated:
      return true;
    case store::SortField::kStart:
      return stream == Stream::kAppointments || stream == Stream::kEncounters ||
             stream == Stream::kDocumentReferences;
    case store::SortField::kFamily:
      return stream == Stream::kPatients || stream == Stream::kPractitioners;
    case store::SortField::kBirthDate:
      return stream == Stream::kPatients;
  }
  return false;
}

Error Unreadable(std::string_view name, std::string_view expected) {
  return MakeError(Fault::kMisconfigured, "The value of \"" + std::string(name) +
                                              "\" cannot be read: " + std::string(expected) + ".");
}

// Parts between unescaped separators; escapes (\, \| \$ \\) are kept for the next split.
std::vector<std::string_view> SplitUnescaped(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == separator) {
      parts.push_back(text.substr(from, i - from));
      from = i + 1;
    }
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

bool IsFhirId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

// "Patient/1", "1", or an absolute URL of ours.
struct Reference {
  std::string_view type;  // empty: not said
  std::string_view id;
};
std::optional<Reference> ReadReference(std::string_view text, std::string_view base_url) {
  if (text.find("://") != std::string_view::npos) {
    if (base_url.empty() || !text.starts_with(base_url) ||
        !text.substr(base_url.size()).starts_with('/')) {
      return Reference{"", ""};  // somewhere else: fits nothing here
    }
    text.remove_prefix(base_url.size() + 1);
  }
  Reference reference;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    reference.type = text.substr(0, slash);
    text.remove_prefix(slash + 1);
  }
  reference.id = text;
  if (!IsFhirId(reference.id)) return std::nullopt;
  return reference;
}

std::string NormalIdentifier(std::string_view value) {
  std::string out;
  for (const char c : AsciiUpper(value)) {
    if (c != ' ') out += c;
  }
  return out;
}

class ParameterReader {
 public:
  ParameterReader(const SearchParam& param, std::string_view modifier, std::string_view value,
                  const SearchContext& context)
      : param_(param), modifier_(modifier), value_(value), context_(context) {}

  Result<store::SearchClause> Read() {
    clause_.field = param_.field;
    const auto values = SplitUnescaped(value_, ',');
    if (values.size() > kMostValues) {
      return Unreadable(param_.name, "at most 100 values can be given");
    }
    for (const std::string_view value : values) {
      if (value.empty()) return Unreadable(param_.name, "it is empty");
      PONS_TRY(One(value));
    }
    return std::move(clause_);
  }

 private:
  Result<void> One(std::string_view value) {
    switch (param_.kind) {
      case ParamKind::kId:
        return Id(value);
      case ParamKind::kCode:
        return Code(value);
      case ParamKind::kIdentifier:
        return Identifier(value);
      case ParamKind::kString:
        return String(value);
      case ParamKind::kDate:
        return Moment(value);
      case ParamKind::kReference:
        return Reference(value);
      case ParamKind::kActor:
        return Actor(value);
      case ParamKind::kServiceType:
        return ServiceType(value);
      case ParamKind::kTypeCode:
        return TypeCode(value);
      case ParamKind::kTarget:
        return Target(value);
    }
    return Ok();
  }

  Error BadModifier() const {
    return MakeError(Fault::kUnsupported, "The modifier \":" + std::string(modifier_) +
                                              "\" is not supported on \"" +
                                              std::string(param_.name) + "\".");
  }

  Result<void> Id(std::string_view value) {
    if (!modifier_.empty()) return BadModifier();
    // What cannot be an id fits nothing; that is an answer, not a mistake.
    clause_.refs.push_back(store::KeyOf(value));
    return Ok();
  }

  Result<void> Code(std::string_view value) {
    if (modifier_ == "not") {
      clause_.negated = true;
    } else if (!modifier_.empty()) {
      return BadModifier();
    }
    const auto parts = SplitUnescaped(value, '|');
    if (parts.size() > 2) return Unreadable(param_.name, "a token is code or system|code");
    // These codes have one system each, so that naming it changes nothing.
    clause_.texts.push_back(Unescape(parts.back()));
    return Ok();
  }

  Result<void> Identifier(std::string_view value) {
    if (!modifier_.empty()) return BadModifier();
    const auto parts = SplitUnescaped(value, '|');
    if (parts.size() > 2) return Unreadable(param_.name, "an identifier is value or system|value");
    store::Token token;
    if (parts.size() == 2) token.system = Unescape(parts[0]);
    token.value = NormalIdentifier(Unescape(parts.back()));
    if (token.value.empty() && (!token.system || token.system->empty())) {
      return Unreadable(param_.name, "neither system nor value is given");
    }
    clause_.tokens.push_back(std::move(token));
    return Ok();
  }

  Result<void> String(std::string_view value) {
    if (modifier_ == "exact" && param_.exact) {
      clause_.field = *param_.exact;
    } else if (!modifier_.empty()) {
      return BadModifier();
    }
    std::string folded = FoldForSearch(Unescape(value));
    const std::string_view trimmed = Trim(folded);
    if (trimmed.empty()) return Unreadable(param_.name, "it holds no letter");
    clause_.texts.emplace_back(trimmed);
    return Ok();
  }

  Result<void> Moment(std::string_view value) {
    if (!modifier_.empty()) return BadModifier();
    const auto moment = ParseMoment(value, context_.now);
    if (!moment) {
      return Unreadable(param_.name,
                        "a date is 2026, 2026-03, 2026-03-09 or 2026-03-09T15:00:00+11:00, with "
                        "eq, ne, gt, lt, ge, le, sa, eb or ap before it");
    }
    clause_.moments.push_back(*moment);
    return Ok();
  }

  Result<void> Reference(std::string_view value) {
    const std::string_view type = model::ResourceTypeOf(*param_.target);
    if (!modifier_.empty() && modifier_ != type) return BadModifier();
    const auto reference = ReadReference(value, context_.base_url);
    if (!reference) {
      return Unreadable(param_.name, "a reference is an id or " + std::string(type) + "/id");
    }
    const bool fits = reference->type.empty() || reference->type == type;
    clause_.refs.push_back(store::KeyOf(fits ? reference->id : std::string_view()));
    return Ok();
  }

  Result<void> Actor(std::string_view value) {
    const auto reference = ReadReference(value, context_.base_url);
    if (!reference) return Unreadable(param_.name, "a reference is Type/id");
    const std::string_view type = reference->type.empty() ? modifier_ : reference->type;
    if (type.empty() && !reference->id.empty()) {
      return Unreadable(param_.name, "say which type it is: Practitioner/id");
    }
    struct Actor {
      std::string_view type;
      SearchField field;
    };
    constexpr std::array<Actor, 4> kActors = {{{"Patient", SearchField::kPatient},
                                               {"Practitioner", SearchField::kPractitioner},
                                               {"Location", SearchField::kLocation},
                                               {"HealthcareService", SearchField::kService}}};
    std::optional<SearchField> field;
    for (const auto& actor : kActors) {
      if (actor.type == type) field = actor.field;
    }
    // A type that takes part in no appointment of ours fits nothing.
    clause_.refs.push_back(store::KeyOf(field ? reference->id : std::string_view()));
    if (!field) return Ok();
    if (clause_.refs.size() > 1 && clause_.field != *field) {
      return MakeError(Fault::kUnsupported,
                       "All values of one \"actor\" must be of the same type; repeat the "
                       "parameter, or search twice.");
    }
    clause_.field = *field;
    return Ok();
  }

  Result<void> ServiceType(std::string_view value) {
    if (!modifier_.empty()) return BadModifier();
    const auto parts = SplitUnescaped(value, '|');
    if (parts.size() > 2 || parts.back().empty()) {
      return Unreadable(param_.name, "a token is code or system|code");
    }
    std::optional<std::string> system;
    if (parts.size() == 2) system = Unescape(parts[0]);
    const auto found = context_.services ? context_.services(system, Unescape(parts.back()))
                                         : std::vector<store::RefKey>();
    clause_.refs.insert(clause_.refs.end(), found.begin(), found.end());
    if (clause_.refs.empty()) clause_.refs.push_back(store::KeyOf(""));
    return Ok();
  }

  Result<void> TypeCode(std::string_view value) {
    if (!modifier_.empty()) return BadModifier();
    const auto parts = SplitUnescaped(value, '|');
    if (parts.size() > 2 || parts.back().empty()) {
      return Unreadable(param_.name, "a token is code or system|code");
    }
    const bool whole = parts.size() == 2;
    const auto field = whole ? SearchField::kFamilyExact : SearchField::kGivenExact;
    if (!clause_.texts.empty() && clause_.field != field) {
      return MakeError(Fault::kUnsupported,
                       "All values of one \"type\" must be of the same form: code, or "
                       "system|code.");
    }
    clause_.field = field;
    clause_.texts.push_back(whole ? Unescape(parts[0]) + "|" + Unescape(parts[1])
                                  : Unescape(parts[0]));
    return Ok();
  }

  Result<void> Target(std::string_view value) {
    const auto reference = ReadReference(value, context_.base_url);
    if (!reference) return Unreadable(param_.name, "a reference is Type/id");
    clause_.refs.push_back(store::KeyOf(reference->id));
    return Ok();
  }

  const SearchParam& param_;
  std::string_view modifier_;
  std::string_view value_;
  const SearchContext& context_;
  store::SearchClause clause_;
};

// Parameters about the answer rather than about what is looked for. nullopt: not one of them.
std::optional<Result<bool>> ReadControl(std::string_view name, const std::string& value,
                                        Stream stream, ParsedSearch& parsed) {
  if (name == "_count") {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (value.empty() || error != std::errc() || end != value.data() + value.size()) {
      return Unreadable("_count", "it must be a number, 0 or more");
    }
    if (count == 0) parsed.count_only = true;
    parsed.query.limit = std::min(count, kLargestPage);
    return true;
  }
  if (name == "_summary") {
    if (value == "false") return true;
    if (value != "count") return false;
    parsed.count_only = true;
    return true;
  }
  if (name == "_total") {
    if (value != "none" && value != "estimate" && value != "accurate") {
      return Unreadable("_total", "it must be none, estimate or accurate");
    }
    parsed.query.with_total = value != "none";
    return true;
  }
  if (name == "_format") return true;  // judged before the search
  if (name == "_sort") {
    std::string_view key = value;
    const bool descending = key.starts_with('-');
    if (descending) key.remove_prefix(1);
    for (const auto& sort : kSorts) {
      if (sort.name == key && SortFits(sort, stream)) {
        parsed.query.sort = sort.field;
        parsed.query.descending = descending;
        return true;
      }
    }
    return false;
  }
  return std::nullopt;
}

const SearchParam* FindParam(Stream stream, std::string_view name) {
  for (const auto& param : SearchParamsOf(stream)) {
    if (param.name == name) return &param;
  }
  return nullptr;
}

Error NotKnown(std::string_view name, Stream stream) {
  return MakeError(Fault::kUnsupported, "The parameter \"" + std::string(name.substr(0, 64)) +
                                            "\" is not supported for " +
                                            std::string(model::ResourceTypeOf(stream)) +
                                            "; /fhir/R4/metadata lists those that are.");
}

}  // namespace

std::string_view ParamTypeName(ParamKind kind) {
  switch (kind) {
    case ParamKind::kString:
      return "string";
    case ParamKind::kDate:
      return "date";
    case ParamKind::kReference:
    case ParamKind::kActor:
    case ParamKind::kTarget:
      return "reference";
    case ParamKind::kId:
    case ParamKind::kCode:
    case ParamKind::kIdentifier:
    case ParamKind::kServiceType:
    case ParamKind::kTypeCode:
      return "token";
  }
  return "token";
}

std::vector<std::string_view> SortNamesOf(Stream stream) {
  std::vector<std::string_view> names;
  for (const auto& sort : kSorts) {
    if (SortFits(sort, stream)) names.push_back(sort.name);
  }
  return names;
}

Result<ParsedSearch> ParseSearch(Stream stream, const net::FormFields& fields,
                                 const SearchContext& context) {
  if (fields.size() > kMostParameters) {
    return MakeError(Fault::kMisconfigured, "A search takes at most 50 parameters.");
  }
  ParsedSearch parsed;
  parsed.query.stream = stream;
  parsed.query.limit = kDefaultPage;
  for (const auto& field : fields) {
    const std::string_view whole = field.first;
    const auto colon = whole.find(':');
    const std::string_view name = whole.substr(0, colon);
    const std::string_view modifier =
        colon == std::string_view::npos ? std::string_view() : whole.substr(colon + 1);
    if (auto control = ReadControl(whole, field.second, stream, parsed)) {
      if (!*control) return std::move(*control).error();
      if (**control) {
        parsed.used.push_back(field);
      } else if (context.strict) {
        return MakeError(Fault::kUnsupported, "This value of \"" + std::string(name) +
                                                  "\" is not supported for " +
                                                  std::string(model::ResourceTypeOf(stream)) + ".");
      }
      continue;
    }
    const SearchParam* param = FindParam(stream, name);
    if (param == nullptr) {
      if (context.strict) return NotKnown(name, stream);
      continue;
    }
    PONS_ASSIGN(auto clause, ParameterReader(*param, modifier, field.second, context).Read());
    parsed.query.clauses.push_back(std::move(clause));
    parsed.used.push_back(field);
  }
  if (parsed.count_only) {
    parsed.query.limit = 0;
    parsed.query.with_total = true;
  }
  return parsed;
}

}  // namespace pons::api
