// SPDX-License-Identifier: Apache-2.0
// Hashing, signing and sealing against published vectors, and against what must be refused.
#include "crypto/crypto.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace pons::crypto {
namespace {

using namespace std::string_literals;
using Secret = Sensitive<std::string>;

std::string FromHex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    out += static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1]));
  }
  return out;
}

class Crypto : public testing::Test {
 protected:
  static void SetUpTestSuite() { InitCrypto(); }
};

TEST_F(Crypto, Base64OfRfc4648) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(Base64(plain), encoded);
    EXPECT_EQ(FromBase64(encoded), plain);
  }
}

TEST_F(Crypto, Base64UrlHasItsOwnAlphabetAndNoPadding) {
  const std::string bytes = FromHex("fbefbeffff");
  EXPECT_EQ(Base64(bytes), "++++//8=");
  EXPECT_EQ(Base64Url(bytes), "----__8");
  EXPECT_EQ(FromBase64Url("----__8"), bytes);
}

TEST_F(Crypto, Base64IsStrict) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z", "Zm9v ", " Zm9v", "Zm\n9v",
                           "Zm9v-_==", "Zm9v!", "=", "Zh==", "Zm9vé"}) {
    EXPECT_EQ(FromBase64(text), std::nullopt) << text;
  }
  for (const char* text : {"Zg==", "Zm9v+", "Z", "Zh"}) {
    EXPECT_EQ(FromBase64Url(text), std::nullopt) << text;
  }
}

TEST_F(Crypto, Sha256OfFips180) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(Crypto, Sha1OfFips180) {
  EXPECT_EQ(Hex(Sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Hex(Sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_F(Crypto, HmacSha256OfRfc4231) {
  struct Case {
    std::string key;
    std::string text;
    const char* mac;
  };
  const Case cases[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {FromHex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const auto& c : cases) EXPECT_EQ(Hex(HmacSha256(c.key, c.text)), c.mac);
}

TEST_F(Crypto, KeyedHashIsBlake2bWithAKey) {
  // The keyed vector of the BLAKE2 reference: key 00..3f, no text.
  std::string key;
  for (int i = 0; i < 64; ++i) key += static_cast<char>(i);
  EXPECT_EQ(Hex(KeyedHash(key, "", 64)),
            "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
            "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568");
  EXPECT_NE(KeyedHash(key, "a", 16), KeyedHash(key, "b", 16));
  key[0] = 'x';
  EXPECT_NE(Hex(KeyedHash(key, "", 64)).substr(0, 8), "10ebb677");
}

TEST_F(Crypto, ComparisonSeesEveryByte) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("same", "same"));
  EXPECT_FALSE(EqualInConstantTime("same", "samf"));
  EXPECT_FALSE(EqualInConstantTime("same", "tame"));
  EXPECT_FALSE(EqualInConstantTime("same", "same "));
}

TEST_F(Crypto, PasswordsVerifyAndNothingElseDoes) {
  const Secret password("correct horse");
  const auto hash = HashPassword(password);
  EXPECT_EQ(hash.rfind("$argon2id$v=19$m=65536,t=2,p=1$", 0), 0u) << hash;
  EXPECT_TRUE(VerifyPassword(hash, password));
  EXPECT_FALSE(VerifyPassword(hash, Secret("correct horsf")));
  EXPECT_FALSE(VerifyPassword(hash, Secret("")));
  EXPECT_FALSE(VerifyPassword("", password));
  EXPECT_FALSE(VerifyPassword("$argon2id$", password));
  EXPECT_FALSE(VerifyPassword(std::string(500, 'a'), password));
  EXPECT_NE(HashPassword(password), hash) << "each hash has its own salt";
}

TEST_F(Crypto, PasswordHashMadeElsewhereVerifies) {
  // Made by the argon2 reference program: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  EXPECT_TRUE(
      VerifyPassword("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                     "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                     Secret("password")));
}

TEST_F(Crypto, SealedTextOpensOnlyWithItsKeyAndUnchanged) {
  SeededRandom random(1);
  const std::string key(32, 'k');
  const std::string plain = "a password\0with a zero"s;
  const auto sealed = Seal(key, plain, random);
  EXPECT_EQ(sealed.find("password"), std::string::npos);
  EXPECT_EQ(Unseal(key, sealed).value(), plain);
  EXPECT_EQ(Unseal(key, Seal(key, "", random)).value(), "");
  EXPECT_NE(Seal(key, plain, random), sealed) << "each sealing has its own nonce";
  EXPECT_FALSE(Unseal(std::string(32, 'x'), sealed));
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(Unseal(key, changed)) << "byte " << at;
  }
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_FALSE(Unseal(key, sealed.substr(0, length))) << "cut to " << length;
  }
  EXPECT_EQ(Unseal(key, "short").error().fault, Fault::kInternal);
}

// Keys made and texts signed with the openssl program.
constexpr std::string_view kSigned = "eyJhbGciOiJSUzM4NCJ9.eyJpc3MiOiJhcHAtMSJ9";
constexpr std::string_view kRsaModulus =
    "c7bb322b9a16b9e5abf7c0c3fb6f9292935bdf524a2a5b7b998548e8abfb0b4a7af6865c25a8a11a"
    "a872958286b5557fa2c5a723ad1138dd7c79ca1209931b0112bf8bddb92c1ce06abe43bb8ca42f6f"
    "7a8d6ab5fa1f1903512a8666b6a4e17214acb4b281676652b5c21a58b0229eed02f148dd32a8626b"
    "b6120fe4a21e8f62762b001e9dc94e5cd01ee6ec4fdd976ced18dc527344afa13b062f061812c3d8"
    "35d757c114482a1db69337d778268d8f79342d9e33c256d23bb154840242dc1a5efedd92fca71c56"
    "54bebd2d4aad000708837ee3622731fb0634b376f1aeaff38d17df82c2f08042511188130c6047c2"
    "8d8e98796ce099223c75e63d97c7433b";
constexpr std::string_view kRsaSignature =
    "c6339da7c3c62caff696c09a1fd1ab016178db1ebae6ff9816af1a0b8c2d32e77f32b0045a4dada2"
    "3a1267a2ab92f69a8a3664d91cfce7353c35865551ef6a1efb5283c8988b4c494d79e6f7899231c4"
    "188c62973734f85fd74a09bb05b5a2be8f71a8b616d3a90de54c6b4e094458b009c3ae855effc75c"
    "ee9b1d481d57027d4e533c6b11c9b07232155314f63ce17414965084f2a804ad556a04d338bfc89d"
    "884df8719a5bc547da28a5cdde8749f874e26f7c7516a49c328f616e415851512938b640b4d6c809"
    "92169434a033281224ef06abafeb299762b91da72b8ebbeb57aae727c2681d26e5f443575440c976"
    "4ad25f41fe0c269d9caffb33a172cacb";
constexpr std::string_view kShortRsaModulus =
    "a7257b694aca9d2f45f182f687567a6fbada4ba8ffcbc0abf4d36d22ea16c8de12e23578dba450b1"
    "89158073460b6b31cd73f2b6e0ecf11972bbaac753a70ae423e9ad117c8bb798cc523ab0e1af0576"
    "4c2ddc5de670f8e90b6c9538f379d9b148a8c3d493240799c0e4085fe6f78563b1b0a96333879c5f"
    "865264a7a1f26081";
constexpr std::string_view kShortRsaSignature =
    "68e98c1c44e70e8929ea6886613de4264c9a523e50dbd770b9607bca0b37f73666cbff9102c635d3"
    "525fd3f12781fd8cd77690142729debd8e3fbc6985511163e195530f940f8c00d9a1e1868b3c2359"
    "774ea80744ff461b93445446aa94fe20d511216426c702476c93e5d6831f4ccc6f1df0048cad8b8d"
    "f3713a6001b4c32e";
constexpr std::string_view kEcX =
    "e7a4624137c55f5e49f5f22293d8577da8789f07907793fb42e12c6e4bdb4dcec42134c78e356e8b"
    "ece2f8628a206556";
constexpr std::string_view kEcY =
    "76001b000bcec3249b02066f2dfbb26491a1bd748dae02b92a4d1deb37ff74328a91405a88d4f6aa"
    "a141920ef1fa65f3";
constexpr std::string_view kEcSignature =
    "94ca1cf8a4a9e2bbb41cee92b64f8e8f189ba4fe5558b719300c9bc4430f33a33f1c294a05a58eaf"
    "66730e5b64f8379a956057b2d39c9cb1e9ceb0ac9f01f24cf04dd711fde0c83f85a0817aa98bda44"
    "2c83e87e07abd5016c84564dc4e009d3";

const std::string kExponent = "\x01\x00\x01"s;

TEST_F(Crypto, Rs384Signature) {
  const auto n = FromHex(kRsaModulus);
  const auto signature = FromHex(kRsaSignature);
  EXPECT_TRUE(VerifyJwtSignature("RS384", n, kExponent, kSigned, signature));
  EXPECT_FALSE(VerifyJwtSignature("RS384", n, kExponent, std::string(kSigned) + "x", signature));
  auto changed = signature;
  changed[17] = static_cast<char>(changed[17] ^ 1);
  EXPECT_FALSE(VerifyJwtSignature("RS384", n, kExponent, kSigned, changed));
  EXPECT_FALSE(VerifyJwtSignature("RS384", n, kExponent, kSigned, ""));
  EXPECT_FALSE(VerifyJwtSignature("RS384", "", "", kSigned, signature));
  auto other = n;
  other[5] = static_cast<char>(other[5] ^ 1);
  EXPECT_FALSE(VerifyJwtSignature("RS384", other, kExponent, kSigned, signature));
}

TEST_F(Crypto, RsaKeysShorterThan2048BitsAreRefused) {
  EXPECT_FALSE(VerifyJwtSignature("RS384", FromHex(kShortRsaModulus), kExponent, kSigned,
                                  FromHex(kShortRsaSignature)));
}

TEST_F(Crypto, Es384Signature) {
  const auto x = FromHex(kEcX);
  const auto y = FromHex(kEcY);
  const auto signature = FromHex(kEcSignature);
  EXPECT_TRUE(VerifyJwtSignature("ES384", x, y, kSigned, signature));
  EXPECT_FALSE(VerifyJwtSignature("ES384", y, x, kSigned, signature)) << "not on the curve";
  EXPECT_FALSE(VerifyJwtSignature("ES384", x, y, "another text", signature));
  EXPECT_FALSE(VerifyJwtSignature("ES384", x, y, kSigned, signature.substr(1)));
  EXPECT_FALSE(VerifyJwtSignature("ES384", x, y, kSigned, std::string(96, '\0')));
  EXPECT_FALSE(VerifyJwtSignature("ES384", std::string(49, 'x'), y, kSigned, signature));
}

TEST_F(Crypto, OtherAlgorithmsAreRefused) {
  const auto n = FromHex(kRsaModulus);
  const auto signature = FromHex(kRsaSignature);
  for (const char* algorithm : {"none", "None", "", "HS256", "HS384", "RS256", "rs384", "PS384"}) {
    EXPECT_FALSE(VerifyJwtSignature(algorithm, n, kExponent, kSigned, signature)) << algorithm;
  }
  EXPECT_FALSE(VerifyJwtSignature("none", n, kExponent, kSigned, ""));
  // A public key used as a shared secret must never pass.
  EXPECT_FALSE(VerifyJwtSignature("RS384", n, kExponent, kSigned, HmacSha256(n, kSigned)));
}

}  // namespace
}  // namespace pons::crypto
