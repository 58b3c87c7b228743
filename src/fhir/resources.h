// SPDX-License-Identifier: Apache-2.0
// One encoder per resource; encode.h is the door.
#pragma once

#include "fhir/encode.h"

namespace pons::fhir {

Encoded EncodeResource(const model::Patient& patient, const EncodeContext& context);
Encoded EncodeResource(const model::Condition& condition, const EncodeContext& context);
Encoded EncodeResource(const model::Practitioner& practitioner, const EncodeContext& context);
Encoded EncodeResource(const model::PractitionerRole& role, const EncodeContext& context);
Encoded EncodeResource(const model::Location& location, const EncodeContext& context);
Encoded EncodeResource(const model::HealthcareService& service, const EncodeContext& context);
Encoded EncodeResource(const model::Appointment& appointment, const EncodeContext& context);
Encoded EncodeResource(const model::Encounter& encounter, const EncodeContext& context);

}  // namespace pons::fhir
