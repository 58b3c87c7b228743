// SPDX-License-Identifier: Apache-2.0
#include "api/metrics.h"

#include <algorithm>

namespace pons::api {
namespace {

constexpr std::array<const char*, kRouteCount> kRouteNames = {
    "read",   "search", "metadata",  "token",  "changes", "webhooks",
    "health", "write",  "operation", "binary", "other"};

}  // namespace

void HttpMetrics::Count(Route route, int status, milliseconds took) {
  auto& counts = routes_[static_cast<std::size_t>(route)];
  counts.by_class[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))].fetch_add(1, kRelaxed);
  const auto bound = std::lower_bound(kBoundsMs.begin(), kBoundsMs.end(), took.count());
  counts.by_time[static_cast<std::size_t>(bound - kBoundsMs.begin())].fetch_add(1, kRelaxed);
  counts.total_ms.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count())),
                            kRelaxed);
}

void HttpMetrics::Append(std::string& out) const {
  out +=
      "# HELP pons_http_requests_total Requests answered, by route and class of status.\n"
      "# TYPE pons_http_requests_total counter\n";
  for (std::size_t r = 0; r < kRouteCount; ++r) {
    for (std::size_t c = 0; c < 6; ++c) {
      const auto n = routes_[r].by_class[c].load(kRelaxed);
      if (n == 0) continue;
      out += std::string("pons_http_requests_total{route=\"") + kRouteNames[r] + "\",status=\"" +
             std::to_string(c) + "xx\"} " + std::to_string(n) + "\n";
    }
  }
  out +=
      "# HELP pons_http_request_seconds From the request's arrival until its answer was ready.\n"
      "# TYPE pons_http_request_seconds histogram\n";
  for (std::size_t r = 0; r < kRouteCount; ++r) {
    std::uint64_t sum = 0;
    for (const auto& n : routes_[r].by_time) sum += n.load(kRelaxed);
    if (sum == 0) continue;
    const std::string label = std::string("{route=\"") + kRouteNames[r] + "\"";
    std::uint64_t up_to = 0;
    for (std::size_t b = 0; b < kBoundsMs.size(); ++b) {
      up_to += routes_[r].by_time[b].load(kRelaxed);
      std::string seconds = std::to_string(static_cast<double>(kBoundsMs[b]) / 1000);
      out += "pons_http_request_seconds_bucket" + label + ",le=\"" + seconds + "\"} " +
             std::to_string(up_to) + "\n";
    }
    out +=
        "pons_http_request_seconds_bucket" + label + ",le=\"+Inf\"} " + std::to_string(sum) + "\n";
    out += "pons_http_request_seconds_sum" + label + "} " +
           std::to_string(static_cast<double>(routes_[r].total_ms.load(kRelaxed)) / 1000) + "\n";
    out += "pons_http_request_seconds_count" + label + "} " + std::to_string(sum) + "\n";
  }
  out +=
      "# HELP pons_record_cache_total Single reads, by whether memory or the store answered.\n"
      "# TYPE pons_record_cache_total counter\n"
      "pons_record_cache_total{answered_by=\"memory\"} " +
      std::to_string(cache_hits_.load(kRelaxed)) +
      "\npons_record_cache_total{answered_by=\"store\"} " +
      std::to_string(cache_misses_.load(kRelaxed)) + "\n";
}

}  // namespace pons::api
