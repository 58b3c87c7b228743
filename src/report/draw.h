// SPDX-License-Identifier: Apache-2.0
// Inside RenderTimeline: a page's measures, text through Pango, and the flow of blocks over pages.
// The only headers of ours that include Cairo and Pango. Lengths are points (1/72 inch), from the
// page's top left corner.
#pragma once

#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pons::report {

inline constexpr double kPageWidth = 595.276;  // A4
inline constexpr double kPageHeight = 841.89;
inline constexpr double kMargin = 45;
inline constexpr double kTop = 42;
inline constexpr double kBottom = kPageHeight - 68;  // where content ends
inline constexpr double kContentWidth = kPageWidth - 2 * kMargin;

struct Colour {
  double red = 0;
  double green = 0;
  double blue = 0;
};
inline constexpr Colour kInk{0.11, 0.15, 0.19};
inline constexpr Colour kQuiet{0.36, 0.42, 0.47};
inline constexpr Colour kAccent{0.04, 0.35, 0.43};
inline constexpr Colour kPanel{0.949, 0.965, 0.973};
inline constexpr Colour kLine{0.80, 0.84, 0.87};
inline constexpr Colour kSkin{0.90, 0.925, 0.937};
inline constexpr Colour kWhite{1, 1, 1};
inline constexpr Colour kAlarm{0.66, 0.18, 0.12};

void SetColour(cairo_t* cr, const Colour& colour);
// A rectangle with round corners, as a path.
void RoundedBox(cairo_t* cr, double x, double y, double width, double height, double radius);

struct Style {
  double size = 9;
  bool bold = false;
  Colour colour = kInk;
};

// Text set in a column; measured when made, drawn later, any number of times.
class Text {
 public:
  double height() const;
  double width() const;  // of its longest line
  double baseline() const;
  int lines() const;
  void Draw(cairo_t* cr, double x, double y) const;
  // One line of it, for texts that break over pages.
  struct Line {
    PangoLayoutLine* line = nullptr;  // owned by the text
    double x = 0;
    double top = 0;
    double height = 0;
    double baseline = 0;  // below top
  };
  std::vector<Line> Lines() const;
  void DrawLine(cairo_t* cr, const Line& line, double x, double y) const;

 private:
  friend class TextMaker;
  Text(PangoLayout* layout, Colour colour)
      : layout_(layout, [](PangoLayout* one) { g_object_unref(one); }), colour_(colour) {}
  std::shared_ptr<PangoLayout> layout_;
  Colour colour_;
};

enum class Align : std::uint8_t { kStart, kCentre, kEnd };

// Makes texts for one document. Fonts are chosen by script; what no font has is counted.
class TextMaker {
 public:
  explicit TextMaker(std::string language);
  ~TextMaker();
  TextMaker(const TextMaker&) = delete;
  TextMaker& operator=(const TextMaker&) = delete;

  // Wrapped to `width`; at most `max_lines` where that is not 0, the rest an ellipsis. Each
  // paragraph runs as its own letters do: Arabic and Hebrew from the right, at the right edge.
  Text Make(std::string_view text, const Style& style, double width, int max_lines = 0,
            Align align = Align::kStart);
  // One line that runs from the left whatever letters are in it: for labels joined with values.
  Text Label(std::string_view text, const Style& style, double width, Align align = Align::kStart);

  std::size_t unknown_glyphs() const { return unknown_; }

 private:
  PangoLayout* NewLayout(std::string_view text, const Style& style, double width);

  PangoFontMap* fonts_ = nullptr;
  PangoContext* context_ = nullptr;
  std::size_t unknown_ = 0;
};

// Keeps the direction of what is put into a line of another direction to itself.
std::string Isolated(std::string_view text);

// A piece that stays whole on a page.
struct Block {
  double height = 0;
  double before = 0;            // space above, left out at the top of a page
  bool keep_with_next = false;  // not the last on its page
  const char* tag = nullptr;    // structure element: "P", "H2", "Figure"
  int group = 0;                // neighbours of one group share one element
  std::function<void(cairo_t*, double y)> draw = {};
  // Drawn above this block where a page begins with it: a table's head, "Spot 3, continued".
  std::shared_ptr<const Block> repeated = {};
};

// Blocks one below the other, then on pages.
class Flow {
 public:
  void Add(Block block) { blocks_.push_back(std::move(block)); }
  // A text of any length, which may break over pages but not after its first or before its last
  // line.
  void AddText(const Text& text, double x, double before,
               std::shared_ptr<const Block> repeated = {}, const char* tag = "P");
  int NextGroup() { return ++groups_; }
  Block& last() { return blocks_.back(); }

  struct Placed {
    const Block* block = nullptr;
    double y = 0;
  };
  std::vector<std::vector<Placed>> Paginate() const;

 private:
  std::vector<Block> blocks_;
  int groups_ = 0;
};

}  // namespace pons::report
