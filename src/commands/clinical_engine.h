// SPDX-License-Identifier: Apache-2.0
// The desk for clinical data: a session of its own for each practice that is asked, so that neither
// a long reading nor a booking waits for it; one question a practice at a time, a bounded number of
// practices at once. A session that nobody has used for a while is closed.
#pragma once

#include <memory>
#include <optional>

#include "commands/clinical_board.h"
#include "commands/practice_session.h"
#include "grants/grant_book.h"
#include "sync/turns.h"

namespace pons::commands {

struct ClinicalOptions {
  unsigned threads = 0;  // 0: as many as practices that are asked, at most 8
  // Questions that may wait at one practice; what comes on top is refused.
  std::size_t queue = 64;
  sync::VendorSide* vendor_side = nullptr;  // outlives the engine; null: nobody counts or keeps
};

class ClinicalWorker {
 public:
  ClinicalWorker(const SessionParts& parts, ClinicalBoard& board, store::Connection connection)
      : parts_(parts), board_(board), connection_(std::move(connection)) {}

  std::optional<Instant> Step(const grants::Snapshot& snapshot);
  const store::Connection& connection() const { return connection_; }

 private:
  ClinicalBoard::Outcome Read(const ClinicalBoard::Job& job);
  Result<void> EnsureOpen();

  SessionParts parts_;
  ClinicalBoard& board_;
  store::Connection connection_;
  Door door_;
  Instant used_{};
  // A refused sign-in is not tried again for a while: databases lock accounts.
  std::optional<Error> refused_;
  Instant try_again_{};
};

class ClinicalEngine final : public ClinicalDesk {
 public:
  ClinicalEngine(store::Store& store, grants::GrantBook& book, const Registry& registry,
                 Clock& clock, Random& random, Logger& log, net::HttpTransport* http,
                 ClinicalOptions options = {});
  ~ClinicalEngine() override;

  // Runs on threads of its own until Stop.
  void Start();
  void Stop();
  // Without threads, for tests: what is due, once. Returns when the next thing is.
  std::optional<Instant> RunDue() { return turns_.RunDue(); }

  Result<void> Supports(store::ConnectionKey connection, model::ClinicalKind kind) override;
  void Ask(const ClinicalAsk& ask, Told told) override;

 private:
  Result<store::Connection> Find(store::ConnectionKey connection);

  grants::GrantBook& book_;
  const Registry& registry_;
  Clock& clock_;
  sync::IdentityMap identities_;
  CancelToken cancel_;
  SessionParts parts_;
  ClinicalBoard board_;
  sync::Turns<ClinicalWorker> turns_;
};

}  // namespace pons::commands
