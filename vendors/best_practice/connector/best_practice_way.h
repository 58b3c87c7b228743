// SPDX-License-Identifier: Apache-2.0
// Which way a connection reaches its database, and how often it looks.
//
//   odbc  straight to the SQL Server: looking is free, so everything is looked at every few seconds
//   halo  through Halo Connect, which charges by the query: looking is paced, and a query that Halo
//         runs by itself says in between when it is worth while (best_practice_hints.h)
//
// Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "connector/settings.h"
#include "model/records.h"
#include "vendors/best_practice/connector/best_practice_hours.h"
#include "vendors/halo_connect/connector/halo_transport.h"

namespace pons::best_practice {

inline constexpr std::string_view kSiteSetting = "halo_site_id";
inline constexpr std::string_view kCodeSetting = "halo_pairing_code";
inline constexpr std::string_view kHaloWay = "halo";
inline constexpr std::string_view kOdbcWay = "odbc";

// Visits, and what changes all day; lists of people, places and types change rarely.
struct Paces {
  std::chrono::seconds visits{20};  // 0: only when a change is announced
  std::chrono::seconds others{300};
  std::chrono::seconds lists{3600};
  std::chrono::seconds closed{1800};  // visits and others while the practice is closed
};

struct Way {
  bool halo = false;
  // odbc
  std::chrono::milliseconds visit_interval{500}, other_interval{5000};
  // halo
  halo_connect::SiteAddress site;
  Paces paces;
  OpeningHours hours;
  bool watch = true;
};

// Requires settings that are complete. Errors: kMisconfigured, naming the setting.
Result<Way> ReadWay(const Settings& settings);

// How often a registered query is asked whether it has seen a change; less often where Halo calls.
inline constexpr std::chrono::seconds kGlance{10};
inline constexpr std::chrono::seconds kGlanceWhenCalled{60};
// Halo's own beat (halo-connect sheet §5.4: 60 at least).
inline constexpr std::chrono::seconds kWatchBeat{60};
inline constexpr std::chrono::seconds kWatchRuns{86400};

// `called`: Halo calls when something has changed.
std::chrono::milliseconds IntervalOf(const Way& way, bool called, model::Stream stream);

// Requests on a day with the longest opening hours.
struct Cost {
  std::uint64_t quiet = 0;    // queries, where nothing changes
  std::uint64_t busy = 0;     // queries, where something changes in every minute of opening
  std::uint64_t watched = 0;  // runs of the registered query
};
Cost CostOf(const Way& way);
// "About 2,100 queries on a day open for 10 hours …"; empty where nothing is charged.
std::string CostWordsOf(const Way& way);

}  // namespace pons::best_practice
