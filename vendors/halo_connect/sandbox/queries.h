// SPDX-License-Identifier: Apache-2.0
// Queries that were asked and what became of them: immediate ones at once, asynchronous ones on
// threads of their own, with results in pages until they expire (halo-connect sheet §5.2, §5.3).
// Threads: any.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vendors/halo_connect/sandbox/cloud.h"
#include "vendors/halo_connect/sandbox/pool.h"

namespace pons::halo_connect::sandbox {

struct Page {
  std::string json;  // of its rows, an array
  std::int64_t rows = 0, first_row = 0;
};

struct Query {
  std::string id;
  std::string mode;  // "immediate" or "async"
  std::string site;  // Halo GUID
  std::string status = "initialising";
  Command command;
  std::int64_t request_size = 0;
  Instant created, updated, completed, expires;
  bool ended = false;
  std::vector<std::pair<std::string, Instant>> timing;
  std::optional<HaloError> error;
  std::int64_t rows = 0, rows_affected = 0, size = 0, result_size = 0, millis = 0;
  json::Array parameters;
  std::vector<Page> pages;
};

class Queries {
 public:
  // Told of each asynchronous query that was successful: its site's GUID and its id.
  using Told = std::function<void(const std::string& site, const std::string& query)>;

  Queries(Cloud& cloud, Told told) : cloud_(cloud), told_(std::move(told)), pool_(2) {}
  ~Queries();

  // Begins one; it is known from then on.
  std::shared_ptr<Query> Begin(Site& site, std::string mode, Command command,
                               std::int64_t request_size);
  // Puts the result into an immediate query, which keeps no rows, and ends it.
  void End(Query& query, const Site& site, const QueryResult& result);
  // Runs it when its turn comes.
  void Queue(Site& site, const std::shared_ptr<Query>& query);
  // Those that were held back go on.
  void Release();

  // Null: there is none of that id at the site.
  std::shared_ptr<Query> Of(std::string_view site_guid, std::string_view id);
  json::Value Describe(Site& site, Query& query);
  // The page, or 404 or 410.
  std::variant<Page, HaloError> PageOf(Site& site, Query& query, std::string_view number);
  // All results are gone, as they are after their day.
  void ExpireAll();

 private:
  void RunQueued(Site& site, Query& query);
  void Finish(Query& query, const Site& site, QueryResult result);
  static void Enter(Query& query, std::string status, Instant now);

  // Makes room for so many bytes of pages: the oldest results go.
  void MakeRoom(std::int64_t bytes);

  static constexpr std::size_t kKept = 5000;
  static constexpr std::int64_t kMostPageBytes = 256 << 20;
  static constexpr std::chrono::hours kResultsLive{24};

  Cloud& cloud_;
  const Told told_;
  CancelToken stop_;
  std::mutex mutex_;  // guards all queries' contents too
  std::map<std::string, std::shared_ptr<Query>, std::less<>> queries_;
  std::deque<std::string> order_;
  std::vector<std::pair<Site*, std::shared_ptr<Query>>> held_;
  std::int64_t page_bytes_ = 0;
  Pool pool_;  // last: its threads use the rest
};

// The rows of a result in pages of about so many bytes; one empty page where there are none.
std::vector<Page> CutPages(const Rows& rows, std::int64_t page_bytes);

}  // namespace pons::halo_connect::sandbox
