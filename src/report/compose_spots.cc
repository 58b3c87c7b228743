// SPDX-License-Identifier: Apache-2.0
// Sections and spots: diagnoses, the grid of pictures with captions, notes and what was done.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/compose.h"

namespace pons::report {
namespace {

constexpr double kGap = 12;
constexpr double kCaptionAbove = 4;

struct SurfaceFree {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};

// The JPEG goes into the file as it is: the surface's own pixels are never looked at.
void DrawJpeg(cairo_t* cr, const PreparedImage& image, double x, double y, double width,
              double height) {
  const std::unique_ptr<cairo_surface_t, SurfaceFree> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, image.width, image.height));
  auto* bytes = new std::string(image.jpeg);
  const auto status = cairo_surface_set_mime_data(
      surface.get(), CAIRO_MIME_TYPE_JPEG, reinterpret_cast<const unsigned char*>(bytes->data()),
      static_cast<unsigned long>(bytes->size()),
      [](void* held) { delete static_cast<std::string*>(held); }, bytes);
  if (status != CAIRO_STATUS_SUCCESS) {
    delete bytes;
    return;
  }
  cairo_save(cr);
  cairo_translate(cr, x, y);
  cairo_scale(cr, width / image.width, height / image.height);
  cairo_set_source_surface(cr, surface.get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
  cairo_rectangle(cr, 0, 0, image.width, image.height);
  cairo_fill(cr);
  cairo_restore(cr);
}

struct Cell {
  const PreparedImage* image = nullptr;
  double width = 0;
  double height = 0;
  std::vector<Text> caption;
  double caption_height = 0;
  std::vector<Text> failure;
};

void DrawCell(cairo_t* cr, const Cell& cell, double x, double y, double row_height) {
  const double top = y + row_height - cell.height;  // pictures of a row stand on one line
  if (cell.failure.empty()) {
    DrawJpeg(cr, *cell.image, x, top, cell.width, cell.height);
    SetColour(cr, kLine);
    cairo_set_line_width(cr, 0.5);
    cairo_rectangle(cr, x, top, cell.width, cell.height);
    cairo_stroke(cr);
  } else {
    RoundedBox(cr, x, top, cell.width, cell.height, 3);
    SetColour(cr, kPanel);
    cairo_fill_preserve(cr);
    SetColour(cr, kAlarm);
    cairo_set_line_width(cr, 0.8);
    const double dashes[] = {3, 2};
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_stroke(cr);
    cairo_set_dash(cr, nullptr, 0, 0);
    double height = 0;
    for (const Text& line : cell.failure) height += line.height() + 2;
    double at = top + (cell.height - height) / 2;
    for (const Text& line : cell.failure) {
      line.Draw(cr, x + 10, at);
      at += line.height() + 2;
    }
  }
  double at = y + row_height + kCaptionAbove;
  for (const Text& line : cell.caption) {
    line.Draw(cr, x, at);
    at += line.height();
  }
}

}  // namespace

Grid GridFor(std::size_t images) {
  Grid grid;
  grid.columns = images <= 2 || images == 4 ? 2 : 3;
  grid.cell_width = (kContentWidth - kGap * (grid.columns - 1)) / grid.columns;
  grid.most_height = grid.columns == 2 ? 190 : grid.cell_width;
  return grid;
}

void Composer::Images(const std::vector<Image>& images, std::shared_ptr<const Block> repeated) {
  const Grid grid = GridFor(images.size());
  const auto columns = static_cast<std::size_t>(grid.columns);
  for (std::size_t first = 0; first < images.size(); first += columns) {
    std::vector<Cell> cells;
    double picture = 0;
    double caption = 0;
    for (std::size_t i = first; i < std::min(first + columns, images.size()); ++i) {
      const Image& image = images[i];
      Cell cell;
      cell.image = &images_.at(&image);
      if (cell.image->jpeg.empty()) {
        cell.width = grid.cell_width;
        cell.height = grid.cell_width * 0.6;
        cell.failure.push_back(texts_.Make("This image could not be read", {9, true, kAlarm},
                                           cell.width - 20, 2, Align::kCentre));
        cell.failure.push_back(texts_.Make(cell.image->failure, {7.5, false, kQuiet},
                                           cell.width - 20, 3, Align::kCentre));
      } else {
        const double scale =
            std::min(grid.cell_width / cell.image->width, grid.most_height / cell.image->height);
        cell.width = cell.image->width * scale;
        cell.height = cell.image->height * scale;
      }
      const std::string when = Shown(image.taken);
      const std::string kind(ImageKindName(image.kind));
      cell.caption.push_back(texts_.Label(kind + "  ·  " + (when.empty() ? "no date" : when),
                                          {8, true, kInk}, grid.cell_width));
      for (const std::string& line : {image.device, image.title}) {
        if (line.empty()) continue;
        cell.caption.push_back(texts_.Make(line, {7.5, false, kQuiet}, grid.cell_width, 2));
      }
      for (const std::string& note : image.notes) {
        cell.caption.push_back(texts_.Make(note, {7.5, false, kInk}, grid.cell_width, 6));
      }
      for (const Text& line : cell.caption) cell.caption_height += line.height();
      picture = std::max(picture, cell.height);
      caption = std::max(caption, cell.caption_height);
      cells.push_back(std::move(cell));
    }
    Block row;
    row.before = first == 0 ? 8 : 12;
    row.height = picture + kCaptionAbove + caption;
    row.tag = "Figure";
    row.group = flow_.NextGroup();
    row.repeated = repeated;
    row.draw = [cells, picture, grid](cairo_t* cr, double y) {
      double x = kMargin;
      for (const Cell& cell : cells) {
        DrawCell(cr, cell, x, y, picture);
        x += grid.cell_width + kGap;
      }
    };
    flow_.Add(std::move(row));
  }
}

void Composer::Diagnoses(const std::vector<Diagnosis>& diagnoses,
                         std::shared_ptr<const Block> repeated) {
  for (const Diagnosis& diagnosis : diagnoses) {
    const double left = 62;
    const Text name = texts_.Label("Diagnosis", {8, false, kQuiet}, left);
    const Text words = texts_.Make(diagnosis.text, {9.5, true, kInk}, kContentWidth - left, 6);
    std::string rest = diagnosis.status;
    const std::string when = Shown(diagnosis.date);
    if (!rest.empty() && !when.empty()) rest += ", ";
    const Text detail = texts_.Label(rest + when, {8, false, kQuiet}, kContentWidth - left);
    const bool more = !rest.empty() || !when.empty();
    Block block;
    block.before = 2;
    block.height = words.height() + (more ? detail.height() : 0);
    block.keep_with_next = true;
    block.tag = "P";
    block.group = flow_.NextGroup();
    block.repeated = repeated;
    block.draw = [name, words, detail, more, left](cairo_t* cr, double y) {
      name.Draw(cr, kMargin, y + words.baseline() - name.baseline());
      words.Draw(cr, kMargin + left, y);
      if (more) detail.Draw(cr, kMargin + left, y + words.height());
    };
    flow_.Add(std::move(block));
  }
}

void Composer::Entries(const std::vector<Entry>& entries, std::shared_ptr<const Block> repeated) {
  const double left = 116;
  for (const Entry& entry : entries) {
    const std::string when = Shown(entry.date);
    const std::string kind(EntryKindName(entry.kind));
    const Text name = texts_.Label(kind, {8, true, kAccent}, left - 8);
    const Text date = texts_.Label(when, {7.5, false, kQuiet}, left - 8);
    // What is dated stands beside the first line; the text may be longer than a page.
    const bool titled = !entry.title.empty();
    const Text title = texts_.Make(titled ? entry.title : entry.text, {9, titled, kInk},
                                   kContentWidth - left, titled ? 4 : 0);
    Block rule;
    rule.before = 7;
    rule.height = 5;
    rule.keep_with_next = true;
    rule.repeated = repeated;
    rule.draw = [name, date, title](cairo_t* cr, double y) {
      SetColour(cr, kLine);
      cairo_rectangle(cr, kMargin, y, kContentWidth, 0.5);
      cairo_fill(cr);
      const double at = y + 5 + title.baseline() - name.baseline();
      name.Draw(cr, kMargin, at);
      date.Draw(cr, kMargin, at + name.height());
    };
    rule.tag = "P";
    rule.group = flow_.NextGroup();
    flow_.Add(std::move(rule));
    if (titled) {
      Block block;
      block.height = title.height();
      block.keep_with_next = !entry.text.empty();
      block.tag = "P";
      block.group = flow_.NextGroup();
      block.draw = [title, left](cairo_t* cr, double y) { title.Draw(cr, kMargin + left, y); };
      flow_.Add(std::move(block));
      if (!entry.text.empty()) {
        flow_.AddText(texts_.Make(entry.text, {9, false, kInk}, kContentWidth - left),
                      kMargin + left, 1, repeated);
      }
    } else {
      flow_.AddText(title, kMargin + left, 0, repeated);
    }
    // The date below the kind needs the room of a second line.
    if (!when.empty() && (!titled || entry.text.empty()) && title.lines() < 2) {
      Block room;
      room.height = 8;
      flow_.Add(std::move(room));
    }
  }
}

void Composer::General(const Section& section) {
  Heading(section.title.empty() ? "Notes" : section.title, 20);
  for (const std::string& paragraph : section.paragraphs) {
    flow_.AddText(texts_.Make(paragraph, {9.5, false, kInk}, kContentWidth), kMargin, 4);
  }
  Diagnoses(section.diagnoses, nullptr);
  Images(section.images, nullptr);
  Entries(section.entries, nullptr);
  flow_.last().keep_with_next = false;
}

void Composer::OneSpot(std::size_t index) {
  const Spot& spot = report_.spots[index];
  const Text label = texts_.Label(spot.label, {11, true, kWhite}, 110);
  const double badge = std::max(24.0, label.width() + 14);
  const std::string site = spot.site.empty() ? "Body site not recorded" : spot.site;
  const double left = kMargin + badge + 10;
  const double width = kContentWidth - badge - 10;
  const Text title = texts_.Make(site, {12.5, true, kInk}, width, 3);
  Block block;
  block.before = 24;
  block.height = std::max(24.0, title.height()) + 4;
  block.keep_with_next = !spot.diagnoses.empty() || !spot.images.empty() || !spot.entries.empty();
  block.tag = "H2";
  block.group = flow_.NextGroup();
  const auto paint = [label, title, badge, left](cairo_t* cr, double y) {
    RoundedBox(cr, kMargin, y, badge, 22, 11);
    SetColour(cr, kAccent);
    cairo_fill(cr);
    label.Draw(cr, kMargin + (badge - label.width()) / 2, y + 11 - label.height() / 2);
    title.Draw(cr, left, y + std::max(0.0, 11 - title.height() / title.lines() / 2));
  };
  block.draw = [paint, destination = SpotDestination(index)](cairo_t* cr, double y) {
    const std::string attributes = "name='" + destination + "'";
    cairo_tag_begin(cr, CAIRO_TAG_DEST, attributes.c_str());
    paint(cr, y);
    cairo_tag_end(cr, CAIRO_TAG_DEST);
  };
  flow_.Add(std::move(block));

  const auto again = std::make_shared<Block>();
  const Text continued =
      texts_.Label("Spot " + Isolated(spot.label) + "  ·  " + Isolated(site) + "  ·  continued",
                   {8.5, true, kAccent}, kContentWidth);
  again->height = continued.height() + 8;
  again->tag = "P";
  again->group = flow_.NextGroup();
  again->draw = [continued](cairo_t* cr, double y) { continued.Draw(cr, kMargin, y); };

  Diagnoses(spot.diagnoses, again);
  Images(spot.images, again);
  Entries(spot.entries, again);
  flow_.last().keep_with_next = false;
}

}  // namespace pons::report
