// SPDX-License-Identifier: Apache-2.0
// Registered queries: run by a timer at the practice, told of when their result changes
// (halo-connect sheet §5.4). Threads: any; runs on one of its own, or on that of RunAll.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "vendors/halo_connect/sandbox/cloud.h"

namespace pons::halo_connect::sandbox {

struct Registered {
  std::string id, name, site_guid;
  std::string status = "enabled";
  Command command;
  std::int64_t frequency = 60, duration = 86'400;  // seconds
  std::int64_t request_size = 0;
  Instant created, next_run;
  std::optional<Instant> completed, succeeded, failed;
  std::string hash;
  std::string json;  // the latest result
  json::Array parameters;
  std::int64_t rows = 0;
  std::optional<HaloError> error;  // of the last run, where it failed
  std::int64_t last_millis = 0, successes = 0, failures = 0, result_bytes = 0;
};

class RegisteredQueries {
 public:
  // Told of each new result: the site's GUID and the query's id.
  using Told = std::function<void(const std::string& site, const std::string& query)>;

  RegisteredQueries(Cloud& cloud, std::int64_t least_frequency, Told told);
  ~RegisteredQueries();

  // The id, or why the body is refused.
  std::variant<std::string, HaloError> Create(Site& site, const json::Value& body,
                                              std::int64_t request_size);
  json::Value List(std::string_view site_guid) const;  // those that are enabled
  // Nullopt: there is none of that id at the site.
  std::optional<json::Value> Describe(std::string_view site_guid, std::string_view id) const;
  bool Cancel(std::string_view site_guid, std::string_view id, Instant now);
  // {"data","parameters","rows","size"}; 404 where there is none yet.
  std::variant<json::Value, HaloError> ResultOf(std::string_view site_guid,
                                                std::string_view id) const;
  // Runs every enabled one now, whatever its timer says. Gives how many ran.
  std::int64_t RunAll();

 private:
  void Work();
  void RunDue();
  void Run(Site& site, const std::shared_ptr<Registered>& query);
  void Keep(Registered& query, Site& site, QueryResult result, bool& changed);
  static json::Value Facts(const Registered& query);
  std::shared_ptr<Registered> Find(std::string_view site_guid, std::string_view id) const;
  Site* SiteOf(const std::string& guid) const;

  Cloud& cloud_;
  const std::int64_t least_frequency_;
  const Told told_;
  CancelToken stop_;
  mutable std::mutex mutex_;
  std::mutex running_;  // one run at a time, so that two do not tell of the same change
  std::map<std::string, std::shared_ptr<Registered>, std::less<>> queries_;
  std::thread timer_;
};

}  // namespace pons::halo_connect::sandbox
