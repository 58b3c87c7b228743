// SPDX-License-Identifier: Apache-2.0
// One request to Halo's API: address, key, time limit (halo-connect sheet §2). What its answers
// mean is halo_fault.h's.
// Threads: one at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "connector/connector.h"
#include "net/http.h"
#include "vendors/halo_connect/connector/halo_access.h"

namespace pons::halo_connect {

// Documented results are 8 MB at most; base64 and the envelope come on top.
inline constexpr std::size_t kMaxAnswerBytes = 24u << 20;

struct Call {
  std::string method = "GET";
  std::string path;  // "/integrator/sites/…", with its query
  std::string body = {};
  std::chrono::milliseconds timeout{15000};
};

class Caller {
 public:
  // What `context` refers to outlives it. Requires: context.http.
  Caller(Access access, const SessionContext& context);

  // Any answer, whatever its status. Errors: nothing answered; Effect is the HTTP client's.
  Result<net::HttpResponse> Send(const Call& call, const CancelToken& cancel);
  // The same for what changes nothing: the answer has status 200. Errors: those of Send, and what
  // another status means; Effect is kNone.
  Result<net::HttpResponse> Ask(const Call& call, const CancelToken& cancel);
  // What precedes "/queries/…" for this site: "/integrator/sites/{guid}".
  std::string SitePath(std::string_view guid) const;
  // A token for the desktop half, where that is the surface; got anew when it runs out.
  Result<void> SignIn(std::string_view guid, std::chrono::milliseconds timeout,
                      const CancelToken& cancel);

  Clock& clock() const { return context_.clock; }
  const Access& access() const { return access_; }

 private:
  const Access access_;
  const SessionContext context_;
  Sensitive<std::string> token_;
  std::string token_site_;
  Instant token_ends_{};
};

// What is left until `deadline`; a deadline that is not set leaves `usual`.
std::chrono::milliseconds TimeLeft(Instant deadline, Instant now, std::chrono::milliseconds usual);

}  // namespace pons::halo_connect
