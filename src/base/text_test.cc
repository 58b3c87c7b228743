// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <utility>

namespace pons {
namespace {

TEST(Text, TrimTakesBlanksFromBothEndsOnly) {
  EXPECT_EQ(Trim("  a b \t\r\n"), "a b");
  EXPECT_EQ(Trim("   "), "");
  EXPECT_EQ(Trim(""), "");
  EXPECT_EQ(Trim("x"), "x");
}

TEST(Text, CaseChangesAsciiAndLeavesOtherBytes) {
  EXPECT_EQ(AsciiLower("ÀBC-Z"), "Àbc-z");
  EXPECT_EQ(AsciiUpper("é1z"), "é1Z");
  EXPECT_TRUE(EqualsIgnoringAsciiCase("Content-Type", "content-TYPE"));
  EXPECT_FALSE(EqualsIgnoringAsciiCase("content-type", "content-typ"));
  EXPECT_FALSE(EqualsIgnoringAsciiCase("É", "é"));
}

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(Split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(Split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(Split("abc", ','), (std::vector<std::string_view>{"abc"}));
}

TEST(Text, HexWritesEveryByteAsTwoDigits) {
  EXPECT_EQ(Hex(std::string_view("\x00\x0f\xff", 3)), "000fff");
  EXPECT_EQ(Hex(""), "");
}

TEST(Text, Utf8IsCheckedStrictly) {
  for (const char* good :
       {"", "abc", "é", "漢字", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsValidUtf8(good)) << Hex(good);
  }
  for (const char* bad :
       {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE2\x82", "\xED\xA0\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3z", "\xF0\x80\x80\x80"}) {
    EXPECT_FALSE(IsValidUtf8(bad)) << Hex(bad);
  }
  EXPECT_TRUE(IsValidUtf8(std::string_view("a\0b", 3)));
}

TEST(FoldForSearch, LatinLosesCaseAndAccents) {
  const std::pair<const char*, const char*> cases[] = {
      {"O'Brien", "o'brien"}, {"ÀÉÎÕÜ", "aeiou"},
      {"NGUYỄN", "nguyen"},   {"Đặng Thị Hương", "dang thi huong"},
      {"Müller", "muller"},   {"François", "francois"},
      {"Łukasz", "lukasz"},   {"Ørsted", "orsted"},
      {"Žižek", "zizek"},     {"Çelik", "celik"},
      {"ñandú", "nandu"},     {"Ỹ Phượng Vũ", "y phuong vu"},
      {"Þór", "tor"},         {"İstanbul", "istanbul"},
      {"ıssız", "issiz"},     {"Ÿ", "y"},
      {"e\xCC\x81", "e"},     {"SMITH-JONES", "smith-jones"},
  };
  for (const auto& [text, folded] : cases) EXPECT_EQ(FoldForSearch(text), folded) << text;
}

TEST(FoldForSearch, OtherScriptsStayAsTheyAre) {
  for (const char* text :
       {"李小龙", "محمد", "Ελένη", "Иванова", "ありがとう", "\xF0\x9F\x98\x80", "3 × 4 ÷ 2"}) {
    const std::string folded = FoldForSearch(text);
    EXPECT_EQ(folded, AsciiLower(text));
    EXPECT_TRUE(IsValidUtf8(folded));
  }
}

TEST(FoldForSearch, BrokenBytesDoNotHang) {
  EXPECT_EQ(FoldForSearch("A\xFF"
                          "B"),
            "a\xFF"
            "b");
  EXPECT_EQ(FoldForSearch("\xC3"), "\xC3");
  EXPECT_EQ(FoldForSearch(""), "");
}

}  // namespace
}  // namespace pons
