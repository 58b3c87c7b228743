// SPDX-License-Identifier: Apache-2.0
// The outlines are drawn for this report. Their unit is a hundredth of the body's height; x counts
// from the middle.
#include "report/body_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace pons::report {
namespace {

constexpr double kHalfWidth = 21.5;      // to the hands, from the front
constexpr double kHalfWidthSide = 10.0;  // from the side

struct Curve {
  double x1, y1, x2, y2, x, y;
};

// One half of the body from the front, from the crown to the crotch.
constexpr std::array kFrontHalf = {
    Curve{3.5, 0.0, 5.5, 2.3, 5.5, 6.2},        // skull
    Curve{5.5, 9.2, 4.2, 12.2, 2.9, 13.0},      // jaw
    Curve{2.8, 13.8, 2.8, 14.8, 3.1, 15.6},     // neck
    Curve{4.0, 17.4, 8.2, 17.4, 11.0, 18.2},    // shoulder
    Curve{13.4, 18.9, 14.5, 21.2, 14.6, 24.2},  // its cap
    Curve{14.8, 28.0, 15.7, 32.4, 16.2, 36.0},  // upper arm
    Curve{17.4, 39.6, 18.8, 44.2, 19.3, 48.6},  // forearm
    Curve{20.3, 49.6, 21.5, 52.0, 21.2, 54.4},  // hand
    Curve{21.0, 56.2, 20.4, 57.8, 19.6, 57.6},  // fingers
    Curve{18.6, 57.4, 17.9, 54.8, 17.7, 53.0},  //
    Curve{17.5, 51.6, 17.0, 50.2, 16.7, 49.0},  // wrist
    Curve{15.4, 45.4, 13.5, 41.2, 12.8, 37.0},  // inner forearm
    Curve{12.3, 33.2, 11.2, 29.4, 10.7, 26.0},  // to the armpit
    Curve{10.4, 30.4, 8.7, 34.2, 8.4, 38.4},    // side
    Curve{8.3, 42.0, 9.9, 45.4, 10.3, 49.2},    // hip
    Curve{10.8, 57.0, 9.0, 65.0, 8.0, 71.4},    // thigh
    Curve{7.6, 74.0, 8.6, 76.4, 8.4, 80.0},     // knee, calf
    Curve{8.1, 85.0, 6.1, 90.2, 5.8, 93.8},     // to the ankle
    Curve{5.8, 95.8, 8.0, 97.4, 8.1, 98.8},     // foot
    Curve{8.0, 100.2, 4.6, 100.0, 3.6, 99.6},   //
    Curve{2.8, 98.6, 3.2, 96.0, 3.2, 93.8},     // inner ankle
    Curve{3.0, 88.0, 1.9, 81.0, 2.2, 73.6},     // inner calf
    Curve{2.4, 67.0, 0.9, 59.0, 0.5, 52.8},     // inner thigh
    Curve{0.3, 52.4, 0.1, 52.3, 0.0, 52.3},
};

// The body from its left, facing left; all the way round from the crown.
constexpr std::array kSide = {
    Curve{4.4, 0.0, 6.4, 2.6, 6.4, 6.2},         // back of the head
    Curve{6.4, 9.2, 4.5, 10.8, 4.4, 13.2},       // nape
    Curve{4.4, 15.4, 6.0, 16.6, 7.0, 18.4},      //
    Curve{8.6, 20.8, 9.0, 23.6, 8.8, 27.0},      // upper back
    Curve{8.6, 31.4, 6.2, 34.6, 6.2, 39.4},      // small of the back
    Curve{6.2, 42.8, 9.4, 45.0, 9.4, 49.4},      // buttock
    Curve{9.4, 53.4, 6.6, 54.8, 6.2, 58.0},      //
    Curve{5.8, 63.0, 4.6, 67.0, 4.6, 71.4},      // thigh
    Curve{4.8, 74.0, 6.2, 75.8, 6.0, 79.6},      // calf
    Curve{5.8, 85.0, 3.2, 89.6, 3.0, 93.4},      //
    Curve{3.2, 95.2, 4.4, 97.2, 4.0, 99.0},      // heel
    Curve{3.6, 100.0, -5.0, 100.0, -8.6, 99.8},  // sole
    Curve{-10.2, 99.4, -9.0, 97.4, -7.0, 96.8},  // toes
    Curve{-4.6, 96.0, -2.4, 95.4, -2.2, 92.8},   // instep
    Curve{-2.2, 86.0, -3.8, 79.6, -3.8, 72.4},   // shin
    Curve{-4.2, 66.0, -6.2, 60.0, -6.0, 52.0},   // thigh
    Curve{-5.6, 48.0, -7.0, 44.4, -6.8, 40.0},   // belly
    Curve{-6.6, 35.4, -7.8, 31.6, -7.2, 27.0},   // chest
    Curve{-6.6, 22.2, -3.6, 19.6, -2.8, 16.6},   // neck
    Curve{-2.6, 15.4, -2.6, 14.6, -2.9, 13.8},   //
    Curve{-4.2, 13.6, -5.0, 13.0, -5.0, 11.8},   // chin
    Curve{-5.0, 11.0, -5.4, 10.4, -5.2, 9.6},    // mouth
    Curve{-5.4, 9.0, -6.8, 8.8, -6.7, 8.0},      // nose
    Curve{-6.2, 7.2, -5.4, 6.0, -5.3, 4.8},      //
    Curve{-5.2, 1.8, -2.8, 0.0, 0.6, 0.0},       // forehead
};

// The arm that hangs at the side.
constexpr std::array kSideArm = {
    Curve{-2.6, 21.0, -3.4, 26.0, -2.6, 36.0}, Curve{-2.8, 41.0, -3.8, 45.0, -3.6, 49.4},
    Curve{-4.4, 52.0, -3.8, 57.0, -1.8, 57.4}, Curve{-0.4, 56.6, 0.0, 52.6, -0.4, 49.6},
    Curve{1.2, 45.0, 2.4, 41.0, 2.8, 36.4},    Curve{4.2, 29.0, 4.8, 22.6, 2.6, 19.6},
};

// ---- places

// Words of a site, where it is, and whether it is seen from behind. `x` is towards the patient's
// left; a part that has a left and a right one needs to be told which.
struct Region {
  const char* words;
  double x;
  double y;
  bool paired;
  bool behind;
};

// Narrow parts before wide ones: the first whose words are there is taken.
constexpr Region kRegions[] = {
    {"posterior neck", 0, 14.2, false, true},
    {"nape", 0, 14.2, false, true},
    {"occipital", 0, 5.5, false, true},
    {"occiput", 0, 5.5, false, true},
    {"vertex", 0, 1.2, false, false},
    {"forehead", 0, 4.0, false, false},
    {"temple", 4.3, 5.4, true, false},
    {"temporal", 4.3, 5.4, true, false},
    {"eyebrow", 2.2, 5.4, true, false},
    {"eyelid", 2.2, 6.3, true, false},
    {"nose", 0, 7.8, false, false},
    {"nasal", 0, 7.8, false, false},
    {"cheek", 3.0, 8.8, true, false},
    {"lip", 0, 10.3, false, false},
    {"mouth", 0, 10.3, false, false},
    {"chin", 0, 12.0, false, false},
    {"jaw", 3.6, 11.0, true, false},
    {"ear", 5.6, 7.2, true, false},
    {"scalp", 0, 1.6, false, false},
    {"face", 0, 8.4, false, false},
    {"neck", 0, 14.6, false, false},
    {"head", 0, 5.0, false, false},
    {"scapula", 6.0, 25.0, true, true},
    {"scapular", 6.0, 25.0, true, true},
    {"shoulder blade", 6.0, 25.0, true, true},
    {"upper back", 0, 23.0, false, true},
    {"mid back", 0, 31.0, false, true},
    {"middle back", 0, 31.0, false, true},
    {"lower back", 0, 40.0, false, true},
    {"lumbar", 0, 40.0, false, true},
    {"sacral", 0, 46.0, false, true},
    {"buttock", 4.6, 50.5, true, true},
    {"gluteal", 4.6, 50.5, true, true},
    {"clavicle", 6.0, 18.8, true, false},
    {"sternum", 0, 24.0, false, false},
    {"sternal", 0, 24.0, false, false},
    {"breast", 5.2, 27.5, true, false},
    {"axilla", 10.3, 26.4, true, false},
    {"armpit", 10.3, 26.4, true, false},
    {"chest", 0, 25.0, false, false},
    {"thorax", 0, 25.0, false, false},
    {"pectoral", 5.0, 24.5, true, false},
    {"flank", 7.8, 38.0, true, false},
    {"umbilicus", 0, 40.0, false, false},
    {"abdomen", 0, 39.0, false, false},
    {"abdominal", 0, 39.0, false, false},
    {"groin", 4.4, 50.6, true, false},
    {"inguinal", 4.4, 50.6, true, false},
    {"pubic", 0, 51.0, false, false},
    {"genital", 0, 51.8, false, false},
    {"hip", 9.0, 47.6, true, false},
    {"shoulder", 12.4, 20.6, true, false},
    {"forearm", 16.0, 43.0, true, false},
    {"elbow", 14.5, 36.6, true, false},
    {"wrist", 18.0, 49.2, true, false},
    {"palm", 19.4, 52.8, true, false},
    {"finger", 20.2, 56.0, true, false},
    {"thumb", 18.2, 54.0, true, false},
    {"hand", 19.4, 52.8, true, false},
    {"upper arm", 13.4, 29.5, true, false},
    {"upper limb", 14.0, 33.0, true, false},
    {"arm", 14.0, 33.0, true, false},
    {"thigh", 5.8, 60.0, true, false},
    {"popliteal", 5.2, 72.0, true, true},
    {"knee", 5.2, 72.0, true, false},
    {"shin", 5.2, 81.0, true, false},
    {"calf", 5.4, 80.0, true, true},
    {"lower leg", 5.2, 82.0, true, false},
    {"ankle", 4.5, 94.0, true, false},
    {"heel", 4.8, 98.4, true, true},
    {"sole", 5.4, 99.0, true, true},
    {"toe", 6.2, 99.0, true, false},
    {"foot", 5.6, 97.8, true, false},
    {"lower limb", 5.6, 76.0, true, false},
    {"leg", 5.6, 76.0, true, false},
    {"back", 0, 29.0, false, true},
    {"trunk", 0, 32.0, false, false},
    {"torso", 0, 32.0, false, false},
};

// Body structures of SNOMED CT that skin reports name most.
struct SiteCode {
  const char* code;
  const char* words;
};
constexpr SiteCode kSiteCodes[] = {
    {"69536005", "head"},
    {"89545001", "face"},
    {"52795006", "forehead"},
    {"41695006", "scalp"},
    {"45206002", "nose"},
    {"45048000", "neck"},
    {"51185008", "chest"},
    {"22943007", "trunk"},
    {"113345001", "abdomen"},
    {"77568009", "back"},
    {"368208006", "left upper arm"},
    {"368209003", "right upper arm"},
    {"66480008", "left forearm"},
    {"64262003", "right forearm"},
    {"85151006", "left hand"},
    {"78791008", "right hand"},
    {"91775009", "left shoulder"},
    {"91774008", "right shoulder"},
    {"61396006", "left thigh"},
    {"11207009", "right thigh"},
    {"48979004", "left lower leg"},
    {"32696007", "right lower leg"},
    {"22335008", "left foot"},
    {"7769000", "right foot"},
};

// Lower case, words apart by one blank, a blank at either end.
std::string AsWords(std::string_view text) {
  std::string out = " ";
  for (const char c : AsciiLower(text)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
    if (letter) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

bool Has(const std::string& words, std::string_view phrase) {
  const std::string plain = " " + std::string(phrase);
  return words.find(plain + " ") != std::string::npos ||
         words.find(plain + "s ") != std::string::npos;
}

std::optional<MapPosition> PlaceOfWords(std::string_view text) {
  std::string words = AsWords(text);
  // "back of left hand" is a hand seen from behind, and no back.
  bool behind = Has(words, "posterior") || Has(words, "dorsal") || Has(words, "dorsum");
  if (const auto at = words.find(" back of "); at != std::string::npos) {
    words.erase(at, 8);
    behind = true;
  }
  const bool left = Has(words, "left");
  const bool right = Has(words, "right");
  if (left && right) return std::nullopt;
  for (const Region& region : kRegions) {
    if (!Has(words, region.words)) continue;
    if (region.paired && !left && !right) return std::nullopt;
    // A side of a part that has none moves half way outwards.
    double x = region.paired ? region.x : (left || right ? (region.y < 16 ? 2.4 : 5.0) : 0.0);
    if (right) x = -x;
    const bool from_behind = region.behind || behind;
    if (from_behind) x = -x;  // the patient's left is on the left there
    return MapPosition{from_behind ? MapView::kBack : MapView::kFront,
                       (x + kHalfWidth) / (2 * kHalfWidth), region.y / 100};
  }
  return std::nullopt;
}

// ---- drawing

double HalfWidth(MapView view) {
  return view == MapView::kFront || view == MapView::kBack ? kHalfWidth : kHalfWidthSide;
}

template <std::size_t kCount>
void Trace(cairo_t* cr, const std::array<Curve, kCount>& curves, double x, double y, double unit,
           double mirror) {
  for (const Curve& c : curves) {
    cairo_curve_to(cr, x + c.x1 * unit * mirror, y + c.y1 * unit, x + c.x2 * unit * mirror,
                   y + c.y2 * unit, x + c.x * unit * mirror, y + c.y * unit);
  }
}

void FillAndStroke(cairo_t* cr) {
  SetColour(cr, kSkin);
  cairo_fill_preserve(cr);
  SetColour(cr, {0.55, 0.63, 0.68});
  cairo_set_line_width(cr, 0.7);
  cairo_stroke(cr);
}

void Outline(cairo_t* cr, MapView view, double middle, double y, double unit) {
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  cairo_new_path(cr);
  if (view == MapView::kFront || view == MapView::kBack) {
    cairo_move_to(cr, middle, y);
    Trace(cr, kFrontHalf, middle, y, unit, 1);
    // The other half, back up: the same curves from their ends.
    double from_x = 0;
    double from_y = 0;
    for (std::size_t i = kFrontHalf.size(); i-- > 0;) {
      const Curve& c = kFrontHalf[i];
      from_x = i == 0 ? 0 : kFrontHalf[i - 1].x;
      from_y = i == 0 ? 0 : kFrontHalf[i - 1].y;
      cairo_curve_to(cr, middle - c.x2 * unit, y + c.y2 * unit, middle - c.x1 * unit,
                     y + c.y1 * unit, middle - from_x * unit, y + from_y * unit);
    }
    cairo_close_path(cr);
    FillAndStroke(cr);
    return;
  }
  const double mirror = view == MapView::kLeft ? 1 : -1;
  cairo_move_to(cr, middle + 0.6 * unit * mirror, y);
  Trace(cr, kSide, middle, y, unit, mirror);
  cairo_close_path(cr);
  FillAndStroke(cr);
  cairo_move_to(cr, middle - 1.0 * unit * mirror, y + 19.6 * unit);
  Trace(cr, kSideArm, middle, y, unit, mirror);
  FillAndStroke(cr);
}

// A few lines that tell the front from the back.
void Features(cairo_t* cr, MapView view, double middle, double y, double unit) {
  SetColour(cr, {0.68, 0.74, 0.78});
  cairo_set_line_width(cr, 0.6);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  const auto line = [&](double x1, double y1, double bend, double x2, double y2) {
    cairo_move_to(cr, middle + x1 * unit, y + y1 * unit);
    const double mid_y = (y1 + y2) / 2 + bend;
    cairo_curve_to(cr, middle + (x1 * 2 + x2) / 3 * unit, y + mid_y * unit,
                   middle + (x1 + x2 * 2) / 3 * unit, y + mid_y * unit, middle + x2 * unit,
                   y + y2 * unit);
    cairo_stroke(cr);
  };
  if (view == MapView::kFront) {
    for (const double side : {-1.0, 1.0}) {
      line(side * 1.2, 6.0, 0.5, side * 3.0, 6.0);     // eyes
      line(side * 1.6, 27.4, 1.2, side * 7.4, 26.6);   // chest
      line(side * 1.6, 18.6, -0.4, side * 8.6, 18.6);  // collar bones
    }
    line(-1.3, 10.2, 0.5, 1.3, 10.2);  // mouth
    line(-0.6, 8.2, 0.5, 0.6, 8.2);    // nose
    line(-0.4, 40.0, 0.5, 0.4, 40.0);  // navel
  }
  if (view == MapView::kBack) {
    for (const double side : {-1.0, 1.0}) {
      line(side * 2.2, 24.0, 2.0, side * 7.2, 24.6);  // shoulder blades
      line(side * 0.6, 53.4, 1.2, side * 7.2, 53.2);  // buttocks
    }
    cairo_move_to(cr, middle, y + 17 * unit);
    cairo_line_to(cr, middle, y + 43 * unit);
    cairo_move_to(cr, middle, y + 47 * unit);
    cairo_line_to(cr, middle, y + 52 * unit);
    cairo_stroke(cr);
  }
}

struct Box {
  double x, y, width, height;
  bool Meets(const Box& other) const {
    return x < other.x + other.width && other.x < x + width && y < other.y + other.height &&
           other.y < y + height;
  }
};

// The free place that is nearest, by widening rings.
Box FreeBox(const Box& wanted, const std::vector<Box>& taken) {
  const auto is_free = [&taken](const Box& box) {
    return std::none_of(taken.begin(), taken.end(),
                        [&box](const Box& other) { return box.Meets(other); });
  };
  if (is_free(wanted)) return wanted;
  for (int ring = 1; ring <= 24; ++ring) {
    for (int step = 0; step < 16; ++step) {
      const double angle = M_PI / 8 * step;
      Box moved = wanted;
      moved.x += std::cos(angle) * ring * 5;
      moved.y += std::sin(angle) * ring * 5;
      if (is_free(moved)) return moved;
    }
  }
  return wanted;
}

// Where a marker ended up, and the place that it is about.
struct PlacedMarker {
  const MapMarker* marker;
  Text label;
  Box box;
  double at_x;
  double at_y;
};

void DrawLeader(cairo_t* cr, const PlacedMarker& placed) {
  const double middle_x = placed.box.x + placed.box.width / 2;
  const double middle_y = placed.box.y + placed.box.height / 2;
  if (std::hypot(middle_x - placed.at_x, middle_y - placed.at_y) < 0.5) return;
  SetColour(cr, kAccent);
  cairo_set_line_width(cr, 0.6);
  cairo_move_to(cr, placed.at_x, placed.at_y);
  cairo_line_to(cr, middle_x, middle_y);
  cairo_stroke(cr);
  cairo_arc(cr, placed.at_x, placed.at_y, 1.3, 0, 2 * M_PI);
  cairo_fill(cr);
}

void DrawMarker(cairo_t* cr, const PlacedMarker& placed) {
  const MapMarker& marker = *placed.marker;
  const Box& box = placed.box;
  const std::string attributes =
      "rect=[" + std::to_string(std::lround(box.x)) + " " + std::to_string(std::lround(box.y)) +
      " " + std::to_string(std::lround(box.width)) + " " + std::to_string(std::lround(box.height)) +
      "] dest='" + marker.destination + "'";
  cairo_tag_begin(cr, CAIRO_TAG_LINK, attributes.c_str());
  RoundedBox(cr, box.x, box.y, box.width, box.height, box.height / 2);
  SetColour(cr, marker.exact ? kAccent : kWhite);
  cairo_fill_preserve(cr);
  SetColour(cr, marker.exact ? kWhite : kAccent);
  cairo_set_line_width(cr, 0.9);
  cairo_stroke(cr);
  placed.label.Draw(cr, box.x + (box.width - placed.label.width()) / 2,
                    box.y + (box.height - placed.label.height()) / 2);
  cairo_tag_end(cr, CAIRO_TAG_LINK);
}

}  // namespace

std::optional<MapPosition> PlaceOfSite(std::string_view snomed_code, std::string_view words) {
  for (const SiteCode& site : kSiteCodes) {
    if (snomed_code == site.code) return PlaceOfWords(site.words);
  }
  return PlaceOfWords(words);
}

double MapWidth(MapView view, double height) { return HalfWidth(view) * 2 * height / 100; }

std::string_view MapViewName(MapView view) {
  switch (view) {
    case MapView::kFront:
      return "Front";
    case MapView::kBack:
      return "Back";
    case MapView::kLeft:
      return "Left side";
    case MapView::kRight:
      return "Right side";
  }
  return "";
}

void DrawBody(cairo_t* cr, TextMaker& texts, MapView view, const std::vector<MapMarker>& markers,
              double x, double y, double height) {
  const double unit = height / 100;
  const double width = MapWidth(view, height);
  Outline(cr, view, x + width / 2, y, unit);
  Features(cr, view, x + width / 2, y, unit);
  std::vector<Box> taken;
  std::vector<PlacedMarker> placed;
  for (const MapMarker& marker : markers) {
    if (marker.position.view != view) continue;
    const double at_x = x + marker.position.x * width;
    const double at_y = y + marker.position.y * height;
    Text label = texts.Label(marker.label, {6.6, true, marker.exact ? kWhite : kAccent}, 80);
    const double wide = std::max(12.0, label.width() + 6);
    taken.push_back(FreeBox({at_x - wide / 2, at_y - 6, wide, 12}, taken));
    placed.push_back({&marker, std::move(label), taken.back(), at_x, at_y});
  }
  // Lines first, so that none crosses a number.
  for (const PlacedMarker& one : placed) DrawLeader(cr, one);
  for (const PlacedMarker& one : placed) DrawMarker(cr, one);
}

}  // namespace pons::report
