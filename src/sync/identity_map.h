// SPDX-License-Identifier: Apache-2.0
// FHIR ids for vendors' records: derived from the connection and the vendor's id with this store's
// own key. The same record has the same id for ever, a reference can be written before its target
// has been read, and nobody can guess an id from a vendor's number.
//
// Threads: immutable.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "model/records.h"

namespace pons::sync {

class IdentityMap {
 public:
  // `key` is the store's identity key and outlives the map.
  explicit IdentityMap(std::string_view key) : key_(key) {}
  // 22 letters and digits (128 bits of keyed hash).
  ResourceId IdOf(const ConnectionId& connection, const model::VendorRef& ref) const;

 private:
  std::string_view key_;
};

}  // namespace pons::sync
