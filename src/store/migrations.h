// SPDX-License-Identifier: Apache-2.0
// Schema versions, in order. A released migration is never edited.
#pragma once

#include "base/result.h"
#include "store/sqlite_db.h"

namespace pons::store {

// Brings the file to this program's schema. A file from a newer program is refused (kMisconfigured)
// rather than guessed at.
Result<void> Migrate(Db& db);

}  // namespace pons::store
