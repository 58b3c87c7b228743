// SPDX-License-Identifier: Apache-2.0
// What a grant lets through: pure functions over a grant and the facts of a visit or appointment.
// Filters are joined by AND; a location that is not mapped is not shared.
#pragma once

#include <string>
#include <string_view>

#include "model/records.h"
#include "store/entities.h"

namespace pons::grants {

// What grants filter by, in the vendor's ids. For a visit, `service_id` is the type of the
// patient's most recent appointment at the moment the visit started; empty: there was none.
struct Facts {
  std::string location_id;
  std::string practitioner_id;
  std::string service_id;
};

struct Verdict {
  bool shared = false;
  std::string app_location;  // where it arrives in the app
  // Why not, for a person: "location is not mapped". Empty when shared. A literal.
  std::string_view reason;
};

Facts FactsOf(const model::Encounter& encounter);
Facts FactsOf(const model::Appointment& appointment);

// A revoked grant, or one without "patients in", shares nothing.
Verdict Judge(const store::Grant& grant, const Facts& facts);

// True when the grant's filters let everyone through, so that a patient needs no visit or
// appointment to be judged by. `app_location` is then where patients arrive.
bool SharesEveryone(const store::Grant& grant);

// Locations, practitioners, roles and appointment types that the grant's filters name.
bool SharesDirectory(const store::Grant& grant, const model::Record& record,
                     std::string_view vendor_id);

}  // namespace pons::grants
