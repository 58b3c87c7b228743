// SPDX-License-Identifier: Apache-2.0
// Best Practice's cursors as an old release or a damaged store may hand them back: refused, or read
// into a place whose written form is read as the same place.
#include "fuzz.h"
#include "vendors/best_practice/connector/best_practice_cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace bp = pons::best_practice;
  pons::Cursor cursor;
  cursor.token = pons::AsText(data, size);
  const auto place = bp::ParseCursor(cursor);
  if (!place) return 0;
  const auto written = bp::ToCursor(*place);
  const auto again = bp::ParseCursor(written);
  PONS_CHECK(again.has_value());
  if (place->given.size() <= bp::kMostWrittenOut) PONS_CHECK(again->given == place->given);
  PONS_CHECK(again->kind == place->kind && again->newest == place->newest);
  PONS_CHECK(again->highest == place->highest && again->after == place->after);
  return 0;
}
