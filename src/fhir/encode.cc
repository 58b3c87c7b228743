// SPDX-License-Identifier: Apache-2.0
#include "fhir/encode.h"

#include <variant>

#include "fhir/resources.h"

namespace pons::fhir {

Encoded Encode(const model::Record& record, const EncodeContext& context) {
  return std::visit([&](const auto& value) { return EncodeResource(value, context); }, record);
}

}  // namespace pons::fhir
