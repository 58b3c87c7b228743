// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <set>

namespace pons {
namespace {

TEST(SeededRandom, SameSeedSameBytes) {
  SeededRandom a(7), b(7), c(8);
  const auto first = a.Next();
  EXPECT_EQ(first, b.Next());
  EXPECT_NE(first, c.Next());
  EXPECT_NE(first, a.Next());
}

TEST(SeededRandom, FillReachesEveryByte) {
  SeededRandom random(1);
  std::array<unsigned char, 37> seen{};
  for (int round = 0; round < 20; ++round) {
    std::array<unsigned char, 37> bytes{};
    random.Fill(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      seen[i] = static_cast<unsigned char>(seen[i] | bytes[i]);
    }
  }
  for (const auto byte : seen) EXPECT_NE(byte, 0);
}

TEST(Random, BelowStaysBelowAndIsEven) {
  SeededRandom random(3);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) {
    const auto value = random.Below(6);
    ASSERT_LT(value, 6u);
    ++counts[static_cast<std::size_t>(value)];
  }
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(Random, BelowRefusesValuesOfTheIncompleteBlock) {
  // Answers the largest value first, which lies beyond the last whole block of 2^63 + 1.
  class Largest final : public Random {
   public:
    void Fill(std::span<unsigned char> bytes) override {
      for (auto& byte : bytes) byte = asked_ ? 0 : 0xFF;
      asked_ = true;
    }
    bool asked_ = false;
  };
  Largest random;
  EXPECT_EQ(random.Below((std::uint64_t{1} << 63) + 1), 0u);
}

TEST(NewId, IsAFhirIdAndNeverTheSameTwice) {
  std::set<std::string> ids;
  for (int i = 0; i < 10000; ++i) {
    const auto id = NewId(SystemRandom());
    ASSERT_EQ(id.size(), 22u);
    for (const char c : id) ASSERT_TRUE(std::isalnum(static_cast<unsigned char>(c))) << id;
    ASSERT_TRUE(ids.insert(id).second) << id;
  }
}

TEST(NewId, CarriesItsKind) {
  const auto id = NewId("app", SystemRandom());
  EXPECT_EQ(id.substr(0, 4), "app-");
  EXPECT_EQ(id.size(), 26u);
}

}  // namespace
}  // namespace pons
