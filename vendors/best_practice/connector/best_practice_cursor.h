// SPDX-License-Identifier: Apache-2.0
// Best Practice's cursors, format 1: "bp1:<kind>:" and nine numbers, then the rows already given.
// Anything else is a cursor that is not honoured.
//
// Rows carry the time of their last change, to which clocks of several workstations contribute and
// which can be committed late. So a stream is followed from its newest time less kOverlap, and the
// rows of that overlap that were given already are named, each with a hash of what it held then.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "connector/connector.h"

namespace pons::best_practice {

// Twice what Best Practice's integrators allow workstations' clocks to differ by (dermengine sheet
// §3).
constexpr seconds kOverlap{120};

// Rows given: key and hash of the row, in the order of the keys.
using Given = std::vector<std::pair<std::int64_t, std::uint64_t>>;
bool Contains(const Given& given, std::int64_t key, std::uint64_t hash);

struct Place {
  enum class Kind : char {
    kSweep = 's',  // rows behind `after`; the stream stood at `newest` when the sweep began
    kDelta = 'd',  // at rest: what changed since `newest`
    kPass = 'p',   // a delta of several pages under way
    kRest = 'r',   // at rest, where every pull is a sweep
  };
  Kind kind = Kind::kSweep;
  std::int64_t newest = 0;       // seconds of local reading: the newest change known
  std::int64_t highest = 0;      // the highest key known
  bool settled = false;          // nothing at or before `newest` can still be committed
  std::int64_t deep = 0;         // visits: `newest` of the last pass over all of them
  bool begun = false;            // kSweep: `newest` and `highest` have been taken
  std::int64_t after = 0;        // kSweep, kPass: the last key read
  std::int64_t from = 0;         // kPass: changes at this time or later
  std::int64_t next_newest = 0;  // kPass: `newest` once it is over
  std::int64_t floor = 0;        // kPass: the key it began behind
  Given given;                   // kDelta, kPass
  std::uint64_t digest = 0;      // not 0: stands for rows that are too many to name
  bool operator==(const Place&) const = default;
};

// More rows than this are not written out; the session remembers them, and another session gives
// them once more.
constexpr std::size_t kMostWrittenOut = 100;

// Writes the rows into `place`, or their digest where they are too many. Cursors at rest thus
// differ whenever what was given differs.
void SetGiven(Place& place, const Given& rows);

Cursor ToCursor(const Place& place);
std::optional<Place> ParseCursor(const Cursor& cursor);

}  // namespace pons::best_practice
