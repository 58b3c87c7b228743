// SPDX-License-Identifier: Apache-2.0
// Commands as they are kept: what an app asked a practice to do, how it stands, and what happened
// to it. Plain values; what the states mean is the commands module's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/commands.h"
#include "store/keys.h"

namespace pons::store {

struct CommandRow {
  std::int64_t seq = 0;  // the order of acceptance; the store gives it
  std::string id;
  ConnectionKey connection = 0;
  GrantKey grant = 0;
  AppKey app = 0;
  model::CommandKind kind = model::CommandKind::kCreatePatient;
  int state = 0;      // commands::State
  bool open = true;   // not final
  bool holds = true;  // later ones of its lane wait for it
  // What is done in order: all commands on one target, or for one patient.
  std::string lane;
  std::string body;  // commands/body_json.h; empty once it is past keeping
  std::optional<std::string> expected_version;
  std::string idempotency_key;  // empty once it is past keeping
  std::string request_hash;
  ResourceId target;   // empty: to be made
  ResourceId patient;  // empty: a new one
  int attempts = 0;    // sent so often
  int failures = 0;    // in a row, for the pause before the next try
  Instant due{};       // not looked at before
  std::optional<Instant> first_sent;
  std::optional<Instant> last_sent;
  Instant accepted{};
  Instant changed{};
  Instant deadline{};
  std::optional<Instant> expires;  // the deadline, while nothing has been sent
  std::optional<Instant> ended;
  std::optional<Fault> fault;
  std::string vendor_code;
  std::string reason;  // for a person; no patient data
  // What was made or changed; empty until applied.
  model::VendorRef result;
  ResourceId result_id;
  bool existed = false;
  std::vector<std::string> similar;  // vendor ids of possible duplicates
  std::string evidence;              // for a person; no patient data
  std::string alternatives;          // JSON of free slots; empty: none
  std::string document_id;           // of what is attached; empty: nothing is
};

// One step of a command's life.
struct CommandStep {
  std::int64_t seq = 0;
  std::string command;
  Instant at{};
  int event = -1;  // commands::Event; -1: accepted
  int from = -1;   // commands::State; -1: none before
  int to = 0;
  std::string note;  // for a person; no patient data
};

// How many commands of one connection, kind and state there are, for metrics and status.
struct CommandTally {
  ConnectionKey connection = 0;
  model::CommandKind kind = model::CommandKind::kCreatePatient;
  int state = 0;
  std::int64_t count = 0;
  Instant oldest{};  // accepted
};

// Which command comes next: the earliest accepted one in one of `states` that
//   is of one of `kinds`, is due by `due_by`, and is not held back by an earlier one of its lane;
//   or that expires by `expired_by`, held back or not.
struct CommandQuery {
  ConnectionKey connection = 0;
  Instant due_by{};
  Instant expired_by{};
  unsigned states = ~0u;  // a bit each
  unsigned kinds = ~0u;
};

// When the next command is due or expires; empty: none does.
struct CommandMoments {
  std::optional<Instant> due;
  std::optional<Instant> expires;
};

struct CommandFilter {
  std::optional<ConnectionKey> connection;
  std::optional<int> state;
  bool only_open = false;
  std::uint32_t limit = 100;  // the newest
};

}  // namespace pons::store
