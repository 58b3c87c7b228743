// SPDX-License-Identifier: Apache-2.0
#include "sync/ownership.h"

#include <algorithm>
#include <array>

namespace pons::sync {
namespace {

// "3 May 2026"
std::string DayInWords(Instant instant, const PracticeZone& zone) {
  constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
  const Date day = zone.ToLocal(instant).day();
  return std::to_string(static_cast<unsigned>(day.day())) + " " +
         kMonths[(static_cast<unsigned>(day.month()) - 1) % 12] + " " +
         std::to_string(static_cast<int>(day.year()));
}

// A grant made anew is still the same app's.
Result<bool> SameApp(store::Reader& reader, const store::Grant& grant, store::GrantKey owner) {
  if (owner == grant.key) return true;
  PONS_ASSIGN(const auto grants, reader.Grants());
  return std::any_of(grants.begin(), grants.end(), [&](const store::Grant& other) {
    return other.key == owner && other.app == grant.app;
  });
}

}  // namespace

void RecordCreated(store::Transaction& tx, store::ConnectionKey connection,
                   std::string_view vendor_id, store::GrantKey grant) {
  store::PatientOwner owner;
  owner.connection = connection;
  owner.vendor_id = vendor_id;
  owner.grant = grant;
  tx.SaveOwner(owner);
}

void RecordSimilar(store::Transaction& tx, store::ConnectionKey connection,
                   std::string_view vendor_id, std::span<const model::VendorRef> similar,
                   std::string_view command) {
  for (const auto& other : similar) {
    if (other.id == vendor_id) continue;
    store::PossibleDuplicate pair;
    pair.connection = connection;
    pair.vendor_id = vendor_id;
    pair.other_vendor_id = other.id;
    pair.command = command;
    tx.SaveDuplicate(pair);
  }
}

Result<UpdateRight> RightToUpdate(store::Reader& reader, const store::Grant& grant,
                                  std::string_view vendor_id, std::string_view system,
                                  const PracticeZone& zone) {
  const std::string where(system.empty() ? std::string_view("the practice's system") : system);
  PONS_ASSIGN(const auto owner, reader.Owner(grant.connection, vendor_id));
  if (!owner) {
    return UpdateRight{false, "this patient came from " + where +
                                  "; the practice's record leads, and changes are made there"};
  }
  if (owner->opened) {
    return UpdateRight{false, "first opened for a visit in " + where + " on " +
                                  DayInWords(*owner->opened, zone) +
                                  "; from then on the practice's record leads"};
  }
  PONS_ASSIGN(const bool same, SameApp(reader, grant, owner->grant));
  if (!same) {
    return UpdateRight{false,
                       "another app created this patient, and may change it until the "
                       "practice first opens it for a visit"};
  }
  return UpdateRight{true, {}};
}

}  // namespace pons::sync
