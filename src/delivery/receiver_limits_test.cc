// SPDX-License-Identifier: Apache-2.0
#include "delivery/receiver_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pons::delivery {
namespace {

const Instant kNow = *ParseInstant("2026-03-09T04:05:06Z");

Verdict Fine() { return JudgeAnswer(200, "", 1, kNow, 0); }
Verdict NoAnswer() { return JudgeFailure(MakeError(Fault::kUnavailable, "no answer"), 1, 0); }

// Starts as many as are allowed and says how many those were.
int StartAll(ReceiverLimits& limits, store::WebhookKey webhook, Instant now) {
  int count = 0;
  for (; limits.MayStart(webhook, now); ++count) limits.Started(webhook, now);
  return count;
}

TEST(ReceiverLimits, AReceiverGetsItsShareAndNoMore) {
  ReceiverLimits limits({.total = 32, .per_receiver = 4});
  EXPECT_EQ(StartAll(limits, 1, kNow), 4);
  EXPECT_EQ(StartAll(limits, 2, kNow), 4);
  EXPECT_THAT(limits.Blocked(kNow), testing::ElementsAre(1, 2));
  limits.Finished(1, kNow, Fine(), kNow);
  EXPECT_TRUE(limits.MayStart(1, kNow));
}

TEST(ReceiverLimits, WhenHalfIsTakenEachGetsOne) {
  ReceiverLimits limits({.total = 8, .per_receiver = 4});
  EXPECT_EQ(StartAll(limits, 1, kNow), 4);
  for (store::WebhookKey other = 2; other <= 5; ++other)
    EXPECT_EQ(StartAll(limits, other, kNow), 1);
  EXPECT_TRUE(limits.full());
  EXPECT_EQ(StartAll(limits, 6, kNow), 0);
}

TEST(ReceiverLimits, ADeadReceiverIsProbedOneAtATimeWithLongerAndLongerPauses) {
  ReceiverLimits limits({});
  Instant now = kNow;
  StartAll(limits, 1, now);
  limits.Finished(1, kNow, NoAnswer(), now);
  EXPECT_FALSE(limits.MayStart(1, now)) << "three more are still under way";
  for (int i = 0; i < 3; ++i) limits.Finished(1, kNow, NoAnswer(), now);
  EXPECT_EQ(limits.NextRelease(now), now + seconds(4));
  EXPECT_FALSE(limits.MayStart(1, now + milliseconds(3999)));
  now += seconds(4);
  EXPECT_EQ(StartAll(limits, 1, now), 1);
  limits.Finished(1, now, NoAnswer(), now);
  EXPECT_EQ(limits.NextRelease(now), now + seconds(8));
  now += seconds(8);
  EXPECT_EQ(StartAll(limits, 1, now), 1);
  limits.Finished(1, now, Fine(), now);
  EXPECT_EQ(StartAll(limits, 1, now), 4);
  EXPECT_EQ(limits.NextRelease(now), std::nullopt);
}

TEST(ReceiverLimits, RetryAfterHoldsTheWholeReceiver) {
  ReceiverLimits limits({});
  limits.Started(1, kNow);
  limits.Finished(1, kNow, JudgeAnswer(429, "60", 1, kNow, 0), kNow);
  EXPECT_FALSE(limits.MayStart(1, kNow + seconds(59)));
  EXPECT_THAT(limits.Blocked(kNow + seconds(59)), testing::ElementsAre(1));
  EXPECT_TRUE(limits.MayStart(1, kNow + seconds(60)));
}

TEST(ReceiverLimits, SlowReceiversTogetherLeaveHalfForTheOthers) {
  ReceiverLimits limits({.total = 8, .per_receiver = 4});
  for (store::WebhookKey webhook = 1; webhook <= 6; ++webhook) {
    limits.Started(webhook, kNow);
    limits.Finished(webhook, kNow, Fine(), kNow + seconds(3));
  }
  const Instant now = kNow + seconds(3);
  int slow = 0;
  for (store::WebhookKey webhook = 1; webhook <= 6; ++webhook) {
    slow += StartAll(limits, webhook, now);
  }
  EXPECT_EQ(slow, 4);
  EXPECT_EQ(StartAll(limits, 7, now), 1);
  EXPECT_EQ(StartAll(limits, 8, now), 1);
}

TEST(ReceiverLimits, AReceiverThatKeepsUsWaitingCountsAsSlowBeforeItAnswers) {
  ReceiverLimits limits({.total = 8, .per_receiver = 4});
  EXPECT_EQ(StartAll(limits, 1, kNow), 4);
  limits.Finished(1, kNow, Fine(), kNow);
  EXPECT_TRUE(limits.MayStart(1, kNow + milliseconds(900)));
  limits.Started(2, kNow);
  limits.Started(3, kNow);
  EXPECT_FALSE(limits.MayStart(1, kNow + milliseconds(1100)));
}

}  // namespace
}  // namespace pons::delivery
