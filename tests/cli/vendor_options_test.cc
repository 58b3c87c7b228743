// SPDX-License-Identifier: Apache-2.0
// What the operator gives for vendors: from options, from files, from the environment.
#include "vendor_options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pons {
namespace {

constexpr SettingSpec kRelay[] = {
    {.key = "url", .help = "where", .required = false, .fallback = "https://relay.example"},
    {.key = "api_key", .help = "issued to us", .required = false, .secret = true},
};
constexpr OperatorSection kSections[] = {{"relay_vendor", "A relay.", kRelay}};

class VendorOptionsTest : public testing::Test {
 protected:
  VendorOptionsTest() {
    char name[] = "/tmp/pons-options-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~VendorOptionsTest() override { std::filesystem::remove_all(folder_); }

  std::string File(const std::string& text) {
    const auto path = folder_ + "/secret";
    std::ofstream(path) << text;
    return path;
  }
  Result<OperatorSettings> Read(std::vector<std::string> settings,
                                std::vector<std::string> files = {},
                                std::vector<const char*> environment = {}) {
    environment.push_back(nullptr);
    return OperatorSettingsFrom({std::move(settings), std::move(files)}, kSections,
                                environment.data());
  }
  std::string Refusal(std::vector<std::string> settings, std::vector<std::string> files = {},
                      std::vector<const char*> environment = {}) {
    const auto read = Read(std::move(settings), std::move(files), std::move(environment));
    EXPECT_FALSE(read);
    return read ? "" : read.error().summary;
  }

  std::string folder_;
};

TEST_F(VendorOptionsTest, NothingGivenIsNothing) {
  const auto read = Read({}, {}, {"PATH=/bin", "PONS_DATA=/x"});
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->empty());
}

TEST_F(VendorOptionsTest, OptionsFilesAndTheEnvironmentAreOne) {
  const auto read = Read({"relay_vendor.url=https://a.example/?x=1"},
                         {"relay_vendor.api_key=" + File("  from file\n")},
                         {"PONS_VENDOR_RELAY_VENDOR_URL=https://b.example",
                          "PONS_VENDOR_RELAY_VENDOR_API_KEY=from environment"});
  ASSERT_TRUE(read) << read.error().summary;
  const auto& relay = read->at("relay_vendor");
  EXPECT_EQ(relay.Text("url"), "https://a.example/?x=1") << "an option goes before";
  EXPECT_EQ(relay.Secret("api_key")->Reveal(), "from file");
  const auto less = Read({}, {}, {"PONS_VENDOR_RELAY_VENDOR_API_KEY=from environment"});
  ASSERT_TRUE(less);
  EXPECT_EQ(less->at("relay_vendor").Secret("api_key")->Reveal(), "from environment");
}

TEST_F(VendorOptionsTest, MistakesAreNamedAndValuesAreNot) {
  EXPECT_EQ(Refusal({"other.url=VALUE"}),
            "--vendor-setting: there is no section \"other\"; there are: relay_vendor");
  EXPECT_EQ(Refusal({"relay_vendor.uri=VALUE"}),
            "--vendor-setting: section \"relay_vendor\" has no key \"uri\"; it has: url, api_key");
  EXPECT_EQ(Refusal({"relay_vendor"}), "--vendor-setting wants SECTION.KEY=VALUE");
  EXPECT_EQ(Refusal({"relay_vendor.=VALUE"}), "--vendor-setting wants SECTION.KEY=VALUE");
  const auto open = Refusal({"relay_vendor.api_key=VALUE"});
  EXPECT_NE(open.find("relay_vendor.api_key is a secret"), std::string::npos) << open;
  EXPECT_NE(open.find("PONS_VENDOR_RELAY_VENDOR_API_KEY"), std::string::npos) << open;
  EXPECT_EQ(open.find("VALUE"), std::string::npos) << "a secret is not repeated";
  EXPECT_EQ(Refusal({}, {"relay_vendor.api_key=/nowhere/at/all"}),
            "--vendor-secret-file relay_vendor.api_key: the file cannot be read");
  EXPECT_EQ(Refusal({}, {"relay_vendor.api_key=" + File(" \n")}),
            "--vendor-secret-file relay_vendor.api_key: the file is empty");
  EXPECT_EQ(Refusal({}, {}, {"PONS_VENDOR_RELAY_VENDOR_URI=VALUE"}),
            "the environment has PONS_VENDOR_RELAY_VENDOR_URI, which no vendor knows; names are "
            "PONS_VENDOR_SECTION_KEY");
}

}  // namespace
}  // namespace pons
