// SPDX-License-Identifier: Apache-2.0
#include "hl7/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "hl7/charset.h"
#include "hl7/escape.h"

namespace pons::hl7 {
namespace {

using testing::ElementsAre;

Message Read(std::string_view text) {
  auto message = Parse(text);
  EXPECT_TRUE(message.has_value()) << (message ? "" : message.error().summary);
  return message ? *message : Message{};
}

std::string Written(const Message& message) {
  auto text = Build(message);
  EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().summary);
  return text ? *text : std::string();
}

TEST(MessageTest, ReadsEveryLevel) {
  const auto message = Read(
      "MSH|^~\\&|APP|CLINIC&1.2.3&ISO\rPID|1||41^^^X&Y&Z^MR~42||Nguyen^Mai\rOBX|1\rOBX|2||x\r");
  EXPECT_EQ(Get(message, "MSH-1"), "|");
  EXPECT_EQ(Get(message, "MSH-2"), "^~\\&");
  EXPECT_EQ(Get(message, "MSH-3"), "APP");
  EXPECT_EQ(Get(message, "MSH-4.1.2"), "1.2.3");
  EXPECT_EQ(Get(message, "PID-3"), "41");
  EXPECT_EQ(Get(message, "PID-3.4.3"), "Z");
  EXPECT_EQ(Get(message, "PID-3[2].1"), "42");
  EXPECT_EQ(Get(message, "PID-5.2"), "Mai");
  EXPECT_EQ(Get(message, "OBX[2]-3"), "x");
  EXPECT_EQ(Get(message, "PID-99.9.9"), "");
  EXPECT_EQ(Get(message, "ZZZ-1"), "");
  EXPECT_EQ(Count(message, "OBX"), 2u);
}

TEST(MessageTest, SetMakesWhatIsMissing) {
  Message message;
  Set(message, "MSH-3", "APP");
  Set(message, "PID-5.2", "Mai");
  Set(message, "OBX[2]-5[2].1.2", "deep");
  EXPECT_EQ(Written(message), "MSH|^~\\&|APP\rPID|||||^Mai\rOBX\rOBX|||||~&deep\r");
  EXPECT_EQ(Get(message, "OBX[2]-5[2].1.2"), "deep");
}

TEST(MessageTest, AllLineEndsAreRead) {
  const auto want = Read("MSH|^~\\&|A\rPID|1\rPV1|1\r");
  EXPECT_EQ(Read("MSH|^~\\&|A\nPID|1\nPV1|1\n"), want);
  EXPECT_EQ(Read("MSH|^~\\&|A\r\nPID|1\r\nPV1|1"), want);
  EXPECT_EQ(Read("\xEF\xBB\xBF\r\n MSH|^~\\&|A\r\r\nPID|1\n\rPV1|1\r\r\r"), want);
}

TEST(MessageTest, OtherSeparatorsBecomeTheUsualOnes) {
  const auto message = Read("MSH#*+?%#A#a|b\rPID##x*y%z+t#a?F?b?S?c?T?d?R?e?E?f\r");
  EXPECT_EQ(Get(message, "MSH-3"), "A");
  EXPECT_EQ(Get(message, "MSH-4"), "a|b");
  EXPECT_EQ(Get(message, "PID-2.2.2"), "z");
  EXPECT_EQ(Get(message, "PID-2[2]"), "t");
  EXPECT_EQ(Get(message, "PID-3"), "a#b*c%d+e?f");
  EXPECT_EQ(Written(message), "MSH|^~\\&|A|a\\F\\b\rPID||x^y&z~t|a#b*c%d+e?f\r");
}

TEST(MessageTest, MshOddities) {
  EXPECT_EQ(Get(Read("MSH||A|B\r"), "MSH-3"), "A");        // no MSH-2: the usual ones
  EXPECT_EQ(Get(Read("MSH|^~|A|x&y\r"), "MSH-4"), "x&y");  // no subcomponents, no escapes
  EXPECT_EQ(Get(Read("MSH|^~|A|x\\F\\y\r"), "MSH-4"), "x\\F\\y");
  EXPECT_EQ(Get(Read("MSH|^~\\&#|A|B\r"), "MSH-4"), "B");  // version 2.7's fifth
  EXPECT_EQ(Get(Read("MSH|^~\\&"), "MSH-2"), "^~\\&");
  for (const char* bad : {"", "PID|1\r", "MSH", "MSHa^~\\&|", "MSH|^^\\&|A\r", "MSH|^~\\&&&&&|A\r",
                          "MSH|a~\\&|A\r", "MSH ^~\\& A\r", "hello", "MSH|||\rpid|1"}) {
    const auto result = Parse(bad);
    if (std::string_view(bad) == "MSH|||\rpid|1") {
      EXPECT_TRUE(result.has_value());  // text that goes on, not a segment
      continue;
    }
    ASSERT_FALSE(result.has_value()) << bad;
    EXPECT_EQ(result.error().fault, Fault::kProtocol);
  }
}

TEST(MessageTest, UnknownSegmentsAndExtraFieldsAreKept) {
  const std::string text =
      "MSH|^~\\&|A\rZAU|1|mine^2\rQQ9|x\rPID|1" + std::string(60, '|') + "end\r";
  EXPECT_EQ(Written(Read(text)), text);
}

TEST(MessageTest, EmptyAndDeleteAreNotTheSame) {
  const auto message = Read("MSH|^~\\&|A\rPID|1||\"\"||Sample^\"\"^\r");
  EXPECT_EQ(Get(message, "PID-2"), "");
  EXPECT_EQ(Get(message, "PID-3"), kDelete);
  EXPECT_EQ(Get(message, "PID-5.2"), kDelete);
  EXPECT_EQ(Written(message), "MSH|^~\\&|A\rPID|1||\"\"||Sample^\"\"\r");
}

TEST(MessageTest, EscapesAreUndone) {
  const auto value = [](std::string_view raw) {
    return std::string(Get(Read("MSH|^~\\&|" + std::string(raw) + "\r"), "MSH-3"));
  };
  EXPECT_EQ(value("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f"), "a|b^c&d~e\\f");
  EXPECT_EQ(value("one\\.br\\two\\.sp\\three"), "one\ntwo\nthree");
  EXPECT_EQ(value("\\X41\\\\X0d0A\\"), "A\r\n");
  EXPECT_EQ(value("\\X4\\ \\X4G\\"), "\\X4\\ \\X4G\\");  // no bytes: left as written
  EXPECT_EQ(value("\\H\\bold\\N\\ \\.in+4\\"), "\\H\\bold\\N\\ \\.in+4\\");
  EXPECT_EQ(value("C:\\temp"), "C:\\temp");
}

TEST(MessageTest, WritingKeepsSeparatorsAndLineBreaksByEscapes) {
  Message message;
  Set(message, "MSH-3", "a|b^c~d\\e&f");
  Set(message, "MSH-4", "one\r\ntwo\nthree\rfour\tfive");
  EXPECT_EQ(
      Written(message),
      "MSH|^~\\&|a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f|one\\.br\\two\\.br\\three\\.br\\four five\r");
  EXPECT_EQ(Get(Read(Written(message)), "MSH-3"), "a|b^c~d\\e&f");
}

TEST(MessageTest, NothingWrittenCanBreakAFrame) {
  Message message;
  std::string every;
  for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
  Set(message, "MSH-3", every);
  const auto text = Written(message);
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    EXPECT_GE(static_cast<unsigned char>(text[i]), 0x20) << i;
    EXPECT_NE(text[i], '\x7F');
  }
  EXPECT_EQ(text.back(), '\r');
}

TEST(MessageTest, NothingEmptyIsWrittenAtAnEnd) {
  Message message;
  Set(message, "MSH-9.7", "");
  Set(message, "PID-5[3].4.5", "");
  Set(message, "PID-3[2].2.2", "");
  Set(message, "PID-3.1", "41");
  EXPECT_EQ(Written(message), "MSH|^~\\&\rPID|||41\r");
}

TEST(MessageTest, BuildRefusesWhatIsNoMessage) {
  EXPECT_EQ(Build({}).error().fault, Fault::kRejected);
  EXPECT_FALSE(Build({{{"PID", {}}}}).has_value());
  EXPECT_FALSE(Build({{{"MSH", {}}, {"MSH", {}}}}).has_value());
  for (const char* name : {"", "PI", "pid", "PIDX", "1ID", "P\rD", "P|D"}) {
    EXPECT_FALSE(Build({{{"MSH", {}}, {name, {}}}}).has_value()) << name;
  }
}

TEST(MessageTest, TextBrokenOverLinesIsJoined) {
  const auto message = Read("MSH|^~\\&|A\rOBX|1|FT|||first line\nsecond | line\n\nthird\rPV1|1\r");
  EXPECT_EQ(Get(message, "OBX-5"), "first line\nsecond ");
  EXPECT_EQ(Get(message, "OBX-6"), " line\nthird");
  EXPECT_EQ(Get(message, "PV1-1"), "1");
}

TEST(MessageTest, OneMessageAtATime) {
  EXPECT_FALSE(Parse("MSH|^~\\&|A\rMSH|^~\\&|B\r").has_value());
  EXPECT_THAT(
      SplitMessages("FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|A\rPID|1\rMSH|^~\\&|B\rBTS|2\rFTS|1\r"),
      ElementsAre("MSH|^~\\&|A\rPID|1\r", "MSH|^~\\&|B\r"));
  EXPECT_THAT(SplitMessages("\xEF\xBB\xBFMSH|^~\\&|A\nPID|1"), ElementsAre("MSH|^~\\&|A\nPID|1"));
  EXPECT_THAT(SplitMessages("rubbish\r\n"), ElementsAre());
  EXPECT_THAT(SplitMessages(""), ElementsAre());
}

TEST(MessageTest, SizesAreBounded) {
  ParseLimits limits;
  limits.bytes = 100;
  limits.parts = 50;
  EXPECT_FALSE(Parse("MSH|^~\\&|" + std::string(200, 'x'), limits).has_value());
  for (const char c : {'|', '^', '~', '&'}) {
    EXPECT_FALSE(Parse("MSH|^~\\&|" + std::string(60, c) + "x", limits).has_value()) << c;
  }
  std::string many = "MSH|^~\\&\r";
  while (many.size() < 2'000'000) many += "A\r";
  EXPECT_TRUE(Parse(many).has_value());
}

TEST(MessageTest, ABigValueComesThroughWhole) {
  Message message;
  Set(message, "MSH-3", "A");
  const std::string big(16u << 20, 'Q');
  Set(message, "OBX-5.5", big);
  EXPECT_EQ(Get(Read(Written(message)), "OBX-5.5"), big);
}

// Any tree at all: Parse(Build(x)) is Normalised(x), and building that gives the same bytes.
TEST(MessageTest, RoundTripOfAnyTree) {
  std::mt19937 random(7);
  const auto pick = [&](unsigned most) { return random() % (most + 1); };
  const auto value = [&] {
    constexpr std::string_view kLetters = "ab|^~\\&\"\r\n\t\v\x1c.brXHFSTRE0 \xC3\xA9\xFF";
    std::string out;
    for (auto n = pick(6); n > 0; --n) out += kLetters[random() % kLetters.size()];
    return out;
  };
  for (int round = 0; round < 20'000; ++round) {
    Message message;
    message.segments.push_back({"MSH", {}});
    for (auto n = pick(2); n > 0; --n) message.segments.push_back({"ZX1", {}});
    for (auto& segment : message.segments) {
      segment.fields.resize(pick(4));
      for (auto& field : segment.fields) {
        field.resize(pick(2));
        for (auto& repetition : field) {
          repetition.resize(pick(2));
          for (auto& component : repetition) {
            component.resize(pick(2));
            for (auto& one : component) one = value();
          }
        }
      }
    }
    const auto text = Written(message);
    const auto normal = Normalised(message);
    ASSERT_EQ(Read(text), normal) << text;
    ASSERT_EQ(Written(normal), text);
  }
}

TEST(CharsetTest, AccentsComeOff) {
  EXPECT_EQ(ToAscii("Zoë Nguyễn Ångström Straße Łukasz Ægir Đặng Ștefan"),
            "Zoe Nguyen Angstrom Strasse Lukasz AEgir Dang Stefan");
  EXPECT_EQ(ToAscii("e\xCC\x81 \xE2\x80\x99 \xE2\x80\x93 \xE2\x80\xA6"), "e ' - ...");
  EXPECT_EQ(ToAscii("\xE7\x8E\x8B \xF0\x9F\x98\x80 \xFF"), "? ? ?");
  EXPECT_EQ(ToLatin1("Zoë Łukasz"), "Zo\xEB Lukasz");
  EXPECT_EQ(ToLatin1("\xC2\x85"), "?");  // a control character there
  EXPECT_EQ(ToValidUtf8("Zo\xEB"), "Zo?");
}

TEST(CharsetTest, Msh18SaysWhatBytesMean) {
  const auto name = [](std::string_view set, std::string_view bytes) {
    auto message = Read("MSH|^~\\&||||||||||||||||" + std::string(set) + "\rPID|||||" +
                        std::string(bytes) + "\r");
    DecodeCharacterSet(message);
    return std::string(Get(message, "PID-5"));
  };
  EXPECT_EQ(name("8859/1", "Zo\xEB"), "Zoë");
  EXPECT_EQ(name("8859/1", "\xC3\xAB"), "Ã«");
  EXPECT_EQ(name("UNICODE UTF-8", "Zo\xC3\xAB"), "Zoë");
  EXPECT_EQ(name("UNICODE UTF-8", "Zo\xEB"), "Zo?");
  EXPECT_EQ(name("", "Zo\xC3\xAB"), "Zoë");
  EXPECT_EQ(name("ASCII", "Zo\xEB"), "Zoë");
  EXPECT_EQ(name("8859/1", "Zo\\XEB\\"), "Zoë");
}

}  // namespace
}  // namespace pons::hl7
