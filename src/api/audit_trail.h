// SPDX-License-Identifier: Apache-2.0
// The record of who read what. Append-only files of one JSON line an access; nothing is answered
// before its line has been handed to the kernel, so killing the process loses nothing that was
// acknowledged. A power cut loses at most AuditOptions::sync_interval.
//
// Lines are written in batches, one write() for all answers that were ready together. A batch
// starts with a line of its own that carries the SHA-256 of the batch before it:
//   {"batch":7,"time":"…","previous":"<64 hex digits>"}
//   {"time":"…","request":"…","app":"…","organization":"…","operation":"read","type":"Patient",
//    "id":"…","status":200,"count":1}
// so a line that was changed, added or taken out breaks the chain (VerifyAuditTrail). A line says
// that an answer was about to be sent. Search values never stand in it, only parameter names.
//
// Threads: all members may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"

namespace pons::api {

struct AuditEntry {
  std::string_view request;       // X-Request-Id
  std::string_view app;           // id; empty: nobody signed in
  std::string_view organization;  // ids, joined by blanks
  std::string_view operation;     // read | search | token | changes | manage | …
  std::string_view type;          // resource type or thing managed
  std::string_view id;            // of one record
  std::string_view parameters;    // names only, joined by blanks
  std::string_view peer;          // address; only where nobody signed in
  int status = 0;
  std::int64_t count = 0;      // records given out
  std::string_view user = {};  // id; a person in the portal
  std::string_view role = {};  // what that person was allowed as: "admin", "operator", …
};

struct AuditOptions {
  std::string folder;
  std::uint64_t segment_bytes = 64u << 20;
  std::chrono::milliseconds sync_interval{1000};  // 0: fdatasync after each batch
};

class AuditTrail {
 public:
  // Goes on with the newest segment. Errors: kMisconfigured where the folder cannot be written.
  static Result<std::unique_ptr<AuditTrail>> Open(const AuditOptions& options, Clock& clock,
                                                  Logger& log);
  virtual ~AuditTrail() = default;

  virtual void Add(const AuditEntry& entry) = 0;
  // Writes all that was added, by any thread. False: some of it is not written, so nothing may be
  // answered that was added before this call; it stays queued and the next Commit tries again.
  virtual bool Commit() = 0;
  // False after a Commit that failed, until one succeeds. Ask before doing work for an answer.
  virtual bool healthy() const = 0;
  // SHA-256 of the last batch, in hex: kept elsewhere, it also proves that no batch was cut off the
  // end.
  virtual std::string head() const = 0;
};

struct AuditSummary {
  std::int64_t segments = 0;
  std::int64_t batches = 0;
  std::int64_t entries = 0;
  std::int64_t torn = 0;  // lines cut by a crash in mid-write: never acknowledged
  std::string head;
};

// Reads every segment and checks the chain. Errors: kRejected with file and line where it breaks;
// kNotFound where there is no trail.
Result<AuditSummary> VerifyAuditTrail(const std::string& folder);

}  // namespace pons::api
