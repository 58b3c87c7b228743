// SPDX-License-Identifier: Apache-2.0
// What a practice consists of: Practitioner, PractitionerRole, Location, HealthcareService.
#include "fhir/parts.h"
#include "fhir/resources.h"

namespace pons::fhir {
namespace {

constexpr std::string_view kAuCorePractitioner =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-practitioner";
constexpr std::string_view kAuCorePractitionerRole =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-practitionerrole";
constexpr std::string_view kAuCoreLocation =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-location";
constexpr std::string_view kAuCoreHealthcareService =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-healthcareservice";

std::string_view If(bool met, const EncodeContext& context, std::string_view profile) {
  return met && context.jurisdiction == Jurisdiction::kAustralia ? profile : std::string_view();
}

}  // namespace

Encoded EncodeResource(const model::Practitioner& practitioner, const EncodeContext& context) {
  ResourceWriter r("Practitioner",
                   If(HasText(practitioner.name.family), context, kAuCorePractitioner), context);
  auto& w = r.json();
  WriteIdentifiers(r, model::Stream::kPractitioners, "EI", practitioner.identifiers);
  w.Member("active", practitioner.active);
  if (HasName(practitioner.name)) {
    w.Key("name");
    w.BeginArray();
    WriteName(w, practitioner.name);
    w.EndArray();
  }
  WriteTelecoms(w, practitioner.telecoms);
  return std::move(r).Finish();
}

Encoded EncodeResource(const model::PractitionerRole& role, const EncodeContext& context) {
  const auto practitioner = Find(context, role.practitioner);
  ResourceWriter r("PractitionerRole",
                   If(practitioner.has_value(), context, kAuCorePractitionerRole), context);
  auto& w = r.json();
  WriteIdentifiers(r, model::Stream::kPractitionerRoles, "", role.identifiers);
  w.Member("active", role.active);
  if (practitioner) {
    w.Key("practitioner");
    WriteReference(w, context, *practitioner, role.practitioner_display);
  }
  if (HasText(role.role)) {
    w.Key("code");
    w.BeginArray();
    WriteConcept(w, {}, {}, role.role);
    w.EndArray();
  }
  if (const auto location = Find(context, role.location)) {
    w.Key("location");
    w.BeginArray();
    WriteReference(w, context, *location, role.location_display);
    w.EndArray();
  }
  return std::move(r).Finish();
}

Encoded EncodeResource(const model::Location& location, const EncodeContext& context) {
  const bool enough = HasText(context.vendor_id) || HasAddress(location.address);
  ResourceWriter r("Location", If(enough, context, kAuCoreLocation), context);
  auto& w = r.json();
  WriteIdentifiers(r, model::Stream::kLocations, "", location.identifiers);
  w.Member("status", location.active ? "active" : "inactive");
  WriteText(w, "name", location.name);
  w.Member("mode", "instance");
  WriteTelecoms(w, location.telecoms);
  if (HasAddress(location.address)) {
    w.Key("address");
    WriteAddress(w, location.address, context.jurisdiction);
  }
  return std::move(r).Finish();
}

Encoded EncodeResource(const model::HealthcareService& service, const EncodeContext& context) {
  ResourceWriter r("HealthcareService",
                   If(HasText(service.name), context, kAuCoreHealthcareService), context);
  auto& w = r.json();
  if (service.usual_length.count() > 0) {
    w.Key("extension");
    w.BeginArray();
    w.BeginObject();
    w.Member("url", kUsualLengthExtension);
    w.Key("valueDuration");
    w.BeginObject();
    w.Member("value", static_cast<std::int64_t>(service.usual_length.count()));
    w.Member("unit", "minutes");
    w.Member("system", "http://unitsofmeasure.org");
    w.Member("code", "min");
    w.EndObject();
    w.EndObject();
    w.EndArray();
  }
  WriteIdentifiers(r, model::Stream::kHealthcareServices, "", {});
  w.Member("active", service.active);
  WriteText(w, "name", service.name);
  return std::move(r).Finish();
}

}  // namespace pons::fhir
