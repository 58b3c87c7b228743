// SPDX-License-Identifier: Apache-2.0
// Patient and what belongs to a patient's record (Condition).
#include <algorithm>

#include "fhir/parts.h"
#include "fhir/resources.h"

namespace pons::fhir {
namespace {

constexpr std::string_view kAuCorePatient =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-patient";
constexpr std::string_view kAuCoreCondition =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-condition";
constexpr std::string_view kIndigenousStatus =
    "http://hl7.org.au/fhir/StructureDefinition/indigenous-status";

// [{"url":"…/data-absent-reason","valueCode":"unknown"}]
void WriteAbsent(json::Writer& w) {
  w.Key("extension");
  w.BeginArray();
  w.BeginObject();
  w.Member("url", kDataAbsentReason);
  w.Member("valueCode", "unknown");
  w.EndObject();
  w.EndArray();
}

void WriteExtensions(json::Writer& w, const model::Patient& patient) {
  const bool indigenous = HasText(patient.indigenous_status.code);
  const bool ethnicity = HasText(patient.ethnicity);
  if (!indigenous && !ethnicity) return;
  w.Key("extension");
  w.BeginArray();
  if (indigenous) {
    w.BeginObject();
    w.Member("url", kIndigenousStatus);
    w.Key("valueCoding");
    WriteCoding(w, patient.indigenous_status.system, patient.indigenous_status.code,
                patient.indigenous_status.display);
    w.EndObject();
  }
  if (ethnicity) {
    w.BeginObject();
    w.Member("url", kEthnicityExtension);
    w.Key("valueCodeableConcept");
    WriteConcept(w, patient.ethnicity);
    w.EndObject();
  }
  w.EndArray();
}

void WriteNames(json::Writer& w, const model::Patient& patient) {
  w.Key("name");
  w.BeginArray();
  if (std::none_of(patient.names.begin(), patient.names.end(), HasName)) {
    w.BeginObject();
    WriteAbsent(w);
    w.EndObject();
  }
  for (const auto& name : patient.names) {
    if (HasName(name)) WriteName(w, name);
  }
  w.EndArray();
}

void WriteDeath(json::Writer& w, const model::Patient& patient) {
  if (patient.deceased_date) {
    w.Member("deceasedDateTime", FormatDate(*patient.deceased_date));
  } else if (patient.deceased) {
    w.Member("deceasedBoolean", true);
  }
}

// AU Core asks for an identifier with system and value, and for a family name unless no name is
// known at all; gender and birth date are always written, if only as absent.
bool MeetsAuCore(const model::Patient& patient, const EncodeContext& context) {
  const bool identified =
      HasText(context.vendor_id) ||
      std::any_of(patient.identifiers.begin(), patient.identifiers.end(),
                  [](const auto& i) { return HasText(i.system) && HasText(i.value); });
  const bool nameless = std::none_of(patient.names.begin(), patient.names.end(), HasName);
  const bool has_family = std::any_of(patient.names.begin(), patient.names.end(),
                                      [](const auto& name) { return HasText(name.family); });
  return context.jurisdiction == Jurisdiction::kAustralia && identified && (nameless || has_family);
}

}  // namespace

Encoded EncodeResource(const model::Patient& patient, const EncodeContext& context) {
  ResourceWriter r("Patient", MeetsAuCore(patient, context) ? kAuCorePatient : "", context);
  auto& w = r.json();
  WriteExtensions(w, patient);
  WriteIdentifiers(r, model::Stream::kPatients, "MR", patient.identifiers);
  w.Member("active", patient.active);
  WriteNames(w, patient);
  WriteTelecoms(w, patient.telecoms);
  w.Member("gender", model::GenderCode(patient.gender));
  if (patient.birth_date) {
    w.Member("birthDate", FormatDate(*patient.birth_date));
  } else {
    w.Key("_birthDate");
    w.BeginObject();
    WriteAbsent(w);
    w.EndObject();
  }
  WriteDeath(w, patient);
  if (std::any_of(patient.addresses.begin(), patient.addresses.end(), HasAddress)) {
    w.Key("address");
    w.BeginArray();
    for (const auto& address : patient.addresses) {
      if (HasAddress(address)) WriteAddress(w, address, context.jurisdiction);
    }
    w.EndArray();
  }
  if (const auto doctor = Find(context, patient.general_practitioner)) {
    w.Key("generalPractitioner");
    w.BeginArray();
    WriteReference(w, context, *doctor);
    w.EndArray();
  }
  return std::move(r).Finish();
}

Encoded EncodeResource(const model::Condition& condition, const EncodeContext& context) {
  const auto patient = Find(context, condition.patient);
  const bool coded = HasText(condition.code);
  const bool au_core = patient && coded && context.jurisdiction == Jurisdiction::kAustralia;
  ResourceWriter r("Condition", au_core ? kAuCoreCondition : "", context);
  auto& w = r.json();
  WriteIdentifiers(r, model::Stream::kConditions, "", {});
  w.Key("clinicalStatus");
  w.BeginObject();
  w.Key("coding");
  w.BeginArray();
  WriteCoding(w, "http://terminology.hl7.org/CodeSystem/condition-clinical",
              condition.resolved ? "resolved" : "active", {});
  w.EndArray();
  w.EndObject();
  w.Key("category");
  w.BeginArray();
  WriteConcept(w, "http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item",
               "Problem List Item");
  w.EndArray();
  if (coded) {
    w.Key("code");
    WriteConcept(w, condition.code);
  }
  w.Key("subject");
  if (patient) {
    WriteReference(w, context, *patient);
  } else {
    // FHIR asks for a subject; one that is not known must at least say so.
    w.BeginObject();
    WriteAbsent(w);
    w.EndObject();
  }
  if (IsPartialDate(condition.onset)) w.Member("onsetDateTime", condition.onset);
  if (HasText(condition.note)) {
    w.Key("note");
    w.BeginArray();
    w.BeginObject();
    WriteText(w, "text", condition.note);
    w.EndObject();
    w.EndArray();
  }
  return std::move(r).Finish();
}

}  // namespace pons::fhir
