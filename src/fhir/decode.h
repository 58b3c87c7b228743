// SPDX-License-Identifier: Apache-2.0
// FHIR JSON that apps send, into the inner model: only the fields that Pons carries. What a request
// holds beside them is not an error; what it holds wrongly is.
//
// Errors: kRejected with the FHIRPath of the element in vendor_code ("Patient.birthDate") and words
// for the app's developer in summary, without the value. Pure; threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "model/commands.h"
#include "model/records.h"

namespace pons::fhir {

// Resolves references that point at records: the counterpart of IdResolver.
struct Reference {
  std::string type;  // "Practitioner"
  std::string id;    // "abc"; empty where it is by identifier
  std::string identifier_system;
  std::string identifier_value;
  bool empty() const { return id.empty() && identifier_value.empty(); }
};

// Reads a Reference element: "Type/id", an absolute URL that ends so, "#contained", or
// `identifier`.
Result<Reference> ReadReference(const json::Value& element, std::string_view path);

// A Patient resource, as sent or as stored. general_practitioner is left empty.
Result<model::Patient> DecodePatient(const json::Value& resource);

struct AppointmentRequest {
  std::string status;  // FHIR appointment status
  Reference patient;
  Reference practitioner;
  Reference location;
  Reference service;  // HealthcareService participant, serviceType or appointmentType by identifier
  std::optional<Instant> start;
  std::optional<Instant> end;
  std::optional<int> minutes;
  std::string description;  // description, else comment, else reasonCode.text
  std::string cancelation_reason;
};
Result<AppointmentRequest> DecodeAppointment(const json::Value& resource);

struct DocumentRequest {
  Reference patient;
  Reference author;
  Reference location;  // context.related or author's PractitionerRole
  model::Coding type;
  std::string title;
  std::optional<Instant> date;
  std::string content_type;
  std::optional<std::string> data;  // decoded bytes of attachment.data
  std::string binary_id;            // attachment.url "Binary/…"
  std::string replaces;             // relatesTo[code=replaces] DocumentReference id
  std::string identifier_value;
};
Result<DocumentRequest> DecodeDocumentReference(const json::Value& resource);

}  // namespace pons::fhir
