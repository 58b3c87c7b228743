// SPDX-License-Identifier: Apache-2.0
// Cells and statements. The exchanges of ../wire are replayed in best_practice_exchanges_test.cc.
#include "vendors/best_practice/connector/best_practice_wire.h"

#include <gtest/gtest.h>

#include <set>

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

// What one transport brings as a type of its own comes as text, or as another number, over the
// other. A record must not look changed for that.
std::uint64_t HashOfCell(SqlValue cell) {
  const SqlValue row[] = {std::int64_t{1}, std::move(cell)};
  return HashOf(row);
}

TEST(BestPracticeCells, HashAlikeOverEveryTransport) {
  const auto nine = LocalTime::At(*ParseDate("2026-05-04"), seconds(9 * 3600 + 30 * 60 + 5));
  const auto midnight = LocalTime::At(*ParseDate("2026-05-04"), seconds(0));
  const std::pair<SqlValue, SqlValue> alike[] = {
      {nine, std::string("2026-05-04T09:30:05")},
      {nine, std::string("2026-05-04T09:30:05.997")},
      {nine, std::string("2026-05-04T09:30:05.1234567")},
      {midnight, std::string("2026-05-04T00:00:00")},
      {midnight, std::string("2026-05-04")},
      {std::int64_t{41}, 41.0},
      {std::int64_t{-7}, -7.0},
      {std::int64_t{0}, 0.0},
      {std::string("Ada"), std::string("Ada      ")},
      {std::string(), std::string("   ")},
      {std::string("2026-05-04T09:30"), std::string("2026-05-04T09:30 ")},
      {SqlNull{}, SqlNull{}},
      {2.5, 2.5},
  };
  for (const auto& [one, other] : alike) {
    EXPECT_EQ(HashOfCell(one), HashOfCell(other)) << one.index();
  }
  const SqlValue different[] = {SqlNull{},
                                std::int64_t{0},
                                std::int64_t{1},
                                std::string(),
                                std::string("0"),
                                std::string("1"),
                                std::string("Ada"),
                                std::string(" Ada"),
                                std::string("2026-05-04T09:30"),
                                0.5,
                                nine,
                                midnight,
                                LocalTime::At(*ParseDate("1970-01-01"), seconds(0)),
                                LocalTime::At(*ParseDate("1970-01-01"), seconds(1))};
  for (std::size_t i = 0; i < std::size(different); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(HashOfCell(different[i]), HashOfCell(different[j])) << i << " and " << j;
    }
  }
}

TEST(BestPracticeCells, TimesAreReadFromIsoText) {
  const auto at = [](const char* text) { return TimeOf(text); };
  EXPECT_EQ(at("2026-05-04T23:59:59"),
            LocalTime::At(*ParseDate("2026-05-04"), seconds(24 * 3600 - 1)));
  EXPECT_EQ(at("2026-05-04T00:00:00.000"), at("2026-05-04"));
  for (const auto* wrong :
       {"", "2026", "2026-02-30", "2026-02-30T00:00:00", "2026-05-04T24:00:00",
        "2026-05-04T09:60:00", "2026-05-04T09:30:60", "2026-05-04T09:30", "2026-05-04 09:30:00",
        "2026-05-04T09:30:00Z", "2026-05-04T09:30:00+10:00", "2026-05-04T09:30:00.",
        "2026-05-04T09:30:00.1x", "2026-05-04Tab:cd:ef", "2026-05-04 ", "20260504", "04/05/2026"}) {
    EXPECT_FALSE(at(wrong)) << wrong;
  }
}

TEST(BestPracticeCells, ATextThatLooksLikeATimeStaysText) {
  constexpr std::string_view kNames[] = {"A", "B", "C", "D"};
  const SqlValue row[] = {std::string("2026-05-04T09:30:05  "), std::string("2026-05-04T09:30:05"),
                          std::string("2026-05-04"), std::string("not a date")};
  CellReader in(row, kNames);
  EXPECT_EQ(in.Text(), "2026-05-04T09:30:05");
  EXPECT_EQ(in.Time(), TimeOf("2026-05-04T09:30:05"));
  EXPECT_EQ(in.Time(), TimeOf("2026-05-04T00:00:00"));
  EXPECT_FALSE(in.bad());
  EXPECT_FALSE(in.Time());
  ASSERT_TRUE(in.bad());
  EXPECT_EQ(in.bad()->field, "D");
  EXPECT_EQ(in.bad()->reason, "is no date");
}

// A gateway that answers with objects finds cells by these names.
TEST(BestPracticeStatements, EveryColumnHasANameOfItsOwn) {
  static constexpr CodeSource kSource[] = {{"SEX", "SEXCODE", "SEX"}};
  static constexpr std::string_view kTable[] = {"VISITS"};
  const std::int64_t keys[] = {1};
  const LocalTime time;
  for (const auto* table : {&kPatients, &kAppointments, &kVisits, &kLocations, &kUsers,
                            &kProviderLocations, &kAppointmentTypes, &kHistory}) {
    for (const auto& statement : {SelectLive(*table, 0, 5), SelectAll(*table),
                                  SelectChanged(*table, 0, time, 5), SelectByKey(*table, keys)}) {
      ASSERT_EQ(statement.columns.data(), table->columns.data());
      std::string list;
      for (const auto column : statement.columns) {
        list += (list.empty() ? "" : ", ") + std::string(column);
      }
      EXPECT_NE(statement.text.find(" " + list + " FROM "), std::string::npos) << statement.text;
    }
  }
  for (const auto& statement :
       {SelectVisits(0, 0, time, 5), SelectHistoryOf(keys), SelectTip(kVisits),
        SelectCount(kVisits), SelectEmailsOf(keys), SelectEmailsBetween(0, 1),
        SelectCandidates(keys, time), SelectCodes(kSource), SelectPracticeName(), SelectClock(),
        ProbeTables(kTable)}) {
    ASSERT_FALSE(statement.columns.empty()) << statement.text;
    const std::set<std::string_view> names(statement.columns.begin(), statement.columns.end());
    EXPECT_EQ(names.size(), statement.columns.size()) << statement.text;
    for (const auto name : names) {
      EXPECT_NE(statement.text.find(name), std::string::npos) << statement.text;
    }
  }
}

}  // namespace
}  // namespace pons::best_practice
