// SPDX-License-Identifier: Apache-2.0
#include "store/reseal.h"

#include <utility>
#include <vector>

namespace pons::store {
namespace {

// Each column with sealed bytes. A new one is added here, and to the test of key rotation.
struct SealedColumn {
  std::string_view name;  // for errors
  const char* read;
  const char* write;
};
constexpr SealedColumn kColumns[] = {
    {"connection secrets", "SELECT rowid, secrets FROM connection",
     "UPDATE connection SET secrets = ? WHERE rowid = ?"},
    {"webhook secret", "SELECT rowid, secret FROM webhook",
     "UPDATE webhook SET secret = ? WHERE rowid = ?"},
    {"webhook secret before", "SELECT rowid, previous_secret FROM webhook",
     "UPDATE webhook SET previous_secret = ? WHERE rowid = ?"},
    {"second factor", "SELECT rowid, totp FROM user", "UPDATE user SET totp = ? WHERE rowid = ?"},
    {"second factor begun", "SELECT rowid, totp_pending FROM user",
     "UPDATE user SET totp_pending = ? WHERE rowid = ?"},
    {"store secret", "SELECT rowid, sealed FROM secret",
     "UPDATE secret SET sealed = ? WHERE rowid = ?"},
};

}  // namespace

Result<std::int64_t> ResealAll(Db& db, const KeyRing& keys, Random& random) {
  std::int64_t count = 0;
  for (const auto& column : kColumns) {
    std::vector<std::pair<std::int64_t, std::string>> rows;
    {
      auto use = db.Prepared(column.read);
      while (use.Step()) {
        if (!use.Text(1).empty()) rows.emplace_back(use.Integer(0), use.Text(1));
      }
    }
    for (const auto& [row, sealed] : rows) {
      auto plain = keys.Unseal(sealed);
      if (!plain) return WithContext(plain.error(), "seal every " + std::string(column.name));
      const std::string again = keys.Seal(*plain, random);
      db.Prepared(column.write).Blob(again).Bind(row).Run();
      ++count;
    }
  }
  if (db.failed()) return db.error();
  return count;
}

}  // namespace pons::store
