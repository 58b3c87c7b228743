// SPDX-License-Identifier: Apache-2.0
// Short keys for rows that are named by long ids elsewhere.
#pragma once

#include <cstdint>
#include <string_view>

namespace pons::store {

// 64 bits of a record's FHIR id; what indexes and visibility rows carry instead of the text.
using RefKey = std::int64_t;
// Row number of a connection, app, grant or webhook in this store.
using ConnectionKey = std::int64_t;
using AppKey = std::int64_t;
using GrantKey = std::int64_t;
using WebhookKey = std::int64_t;

// FNV-1a, 64 bit. Ids are made from keyed hashes, so nobody outside can aim for a collision; reads
// compare the whole id as well.
constexpr RefKey KeyOf(std::string_view id) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return static_cast<RefKey>(hash);
}

}  // namespace pons::store
