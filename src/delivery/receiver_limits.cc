// SPDX-License-Identifier: Apache-2.0
#include "delivery/receiver_limits.h"

#include <algorithm>

#include "base/check.h"

namespace pons::delivery {

bool ReceiverLimits::Troubled(const Receiver& receiver, Instant now) const {
  if (receiver.unwell_in_a_row > 0 || receiver.slow) return true;
  return !receiver.started.empty() && now - *receiver.started.begin() > options_.slow_after;
}

int ReceiverLimits::TroubledInFlight(Instant now) const {
  std::size_t count = 0;
  for (const auto& [webhook, receiver] : receivers_) {
    if (!receiver.started.empty() && Troubled(receiver, now)) count += receiver.started.size();
  }
  return static_cast<int>(count);
}

bool ReceiverLimits::MayStart(const Receiver& receiver, Instant now, int troubled_in_flight) const {
  if (full() || (receiver.held_until && *receiver.held_until > now)) return false;
  const int half = std::max(1, options_.total / 2);
  const bool one_only = receiver.unwell_in_a_row > 0 || in_flight_ >= half;
  const int most = one_only ? 1 : options_.per_receiver;
  if (static_cast<int>(receiver.started.size()) >= most) return false;
  return !Troubled(receiver, now) || troubled_in_flight < half;
}

bool ReceiverLimits::MayStart(store::WebhookKey webhook, Instant now) const {
  const auto found = receivers_.find(webhook);
  if (found == receivers_.end()) return !full();
  return MayStart(found->second, now, TroubledInFlight(now));
}

std::vector<store::WebhookKey> ReceiverLimits::Blocked(Instant now) const {
  const int troubled = TroubledInFlight(now);
  std::vector<store::WebhookKey> blocked;
  for (const auto& [webhook, receiver] : receivers_) {
    if (!MayStart(receiver, now, troubled)) blocked.push_back(webhook);
  }
  return blocked;
}

std::optional<Instant> ReceiverLimits::NextRelease(Instant now) const {
  std::optional<Instant> next;
  for (const auto& [webhook, receiver] : receivers_) {
    if (!receiver.held_until || *receiver.held_until <= now) continue;
    if (!next || *receiver.held_until < *next) next = receiver.held_until;
  }
  return next;
}

void ReceiverLimits::Started(store::WebhookKey webhook, Instant now) {
  receivers_[webhook].started.insert(now);
  ++in_flight_;
}

void ReceiverLimits::Forget(Receiver& receiver, Instant started) {
  const auto found = receiver.started.find(started);
  PONS_CHECK(found != receiver.started.end());
  receiver.started.erase(found);
  --in_flight_;
}

void ReceiverLimits::Finished(store::WebhookKey webhook, Instant started, const Verdict& verdict,
                              Instant now) {
  Receiver& receiver = receivers_[webhook];
  Forget(receiver, started);
  receiver.slow = now - started > options_.slow_after;
  if (!verdict.unwell) {
    receiver.unwell_in_a_row = 0;
    receiver.held_until.reset();
    // Nothing left to remember: the map holds only receivers that matter at the moment.
    if (!receiver.slow && receiver.started.empty()) receivers_.erase(webhook);
    return;
  }
  ++receiver.unwell_in_a_row;
  const Instant until = now + std::max(verdict.hold, HoldAfter(receiver.unwell_in_a_row));
  receiver.held_until = std::max(receiver.held_until.value_or(until), until);
}

void ReceiverLimits::Abandoned(store::WebhookKey webhook, Instant started) {
  Forget(receivers_[webhook], started);
}

}  // namespace pons::delivery
