// SPDX-License-Identifier: Apache-2.0
// Documents from apps: what is read is within the limits and is text that can be drawn; what is
// refused says where and never what.
#include "base/text.h"
#include "fuzz.h"
#include "json/value.h"
#include "report/body_map.h"
#include "report/timeline.h"

namespace {

using namespace pons;
using namespace pons::report;

void CheckText(const std::string& text, const ReadLimits& limits) {
  PONS_CHECK(text.size() <= limits.max_text);
  PONS_CHECK(IsValidUtf8(text));
  PONS_CHECK(text.find('\0') == std::string::npos);
}

void CheckImages(const std::vector<Image>& images, const ReadLimits& limits) {
  for (const auto& image : images) {
    CheckText(image.device, limits);
    CheckText(image.title, limits);
    PONS_CHECK(image.binary_id.find('/') == std::string::npos);
    PONS_CHECK(image.data.empty() || image.binary_id.empty());
    PONS_CHECK(!image.path.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = AsText(data, size);
  ReadLimits limits;
  limits.max_spots = 20;
  limits.max_images = 20;
  limits.max_entries = 100;
  limits.max_text = 500;
  const auto bundle = json::Parse(text);
  if (!bundle) return 0;
  auto report = ReadTimeline(*bundle, limits);
  if (!report) {
    PONS_CHECK(report.error().fault == Fault::kRejected);
    PONS_CHECK(!report.error().vendor_code.empty());
    return 0;
  }
  PONS_CHECK(!report->id.empty() && report->id.size() <= 64);
  PONS_CHECK(!report->patient.name.empty() && !report->author.name.empty());
  PONS_CHECK(report->spots.size() <= limits.max_spots);
  PONS_CHECK(report->ImageCount() <= limits.max_images);
  CheckText(report->title, limits);
  CheckText(report->patient.name, limits);
  static const PracticeZone kZone = PracticeZone::Named("Australia/Sydney").value();
  SortByDate(*report, kZone);
  for (const auto& spot : report->spots) {
    CheckText(spot.site, limits);
    PONS_CHECK(!spot.label.empty() && spot.label.size() <= 12);
    CheckImages(spot.images, limits);
    const auto place = spot.position ? spot.position : PlaceOfSite(spot.site_code, spot.site);
    if (place) PONS_CHECK(place->x >= 0 && place->x <= 1 && place->y >= 0 && place->y <= 1);
    for (const auto& entry : spot.entries) {
      CheckText(entry.text, limits);
      FormatWhen(entry.date, kZone);
    }
  }
  for (const auto& section : report->sections) CheckImages(section.images, limits);
  return 0;
}
