// SPDX-License-Identifier: Apache-2.0
// How a command's life is written down: its row, its history, its Task, its document's state. The
// only place that changes a command's state, and it asks the table (state.h) each time.
//
// Threads: inside a transaction, or with a reader of the caller's; the ledger itself is immutable.
#pragma once

#include <string>
#include <string_view>

#include "commands/desk.h"
#include "grants/grant_book.h"
#include "store/store.h"
#include "sync/identity_map.h"

namespace pons::commands {

class Ledger {
 public:
  // `identities` outlives the ledger.
  explicit Ledger(const sync::IdentityMap& identities) : identities_(identities) {}

  // A new command with its first step and its Task.
  void Enter(store::Transaction& tx, store::CommandRow& row, const grants::Snapshot& names) const;

  // One event: state, what follows from it, and one line of history. Write comes after the last.
  // Requires: the table allows it.
  void Step(store::Transaction& tx, store::CommandRow& row, Event event,
            std::string_view note) const;
  // Saves the row; the Task and the document where an app would see a difference to `before`.
  void Write(store::Transaction& tx, const store::CommandRow& before, const store::CommandRow& row,
             const grants::Snapshot& names) const;

  CommandView ViewOf(const store::CommandRow& row, store::Reader& reader) const;

 private:
  void WriteTask(store::Transaction& tx, const store::CommandRow& row,
                 const grants::Snapshot& names) const;
  void WriteDocument(store::Transaction& tx, const store::CommandRow& row) const;
  ResourceId PatientId(const store::CommandRow& row, const grants::Snapshot& names,
                       const std::string& vendor_id) const;

  const sync::IdentityMap& identities_;
};

// Nothing more is to be expected soon: an app that waits is told.
bool IsSettled(const store::CommandRow& row);

// Made by no vendor and due by no clock.
inline constexpr Instant kNever = Instant(milliseconds(253402300799000));

}  // namespace pons::commands
