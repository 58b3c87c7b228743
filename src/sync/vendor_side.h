// SPDX-License-Identifier: Apache-2.0
// What sessions are given for two things that happen at the vendor's side: it charges for requests,
// which are counted here and saved now and then, and it changes a learned setting by itself, which
// is kept here. What a process that dies had counted since the last time is lost: these are figures
// for a person, not a bill.
//
// Threads: all members may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "connector/connector.h"
#include "store/store.h"

namespace pons::sync {

class VendorSide {
 public:
  using Audit = std::function<Result<void>(std::string_view command, std::string_view subject)>;

  // All outlive it.
  VendorSide(store::Store& store, Clock& clock, Logger& log)
      : store_(store), clock_(clock), log_(log) {}

  // Told before a learned setting is changed; where it fails the change is not made. To be set
  // before sessions are.
  void set_audit(Audit audit) { audit_ = std::move(audit); }

  // Fills in what a session of this connection counts with and keeps learned settings with.
  // `connection` outlives the session, and is used on its thread: a kept setting is put there too.
  void Join(SessionContext& context, const Connector& connector, store::Connection& connection);

  // Lives as long as this.
  Meter& MeterOf(store::ConnectionKey connection);
  // The value of one learned setting; ignored where `key` is none, or the settings are of another
  // revision by now.
  void Keep(const Connector& connector, const store::Connection& connection, std::string_view key,
            std::string_view value);

  // Saves what was counted, where the last time is some seconds ago. Returns when to be called
  // again; empty: nothing waits.
  std::optional<Instant> SaveIfDue();
  // Errors: those of the store; nothing is forgotten then.
  Result<void> Save();

  // What this process has counted, by connection and word.
  using Totals = std::map<std::pair<store::ConnectionKey, std::string>, std::uint64_t>;
  Totals totals() const;

 private:
  class ConnectionMeter;
  using Row = std::pair<store::ConnectionKey, std::pair<Instant, std::string>>;

  void Count(store::ConnectionKey connection, std::string_view what, std::uint64_t times);

  store::Store& store_;
  Clock& clock_;
  Logger& log_;
  Audit audit_;
  mutable std::mutex mutex_;
  std::map<store::ConnectionKey, std::unique_ptr<Meter>> meters_;
  std::map<Row, std::int64_t> waiting_;
  std::optional<Instant> due_;  // empty: nothing waits
  Totals totals_;
};

// The last seven days, today among them, as people and pages are told.
struct RequestCounts {
  std::map<std::string, std::int64_t> today;
  std::vector<store::VendorRequests> last_7_days;  // oldest first
  std::int64_t total_7_days = 0;
};
Result<RequestCounts> CountsOf(store::Reader& reader, store::ConnectionKey connection, Instant now);

}  // namespace pons::sync
