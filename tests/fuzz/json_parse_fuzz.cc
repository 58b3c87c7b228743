// SPDX-License-Identifier: Apache-2.0
// json::Parse on any bytes: what it accepts is written and read back as the same tree, and what it
// refuses is refused as a protocol fault.
#include "fuzz.h"
#include "json/value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = pons::json::Parse(pons::AsText(data, size));
  if (!value) {
    PONS_CHECK(value.error().fault == pons::Fault::kProtocol);
    return 0;
  }
  const auto again = pons::json::Parse(pons::json::Write(*value));
  PONS_CHECK(again.has_value());
  PONS_CHECK(*again == *value);
  return 0;
}
