// SPDX-License-Identifier: Apache-2.0
// Published and hand-made numbers of au-identifiers sheet §8.
#include "vendors/best_practice/sandbox/au_numbers.h"

#include <gtest/gtest.h>

namespace pons::best_practice::sandbox {
namespace {

TEST(AuNumbers, HealthNumbers) {
  for (const char* ihi : {"8003609900000017", "8003609900000025", "8003609900000033",
                          "8003608833357361", "8003608666701594", "8003608333335552"}) {
    EXPECT_TRUE(IsHealthNumber(ihi, "800360")) << ihi;
    EXPECT_EQ(HealthNumber(std::string_view(ihi).substr(0, 15)), ihi);
  }
  EXPECT_TRUE(IsHealthNumber("8003610833334085", "800361"));
  EXPECT_TRUE(IsHealthNumber("8003621566684455", "800362"));
  EXPECT_FALSE(IsHealthNumber("8003608833357362", "800360"));
  EXPECT_FALSE(IsHealthNumber("8003619900000016", "800360"));
  EXPECT_FALSE(IsHealthNumber("800360990000001", "800360"));
  EXPECT_FALSE(IsHealthNumber("80036099000000170", "800360"));
  EXPECT_FALSE(IsHealthNumber("", "800360"));
}

TEST(AuNumbers, MedicareCards) {
  for (const char* card : {"2999990181", "3999990281", "4999990381", "5999990481", "6999990581",
                           "6140523093", "3278851195", "2296818481"}) {
    EXPECT_TRUE(IsMedicareCard(card)) << card;
    EXPECT_EQ(MedicareCard(std::string_view(card).substr(0, 8), card[9] - '0'), card);
  }
  for (const char* card : {"1234567892", "2999990191", "7999990181", "2273766560", "29999901811"}) {
    EXPECT_FALSE(IsMedicareCard(card)) << card;
  }
}

TEST(AuNumbers, ProviderNumbers) {
  for (const char* number : {"9990010W", "9990021B", "999003AB", "4024742F", "212345AW", "245678YX",
                             "0000011H", "1234561B", "988939BJ", "049960CT"}) {
    EXPECT_TRUE(IsProviderNumber(number)) << number;
  }
  EXPECT_EQ(ProviderNumber("212345", 10), "212345AW");
  EXPECT_EQ(ProviderNumber("245678", 31), "245678YX");
  for (const char* number : {"988939BK", "1234561A", "999003IB", "49960CT", ""}) {
    EXPECT_FALSE(IsProviderNumber(number)) << number;
  }
}

}  // namespace
}  // namespace pons::best_practice::sandbox
