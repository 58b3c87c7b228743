// SPDX-License-Identifier: Apache-2.0
#include "model/clinical.h"

namespace pons::model {

std::string_view ClinicalKindName(ClinicalKind kind) {
  switch (kind) {
    case ClinicalKind::kConditions:
      return "past-history";
    case ClinicalKind::kMedications:
      return "medications";
    case ClinicalKind::kAllergies:
      return "allergies";
    case ClinicalKind::kVitalSigns:
      return "vital-signs";
    case ClinicalKind::kSocialHistory:
      return "social-history";
    case ClinicalKind::kFamilyHistory:
      return "family-history";
    case ClinicalKind::kDocuments:
      return "documents";
  }
  return {};
}

std::string_view ClinicalResourceType(ClinicalKind kind) {
  switch (kind) {
    case ClinicalKind::kConditions:
      return "Condition";
    case ClinicalKind::kMedications:
      return "MedicationStatement";
    case ClinicalKind::kAllergies:
      return "AllergyIntolerance";
    case ClinicalKind::kVitalSigns:
    case ClinicalKind::kSocialHistory:
      return "Observation";
    case ClinicalKind::kFamilyHistory:
      return "FamilyMemberHistory";
    case ClinicalKind::kDocuments:
      return "DocumentReference";
  }
  return {};
}

}  // namespace pons::model
