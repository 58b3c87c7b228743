// SPDX-License-Identifier: Apache-2.0
// Inside RenderTimeline: what the report says, as blocks. Prepared images come in, a flow of blocks
// comes out; nothing is drawn here.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "report/body_map.h"
#include "report/draw.h"
#include "report/render.h"

namespace pons::report {

// A picture ready for the page; an empty jpeg is a placeholder that says why.
struct PreparedImage {
  std::string jpeg;
  int width = 0;
  int height = 0;
  std::string failure;
};
using PreparedImages = std::map<const Image*, PreparedImage>;

// How the pictures of one spot or section are laid out.
struct Grid {
  int columns = 2;
  double cell_width = 0;
  double most_height = 0;  // of a picture
};
Grid GridFor(std::size_t images);

// "spot-3": what links to a spot point at.
std::string SpotDestination(std::size_t index);

class Composer {
 public:
  Composer(const TimelineReport& report, const PracticeZone& zone, const PreparedImages& images,
           TextMaker& texts)
      : report_(report), zone_(zone), images_(images), texts_(texts) {}

  Flow Compose();
  // At the foot of every page.
  void DrawFooter(cairo_t* cr, int page, int pages);

 private:
  struct Fact {
    std::string name;
    std::string value;
    bool strong = false;
  };

  void Masthead();
  void Facts();
  void BodyMap();
  void Overview();
  void General(const Section& section);
  void OneSpot(std::size_t index);
  void Diagnoses(const std::vector<Diagnosis>& diagnoses, std::shared_ptr<const Block> repeated);
  void Entries(const std::vector<Entry>& entries, std::shared_ptr<const Block> repeated);
  void Images(const std::vector<Image>& images, std::shared_ptr<const Block> repeated);
  void Heading(std::string_view text, double before);
  double MeasureFacts(const std::vector<Fact>& facts, double width,
                      std::vector<std::pair<Text, Text>>& set);
  std::string Shown(const When& when) const { return FormatWhen(when, zone_); }

  const TimelineReport& report_;
  const PracticeZone& zone_;
  const PreparedImages& images_;
  TextMaker& texts_;
  Flow flow_;
};

}  // namespace pons::report
