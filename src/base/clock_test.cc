// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/clock_fake.h"

namespace pons {
namespace {

TEST(FakeClock, SleepingMovesItForwardAndNeverBack) {
  FakeClock clock(FromMillis(1000));
  const CancelToken never;
  clock.SleepUntil(FromMillis(5000), never);
  EXPECT_EQ(clock.Now(), FromMillis(5000));
  clock.SleepUntil(FromMillis(2000), never);
  EXPECT_EQ(clock.Now(), FromMillis(5000));
  clock.Step(milliseconds(7));
  EXPECT_EQ(clock.Now(), FromMillis(5007));
}

TEST(FakeClock, ACancelledSleepDoesNotMoveIt) {
  FakeClock clock(FromMillis(1000));
  CancelToken cancelled;
  cancelled.Cancel();
  clock.SleepUntil(FromMillis(5000), cancelled);
  EXPECT_EQ(clock.Now(), FromMillis(1000));
}

TEST(SystemClock, CancelEndsALongSleepAtOnce) {
  CancelToken cancel;
  std::thread sleeper(
      [&] { SystemClock().SleepUntil(SystemClock().Now() + std::chrono::hours(1), cancel); });
  cancel.Cancel();
  sleeper.join();  // the test's time limit is what fails here
  EXPECT_TRUE(cancel.cancelled());
}

TEST(SystemClock, SleepReachesItsTime) {
  const CancelToken never;
  const auto until = SystemClock().Now() + milliseconds(15);
  SystemClock().SleepUntil(until, never);
  EXPECT_GE(SystemClock().Now(), until);
}

}  // namespace
}  // namespace pons
