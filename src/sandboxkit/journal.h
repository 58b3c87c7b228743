// SPDX-License-Identifier: Apache-2.0
// What was asked of a sandbox on its wire, and what came of it: how a test proves "exactly once".
// Holds made-up patients only; still, parameters are kept only of what writes.
// Threads: any. Bounded: the oldest entries go first, and how many went is told.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "json/value.h"

namespace pons::sandboxkit {

struct JournalEntry {
  std::int64_t id = 0;          // 1, 2, … since the start; given by Append
  std::int64_t at_ms = 0;       // machine's clock, UTC
  std::int64_t connection = 0;  // which wire connection
  std::string user;
  std::string kind;                    // "login" or "statement"
  std::string operation;               // "select", "execute", …
  std::string request;                 // the statement or route, cut at 2,000 bytes
  std::string parameters;              // of what writes
  std::int64_t rows = 0;               // sent, or changed
  std::string effect;                  // "none", "read", "write"
  std::int64_t error = 0;              // the vendor's number; 0: none
  std::string fault;                   // the planned one that it met
  std::string procedure;               // the stored procedure that was called, where one was
  std::optional<std::int64_t> result;  // its RETURN value: the id of what it made
  std::int64_t micros = 0;
};

class Journal {
 public:
  static constexpr std::size_t kKept = 20'000;

  void Append(JournalEntry entry);
  void Clear();
  // Entries with an id above `after`, oldest first, at most `limit`.
  json::Value Read(std::int64_t after, std::size_t limit) const;

 private:
  mutable std::mutex mutex_;
  std::deque<JournalEntry> entries_;
  std::int64_t last_id_ = 0;
  std::int64_t dropped_ = 0;
};

}  // namespace pons::sandboxkit
