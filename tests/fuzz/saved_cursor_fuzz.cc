// SPDX-License-Identifier: Apache-2.0
// A stream's saved place, as an old release, a mended database or a bad disk may hand it back: any
// text is read into a place or into "from the beginning", and a place is written back to the same.
#include "fuzz.h"
#include "sync/scope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace sync = pons::sync;
  const auto read = sync::ReadSavedCursor(pons::AsText(data, size));
  const auto again = sync::ReadSavedCursor(sync::WriteSavedCursor(read));
  PONS_CHECK(again.mark == read.mark);
  PONS_CHECK(again.from == read.from);
  PONS_CHECK(again.token == read.token);
  return 0;
}
