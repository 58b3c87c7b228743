// SPDX-License-Identifier: Apache-2.0
// POST /hooks/{vendor}: vendors' own calls that something may have changed. Nothing in a call is
// believed but that somebody should look: the connections it concerns are read at once, as they
// would be a little later anyway. A forged, stale or repeated call does nothing.
//
// Threads: any; never blocks.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "api/rate_limit.h"
#include "base/clock.h"
#include "base/log.h"
#include "connector/registry.h"
#include "grants/grant_book.h"
#include "net/http_server.h"
#include "sync/engine.h"

namespace pons::server {

inline constexpr std::size_t kMostHookBytes = 64u << 10;
bool IsHookTarget(std::string_view target);  // "/hooks/…"

class HookDoor {
 public:
  // All outlive it.
  HookDoor(const Registry& registry, grants::GrantBook& book, sync::SyncEngine& engine,
           Clock& clock, Logger& log);

  // Requires: a target that is the door's.
  void Handle(const net::ServerRequest& request, const net::Responder& respond);
  void AppendMetrics(std::string& out) const;

 private:
  enum class Outcome : std::uint8_t { kTaken, kRepeated, kForged, kUnreadable, kLimited };
  static constexpr std::size_t kOutcomes = 5;
  using Counts = std::array<std::atomic<std::uint64_t>, kOutcomes>;

  struct Verdict {
    int status = 202;
    std::string_view title;
    std::string detail;
  };
  Verdict Take(const net::ServerRequest& request);
  Verdict Refuse(const Connector& connector, const net::ServerRequest& request, const Error& error);
  // How long that address is to wait; empty: go on.
  std::optional<milliseconds> Limited(const std::string& peer, Instant now);
  // False where the same call came within the window.
  bool IsNew(std::string id, Instant now);
  void Nudge(const Connector& connector, const Hook& hook);
  void Count(const Connector& connector, Outcome outcome);

  const Registry& registry_;
  grants::GrantBook& book_;
  sync::SyncEngine& engine_;
  Clock& clock_;
  Logger& log_;
  std::map<std::string_view, std::unique_ptr<Counts>> counts_;  // by vendor; fixed once made
  api::FailureLimit forgeries_;

  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, std::unique_ptr<api::RateBucket>> buckets_;
  std::unordered_set<std::string> seen_;
  std::deque<std::pair<Instant, std::string>> seen_at_;  // oldest first
};

}  // namespace pons::server
