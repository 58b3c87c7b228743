// SPDX-License-Identifier: Apache-2.0
#include "hl7/ack.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace pons::hl7 {
namespace {

Message Read(std::string_view text) {
  auto message = Parse(text);
  EXPECT_TRUE(message.has_value());
  return message ? *message : Message{};
}

const Instant kNow = *ParseInstant("2026-05-04T00:15:00Z");

std::string Ack(std::string_view received, Verdict verdict, const AckReason& reason = {}) {
  return BuildAck(Read(received), verdict, reason, "ACK1", kNow);
}

TEST(AckTest, AcceptsInOriginalMode) {
  EXPECT_EQ(
      Ack("MSH|^~\\&|LAB|NORTH^1.2^ISO|PONS|CLINIC|20260504||ORU^R01^ORU_R01|M1|P|2.3.1\r",
          Verdict::kAccepted),
      "MSH|^~\\&|PONS|CLINIC|LAB|NORTH^1.2^ISO|20260504001500+0000||ACK^R01^ACK|ACK1|P|2.3.1\r"
      "MSA|AA|M1\r");
}

TEST(AckTest, AcceptsByCommitWhereTheSenderAskedForOne) {
  EXPECT_EQ(
      Ack("MSH|^~\\&|LAB|N|PONS|C|1||ORU^R01^ORU_R01|M1|P|"
          "2.4^AUS&Australia&ISO3166_1^HL7AU-OO-201701&&L|||AL|AL|AUS|ASCII|en^English^ISO639\r",
          Verdict::kAccepted),
      "MSH|^~\\&|PONS|C|LAB|N|20260504001500+0000||ACK^R01^ACK|ACK1|P|"
      "2.4^AUS&Australia&ISO3166_1^HL7AU-OO-ACK-201701&&L|||||AUS|ASCII|en^English^ISO639\r"
      "MSA|CA|M1\r");
  EXPECT_NE(Ack("MSH|^~\\&|||||||ORU^R01|M1|P|2.4|||NE|AL\r", Verdict::kAccepted).find("MSA|AA|M1"),
            std::string::npos);
}

TEST(AckTest, ReasonsTakeTheFormOfTheVersion) {
  const AckReason reason{AckError::kRequiredFieldMissing, "no family name", "PID", 1, 5};
  EXPECT_NE(Ack("MSH|^~\\&|||||||ORU^R01|M1|P|2.4\r", Verdict::kError, reason)
                .find("MSA|AE|M1|no family name\rERR|PID^1^5^101&no family name&HL70357\r"),
            std::string::npos);
  EXPECT_NE(Ack("MSH|^~\\&|||||||ORU^R01|M1|P|2.5.1|||AL\r", Verdict::kRejected, reason)
                .find("MSA|CR|M1|no family name\r"
                      "ERR||PID^1^5|101^^HL70357|E||||no family name\r"),
            std::string::npos);
}

TEST(AckTest, WhatWasMadeIsReadBack) {
  const AckReason reason{AckError::kMessageType, "only ORU | here", "MSH", 1, 9};
  for (const char* version : {"2.4", "2.5", ""}) {
    for (const char* accept : {"", "AL"}) {
      for (const auto verdict : {Verdict::kAccepted, Verdict::kError, Verdict::kRejected}) {
        const std::string received =
            std::string("MSH|^~\\&|A|B|C|D|||ADT^A31|M&1|P|") + version + "|||" + accept + "\r";
        const auto answer = ReadAnswer(Read(Ack(received, verdict, reason)));
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->verdict, verdict);
        EXPECT_EQ(answer->commit, *accept != '\0');
        EXPECT_EQ(answer->control_id, "M");  // M&1 is a subcomponent too many; the id is the first
        EXPECT_EQ(answer->text, "only ORU | here");
        EXPECT_EQ(answer->error, "200");
      }
    }
  }
}

TEST(AckTest, AnswersThatAreNone) {
  EXPECT_EQ(ReadAnswer(Read("MSH|^~\\&|A\r")).error().fault, Fault::kProtocol);
  EXPECT_EQ(ReadAnswer(Read("MSH|^~\\&|A\rMSA|OK|M1\r")).error().fault, Fault::kProtocol);
  EXPECT_EQ(ReadAnswer(Read("MSH|^~\\&|A\rMSA\r")).error().fault, Fault::kProtocol);
  const auto later = ReadAnswer(Read("MSH|^~\\&|A\rMSA|AE|M1\rERR||PID^1^5|101|||||no name\r"));
  EXPECT_EQ(later->text, "no name");
}

TEST(AckTest, AbsurdFieldsAreNotRepeated) {
  const std::string received = "MSH|^~\\&|" + std::string(100'000, 'x') + "|B|||||ORU^" +
                               std::string(100'000, 'y') + "|" + std::string(100'000, 'z') + "\r";
  EXPECT_LT(Ack(received, Verdict::kAccepted).size(), 200u);
}

TEST(AckTest, SameSenderIdAndBodyIsTheSameMessage) {
  const auto key = [](std::string_view text) { return KeyOf(Read(text)); };
  const auto first = key("MSH|^~\\&|LAB|N|||2026||ORU^R01|M1\rPID|1||41\r");
  EXPECT_EQ(first, key("MSH|^~\\&|LAB|N|||2027||ORU^R01|M1\r\nPID|1||41|\r\n"));
  EXPECT_NE(first, key("MSH|^~\\&|LAB|N|||2026||ORU^R01|M1\rPID|1||42\r"));
  EXPECT_EQ(first.SenderHash(), key("MSH|^~\\&|LAB|N||||||M1\rPID|1||42\r").SenderHash());
  EXPECT_NE(first.SenderHash(), key("MSH|^~\\&|LAB|S||||||M1\r").SenderHash());
  EXPECT_NE(first.SenderHash(), key("MSH|^~\\&|LAB|N||||||M2\r").SenderHash());
  EXPECT_NE(key("MSH|^~\\&|LAB1|N||||||M\r").SenderHash(),
            key("MSH|^~\\&|LAB|1N||||||M\r").SenderHash());
}

}  // namespace
}  // namespace pons::hl7
