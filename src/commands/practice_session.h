// SPDX-License-Identifier: Apache-2.0
// The session through which one connection's commands go. Its own, so that a long reading never
// keeps a booking waiting. Opened when there is something to do, closed after a quiet while.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>

#include "base/clock.h"
#include "connector/opened.h"
#include "connector/registry.h"
#include "net/http.h"
#include "store/entities.h"
#include "sync/applier.h"
#include "sync/record_builder.h"

namespace pons::commands {

// What all sessions share. Everything outlives them.
struct SessionParts {
  const Registry& registry;
  const sync::IdentityMap& identities;
  Clock& clock;
  Random& random;
  Logger& log;
  const CancelToken& cancel;
  net::HttpTransport* http = nullptr;
};

class PracticeSession {
 public:
  PracticeSession(const SessionParts& parts, store::Connection connection)
      : parts_(parts), connection_(std::move(connection)) {}

  // Opens the session and learns what the practice's places, people and types are called, as the
  // records that sync writes name them. Errors: those of Session::Probe and Pull.
  Result<void> EnsureOpen();
  bool open() const { return opened_.session != nullptr; }
  void Close();
  // Names are read again from time to time; closes what nobody has used for long.
  void Tidy();

  // Require: open.
  Session& session() { return *opened_.session; }
  CommandSink& sink() { return *opened_.session->commands(); }
  sync::RecordBuilder& builder() { return *builder_; }
  sync::Applier& applier() { return *applier_; }
  const PracticeZone& zone() const { return *zone_; }
  const Capabilities& can() const { return connector_->descriptor().can; }

 private:
  Result<void> LearnNames();

  SessionParts parts_;
  store::Connection connection_;
  const Connector* connector_ = nullptr;
  std::optional<PracticeZone> zone_;
  Opened opened_;
  std::unique_ptr<sync::RecordBuilder> builder_;
  std::unique_ptr<sync::Applier> applier_;
  Instant learnt_{};
  Instant used_{};
};

}  // namespace pons::commands
