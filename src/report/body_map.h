// SPDX-License-Identifier: Apache-2.0
// The drawn body: where body sites are on it, and the numbered spots.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/draw.h"
#include "report/timeline.h"

namespace pons::report {

// Where a body site is, by its SNOMED CT code or else its English words; empty where neither is
// known, or where a paired part has no side ("forearm").
std::optional<MapPosition> PlaceOfSite(std::string_view snomed_code, std::string_view words);

struct MapMarker {
  std::string label;
  std::string destination;  // of the link
  MapPosition position;
  bool exact = true;  // false: only the region is known
};

// Width of a view that is `height` high.
double MapWidth(MapView view, double height);
std::string_view MapViewName(MapView view);

// The body as seen from one side, with the markers of that view. Markers that would cover each
// other move aside and point at their place.
void DrawBody(cairo_t* cr, TextMaker& texts, MapView view, const std::vector<MapMarker>& markers,
              double x, double y, double height);

}  // namespace pons::report
