// SPDX-License-Identifier: Apache-2.0
// Every sealed column of the store, sealed anew; for a change of the master key.
#pragma once

#include <cstdint>

#include "store/key_ring.h"
#include "store/sqlite_db.h"

namespace pons::store {

// Inside a transaction of `db`. Opens with any key of `keys`, seals with the current one. Returns
// how many values there were. Errors: kInternal where one cannot be opened: nothing may be
// committed then.
Result<std::int64_t> ResealAll(Db& db, const KeyRing& keys, Random& random);

}  // namespace pons::store
