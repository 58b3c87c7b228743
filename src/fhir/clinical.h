// SPDX-License-Identifier: Apache-2.0
// Clinical data as it is read from a practice for one answer: whole resources, for they have no
// version and are never stored. The promises are encode.h's.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "fhir/encode.h"
#include "model/clinical.h"

namespace pons::fhir {

// The list of what a document is called by Pons: investigation, correspondence-in, …
inline constexpr std::string_view kPracticeDocumentSystem =
    "https://pons.health/fhir/CodeSystem/practice-document";
// The category of them all.
inline constexpr std::string_view kPracticeDocumentCategory = "practice-document";

// Views must outlive the call.
struct ClinicalContext {
  std::string_view id;               // the resource's own FHIR id
  std::string_view patient_id;       // the FHIR id of whom it is about
  std::string_view identifier_base;  // also meta.source
  Instant as_of{};                   // when the practice was asked: meta.lastUpdated
  const PracticeZone& zone;
  Jurisdiction jurisdiction = Jurisdiction::kAustralia;
};

std::string EncodeClinical(const model::ClinicalItem& item, const ClinicalContext& context);

}  // namespace pons::fhir
