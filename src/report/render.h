// SPDX-License-Identifier: Apache-2.0
// A timeline report as PDF: A4, one file, every picture once, the same bytes for the same input on
// the same fonts.
//
// Threads: any; one call holds one thread for as long as it takes (about 50 ms per picture of 12
// megapixels) and some hundred MiB at most. Errors: kInternal where the drawing library fails,
// those of may_go_on. What is wrong with one picture is a placeholder in the report and a warning.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "report/image.h"
#include "report/timeline.h"

namespace pons::report {

struct RenderOptions {
  PracticeZone zone;
  // The bytes of a Binary that the document names; empty: there are none.
  std::function<Result<std::string>(std::string_view binary_id)> binary = {};
  // What the file is to stay under; pictures are compressed until it does.
  std::size_t target_bytes = 5'000'000;
  ImageLimits images = {};
  double print_dpi = 200;
  std::function<void(std::size_t images_done, std::size_t images)> progress = {};
  // Asked before each image; its error ends the work.
  std::function<Result<void>()> may_go_on = {};
};

struct Warning {
  std::string path;  // FHIRPath
  std::string text;  // never patient data
  bool operator==(const Warning&) const = default;
};

struct Rendered {
  std::string pdf;
  int pages = 0;
  std::size_t images = 0;          // shown
  std::size_t images_failed = 0;   // shown as a placeholder
  std::size_t unknown_glyphs = 0;  // characters that no font on this machine has
  std::vector<Warning> warnings;
};

// Images and entries in date order, whatever order they come in.
Result<Rendered> RenderTimeline(TimelineReport report, const RenderOptions& options);

}  // namespace pons::report
