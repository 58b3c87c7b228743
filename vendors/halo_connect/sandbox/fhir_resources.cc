// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/fhir_resources.h"

#include <string>

#include "base/text.h"

namespace pons::halo_connect::sandbox {
namespace {

std::string Plain(const json::Value& row, std::string_view column) {
  return std::string(Trim(row.Text(column)));
}

json::Value Identifier(std::string_view system, std::string_view code, const std::string& value) {
  return json::Object{
      {"type",
       json::Object{{"coding", json::Array{json::Object{
                                   {"system", "http://terminology.hl7.org/CodeSystem/v2-0203"},
                                   {"code", code}}}}}},
      {"system", system},
      {"value", value}};
}

json::Array Identifiers(const json::Value& row) {
  json::Array out;
  if (const std::string ihi = Plain(row, "IHI"); !ihi.empty())
    out.push_back(Identifier(kIhiSystem, "NI", ihi));
  if (const std::string medicare = Plain(row, "MedicareNo"); !medicare.empty())
    out.push_back(Identifier(kMedicareSystem, "MC", medicare + Plain(row, "MedicareLineNo")));
  return out;
}

json::Array Telecom(const json::Value& row) {
  struct Kind {
    const char* column;
    const char* system;
    const char* use;
  };
  static constexpr Kind kKinds[] = {{"MobilePhone", "phone", "mobile"},
                                    {"HomePhone", "phone", "home"},
                                    {"WorkPhone", "phone", "work"},
                                    {"Email", "email", "home"}};
  json::Array out;
  for (const Kind& kind : kKinds) {
    if (const std::string value = Plain(row, kind.column); !value.empty()) {
      out.emplace_back(json::Object{{"system", kind.system}, {"value", value}, {"use", kind.use}});
    }
  }
  return out;
}

void SetIfAny(json::Value& object, std::string_view key, json::Array values) {
  if (!values.empty()) object.Set(key, std::move(values));
}

json::Value PatientOf(const json::Value& row) {
  json::Value name = json::Object{{"use", "official"}, {"family", Plain(row, "Surname")}};
  json::Array given, lines;
  for (const char* column : {"Firstname", "Middlename"}) {
    if (std::string part = Plain(row, column); !part.empty()) given.emplace_back(std::move(part));
  }
  SetIfAny(name, "given", std::move(given));
  if (std::string title = Plain(row, "Title"); !title.empty())
    name.Set("prefix", json::Array{std::move(title)});
  for (const char* column : {"Address1", "Address2"}) {
    if (std::string line = Plain(row, column); !line.empty()) lines.emplace_back(std::move(line));
  }
  json::Value address = json::Object{{"use", "home"}, {"country", "AU"}};
  SetIfAny(address, "line", std::move(lines));
  if (std::string city = Plain(row, "City"); !city.empty()) address.Set("city", std::move(city));
  if (std::string code = Plain(row, "Postcode"); !code.empty())
    address.Set("postalCode", std::move(code));
  const std::string sex = AsciiLower(Plain(row, "Sex"));
  json::Value out = json::Object{
      {"resourceType", "Patient"},
      {"id", std::to_string(row.Integer("InternalID").value_or(0))},
      {"meta",
       json::Object{
           {"profile", json::Array{"http://hl7.org.au/fhir/StructureDefinition/au-patient"}}}},
      {"active", Plain(row, "StatusText") == "Active"},
      {"name", json::Array{std::move(name)}},
      {"gender", sex == "female" || sex == "male" || sex == "other" ? sex : "unknown"}};
  SetIfAny(out, "identifier", Identifiers(row));
  SetIfAny(out, "telecom", Telecom(row));
  if (const std::string born = Plain(row, "DOB"); born.size() >= 10)
    out.Set("birthDate", born.substr(0, 10));
  out.Set("address", json::Array{std::move(address)});
  return out;
}

json::Value ReferenceTo(const json::Value& row) {
  return json::Object{
      {"reference", "Patient/" + std::to_string(row.Integer("INTERNALID").value_or(0))}};
}

json::Value Words(std::string text) { return json::Object{{"text", std::move(text)}}; }

std::string IdOf(const json::Value& row) {
  return std::to_string(row.Integer("RECORDID").value_or(0));
}

json::Value AllergyOf(const json::Value& row) {
  json::Value out = json::Object{
      {"resourceType", "AllergyIntolerance"},
      {"id", IdOf(row)},
      {"clinicalStatus",
       json::Object{
           {"coding",
            json::Array{json::Object{
                {"system", "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"},
                {"code", "active"}}}}}},
      {"code", Words(Plain(row, "ITEMNAME"))},
      {"patient", ReferenceTo(row)}};
  const std::string severity = AsciiLower(Plain(row, "SEVERITY"));
  json::Value reaction =
      json::Object{{"manifestation", json::Array{Words(Plain(row, "REACTION"))}}};
  if (severity == "mild" || severity == "moderate" || severity == "severe")
    reaction.Set("severity", severity);
  if (!Plain(row, "REACTION").empty()) out.Set("reaction", json::Array{std::move(reaction)});
  if (std::string note = Plain(row, "COMMENT"); !note.empty())
    out.Set("note", json::Array{Words(std::move(note))});
  return out;
}

json::Value MedicationOf(const json::Value& row) {
  std::string directions;
  for (const char* column : {"Dose", "Frequency", "Food", "Instructions"}) {
    if (const std::string part = Plain(row, column); !part.empty())
      directions += (directions.empty() ? "" : " ") + part;
  }
  const json::Value drug = Words(Plain(row, "DrugName"));
  json::Value dosage = json::Object{{"text", directions}};
  json::Value request = json::Object{{"resourceType", "MedicationRequest"},
                                     {"id", "request"},
                                     {"status", "active"},
                                     {"intent", "order"},
                                     {"medicationCodeableConcept", drug},
                                     {"subject", ReferenceTo(row)}};
  json::Value out = json::Object{{"resourceType", "MedicationStatement"},
                                 {"id", IdOf(row)},
                                 {"status", "active"},
                                 {"medicationCodeableConcept", drug},
                                 {"subject", ReferenceTo(row)},
                                 {"basedOn", json::Array{json::Object{{"reference", "#request"}}}}};
  if (!directions.empty()) {
    request.Set("dosageInstruction", json::Array{dosage});
    out.Set("dosage", json::Array{std::move(dosage)});
  }
  if (const std::string since = Plain(row, "FirstDate"); since.size() >= 10)
    out.Set("effectivePeriod", json::Object{{"start", since.substr(0, 10)}});
  out.Set("contained", json::Array{std::move(request)});
  return out;
}

constexpr FhirKind kKinds[] = {
    {"Patient",
     "SELECT InternalID, StatusText, Title, Firstname, Middlename, Surname, Preferredname, "
     "Address1, Address2, City, Postcode, DOB, Sex, HomePhone, WorkPhone, MobilePhone, Email, "
     "MedicareNo, MedicareLineNo, IHI FROM BPS_Patients",
     "InternalID", PatientOf, false},
    {"AllergyIntolerance",
     "SELECT RECORDID, INTERNALID, ITEMNAME, REACTION, SEVERITY, COMMENT FROM REACTIONS",
     "RECORDID", AllergyOf, true},
    {"MedicationStatement",
     "SELECT RECORDID, InternalID AS INTERNALID, DrugName, Dose, Frequency, Food, Instructions, "
     "FirstDate FROM BPS_CurrentRx",
     "RECORDID", MedicationOf, true},
};

}  // namespace

const FhirKind* FindFhirKind(std::string_view type) {
  for (const FhirKind& kind : kKinds) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

json::Value FhirCapabilities(std::string_view version, std::string_view base) {
  const auto parameter = [](std::string_view name, std::string_view type) {
    return json::Value(json::Object{{"name", name}, {"type", type}});
  };
  json::Array resources;
  for (const FhirKind& kind : kKinds) {
    json::Array parameters{parameter("_id", "token")};
    if (kind.of_patient) {
      parameters.push_back(parameter("patient", "reference"));
    } else {
      parameters.push_back(parameter("given", "string"));
      parameters.push_back(parameter("family", "string"));
      parameters.push_back(parameter("birthdate", "date"));
      parameters.push_back(parameter("identifier", "token"));
    }
    resources.emplace_back(json::Object{
        {"type", kind.type},
        {"interaction",
         json::Array{json::Object{{"code", "read"}}, json::Object{{"code", "search-type"}}}},
        {"searchParam", std::move(parameters)}});
  }
  return json::Object{
      {"resourceType", "CapabilityStatement"},
      {"name", "RestServer"},
      {"version", version},
      {"status", "active"},
      {"date", "2026-05-04"},
      {"kind", "instance"},
      {"software", json::Object{{"name", "BP/Halo FHIR Server"}, {"version", version}}},
      {"implementation", json::Object{{"description", "Sandbox"}, {"url", base}}},
      {"fhirVersion", "4.0.1"},
      {"format", json::Array{"application/fhir+json", "application/json"}},
      {"rest", json::Array{json::Object{{"mode", "server"}, {"resource", std::move(resources)}}}}};
}

}  // namespace pons::halo_connect::sandbox
