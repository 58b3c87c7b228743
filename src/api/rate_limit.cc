// SPDX-License-Identifier: Apache-2.0
#include "api/rate_limit.h"

#include <algorithm>

namespace pons::api {
namespace {

constexpr milliseconds kWindow{60'000};
constexpr std::size_t kMostNames = 10'000;

}  // namespace

RateBucket::RateBucket(double per_second, double burst)
    : cost_(std::max<std::int64_t>(1, static_cast<std::int64_t>(1e6 / per_second))),
      depth_(static_cast<std::int64_t>(std::max(1.0, burst) * static_cast<double>(cost_))) {}

std::optional<milliseconds> RateBucket::Take(Instant now) {
  const std::int64_t at = ToMillis(now) * 1000;
  std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
  while (true) {
    const std::int64_t next = std::max(full_at, at) + cost_;
    if (next - at > depth_) return milliseconds((next - at - depth_ + 999) / 1000);
    if (full_at_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) {
      return std::nullopt;
    }
  }
}

std::optional<milliseconds> FailureLimit::Blocked(const std::string& name, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(name);
  if (found == counts_.end()) return std::nullopt;
  const auto age = now - found->second.since;
  if (age >= kWindow) {
    counts_.erase(found);
    return std::nullopt;
  }
  if (found->second.failures < most_) return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(kWindow - age);
}

void FailureLimit::Failed(const std::string& name, Instant now) {
  const std::lock_guard lock(mutex_);
  if (counts_.size() >= kMostNames) {
    std::erase_if(counts_, [&](const auto& entry) { return now - entry.second.since >= kWindow; });
    if (counts_.size() >= kMostNames) counts_.clear();
  }
  auto& count = counts_[name];
  if (count.failures == 0 || now - count.since >= kWindow) count = {0, now};
  ++count.failures;
}

void FailureLimit::Succeeded(const std::string& name) {
  const std::lock_guard lock(mutex_);
  counts_.erase(name);
}

}  // namespace pons::api
