// SPDX-License-Identifier: Apache-2.0
// Sections and spots of the document, and which resource belongs to which.
#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/text.h"
#include "report/read_parts.h"

namespace pons::report {
namespace {

using json::Value;

Parts PartsOf(Spot& spot) { return {spot.diagnoses, spot.images, spot.entries}; }
Parts PartsOf(Section& section) { return {section.diagnoses, section.images, section.entries}; }

std::optional<double> Fraction(const Value& extension) {
  const Value* value = extension.Find("valueDecimal");
  if (value == nullptr || value->number() == nullptr) return std::nullopt;
  const double number = std::strtod(value->number()->text.c_str(), nullptr);
  if (!(number >= 0 && number <= 1)) return std::nullopt;
  return number;
}

std::optional<MapView> ViewNamed(std::string_view name) {
  if (name == "front") return MapView::kFront;
  if (name == "back") return MapView::kBack;
  if (name == "left") return MapView::kLeft;
  if (name == "right") return MapView::kRight;
  return std::nullopt;
}

Result<void> ReadPosition(const Value& element, const std::string& path,
                          std::optional<MapPosition>& to) {
  const auto& extensions = Items(element, "extension");
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    if (extensions[i].Text("url") != kBodyMapPositionUrl) continue;
    std::optional<MapView> view;
    std::optional<double> x;
    std::optional<double> y;
    for (const Value& part : Items(extensions[i], "extension")) {
      if (part.Text("url") == "view") view = ViewNamed(part.Text("valueCode"));
      if (part.Text("url") == "x") x = Fraction(part);
      if (part.Text("url") == "y") y = Fraction(part);
    }
    if (!view || !x || !y) {
      return Refuse(path + ".extension[" + std::to_string(i) + "]",
                    "A body map position needs view (front, back, left or right), x and y, the "
                    "latter two from 0 to 1.");
    }
    to = MapPosition{*view, *x, *y};
  }
  return Ok();
}

// The element that says where on the body; null where nothing does.
const Value* SiteOf(const Value& resource) {
  if (const Value* location = resource.Find("location"); location != nullptr) return location;
  const Value* site = resource.Find("bodySite");
  if (site != nullptr && site->is_array()) {
    return site->array()->empty() ? nullptr : &site->array()->front();
  }
  return site;
}

Result<Spot> ReadSpot(const Document& document, const Resource& from, std::size_t number) {
  Spot spot;
  for (const Value& identifier : Items(*from.value, "identifier")) {
    const auto value = identifier.Text("value");
    if (spot.label.empty() && !value.empty() && value.size() <= 12) {
      PONS_TRY(document.Text(std::string(value), from.path + ".identifier", spot.label));
    }
  }
  if (spot.label.empty()) spot.label = std::to_string(number);
  PONS_TRY(ReadPosition(*from.value, from.path, spot.position));
  if (const Value* site = SiteOf(*from.value)) {
    PONS_TRY(document.Text(ConceptText(*site), from.path + ".location", spot.site));
    const auto& codings = Items(*site, "coding");
    if (!codings.empty()) {
      PONS_TRY(document.Text(std::string(codings.front().Text("code")), from.path + ".location",
                             spot.site_code));
      spot.site_system = codings.front().Text("system");
    }
    if (!spot.position) PONS_TRY(ReadPosition(*site, from.path + ".location", spot.position));
  }
  if (TypeOf(from) == "BodyStructure") {
    Entry note;
    PONS_TRY(document.Text(std::string(from.value->Text("description")), from.path + ".description",
                           note.text));
    if (!note.text.empty()) spot.entries.push_back(std::move(note));
  } else {
    PONS_TRY(AddResource(document, from, PartsOf(spot)));
  }
  return spot;
}

// The BodyStructure that a resource names by the standard extension, on itself or on its bodySite.
const Value* BodyStructureReference(const Value& resource) {
  for (const Value* element : {&resource, SiteOf(resource)}) {
    if (element == nullptr) continue;
    for (const Value& extension : Items(*element, "extension")) {
      if (extension.Text("url") == kBodySiteUrl) return extension.Find("valueReference");
    }
  }
  return nullptr;
}

class SectionReader {
 public:
  SectionReader(Document& document, TimelineReport& report)
      : document_(document), report_(report) {}

  Result<void> Read(const Value& holder, const std::string& path) {
    const auto& sections = Items(holder, "section");
    for (std::size_t i = 0; i < sections.size(); ++i) {
      const std::string here = path + ".section[" + std::to_string(i) + "]";
      PONS_TRY(ReadOne(sections[i], here));
      PONS_TRY(Read(sections[i], here));
    }
    return Ok();
  }

  // Spots that no section is about, and what names its spot by itself.
  Result<void> ReadRest() {
    for (const Resource& resource : document_.resources()) {
      if (TypeOf(resource) == "BodyStructure") PONS_TRY(SpotOf(resource));
    }
    Section loose;
    loose.title = "Images of no one spot";
    for (const Resource& resource : document_.resources()) {
      if (used_.count(resource.value) > 0) continue;
      const Value* reference = BodyStructureReference(*resource.value);
      const auto spot =
          reference == nullptr ? std::nullopt : document_.Resolve(*reference, &resource);
      if (spot && spots_.count(spot->value) > 0) {
        PONS_TRY(AddResource(document_, resource, PartsOf(report_.spots[spots_[spot->value]])));
      } else if (TypeOf(resource) == "Media") {
        PONS_TRY(AddResource(document_, resource, PartsOf(loose)));
      }
    }
    if (!loose.images.empty()) report_.sections.push_back(std::move(loose));
    return Ok();
  }

 private:
  Result<void> SpotOf(const Resource& resource) {
    if (spots_.count(resource.value) > 0) return Ok();
    if (report_.spots.size() >= document_.limits().max_spots) {
      return Refuse(resource.path, "A report holds at most " +
                                       std::to_string(document_.limits().max_spots) + " spots.");
    }
    PONS_ASSIGN(auto spot, ReadSpot(document_, resource, report_.spots.size() + 1));
    spots_[resource.value] = report_.spots.size();
    used_.insert(resource.value);
    report_.spots.push_back(std::move(spot));
    return Ok();
  }

  Result<void> AddReferred(const Value& section, const std::string& path, const Parts& parts) {
    const auto& references = Items(section, "entry");
    for (std::size_t i = 0; i < references.size(); ++i) {
      const auto resource = document_.Resolve(references[i]);
      if (!resource) {
        return Refuse(path + ".entry[" + std::to_string(i) + "]",
                      "What a section refers to must be an entry of the Bundle.");
      }
      if (!used_.insert(resource->value).second) continue;
      PONS_TRY(AddResource(document_, *resource, parts));
    }
    return Ok();
  }

  // A narrative that was generated from the entries would say everything twice.
  Result<std::string> Narrative(const Value& section, const std::string& path) {
    std::string text;
    const Value* narrative = section.Find("text");
    if (narrative == nullptr) return text;
    if (narrative->Text("status") == "generated" && !Items(section, "entry").empty()) return text;
    PONS_TRY(document_.Text(PlainText(narrative->Text("div")), path + ".text", text));
    return text;
  }

  Result<void> ReadOne(const Value& section, const std::string& path) {
    PONS_ASSIGN(auto words, Narrative(section, path));
    const Value* focus = section.Find("focus");
    const auto about = focus == nullptr ? std::nullopt : document_.Resolve(*focus);
    const std::string type = about ? TypeOf(*about) : "";
    if (type == "BodyStructure" || type == "Condition" || type == "Observation") {
      PONS_TRY(SpotOf(*about));
      Spot& spot = report_.spots[spots_[about->value]];
      if (!words.empty()) {
        Entry note;
        note.text = std::move(words);
        spot.entries.push_back(std::move(note));
      }
      return AddReferred(section, path, PartsOf(spot));
    }
    Section general;
    PONS_TRY(document_.Text(std::string(section.Text("title")), path + ".title", general.title));
    for (const auto line : Split(words, '\n')) {
      if (!Trim(line).empty()) general.paragraphs.emplace_back(Trim(line));
    }
    PONS_TRY(AddReferred(section, path, PartsOf(general)));
    if (!general.paragraphs.empty() || !general.images.empty() || !general.diagnoses.empty() ||
        !general.entries.empty()) {
      report_.sections.push_back(std::move(general));
    }
    return Ok();
  }

  Document& document_;
  TimelineReport& report_;
  std::map<const Value*, std::size_t> spots_;
  std::set<const Value*> used_;
};

}  // namespace

void SortByDate(TimelineReport& report, const PracticeZone& zone) {
  // A day begins at midnight on the practice's clock, so that it stands before its own moments.
  const auto begin = [&zone](const When& when) {
    if (when.precision == When::Precision::kMoment) return when.start;
    return zone.ToInstant(LocalTime{std::chrono::time_point_cast<seconds>(when.start)});
  };
  const auto earlier_image = [&begin](const Image& a, const Image& b) {
    if (a.taken.known() != b.taken.known()) return a.taken.known();
    return a.taken.known() && begin(a.taken) < begin(b.taken);
  };
  const auto earlier_entry = [&begin](const Entry& a, const Entry& b) {
    if (a.date.known() != b.date.known()) return b.date.known();
    return a.date.known() && begin(a.date) < begin(b.date);
  };
  const auto sort = [&](const Parts& parts) {
    std::stable_sort(parts.images.begin(), parts.images.end(), earlier_image);
    std::stable_sort(parts.entries.begin(), parts.entries.end(), earlier_entry);
  };
  for (Spot& spot : report.spots) sort(PartsOf(spot));
  for (Section& section : report.sections) sort(PartsOf(section));
}

Result<void> ReadSections(Document& document, const Resource& composition, TimelineReport& report) {
  SectionReader reader(document, report);
  PONS_TRY(reader.Read(*composition.value, composition.path));
  return reader.ReadRest();
}

}  // namespace pons::report
