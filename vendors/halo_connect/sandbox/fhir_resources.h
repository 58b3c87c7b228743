// SPDX-License-Identifier: Apache-2.0
// Rows of Best Practice as the FHIR resources that Halo Link makes of them (halo-connect sheet §8).
// INFERRED: which element takes what beyond the profiles' names. Pure.
#pragma once

#include <string_view>

#include "json/value.h"

namespace pons::halo_connect::sandbox {

struct FhirKind {
  std::string_view type;
  std::string_view select;     // "SELECT … FROM …", without a condition
  std::string_view id_column;  // of the rows, and of what they come from
  json::Value (*make)(const json::Value& row);
  bool of_patient;  // is searched by `patient`, and by nothing else but _id
};

// Null: the sandbox has none of that type.
const FhirKind* FindFhirKind(std::string_view type);
// "BP/Halo FHIR Server", as it is here.
json::Value FhirCapabilities(std::string_view link_version, std::string_view base);

inline constexpr std::string_view kIhiSystem = "http://ns.electronichealth.net.au/id/hi/ihi/1.0";
inline constexpr std::string_view kMedicareSystem =
    "http://ns.electronichealth.net.au/id/medicare-number";

}  // namespace pons::halo_connect::sandbox
