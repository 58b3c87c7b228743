// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.h"

#include <array>
#include <string>

namespace pons::store {
namespace {

constexpr std::array<const char*, 13> kMigrations = {
#include "store/migrations/0001_initial.sql.inc"
    ,
#include "store/migrations/0002_commands.sql.inc"
    ,
#include "store/migrations/0003_ownership.sql.inc"
    ,
#include "store/migrations/0004_binaries.sql.inc"
    ,
#include "store/migrations/0005_accounts.sql.inc"
    ,
#include "store/migrations/0006_developer.sql.inc"
    ,
#include "store/migrations/0007_portal.sql.inc"
    ,
#include "store/migrations/0008_settings_revision.sql.inc"
    ,
#include "store/migrations/0009_vendor_requests.sql.inc"
    ,
#include "store/migrations/0010_user_links.sql.inc"
    ,
#include "store/migrations/0011_access_keys.sql.inc"
    ,
#include "store/migrations/0012_delivery_attempts.sql.inc"
    ,
#include "store/migrations/0013_app_locations.sql.inc"
};

}  // namespace

Result<void> Migrate(Db& db) {
  std::int64_t version = 0;
  {
    auto use = db.Prepared("PRAGMA user_version");
    if (use.Step()) version = use.Integer(0);
  }
  if (version > static_cast<std::int64_t>(kMigrations.size())) {
    return MakeError(Fault::kMisconfigured,
                     "this data folder was written by a newer Pons (schema " +
                         std::to_string(version) + "); install that version or a later one");
  }
  for (auto next = static_cast<std::size_t>(version); next < kMigrations.size(); ++next) {
    const std::string mark = "PRAGMA user_version = " + std::to_string(next + 1);
    db.Exec("BEGIN IMMEDIATE");
    db.Exec(kMigrations[next]);
    db.Exec(mark.c_str());
    db.Exec("COMMIT");
  }
  if (db.failed()) return WithContext(db.error(), "bring the store to the current schema");
  return Ok();
}

}  // namespace pons::store
