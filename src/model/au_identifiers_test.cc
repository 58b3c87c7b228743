// SPDX-License-Identifier: Apache-2.0
// Every vector of the au-identifiers sheet §8. All numbers are made up or published examples.
#include "model/au_identifiers.h"

#include <gtest/gtest.h>

namespace pons::model::au {
namespace {

using Check = Checked (*)(std::string_view);

void ExpectAll(Check check, State state, std::initializer_list<std::string_view> values) {
  for (const auto value : values) {
    EXPECT_EQ(static_cast<int>(check(value).state), static_cast<int>(state)) << value;
  }
}

Checked MedicareOf(std::string_view text) { return CheckMedicare(text); }

TEST(AuIdentifiers, HealthIdentifiers) {
  ExpectAll(CheckIhi, State::kValid,
            {"8003609900000017", "8003609900000025", "8003609900000033", "8003608833357361",
             "8003608666701594", "8003608333335552", "8003 6099 0000 0017 ",
             "1.2.36.1.2001.1003.0.8003609900000017"});
  ExpectAll(CheckIhi, State::kCheckFailed, {"8003608833357362"});
  ExpectAll(CheckIhi, State::kMalformed,
            {"8003619900000016", "800360990000001", "80036099000000170", "800360990000001A"});
  ExpectAll(CheckIhi, State::kEmpty, {"", "                "});
  ExpectAll(CheckHpii, State::kValid,
            {"8003619900000016", "8003619900000024", "8003619900000032", "8003610833334085",
             "8003619900015717"});
  ExpectAll(CheckHpii, State::kCheckFailed, {"8003619900000017"});
  ExpectAll(CheckHpio, State::kValid,
            {"8003629900000015", "8003629900000023", "8003629900000031", "8003621566684455"});
  ExpectAll(CheckHpio, State::kCheckFailed, {"8003629900000016"});
}

TEST(AuIdentifiers, Medicare) {
  ExpectAll(MedicareOf, State::kValid,
            {"2999990181", "3999990281", "4999990381", "5999990481", "6999990581", "6140523093",
             "3278851195", "2296818481", "29999901811", "32788511952", "22968184812",
             "2951 87312 1", "2951873121/3", "2951873121-3", "2273766560"});
  ExpectAll(MedicareOf, State::kMalformed,
            {"1234567892", "7999990181", "29999901810", "299999018", "29999901A1"});
  ExpectAll(MedicareOf, State::kCheckFailed, {"2999990191"});
  EXPECT_EQ(CheckMedicare("2273766560").note, Note::kIssueZero);
  EXPECT_EQ(CheckMedicare("2999990181").note, Note::kNone);
  // Check digits by themselves, each with issue number 1 behind it.
  ExpectAll(MedicareOf, State::kValid,
            {"2951873121", "6140523091", "3278851191", "2296818481", "3950123491", "5950123781",
             "2428765191", "4123456721"});
}

TEST(AuIdentifiers, TheIrnIsAppendedOnlyWhenBothAreWellFormed) {
  EXPECT_EQ(CheckMedicare("2999990181   ", "1").value, "29999901811");
  EXPECT_EQ(CheckMedicare("2999990181", "0").value, "2999990181");
  EXPECT_EQ(CheckMedicare("2999990181", " ").value, "2999990181");
  EXPECT_EQ(CheckMedicare("29999901811", "2").value, "29999901811");
  EXPECT_EQ(CheckMedicare("1234567892", "1").state, State::kMalformed);
  EXPECT_EQ(CheckMedicare("             ", "1").state, State::kEmpty);
}

TEST(AuIdentifiers, Dva) {
  ExpectAll(CheckDva, State::kValid,
            {"NX901541", "QX901541", "NBUR9080", "VA123456", "QZX12345Z", "NABC1234C", "SCGW1234B",
             "NX5", "W 1", " nx901541  ", "NX 901541"});
  ExpectAll(CheckDva, State::kMalformed, {"AX5", "NX1234567", "NABC12345", "NX", "W1", "N"});
  EXPECT_EQ(CheckDva("NX5").note, Note::kUnpadded);
  EXPECT_EQ(CheckDva("NX901541").note, Note::kNone);
  EXPECT_EQ(CheckDva("W 1").value, "W 1");
}

TEST(AuIdentifiers, ProviderNumber) {
  ExpectAll(CheckProviderNumber, State::kValid,
            {"9990010W", "9990021B", "999003AB", "4024742F", "212345AW", "245678YX", "0000011H",
             "1234561B", "988939BJ", "049960CT", "49960CT"});
  ExpectAll(CheckProviderNumber, State::kCheckFailed, {"988939BK", "1234561A"});
  ExpectAll(CheckProviderNumber, State::kMalformed, {"999003IB", "99AB21B", "99900211", "1"});
  EXPECT_EQ(CheckProviderNumber("49960CT").value, "049960CT");
  EXPECT_EQ(CheckProviderNumber("49960CT").note, Note::kPadded);
  EXPECT_EQ(CheckProviderNumber("9990021B").note, Note::kNone);
  EXPECT_EQ(CheckProviderNumber("9990010W").value, "9990010W");
}

TEST(AuIdentifiers, ProviderLocationZeroIsUnusual) {
  // Stem 000000 at location 0: remainder 0, check letter Y.
  const auto checked = CheckProviderNumber("0000000Y");
  EXPECT_EQ(checked.state, State::kValid);
  EXPECT_EQ(checked.note, Note::kLocationZero);
}

TEST(AuIdentifiers, PrescriberAndRegistration) {
  ExpectAll(CheckPrescriberNumber, State::kValid, {"1234567", "123456", " 1234567"});
  ExpectAll(CheckPrescriberNumber, State::kMalformed, {"12345678", "12345A"});
  ExpectAll(CheckAhpra, State::kValid, {"MED0001234567", "med0001234567"});
  ExpectAll(CheckAhpra, State::kMalformed, {"ME00001234567", "MED000123456"});
}

TEST(AuIdentifiers, ServedUnlessMalformed) {
  const auto valid = Medicare(CheckMedicare("2999990181", "1"), "2028-05");
  ASSERT_TRUE(valid);
  EXPECT_EQ(valid->system, "http://ns.electronichealth.net.au/id/medicare-number");
  EXPECT_EQ(valid->type_system, "http://terminology.hl7.org/CodeSystem/v2-0203");
  EXPECT_EQ(valid->type_code, "MC");
  EXPECT_EQ(valid->period_end, "2028-05");
  EXPECT_TRUE(MayMatchPeople(*valid));

  const auto mistyped = Medicare(CheckMedicare("2999990191", "1"), "");
  ASSERT_TRUE(mistyped);
  EXPECT_EQ(mistyped->value, "29999901911");
  EXPECT_FALSE(MayMatchPeople(*mistyped));

  EXPECT_FALSE(Medicare(CheckMedicare("1234567892"), ""));
  EXPECT_FALSE(Ihi(CheckIhi("")));
  EXPECT_EQ(Dva(CheckDva("NX901541"), "")->type_code, "DVAU");
  EXPECT_EQ(Dva(CheckDva("NX901541"), "DVG")->type_system,
            "http://terminology.hl7.org.au/CodeSystem/v2-0203");
  EXPECT_EQ(ProviderNumber(CheckProviderNumber("9990010W"))->type_code, "UPIN");
}

TEST(AuIdentifiers, MatchingNeedsThePersonAndIgnoresReissue) {
  const auto family = Medicare(CheckMedicare("2999990181"), "");
  EXPECT_FALSE(MayMatchPeople(*family));
  const auto before = Medicare(CheckMedicare("2999990181", "1"), "");
  const auto after = Medicare(CheckMedicare("2999990182", "1"), "");
  EXPECT_EQ(MatchKey(*before), MatchKey(*after));
  EXPECT_NE(MatchKey(*before), MatchKey(*Medicare(CheckMedicare("2999990181", "2"), "")));
  EXPECT_FALSE(MayMatchPeople(*ProviderNumber(CheckProviderNumber("9990010W"))));
}

TEST(AuIdentifiers, ExpiryIsAMonth) {
  EXPECT_EQ(MonthOfExpiry("05/2028   "), "2028-05");
  EXPECT_EQ(MonthOfExpiry(""), "");
  EXPECT_EQ(MonthOfExpiry("13/2028"), "");
  EXPECT_EQ(MonthOfExpiry("5/2028"), "");
}

}  // namespace
}  // namespace pons::model::au
