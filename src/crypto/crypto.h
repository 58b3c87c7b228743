// SPDX-License-Identifier: Apache-2.0
// Hashing, signing and sealing, over libsodium and OpenSSL. The only module that includes theirs.
// Threads: all functions may be called from any thread. InitCrypto first, once, from main.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/sensitive.h"

namespace pons::crypto {

void InitCrypto();

std::string Base64(std::string_view bytes);                    // standard alphabet, padded
std::optional<std::string> FromBase64(std::string_view text);  // strict
std::string Base64Url(std::string_view bytes);                 // URL alphabet, no padding
std::optional<std::string> FromBase64Url(std::string_view text);

std::string Sha256(std::string_view bytes);  // 32 bytes
std::string Sha1(std::string_view bytes);  // 20 bytes; for formats that ask for it, never for trust
std::string HmacSha1(std::string_view key, std::string_view text);    // 20 bytes; for RFC 6238
std::string HmacSha256(std::string_view key, std::string_view text);  // 32 bytes
// BLAKE2b with a key of 16 to 64 bytes; `length` bytes out, 16 to 64.
std::string KeyedHash(std::string_view key, std::string_view text, std::size_t length);
bool EqualInConstantTime(std::string_view a, std::string_view b);

// Argon2id, libsodium's text form. Interactive strength: about 60 ms, 64 MiB.
std::string HashPassword(const Sensitive<std::string>& password);
bool VerifyPassword(std::string_view hash, const Sensitive<std::string>& password);

// XChaCha20-Poly1305 with a random nonce in front. `key` is 32 bytes.
std::string Seal(std::string_view key, std::string_view plain, Random& random);
// Fault::kInternal where the key is not the one it was sealed with, or bytes were changed.
Result<std::string> Unseal(std::string_view key, std::string_view sealed);

// JWT signature of RS384 (n, e) or ES384 (x, y), all as raw bytes. False for any other algorithm.
bool VerifyJwtSignature(std::string_view algorithm, std::string_view n_or_x,
                        std::string_view e_or_y, std::string_view signed_text,
                        std::string_view signature);

}  // namespace pons::crypto
