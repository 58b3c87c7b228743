// SPDX-License-Identifier: Apache-2.0
// Counts of what was asked and answered, in Prometheus' text format.
// Threads: all members may be called from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace pons::api {

enum class Route : std::uint8_t {
  kRead,
  kSearch,
  kMetadata,
  kToken,
  kChanges,
  kWebhooks,
  kHealth,
  kWrite,
  kOperation,
  kBinary,
  kOther,
};
constexpr std::size_t kRouteCount = 11;

class HttpMetrics {
 public:
  void Count(Route route, int status, milliseconds took);
  void CountCache(bool hit) { (hit ? cache_hits_ : cache_misses_).fetch_add(1, kRelaxed); }
  void Append(std::string& out) const;

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  static constexpr std::array<std::int64_t, 7> kBoundsMs = {1, 5, 25, 100, 500, 2500, 10000};
  struct alignas(64) PerRoute {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  // status / 100
    std::array<std::atomic<std::uint64_t>, kBoundsMs.size() + 1> by_time{};
    std::atomic<std::uint64_t> total_ms{0};
  };
  std::array<PerRoute, kRouteCount> routes_{};
  std::atomic<std::uint64_t> cache_hits_{0};
  std::atomic<std::uint64_t> cache_misses_{0};
};

}  // namespace pons::api
