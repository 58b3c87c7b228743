// SPDX-License-Identifier: Apache-2.0
// Cursors: written and read back; anything else is not honoured.
#include "vendors/memory/connector/memory_cursor.h"

#include <gtest/gtest.h>

namespace pons::memory {
namespace {

TEST(MemoryCursor, EveryKindIsReadBackAsItWasWritten) {
  Place feed;
  feed.kind = Place::Kind::kFeed;
  feed.position = 42;
  Place modified;
  modified.kind = Place::Kind::kModified;
  modified.seconds = 1767225600;
  modified.given = {{"a1", 3}, {"a2", 1}};
  Place sweep;
  sweep.position = 7;
  sweep.seconds = 5;
  sweep.after = "p9";
  Place rest;
  rest.kind = Place::Kind::kRest;
  for (const auto& place : {feed, modified, sweep, rest}) {
    EXPECT_EQ(ParseCursor(ToCursor(place)), place) << ToCursor(place).token;
  }
}

TEST(MemoryCursor, OtherFormatsAreNotHonoured) {
  for (const char* token :
       {"", "mem1", "mem1:", "mem0:f:1", "mem1:f", "mem1:f:", "mem1:f:x", "mem1:f:-1", "mem1:f:1:2",
        "mem1:m:1", "mem1:m:1:a", "mem1:m:1:=2", "mem1:s:1:2", "mem1:r:1", "mem1:q:1", "bp1:1"}) {
    EXPECT_FALSE(ParseCursor({token}).has_value()) << token;
  }
}

}  // namespace
}  // namespace pons::memory
