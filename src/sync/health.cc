// SPDX-License-Identifier: Apache-2.0
#include "sync/health.h"

#include <algorithm>

#include "base/time.h"

namespace pons::sync {
namespace {

// 1 s, 2 s, 4 s, … 60 s, each taken between a half and the whole so that connections spread out.
milliseconds Backoff(int failures, Random& random) {
  const int doublings = std::min(failures - 1, 6);
  const std::int64_t whole = std::min<std::int64_t>(std::int64_t{1000} << doublings, 60000);
  return milliseconds(
      whole / 2 + static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(whole / 2))));
}

}  // namespace

Reaction ReactTo(const Error& error, int failures, Instant now, Random& random) {
  using store::ReadState;
  switch (error.fault) {
    case Fault::kUnauthenticated:
      // Trying again with a refused password locks accounts.
      return {ReadState::kAttention, std::nullopt};
    case Fault::kMisconfigured:
      return {ReadState::kAttention, now + std::chrono::minutes(5)};
    case Fault::kForbidden:
      return {ReadState::kAttention, now + std::chrono::minutes(5), false};
    case Fault::kRateLimited:
      return {ReadState::kActive, error.retry_at.value_or(now + std::chrono::minutes(1))};
    case Fault::kUnavailable:
      return {ReadState::kRetrying, now + Backoff(failures, random)};
    case Fault::kCursorExpired:
      return {ReadState::kActive, now + Backoff(failures, random), false, true};
    case Fault::kProtocol:
    case Fault::kRejected:
    case Fault::kNotFound:
    case Fault::kConflict:
    case Fault::kUnsupported:
      // A shape we cannot read: a few tries, then once a minute, shown as needing a person.
      return {failures < 3 ? ReadState::kRetrying : ReadState::kAttention,
              now + (failures < 3 ? Backoff(failures, random) : milliseconds(60000)), false};
    case Fault::kCancelled:
      return {ReadState::kActive, now};
    case Fault::kInternal:
      return {ReadState::kAttention, now + std::chrono::minutes(5), false};
  }
  return {};
}

std::string ClockWarning(std::optional<milliseconds> ahead) {
  if (!ahead) return {};
  const auto off = std::chrono::round<seconds>(*ahead).count();
  if (off >= -60 && off <= 60) return {};
  return "The practice server's clock is " + std::to_string(off < 0 ? -off : off) + " s " +
         (off < 0 ? "behind" : "ahead") +
         ". Visits may be dated wrongly. On the server run \"w32tm /resync\" as administrator.";
}

}  // namespace pons::sync
