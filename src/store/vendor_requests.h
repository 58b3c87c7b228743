// SPDX-License-Identifier: Apache-2.0
// What a vendor may charge for, as counted: per connection, day and word of its price list.
// Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "store/keys.h"

namespace pons::store {

struct VendorRequests {
  ConnectionKey connection = 0;
  Instant day{};     // its begin, UTC
  std::string what;  // "query"
  std::int64_t count = 0;
  bool operator==(const VendorRequests&) const = default;
};

}  // namespace pons::store
