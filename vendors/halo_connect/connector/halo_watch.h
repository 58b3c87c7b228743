// SPDX-License-Identifier: Apache-2.0
// A query that Halo runs by itself every minute or so, watched for whether its result changed
// (halo-connect sheet §5.4). Cheaper than asking again and again: looking costs no query.
// INFERRED: from the price list's "billed per query", that reading a registered query's state is
// not billed.
//
// The result itself is never read; that something changed is enough. Parameters are fixed when it
// is registered, so the statement measures by the server's own clock.
// Threads: one at a time. Nothing is kept besides what this object remembers: one that is made
// anew says "changed" once, which costs a look and loses nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "connector/connector.h"
#include "json/value.h"
#include "net/sql.h"
#include "vendors/halo_connect/connector/halo_access.h"
#include "vendors/halo_connect/connector/halo_call.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::halo_connect {

struct WatchQuery {
  std::string name;  // "appointments": a word of ours, the same after a restart
  net::SqlStatement statement;
  std::chrono::seconds frequency{60};    // 60 at least
  std::chrono::seconds duration{86400};  // 86400 at most
};

struct Sight {
  enum class Kind : std::uint8_t {
    kChanged,     // since this object last said so, or for the first time
    kUnchanged,   // it ran, and the result is the same
    kNotRunning,  // ended, cancelled, unknown, or has not succeeded lately: poll instead
  };
  Kind kind = Kind::kNotRunning;
  std::uint64_t runs = 0;  // so far, of the registered query; what was billed
  std::optional<Instant> last_run = {};
};

class Watch {
 public:
  // What `context` refers to outlives it. Requires: limits of WatchQuery are kept.
  Watch(Access access, SiteAddress site, WatchQuery query, const SessionContext& context);

  // Makes sure that it runs: adopts what an earlier run of ours has left, registers it where there
  // is none, registers it anew before it ends. Cheap where nothing is to be done.
  Result<void> Ensure(Instant deadline);
  // Requires nothing: kNotRunning before Ensure has succeeded.
  Result<Sight> Look(Instant deadline);
  // Ends it at Halo. Not running is no error.
  Result<void> Cancel(Instant deadline);
  const std::string& id() const { return id_; }  // Halo's; empty: not running

 private:
  std::string Label() const;
  Result<net::HttpResponse> Send(const std::string& method, const std::string& path,
                                 const std::string& body, Instant deadline);
  Result<void> Adopt(Instant deadline);
  Result<void> Register(Instant deadline);
  Result<Sight> See(const json::Value& query);
  void Forget();

  Caller caller_;
  SessionContext context_;
  SiteAddress site_;
  SiteFinder finder_;
  const WatchQuery query_;
  std::string command_;  // JSON; empty: the statement cannot be one
  std::string id_;
  Instant ends_{};
  std::optional<std::string> told_;       // the hash that "changed" was last said of
  std::optional<std::uint64_t> metered_;  // runs that the meter knows
};

// Ends every query that a Watch has left running for this site: for Connector::Leave. Another
// server with the same key sees the same queries, so two of them must not serve one practice.
Result<void> CancelAllWatches(const Access& access, const SiteAddress& site,
                              const SessionContext& context, Instant deadline);

}  // namespace pons::halo_connect
