// SPDX-License-Identifier: Apache-2.0
// What a person may say about a command: that it happened, that it did not, or that it is to be
// tried now. Works on the store alone, so that it can be said whether or not a server runs.
//
// Threads: any; waits for the disk.
#pragma once

#include <string>
#include <string_view>

#include "grants/grant_book.h"
#include "store/store.h"

namespace pons::commands {

struct PersonsWord {
  bool happened = false;
  // The vendor's id of what was made, where it happened; empty: what the command acts on.
  std::string vendor_id = {};
  std::string who;  // goes into the history
  std::string note = {};
};

// Where it happened it is read back next; where it did not it is sent again while there is time.
// Errors: kNotFound; kConflict where nobody is in doubt; kMisconfigured where a vendor id is
// needed.
Result<store::CommandRow> ResolveByPerson(store::Store& store, const grants::Snapshot& names,
                                          std::string_view id, const PersonsWord& word);

// Does not wait any longer for its next try. Errors: kNotFound; kConflict where it is over, or
// where a person has to say first what happened.
Result<store::CommandRow> RetryNow(store::Store& store, std::string_view id, std::string_view who);

}  // namespace pons::commands
