// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_access.h"

#include <gtest/gtest.h>

namespace pons::halo_connect {
namespace {

Settings Given(std::string url) {
  Settings settings;
  settings.SetSecret("subscription_key", "k");
  if (!url.empty()) settings.Set("url", std::move(url));
  return settings;
}

TEST(HaloAccess, TheKeyAloneIsEnough) {
  const auto access = ReadAccess(Given(""));
  ASSERT_TRUE(access) << access.error().summary;
  EXPECT_EQ(access->url, "https://api.haloconnect.io");
  EXPECT_EQ(access->subscription_key.Reveal(), "k");
  EXPECT_TRUE(access->webhook_secret.Reveal().empty());
  EXPECT_EQ(access->surface, Surface::kIntegrator);
}

TEST(HaloAccess, PlainHttpOnlyToThisMachine) {
  for (const char* url : {"http://127.0.0.1:4000", "http://localhost:4000/", "http://[::1]:4000",
                          "https://api.stage.haloconnect.io/"}) {
    EXPECT_TRUE(ReadAccess(Given(url))) << url;
  }
  for (const char* url :
       {"http://api.haloconnect.io", "http://127.0.0.1.example:80", "http://localhost@evil.example",
        "ftp://localhost", "api.haloconnect.io", "https://", "https://host/?a=b", "https://a b"}) {
    const auto access = ReadAccess(Given(url));
    ASSERT_FALSE(access) << url;
    EXPECT_EQ(access.error().fault, Fault::kMisconfigured);
    EXPECT_NE(access.error().summary.find("url"), std::string::npos);
  }
}

TEST(HaloAccess, NoSlashStaysAtTheEnd) {
  EXPECT_EQ(ReadAccess(Given("https://halo.example//"))->url, "https://halo.example");
}

TEST(HaloAccess, WhatIsMissingOrWrongIsNamed) {
  EXPECT_NE(ReadAccess(Settings()).error().summary.find("subscription_key"), std::string::npos);
  auto settings = Given("");
  settings.SetSecret("subscription_key", "two words");
  EXPECT_NE(ReadAccess(settings).error().summary.find("subscription_key"), std::string::npos);
  EXPECT_EQ(ReadAccess(settings).error().summary.find("two words"), std::string::npos);
  settings = Given("");
  settings.Set("surface", "desktop");
  EXPECT_NE(ReadAccess(settings).error().summary.find("device_id"), std::string::npos);
  settings.Set("device_id", "d1");
  EXPECT_EQ(ReadAccess(settings)->surface, Surface::kDesktop);
  settings.Set("surface", "other");
  EXPECT_NE(ReadAccess(settings).error().summary.find("surface"), std::string::npos);
}

}  // namespace
}  // namespace pons::halo_connect
