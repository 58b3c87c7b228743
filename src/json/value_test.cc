// SPDX-License-Identifier: Apache-2.0
#include "json/value.h"

#include <gtest/gtest.h>

#include "json/writer.h"

namespace pons::json {
namespace {

TEST(Json, NumbersKeepTheirDigits) {
  const auto value = Parse(R"({"a":1.50,"b":-0.0e3,"c":12345678901234567890123})");
  ASSERT_TRUE(value);
  EXPECT_EQ(Write(*value), R"({"a":1.50,"b":-0.0e3,"c":12345678901234567890123})");
}

TEST(Json, RoundTripsEveryKind) {
  const std::string text =
      R"({"s":"a\"\\\n\u0001é漢","n":null,"t":true,"l":[1,[],{}],"o":{"k":"v"}})";
  const auto value = Parse(text);
  ASSERT_TRUE(value) << value.error().summary;
  EXPECT_EQ(Write(*value), text);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "1 2", "\"\xff\"", "nul", "{\"a\" 1}"}) {
    const auto value = Parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().fault, Fault::kProtocol);
  }
  EXPECT_FALSE(Parse(std::string(100, '[') + std::string(100, ']')));
}

TEST(Json, ErrorsDoNotQuoteTheText) {
  const auto value = Parse(R"({"name":"Canary Patient",})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().summary.find("Canary"), std::string::npos);
}

TEST(JsonWriter, ReplacesBytesThatAreNotUtf8) {
  std::string out;
  AppendQuoted(out,
               "a\xff"
               "b");
  EXPECT_EQ(out,
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(Json, IntegersAreCheckedForRange) {
  const auto value = Parse(R"({"a":42,"b":99999999999999999999,"c":1.5})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->Integer("a"), 42);
  EXPECT_FALSE(value->Integer("b"));
  EXPECT_FALSE(value->Integer("c"));
  EXPECT_FALSE(value->Integer("absent"));
}

}  // namespace
}  // namespace pons::json
