// SPDX-License-Identifier: Apache-2.0
// What the write checks share: one case for each kind of command, with whatever it needs at the
// practice, and the session that sends it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/bench.h"

namespace pons::conformance {

using model::CommandKind;

constexpr std::chrono::minutes kBookingLength{30};

std::string Name(CommandKind kind);
// The time that many minutes after `local`, both on the practice's wall clock.
std::string Later(const std::string& local, int minutes);

// One command, ready to be sent, and what it is about.
struct Case {
  CommandKind kind = CommandKind::kCreatePatient;
  std::shared_ptr<const model::CommandBody> body;
  std::string patient;  // empty for one that is to be made
  std::string target;   // what exists already and is acted on; empty for what is to be made
  Bookable who;         // bookings
  std::string local;    // bookings: where it is to stand
};

class Scene {
 public:
  // Throws NotApplicable where the vendor takes no commands.
  explicit Scene(Bench& bench);

  Bench& bench() { return bench_; }
  Clinic& clinic() { return bench_.clinic(); }
  OpenSession& session() { return *session_; }
  CommandSink& sink() { return *session_->session().commands(); }

  // Of the kinds that are declared, those that act on records which are read.
  std::vector<CommandKind> Kinds(bool documents) const;
  bool Has(CommandKind kind) const;
  // Throws NotApplicable unless it is declared.
  void Needs(CommandKind kind) const;

  Case Prepare(CommandKind kind);
  // A booking at `minutes` after the opening of a new practitioner's diary.
  Case PrepareBooking(int minutes = 0);
  std::string NewPatient();
  Instant Moment(const std::string& local) const;

  Command Make(const Case& of, const std::optional<std::string>& expected = {});
  // The error is heard, for the checks of what is said.
  Result<Applied> Apply(const Command& command);
  Trace Find(const Command& command);
  Confirmation Confirm(const Command& command, const Applied& applied);
  // Throws unless it is applied.
  Applied Done(const Command& command);
  // Throws unless it is refused with certainty: `allowed`, a code of the vendor's where `coded`,
  // and no effect.
  Error Refused(const Command& command, std::initializer_list<Fault> allowed, bool coded);

  void Forget() { Need(clinic().ClearJournal(), "clear the journal"); }
  // For documents: how many the practice holds.
  int Effects(const Case& of);
  void RequireEffects(const Case& of, int count, const std::string& when);
  // So long that what was on its way has arrived.
  void Settle();

  // The version and record of one row as a fresh reader of the stream sees them.
  Known Now(Stream stream, const std::string& id);

 private:
  model::Patient PatientNow(const std::string& id);
  Case AboutBooking(CommandKind kind);

  Bench& bench_;
  std::unique_ptr<OpenSession> session_;
  int made_ = 0;
};

model::Patient MadeUp(const std::string& given, const std::string& family, const std::string& born);
// Bytes that no text would survive as.
std::string SamplePdf();

}  // namespace pons::conformance
