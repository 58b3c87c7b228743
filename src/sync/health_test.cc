// SPDX-License-Identifier: Apache-2.0
#include "sync/health.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace pons::sync {
namespace {

using store::ReadState;

class ReactToTest : public testing::Test {
 protected:
  Reaction React(Fault fault, int failures = 1) {
    return ReactTo(MakeError(fault, ""), failures, now_, random_);
  }
  milliseconds Wait(Fault fault, int failures) { return *React(fault, failures).again - now_; }

  const Instant now_ = ParseInstant("2026-03-09T04:00:00Z").value();
  SeededRandom random_{1};
};

TEST_F(ReactToTest, ARefusedPasswordIsNotTriedAgain) {
  const auto reaction = React(Fault::kUnauthenticated);
  EXPECT_EQ(reaction.state, ReadState::kAttention);
  EXPECT_EQ(reaction.again, std::nullopt);
  EXPECT_TRUE(reaction.whole_connection);
}

TEST_F(ReactToTest, AMissingRightStopsOnlyItsStream) {
  const auto reaction = React(Fault::kForbidden);
  EXPECT_EQ(reaction.state, ReadState::kAttention);
  EXPECT_FALSE(reaction.whole_connection);
  EXPECT_TRUE(reaction.again) << "somebody may grant it";
}

TEST_F(ReactToTest, WhatCannotBeReachedIsTriedLessAndLessOften) {
  EXPECT_EQ(React(Fault::kUnavailable).state, ReadState::kRetrying);
  for (int failures = 1; failures < 40; ++failures) {
    const auto wait = Wait(Fault::kUnavailable, failures);
    const auto whole =
        std::min<std::int64_t>(std::int64_t{1000} << std::min(failures - 1, 20), 60000);
    EXPECT_GE(wait.count(), whole / 2) << failures;
    EXPECT_LE(wait.count(), whole) << failures;
  }
}

TEST_F(ReactToTest, TheVendorsOwnPauseIsKept) {
  auto error = MakeError(Fault::kRateLimited, "");
  error.retry_at = now_ + seconds(17);
  EXPECT_EQ(ReactTo(error, 1, now_, random_).again, now_ + seconds(17));
  EXPECT_GT(*React(Fault::kRateLimited).again, now_) << "a pause also where none was named";
}

TEST_F(ReactToTest, AnExpiredCursorStartsOver) {
  const auto reaction = React(Fault::kCursorExpired);
  EXPECT_TRUE(reaction.start_over);
  EXPECT_FALSE(reaction.whole_connection);
  EXPECT_EQ(reaction.state, ReadState::kActive) << "nobody needs to do anything";
}

TEST_F(ReactToTest, WhatStaysUnreadableIsShown) {
  EXPECT_EQ(React(Fault::kProtocol, 1).state, ReadState::kRetrying);
  EXPECT_EQ(React(Fault::kProtocol, 3).state, ReadState::kAttention);
}

TEST_F(ReactToTest, NoFaultIsTriedAgainWithoutPauseForEver) {
  for (int fault = 0; fault <= static_cast<int>(Fault::kInternal); ++fault) {
    if (static_cast<Fault>(fault) == Fault::kCancelled) continue;
    const auto reaction = React(static_cast<Fault>(fault), 50);
    EXPECT_GE(reaction.again.value_or(now_ + seconds(1)) - now_, seconds(1)) << fault;
  }
}

TEST(ClockWarning, BeginsAboveSixtySeconds) {
  EXPECT_EQ(ClockWarning(std::nullopt), "");
  for (const int ms : {0, 59999, 60000, -60000, 60400}) {
    EXPECT_EQ(ClockWarning(milliseconds(ms)), "") << ms;
  }
  EXPECT_NE(ClockWarning(milliseconds(61000)).find("61 s ahead"), std::string::npos);
  EXPECT_NE(ClockWarning(milliseconds(-61000)).find("61 s behind"), std::string::npos);
  EXPECT_NE(ClockWarning(milliseconds(61000)).find("w32tm /resync"), std::string::npos);
}

}  // namespace
}  // namespace pons::sync
