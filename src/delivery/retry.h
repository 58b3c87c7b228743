// SPDX-License-Identifier: Apache-2.0
// What the outcome of one attempt leads to: one pure function over plain values.
//
// The schedule is that of Standard Webhooks: at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14
// h, 20 h and 24 h after the attempt before: 75 h 35 min in all. Each wait is lengthened by up to a
// tenth, so that what failed together does not come back together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"
#include "store/outbox.h"

namespace pons::delivery {

inline constexpr std::array<seconds, 10> kSchedule = {
    seconds(0),     seconds(5),     seconds(300),   seconds(1800),  seconds(7200),
    seconds(18000), seconds(36000), seconds(50400), seconds(72000), seconds(86400)};
inline constexpr int kMostAttempts = static_cast<int>(kSchedule.size());
// No receiver can put us off for longer than this.
inline constexpr seconds kLongestRetryAfter{86400};

struct Verdict {
  store::DeliveryState state = store::DeliveryState::kQueued;
  // For kQueued: how long to wait before the next attempt.
  milliseconds wait{0};
  // The receiver is not well, or asked for quiet: nothing goes to it, for any record, for so long.
  milliseconds hold{0};
  bool unwell = false;     // no answer, or one that says "not now"
  bool gone = false;       // 410: the webhook is to be switched off
  bool exhausted = false;  // the schedule is used up
  std::string reason;      // for a person; empty when delivered
};

// `attempt` counts from 1 and includes this one. `jitter` is any random number.
Verdict JudgeAnswer(int status, std::string_view retry_after, int attempt, Instant now,
                    std::uint64_t jitter);
// No answer came: refused address, no connection, time-out.
Verdict JudgeFailure(const Error& error, int attempt, std::uint64_t jitter);

// How long a receiver is left alone after so many attempts in a row found it unwell: nothing the
// first time, then 1 s, doubling up to 5 min.
milliseconds HoldAfter(int unwell_in_a_row);

// Retry-After as seconds or as an HTTP date; nullopt where it is neither.
std::optional<milliseconds> ParseRetryAfter(std::string_view text, Instant now);

}  // namespace pons::delivery
