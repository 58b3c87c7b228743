// SPDX-License-Identifier: Apache-2.0
// What a connection's grants need read: which streams, from where, and for whom. Pure.
//
// A stored cursor is only good for the scope it was made under. Where the scope widens (a first
// grant in mode all, a new filter), the stream is swept again, so that what was passed over before
// is judged anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/records.h"
#include "store/entities.h"

namespace pons::sync {

enum class Reading : std::uint8_t {
  kNone,     // no grant needs the stream; nothing is copied
  kFromTip,  // only what happens from now on
  kEverything,
};

struct StreamScope {
  Reading reading = Reading::kNone;
  std::string mark;  // changes when a sweep is due
};

StreamScope ScopeOf(model::Stream stream, const std::vector<const store::Grant*>& grants);

// The core's part of a saved cursor, around the connector's token.
struct SavedCursor {
  std::string mark;
  std::optional<Instant> from;  // kFromTip: when the tip was taken
  std::optional<std::string> token;
};
std::string WriteSavedCursor(const SavedCursor& cursor);
// Anything unreadable is an empty cursor: the stream starts over.
SavedCursor ReadSavedCursor(std::string_view text);

}  // namespace pons::sync
