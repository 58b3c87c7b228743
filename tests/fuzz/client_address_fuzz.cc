// SPDX-License-Identifier: Apache-2.0
// X-Forwarded-For and Forwarded as anybody may write them: what comes out is an address.
#include "fuzz.h"
#include "net/client_address.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(pons::AsText(data, size));
  const auto trusted = pons::net::ParseAddressBlock("10.0.0.0/8");
  PONS_CHECK(trusted);
  for (const auto* name : {"x-forwarded-for", "forwarded"}) {
    const auto client = pons::net::ClientAddress("10.0.0.1", {{name, text}}, {{*trusted}});
    PONS_CHECK(pons::net::ParseIpAddress(client));
  }
  const auto block = pons::net::ParseAddressBlock(text);
  if (block) PONS_CHECK(pons::net::Contains(*block, block->base));
  return 0;
}
