// SPDX-License-Identifier: Apache-2.0
// Base64 in both alphabets on any bytes: the reader is strict, so what it accepts is written back
// as the very same text, and any bytes survive the way there and back.
#include "crypto/crypto.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = pons::AsText(data, size);
  if (const auto bytes = pons::crypto::FromBase64(text)) {
    PONS_CHECK(pons::crypto::Base64(*bytes) == text);
  }
  if (const auto bytes = pons::crypto::FromBase64Url(text)) {
    PONS_CHECK(pons::crypto::Base64Url(*bytes) == text);
  }
  PONS_CHECK(pons::crypto::FromBase64(pons::crypto::Base64(text)) == text);
  PONS_CHECK(pons::crypto::FromBase64Url(pons::crypto::Base64Url(text)) == text);
  return 0;
}
