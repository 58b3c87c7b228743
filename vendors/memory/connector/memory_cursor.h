// SPDX-License-Identifier: Apache-2.0
// The memory vendor's cursors, format 1. One of
//   mem1:f:<position>                      after this place in the feed
//   mem1:m:<seconds>:<id>=<version>,…      rows modified in that second or later, but for those
//   named mem1:s:<position>:<seconds>:<id>       a sweep under way: rows after <id>; it began when
//   the feed
//                                          and the newest modification stood there
//   mem1:r                                 at rest: the next pull begins a sweep
// Anything else is a cursor that is not honoured.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "connector/connector.h"

namespace pons::memory {

struct Place {
  enum class Kind : char { kFeed = 'f', kModified = 'm', kSweep = 's', kRest = 'r' };
  Kind kind = Kind::kSweep;
  std::uint64_t position = 0;                  // kFeed, kSweep
  std::int64_t seconds = 0;                    // kModified, kSweep
  std::map<std::string, std::uint64_t> given;  // kModified: versions already given in that second
  std::string after;                           // kSweep
  bool operator==(const Place&) const = default;
};

Cursor ToCursor(const Place& place);
std::optional<Place> ParseCursor(const Cursor& cursor);

}  // namespace pons::memory
