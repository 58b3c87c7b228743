// SPDX-License-Identifier: Apache-2.0
// Keys of connections at the door: how often each may call, and when its use was last written down.
// Threads: all members may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "api/rate_limit.h"

namespace pons::api {

class AccessKeyPaces {
 public:
  // How long to wait where this key calls too often; nullopt: go on.
  std::optional<milliseconds> Take(std::int64_t key, Instant now);
  // True about once a minute for each key: its use should be written down.
  bool IsNews(std::int64_t key, Instant now);

 private:
  struct Pace {
    RateBucket bucket{1, 10};
    Instant written{};
  };
  Pace& Of(std::int64_t key);

  std::mutex mutex_;
  std::map<std::int64_t, std::unique_ptr<Pace>> paces_;  // as many as there are keys
};

}  // namespace pons::api
