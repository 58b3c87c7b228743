// SPDX-License-Identifier: Apache-2.0
// SQL to a practice's database: statement in, rows out. What a connector sees of a driver, a
// gateway, or an agent; none of them shows through.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/time.h"

namespace pons::net {

// What a database cell or a parameter can be. Text is UTF-8, not trimmed. DATETIME and DATE arrive
// as LocalTime: databases of this kind store no zone.
struct SqlNull {
  bool operator==(const SqlNull&) const = default;
};
using SqlValue = std::variant<SqlNull, std::int64_t, double, std::string, LocalTime>;

struct SqlColumn {
  std::string name;
};

// One row, valid only during the call it is passed to.
using SqlRow = std::span<const SqlValue>;

struct SqlStatement {
  std::string text;  // parameters as '?'
  std::vector<SqlValue> parameters = {};
  std::chrono::milliseconds timeout{15000};
};

// Told once before the first row; not told when the statement fails.
using SqlColumnsSink = std::function<void(std::span<const SqlColumn>)>;
// False: enough, stop reading. The rest is discarded.
using SqlRowSink = std::function<bool(SqlRow)>;

// One open session with a practice's database; reconnects by itself on the next call after a loss.
// Threads: one at a time.
// Errors: kUnauthenticated (sign-in refused), kForbidden (a right is missing; the object is named),
// kMisconfigured (no such server or database name), kUnavailable (not reachable, silent, cut in
// mid-answer), kProtocol (answers that cannot be read), kRejected (the statement is wrong;
// vendor_code is the database's error number), kCancelled.
class SqlTransport {
 public:
  virtual ~SqlTransport() = default;
  virtual Result<void> Query(const SqlStatement& statement, const SqlColumnsSink& columns,
                             const SqlRowSink& row, const CancelToken& cancel) = 0;
};

// Opens sessions lazily; one per connection.
struct OdbcSettings {
  std::string connection_string_without_secret;  // Driver=…;Server=…;Port=…;UID=…
  std::string password;
  std::chrono::milliseconds connect_timeout{5000};
};
std::unique_ptr<SqlTransport> MakeOdbcTransport(OdbcSettings settings);

}  // namespace pons::net
