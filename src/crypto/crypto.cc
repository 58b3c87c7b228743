// SPDX-License-Identifier: Apache-2.0
#include "crypto/crypto.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <sodium.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace pons::crypto {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string Encode(std::string_view bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), Bytes(bytes), bytes.size(), variant);
  out.pop_back();  // the library counts the terminating zero
  return out;
}

std::optional<std::string> Decode(std::string_view text, int variant) {
  // The library takes some bytes beyond ASCII for letters of the alphabet.
  if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) {
    return std::nullopt;
  }
  std::string out(text.size(), '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(Bytes(out), out.size(), text.data(), text.size(), nullptr, &length, &end,
                        variant) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  out.resize(length);
  return out;
}

using Bignum = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bignum ToBignum(std::string_view bytes) {
  return {BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr), BN_free};
}

Pkey KeyFrom(const char* type, OSSL_PARAM_BLD* build) {
  EVP_PKEY* key = nullptr;
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(build);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr);
  if (params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context) == 1) {
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
  }
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(params);
  return {key, EVP_PKEY_free};
}

Pkey RsaKey(std::string_view n, std::string_view e) {
  const auto modulus = ToBignum(n);
  const auto exponent = ToBignum(e);
  std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                        OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return KeyFrom("RSA", build.get());
}

Pkey EcKey(std::string_view x, std::string_view y) {
  std::string point = "\x04";
  point.append(48 - std::min<std::size_t>(48, x.size()), '\0').append(x);
  point.append(48 - std::min<std::size_t>(48, y.size()), '\0').append(y);
  std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                        OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return KeyFrom("EC", build.get());
}

// JWS carries r and s side by side; OpenSSL wants them as DER.
std::string DerFromRaw(std::string_view raw) {
  if (raw.size() != 96) return {};
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, ToBignum(raw.substr(0, 48)).release(),
                 ToBignum(raw.substr(48)).release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(signature, &der);
  std::string out =
      length > 0 ? std::string(reinterpret_cast<char*>(der), static_cast<std::size_t>(length))
                 : std::string();
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return out;
}

}  // namespace

void InitCrypto() { PONS_CHECK(sodium_init() >= 0); }

std::string Base64(std::string_view bytes) { return Encode(bytes, sodium_base64_VARIANT_ORIGINAL); }
std::optional<std::string> FromBase64(std::string_view text) {
  return Decode(text, sodium_base64_VARIANT_ORIGINAL);
}
std::string Base64Url(std::string_view bytes) {
  return Encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
std::optional<std::string> FromBase64Url(std::string_view text) {
  return Decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string Sha256(std::string_view bytes) {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(Bytes(out), Bytes(bytes), bytes.size());
  return out;
}

std::string Sha1(std::string_view bytes) {
  std::string out(20, '\0');
  unsigned int length = 0;
  PONS_CHECK(EVP_Digest(bytes.data(), bytes.size(), Bytes(out), &length, EVP_sha1(), nullptr) == 1);
  return out;
}

std::string HmacSha1(std::string_view key, std::string_view text) {
  std::string out(20, '\0');
  unsigned int length = 0;
  PONS_CHECK(HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), Bytes(text), text.size(),
                  Bytes(out), &length) != nullptr);
  return out;
}

std::string HmacSha256(std::string_view key, std::string_view text) {
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, Bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, Bytes(out));
  return out;
}

std::string KeyedHash(std::string_view key, std::string_view text, std::size_t length) {
  std::string out(length, '\0');
  PONS_CHECK(crypto_generichash(Bytes(out), length, Bytes(text), text.size(), Bytes(key),
                                key.size()) == 0);
  return out;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string HashPassword(const Sensitive<std::string>& password) {
  std::string out(crypto_pwhash_STRBYTES, '\0');
  const auto& text = password.Reveal();
  PONS_CHECK(crypto_pwhash_str(out.data(), text.data(), text.size(),
                               crypto_pwhash_OPSLIMIT_INTERACTIVE,
                               crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0);
  out.resize(out.find('\0'));
  return out;
}

bool VerifyPassword(std::string_view hash, const Sensitive<std::string>& password) {
  const std::string terminated(hash);
  if (terminated.size() >= crypto_pwhash_STRBYTES) return false;
  const auto& text = password.Reveal();
  return crypto_pwhash_str_verify(terminated.c_str(), text.data(), text.size()) == 0;
}

std::string Seal(std::string_view key, std::string_view plain, Random& random) {
  PONS_CHECK(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  std::string out(kNonce + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  random.Fill({Bytes(out), kNonce});
  unsigned long long length = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(out) + kNonce, &length, Bytes(plain),
                                             plain.size(), nullptr, 0, nullptr, Bytes(out),
                                             Bytes(key));
  return out;
}

Result<std::string> Unseal(std::string_view key, std::string_view sealed) {
  PONS_CHECK(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (sealed.size() >= kNonce + kTag) {
    std::string out(sealed.size() - kNonce - kTag, '\0');
    unsigned long long length = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes(out), &length, nullptr,
                                                   Bytes(sealed) + kNonce, sealed.size() - kNonce,
                                                   nullptr, 0, Bytes(sealed), Bytes(key)) == 0) {
      return out;
    }
  }
  return MakeError(Fault::kInternal,
                   "a sealed value cannot be opened: the key file is not the one it was sealed "
                   "with, or the value was changed");
}

bool VerifyJwtSignature(std::string_view algorithm, std::string_view n_or_x,
                        std::string_view e_or_y, std::string_view signed_text,
                        std::string_view signature) {
  const bool rsa = algorithm == "RS384";
  if (!rsa && algorithm != "ES384") return false;
  // RFC 7518 §3.3: RSA keys have at least 2048 bits.
  if (rsa && n_or_x.size() < 256) return false;
  if (!rsa && (n_or_x.size() > 48 || e_or_y.size() > 48)) return false;
  const Pkey key = rsa ? RsaKey(n_or_x, e_or_y) : EcKey(n_or_x, e_or_y);
  if (!key) return false;
  const std::string der = rsa ? std::string(signature) : DerFromRaw(signature);
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free);
  return !der.empty() &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha384(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(der), der.size(), Bytes(signed_text),
                          signed_text.size()) == 1;
}

}  // namespace pons::crypto
