// SPDX-License-Identifier: Apache-2.0
#include "net/address_policy.h"

#include <gtest/gtest.h>

namespace pons::net {
namespace {

TEST(AddressPolicy, KnowsWhatIsGlobalUnicast) {
  for (const char* text :
       {"1.1.1.1", "8.8.8.8", "11.0.0.1", "100.63.255.255", "100.128.0.0", "172.15.255.255",
        "172.32.0.0", "192.167.1.1", "223.255.255.255", "2606:4700::1", "2001:4860:4860::8888",
        "2400:cb00::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"}) {
    const auto address = ParseIpAddress(text);
    ASSERT_TRUE(address) << text;
    EXPECT_TRUE(IsGlobalUnicast(*address)) << text;
  }
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.9",
                           "203.0.113.7",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "2002:7f00:1::",
                           "2002:808:808::",
                           "3fff::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:169.254.169.254",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b:1::8.8.8.8",
                           "100::1",
                           "5f00::1",
                           "4000::1"}) {
    const auto address = ParseIpAddress(text);
    ASSERT_TRUE(address) << text;
    EXPECT_FALSE(IsGlobalUnicast(*address)) << text;
    EXPECT_TRUE(IsAllowed(AddressPolicy::kAnyForDevelopment, *address)) << text;
  }
}

TEST(AddressPolicy, TakesOneSpellingOfAnAddress) {
  for (const char* text : {"127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.0.0.01",
                           "127.0.0.1.", "1.2.3.256", "1.2.3", "::1%lo", "[::1]", ""}) {
    EXPECT_FALSE(ParseIpAddress(text)) << text;
  }
}

TEST(CheckUrl, TakesApart) {
  const auto parts =
      CheckUrl("HTTPS://Hooks.Example.COM:8443/in?x=%20", AddressPolicy::kPublicOnly);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->scheme, "https");
  EXPECT_EQ(parts->host, "hooks.example.com");
  EXPECT_EQ(parts->port, 8443);
  EXPECT_EQ(parts->target, "/in?x=%20");
  EXPECT_EQ(CheckUrl("https://a.example?x", AddressPolicy::kPublicOnly)->target, "/?x");
  EXPECT_EQ(CheckUrl("https://[2606:4700::1]/", AddressPolicy::kPublicOnly)->host, "2606:4700::1");
}

TEST(CheckUrl, RefusesWhatCouldReachANeighbour) {
  for (const char* url : {"http://a.example/",
                          "ftp://a.example/",
                          "//a.example/",
                          "a.example",
                          "",
                          "https://user@a.example/",
                          "https://user:pw@a.example/",
                          "https://a.example@127.0.0.1/",
                          "https://127.0.0.1/",
                          "https://0177.0.0.1/",
                          "https://0x7f000001/",
                          "https://2130706433/",
                          "https://127.1/",
                          "https://0/",
                          "https://10.0.0.1/",
                          "https://[::1]/",
                          "https://[::ffff:127.0.0.1]/",
                          "https://[fe80::1%25eth0]/",
                          "https://localhost/",
                          "https://LOCALHOST/",
                          "https://x.localhost/",
                          "https://a.example:22/",
                          "https://a.example:0/",
                          "https://a.example:99999/",
                          "https://a.example:/",
                          "https://a..example/",
                          "https://a.example./",
                          "https://%31%32%37.0.0.1/",
                          "https://a.example\\@b/",
                          "https://a.example /",
                          "https://a.example/#f",
                          "https://\xef\xbc\x91/",
                          "https://a.example/\n",
                          "https:///x",
                          "https://a.1/"}) {
    EXPECT_FALSE(CheckUrl(url, AddressPolicy::kPublicOnly).has_value()) << url;
  }
}

TEST(CheckUrl, DevelopmentMayStayAtHome) {
  EXPECT_TRUE(CheckUrl("http://127.0.0.1:8080/hook", AddressPolicy::kAnyForDevelopment));
  EXPECT_TRUE(CheckUrl("http://localhost:80/", AddressPolicy::kAnyForDevelopment));
  EXPECT_FALSE(CheckUrl("http://u@127.0.0.1/", AddressPolicy::kAnyForDevelopment).has_value());
  EXPECT_FALSE(CheckUrl("http://0x7f000001/", AddressPolicy::kAnyForDevelopment).has_value());
}

}  // namespace
}  // namespace pons::net
