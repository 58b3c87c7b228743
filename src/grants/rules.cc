// SPDX-License-Identifier: Apache-2.0
#include "grants/rules.h"

#include <algorithm>
#include <optional>

namespace pons::grants {
namespace {

bool Passes(const store::Filter& filter, std::string_view vendor_id) {
  if (filter.kind == store::FilterKind::kAllIncludingNew) return true;
  return !vendor_id.empty() && std::find(filter.vendor_ids.begin(), filter.vendor_ids.end(),
                                         vendor_id) != filter.vendor_ids.end();
}

std::optional<std::string> AppLocation(const store::Grant& grant, std::string_view vendor_id) {
  for (const auto& mapping : grant.locations) {
    if (!vendor_id.empty() && mapping.vendor_id == vendor_id) return mapping.app_location;
  }
  return grant.all_locations_to;
}

bool Open(const store::Grant& grant) { return !grant.revoked && grant.switches.patients_in; }

}  // namespace

Facts FactsOf(const model::Encounter& encounter) {
  return {encounter.location.id, encounter.practitioner.id, encounter.service.id};
}

Facts FactsOf(const model::Appointment& appointment) {
  return {appointment.location.id, appointment.practitioner.id, appointment.service.id};
}

Verdict Judge(const store::Grant& grant, const Facts& facts) {
  if (grant.revoked) return {false, {}, "grant is revoked"};
  if (!grant.switches.patients_in) return {false, {}, "patients in is switched off"};
  auto location = AppLocation(grant, facts.location_id);
  if (!location) return {false, {}, "location is not mapped"};
  if (!Passes(grant.practitioners, facts.practitioner_id)) {
    return {false, {}, "practitioner is not selected"};
  }
  if (!Passes(grant.appointment_types, facts.service_id)) {
    return {false,
            {},
            facts.service_id.empty() ? "patient has no recent appointment"
                                     : "appointment type is not selected"};
  }
  return {true, std::move(*location), {}};
}

bool SharesEveryone(const store::Grant& grant) {
  return Open(grant) && grant.mode == store::GrantMode::kAll && grant.all_locations_to &&
         grant.practitioners.kind == store::FilterKind::kAllIncludingNew &&
         grant.appointment_types.kind == store::FilterKind::kAllIncludingNew;
}

bool SharesDirectory(const store::Grant& grant, const model::Record& record,
                     std::string_view vendor_id) {
  if (grant.revoked) return false;
  if (std::holds_alternative<model::Location>(record)) {
    return AppLocation(grant, vendor_id).has_value();
  }
  if (std::holds_alternative<model::Practitioner>(record)) {
    return Passes(grant.practitioners, vendor_id);
  }
  if (std::holds_alternative<model::HealthcareService>(record)) {
    return Passes(grant.appointment_types, vendor_id);
  }
  if (const auto* role = std::get_if<model::PractitionerRole>(&record)) {
    return Passes(grant.practitioners, role->practitioner.id) &&
           AppLocation(grant, role->location.id).has_value();
  }
  return false;
}

}  // namespace pons::grants
