// SPDX-License-Identifier: Apache-2.0
#include "delivery/retry.h"

#include <gtest/gtest.h>

namespace pons::delivery {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using store::DeliveryState;

const Instant kNow = *ParseInstant("2026-03-09T04:05:06Z");

TEST(Retry, TheScheduleTakes75HoursAnd35Minutes) {
  milliseconds total{0};
  int attempts = 1;
  while (true) {
    const auto verdict = JudgeAnswer(500, "", attempts, kNow, 0);
    if (verdict.state != DeliveryState::kQueued) {
      EXPECT_EQ(verdict.state, DeliveryState::kFailed);
      EXPECT_TRUE(verdict.exhausted);
      break;
    }
    EXPECT_FALSE(verdict.exhausted);
    total += verdict.wait;
    ++attempts;
  }
  EXPECT_EQ(attempts, 10);
  EXPECT_EQ(total, hours(75) + minutes(35) + seconds(5));
}

TEST(Retry, JitterOnlyLengthensAndByATenthAtMost) {
  for (int attempt = 1; attempt < kMostAttempts; ++attempt) {
    const milliseconds base = kSchedule[static_cast<std::size_t>(attempt)];
    for (const std::uint64_t jitter : {0ull, 1ull, 499ull, 123456789ull, ~0ull}) {
      const auto wait = JudgeAnswer(500, "", attempt, kNow, jitter).wait;
      EXPECT_GE(wait, base);
      EXPECT_LE(wait, base + base / 10);
    }
  }
}

struct AnswerCase {
  int status;
  const char* retry_after;
  DeliveryState state;
  milliseconds wait;
  milliseconds hold;
  bool unwell;
  bool gone;
};

TEST(Retry, WhatAnAnswerLeadsTo) {
  const auto queued = DeliveryState::kQueued;
  const auto delivered = DeliveryState::kDelivered;
  const auto failed = DeliveryState::kFailed;
  const milliseconds none{0};
  const milliseconds five = seconds(5);
  const AnswerCase cases[] = {
      {200, "", delivered, none, none, false, false},
      {202, "", delivered, none, none, false, false},
      {204, "120", delivered, none, none, false, false},
      {299, "", delivered, none, none, false, false},
      {199, "", queued, five, none, false, false},
      {301, "", queued, five, none, false, false},
      {307, "", queued, five, none, false, false},
      {400, "", queued, five, none, false, false},
      {401, "", queued, five, none, false, false},
      {404, "", queued, five, none, false, false},
      {410, "", failed, none, none, false, true},
      {410, "60", failed, none, none, false, true},
      {429, "", queued, five, none, true, false},
      {429, "60", queued, seconds(60), seconds(60), true, false},
      {429, "1", queued, five, seconds(1), true, false},
      {429, "Mon, 09 Mar 2026 04:06:06 GMT", queued, seconds(60), seconds(60), true, false},
      {429, "Mon, 09 Mar 2026 04:00:00 GMT", queued, five, none, true, false},
      {429, "soon", queued, five, none, true, false},
      {429, "-1", queued, five, none, true, false},
      {429, "99999999999999999999", queued, hours(24), hours(24), true, false},
      {500, "", queued, five, none, false, false},
      {500, "60", queued, seconds(60), none, false, false},
      {502, "", queued, five, none, true, false},
      {503, "7", queued, seconds(7), seconds(7), true, false},
      {504, "", queued, five, none, true, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::to_string(c.status) + " " + c.retry_after);
    const auto verdict = JudgeAnswer(c.status, c.retry_after, 1, kNow, 0);
    EXPECT_EQ(verdict.state, c.state);
    EXPECT_EQ(verdict.wait, c.wait);
    EXPECT_EQ(verdict.hold, c.hold);
    EXPECT_EQ(verdict.unwell, c.unwell);
    EXPECT_EQ(verdict.gone, c.gone);
    EXPECT_EQ(verdict.reason.empty(), c.state == delivered);
  }
}

TEST(Retry, NoAnswerIsTriedAgainAndSaysWhy) {
  const auto error = MakeError(Fault::kUnavailable, "no connection to app.example:443");
  const auto verdict = JudgeFailure(error, 3, 0);
  EXPECT_EQ(verdict.state, DeliveryState::kQueued);
  EXPECT_EQ(verdict.wait, minutes(30));
  EXPECT_TRUE(verdict.unwell);
  EXPECT_EQ(verdict.reason, "no connection to app.example:443");
  EXPECT_EQ(JudgeFailure(error, 10, 0).state, DeliveryState::kFailed);
}

TEST(Retry, AReceiverThatStaysUnwellIsLeftAloneForLonger) {
  EXPECT_EQ(HoldAfter(0), milliseconds(0));
  EXPECT_EQ(HoldAfter(1), milliseconds(0));
  EXPECT_EQ(HoldAfter(2), seconds(1));
  EXPECT_EQ(HoldAfter(3), seconds(2));
  EXPECT_EQ(HoldAfter(10), seconds(256));
  EXPECT_EQ(HoldAfter(11), minutes(5));
  EXPECT_EQ(HoldAfter(1'000'000), minutes(5));
}

TEST(Retry, ReadsHttpDatesStrictly) {
  EXPECT_TRUE(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", kNow));
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 anF 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "1.5", "", " "}) {
    EXPECT_FALSE(ParseRetryAfter(text, kNow)) << text;
  }
}

}  // namespace
}  // namespace pons::delivery
