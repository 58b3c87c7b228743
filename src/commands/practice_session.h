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
#include "sync/vendor_side.h"

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
  sync::VendorSide* vendor_side = nullptr;  // null: nobody counts or keeps
};

// A practice's open session, for whoever asks it something while an app waits.
struct Door {
  const Connector* connector = nullptr;
  std::optional<PracticeZone> zone;
  // With the learned settings that the vendor has changed meanwhile; null: nobody keeps them.
  std::unique_ptr<store::Connection> connection = {};
  Opened opened;
};
// Errors: kMisconfigured, kUnsupported (no such vendor here), and those of Connector::Open.
Result<Door> OpenDoor(const SessionParts& parts, const store::Connection& connection);

class PracticeSession {
 public:
  PracticeSession(const SessionParts& parts, store::Connection connection)
      : parts_(parts), connection_(std::move(connection)) {}

  // Opens the session and learns what the practice's places, people and types are called, as the
  // records that sync writes name them. Errors: those of Session::Probe and Pull.
  Result<void> EnsureOpen();
  bool open() const { return door_.opened.session != nullptr; }
  void Close();
  // Names are read again from time to time; closes what nobody has used for long.
  void Tidy();

  // Require: open.
  Session& session() { return *door_.opened.session; }
  CommandSink& sink() { return *door_.opened.session->commands(); }
  sync::RecordBuilder& builder() { return *builder_; }
  sync::Applier& applier() { return *applier_; }
  const PracticeZone& zone() const { return *door_.zone; }
  const Capabilities& can() const { return door_.connector->descriptor().can; }

 private:
  Result<void> LearnNames();

  SessionParts parts_;
  store::Connection connection_;
  Door door_;
  std::unique_ptr<sync::RecordBuilder> builder_;
  std::unique_ptr<sync::Applier> applier_;
  Instant learnt_{};
  Instant used_{};
};

}  // namespace pons::commands
