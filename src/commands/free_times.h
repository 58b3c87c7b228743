// SPDX-License-Identifier: Apache-2.0
// The nearest free times when the one that was asked for has been taken.
//
// Answers are kept for a second, so that two hundred who lose the same time cost one reading.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/connector.h"

namespace pons::commands {

class FreeTimes {
 public:
  explicit FreeTimes(Clock& clock) : clock_(clock) {}

  // At most five, soonest first, of the same practitioner on that day and the next seven. Empty
  // where the vendor cannot tell, or does not: an alternative is a courtesy.
  std::vector<model::Slot> Near(Session& session, const PracticeZone& zone,
                                const model::CommandBody& body);

 private:
  struct Wanted {
    model::VendorRef practitioner, location, service;
    std::chrono::minutes length{0};
    Instant start{};
  };
  struct Kept {
    Instant until{};
    std::vector<model::Slot> slots;
  };
  static std::optional<Wanted> WantedBy(Session& session, const model::CommandBody& body,
                                        Instant deadline);

  Clock& clock_;
  std::map<std::string, Kept> kept_;
};

}  // namespace pons::commands
