// SPDX-License-Identifier: Apache-2.0
#include "net/sql_odbc_fault.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "net/sql.h"

namespace pons::net {
namespace {

struct Entry {
  int native;
  Fault fault;
  std::string_view summary;
};

constexpr std::string_view kRefused = "the database refused the user name or password";
constexpr std::string_view kMissingRight = "the database user lacks a right";

// SQL Server's numbers, most telling first: the first entry that any record matches is the answer.
constexpr Entry kByNumber[] = {
    {18456, Fault::kUnauthenticated, kRefused},
    {18452, Fault::kUnauthenticated, "the database does not accept this kind of sign-in"},
    {18470, Fault::kUnauthenticated, "the database user is disabled"},
    {18486, Fault::kUnauthenticated, "the database user is locked out"},
    {18487, Fault::kUnauthenticated, "the database user's password has expired"},
    {18488, Fault::kUnauthenticated, "the database user's password must be changed"},
    {4060, Fault::kMisconfigured, "the server has no such database, or the user may not open it"},
    {4064, Fault::kMisconfigured, "the user's default database cannot be opened; name a database"},
    {916, Fault::kForbidden, "the database user may not open this database"},
    {229, Fault::kForbidden, kMissingRight},
    {230, Fault::kForbidden, kMissingRight},
    {262, Fault::kForbidden, kMissingRight},
    {297, Fault::kForbidden, kMissingRight},
    {300, Fault::kForbidden, kMissingRight},
    {208, Fault::kRejected, "the database has no such table or view"},
    {207, Fault::kRejected, "the database has no such column"},
    {2812, Fault::kRejected, "the database has no such procedure"},
    {102, Fault::kRejected, "the database does not understand the statement"},
    {1205, Fault::kUnavailable, "the database ended the statement to resolve a deadlock"},
    {1222, Fault::kUnavailable, "the statement waited too long for a lock"},
    {20003, Fault::kUnavailable, "the database did not answer in time"},
    {20009, Fault::kUnavailable, "the database server cannot be reached"},
    {20013, Fault::kUnavailable, "the database server's name cannot be resolved"},
    {20004, Fault::kUnavailable, "the connection to the database was cut while reading"},
    {20006, Fault::kUnavailable, "the connection to the database was cut while writing"},
    {20017, Fault::kUnavailable, "the database closed the connection"},
    {20047, Fault::kUnavailable, "the connection to the database is gone"},
};

bool IsName(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || c == '.';
}

// "… denied on the object 'PATIENTS', …" or "… on the column 'DOB' of the object …": the quoted
// name, when it looks like a name.
std::string NameAfter(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + word.size());
  const auto end = rest.find('\'');
  if (end == std::string_view::npos || end == 0 || end > 128) return {};
  const auto name = rest.substr(0, end);
  return std::all_of(name.begin(), name.end(), IsName) ? std::string(name) : std::string();
}

Error Build(Fault fault, std::string_view summary, int native) {
  auto error = MakeError(fault, std::string(summary));
  if (native != 0) error.vendor_code = std::to_string(native);
  return error;
}

Error ByState(std::string_view state, OdbcStep step, int native) {
  if (state == "HYT00" || state == "HYT01") {
    return Build(Fault::kUnavailable, "the database did not answer in time", native);
  }
  if (state == "HY008") return Build(Fault::kCancelled, "the statement was cancelled", native);
  if (state.starts_with("08")) {
    return Build(Fault::kUnavailable,
                 step == OdbcStep::kConnect ? "the database server cannot be reached"
                                            : "the connection to the database was cut",
                 native);
  }
  if (state.starts_with("28")) return Build(Fault::kUnauthenticated, kRefused, native);
  if (state == "IM002" || state == "IM003" || state == "01000") {
    return Build(Fault::kMisconfigured, "the ODBC driver is not installed on this machine", native);
  }
  if (step == OdbcStep::kConnect) {
    return Build(Fault::kUnavailable, "the database server cannot be reached", native);
  }
  if (state.starts_with("22") || state == "07006" || state == "HY000") {
    if (step == OdbcStep::kFetch) {
      return Build(Fault::kProtocol, "the database's answer cannot be read", native);
    }
  }
  return Build(Fault::kRejected, "the database refused the statement", native);
}

Error Judge(std::span<const OdbcDiagnostic> diagnostics, OdbcStep step) {
  for (const auto& entry : kByNumber) {
    const auto found =
        std::find_if(diagnostics.begin(), diagnostics.end(),
                     [&](const OdbcDiagnostic& d) { return d.native == entry.native; });
    if (found == diagnostics.end()) continue;
    auto error = Build(entry.fault, entry.summary, entry.native);
    if (entry.fault == Fault::kForbidden) {
      auto name = NameAfter(found->text, "object '");
      if (name.empty()) name = NameAfter(found->text, "column '");
      if (!name.empty()) error.summary += " on " + name;
    }
    return error;
  }
  if (diagnostics.empty()) {
    return step == OdbcStep::kFetch
               ? Build(Fault::kProtocol, "the database's answer cannot be read", 0)
               : Build(Fault::kUnavailable, "the database driver failed without a reason", 0);
  }
  // A lost connection explains every other record beside it.
  const auto lost = std::find_if(diagnostics.begin(), diagnostics.end(), [](const auto& d) {
    return d.state.starts_with("08") || d.state == "HYT00" || d.state == "HYT01";
  });
  const auto& telling = lost == diagnostics.end() ? diagnostics.front() : *lost;
  return ByState(telling.state, step, telling.native);
}

}  // namespace

Effect OdbcEffect(Fault fault, OdbcStep step) {
  if (step == OdbcStep::kConnect) return Effect::kNone;
  const bool refused = fault == Fault::kRejected || fault == Fault::kForbidden ||
                       fault == Fault::kUnauthenticated || fault == Fault::kMisconfigured;
  return refused && step == OdbcStep::kExecute ? Effect::kNone : Effect::kUnknown;
}

Error OdbcFault(std::span<const OdbcDiagnostic> diagnostics, OdbcStep step, std::string_view sign) {
  auto error = Judge(diagnostics, step);
  error.effect = OdbcEffect(error.fault, step);
  if (sign.empty() || error.fault != Fault::kRejected) return error;
  for (const auto& one : diagnostics) {
    if (AsciiLower(one.text).find(sign) == std::string::npos) continue;
    error.vendor_code += std::string(kSqlSignMark) + std::string(sign);
    break;
  }
  return error;
}

bool SaysUnknownHost(std::span<const OdbcDiagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const OdbcDiagnostic& d) { return d.native == 20013; });
}

}  // namespace pons::net
