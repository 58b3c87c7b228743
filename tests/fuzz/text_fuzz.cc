// SPDX-License-Identifier: Apache-2.0
// base's readers of text, dates and instants on any bytes: what is read is written back as the same
// value, and folding for search is stable and keeps valid UTF-8 valid.
#include "base/text.h"

#include "base/time.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = pons::AsText(data, size);
  const auto folded = pons::FoldForSearch(text);
  PONS_CHECK(!pons::IsValidUtf8(text) || pons::IsValidUtf8(folded));
  PONS_CHECK(!pons::IsValidUtf8(text) || pons::FoldForSearch(folded) == folded);
  PONS_CHECK(pons::Trim(pons::Trim(text)) == pons::Trim(text));
  if (const auto date = pons::ParseDate(text)) PONS_CHECK(pons::FormatDate(*date) == text);
  if (const auto instant = pons::ParseInstant(text)) {
    PONS_CHECK(pons::ParseInstant(pons::FormatInstant(*instant)) == instant);
  }
  return 0;
}
