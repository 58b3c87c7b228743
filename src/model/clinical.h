// SPDX-License-Identifier: Apache-2.0
// Clinical summaries, named as FHIR R4 resources, holding only the fields that Pons carries. They
// are read from the practice when an app asks and are never kept, so they have no version and no
// place in the change log.
//
// Empty text means "not known". Patient details: no type in this file can be logged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/records.h"

namespace pons::model {

// What can be asked for, one at a time.
enum class ClinicalKind : std::uint8_t {
  kConditions,     // past history
  kMedications,    // what the patient takes at present
  kAllergies,      // adverse reactions
  kVitalSigns,     // measurements
  kSocialHistory,  // tobacco, alcohol, occupation: Observations of that category
  kFamilyHistory,
  kDocuments,  // investigations, correspondence, reports, images: a list
};
constexpr std::size_t kClinicalKindCount = 7;

std::string_view ClinicalKindName(ClinicalKind kind);      // "past-history"
std::string_view ClinicalResourceType(ClinicalKind kind);  // "MedicationStatement"

struct MedicationStatement {
  Coding medication;   // display always
  std::string dosage;  // as it would be read out
  std::string reason;
  std::string start;  // FHIR date of any precision
  std::string last;   // the last time it was prescribed
  bool as_needed = false;
  bool operator==(const MedicationStatement&) const = default;
};

struct AllergyIntolerance {
  Coding substance;           // display always
  std::string manifestation;  // the reaction, as text
  std::string severity;       // mild | moderate | severe; empty: not one of these
  std::string note;
  std::string recorded;  // FHIR date
  // The practice has asked and there are none: no substance then.
  bool none_known = false;
  bool operator==(const AllergyIntolerance&) const = default;
};

// FHIR decimals keep their digits, so a quantity's value is text.
struct Quantity {
  std::string value;
  std::string unit;
  std::string code;  // UCUM; empty: the unit has none that is certain
  bool operator==(const Quantity&) const = default;
};

struct Observation {
  std::string category;  // vital-signs | social-history | laboratory
  Coding code;           // LOINC where it is certain; display always
  std::optional<Quantity> quantity;
  std::string text;  // a value in words
  // Parts of one measurement: systolic and diastolic pressure.
  struct Component {
    Coding code;
    Quantity quantity;
    bool operator==(const Component&) const = default;
  };
  std::vector<Component> components;
  std::string effective;  // FHIR date or dateTime
  std::string note;
  bool operator==(const Observation&) const = default;
};

struct FamilyMemberHistory {
  Coding relationship;
  std::vector<Coding> conditions;
  std::optional<bool> deceased;
  std::string age_at_death;  // in years
  std::string note;
  bool none_known = false;  // the family's history is not known
  bool operator==(const FamilyMemberHistory&) const = default;
};

// A document the practice holds; its bytes are read apart (ClinicalReader::ReadContent).
struct ClinicalDocument {
  Coding type;           // investigation | correspondence-in | correspondence-out | report | image
  std::string category;  // the vendor's own word
  std::string title;
  std::string author;
  std::string content_type;  // empty: not known before it is read
  std::string date;          // FHIR date
  bool confidential = false;
  bool draft = false;
  // Whether these settings give a way to its bytes.
  bool readable = false;
  bool operator==(const ClinicalDocument&) const = default;
};

struct ClinicalItem {
  // The vendor's own name for it, unique within one patient and kind.
  std::string id;
  std::variant<Condition, MedicationStatement, AllergyIntolerance, Observation, FamilyMemberHistory,
               ClinicalDocument>
      record;
  bool operator==(const ClinicalItem&) const = default;
};

}  // namespace pons::model
