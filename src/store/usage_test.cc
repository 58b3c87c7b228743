// SPDX-License-Identifier: Apache-2.0
#include "store/usage.h"

#include <gtest/gtest.h>

namespace pons::store {
namespace {

TEST(Usage, ATimeFallsIntoTheRangeThatEndsAtOrAboveIt) {
  EXPECT_EQ(UsageRange(0), 0u);
  EXPECT_EQ(UsageRange(1), 0u);
  EXPECT_EQ(UsageRange(2), 1u);
  EXPECT_EQ(UsageRange(4), 3u);
  EXPECT_EQ(UsageRange(60000), kUsageBoundsMs.size() - 1);
  EXPECT_EQ(UsageRange(60001), kUsageBoundsMs.size());
}

TEST(Usage, PercentilesLieInTheRangeOfTheirCall) {
  UsageTimes times{};
  EXPECT_EQ(UsagePercentile(times, 0.5), 0);
  for (int i = 0; i < 99; ++i) ++times[UsageRange(4)];
  ++times[UsageRange(900)];
  EXPECT_GT(UsagePercentile(times, 0.5), 3);
  EXPECT_LE(UsagePercentile(times, 0.5), 5);
  EXPECT_LE(UsagePercentile(times, 0.99), 5);
  EXPECT_GT(UsagePercentile(times, 1), 500);
  EXPECT_LE(UsagePercentile(times, 1), 1000);
}

TEST(Usage, RowsAddUp) {
  UsageRow a;
  a.requests = 2;
  a.errors = 1;
  a.times[3] = 2;
  UsageRow b = a;
  b.times[0] = 5;
  a.Add(b);
  EXPECT_EQ(a.requests, 4);
  EXPECT_EQ(a.errors, 2);
  EXPECT_EQ(a.times[3], 4);
  EXPECT_EQ(a.times[0], 5);
}

}  // namespace
}  // namespace pons::store
