// SPDX-License-Identifier: Apache-2.0
#include "report/draw.h"

#include <fontconfig/fontconfig.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PONS_LEAKS_ARE_LOOKED_FOR
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define PONS_LEAKS_ARE_LOOKED_FOR
#endif
#ifdef PONS_LEAKS_ARE_LOOKED_FOR
// Fontconfig keeps what it knows of fonts for as long as the process lives, behind offsets that the
// leak finder cannot follow; it is the same 9 KB after one report and after a hundred.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif

namespace pons::report {
namespace {

double Points(int units) { return static_cast<double>(units) / PANGO_SCALE; }
int Units(double points) { return static_cast<int>(std::lround(points * PANGO_SCALE)); }

// Debian's package of Droid keeps the file that has Korean letters where fontconfig does not look.
constexpr char kKoreanFont[] = "/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf";

void FindKoreanFont() {
  static std::once_flag once;
  std::call_once(
      once, [] { FcConfigAppFontAddFile(nullptr, reinterpret_cast<const FcChar8*>(kKoreanFont)); });
}

// The first that has the letters is taken; fontconfig finds others where these are not installed.
constexpr char kFamilies[] =
    "Noto Sans,Noto Sans Arabic,Noto Sans Hebrew,Noto Sans Devanagari,Noto Sans Thai,"
    "Noto Sans CJK SC,Droid Sans Fallback,sans-serif";

}  // namespace

void SetColour(cairo_t* cr, const Colour& colour) {
  cairo_set_source_rgb(cr, colour.red, colour.green, colour.blue);
}

void RoundedBox(cairo_t* cr, double x, double y, double width, double height, double radius) {
  const double r = std::min({radius, width / 2, height / 2});
  cairo_new_sub_path(cr);
  cairo_arc(cr, x + width - r, y + r, r, -M_PI / 2, 0);
  cairo_arc(cr, x + width - r, y + height - r, r, 0, M_PI / 2);
  cairo_arc(cr, x + r, y + height - r, r, M_PI / 2, M_PI);
  cairo_arc(cr, x + r, y + r, r, M_PI, 3 * M_PI / 2);
  cairo_close_path(cr);
}

// ---- Text

double Text::height() const {
  PangoRectangle logical;
  pango_layout_get_extents(layout_.get(), nullptr, &logical);
  return Points(logical.height);
}

double Text::width() const {
  PangoRectangle logical;
  pango_layout_get_extents(layout_.get(), nullptr, &logical);
  return Points(logical.width);
}

double Text::baseline() const { return Points(pango_layout_get_baseline(layout_.get())); }

int Text::lines() const { return pango_layout_get_line_count(layout_.get()); }

void Text::Draw(cairo_t* cr, double x, double y) const {
  SetColour(cr, colour_);
  cairo_move_to(cr, x, y);
  pango_cairo_show_layout(cr, layout_.get());
}

std::vector<Text::Line> Text::Lines() const {
  std::vector<Line> lines;
  PangoLayoutIter* at = pango_layout_get_iter(layout_.get());
  do {
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(at, nullptr, &logical);
    const double top = Points(logical.y);
    lines.push_back({pango_layout_iter_get_line_readonly(at), Points(logical.x), top,
                     Points(logical.height), Points(pango_layout_iter_get_baseline(at)) - top});
  } while (pango_layout_iter_next_line(at) != 0);
  pango_layout_iter_free(at);
  return lines;
}

void Text::DrawLine(cairo_t* cr, const Line& line, double x, double y) const {
  SetColour(cr, colour_);
  cairo_move_to(cr, x + line.x, y + line.baseline);
  pango_cairo_show_layout_line(cr, line.line);
}

// ---- TextMaker

TextMaker::TextMaker(std::string language) {
  FindKoreanFont();
  fonts_ = pango_cairo_font_map_new();
  context_ = pango_font_map_create_context(fonts_);
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts_), 72);
  // Paper has no pixels to fit letters to; widths must not depend on a screen's settings.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context_, options);
  cairo_font_options_destroy(options);
  pango_context_set_language(context_, pango_language_from_string(language.c_str()));
  pango_context_set_round_glyph_positions(context_, 0);
}

TextMaker::~TextMaker() {
  g_object_unref(context_);
  g_object_unref(fonts_);
}

PangoLayout* TextMaker::NewLayout(std::string_view text, const Style& style, double width) {
  PangoLayout* layout = pango_layout_new(context_);
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family_static(font, kFamilies);
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  if (style.bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
  pango_layout_set_width(layout, Units(width));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  return layout;
}

Text TextMaker::Make(std::string_view text, const Style& style, double width, int max_lines,
                     Align align) {
  PangoLayout* layout = NewLayout(text, style, width);
  pango_layout_set_auto_dir(layout, 1);
  pango_layout_set_spacing(layout, Units(style.size * 0.08));
  if (align == Align::kCentre) pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
  if (align == Align::kEnd) pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
  if (max_lines > 0) {
    // Counted per paragraph, so there may be only one.
    std::string joined(text);
    std::replace(joined.begin(), joined.end(), '\n', ' ');
    pango_layout_set_text(layout, joined.data(), static_cast<int>(joined.size()));
    pango_layout_set_height(layout, -max_lines);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  }
  unknown_ += static_cast<std::size_t>(pango_layout_get_unknown_glyphs_count(layout));
  return Text(layout, style.colour);
}

Text TextMaker::Label(std::string_view text, const Style& style, double width, Align align) {
  PangoLayout* layout = NewLayout(text, style, width);
  pango_layout_set_auto_dir(layout, 0);
  pango_layout_set_single_paragraph_mode(layout, 1);
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  if (align == Align::kCentre) pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
  if (align == Align::kEnd) pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
  unknown_ += static_cast<std::size_t>(pango_layout_get_unknown_glyphs_count(layout));
  return Text(layout, style.colour);
}

std::string Isolated(std::string_view text) {
  return "\u2068" + std::string(text) + "\u2069";  // first strong isolate … pop
}

// ---- Flow

void Flow::AddText(const Text& text, double x, double before, std::shared_ptr<const Block> repeated,
                   const char* tag) {
  const auto lines = text.Lines();
  const int group = NextGroup();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Block block;
    block.height = lines[i].height;
    block.before = i == 0 ? before : 0;
    block.keep_with_next = i + 1 < lines.size() && (i == 0 || i + 2 == lines.size());
    block.tag = tag;
    block.group = group;
    block.repeated = repeated;
    block.draw = [text, line = lines[i], x](cairo_t* cr, double y) {
      text.DrawLine(cr, line, x, y);
    };
    blocks_.push_back(std::move(block));
  }
}

std::vector<std::vector<Flow::Placed>> Flow::Paginate() const {
  std::vector<std::vector<Placed>> pages(1);
  double y = kTop;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const Block& block = blocks_[i];
    double needed = block.before + block.height;
    for (std::size_t next = i; blocks_[next].keep_with_next && next + 1 < blocks_.size();) {
      ++next;
      // What cannot stay together on any page need not stay together on this one.
      if (needed + blocks_[next].before + blocks_[next].height > kBottom - kTop) break;
      needed += blocks_[next].before + blocks_[next].height;
    }
    if (!pages.back().empty() && y + needed > kBottom) {
      pages.emplace_back();
      y = kTop;
      if (block.repeated != nullptr) {
        pages.back().push_back({block.repeated.get(), y});
        y += block.repeated->height;
      }
    } else if (!pages.back().empty()) {
      y += block.before;
    }
    pages.back().push_back({&block, y});
    y += block.height;
  }
  return pages;
}

}  // namespace pons::report
