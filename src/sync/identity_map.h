// SPDX-License-Identifier: Apache-2.0
// FHIR ids for vendors' records: derived from the connection and the vendor's id with this store's
// own key. The same record has the same id for ever, a reference can be written before its target
// has been read, and nobody can guess an id from a vendor's number.
//
// Threads: immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "model/clinical.h"
#include "model/records.h"

namespace pons::sync {

class IdentityMap {
 public:
  // `key` is the store's identity key and outlives the map.
  explicit IdentityMap(std::string_view key) : key_(key) {}
  // 22 letters and digits (128 bits of keyed hash).
  ResourceId IdOf(const ConnectionId& connection, const model::VendorRef& ref) const;

  // The id of clinical data, which is never stored: it names its patient, and nobody can make one
  // up. "<the patient's id>.<a letter for the kind><22 letters and digits>". `item` is the
  // vendor's.
  std::string IdOfItem(const ConnectionId& connection, std::string_view patient,
                       model::ClinicalKind kind, std::string_view item) const;

 private:
  std::string Hashed(std::string_view name) const;

  std::string_view key_;
};

// What can be read off such an id. Empty for what is none.
struct ClinicalId {
  std::string_view patient;
  model::ClinicalKind kind = model::ClinicalKind::kConditions;
};
std::optional<ClinicalId> ReadClinicalId(std::string_view id);

}  // namespace pons::sync
