// SPDX-License-Identifier: Apache-2.0
#include "fhir/parts.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace pons::fhir {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Tabs and line ends are text; the rest of the control characters FHIR does not allow.
bool IsForbidden(char c) { return IsControl(c) && c != '\t' && c != '\r' && c != '\n'; }

bool IsBlank(char c) { return c == ' ' || IsControl(c); }

bool IsOneOf(std::string_view code, std::string_view known) {
  for (std::size_t at = 0; at < known.size();) {
    const auto end = std::min(known.find(' ', at), known.size());
    if (known.substr(at, end - at) == code) return true;
    at = end + 1;
  }
  return false;
}

bool AreDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void WriteIdentifier(json::Writer& w, const model::Identifier& identifier) {
  w.BeginObject();
  WriteCode(w, "use", identifier.use, "usual official temp secondary old");
  if (HasText(identifier.type_code)) {
    w.Key("type");
    WriteConcept(w, identifier.type_system, identifier.type_code, {});
  }
  WriteText(w, "system", identifier.system);
  WriteText(w, "value", identifier.value);
  if (IsPartialDate(identifier.period_end)) {
    w.Key("period");
    w.BeginObject();
    w.Member("end", identifier.period_end);
    w.EndObject();
  }
  if (HasText(identifier.assigner)) {
    w.Key("assigner");
    w.BeginObject();
    WriteText(w, "display", identifier.assigner);
    w.EndObject();
  }
  w.EndObject();
}

}  // namespace

ResourceWriter::ResourceWriter(std::string_view type, std::string_view profile,
                               const EncodeContext& context)
    : context_(context), json_(out_.tail) {
  out_.head.reserve(96);
  out_.head += "{\"resourceType\":\"";
  out_.head += type;
  out_.head += "\",\"id\":\"";
  out_.head += context.id;
  out_.head += "\",\"meta\":{";
  out_.tail.reserve(2048);
  if (!context.source.empty()) {
    out_.tail += ",\"source\":";
    json::AppendQuoted(out_.tail, context.source);
  }
  if (!profile.empty()) {
    out_.tail += ",\"profile\":[\"";
    out_.tail += profile;
    out_.tail += "\"]";
  }
  json_.Raw("}");  // ends meta; the members that follow get their commas
}

Encoded ResourceWriter::Finish() && {
  json_.EndObject();
  return std::move(out_);
}

std::string_view Clean(std::string_view text, std::string& room) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  if (std::none_of(text.begin(), text.end(), IsForbidden)) return text;
  room.clear();
  std::copy_if(text.begin(), text.end(), std::back_inserter(room),
               [](char c) { return !IsForbidden(c); });
  return room;
}

bool HasText(std::string_view text) { return !std::all_of(text.begin(), text.end(), IsBlank); }

bool WriteText(json::Writer& w, std::string_view key, std::string_view text) {
  std::string room;
  const auto clean = Clean(text, room);
  if (clean.empty()) return false;
  w.Member(key, clean);
  return true;
}

void WriteCode(json::Writer& w, std::string_view key, std::string_view code,
               std::string_view known) {
  if (!code.empty() && IsOneOf(code, known)) w.Member(key, code);
}

bool IsPartialDate(std::string_view text) {
  const bool shape = text.size() == 4 || (text.size() == 7 && text[4] == '-') || text.size() == 10;
  if (!shape || !AreDigits(text.substr(0, 4)) || text.substr(0, 4) == "0000") return false;
  if (text.size() == 10) return ParseDate(text).has_value();
  if (text.size() == 4) return true;
  const auto month = text.substr(5);
  return AreDigits(month) && month >= "01" && month <= "12";
}

void WriteCoding(json::Writer& w, std::string_view system, std::string_view code,
                 std::string_view display) {
  w.BeginObject();
  WriteText(w, "system", system);
  WriteText(w, "code", code);
  WriteText(w, "display", display);
  w.EndObject();
}

void WriteConcept(json::Writer& w, std::string_view system, std::string_view code,
                  std::string_view display) {
  w.BeginObject();
  if (HasText(code)) {
    w.Key("coding");
    w.BeginArray();
    WriteCoding(w, system, code, display);
    w.EndArray();
  }
  WriteText(w, "text", display);
  w.EndObject();
}

void WriteConcept(json::Writer& w, const model::Coding& coding) {
  WriteConcept(w, coding.system, coding.code, coding.display);
}

bool HasText(const model::Coding& coding) {
  return HasText(coding.code) || HasText(coding.display);
}

void WriteIdentifiers(ResourceWriter& r, model::Stream stream, std::string_view type_code,
                      const std::vector<model::Identifier>& identifiers) {
  auto& w = r.json();
  const auto& context = r.context();
  const bool local = HasText(context.vendor_id);
  const auto has_value = [](const model::Identifier& i) { return HasText(i.value); };
  if (!local && std::none_of(identifiers.begin(), identifiers.end(), has_value)) return;
  w.Key("identifier");
  w.BeginArray();
  if (local) {
    w.BeginObject();
    if (!type_code.empty()) {
      w.Key("type");
      WriteConcept(w, kV2Types, type_code, {});
    }
    std::string system(context.identifier_base);
    system += '/';
    system += LocalIdentifierName(stream);
    w.Member("system", system);
    WriteText(w, "value", context.vendor_id);
    if (HasText(context.practice_name)) {
      w.Key("assigner");
      w.BeginObject();
      WriteText(w, "display", context.practice_name);
      w.EndObject();
    }
    w.EndObject();
  }
  for (const auto& identifier : identifiers) {
    if (has_value(identifier)) WriteIdentifier(w, identifier);
  }
  w.EndArray();
}

bool HasName(const model::HumanName& name) {
  return HasText(name.family) || HasText(name.given) || HasText(name.middle);
}

void WriteName(json::Writer& w, const model::HumanName& name) {
  w.BeginObject();
  WriteCode(w, "use", name.use, "usual official temp nickname anonymous old maiden");
  WriteText(w, "family", name.family);
  // The vendor's given-name field may hold a double name ("Mary Anne"); only the vendor's own
  // division into fields is taken over.
  if (HasText(name.given) || HasText(name.middle)) {
    w.Key("given");
    w.BeginArray();
    std::string room;
    for (const auto* part : {&name.given, &name.middle}) {
      if (HasText(*part)) w.String(Clean(*part, room));
    }
    w.EndArray();
  }
  if (HasText(name.prefix)) {
    w.Key("prefix");
    w.BeginArray();
    std::string room;
    w.String(Clean(name.prefix, room));
    w.EndArray();
  }
  w.EndObject();
}

void WriteTelecoms(json::Writer& w, const std::vector<model::ContactPoint>& telecoms) {
  const auto has_value = [](const model::ContactPoint& t) { return HasText(t.value); };
  if (std::none_of(telecoms.begin(), telecoms.end(), has_value)) return;
  constexpr std::string_view kSystems = "phone fax email pager url sms other";
  w.Key("telecom");
  w.BeginArray();
  for (const auto& telecom : telecoms) {
    if (!has_value(telecom)) continue;
    w.BeginObject();
    w.Member("system", IsOneOf(telecom.system, kSystems) ? std::string_view(telecom.system)
                                                         : std::string_view("other"));
    WriteText(w, "value", telecom.value);
    WriteCode(w, "use", telecom.use, "home work temp old mobile");
    w.EndObject();
  }
  w.EndArray();
}

bool HasAddress(const model::Address& address) {
  return std::any_of(address.line.begin(), address.line.end(),
                     [](const std::string& line) { return HasText(line); }) ||
         HasText(address.city) || HasText(address.postal_code) || HasText(address.state);
}

void WriteAddress(json::Writer& w, const model::Address& address, Jurisdiction jurisdiction) {
  const auto has_text = [](const std::string& line) { return HasText(line); };
  w.BeginObject();
  WriteCode(w, "use", address.use, "home work temp old billing");
  WriteCode(w, "type", address.type, "postal physical both");
  std::string room;
  if (std::any_of(address.line.begin(), address.line.end(), has_text)) {
    w.Key("line");
    w.BeginArray();
    for (const auto& line : address.line) {
      if (HasText(line)) w.String(Clean(line, room));
    }
    w.EndArray();
  }
  WriteText(w, "city", address.city);
  std::string_view country = Trim(address.country);
  if (country.empty() && jurisdiction == Jurisdiction::kAustralia) country = "AU";
  if (!WriteText(w, "state", address.state) && country == "AU") {
    w.MemberIfAny("state", StateOfPostcode(Trim(address.postal_code)));
  }
  WriteText(w, "postalCode", address.postal_code);
  WriteText(w, "country", country);
  w.EndObject();
}

std::optional<Target> Find(const EncodeContext& context, const model::VendorRef& ref) {
  if (ref.empty()) return std::nullopt;
  Target target{&ref, context.ids.Resolve(ref)};
  if (target.id.empty()) return std::nullopt;
  return target;
}

void WriteReference(json::Writer& w, const EncodeContext& context, const Target& target,
                    std::string_view display) {
  w.BeginObject();
  std::string reference(model::ResourceTypeOf(target.ref->stream));
  reference += '/';
  reference += target.id;
  w.Member("reference", reference);
  if (!WriteText(w, "display", display) && target.ref->stream != model::Stream::kPatients) {
    WriteText(w, "display", context.ids.Display(*target.ref));
  }
  w.EndObject();
}

void WriteReferenceMember(json::Writer& w, std::string_view key, const EncodeContext& context,
                          const model::VendorRef& ref) {
  const auto target = Find(context, ref);
  if (!target) return;
  w.Key(key);
  WriteReference(w, context, *target);
}

bool HasAppointmentType(const model::VendorRef& service, std::string_view display) {
  return HasText(service.id) || HasText(display);
}

void WriteAppointmentTypeConcept(json::Writer& w, const EncodeContext& context,
                                 const model::VendorRef& service, std::string_view display) {
  std::string name(display);
  if (name.empty() && !service.empty()) name = context.ids.Display(service);
  std::string system(context.identifier_base);
  system += '/';
  system += LocalIdentifierName(model::Stream::kHealthcareServices);
  WriteConcept(w, system, service.id, name);
}

std::string_view StateOfPostcode(std::string_view postcode) {
  if (postcode.size() != 4 || !AreDigits(postcode)) return {};
  const int code = (postcode[0] - '0') * 1000 + (postcode[1] - '0') * 100 +
                   (postcode[2] - '0') * 10 + (postcode[3] - '0');
  // INFERRED: from Australia Post's published ranges. These codes deliver on both sides of a state
  // border, or to a territory that shares a state's range, so the code alone does not say.
  constexpr int kShared[] = {872,  2406, 2540, 2611, 2618, 2620, 2648, 3585,
                             3586, 3644, 3691, 3707, 4375, 4377, 4380, 4383,
                             4385, 4493, 4825, 5440, 2899, 6798, 6799, 7151};
  if (std::find(std::begin(kShared), std::end(kShared), code) != std::end(kShared)) return {};
  struct Range {
    int low;
    int high;
    std::string_view state;
  };
  constexpr Range kRanges[] = {
      {200, 299, "ACT"},   {800, 999, "NT"},    {1000, 2599, "NSW"}, {2600, 2618, "ACT"},
      {2619, 2899, "NSW"}, {2900, 2920, "ACT"}, {2921, 2999, "NSW"}, {3000, 3999, "VIC"},
      {4000, 4999, "QLD"}, {5000, 5999, "SA"},  {6000, 6999, "WA"},  {7000, 7999, "TAS"},
      {8000, 8999, "VIC"}, {9000, 9999, "QLD"},
  };
  for (const auto& range : kRanges) {
    if (code >= range.low && code <= range.high) return range.state;
  }
  return {};
}

}  // namespace pons::fhir
