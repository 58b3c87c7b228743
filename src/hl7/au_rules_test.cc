// SPDX-License-Identifier: Apache-2.0
#include "hl7/au_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hl7/describe.h"
#include "hl7/times.h"

namespace pons::hl7 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// After the profile in every point; values made up.
const std::string kReport =
    "MSH|^~\\&|PRACSYNC|HARBOUR CLINIC^1.2.36.1.2001.1003.0.8003621000000011^ISO|BPS|HARBOUR "
    "CLINIC|20260504101500+1000||ORU^R01^ORU_R01|M1|P|2.4^AUS&Australia&ISO3166_1^HL7AU-OO-201701&&"
    "L|||AL|AL|AUS|ASCII|en^English^ISO639\r"
    "PID|1||41^^^HARBOUR CLINIC^MR~39501234911^^^AUSHIC^MC||SAMPLE^ADA||19800229|F\r"
    "PV1|1|O\r"
    "ORC|RE||R0001^PRACSYNC^pracsync.example^DNS||CM\r"
    "OBR|1||R0001^PRACSYNC^pracsync.example^DNS|11488-4^Report^LN|||20260504100000+1000|||||||||"
    "212345AW^TESTER^SAM^^^DR^^^AUSHICPR^L^^^UPIN||||||20260504101500+1000||PHY|F\r"
    "OBX|1|ED|PDF^Display format in PDF^AUSPDI||^application^pdf^Base64^JVBERi0xLjQK||||||F\r";

std::vector<std::string> PathsOf(const std::string& text) {
  const auto message = Parse(text);
  EXPECT_TRUE(message.has_value());
  std::vector<std::string> out;
  for (const auto& finding : BreaksOfAustralianRules(*message, text)) {
    out.push_back(finding.path);
    EXPECT_FALSE(finding.text.empty());
  }
  return out;
}

std::string With(std::string_view from, std::string_view to) {
  std::string text = kReport;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return text;
}

TEST(AuRulesTest, ARightReportHasNoFindings) { EXPECT_THAT(PathsOf(kReport), IsEmpty()); }

TEST(AuRulesTest, EachBreakIsFound) {
  EXPECT_THAT(PathsOf(With("\rPID", "\r\nPID")), ElementsAre("MSH"));
  EXPECT_THAT(PathsOf(With("20260504101500+1000||ORU", "20260504101500||ORU")),
              ElementsAre("MSH-7"));
  EXPECT_THAT(PathsOf(With("|ORU^R01^ORU_R01|", "|ORU^R01|")), ElementsAre("MSH-9"));
  EXPECT_THAT(PathsOf(With("|M1|P|", "|M1|T|")), ElementsAre("MSH-11"));
  EXPECT_THAT(PathsOf(With("HL7AU-OO-201701", "OTHER")), ElementsAre("MSH-12"));
  EXPECT_THAT(PathsOf(With("|AL|AL|", "|AL|NE|")), ElementsAre("MSH-16"));
  EXPECT_THAT(PathsOf(With("|AUS|ASCII|", "||ASCII|")), ElementsAre("MSH-17"));
  EXPECT_THAT(PathsOf(With("|ASCII|", "|KLINGON|")), ElementsAre("MSH-18"));
  EXPECT_THAT(PathsOf(With("PID|1|", "PID||")), ElementsAre("PID-1"));
  EXPECT_THAT(PathsOf(With("41^^^HARBOUR CLINIC^MR", "41")), ElementsAre("PID-3"));
  EXPECT_THAT(PathsOf(With("39501234911", "39501234912")), IsEmpty());  // the line of the card
  EXPECT_THAT(PathsOf(With("39501234911", "39501234811")), ElementsAre("PID-3"));
  EXPECT_THAT(PathsOf(With("||19800229|", "||1980-02-29|")), ElementsAre("PID-7"));
  EXPECT_THAT(PathsOf(With("PV1|1|O\r", "PV1|1|O\rNTE|1||x\rZAU|1\r")), ElementsAre("NTE", "ZAU"));
  EXPECT_THAT(PathsOf(With("ORC|RE||R0001^PRACSYNC^pracsync.example^DNS", "ORC|RE||R0001")),
              ElementsAre("ORC-3"));
  EXPECT_THAT(PathsOf(With("212345AW^", "212345AX^")), ElementsAre("OBR-16"));
  EXPECT_THAT(PathsOf(With("AUSHICPR", "")), ElementsAre("OBR-16"));
  EXPECT_THAT(PathsOf(With("|PHY|F", "||F")), ElementsAre("OBR-24"));
  EXPECT_THAT(PathsOf(With("|PHY|F", "|PHY|F|1.2")), ElementsAre("OBR-26"));
  EXPECT_THAT(PathsOf(With("^AUSPDI", "^L")), ElementsAre("OBR"));
  EXPECT_THAT(PathsOf(kReport + "OBX|2|NM|1^Size^L||4||||||F\r"), ElementsAre("OBR"));
  EXPECT_THAT(PathsOf(With("JVBERi0xLjQK", "JVBERi0x\\.br\\LjQK")), ElementsAre("OBX-5"));
  EXPECT_THAT(PathsOf(With("JVBERi0xLjQK", "AAAA")), ElementsAre("OBX-5"));
  EXPECT_THAT(PathsOf(With("|ED|", "|TX|")), ElementsAre("OBX-2"));
  EXPECT_THAT(PathsOf(With("SAMPLE^ADA", "SAMPL\\X45\\^ADA")), ElementsAre("MSH"));
}

TEST(AuRulesTest, ReferralsHaveRulesOfTheirOwn) {
  auto text = With("|ORU^R01^ORU_R01|", "|REF^I12^REF_I12|");
  EXPECT_THAT(PathsOf(text), ElementsAre("RF1", "RF1-6", "PRD-1", "PRD-1"));
  text.insert(text.find("PID|"),
              "RF1|P|||||R1\rPRD|RP~AP|Tran||||\rPRD|RT~IR|Okoro|||||2447781L^AUSHICPR^UPIN\r");
  EXPECT_THAT(PathsOf(text), IsEmpty());
}

TEST(AuRulesTest, FindingsHoldNoValues) {
  const auto text = With("39501234911", "3950123411");
  const auto findings = BreaksOfAustralianRules(*Parse(text), text);
  ASSERT_FALSE(findings.empty());
  for (const auto& finding : findings) EXPECT_THAT(finding.text, testing::Not(HasSubstr("395")));
}

TEST(DescribeTest, FieldsWithTheirNames) {
  const auto rows =
      Describe(*Parse("MSH|^~\\&|A\rPID|1||||Nguyen^Mai\x1B[2J\xC2\x9B\rOBX|1\rOBX|2|ED|||^"
                      "application^pdf^Base64^" +
                      std::string(400, 'A') + "\rZZ1|" + std::string(500, 'x') + "\r"));
  std::vector<std::string> lines;
  for (const auto& row : rows) lines.push_back(row.path + "/" + row.name + "/" + row.value);
  EXPECT_THAT(lines, ElementsAre("MSH-1/field separator/|", "MSH-2/encoding characters/^~\\&",
                                 "MSH-3/sending application/A", "PID-1/set id/1",
                                 "PID-5/patient name/Nguyen^Mai[2J?", "OBX-1/set id/1",
                                 "OBX[2]-1/set id/2", "OBX[2]-2/value type/ED",
                                 "OBX[2]-5/value/^application^pdf^Base64^(300 bytes)",
                                 "ZZ1-1//" + std::string(200, 'x') + "… (500 bytes)"));
}

TEST(TimesTest, Timestamps) {
  for (const char* good : {"2026", "202605", "20260504", "2026050410", "202605041015",
                           "20260504101500", "20260504101500.1234+1000", "20260504-0930"}) {
    EXPECT_TRUE(IsTimestamp(good)) << good;
  }
  for (const char* bad : {"", "26", "2026-05-04", "20261304", "20260532", "2026050424",
                          "202605041060", "20260504101500+10", "20260504101500+9900", "20260504.5",
                          "20260504101500.", "2026050410150"}) {
    EXPECT_FALSE(IsTimestamp(bad)) << bad;
  }
  EXPECT_TRUE(SaysItsOffset("20260504"));
  EXPECT_FALSE(SaysItsOffset("2026050410"));
  EXPECT_TRUE(SaysItsOffset("2026050410+1000"));
  EXPECT_EQ(TimestampUtc(*ParseInstant("2026-05-04T00:15:07.9Z")), "20260504001507+0000");
}

}  // namespace
}  // namespace pons::hl7
