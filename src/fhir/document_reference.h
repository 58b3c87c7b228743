// SPDX-License-Identifier: Apache-2.0
// A document that an app sends to a practice, as apps see it: a FHIR DocumentReference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "fhir/encode.h"
#include "model/commands.h"

namespace pons::fhir {

// valueCode: requested | queued | delivered | imported | failed
inline constexpr std::string_view kExportStateExtension =
    "https://pons.health/fhir/StructureDefinition/export-state";

struct DocumentFields {
  std::string id;
  std::string status = "current";          // document-reference-status
  std::string doc_status = "preliminary";  // final once the practice has it
  std::string export_state;                // requested | queued | delivered | imported | failed
  std::string patient_id;                  // subject
  std::string author_id;                   // Practitioner
  std::string author_display;
  std::string location_id;  // empty: none
  model::Coding type;
  std::string title;
  Instant date{};
  std::string content_type;
  std::uint64_t bytes = 0;
  std::string sha1_base64;  // attachment.hash
  std::string binary_id;    // attachment.url Binary/…
  std::string replaces_id;  // relatesTo replaces; empty: none
  std::string identifier_system;
  std::string identifier_value;  // what the practice sees as the report's number
  std::string source;            // meta.source
};

Encoded EncodeDocumentReference(const DocumentFields& document, const PracticeZone& zone);

// The same bytes with another export state and docStatus, for whoever has the encoded document
// only. False, and nothing changed, where `body` is none of ours. Takes a tail or a whole resource.
bool SetDocumentState(std::string& body, std::string_view export_state,
                      std::string_view doc_status);

}  // namespace pons::fhir
