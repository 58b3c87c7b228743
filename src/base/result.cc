// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace pons {

std::string_view FaultName(Fault fault) {
  switch (fault) {
    case Fault::kUnauthenticated:
      return "unauthenticated";
    case Fault::kForbidden:
      return "forbidden";
    case Fault::kMisconfigured:
      return "misconfigured";
    case Fault::kNotFound:
      return "not_found";
    case Fault::kConflict:
      return "conflict";
    case Fault::kRejected:
      return "rejected";
    case Fault::kUnsupported:
      return "unsupported";
    case Fault::kRateLimited:
      return "rate_limited";
    case Fault::kUnavailable:
      return "unavailable";
    case Fault::kProtocol:
      return "protocol";
    case Fault::kCursorExpired:
      return "cursor_expired";
    case Fault::kCancelled:
      return "cancelled";
    case Fault::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace pons
