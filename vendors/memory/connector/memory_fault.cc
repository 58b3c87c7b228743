// SPDX-License-Identifier: Apache-2.0
#include "vendors/memory/connector/memory_fault.h"

namespace pons::memory {
namespace {

struct Meaning {
  int status;
  Fault fault;
  const char* summary;
};

constexpr Meaning kMeanings[] = {
    {401, Fault::kUnauthenticated, "the practice refuses the user name or password: sign in again"},
    {403, Fault::kForbidden, "the user lacks a right"},
    {404, Fault::kMisconfigured, "the practice knows no such thing"},
    {410, Fault::kCursorExpired, "the practice no longer knows that place in its feed"},
    {429, Fault::kRateLimited, "the practice asks for fewer requests"},
    {503, Fault::kUnavailable, "the practice is not well; this is tried again"},
};

constexpr Meaning kRules[] = {
    {404, Fault::kNotFound, "what it names is not there"},
    {409, Fault::kConflict, "the time is taken"},
    {412, Fault::kConflict, "it has been changed at the practice since it was read"},
    {422, Fault::kRejected, "a rule of the practice says no"},
};

}  // namespace

Error ToError(const Reply& reply, Instant now) {
  switch (reply.way) {
    case Reply::Way::kNotReached:
      return MakeError(Fault::kUnavailable,
                       "no practice of that name can be reached: check the setting \"practice\"");
    case Reply::Way::kTimedOut:
      return MakeError(Fault::kUnavailable, "the practice did not answer in time");
    case Reply::Way::kCancelled:
      return MakeError(Fault::kCancelled, "stopped while waiting for the practice");
    case Reply::Way::kBroken:
      return MakeError(Fault::kUnavailable, "the connection broke before the practice answered");
    case Reply::Way::kAnswered:
      break;
  }
  for (const auto& meaning : kRules) {
    if (reply.rule.empty() || meaning.status != reply.status) continue;
    auto error = MakeError(meaning.fault, meaning.summary);
    error.vendor_code = reply.rule;
    return error;
  }
  for (const auto& meaning : kMeanings) {
    if (meaning.status != reply.status) continue;
    auto error = MakeError(meaning.fault, meaning.summary);
    error.vendor_code = std::to_string(reply.status);
    if (!reply.right.empty()) error.summary += ": " + reply.right;
    if (meaning.fault == Fault::kRateLimited) {
      error.retry_at = now + seconds(reply.retry_after_s.value_or(60));
    }
    return error;
  }
  auto error = MakeError(Fault::kProtocol, "the practice answered with an unknown status");
  error.vendor_code = std::to_string(reply.status);
  return error;
}

}  // namespace pons::memory
