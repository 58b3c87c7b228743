// SPDX-License-Identifier: Apache-2.0
#include "commands/reaction.h"

#include <algorithm>

#include "base/time.h"

namespace pons::commands {
namespace {

constexpr std::chrono::seconds kUntilSomebodyActs{60};

}  // namespace

milliseconds WriteBackoff(int failures, Random& random) {
  const int doublings = std::clamp(failures - 1, 0, 7);
  const std::int64_t whole = std::min<std::int64_t>(std::int64_t{500} << doublings, 60000);
  return milliseconds(
      whole / 2 + static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(whole / 2))));
}

WriteReaction ReactToWrite(const Error& error, int failures, Instant now, Random& random) {
  switch (error.fault) {
    case Fault::kUnauthenticated:
      // Trying again and again with a refused password locks accounts.
      return {false, Reach::kAll, now + kUntilSomebodyActs, true};
    case Fault::kForbidden:
    case Fault::kMisconfigured:
      return {false, Reach::kKind, now + kUntilSomebodyActs, true};
    case Fault::kRateLimited:
    case Fault::kUnavailable:
      return {false, Reach::kRoute,
              std::max(error.retry_at.value_or(now), now + WriteBackoff(failures, random)), false};
    case Fault::kProtocol:
    case Fault::kCursorExpired:
      return {false, Reach::kCommand, now + WriteBackoff(failures, random), failures >= 3};
    case Fault::kCancelled:
      return {false, Reach::kCommand, now, false};
    case Fault::kNotFound:
    case Fault::kConflict:
    case Fault::kRejected:
    case Fault::kUnsupported:
    case Fault::kInternal:
      return {true, Reach::kCommand, now, false};
  }
  return {};
}

}  // namespace pons::commands
