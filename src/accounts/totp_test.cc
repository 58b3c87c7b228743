// SPDX-License-Identifier: Apache-2.0
#include "accounts/totp.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "accounts/accounts.h"
#include "accounts/qr.h"
#include "crypto/crypto.h"

namespace pons::accounts {
namespace {

// RFC 6238, appendix B; the last six of its eight digits.
TEST(Totp, IsAsTheStandardSays) {
  crypto::InitCrypto();
  const std::string secret = "12345678901234567890";
  const std::pair<std::int64_t, std::string_view> vectors[] = {
      {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
      {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [second, code] : vectors) {
    EXPECT_EQ(TotpCode(secret, TotpStepAt(FromMillis(second * 1000))), code) << second;
  }
}

// RFC 4648, §10.
TEST(Totp, Base32IsAsTheStandardSays) {
  EXPECT_EQ(Base32(""), "");
  EXPECT_EQ(Base32("f"), "MY");
  EXPECT_EQ(Base32("fo"), "MZXQ");
  EXPECT_EQ(Base32("foo"), "MZXW6");
  EXPECT_EQ(Base32("foob"), "MZXW6YQ");
  EXPECT_EQ(Base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(Base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(Base32("\xff\xff\xff\xff\xff"), "77777777");
}

TEST(Totp, WhatIsNoCodeDoesNotMatch) {
  const Sensitive<std::string> secret(std::string("12345678901234567890"));
  const Instant now = FromMillis(59'000);
  const auto matches = [&](std::string_view code) {
    return MatchTotp(secret, Sensitive<std::string>(std::string(code)), now, 0).has_value();
  };
  EXPECT_TRUE(matches("287082"));
  EXPECT_TRUE(matches("287 082"));
  for (const auto* code : {"", "28708", "2870820", "28708a", "-28708", "      "}) {
    EXPECT_FALSE(matches(code)) << code;
  }
  EXPECT_FALSE(MatchTotp({}, Sensitive<std::string>(std::string("287082")), now, 0));
  EXPECT_FALSE(MatchTotp(secret, Sensitive<std::string>(std::string("287082")), now, 1));
}

TEST(Totp, TheAddressSaysWhoseItIs) {
  EXPECT_EQ(OtpauthUri("Pons", "mia+a@harbour.example", "ABC"),
            "otpauth://totp/Pons:mia%2Ba%40harbour.example?secret=ABC&issuer=Pons&algorithm=SHA1"
            "&digits=6&period=30");
}

TEST(Qr, IsAPictureWithTheThreeCorners) {
  const auto svg = QrSvg("otpauth://totp/Pons:mia%40harbour.example?secret=ABC");
  ASSERT_TRUE(svg);
  EXPECT_EQ(svg->find("<svg xmlns="), 0u);
  // Each corner's square begins with a run of seven.
  EXPECT_NE(svg->find("M4 4h7v1h-7z"), std::string::npos);
  EXPECT_EQ(svg->find("script"), std::string::npos);
  EXPECT_FALSE(QrSvg(std::string(5000, 'x')));
}

TEST(Password, RulesCanFail) {
  const auto ok = [](std::string_view text) {
    return CheckPassword(Secret(std::string(text)), "mia.wong@harbour.example", "Mia Wong")
        .has_value();
  };
  EXPECT_TRUE(ok("seven quiet herons"));
  EXPECT_TRUE(ok("пять тихих цапель"));
  EXPECT_TRUE(ok(std::string("x7") + std::string(250, 'q') + "a9rT"));
  EXPECT_FALSE(ok(std::string("x7") + std::string(251, 'q') + "a9rT"));
  EXPECT_FALSE(ok("short one 1"));      // 11
  EXPECT_FALSE(ok("пять тихих"));       // 10 characters in 19 bytes
  EXPECT_FALSE(ok("1qaz2wsx3edc"));     // on the list as it is
  EXPECT_FALSE(ok("Password2026!"));    // on the list, dressed up
  EXPECT_FALSE(ok("2026-Qwertyuiop"));  // in front as well
  EXPECT_FALSE(ok("aaaaaaaaaaaaa"));
  EXPECT_FALSE(ok("abcdabcdabcd"));
  EXPECT_FALSE(ok("abcdefghijklm"));
  EXPECT_FALSE(ok("210987654321"));
  EXPECT_FALSE(ok("0412 555 0199"));
  EXPECT_FALSE(ok("MiaWong123456"));
  EXPECT_FALSE(ok("mia.wong@harbour.example"));
  EXPECT_FALSE(ok("mia.wong-2026"));
  EXPECT_FALSE(ok(std::string("\xff\xfe is no text, is it", 20)));
}

TEST(Email, RulesCanFail) {
  EXPECT_TRUE(CheckEmail("mia@harbour.example"));
  EXPECT_TRUE(CheckEmail("mia+portal@mail.harbour.example"));
  for (const auto* wrong :
       {"", "mia", "@harbour.example", "mia@harbour", "mia@.example", "a b@harbour.example",
        "mia@a@b.example", "mia@harbour.example\r\nBcc: x@y.example", "<mia@harbour.example>",
        "mia@harbour.example."}) {
    EXPECT_FALSE(CheckEmail(wrong)) << wrong;
  }
  EXPECT_FALSE(CheckEmail(std::string(250, 'a') + "@b.example"));
}

}  // namespace
}  // namespace pons::accounts
