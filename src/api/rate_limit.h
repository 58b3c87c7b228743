// SPDX-License-Identifier: Apache-2.0
// How often is too often: a token bucket for what an app asks, and a count of failed sign-ins.
// Threads: all members may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace pons::api {

// A bucket of `burst` requests that refills at `per_second`; kept as the moment when it would be
// full again, so that one atomic number is all of it.
class RateBucket {
 public:
  RateBucket(double per_second, double burst);
  // How long to wait where the bucket is empty; nullopt: go on.
  std::optional<milliseconds> Take(Instant now);

 private:
  const std::int64_t cost_;   // of one request, in µs
  const std::int64_t depth_;  // of the full bucket, in µs
  std::atomic<std::int64_t> full_at_{0};
};

// Failed sign-ins per name (client, address). More than `most` within a minute: wait.
class FailureLimit {
 public:
  explicit FailureLimit(int most) : most_(most) {}
  std::optional<milliseconds> Blocked(const std::string& name, Instant now);
  void Failed(const std::string& name, Instant now);
  void Succeeded(const std::string& name);

 private:
  struct Count {
    int failures = 0;
    Instant since{};
  };
  const int most_;
  std::mutex mutex_;
  std::unordered_map<std::string, Count> counts_;
};

}  // namespace pons::api
