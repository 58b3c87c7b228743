// SPDX-License-Identifier: Apache-2.0
// What Halo's refusals mean: four shapes of answer, one table (halo-connect sheet §7). Errors of
// the practice's database come out as the direct way to it has them, number and all; Halo's own
// text is judged and never passed on, since it may quote data.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "net/http.h"

namespace pons::halo_connect {

// An answer that is not a result, taken apart. Everything in it is an outsider's.
struct Refusal {
  int http = 0;
  bool readable = false;      // one of the four shapes; false: plain text, a proxy's page, cut
  std::string query_status;   // "executionFailed"; empty where there is no query
  std::string type;           // "mssql", "fbsql", "http", "haloLink"; empty: not said
  std::optional<int> number;  // errorCode
  std::string message;        // for judging only
  std::optional<std::chrono::seconds> retry_after;
};

Refusal ReadRefusal(const net::HttpResponse& answer);
// Of a query object, which may tell of a failure under any status.
Refusal ReadRefusal(int http, const json::Value& query);
// Whether a query object that came as a success says that it is none.
bool SaysFailed(const json::Value& query);

struct Circumstances {
  bool reads_only = false;     // then nothing can have happened
  std::string_view sign = {};  // see net::SqlStatement
  Instant now{};
};

// vendor_code: the database's number where there is one, else the HTTP status.
Error Judge(const Refusal& refusal, const Circumstances& at);

// The result is longer than an immediate answer may be: it has run, and can be asked for in pages.
bool IsTooLong(const Refusal& refusal);
// The site is not ours, not there, or no longer the one that answers: look for it by its own
// number. False where 403 and 404 mean something else (an address that is not allowed, a quota, a
// path).
bool MayHaveMoved(const Refusal& refusal);

// Retry-After as Halo gives it, in whole seconds; nothing longer than a day.
std::optional<std::chrono::seconds> ReadRetryAfter(const net::Headers& headers);

}  // namespace pons::halo_connect
