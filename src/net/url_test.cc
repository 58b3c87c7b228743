// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <gtest/gtest.h>

namespace pons::net {
namespace {

TEST(Url, DecodesEscapes) {
  EXPECT_EQ(PercentDecode("a%20b%2Bc+d"), "a b+c+d");
  EXPECT_EQ(FormDecode("a+b%2bc"), "a b+c");
  EXPECT_EQ(PercentDecode("%C3%A9"), "\xc3\xa9");
  for (const char* bad : {"%", "%1", "%zz", "a%2", "%ff", "%C3"}) {
    EXPECT_FALSE(PercentDecode(bad)) << bad;
  }
}

TEST(Url, ReadsForms) {
  const auto fields = ParseForm("a=1&&b=x%3Dy&a=2&c&=d");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields, (FormFields{{"a", "1"}, {"b", "x=y"}, {"a", "2"}, {"c", ""}, {"", "d"}}));
  EXPECT_EQ(*FindField(*fields, "a"), "1");
  EXPECT_EQ(FindField(*fields, "z"), nullptr);
  EXPECT_FALSE(ParseForm("a=%"));
  EXPECT_TRUE(ParseForm("")->empty());
}

TEST(Url, WhatIsWrittenIsReadBack) {
  const FormFields fields = {{"a b", "c&d=e"}, {"\xc3\xa9", "%+/?"}, {"x", ""}};
  EXPECT_EQ(ParseForm(WriteForm(fields)), fields);
}

}  // namespace
}  // namespace pons::net
