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
  // The names of the columns that come back, in their order, where the text has a fixed list; what
  // they point to outlives the program. Every column of a statement has a name of its own (an
  // alias where it is computed): some gateways answer with objects instead of rows, and then a
  // column without a name, or with another's, is lost. Empty: as they come.
  std::span<const std::string_view> columns = {};
  // It certainly changes nothing, so that it may be asked a second time in another way.
  bool reads_only = false;
  // A word, in small letters. Where the database refuses the statement with a text of its own that
  // holds it, SqlRefusalSays is true of the error. The text itself is never passed on.
  std::string sign = {};
};

inline constexpr std::string_view kSqlSignMark = " says ";

// Whether the refused statement's `sign` was in the refusal.
inline bool SqlRefusalSays(const Error& error, std::string_view sign) {
  return error.fault == Fault::kRejected &&
         error.vendor_code.ends_with(std::string(kSqlSignMark) + std::string(sign));
}

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
// Effect: kNone where the statement never left, or was refused before it did anything; kUnknown
// where the answer was lost, could not be read, or broke off.
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
