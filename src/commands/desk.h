// SPDX-License-Identifier: Apache-2.0
// The desk: where commands are handed in and asked about. Whatever it has accepted is on disk, is
// sent in the connection's order, has at most one effect at the vendor, and ends in a state that is
// told.
//
// Threads: all members may be called from any thread; those that say so wait for the disk.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "commands/state.h"
#include "model/commands.h"
#include "store/keys.h"
#include "store/records.h"

namespace pons::commands {

struct Submission {
  store::ConnectionKey connection = 0;
  store::GrantKey grant = 0;
  store::AppKey app = 0;
  model::CommandBody body;
  // The target's version at the vendor when the app read it (If-Match); empty: whatever it is.
  std::optional<std::string> expected_version;
  // What the app named this wish; scoped to the app. Kept for 7 days after the command's end.
  std::string idempotency_key;
  // Hash of method, path and body: the same key with another hash is refused.
  std::string request_hash;
  // The FHIR id of the target (empty for what is to be made).
  ResourceId target;
  // FHIR id of the patient it is about, for Task.for and "explain"; empty for a new one.
  ResourceId patient;
  // Nothing is sent after this. Empty: an hour for bookings and never after the appointment's
  // start, a day for what else concerns patients and appointments, a week for documents.
  std::optional<Instant> deadline;
  // kAttachDocument: the bytes, and the DocumentReference as it is to be served; both are kept in
  // the transaction that accepts the command. The record's id is AttachDocument::document_id.
  std::shared_ptr<const std::string> content;
  std::optional<store::RecordWrite> document;
};

// How a command stands, as an answer to an app tells it.
struct CommandView {
  std::string id;  // also the Task's FHIR id
  model::CommandKind kind = model::CommandKind::kCreatePatient;
  State state = State::kAccepted;
  int attempts = 0;
  // Why it ended badly or has not ended: the fault's reaction, the vendor's code, words for a
  // person. Empty where all is well.
  std::optional<Fault> fault;
  std::string vendor_code;
  std::string reason;
  // For a slot that was taken: the nearest free ones, soonest first.
  std::vector<model::Slot> alternatives;
  // What was made or changed. Empty until applied.
  model::Stream result_stream = model::Stream::kPatients;
  ResourceId result;
  bool existed = false;             // nothing was written: it was there already
  std::vector<ResourceId> similar;  // possible duplicates that this grant may see
  int similar_elsewhere = 0;        // and how many more it may not see
  Instant accepted{};
  Instant changed{};
  Instant deadline{};
};

struct Submitted {
  CommandView command;
  bool repeated = false;  // the key was known: this is the first one's command
};

class Desk {
 public:
  virtual ~Desk() = default;

  // Whether the connection can do this at all; touches neither vendor nor disk.
  // Errors: kUnsupported, naming the capability or the setting; kNotFound.
  virtual Result<void> Supports(store::ConnectionKey connection, model::CommandKind kind) = 0;

  // Waits for the disk. Once it returns, the command is kept. Where the key is known with the same
  // hash the first command is told and nothing is queued.
  // Errors: kRejected with vendor_code "idempotency-key-reused" (another hash under that key),
  // kUnsupported, kUnavailable (the queue of this connection is full, the disk is).
  virtual Result<Submitted> Submit(const Submission& submission) = 0;

  // Of this app's; empty where there is none.
  virtual Result<std::optional<CommandView>> Find(store::AppKey app, std::string_view id) = 0;
  // What this app's earlier request with that key became; asked before any other judgement, so that
  // a repeat gets the first answer. Errors: as Submit, where the hash is another.
  virtual Result<std::optional<CommandView>> FindByKey(store::AppKey app, std::string_view key,
                                                       std::string_view request_hash) = 0;

  // Calls `told` once: as soon as the command is confirmed, rejected, failed, expired, cancelled or
  // needs a person, or is applied and is known to take long to be confirmed, or when `until` has
  // passed; with how it stands then. On a thread of the desk's, or at once on the caller's. `told`
  // must be quick.
  virtual void WhenSettled(std::string_view id, Instant until,
                           std::function<void(const CommandView&)> told) = 0;

  // Takes back what has not been sent. Errors: kConflict where it is too late.
  virtual Result<CommandView> Withdraw(store::AppKey app, std::string_view id) = 0;
};

}  // namespace pons::commands
