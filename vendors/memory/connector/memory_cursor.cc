// SPDX-License-Identifier: Apache-2.0
#include "vendors/memory/connector/memory_cursor.h"

#include <charconv>

#include "base/text.h"

namespace pons::memory {
namespace {

constexpr std::string_view kFormat = "mem1";

template <typename N>
std::optional<N> ParseNumber(std::string_view text) {
  N number = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || code != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

bool ParseGiven(std::string_view text, std::map<std::string, std::uint64_t>& given) {
  if (text.empty()) return true;
  for (const auto item : Split(text, ',')) {
    const auto equals = item.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    const auto version = ParseNumber<std::uint64_t>(item.substr(equals + 1));
    if (!version) return false;
    given[std::string(item.substr(0, equals))] = *version;
  }
  return true;
}

}  // namespace

Cursor ToCursor(const Place& place) {
  std::string token = std::string(kFormat) + ":" + static_cast<char>(place.kind);
  switch (place.kind) {
    case Place::Kind::kFeed:
      token += ":" + std::to_string(place.position);
      break;
    case Place::Kind::kModified: {
      token += ":" + std::to_string(place.seconds) + ":";
      const char* separator = "";
      for (const auto& [id, version] : place.given) {
        token += separator + id + "=" + std::to_string(version);
        separator = ",";
      }
      break;
    }
    case Place::Kind::kSweep:
      token += ":" + std::to_string(place.position) + ":" + std::to_string(place.seconds) + ":" +
               place.after;
      break;
    case Place::Kind::kRest:
      break;
  }
  return Cursor{std::move(token)};
}

std::optional<Place> ParseCursor(const Cursor& cursor) {
  const auto parts = Split(cursor.token, ':');
  if (parts.size() < 2 || parts[0] != kFormat || parts[1].size() != 1) return std::nullopt;
  Place place;
  place.kind = static_cast<Place::Kind>(parts[1][0]);
  if (place.kind == Place::Kind::kRest && parts.size() == 2) return place;
  if (place.kind == Place::Kind::kFeed && parts.size() == 3) {
    const auto position = ParseNumber<std::uint64_t>(parts[2]);
    if (!position) return std::nullopt;
    place.position = *position;
    return place;
  }
  if (place.kind == Place::Kind::kModified && parts.size() == 4) {
    const auto since = ParseNumber<std::int64_t>(parts[2]);
    if (!since || !ParseGiven(parts[3], place.given)) return std::nullopt;
    place.seconds = *since;
    return place;
  }
  if (place.kind == Place::Kind::kSweep && parts.size() == 5) {
    const auto position = ParseNumber<std::uint64_t>(parts[2]);
    const auto since = ParseNumber<std::int64_t>(parts[3]);
    if (!position || !since) return std::nullopt;
    place.position = *position;
    place.seconds = *since;
    place.after = parts[4];
    return place;
  }
  return std::nullopt;
}

}  // namespace pons::memory
