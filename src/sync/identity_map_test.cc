// SPDX-License-Identifier: Apache-2.0
#include "sync/identity_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace pons::sync {
namespace {

using model::Stream;

const std::string kKey(32, 'k');
const ConnectionId kConnection("connection-1");

TEST(IdentityMap, TheSameRecordHasTheSameIdForEver) {
  const IdentityMap map(kKey);
  // Fixed: a change of this value would give every stored record a new id.
  EXPECT_EQ(map.IdOf(kConnection, {Stream::kPatients, "4711"}).value, "HBCC7aNJfOJpFUyojvFWgH");
  EXPECT_EQ(map.IdOf(kConnection, {Stream::kPatients, "4711"}),
            IdentityMap(kKey).IdOf(kConnection, {Stream::kPatients, "4711"}));
}

TEST(IdentityMap, EverythingThatNamesARecordCounts) {
  const IdentityMap map(kKey);
  const auto id = map.IdOf(kConnection, {Stream::kPatients, "4711"});
  EXPECT_NE(map.IdOf(kConnection, {Stream::kPatients, "4712"}), id);
  EXPECT_NE(map.IdOf(kConnection, {Stream::kEncounters, "4711"}), id);
  EXPECT_NE(map.IdOf(ConnectionId("connection-2"), {Stream::kPatients, "4711"}), id);
  const std::string other_key(32, 'x');
  EXPECT_NE(IdentityMap(other_key).IdOf(kConnection, {Stream::kPatients, "4711"}), id);
}

TEST(IdentityMap, IdsAreFhirIdsAndDistinct) {
  const IdentityMap map(kKey);
  std::set<std::string> seen;
  for (int i = 0; i < 20000; ++i) {
    const auto id = map.IdOf(kConnection, {Stream::kPatients, std::to_string(i)}).value;
    EXPECT_EQ(id.size(), 22u);
    EXPECT_TRUE(std::all_of(id.begin(), id.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    })) << id;
    EXPECT_TRUE(seen.insert(id).second) << id;
  }
}

}  // namespace
}  // namespace pons::sync
