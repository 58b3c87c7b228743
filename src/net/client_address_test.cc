// SPDX-License-Identifier: Apache-2.0
#include "net/client_address.h"

#include <gtest/gtest.h>

namespace pons::net {
namespace {

std::vector<AddressBlock> Trusting(std::initializer_list<std::string_view> texts) {
  std::vector<AddressBlock> blocks;
  for (const auto text : texts) {
    const auto block = ParseAddressBlock(text);
    EXPECT_TRUE(block) << text;
    if (block) blocks.push_back(*block);
  }
  return blocks;
}

TEST(ClientAddress, RangesAreReadAndOddOnesRefused) {
  for (const auto* good :
       {"10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "::1", "::ffff:10.0.0.0/104"}) {
    EXPECT_TRUE(ParseAddressBlock(good)) << good;
  }
  for (const auto* bad : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                          "proxy.example", "fd00::/129", "::ffff:10.0.0.0/8", "10.0.0/8"}) {
    EXPECT_FALSE(ParseAddressBlock(bad)) << bad;
  }
  const auto ten = *ParseAddressBlock("10.4.0.0/14");
  EXPECT_TRUE(Contains(ten, *ParseIpAddress("10.7.255.255")));
  EXPECT_FALSE(Contains(ten, *ParseIpAddress("10.8.0.0")));
  EXPECT_TRUE(Contains(ten, *ParseIpAddress("::ffff:10.5.0.1")));
  EXPECT_FALSE(Contains(*ParseAddressBlock("0.0.0.0/0"), *ParseIpAddress("2001:db8::1")));
}

TEST(ClientAddress, OfAStrangerNoHeaderIsBelieved) {
  const auto trusted = Trusting({"10.0.0.1"});
  const Headers headers = {{"X-Forwarded-For", "198.51.100.9"}, {"Forwarded", "for=198.51.100.9"}};
  EXPECT_EQ(ClientAddress("203.0.113.5", headers, trusted), "203.0.113.5");
  EXPECT_EQ(ClientAddress("203.0.113.5", headers, {}), "203.0.113.5");
  EXPECT_EQ(ClientAddress("127.0.0.1", headers, {}), "127.0.0.1") << "nor this machine's";
}

TEST(ClientAddress, ItIsTheRightmostThatIsNoProxy) {
  const auto trusted = Trusting({"10.0.0.0/8", "fd00::/8"});
  const auto of = [&](std::string_view value) {
    return ClientAddress("10.0.0.1", {{"x-forwarded-for", std::string(value)}}, trusted);
  };
  EXPECT_EQ(of("203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(of("198.51.100.9, 203.0.113.5"), "203.0.113.5") << "the left one is the client's word";
  EXPECT_EQ(of("198.51.100.9, 203.0.113.5, 10.0.0.2"), "203.0.113.5") << "two proxies";
  EXPECT_EQ(of("10.9.9.9, 203.0.113.5"), "203.0.113.5") << "a client who plays the proxy";
  EXPECT_EQ(of("10.0.0.3,10.0.0.2"), "10.0.0.3") << "somebody inside";
  EXPECT_EQ(of("203.0.113.5:4711"), "203.0.113.5");
  EXPECT_EQ(of("[2001:db8::5]:4711, fd00::2"), "2001:db8::5");
  EXPECT_EQ(of("::ffff:203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(of("198.51.100.9, unknown"), "10.0.0.1") << "what the proxy does not know, nobody does";
  EXPECT_EQ(of("198.51.100.9, <script>"), "10.0.0.1");
  EXPECT_EQ(of(""), "10.0.0.1");
  EXPECT_EQ(ClientAddress("::ffff:10.0.0.1", {{"X-Forwarded-For", "203.0.113.5"}}, trusted),
            "203.0.113.5");
  EXPECT_EQ(ClientAddress("10.0.0.1", {}, trusted), "10.0.0.1");
}

TEST(ClientAddress, LinesOfOneHeaderAreOneList) {
  const auto trusted = Trusting({"10.0.0.0/8"});
  EXPECT_EQ(ClientAddress("10.0.0.1",
                          {{"X-Forwarded-For", "198.51.100.9"}, {"X-Forwarded-For", "203.0.113.5"}},
                          trusted),
            "203.0.113.5");
  std::string many = "198.51.100.9";
  for (int i = 0; i < 5000; ++i) many += ",10.0.0.2";
  EXPECT_EQ(ClientAddress("10.0.0.1", {{"X-Forwarded-For", many}}, trusted), "10.0.0.2");
}

TEST(ClientAddress, ForwardedIsReadToo) {
  const auto trusted = Trusting({"10.0.0.0/8"});
  const auto of = [&](std::string_view value) {
    return ClientAddress("10.0.0.1", {{"Forwarded", std::string(value)}}, trusted);
  };
  EXPECT_EQ(of("for=203.0.113.5;proto=https"), "203.0.113.5");
  EXPECT_EQ(of("proto=https; For=\"[2001:db8::5]:4711\""), "2001:db8::5");
  EXPECT_EQ(of("for=198.51.100.9, for=203.0.113.5;by=10.0.0.2, for=10.0.0.2"), "203.0.113.5");
  EXPECT_EQ(of("for=198.51.100.9, for=_hidden"), "10.0.0.1");
  EXPECT_EQ(of("by=203.0.113.5"), "10.0.0.1");
}

TEST(ClientAddress, OneHeaderOfTheClientsOwnGainsNothing) {
  const auto trusted = Trusting({"10.0.0.0/8"});
  const auto of = [&](const std::string& usual, const std::string& standard) {
    return ClientAddress("10.0.0.1", {{"X-Forwarded-For", usual}, {"Forwarded", standard}},
                         trusted);
  };
  EXPECT_EQ(of("203.0.113.5", "for=203.0.113.5"), "203.0.113.5");
  // Which one the proxy wrote cannot be told.
  EXPECT_EQ(of("203.0.113.5", "for=198.51.100.9"), "10.0.0.1");
  EXPECT_EQ(of("198.51.100.9", "for=203.0.113.5"), "10.0.0.1");
}

}  // namespace
}  // namespace pons::net
