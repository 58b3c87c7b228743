// SPDX-License-Identifier: Apache-2.0
// OperationOutcome: how a FHIR server says what went wrong.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace pons::fhir {

// extension on an issue: a free time near the one that was taken (valuePeriod).
inline constexpr std::string_view kAlternativeSlotExtension =
    "https://pons.health/fhir/StructureDefinition/alternative-slot";

struct Issue {
  std::string severity = "error";   // fatal | error | warning | information
  std::string code = "processing";  // FHIR issue-type: "not-found", "invalid", …
  std::string text;                 // for a person, with the next step; never patient data
  std::string expression = {};      // what in the request it is about: "Patient.birthdate"
  // Start and end of free times, as FHIR dateTimes.
  std::vector<std::pair<std::string, std::string>> alternatives = {};
};

// The resource as JSON. Requires at least one issue.
std::string OperationOutcome(const std::vector<Issue>& issues);
std::string OperationOutcome(std::string_view severity, std::string_view code,
                             std::string_view text);
std::string OperationOutcome(const Error& error);

// FHIR's issue-type for a fault: kNotFound is "not-found".
std::string_view IssueCodeOf(Fault fault);

}  // namespace pons::fhir
