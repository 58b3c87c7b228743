// SPDX-License-Identifier: Apache-2.0
// The reference vendor: practices that live in this process's memory. It implements the connector
// interface to the letter, uses every delta and deletion style but kNever, and needs no network, so
// that the core's tests and simulations run on it, and the conformance suite is tried on it first.
#pragma once

#include "connector/connector.h"
#include "vendors/memory/connector/memory_practice.h"

namespace pons::memory {

class MemoryConnector final : public Connector {
 public:
  // Sessions reach the practices of `world` and no others. `world` outlives the connector.
  explicit MemoryConnector(const MemoryWorld& world) : world_(world) {}

  const Descriptor& descriptor() const override;
  const Guide* guide() const override;
  Result<void> Check(const Settings& settings) const override;
  Result<void> Supports(const Settings& settings, model::CommandKind kind) const override;
  Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                        const SessionContext& context) const override;

 private:
  const MemoryWorld& world_;
};

// A connector with one small made-up practice of its own, "demo", for tutorials. One for the
// process; a restart begins it afresh.
const Connector& TutorialConnector();

}  // namespace pons::memory
