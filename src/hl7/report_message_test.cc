// SPDX-License-Identifier: Apache-2.0
#include "hl7/report_message.h"

#include <gtest/gtest.h>

#include <functional>

#include "crypto/crypto.h"
#include "hl7/charset.h"
#include "hl7/message.h"

namespace pons::hl7 {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

// The values of the recommended message (best-practice sheet §8), all made up.
ReportMessage Sample() {
  ReportMessage in;
  in.sending_application = "PRACSYNC";
  in.sending_facility = "HARBOUR CLINIC";
  in.sending_hpio = "8003621000000011";
  in.receiving_application = "BPS";
  in.receiving_facility = "HARBOUR CLINIC";
  in.control_id = "PS-20260504-0001";
  in.id_domain = "pracsync.example";
  in.sent = *ParseInstant("2026-05-04T00:15:00Z");
  in.patient = {"SAMPLE", "ADA", "", "MS"};
  in.patient_number = "41";
  in.medicare_number = "39501234911";
  in.birth_date = year(1980) / month(2) / day(29);
  in.sex = 'F';
  in.street = "1 Wharf St";
  in.suburb = "SYDNEY";
  in.state = "NSW";
  in.postcode = "2000";
  in.mobile_phone = "0400000000";
  in.doctor = {"TESTER", "SAM", "", "DR"};
  in.provider_number = "212345AW";
  in.report_id = "R0001";
  in.code = "11488-4";
  in.code_system = "LN";
  in.title = "Dermatology timeline report";
  in.observed = *ParseInstant("2026-05-04T00:00:00Z");
  in.reported = in.sent;
  in.pdf = "%PDF-1.4\n";
  return in;
}

constexpr std::string_view kRecommended =
    R"(MSH|^~\&|PRACSYNC|HARBOUR CLINIC^1.2.36.1.2001.1003.0.8003621000000011^ISO|BPS|HARBOUR CLINIC|20260504101500+1000||ORU^R01^ORU_R01|PS-20260504-0001|P|2.4^AUS&Australia&ISO3166_1^HL7AU-OO-201701&&L|||AL|AL|AUS|ASCII|en^English^ISO639
PID|1||41^^^HARBOUR CLINIC^MR~39501234911^^^AUSHIC^MC||SAMPLE^ADA^^^MS^^L||19800229|F|||1 Wharf St^^SYDNEY^NSW^2000^AUS^H||^PRN^CP^^^^0400000000
PV1|1|O|||||||212345AW^TESTER^SAM^^^DR^^^AUSHICPR^L^^^UPIN
ORC|RE||R0001^PRACSYNC^pracsync.example^DNS||CM
OBR|1||R0001^PRACSYNC^pracsync.example^DNS|11488-4^Dermatology timeline report^LN|||20260504100000+1000|||||||||212345AW^TESTER^SAM^^^DR^^^AUSHICPR^L^^^UPIN||||||20260504101500+1000||PHY|F
OBX|1|ED|PDF^Display format in PDF^AUSPDI||^application^pdf^Base64^JVBERi0xLjQK||||||F|||20260504101500+1000
)";

const PracticeZone& Sydney() {
  static const PracticeZone zone = *PracticeZone::Named("Australia/Sydney");
  return zone;
}

std::string Text(const ReportMessage& in, const ReportStyle& style = {}) {
  auto text = BuildReport(in, style, Sydney());
  EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().summary);
  return text ? *text : std::string();
}

Message Tree(const ReportMessage& in, const ReportStyle& style = {}) {
  auto message = Parse(Text(in, style));
  EXPECT_TRUE(message.has_value());
  return message ? *message : Message{};
}

std::string Printed(std::string text) {
  for (char& c : text) c = c == '\r' ? '\n' : c;
  return text;
}

TEST(ReportMessageTest, IsTheRecommendedMessage) {
  EXPECT_EQ(Printed(Text(Sample())), kRecommended);
  EXPECT_EQ(Text(Sample()).find('\n'), std::string::npos);
}

TEST(ReportMessageTest, Versions) {
  ReportStyle style;
  style.version = MessageVersion::kPlain24;
  EXPECT_NE(Text(Sample(), style).find("|P|2.4|||AL"), std::string::npos);
  style.version = MessageVersion::kPlain231;
  EXPECT_NE(Text(Sample(), style).find("|P|2.3.1|||AL"), std::string::npos);
}

TEST(ReportMessageTest, Acknowledgements) {
  ReportStyle style;
  style.acknowledge = Acknowledge::kAlNe;
  EXPECT_NE(Text(Sample(), style).find("|||AL|NE|AUS|"), std::string::npos);
  style.acknowledge = Acknowledge::kNeNe;
  EXPECT_NE(Text(Sample(), style).find("|||NE|NE|AUS|"), std::string::npos);
}

TEST(ReportMessageTest, SegmentEnds) {
  ReportStyle style;
  style.segment_end = SegmentEnd::kCrLf;
  const auto text = Text(Sample(), style);
  EXPECT_TRUE(text.ends_with("+1000\r\n"));
  std::string without;
  for (const char c : text) {
    if (c != '\n') without += c;
  }
  EXPECT_EQ(without, Text(Sample()));
}

TEST(ReportMessageTest, CapitalApplication) {
  ReportStyle style;
  style.capital_application = true;
  EXPECT_NE(Text(Sample(), style).find("|^Application^PDF^Base64^"), std::string::npos);
}

TEST(ReportMessageTest, TextDisplayComesBeforeThePdf) {
  ReportStyle style;
  style.text_display = true;
  auto in = Sample();
  in.text = "Two spots.\nNothing new | since March.";
  const auto message = Tree(in, style);
  ASSERT_EQ(Count(message, "OBX"), 2u);
  EXPECT_EQ(Get(message, "OBX-2"), "FT");
  EXPECT_EQ(Get(message, "OBX-3"), "TXT");
  EXPECT_EQ(Get(message, "OBX-3.3"), "AUSPDI");
  EXPECT_EQ(Get(message, "OBX-5"), in.text);
  EXPECT_EQ(Get(message, "OBX-11"), "F");
  EXPECT_EQ(Get(message, "OBX[2]-1"), "2");
  EXPECT_EQ(Get(message, "OBX[2]-2"), "ED");
  in.text.clear();
  EXPECT_EQ(Get(Tree(in, style), "OBX-5"), in.title);  // a display segment is never empty
}

TEST(ReportMessageTest, ProviderNumber) {
  ReportStyle style;
  style.provider_number = false;
  EXPECT_NE(Text(Sample(), style).find("|^TESTER^SAM^^^DR^^^^L|||"), std::string::npos);
  EXPECT_EQ(Text(Sample(), style).find("212345AW"), std::string::npos);
  auto in = Sample();
  in.provider_number.clear();
  EXPECT_EQ(Text(in), Text(Sample(), style));
}

TEST(ReportMessageTest, DoctorInPv1) {
  ReportStyle style;
  style.doctor_in_pv1 = false;
  EXPECT_NE(Text(Sample(), style).find("PV1|1|O\r"), std::string::npos);
  auto nobody = Sample();
  nobody.doctor = {};
  nobody.provider_number.clear();
  EXPECT_EQ(Get(Tree(nobody), "OBR-16.10"), "");
}

TEST(ReportMessageTest, CorrectedVersionKeepsItsId) {
  auto in = Sample();
  in.corrected = true;
  const auto message = Tree(in);
  EXPECT_EQ(Get(message, "OBR-3"), "R0001");
  EXPECT_EQ(Get(message, "OBR-25"), "C");
  EXPECT_EQ(Get(message, "OBX-11"), "C");
}

TEST(ReportMessageTest, CharacterSets) {
  auto in = Sample();
  in.patient = {"Nguyễn-Œrsted", "Zoë", "", ""};
  ReportStyle style;
  auto message = Tree(in, style);
  EXPECT_EQ(Get(message, "MSH-18"), "ASCII");
  EXPECT_EQ(Get(message, "PID-5.1"), "Nguyen-OErsted");
  EXPECT_EQ(Get(message, "PID-5.2"), "Zoe");
  for (const char c : Text(in, style)) ASSERT_GE(c, 0);

  style.character_set = CharacterSet::kLatin1;
  message = Tree(in, style);
  EXPECT_EQ(Get(message, "MSH-18"), "8859/1");
  EXPECT_EQ(Get(message, "PID-5.2"), "Zo\xEB");
  DecodeCharacterSet(message);
  EXPECT_EQ(Get(message, "PID-5.2"), "Zoë");

  style.character_set = CharacterSet::kUtf8;
  message = Tree(in, style);
  EXPECT_EQ(Get(message, "MSH-18"), "UNICODE UTF-8");
  EXPECT_EQ(Get(message, "PID-5.1"), "Nguyễn-Œrsted");
}

TEST(ReportMessageTest, SeparatorsAndLineBreaksInNamesSurvive) {
  auto in = Sample();
  in.patient = {"O|Neil^~\\&", "Ann\r\nMarie", "x\x0By\x1Cz", " MS "};
  in.title = "A & B";
  const auto message = Tree(in);
  EXPECT_EQ(Get(message, "PID-5.1"), "O|Neil^~\\&");
  EXPECT_EQ(Get(message, "PID-5.2"), "Ann Marie");
  EXPECT_EQ(Get(message, "PID-5.3"), "xyz");
  EXPECT_EQ(Get(message, "PID-5.5"), "MS");
  EXPECT_EQ(Get(message, "OBR-4.2"), "A & B");
  EXPECT_EQ(message.segments.size(), 6u);
}

TEST(ReportMessageTest, EveryNumberOfThePatient) {
  auto in = Sample();
  in.ihi = "8003 6099 0000 0017";
  in.dva_number = "NX901541";
  in.home_phone = "02 5550 1234";
  auto message = Tree(in);
  EXPECT_EQ(Get(message, "PID-3[3].1"), "8003609900000017");
  EXPECT_EQ(Get(message, "PID-3[3].4"), "AUSHIC");
  EXPECT_EQ(Get(message, "PID-3[3].5"), "NI");
  EXPECT_EQ(Get(message, "PID-3[4].1"), "NX901541");
  EXPECT_EQ(Get(message, "PID-3[4].5"), "DVAU");
  EXPECT_EQ(Get(message, "PID-13.7"), "02 5550 1234");
  EXPECT_EQ(Get(message, "PID-13[2].3"), "CP");
  in.medicare_number = "12345";
  in.ihi = "unknown";
  in.dva_number = "this is no number";
  message = Tree(in);
  EXPECT_EQ(Get(message, "PID-3[2].1"), "");
}

TEST(ReportMessageTest, LittleIsKnown) {
  ReportMessage in;
  in.sending_application = "PONS";
  in.control_id = "1";
  in.report_id = "R1";
  in.patient.family = "Sample";
  in.pdf = "%PDF-1.7";
  const auto message = Tree(in);
  EXPECT_EQ(Get(message, "PID-8"), "U");
  EXPECT_EQ(Get(message, "PID-7"), "");
  EXPECT_EQ(Get(message, "PID-11.6"), "");
  EXPECT_EQ(Get(message, "OBR-3.3"), "pons.health");
}

TEST(ReportMessageTest, RefusesWhatCannotBeSent) {
  const auto refused = [](const std::function<void(ReportMessage&)>& change) {
    auto in = Sample();
    change(in);
    const auto result = BuildReport(in, {}, Sydney());
    EXPECT_FALSE(result.has_value());
    if (!result) {
      EXPECT_EQ(result.error().fault, Fault::kRejected);
    }
    return result ? std::string() : result.error().summary;
  };
  EXPECT_NE(refused([](auto& in) { in.report_id = std::string(21, 'R'); }).find("report_id"),
            std::string::npos);
  EXPECT_NE(refused([](auto& in) { in.report_id.clear(); }).find("OBR-3"), std::string::npos);
  EXPECT_NE(refused([](auto& in) { in.report_id = "a^b"; }).find("OBR-3"), std::string::npos);
  EXPECT_NE(refused([](auto& in) { in.control_id.clear(); }).find("MSH-10"), std::string::npos);
  EXPECT_NE(refused([](auto& in) { in.patient.family = " \n"; }).find("PID-5"), std::string::npos);
  EXPECT_NE(refused([](auto& in) { in.sending_application.clear(); }).find("MSH-3"),
            std::string::npos);
  EXPECT_NE(refused([](auto& in) { in.pdf = {}; }).find("pdf"), std::string::npos);
}

TEST(ReportMessageTest, ThePdfComesBackByteForByte) {
  std::string pdf = "%PDF-1.7\n";
  for (int i = 0; i < 3'000'000; ++i) pdf += static_cast<char>(i * 31 % 257);
  auto in = Sample();
  in.pdf = pdf;
  const auto message = Tree(in);
  EXPECT_EQ(crypto::FromBase64(Get(message, "OBX-5.5")), pdf);
}

// Daylight saving: the offset is that of the moment.
TEST(ReportMessageTest, OffsetsFollowTheClock) {
  auto in = Sample();
  in.observed = *ParseInstant("2026-01-04T00:00:00Z");
  const auto message = Tree(in);
  EXPECT_EQ(Get(message, "OBR-7"), "20260104110000+1100");
  EXPECT_EQ(Get(message, "OBR-22"), "20260504101500+1000");
}

}  // namespace
}  // namespace pons::hl7
