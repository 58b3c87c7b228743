// SPDX-License-Identifier: Apache-2.0
// Faults by plan: what goes wrong, on which request, how often. README.md has the words that the
// control port takes.
// Threads: any.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace pons::sandboxkit {

enum class FaultAction : std::uint8_t {
  kDelay,             // value: ms before it is done
  kDelayAfterEffect,  // value: ms between what is done and the answer
  kDropBeforeEffect,  // connection closed, nothing done
  kDropAfterEffect,   // done, then closed without an answer: the one that matters most
  kError,             // value: the vendor's error number
  kTruncate,          // value: bytes of the answer after which the connection is closed
  kGarbage,           // an answer that the protocol does not know
  kSilent,            // accepted, and nothing said
  kRefuseLogin,
  kAnswer,             // value: an HTTP status, where the wire is HTTP, in place of doing anything
  kAnswerAfterEffect,  // value: an HTTP status in place of the answer, once all is done
};

std::string_view FaultActionName(FaultAction action);

struct FaultRule {
  std::int64_t id = 0;
  std::string kind;        // "login", "select", …; empty: any
  std::string contains;    // case ignored, in the tables or the text of the request; empty: any
  std::string procedure;   // only requests that call this one; empty: any
  std::int64_t skip = 0;   // matching requests to let pass first
  std::int64_t count = 1;  // how often; -1: until taken away
  FaultAction action = FaultAction::kDelay;
  std::int64_t value = 0;
  std::int64_t hits = 0;
};

class FaultPlan {
 public:
  // {"match":"VISITS","action":"delay","amount":500,"times":1,"after":0}, as README.md has it; and
  // "kind" for one kind of request only: connect, login, select, execute …; and "procedure" for
  // calls of one stored procedure, its whole name. Error: kRejected.
  Result<FaultRule> Add(const json::Value& rule);
  void Clear();
  json::Value Describe() const;

  // The first rule that this request meets, used up by one. `text` is what `contains` looks in.
  // `procedures`: names of what it calls, blank-separated.
  // Rules without a kind are for statements: neither "connect" nor "login" meets them.
  std::optional<FaultRule> Match(std::string_view kind, std::string_view text,
                                 std::string_view procedures = {});

 private:
  mutable std::mutex mutex_;
  std::vector<FaultRule> rules_;
  std::int64_t last_id_ = 0;
};

}  // namespace pons::sandboxkit
