// SPDX-License-Identifier: Apache-2.0
// The reference vendor's answers and cursors, which are the patterns for other vendors': any bytes
// are refused as a protocol fault or read into something that is written back to the same.
#include "fuzz.h"
#include "vendors/memory/connector/memory_cursor.h"
#include "vendors/memory/connector/memory_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace memory = pons::memory;
  const auto text = pons::AsText(data, size);

  const auto answer = memory::DecodeAnswer(text);
  if (answer) {
    const auto again = memory::DecodeAnswer(memory::EncodeAnswer(*answer));
    PONS_CHECK(again.has_value() && *again == *answer);
  } else {
    PONS_CHECK(answer.error().fault == pons::Fault::kProtocol);
  }

  pons::Cursor cursor;
  cursor.token = text;
  if (const auto place = memory::ParseCursor(cursor)) {
    PONS_CHECK(memory::ParseCursor(memory::ToCursor(*place)) == place);
  }
  return 0;
}
