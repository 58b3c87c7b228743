// SPDX-License-Identifier: Apache-2.0
// Cells and statements. The exchanges of ../wire are replayed in best_practice_exchanges_test.cc.
#include "vendors/best_practice/connector/best_practice_wire.h"

#include <gtest/gtest.h>

namespace pons::best_practice {
namespace {

using net::SqlNull;
using net::SqlValue;

LocalTime At(int y, unsigned m, unsigned d) {
  using namespace std::chrono;
  return LocalTime::At(Date(year(y), month(m), day(d)), seconds(0));
}

// A VISITS row in the order of its columns.
std::vector<SqlValue> Visit() {
  return {std::int64_t{900},   std::int64_t{1}, At(2026, 5, 4),      SqlNull{},
          std::int64_t{41},    std::int64_t{7}, std::int64_t{1},     At(2026, 5, 4),
          std::int64_t{36000}, SqlNull{},       std::string("  2  ")};
}

TEST(BestPracticeWire, PaddingGoesAndLeadingBlanksStay) {
  const std::vector<SqlValue> row = {std::string(" Ada Mary    "), std::string("     "),
                                     std::string("陈 "), std::string(200, 'x') + "   "};
  constexpr std::string_view kNames[] = {"A", "B", "C", "D"};
  CellReader in(row, kNames);
  EXPECT_EQ(in.Text(), " Ada Mary");
  EXPECT_EQ(in.Text(), "");
  EXPECT_EQ(in.Text(), "陈");
  EXPECT_EQ(in.Text(), std::string(200, 'x'));
  EXPECT_FALSE(in.bad());
}

TEST(BestPracticeWire, VisitIsDecoded) {
  const auto decoded = DecodeVisit(Visit());
  ASSERT_TRUE(std::holds_alternative<VisitRow>(decoded));
  const auto& visit = std::get<VisitRow>(decoded);
  EXPECT_EQ(visit.key, 900);
  EXPECT_EQ(visit.patient, 41);
  EXPECT_EQ(visit.start, std::chrono::seconds(36000));
  EXPECT_EQ(visit.end, std::chrono::seconds(0));
  EXPECT_EQ(visit.location, "  2");
  auto numbered = Visit();
  numbered[10] = std::int64_t{2};
  EXPECT_EQ(std::get<VisitRow>(DecodeVisit(numbered)).location, "2");
}

TEST(BestPracticeWire, BadCellsAreNamedAndNotShown) {
  const auto bad = [](std::size_t at, SqlValue value) {
    auto row = Visit();
    row[at] = std::move(value);
    const auto decoded = DecodeVisit(row);
    if (std::holds_alternative<VisitRow>(decoded)) return std::string("fine");
    const auto& cell = std::get<BadCell>(decoded);
    return std::string(cell.field) + " " + std::string(cell.reason);
  };
  EXPECT_EQ(bad(4, SqlNull{}), "INTERNALID is null");
  EXPECT_EQ(bad(7, SqlNull{}), "VISITDATE is null");
  EXPECT_EQ(bad(7, std::string("Ada Sample")), "VISITDATE is no date");
  EXPECT_EQ(bad(8, std::string("ten")), "STARTTIME is no number");
  EXPECT_EQ(bad(8, std::int64_t{-1}), "STARTTIME is no time");
  EXPECT_EQ(bad(9, std::int64_t{INT64_MAX}), "ENDTIME is no time");
  EXPECT_EQ(bad(5, 1.5), "USERID is no number");
  EXPECT_EQ(bad(5, 7.0), "fine");
  EXPECT_EQ(bad(10, std::string("\xff\xfe")), "LOCATION is no text");
  EXPECT_EQ(bad(9, SqlNull{}), "fine");
}

TEST(BestPracticeWire, AShortRowIsNotReadPastItsEnd) {
  auto row = Visit();
  row.resize(6);
  EXPECT_TRUE(std::holds_alternative<BadCell>(DecodeVisit(row)));
  EXPECT_TRUE(std::holds_alternative<BadCell>(DecodeHead({}, kVisits)));
}

TEST(BestPracticeWire, TheTimeOfTheLastChangeFallsBackToCreation) {
  auto row = Visit();
  EXPECT_EQ(std::get<Head>(DecodeHead(row, kVisits)).changed, At(2026, 5, 4));
  row[3] = At(2026, 5, 5);
  EXPECT_EQ(std::get<Head>(DecodeHead(row, kVisits)).changed, At(2026, 5, 5));
  row[2] = row[3] = SqlNull{};
  EXPECT_FALSE(std::get<Head>(DecodeHead(row, kVisits)).changed);
}

TEST(BestPracticeWire, ListsOfKeysHaveFewLengths) {
  const std::vector<std::int64_t> three = {1, 2, 3};
  const auto statement = SelectByKey(kLocations, three);
  EXPECT_NE(statement.text.find("IN (?, ?, ?, ?)"), std::string::npos);
  ASSERT_EQ(statement.parameters.size(), 4u);
  EXPECT_EQ(std::get<std::int64_t>(statement.parameters[3]), 3);
  EXPECT_EQ(SelectByKey(kLocations, {}).parameters.size(), 1u);
}

TEST(BestPracticeWire, EqualRowsHaveEqualHashes) {
  EXPECT_EQ(HashOf(Visit()), HashOf(Visit()));
  for (std::size_t i = 0; i < Visit().size(); ++i) {
    auto row = Visit();
    row[i] = std::string("changed");
    EXPECT_NE(HashOf(row), HashOf(Visit())) << i;
  }
}

}  // namespace
}  // namespace pons::best_practice
