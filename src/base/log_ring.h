// SPDX-License-Identifier: Apache-2.0
// A logger that keeps its newest lines in memory, for a page, and passes everything on. What must
// not be shown cannot be logged in the first place (base/log.h), so nothing is left out here.
//
// Threads: all members may be called from any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"

namespace pons {

std::string_view LogLevelName(LogLevel level);  // "warn"

// One line, taken apart again.
struct LogLine {
  std::int64_t number = 0;  // rises by one
  Instant at{};
  LogLevel level = LogLevel::kInfo;
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;
};

// "words key=value key=\"two words\"".
void TakeApart(std::string_view line, LogLine& out);

class LogRing final : public Logger {
 public:
  // `next` and `clock` outlive it. Lines of kDebug are passed on and not kept.
  LogRing(Logger& next, Clock& clock, std::size_t most = 2000)
      : next_(next), clock_(clock), most_(most) {}

  void Write(LogLevel level, std::string_view line) override;

  // Newest first: at most `limit` lines of at least that level, with a number below `before`
  // (0: from the newest), in which `words` stands (case ignored; empty: any).
  struct Query {
    LogLevel least = LogLevel::kInfo;
    std::string words = {};
    std::int64_t before = 0;
    std::size_t limit = 100;
  };
  std::vector<LogLine> Find(const Query& query) const;

 private:
  struct Kept {
    std::int64_t number;
    Instant at;
    LogLevel level;
    std::string line;
  };

  Logger& next_;
  Clock& clock_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;
  std::int64_t last_ = 0;
};

}  // namespace pons
