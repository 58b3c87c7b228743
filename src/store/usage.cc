// SPDX-License-Identifier: Apache-2.0
#include "store/usage.h"

#include <algorithm>
#include <numeric>

namespace pons::store {

void UsageRow::Add(const UsageRow& other) {
  requests += other.requests;
  errors += other.errors;
  sent += other.sent;
  not_taken += other.not_taken;
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] += other.times[i];
    sent_times[i] += other.sent_times[i];
  }
}

std::size_t UsageRange(std::int64_t millis) {
  const auto found = std::lower_bound(kUsageBoundsMs.begin(), kUsageBoundsMs.end(), millis);
  return static_cast<std::size_t>(found - kUsageBoundsMs.begin());
}

double UsagePercentile(const UsageTimes& times, double share) {
  const auto all = std::accumulate(times.begin(), times.end(), std::int64_t{0});
  if (all == 0) return 0;
  const double wanted = std::max(1.0, share * static_cast<double>(all));
  double before = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto here = static_cast<double>(times[i]);
    if (here > 0 && before + here >= wanted) {
      const auto low = i == 0 ? 0.0 : static_cast<double>(kUsageBoundsMs[i - 1]);
      // Nothing is known of how far the last range reaches.
      const auto high = i < kUsageBoundsMs.size() ? static_cast<double>(kUsageBoundsMs[i]) : low;
      return low + (high - low) * (wanted - before) / here;
    }
    before += here;
  }
  return static_cast<double>(kUsageBoundsMs.back());
}

}  // namespace pons::store
