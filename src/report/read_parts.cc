// SPDX-License-Identifier: Apache-2.0
// What belongs to a spot or a section: images, diagnoses, notes, what was asked for and done.
#include "report/read_parts.h"

#include <initializer_list>

#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::report {
namespace {

using json::Value;

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

}  // namespace

std::string TypeOf(const Resource& resource) {
  return std::string(resource.value->Text("resourceType"));
}

Result<void> AddResource(const Document& document, const Resource& from, const Parts& parts) {
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

}  // namespace pons::report
