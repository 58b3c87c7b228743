// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_cursor.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/text.h"

namespace pons::best_practice {
namespace {

constexpr std::string_view kFormat = "bp1";

std::uint64_t Digest(const Given& rows) {
  std::uint64_t sum = rows.size();
  for (const auto& [key, hash] : rows) {
    auto mixed = (static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15u) ^ hash;
    mixed = (mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9u;
    sum += mixed ^ (mixed >> 32);
  }
  return sum == 0 ? 1 : sum;
}

std::string HexOf(std::uint64_t number) {
  char text[20];
  const int length =
      std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(number));
  return std::string(text, static_cast<std::size_t>(length));
}

template <typename Number>
bool Parse(std::string_view text, Number& out, int base = 10) {
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return !text.empty() && code == std::errc() && stop == text.data() + text.size();
}

bool ParseGiven(std::string_view text, Place& place) {
  if (text.empty()) return true;
  if (text.front() == '#') return Parse(text.substr(1), place.digest, 16);
  for (const auto one : Split(text, ',')) {
    const auto dot = one.find('.');
    std::int64_t key = 0;
    std::uint64_t hash = 0;
    if (dot == std::string_view::npos || !Parse(one.substr(0, dot), key) ||
        !Parse(one.substr(dot + 1), hash, 16)) {
      return false;
    }
    if (!place.given.empty() && place.given.back().first >= key) return false;
    place.given.emplace_back(key, hash);
  }
  return place.given.size() <= kMostWrittenOut;
}

}  // namespace

bool Contains(const Given& given, std::int64_t key, std::uint64_t hash) {
  const auto found = std::lower_bound(given.begin(), given.end(), std::pair(key, std::uint64_t{0}));
  return found != given.end() && found->first == key && found->second == hash;
}

void SetGiven(Place& place, const Given& rows) {
  const bool few = rows.size() <= kMostWrittenOut;
  place.given = few ? rows : Given{};
  place.digest = few ? 0 : Digest(rows);
}

Cursor ToCursor(const Place& place) {
  std::string token(kFormat);
  token += ':';
  token += static_cast<char>(place.kind);
  for (const std::int64_t number :
       {place.newest, place.highest, std::int64_t{place.settled}, place.deep,
        std::int64_t{place.begun}, place.after, place.from, place.next_newest, place.floor}) {
    token += ':' + std::to_string(number);
  }
  token += ':';
  if (place.digest != 0) {
    token += '#' + HexOf(place.digest);
    return {token};
  }
  bool first = true;
  for (const auto& [key, hash] : place.given) {
    if (!first) token += ',';
    first = false;
    token += std::to_string(key) + '.' + HexOf(hash);
  }
  return {token};
}

std::optional<Place> ParseCursor(const Cursor& cursor) {
  const auto parts = Split(cursor.token, ':');
  if (parts.size() != 12 || parts[0] != kFormat || parts[1].size() != 1) return std::nullopt;
  Place place;
  switch (parts[1][0]) {
    case 's':
      place.kind = Place::Kind::kSweep;
      break;
    case 'd':
      place.kind = Place::Kind::kDelta;
      break;
    case 'p':
      place.kind = Place::Kind::kPass;
      break;
    case 'r':
      place.kind = Place::Kind::kRest;
      break;
    default:
      return std::nullopt;
  }
  std::int64_t settled = 0, begun = 0;
  std::size_t at = 2;
  for (auto* number : {&place.newest, &place.highest, &settled, &place.deep, &begun, &place.after,
                       &place.from, &place.next_newest, &place.floor}) {
    if (!Parse(parts[at++], *number)) return std::nullopt;
  }
  place.settled = settled != 0;
  place.begun = begun != 0;
  // What no row of a DATETIME column can be: years before 1753 and after 9999.
  constexpr std::int64_t kEarliest = -6'847'804'800, kLatest = 253'402'300'799;
  for (const auto time : {place.newest, place.deep, place.from, place.next_newest}) {
    if (time < kEarliest || time > kLatest) return std::nullopt;
  }
  if (!ParseGiven(parts[11], place)) return std::nullopt;
  return place;
}

}  // namespace pons::best_practice
