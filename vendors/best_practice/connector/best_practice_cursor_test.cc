// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_cursor.h"

#include <gtest/gtest.h>

namespace pons::best_practice {
namespace {

Place SomePlace() {
  Place place;
  place.kind = Place::Kind::kDelta;
  place.newest = 1'790'000'000;
  place.highest = 77;
  place.deep = -5;
  place.given = {{1, 0xabcdef0123456789u}, {77, 2}};
  return place;
}

TEST(BestPracticeCursor, ReadsWhatItWrote) {
  EXPECT_EQ(ParseCursor(ToCursor(SomePlace())), SomePlace());
  auto sweep = SomePlace();
  sweep.kind = Place::Kind::kSweep;
  sweep.begun = true;
  sweep.after = 500;
  sweep.given.clear();
  EXPECT_EQ(ParseCursor(ToCursor(sweep)), sweep);
}

TEST(BestPracticeCursor, DiffersWheneverWhatWasGivenDiffers) {
  const auto with = [](const Given& rows) {
    Place place = SomePlace();
    SetGiven(place, rows);
    return ToCursor(place);
  };
  EXPECT_NE(with({{77, 2}}), with({{77, 3}}));
  Given many;
  for (std::int64_t i = 0; i < 1000; ++i) many.emplace_back(i, 5);
  auto one_off = many;
  one_off[500].second = 6;
  EXPECT_LT(with(many).token.size(), 200u);
  EXPECT_NE(with(many), with(one_off));
  const auto parsed = ParseCursor(with(many));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(ToCursor(*parsed), with(many));
}

TEST(BestPracticeCursor, KnowsWhatWasGiven) {
  const Given given = {{3, 30}, {5, 50}};
  EXPECT_TRUE(Contains(given, 3, 30));
  EXPECT_TRUE(Contains(given, 5, 50));
  EXPECT_FALSE(Contains(given, 5, 51));
  EXPECT_FALSE(Contains(given, 4, 40));
  EXPECT_FALSE(Contains(given, 6, 60));
  EXPECT_FALSE(Contains({}, 1, 1));
}

TEST(BestPracticeCursor, AnythingElseIsNotHonoured) {
  const auto good = ToCursor(SomePlace()).token;
  for (const auto& token :
       {std::string(), std::string("junk"), "x" + good, "bp0" + good.substr(3), good + "~",
        good + ",", good + ":", std::string(500, '9'), std::string("bp1:d:1:2:3"),
        std::string("bp1:q") + good.substr(5), std::string("bp1:d:99999999999999:0:0:0:0:0:0:0:0:"),
        std::string("bp1:d:999999999999999999999:0:0:0:0:0:0:0:0:")}) {
    EXPECT_FALSE(ParseCursor(Cursor{token})) << token;
  }
}

}  // namespace
}  // namespace pons::best_practice
