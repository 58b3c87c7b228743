// SPDX-License-Identifier: Apache-2.0
#include "fhir/encode.h"

#include <variant>

#include "fhir/resources.h"

namespace pons::fhir {

Encoded Encode(const model::Record& record, const EncodeContext& context) {
  return std::visit([&](const auto& value) { return EncodeResource(value, context); }, record);
}

std::string_view LocalIdentifierName(model::Stream stream) {
  switch (stream) {
    case model::Stream::kLocations:
      return "location-id";
    case model::Stream::kPractitioners:
      return "practitioner-id";
    case model::Stream::kPractitionerRoles:
      return "practitioner-role-id";
    // The same system as the serviceType of appointments and encounters, so that they can be
    // joined.
    case model::Stream::kHealthcareServices:
      return "appointment-type";
    case model::Stream::kPatients:
      return "patient-id";
    case model::Stream::kConditions:
      return "condition-id";
    case model::Stream::kAppointments:
      return "appointment-id";
    case model::Stream::kEncounters:
      return "visit-id";
    case model::Stream::kDocumentReferences:
      return "document-id";
    case model::Stream::kTasks:
      return "command-id";
  }
  return "id";
}

}  // namespace pons::fhir
