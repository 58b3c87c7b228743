// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.h"

#include <algorithm>

namespace pons::simulation {
namespace {

bool Selected(const store::Filter& filter, const std::string& id) {
  if (filter.kind == store::FilterKind::kAllIncludingNew) return true;
  return std::count(filter.vendor_ids.begin(), filter.vendor_ids.end(), id) > 0 && !id.empty();
}

bool Mapped(const store::Grant& grant, const std::string& site) {
  if (grant.all_locations_to) return true;
  for (const auto& mapping : grant.locations) {
    if (mapping.vendor_id == site && !site.empty()) return true;
  }
  return false;
}

bool InForce(const store::Grant& grant) { return !grant.revoked && grant.switches.patients_in; }

}  // namespace

bool LetsThrough(const store::Grant& grant, const Circumstances& of) {
  return InForce(grant) && Mapped(grant, of.site) && Selected(grant.practitioners, of.staff) &&
         Selected(grant.appointment_types, of.reason);
}

bool LetsEveryoneThrough(const store::Grant& grant) {
  return InForce(grant) && grant.mode == store::GrantMode::kAll && grant.all_locations_to &&
         grant.practitioners.kind == store::FilterKind::kAllIncludingNew &&
         grant.appointment_types.kind == store::FilterKind::kAllIncludingNew;
}

bool ShowsDirectory(const store::Grant& grant, Table table, const memory::Row& row) {
  if (grant.revoked) return false;
  const auto text = [&row](std::string_view key) { return std::string(row.data.Text(key)); };
  switch (table) {
    case Table::kSites:
      return Mapped(grant, row.id);
    case Table::kStaff:
      return Selected(grant.practitioners, row.id);
    case Table::kReasons:
      return Selected(grant.appointment_types, row.id);
    case Table::kPosts:
      return Selected(grant.practitioners, text("staff")) && Mapped(grant, text("site"));
    default:
      return false;
  }
}

}  // namespace pons::simulation
