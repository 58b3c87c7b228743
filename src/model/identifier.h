// SPDX-License-Identifier: Apache-2.0
// Identifiers as FHIR has them: a system that says what kind of number it is, and a value.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace pons::model {

struct Identifier {
  std::string system;       // URL that names the kind
  std::string value;        // normalised: no blanks
  std::string type_system;  // CodeSystem of type_code; empty: no type
  std::string type_code;    // "MC", "NI", …
  std::string use;          // usual | official | temp | secondary | old; empty: not said
  std::string period_end;   // FHIR date of any precision ("2028-05"); empty: not said
  std::string assigner;     // display text; empty: not said
  bool operator==(const Identifier&) const = default;
};

}  // namespace pons::model
