// SPDX-License-Identifier: Apache-2.0
// Sections, spots, and the resources that belong to them.
#include "report/read_parts.h"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <set>

#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::report {
namespace {

using json::Value;

// What a spot and a section have in common.
struct Parts {
  std::vector<Diagnosis>& diagnoses;
  std::vector<Image>& images;
  std::vector<Entry>& entries;
};
Parts PartsOf(Spot& spot) { return {spot.diagnoses, spot.images, spot.entries}; }
Parts PartsOf(Section& section) { return {section.diagnoses, section.images, section.entries}; }

std::string TypeOf(const Resource& resource) {
  return std::string(resource.value->Text("resourceType"));
}

// The first of these that is there: a dateTime, or a Period's start.
Result<When> DateOf(const Document& document, const Resource& of,
                    std::initializer_list<std::string_view> members) {
  When when;
  for (const auto member : members) {
    const Value* found = of.value->Find(member);
    if (found == nullptr) continue;
    if (found->is_object()) {
      PONS_TRY(document.Date(*found, "start", of.path + "." + std::string(member), when));
    } else {
      PONS_TRY(document.Date(*of.value, member, of.path, when));
    }
    if (when.known()) break;
  }
  return when;
}

void AddLine(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

std::string NotesOf(const Value& resource) {
  std::string out;
  for (const Value& note : Items(resource, "note")) AddLine(out, note.Text("text"));
  return out;
}

std::string QuantityText(const Value& quantity) {
  const Value* value = quantity.Find("value");
  if (value == nullptr || value->number() == nullptr) return {};
  std::string out = std::string(quantity.Text("comparator")) + value->number()->text;
  const auto unit = quantity.Text("unit").empty() ? quantity.Text("code") : quantity.Text("unit");
  if (!unit.empty() && unit != "1") out += " " + std::string(unit);
  return out;
}

std::string ValueText(const Value& observation) {
  if (const auto text = observation.Text("valueString"); !text.empty()) return std::string(text);
  if (const Value* found = observation.Find("valueCodeableConcept")) return ConceptText(*found);
  if (const Value* found = observation.Find("valueQuantity")) return QuantityText(*found);
  if (const auto n = observation.Integer("valueInteger")) return std::to_string(*n);
  if (const Value* found = observation.Find("valueBoolean"); found != nullptr && found->is_bool()) {
    return *found->boolean() ? "yes" : "no";
  }
  return {};
}

std::string CodeText(const Value& resource, std::string_view member = "code") {
  const Value* code = resource.Find(member);
  return code == nullptr ? std::string() : ConceptText(*code);
}

std::string FirstCode(const Value& resource, std::string_view member) {
  const Value* concept_value = resource.Find(member);
  if (concept_value == nullptr) return {};
  for (const Value& coding : Items(*concept_value, "coding")) {
    if (const auto code = coding.Text("code"); !code.empty()) return std::string(code);
  }
  return {};
}

// ---- images

// The words that name a kind, wherever an app has put them; our own codes and DICOM's among them.
ImageKind KindOf(const Value& media) {
  std::string words;
  for (const char* member : {"modality", "type", "view"}) {
    const Value* concept_value = media.Find(member);
    if (concept_value == nullptr) continue;
    words += ' ' + std::string(concept_value->Text("text"));
    for (const Value& coding : Items(*concept_value, "coding")) {
      words += ' ' + std::string(coding.Text("code")) + ' ' + std::string(coding.Text("display"));
    }
  }
  words = AsciiLower(words) + ' ';
  for (const char* sign : {"dermoscop", "dermatoscop", " dms "}) {
    if (words.find(sign) != std::string::npos) return ImageKind::kDermoscopic;
  }
  for (const char* sign : {"overview", "total body", "total-body", "whole body"}) {
    if (words.find(sign) != std::string::npos) return ImageKind::kOverview;
  }
  return ImageKind::kClinical;
}

bool IsFhirId(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.") ==
             std::string_view::npos;
}

Result<void> TakeData(const Value& holder, const std::string& path, Image& image) {
  auto bytes = crypto::FromBase64(holder.Text("data"));
  if (!bytes) return Refuse(path + ".data", "This is not Base64.");
  image.data = std::move(*bytes);
  if (image.content_type.empty()) image.content_type = holder.Text("contentType");
  return Ok();
}

Result<Image> ReadImage(const Document& document, const Resource& from, const Value& attachment,
                        const std::string& path) {
  Image image;
  image.path = path;
  image.kind = KindOf(*from.value);
  PONS_TRY(document.Text(std::string(attachment.Text("contentType")), path + ".contentType",
                         image.content_type));
  PONS_TRY(document.Text(std::string(attachment.Text("title")), path + ".title", image.title));
  const auto url = attachment.Text("url");
  if (!attachment.Text("data").empty()) {
    PONS_TRY(TakeData(attachment, path, image));
  } else if (const auto binary = document.ResolveUrl(url, &from);
             !url.empty() && binary && TypeOf(*binary) == "Binary") {
    PONS_TRY(TakeData(*binary->value, binary->path, image));
  } else {
    const auto at = url.rfind("Binary/");
    const auto id = at == std::string_view::npos ? std::string_view() : url.substr(at + 7);
    if (!IsFhirId(id)) {
      return Refuse(path,
                    "An image needs data, or a url \"Binary/{id}\" of a Binary that the "
                    "document or the server holds.");
    }
    image.binary_id = id;
  }
  if (const Value* device = from.value->Find("device")) {
    std::string name(device->Text("display"));
    if (const auto found = document.Resolve(*device, &from); found && name.empty()) {
      const auto& names = Items(*found->value, "deviceName");
      name =
          names.empty() ? CodeText(*found->value, "type") : std::string(names.front().Text("name"));
    }
    PONS_TRY(document.Text(std::move(name), from.path + ".device", image.device));
  }
  if (image.device.empty()) {
    PONS_TRY(document.Text(std::string(from.value->Text("deviceName")), from.path + ".deviceName",
                           image.device));
  }
  PONS_ASSIGN(image.taken,
              DateOf(document, from, {"createdDateTime", "createdPeriod", "date", "issued"}));
  if (!image.taken.known()) PONS_TRY(document.Date(attachment, "creation", path, image.taken));
  std::string note;
  PONS_TRY(document.Text(NotesOf(*from.value), from.path + ".note", note));
  if (!note.empty()) image.notes.push_back(std::move(note));
  return image;
}

Result<void> AddImages(const Document& document, const Resource& from, const Parts& parts) {
  if (TypeOf(from) == "Media") {
    const Value* content = from.value->Find("content");
    if (content == nullptr) return Refuse(from.path + ".content", "A Media needs its content.");
    PONS_ASSIGN(auto image, ReadImage(document, from, *content, from.path + ".content"));
    parts.images.push_back(std::move(image));
    return Ok();
  }
  const auto& contents = Items(*from.value, "content");
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const Value* attachment = contents[i].Find("attachment");
    if (attachment == nullptr) continue;
    PONS_ASSIGN(auto image,
                ReadImage(document, from, *attachment,
                          from.path + ".content[" + std::to_string(i) + "].attachment"));
    parts.images.push_back(std::move(image));
  }
  return Ok();
}

// ---- the rest

Result<void> AddDiagnosis(const Document& document, const Resource& from, const Parts& parts) {
  Diagnosis diagnosis;
  PONS_TRY(document.Text(CodeText(*from.value), from.path + ".code", diagnosis.text));
  diagnosis.status = FirstCode(*from.value, "verificationStatus");
  const std::string clinical = FirstCode(*from.value, "clinicalStatus");
  if (clinical == "resolved" || clinical == "remission") diagnosis.status = clinical;
  PONS_ASSIGN(diagnosis.date,
              DateOf(document, from, {"recordedDate", "onsetDateTime", "onsetPeriod"}));
  Entry note;
  note.date = diagnosis.date;
  note.title = "Diagnosis";
  PONS_TRY(document.Text(NotesOf(*from.value), from.path + ".note", note.text));
  if (!diagnosis.text.empty()) parts.diagnoses.push_back(std::move(diagnosis));
  if (!note.text.empty()) parts.entries.push_back(std::move(note));
  return Ok();
}

std::string ResultsText(const Document& document, const Resource& from) {
  std::string out(from.value->Text("conclusion"));
  if (out.empty()) {
    for (const Value& code : Items(*from.value, "conclusionCode")) AddLine(out, ConceptText(code));
  }
  for (const Value& reference : Items(*from.value, "result")) {
    const auto observation = document.Resolve(reference, &from);
    if (!observation) continue;
    const std::string value = ValueText(*observation->value);
    if (!value.empty()) AddLine(out, CodeText(*observation->value) + ": " + value);
  }
  return out;
}

bool IsReferral(const Value& request) {
  for (const Value& category : Items(request, "category")) {
    for (const Value& coding : Items(category, "coding")) {
      if (coding.Text("code") == "3457005") return true;  // SNOMED CT: patient referral
    }
  }
  return false;
}

Result<void> AddEntry(const Document& document, const Resource& from, const Parts& parts) {
  const Value& value = *from.value;
  const std::string type = TypeOf(from);
  Entry entry;
  std::string text;
  PONS_TRY(document.Text(CodeText(value), from.path + ".code", entry.title));
  if (type == "Observation") {
    entry.kind = EntryKind::kObservation;
    text = ValueText(value);
    PONS_ASSIGN(entry.date,
                DateOf(document, from, {"effectiveDateTime", "effectivePeriod", "issued"}));
  } else if (type == "ServiceRequest") {
    entry.kind = IsReferral(value) ? EntryKind::kReferral : EntryKind::kRequest;
    for (const Value& reason : Items(value, "reasonCode")) AddLine(text, ConceptText(reason));
    PONS_ASSIGN(entry.date, DateOf(document, from, {"authoredOn", "occurrenceDateTime"}));
  } else if (type == "DiagnosticReport") {
    entry.kind = EntryKind::kResult;
    text = ResultsText(document, from);
    PONS_ASSIGN(entry.date,
                DateOf(document, from, {"issued", "effectiveDateTime", "effectivePeriod"}));
  } else {
    entry.kind = EntryKind::kProcedure;
    if (const Value* outcome = value.Find("outcome")) text = ConceptText(*outcome);
    PONS_ASSIGN(entry.date, DateOf(document, from, {"performedDateTime", "performedPeriod"}));
  }
  AddLine(text, NotesOf(value));
  PONS_TRY(document.Text(std::move(text), from.path, entry.text));
  if (!entry.title.empty() || !entry.text.empty()) parts.entries.push_back(std::move(entry));
  return Ok();
}

Result<void> Add(const Document& document, const Resource& from, const Parts& parts) {
  if (from.value->Text("status") == "entered-in-error") return Ok();
  const std::string type = TypeOf(from);
  if (type == "Media" || type == "DocumentReference") return AddImages(document, from, parts);
  if (type == "Condition") return AddDiagnosis(document, from, parts);
  if (type == "Observation" || type == "ServiceRequest" || type == "DiagnosticReport" ||
      type == "Procedure") {
    return AddEntry(document, from, parts);
  }
  return Ok();
}

// ---- spots

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
    PONS_TRY(Add(document, from, PartsOf(spot)));
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
        PONS_TRY(Add(document_, resource, PartsOf(report_.spots[spots_[spot->value]])));
      } else if (TypeOf(resource) == "Media") {
        PONS_TRY(Add(document_, resource, PartsOf(loose)));
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
      PONS_TRY(Add(document_, *resource, parts));
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

std::string_view ImageKindName(ImageKind kind) {
  switch (kind) {
    case ImageKind::kClinical:
      return "Clinical";
    case ImageKind::kDermoscopic:
      return "Dermoscopic";
    case ImageKind::kOverview:
      return "Overview";
  }
  return "";
}

std::string_view EntryKindName(EntryKind kind) {
  switch (kind) {
    case EntryKind::kNote:
      return "Note";
    case EntryKind::kObservation:
      return "Observation";
    case EntryKind::kRequest:
      return "Pathology request";
    case EntryKind::kReferral:
      return "Referral";
    case EntryKind::kResult:
      return "Pathology result";
    case EntryKind::kProcedure:
      return "Procedure";
  }
  return "";
}

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
