// SPDX-License-Identifier: Apache-2.0
// The apps' webhook receivers, at the other end of the delivery's transport. They answer well,
// badly or not at all, and keep what they were told.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/http.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/sim_clock.h"

namespace pons::simulation {

struct Told {
  std::string app;  // from the URL
  std::string event_id;
  std::string type;    // "encounter.created"
  std::string record;  // FHIR id
  std::int64_t version = 0;
  std::int64_t seq = 0;
  bool again = false;  // this event was acknowledged before
};

class Receiver final : public net::HttpTransport {
 public:
  Receiver(Dice& dice, ServerClock& clock) : dice_(dice), clock_(clock) {}

  Result<net::HttpResponse> Send(const net::HttpRequest& request,
                                 const CancelToken& cancel) override;

  // Once in how many requests something goes wrong; 0: never.
  void set_trouble(std::uint64_t one_in) { trouble_ = one_in; }
  // Called for each message before it is answered.
  void set_listener(std::function<void(const Told&)> listener) { listener_ = std::move(listener); }
  // Events acknowledged so far, in order, each once.
  const std::vector<Told>& acknowledged() const { return acknowledged_; }
  // For an acknowledgement that the program has not recorded, nothing is forgotten: it comes again.
  bool Knows(const std::string& event_id) const { return known_.contains(event_id); }
  const std::set<std::string>& bodies_with_canaries() const { return canaries_; }

 private:
  Dice& dice_;
  ServerClock& clock_;
  std::uint64_t trouble_ = 0;
  std::function<void(const Told&)> listener_;
  std::vector<Told> acknowledged_;
  std::set<std::string> known_;
  std::set<std::string> canaries_;
};

}  // namespace pons::simulation
