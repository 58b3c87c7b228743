// SPDX-License-Identifier: Apache-2.0
// Who may be sent to now: keeps one slow, dead or overwhelmed receiver from delaying the others.
//
// - At most `total` messages are under way, `per_receiver` of them to one receiver, and only one to
//   each while more than half of the total is taken.
// - A receiver that did not answer, or says "not now", gets one message at a time and is left alone
//   in between (retry.h says how long).
// - Receivers that are slow or unwell share half of the total; the rest is kept for the others.
//
// Plain bookkeeping: no clock, no locks. One thread at a time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "delivery/retry.h"
#include "store/keys.h"

namespace pons::delivery {

struct LimitOptions {
  int total = 32;
  int per_receiver = 4;
  milliseconds slow_after{1000};  // an answer that takes longer marks its receiver as slow
};

class ReceiverLimits {
 public:
  explicit ReceiverLimits(LimitOptions options) : options_(options) {}

  bool MayStart(store::WebhookKey webhook, Instant now) const;
  bool full() const { return in_flight_ >= options_.total; }
  int in_flight() const { return in_flight_; }
  // Known receivers to which nothing may be started at the moment.
  std::vector<store::WebhookKey> Blocked(Instant now) const;
  // The earliest end of a hold that is later than `now`.
  std::optional<Instant> NextRelease(Instant now) const;

  void Started(store::WebhookKey webhook, Instant now);
  // `started` as it was given to Started. `hold` of the verdict is obeyed.
  void Finished(store::WebhookKey webhook, Instant started, const Verdict& verdict, Instant now);
  // The same without a verdict: we stopped it ourselves.
  void Abandoned(store::WebhookKey webhook, Instant started);

 private:
  struct Receiver {
    std::multiset<Instant> started;  // what is under way
    int unwell_in_a_row = 0;
    bool slow = false;
    std::optional<Instant> held_until;
  };

  bool Troubled(const Receiver& receiver, Instant now) const;
  int TroubledInFlight(Instant now) const;
  bool MayStart(const Receiver& receiver, Instant now, int troubled_in_flight) const;
  void Forget(Receiver& receiver, Instant started);

  const LimitOptions options_;
  std::map<store::WebhookKey, Receiver> receivers_;
  int in_flight_ = 0;
};

}  // namespace pons::delivery
