// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <type_traits>

#include "base/sensitive.h"
#include "base/text.h"

namespace pons {
namespace {

template <typename T>
concept CanBeAField = requires(const T& value) {
  LogField("key", value);
};
template <typename T>
concept CanBeStreamed = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept CanBeText =
    std::is_convertible_v<T, std::string> || std::is_convertible_v<T, std::string_view>;

// The concepts do tell yes from no.
static_assert(CanBeAField<std::string> && CanBeAField<int> && CanBeAField<bool>);
static_assert(CanBeStreamed<std::string> && CanBeText<std::string>);

// What is sensitive can be neither logged, streamed, formatted nor taken for text.
static_assert(!CanBeAField<Sensitive<std::string>>);
static_assert(!CanBeAField<Sensitive<int>>);
static_assert(!CanBeAField<Sensitive<bool>>);
static_assert(!CanBeStreamed<Sensitive<std::string>>);
static_assert(!CanBeText<Sensitive<std::string>>);
static_assert(!fmt::is_formattable<Sensitive<std::string>>::value);

TEST(Log, WritesAFixedMessageAndFields) {
  MemoryLogger log;
  log.Info("connection is back",
           {{"connection", "con-1"}, {"after_seconds", 12}, {"first", true}, {"ratio", -3}});
  EXPECT_EQ(log.text(),
            "connection is back connection=con-1 after_seconds=12 first=yes ratio=-3\n");
}

TEST(Log, ForeignTextIsQuotedAndStaysOnItsLine) {
  MemoryLogger log;
  log.Warn("vendor said", {{"text", "a \"b\"\nlevel=error\x1b[31m"}, {"none", ""}, {"eq", "a=b"}});
  EXPECT_EQ(log.text(), "vendor said text=\"a \\\"b\\\" level=error [31m\" none=\"\" eq=\"a=b\"\n");
}

TEST(Log, LongTextIsCut) {
  MemoryLogger log;
  log.Error("long", {{"text", std::string(5000, 'x')}});
  EXPECT_LT(log.text().size(), 400u);
  EXPECT_NE(log.text().find("…"), std::string::npos);
}

TEST(Log, TheCutFallsBetweenCharacters) {
  for (int ascii = 0; ascii < 4; ++ascii) {
    std::string text(static_cast<std::size_t>(ascii), 'x');
    while (text.size() < 1000) text += "漢";
    MemoryLogger log;
    log.Error("long", {{"text", text}});
    EXPECT_TRUE(IsValidUtf8(log.text())) << ascii;
  }
}

TEST(Log, LevelsBelowTheLeastAreDropped) {
  testing::internal::CaptureStderr();
  const auto log = StderrLogger(LogLevel::kWarn);
  log->Debug("one");
  log->Info("two");
  log->Warn("three");
  log->Error("four");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("one"), std::string::npos);
  EXPECT_EQ(text.find("two"), std::string::npos);
  EXPECT_NE(text.find("three"), std::string::npos);
  EXPECT_NE(text.find("four"), std::string::npos);
}

}  // namespace
}  // namespace pons
