// SPDX-License-Identifier: Apache-2.0
// Patients that apps send.
#include "fhir/decode.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "fhir/decode_parts.h"
#include "fhir/encode.h"
#include "fhir/parts.h"
#include "model/au_identifiers.h"

namespace pons::fhir {
namespace {

namespace au = model::au;

constexpr std::string_view kIndigenousStatus =
    "http://hl7.org.au/fhir/StructureDefinition/indigenous-status";

// What a connection calls its own patients: Pons adds it to what it serves, and nobody else may.
bool IsOurs(std::string_view system) {
  return system.starts_with("https://pons.health/connections/") && system.ends_with("/patient-id");
}

// Checks an Australian number and brings it into one shape. One whose check digit is wrong is kept:
// practices hold mistyped cards, and an app must be able to send back what it has read.
void Normalise(Decoder& d, model::Identifier& identifier, const std::string& path) {
  struct Kind {
    std::string_view system;
    au::Checked (*check)(std::string_view);
    std::string_view words;
  };
  const std::array kinds = {
      Kind{au::kMedicareSystem, [](std::string_view text) { return au::CheckMedicare(text); },
           "must be a Medicare number: ten digits, or eleven with the IRN at the end"},
      Kind{au::kIhiSystem, au::CheckIhi, "must be an IHI: sixteen digits that begin with 800360"},
      Kind{au::kDvaSystem, au::CheckDva, "must be a DVA file number, such as NX901541"},
  };
  for (const auto& kind : kinds) {
    if (identifier.system != kind.system) continue;
    auto checked = kind.check(identifier.value);
    if (checked.state == au::State::kMalformed) return d.Wrong(Sub(path, "value"), kind.words);
    identifier.value = checked.value;
    if (!identifier.type_code.empty()) return;
    auto typed = kind.system == au::kMedicareSystem ? au::Medicare(checked, {})
                 : kind.system == au::kIhiSystem    ? au::Ihi(checked)
                                                    : au::Dva(checked, {});
    if (!typed) return;
    identifier.type_system = typed->type_system;
    identifier.type_code = typed->type_code;
  }
}

void ReadIdentifiers(Decoder& d, const json::Value& resource, model::Patient& patient) {
  const auto& list = d.List(resource, "identifier", "Patient");
  for (std::size_t i = 0; i < list.size() && !d.failed(); ++i) {
    const auto path = At("Patient.identifier", i);
    if (!list[i].is_object()) return d.Wrong(path, "must be an object");
    model::Identifier identifier;
    identifier.system = d.Text(list[i], "system", path);
    identifier.value = d.Text(list[i], "value", path);
    if (identifier.value.empty() || IsOurs(identifier.system)) continue;
    identifier.use = d.Code(list[i], "use", path, "usual official temp secondary old");
    if (const auto* type = d.Object(list[i], "type", path)) {
      const auto coding = d.Concept(*type, Sub(path, "type"));
      identifier.type_system = coding.code.empty() ? std::string() : coding.system;
      identifier.type_code = coding.code;
    }
    if (const auto* period = d.Object(list[i], "period", path)) {
      identifier.period_end = d.Text(*period, "end", Sub(path, "period")).substr(0, 10);
      if (!identifier.period_end.empty() && !IsPartialDate(identifier.period_end)) {
        return d.Wrong(path + ".period.end", "must be a date, such as 2028-05");
      }
    }
    if (const auto* assigner = d.Object(list[i], "assigner", path)) {
      identifier.assigner = d.Text(*assigner, "display", Sub(path, "assigner"));
    }
    Normalise(d, identifier, path);
    patient.identifiers.push_back(std::move(identifier));
  }
}

// A list of texts, without those that are absent (FHIR writes null beside an extension).
std::vector<std::string> Texts(Decoder& d, const json::Value& object, std::string_view key,
                               const std::string& path) {
  std::vector<std::string> out;
  const auto& list = d.List(object, key, path);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].is_null()) continue;
    if (!list[i].is_string()) {
      d.Wrong(At(Sub(path, key), i), "must be text");
      return out;
    }
    std::string room;
    const auto text = Clean(*list[i].string(), room);
    if (!text.empty()) out.emplace_back(text);
  }
  return out;
}

std::string Joined(const std::vector<std::string>& parts, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < parts.size(); ++i) {
    if (!out.empty()) out += ' ';
    out += parts[i];
  }
  return out;
}

void ReadNames(Decoder& d, const json::Value& resource, model::Patient& patient) {
  const auto& list = d.List(resource, "name", "Patient");
  for (std::size_t i = 0; i < list.size() && !d.failed(); ++i) {
    const auto path = At("Patient.name", i);
    if (!list[i].is_object()) return d.Wrong(path, "must be an object");
    model::HumanName name;
    name.use = d.Code(list[i], "use", path, "usual official temp nickname anonymous old maiden");
    name.family = d.Text(list[i], "family", path);
    const auto given = Texts(d, list[i], "given", path);
    if (!given.empty()) name.given = given.front();
    name.middle = Joined(given, 1);
    name.prefix = Joined(Texts(d, list[i], "prefix", path), 0);
    if (HasName(name)) patient.names.push_back(std::move(name));
  }
}

void ReadTelecoms(Decoder& d, const json::Value& resource, model::Patient& patient) {
  const auto& list = d.List(resource, "telecom", "Patient");
  for (std::size_t i = 0; i < list.size() && !d.failed(); ++i) {
    const auto path = At("Patient.telecom", i);
    if (!list[i].is_object()) return d.Wrong(path, "must be an object");
    model::ContactPoint telecom;
    telecom.system = d.Code(list[i], "system", path, "phone fax email pager url sms other");
    telecom.value = d.Text(list[i], "value", path);
    telecom.use = d.Code(list[i], "use", path, "home work temp old mobile");
    if (telecom.value.empty()) continue;
    if (telecom.system.empty()) {
      return d.Wrong(Sub(path, "system"), "must say what the value is: phone, email, …");
    }
    patient.telecoms.push_back(std::move(telecom));
  }
}

void ReadAddresses(Decoder& d, const json::Value& resource, model::Patient& patient) {
  const auto& list = d.List(resource, "address", "Patient");
  for (std::size_t i = 0; i < list.size() && !d.failed(); ++i) {
    const auto path = At("Patient.address", i);
    if (!list[i].is_object()) return d.Wrong(path, "must be an object");
    model::Address address;
    address.use = d.Code(list[i], "use", path, "home work temp old billing");
    address.type = d.Code(list[i], "type", path, "postal physical both");
    address.line = Texts(d, list[i], "line", path);
    address.city = d.Text(list[i], "city", path);
    address.state = d.Text(list[i], "state", path);
    address.postal_code = d.Text(list[i], "postalCode", path);
    address.country = d.Text(list[i], "country", path);
    if (HasAddress(address)) patient.addresses.push_back(std::move(address));
  }
}

void ReadExtensions(Decoder& d, const json::Value& resource, model::Patient& patient) {
  const auto& list = d.List(resource, "extension", "Patient");
  for (std::size_t i = 0; i < list.size() && !d.failed(); ++i) {
    const auto path = At("Patient.extension", i);
    const std::string_view url = list[i].Text("url");
    if (url == kEthnicityExtension) {
      if (const auto* value = d.Object(list[i], "valueCodeableConcept", path)) {
        patient.ethnicity = d.Concept(*value, path + ".valueCodeableConcept");
      }
    } else if (url == kIndigenousStatus) {
      if (const auto* value = d.Object(list[i], "valueCoding", path)) {
        const auto at = path + ".valueCoding";
        patient.indigenous_status = {d.Text(*value, "system", at), d.Text(*value, "code", at),
                                     d.Text(*value, "display", at)};
      }
    }
  }
}

void ReadLife(Decoder& d, const json::Value& resource, model::Patient& patient) {
  const auto gender = d.Code(resource, "gender", "Patient", "male female other unknown");
  for (const auto one : {model::Gender::kFemale, model::Gender::kMale, model::Gender::kOther}) {
    if (gender == model::GenderCode(one)) patient.gender = one;
  }
  if (const auto birth = d.Text(resource, "birthDate", "Patient"); !birth.empty()) {
    patient.birth_date = ParseDate(birth);
    if (!patient.birth_date) {
      d.Wrong("Patient.birthDate", "must be a whole day that exists, such as 1984-07-02");
    }
  }
  if (const auto died = d.Text(resource, "deceasedDateTime", "Patient"); !died.empty()) {
    if (!IsPartialDate(died.substr(0, 10))) {
      return d.Wrong("Patient.deceasedDateTime", "must be a date, such as 2026-01-31");
    }
    patient.deceased = true;
    patient.deceased_date = ParseDate(died.substr(0, 10));
  }
  if (const auto dead = d.Bool(resource, "deceasedBoolean", "Patient")) patient.deceased = *dead;
}

}  // namespace

Result<model::Patient> DecodePatient(const json::Value& resource) {
  Decoder d(resource, "Patient");
  model::Patient patient;
  if (!d.failed()) {
    ReadExtensions(d, resource, patient);
    ReadIdentifiers(d, resource, patient);
    patient.active = d.Bool(resource, "active", "Patient").value_or(true);
    ReadNames(d, resource, patient);
    ReadTelecoms(d, resource, patient);
    ReadLife(d, resource, patient);
    ReadAddresses(d, resource, patient);
  }
  if (d.failed()) return *d.error();
  return patient;
}

}  // namespace pons::fhir
