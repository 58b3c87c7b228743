// SPDX-License-Identifier: Apache-2.0
// What a TDS client sends to the sandbox: any bytes are decoded or refused, whatever lengths they
// claim. The first byte says which kind of packet the rest is.
#include "vendors/best_practice/sandbox/tds_request.h"

#include "base/text.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace sandbox = pons::best_practice::sandbox;
  if (size == 0) return 0;
  const auto payload = pons::AsText(data + 1, size - 1);
  (void)sandbox::DecodeRequest(data[0], payload);
  if (const auto batch = sandbox::DecodeBatch(payload)) PONS_CHECK(pons::IsValidUtf8(*batch));
  PONS_CHECK(pons::IsValidUtf8(sandbox::Utf16ToUtf8(payload)));
  PONS_CHECK(pons::IsValidUtf8(sandbox::Windows1252ToUtf8(payload)));
  if (pons::IsValidUtf8(payload)) {
    PONS_CHECK(sandbox::Utf16ToUtf8(sandbox::Utf8ToUtf16(payload)) == payload);
  }
  return 0;
}
