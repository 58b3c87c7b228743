// SPDX-License-Identifier: Apache-2.0
// Skips are declared with a reason and an end, for checks that exist, or not at all.
#include "tests/conformance/skips.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pons::conformance {
namespace {

class SkipsTest : public ::testing::Test {
 protected:
  Result<std::map<std::string, std::string, std::less<>>> Read(const std::string& text) {
    const auto path = std::filesystem::path(::testing::TempDir()) / "pons_skips_test.toml";
    std::ofstream(path) << text;
    auto skips = ReadSkips(path.string());
    std::filesystem::remove(path);
    return skips;
  }
};

TEST_F(SkipsTest, ASkipWithReasonAndEndIsTaken) {
  const auto skips = Read("[skip.O4]\nreason = \"not documented\"\nuntil = \"seen\"\n");
  ASSERT_TRUE(skips.has_value());
  EXPECT_EQ(skips->at("O4"), "not documented");
}

TEST_F(SkipsTest, NoSkipsAreFine) { EXPECT_TRUE(Read("# none\n").has_value()); }

TEST_F(SkipsTest, ASkipWithoutReasonOrEndIsRefused) {
  EXPECT_FALSE(Read("[skip.O4]\nreason = \"\"\nuntil = \"seen\"\n").has_value());
  EXPECT_FALSE(Read("[skip.O4]\nreason = \"not documented\"\n").has_value());
}

TEST_F(SkipsTest, ASkipOfNoCheckIsRefused) {
  EXPECT_FALSE(Read("[skip.Z9]\nreason = \"r\"\nuntil = \"u\"\n").has_value());
}

TEST_F(SkipsTest, AFileThatIsNotThereIsRefused) {
  EXPECT_FALSE(ReadSkips("/nonexistent/conformance.toml").has_value());
}

}  // namespace
}  // namespace pons::conformance
