// SPDX-License-Identifier: Apache-2.0
// The first page: masthead, who it is about, the body map and the table of spots; and the footer.
#include "report/compose.h"

#include <algorithm>

#include "base/text.h"

namespace pons::report {
namespace {

constexpr double kFactName = 62;
constexpr double kMapHeight = 236;

std::string Joined(std::initializer_list<std::string_view> parts, std::string_view between) {
  std::string out;
  for (const auto part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

std::string Capitalised(std::string text) {
  if (!text.empty()) text[0] = AsciiUpper(text.substr(0, 1))[0];
  return text;
}

// The dates of a spot's pictures: "9 Mar 2024 – 3 Apr 2026". A table has no room for the time.
std::string DateRange(const std::vector<Image>& images, const PracticeZone& zone) {
  std::string first;
  std::string last;
  for (const Image& image : images) {
    if (!image.taken.known()) continue;
    last = FormatWhen(image.taken, zone);
    last = last.substr(0, last.find(','));
    if (first.empty()) first = last;
  }
  return first == last ? first : first + " – " + last;
}

std::string DiagnosisWords(const std::vector<Diagnosis>& diagnoses) {
  std::string out;
  for (const Diagnosis& diagnosis : diagnoses) {
    out = Joined({out, Isolated(diagnosis.text)}, "; ");
  }
  return out;
}

void LinkBox(cairo_t* cr, const std::string& destination, double x, double y, double width,
             double height) {
  const std::string attributes =
      "rect=[" + std::to_string(static_cast<int>(x)) + " " + std::to_string(static_cast<int>(y)) +
      " " + std::to_string(static_cast<int>(width)) + " " +
      std::to_string(static_cast<int>(height)) + "] dest='" + destination + "'";
  cairo_tag_begin(cr, CAIRO_TAG_LINK, attributes.c_str());
  cairo_tag_end(cr, CAIRO_TAG_LINK);
}

}  // namespace

std::string SpotDestination(std::size_t index) { return "spot-" + std::to_string(index + 1); }

Flow Composer::Compose() {
  Masthead();
  Facts();
  if (!report_.spots.empty()) {
    BodyMap();
    Overview();
  }
  for (const Section& section : report_.sections) General(section);
  for (std::size_t i = 0; i < report_.spots.size(); ++i) OneSpot(i);
  return std::move(flow_);
}

void Composer::Heading(std::string_view text, double before) {
  const Text words = texts_.Make(text, {12, true, kAccent}, kContentWidth, 3);
  Block block;
  block.height = words.height() + 6;
  block.before = before;
  block.keep_with_next = true;
  block.tag = "H2";
  block.group = flow_.NextGroup();
  block.draw = [words](cairo_t* cr, double y) { words.Draw(cr, kMargin, y); };
  flow_.Add(std::move(block));
}

void Composer::Masthead() {
  const Clinic& clinic = report_.clinic;
  const double half = kContentWidth / 2 - 10;
  const Text title = texts_.Make(report_.title, {19, true, kAccent}, kContentWidth, 3);
  const Text name = texts_.Make(clinic.name, {10.5, true, kInk}, half, 3);
  const Text address = texts_.Make(Joined({clinic.address, clinic.phone}, " · "),
                                   {8, false, kQuiet}, kContentWidth - half - 20, 3, Align::kEnd);
  const double top = std::max(name.height(), address.height());
  const bool named = !clinic.name.empty() || !clinic.address.empty() || !clinic.phone.empty();
  if (named) {
    Block letterhead;
    letterhead.height = top + 8;
    letterhead.tag = "P";
    letterhead.group = flow_.NextGroup();
    letterhead.draw = [name, address, half, top](cairo_t* cr, double y) {
      name.Draw(cr, kMargin, y);
      address.Draw(cr, kMargin + half + 20,
                   y + std::max(0.0, name.baseline() - address.baseline()));
      SetColour(cr, kAccent);
      cairo_rectangle(cr, kMargin, y + top + 6, kContentWidth, 1.4);
      cairo_fill(cr);
    };
    flow_.Add(std::move(letterhead));
  }
  Block block;
  block.before = 12;
  block.height = title.height();
  block.tag = "H1";
  block.group = flow_.NextGroup();
  block.draw = [title](cairo_t* cr, double y) { title.Draw(cr, kMargin, y); };
  flow_.Add(std::move(block));
}

double Composer::MeasureFacts(const std::vector<Fact>& facts, double width,
                              std::vector<std::pair<Text, Text>>& set) {
  double height = 0;
  for (const Fact& fact : facts) {
    if (fact.value.empty()) continue;
    const Style style{fact.strong ? 11.0 : 9.0, fact.strong, kInk};
    set.emplace_back(texts_.Label(fact.name, {8, false, kQuiet}, kFactName),
                     texts_.Make(fact.value, style, width - kFactName, fact.strong ? 4 : 3));
    height += set.back().second.height() + 3;
  }
  return height;
}

void Composer::Facts() {
  const Person& person = report_.patient;
  const Doctor& doctor = report_.author;
  const double width = (kContentWidth - 24 - 18) / 2;
  std::vector<std::pair<Text, Text>> left;
  std::vector<std::pair<Text, Text>> right;
  const double left_height = MeasureFacts({{"Patient", person.name, true},
                                           {"Date of birth", Shown(person.birth_date)},
                                           {"Sex", Capitalised(person.gender)},
                                           {"Medicare", person.medicare},
                                           {"DVA", person.dva},
                                           {"IHI", person.ihi},
                                           {"Phone", person.phone},
                                           {"Address", person.address}},
                                          width, left);
  const double right_height =
      MeasureFacts({{"Doctor", doctor.name, true},
                    {"Qualification", doctor.qualification},
                    {"Provider no.", doctor.provider_number},
                    {"Report date", Shown(report_.date)},
                    {"Report no.", report_.id},
                    {"Status", report_.status == "final" ? "" : Capitalised(report_.status)},
                    {"Contents", std::to_string(report_.spots.size()) +
                                     (report_.spots.size() == 1 ? " spot, " : " spots, ") +
                                     std::to_string(report_.ImageCount()) +
                                     (report_.ImageCount() == 1 ? " image" : " images")}},
                   width, right);
  Block block;
  block.before = 10;
  block.height = std::max(left_height, right_height) + 18;
  block.tag = "P";
  block.group = flow_.NextGroup();
  block.draw = [left, right, width, height = block.height](cairo_t* cr, double y) {
    RoundedBox(cr, kMargin, y, kContentWidth, height, 5);
    SetColour(cr, kPanel);
    cairo_fill(cr);
    double x = kMargin + 12;
    for (const auto* column : {&left, &right}) {
      double at = y + 10;
      for (const auto& [name, value] : *column) {
        name.Draw(cr, x, at + value.baseline() - name.baseline());
        value.Draw(cr, x + kFactName, at);
        at += value.height() + 3;
      }
      x += width + 18;
    }
  };
  flow_.Add(std::move(block));
}

void Composer::BodyMap() {
  std::vector<MapMarker> markers;
  std::vector<std::string> not_placed;
  std::array<bool, kMapViewCount> shown = {true, true, false, false};
  bool estimated = false;
  for (std::size_t i = 0; i < report_.spots.size(); ++i) {
    const Spot& spot = report_.spots[i];
    const auto place = spot.position ? spot.position : PlaceOfSite(spot.site_code, spot.site);
    if (!place) {
      not_placed.push_back(spot.label + (spot.site.empty() ? "" : "  " + Isolated(spot.site)));
      continue;
    }
    shown[static_cast<std::size_t>(place->view)] = true;
    estimated = estimated || !spot.position;
    markers.push_back({spot.label, SpotDestination(i), *place, spot.position.has_value()});
  }
  std::vector<Text> side;  // what is written beside the bodies
  const double side_width = 124;
  side.push_back(texts_.Make("Spots on the body", {10.5, true, kAccent}, side_width));
  side.push_back(
      texts_.Make("As one looks at the patient: on the front view, the patient's left is "
                  "on the right.",
                  {7.5, false, kQuiet}, side_width));
  if (estimated) {
    side.push_back(
        texts_.Make("Outlined numbers show the region only; the exact place was not "
                    "recorded.",
                    {7.5, false, kQuiet}, side_width));
  }
  if (!not_placed.empty()) {
    side.push_back(texts_.Make("Not placed", {8.5, true, kInk}, side_width));
    const std::size_t most = 12;
    for (std::size_t i = 0; i < std::min(not_placed.size(), most); ++i) {
      side.push_back(texts_.Make(not_placed[i], {8, false, kInk}, side_width, 1));
    }
    if (not_placed.size() > most) {
      side.push_back(
          texts_.Make("and " + std::to_string(not_placed.size() - most) + " more, see the table",
                      {8, false, kQuiet}, side_width));
    }
  }
  Block block;
  block.before = 12;
  block.height = kMapHeight + 46;
  block.tag = "Figure";
  block.group = flow_.NextGroup();
  block.draw = [this, markers, shown, side, height = block.height](cairo_t* cr, double y) {
    RoundedBox(cr, kMargin + 0.5, y, kContentWidth - 1, height, 5);
    SetColour(cr, kLine);
    cairo_set_line_width(cr, 0.8);
    cairo_stroke(cr);
    double at = y + 12;
    for (const Text& text : side) {
      text.Draw(cr, kMargin + 14, at);
      at += text.height() + 5;
    }
    double bodies = 0;
    int count = 0;
    for (std::size_t view = 0; view < kMapViewCount; ++view) {
      if (!shown[view]) continue;
      bodies += MapWidth(static_cast<MapView>(view), kMapHeight);
      ++count;
    }
    const double room = kContentWidth - 150;
    const double gap = (room - bodies) / (count + 1);
    double x = kMargin + 140 + gap;
    for (std::size_t i = 0; i < kMapViewCount; ++i) {
      if (!shown[i]) continue;
      const auto view = static_cast<MapView>(i);
      const double width = MapWidth(view, kMapHeight);
      const Text name = texts_.Label(MapViewName(view), {8, false, kQuiet}, 80, Align::kCentre);
      name.Draw(cr, x + width / 2 - 40, y + kMapHeight + 26);
      DrawBody(cr, texts_, view, markers, x, y + 16, kMapHeight);
      x += width + gap;
    }
  };
  flow_.Add(std::move(block));
}

void Composer::Overview() {
  struct Column {
    const char* name;
    double x;
    double width;
  };
  static constexpr Column kColumns[] = {
      {"Spot", 8, 40},     {"Body site", 52, 128}, {"Diagnosis", 188, 148},
      {"Images", 344, 34}, {"Taken", 384, 118},
  };
  const auto head = std::make_shared<Block>();
  head->height = 19;
  head->keep_with_next = true;
  head->tag = "P";
  head->group = flow_.NextGroup();
  std::vector<Text> names;
  for (const Column& column : kColumns) {
    names.push_back(texts_.Label(column.name, {7.8, true, kWhite}, column.width));
  }
  head->draw = [names](cairo_t* cr, double y) {
    RoundedBox(cr, kMargin, y, kContentWidth, 17, 3);
    SetColour(cr, kAccent);
    cairo_fill(cr);
    for (std::size_t i = 0; i < names.size(); ++i) {
      names[i].Draw(cr, kMargin + kColumns[i].x, y + 8.5 - names[i].height() / 2);
    }
  };
  Block first = *head;
  first.before = 14;
  flow_.Add(std::move(first));
  for (std::size_t i = 0; i < report_.spots.size(); ++i) {
    const Spot& spot = report_.spots[i];
    const std::string values[] = {spot.label, spot.site, DiagnosisWords(spot.diagnoses),
                                  std::to_string(spot.images.size()),
                                  DateRange(spot.images, zone_)};
    std::vector<Text> cells;
    double height = 0;
    double baseline = 0;  // scripts differ in how far their first line reaches up
    for (std::size_t column = 0; column < std::size(kColumns); ++column) {
      const Style style{8.5, column == 0, column == 0 ? kAccent : kInk};
      cells.push_back(
          texts_.Make(values[column], style, kColumns[column].width, column == 0 ? 2 : 4));
      baseline = std::max(baseline, cells.back().baseline());
    }
    for (const Text& cell : cells) {
      height = std::max(height, baseline - cell.baseline() + cell.height());
    }
    Block row;
    row.height = height + 7;
    row.tag = "P";
    row.group = flow_.NextGroup();
    row.repeated = head;
    row.draw = [cells, i, baseline, height = row.height](cairo_t* cr, double y) {
      for (std::size_t column = 0; column < cells.size(); ++column) {
        cells[column].Draw(cr, kMargin + kColumns[column].x,
                           y + 3 + baseline - cells[column].baseline());
      }
      SetColour(cr, kLine);
      cairo_rectangle(cr, kMargin, y + height - 0.6, kContentWidth, 0.6);
      cairo_fill(cr);
      LinkBox(cr, SpotDestination(i), kMargin, y, kContentWidth, height);
    };
    flow_.Add(std::move(row));
  }
}

void Composer::DrawFooter(cairo_t* cr, int page, int pages) {
  const double y = kPageHeight - 46;
  SetColour(cr, kLine);
  cairo_rectangle(cr, kMargin, y - 6, kContentWidth, 0.7);
  cairo_fill(cr);
  const Person& person = report_.patient;
  const std::string born = Shown(person.birth_date);
  const std::string who = Joined({born.empty() ? "" : "born " + born,
                                  person.medicare.empty() ? "" : "Medicare " + person.medicare},
                                 "  ·  ");
  const std::string which =
      Joined({"Report " + Isolated(report_.id), Shown(report_.date), Isolated(report_.clinic.name)},
             "  ·  ");
  const Style style{7.5, false, kQuiet};
  const double right = 90;
  const double left = kContentWidth - right - 10;
  const auto put = [cr](const Text& text, double x, double base) {
    text.Draw(cr, x, base - text.baseline());
  };
  // A long name is cut, and what tells people of one name apart is not.
  const Text details = texts_.Label(who.empty() ? "" : "  ·  " + who, style, left - 60);
  const Text name = texts_.Label(Isolated(person.name), style, left - details.width());
  put(name, kMargin, y + 8);
  put(details, kMargin + name.width(), y + 8);
  put(texts_.Label(which, style, left), kMargin, y + 19);
  put(texts_.Label("Page " + std::to_string(page) + " of " + std::to_string(pages), style, right,
                   Align::kEnd),
      kPageWidth - kMargin - right, y + 8);
  if (report_.status != "final") {
    put(texts_.Label(Capitalised(report_.status), {7.5, true, kAlarm}, right, Align::kEnd),
        kPageWidth - kMargin - right, y + 19);
  }
}

}  // namespace pons::report
