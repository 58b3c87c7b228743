// SPDX-License-Identifier: Apache-2.0
// One attempt at telling a receiver something: signs, posts, and reads what the answer means.
#pragma once

#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/clock.h"
#include "delivery/retry.h"
#include "net/http.h"
#include "store/entities.h"
#include "store/outbox.h"

namespace pons::delivery {

// The answer is read up to here. Only its status and Retry-After count; the rest is kept for the
// delivery log.
inline constexpr std::size_t kMostAnswerBytes = 64u << 10;

struct Attempt {
  Verdict verdict;
  int status = 0;          // 0: no answer
  bool cancelled = false;  // we stopped it; the verdict says nothing
  Instant started{};
  Instant finished{};
  store::DeliveryAnswer answer;  // what was sent and said, for who looks into a failure
};

struct Message {
  std::string_view id;  // webhook-id: the same on every attempt
  std::string_view body;
  int attempt = 1;  // counts from 1
};

// Blocks for at most `timeout`. The transport judges the address when it dials.
// Threads: may be called from any thread.
Attempt SendMessage(net::HttpTransport& transport, Clock& clock, const store::Webhook& webhook,
                    const Message& message, milliseconds timeout, std::uint64_t jitter,
                    const CancelToken& cancel);

}  // namespace pons::delivery
