// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_rows.h"

#include <gtest/gtest.h>

#include "crypto/crypto.h"

namespace pons::halo_connect {
namespace {

using net::SqlNull;
using net::SqlValue;
using Rows = std::vector<std::vector<SqlValue>>;

constexpr std::string_view kAB[] = {"A", "B"};

struct Taken {
  std::vector<std::string> columns;
  Rows rows;
  Result<bool> result = true;
};

Taken Take(std::span<const std::string_view> columns, std::string_view json,
           std::optional<std::int64_t> count = {}, std::size_t enough = 1000) {
  Taken taken;
  const net::SqlColumnsSink columns_sink = [&](std::span<const net::SqlColumn> told) {
    for (const auto& one : told) taken.columns.push_back(one.name);
  };
  const net::SqlRowSink row_sink = [&](net::SqlRow row) {
    taken.rows.emplace_back(row.begin(), row.end());
    return taken.rows.size() < enough;
  };
  RowReader reader(columns, columns_sink, row_sink);
  const json::Value data(crypto::Base64(json));
  taken.result = reader.Read(&data, count);
  if (taken.result) reader.Finish();
  return taken;
}

TEST(HaloRows, EveryKindOfCell) {
  const auto taken =
      Take({}, R"([{"i":9007199254740993,"n":-1,"d":1.50,"e":1e3,"big":12345678901234567890,
    "t":true,"f":false,"s":" Ada  ","z":null,"when":"2026-05-04T09:30:00"}])");
  ASSERT_TRUE(taken.result) << taken.result.error().summary;
  EXPECT_EQ(taken.columns,
            (std::vector<std::string>{"i", "n", "d", "e", "big", "t", "f", "s", "z", "when"}));
  EXPECT_EQ(taken.rows,
            (Rows{{std::int64_t{9007199254740993}, std::int64_t{-1}, 1.5, 1000.0,
                   12345678901234567890.0, std::int64_t{1}, std::int64_t{0}, std::string(" Ada  "),
                   SqlNull{}, std::string("2026-05-04T09:30:00")}}));
}

TEST(HaloRows, CellsFollowTheColumnsAndNotTheAnswersOrder) {
  const auto taken = Take(kAB, R"([{"b":2,"A":1},{"X":9,"a":3},{"A":4,"B":5},{}])", 4);
  ASSERT_TRUE(taken.result) << taken.result.error().summary;
  EXPECT_EQ(taken.columns, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(taken.rows, (Rows{{std::int64_t{1}, std::int64_t{2}},
                              {std::int64_t{3}, SqlNull{}},
                              {std::int64_t{4}, std::int64_t{5}},
                              {SqlNull{}, SqlNull{}}}));
}

TEST(HaloRows, WithoutColumnsTheFirstRowNamesThem) {
  const auto taken = Take({}, R"([{"x":1,"y":2},{"y":3,"x":4},{"y":5}])");
  ASSERT_TRUE(taken.result);
  EXPECT_EQ(taken.rows, (Rows{{std::int64_t{1}, std::int64_t{2}},
                              {std::int64_t{4}, std::int64_t{3}},
                              {SqlNull{}, std::int64_t{5}}}));
}

TEST(HaloRows, WhatLeavesACellsColumnOpenIsRefused) {
  EXPECT_FALSE(Take({}, R"([{"x":1},{"x":1,"y":2}])").result);            // no place for y
  EXPECT_FALSE(Take(kAB, R"([{"A":1,"a":2}])").result);                   // one name twice
  EXPECT_FALSE(Take(kAB, R"([{"A":1,"A":2}])").result);                   // and exactly so
  EXPECT_FALSE(Take(kAB, R"([{"InternalID":1,"Surname":"x"}])").result);  // another statement's
  EXPECT_FALSE(Take(kAB, R"([{"A":[1,1],"B":2}])").result);               // folded by the driver
  EXPECT_FALSE(Take(kAB, R"([{"A":{"B":1}}])").result);
}

TEST(HaloRows, CutAndBrokenAnswersAreRefused) {
  for (const char* json :
       {R"([{"A":1)", R"({"A":1})", "[1]", "", "null", R"([{"A":1e999}])", "\xFF"}) {
    if (std::string_view(json).empty()) continue;
    const auto taken = Take(kAB, json);
    ASSERT_FALSE(taken.result) << json;
    EXPECT_EQ(taken.result.error().fault, Fault::kProtocol);
    EXPECT_TRUE(taken.rows.empty());
  }
  EXPECT_FALSE(Take(kAB, R"([{"A":1}])", 2).result);  // promised more
  const net::SqlColumnsSink no_columns;
  const net::SqlRowSink row = [](net::SqlRow) { return true; };
  RowReader reader(kAB, no_columns, row);
  const json::Value cut("W3siQSI6MX0");  // no whole base64
  EXPECT_FALSE(reader.Read(&cut, std::nullopt));
  const json::Value number(5);
  EXPECT_FALSE(reader.Read(&number, std::nullopt));
}

TEST(HaloRows, NoRowsStillHaveTheirColumns) {
  const auto taken = Take(kAB, "[]", 0);
  ASSERT_TRUE(taken.result);
  EXPECT_EQ(taken.columns, (std::vector<std::string>{"A", "B"}));
  const net::SqlColumnsSink columns;
  const net::SqlRowSink row = [](net::SqlRow) { return true; };
  RowReader reader(kAB, columns, row);
  const json::Value null;
  EXPECT_TRUE(reader.Read(nullptr, std::nullopt));
  EXPECT_TRUE(reader.Read(&null, 0));
  EXPECT_FALSE(reader.Read(nullptr, 1));
}

TEST(HaloRows, ASinkThatHasHadEnoughGetsNoMore) {
  const auto taken = Take({}, R"([{"x":1},{"x":2},{"x":3}])", {}, 2);
  ASSERT_TRUE(taken.result);
  EXPECT_FALSE(*taken.result);
  EXPECT_EQ(taken.rows.size(), 2u);
}

}  // namespace
}  // namespace pons::halo_connect
