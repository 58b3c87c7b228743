// SPDX-License-Identifier: Apache-2.0
// What an app asked of the API in one hour, and what its webhooks were sent: how often, how often
// it failed, and how long the answers took, as counts of ranges. Ranges are coarse on purpose: a
// hundred hours are added up to a day's figures without keeping single calls.
//
// Units: milliseconds. Plain values, no clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "store/keys.h"

namespace pons::store {

// Upper ends of the ranges, each included; one more range takes what is above the last.
inline constexpr std::array<std::int64_t, 22> kUsageBoundsMs = {
    1,   2,   3,   5,   7,   10,   15,   20,   30,    50,    75,
    100, 150, 200, 300, 500, 1000, 2000, 5000, 10000, 20000, 60000};
using UsageTimes = std::array<std::int64_t, kUsageBoundsMs.size() + 1>;

struct UsageRow {
  AppKey app = 0;
  Instant hour{};              // its begin, UTC
  std::int64_t requests = 0;   // all that were answered
  std::int64_t errors = 0;     // of them, with a status of 400 or more
  UsageTimes times{};          // of those that did not wait for a change on purpose
  std::int64_t sent = 0;       // attempts at its webhooks
  std::int64_t not_taken = 0;  // of them, without an answer of 2xx
  UsageTimes sent_times{};

  void Add(const UsageRow& other);
};

// The range that so many milliseconds fall into.
std::size_t UsageRange(std::int64_t millis);
// The time that `share` (0 to 1) of the calls stayed within, between the ends of its range; 0
// where there was no call.
double UsagePercentile(const UsageTimes& times, double share);

}  // namespace pons::store
