// SPDX-License-Identifier: Apache-2.0
#include "fhir/clinical.h"

#include <algorithm>

#include "fhir/parts.h"
#include "fhir/resources.h"

namespace pons::fhir {
namespace {

constexpr std::string_view kAllergyStatus =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
constexpr std::string_view kAllergyVerification =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
constexpr std::string_view kObservationCategory =
    "http://terminology.hl7.org/CodeSystem/observation-category";
constexpr std::string_view kUcum = "http://unitsofmeasure.org";
constexpr std::string_view kSnomed = "http://snomed.info/sct";
constexpr std::string_view kConfidentiality =
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
constexpr std::string_view kAuCoreAllergy =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-allergyintolerance";
constexpr std::string_view kAuCoreDocument =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-documentreference";

// Whom it is about is known by id already.
class OnePatient final : public IdResolver {
 public:
  explicit OnePatient(std::string_view id) : id_(id) {}
  std::string Resolve(const model::VendorRef& ref) const override {
    return ref.stream == model::Stream::kPatients ? std::string(id_) : std::string();
  }

 private:
  std::string_view id_;
};

void WriteConceptMember(json::Writer& w, std::string_view key, const model::Coding& coding) {
  if (!HasText(coding)) return;
  w.Key(key);
  WriteConcept(w, coding);
}

void WriteConceptMember(json::Writer& w, std::string_view key, std::string_view system,
                        std::string_view code, std::string_view display = {}) {
  w.Key(key);
  WriteConcept(w, system, code, display);
}

void WriteConceptList(json::Writer& w, std::string_view key, std::string_view system,
                      std::string_view code, std::string_view display) {
  w.Key(key);
  w.BeginArray();
  WriteConcept(w, system, code, display);
  w.EndArray();
}

void WritePatient(json::Writer& w, std::string_view key, std::string_view id) {
  w.Key(key);
  w.BeginObject();
  w.Member("reference", "Patient/" + std::string(id));
  w.EndObject();
}

void WriteNote(json::Writer& w, std::string_view text) {
  if (!HasText(text)) return;
  w.Key("note");
  w.BeginArray();
  w.BeginObject();
  WriteText(w, "text", text);
  w.EndObject();
  w.EndArray();
}

// A date of any precision, or a moment with seconds and zone.
bool IsDateTime(std::string_view text) {
  return IsPartialDate(text) || ParseInstant(text).has_value();
}

void WriteDate(json::Writer& w, std::string_view key, std::string_view date) {
  if (IsDateTime(date)) w.Member(key, date);
}

// FHIR decimals keep their digits; what is no decimal is not written as one.
bool IsDecimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.size() <= 15 &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!digits(whole) || (whole.size() > 1 && whole[0] == '0')) return false;
  return point == std::string_view::npos || digits(text.substr(point + 1));
}

void WriteQuantity(json::Writer& w, const model::Quantity& quantity) {
  w.BeginObject();
  w.Key("value");
  w.Raw(quantity.value);
  WriteText(w, "unit", quantity.unit);
  if (HasText(quantity.code)) {
    w.Member("system", kUcum);
    WriteText(w, "code", quantity.code);
  }
  w.EndObject();
}

// ---- one for each resource ----------------------------------------------------------------------

class Encoder {
 public:
  Encoder(const ClinicalContext& context, std::string_view item)
      : context_(context),
        ids_(context.patient_id),
        inner_{context.id,   {},   context.identifier_base, {}, context.identifier_base,
               context.zone, ids_, context.jurisdiction},
        item_(item) {}

  Encoded operator()(const model::Condition& held) {
    model::Condition condition = held;
    if (condition.patient.empty()) condition.patient = {model::Stream::kPatients, "?"};
    inner_.vendor_id = item_;
    return EncodeResource(condition, inner_);
  }

  Encoded operator()(const model::MedicationStatement& held) {
    ResourceWriter r("MedicationStatement", {}, inner_);
    auto& w = r.json();
    // The list of what is taken at present holds nothing else.
    w.Member("status", "active");
    WriteConceptMember(w, "medicationCodeableConcept", held.medication);
    WritePatient(w, "subject", context_.patient_id);
    if (IsDateTime(held.start)) {
      w.Key("effectivePeriod");
      w.BeginObject();
      w.Member("start", held.start);
      w.EndObject();
    }
    WriteDate(w, "dateAsserted", held.last);
    if (HasText(held.reason)) WriteConceptList(w, "reasonCode", {}, {}, held.reason);
    if (HasText(held.dosage) || held.as_needed) {
      w.Key("dosage");
      w.BeginArray();
      w.BeginObject();
      WriteText(w, "text", held.dosage);
      if (held.as_needed) w.Member("asNeededBoolean", true);
      w.EndObject();
      w.EndArray();
    }
    return std::move(r).Finish();
  }

  Encoded operator()(const model::AllergyIntolerance& held) {
    const bool au = context_.jurisdiction == Jurisdiction::kAustralia &&
                    (held.none_known || HasText(held.substance));
    ResourceWriter r("AllergyIntolerance", au ? kAuCoreAllergy : "", inner_);
    auto& w = r.json();
    WriteConceptMember(w, "clinicalStatus", kAllergyStatus, "active");
    if (held.none_known) {
      WriteConceptMember(w, "verificationStatus", kAllergyVerification, "confirmed");
      WriteConceptMember(w, "code", kSnomed, "716186003", "No known allergy");
    } else {
      WriteConceptMember(w, "code", held.substance);
    }
    WritePatient(w, "patient", context_.patient_id);
    WriteDate(w, "recordedDate", held.recorded);
    WriteNote(w, held.note);
    if (HasText(held.manifestation)) {
      w.Key("reaction");
      w.BeginArray();
      w.BeginObject();
      WriteConceptList(w, "manifestation", {}, {}, held.manifestation);
      WriteCode(w, "severity", held.severity, "mild moderate severe");
      w.EndObject();
      w.EndArray();
    }
    return std::move(r).Finish();
  }

  Encoded operator()(const model::Observation& held) {
    ResourceWriter r("Observation", {}, inner_);
    auto& w = r.json();
    w.Member("status", "final");
    if (HasText(held.category)) {
      w.Key("category");
      w.BeginArray();
      w.BeginObject();
      w.Key("coding");
      w.BeginArray();
      WriteCoding(w, kObservationCategory, held.category, {});
      w.EndArray();
      w.EndObject();
      w.EndArray();
    }
    WriteConceptMember(w, "code", held.code);
    WritePatient(w, "subject", context_.patient_id);
    WriteDate(w, "effectiveDateTime", held.effective);
    if (held.quantity && IsDecimal(held.quantity->value)) {
      w.Key("valueQuantity");
      WriteQuantity(w, *held.quantity);
    } else if (held.quantity) {
      WriteText(
          w, "valueString",
          held.quantity->value + (held.quantity->unit.empty() ? "" : " ") + held.quantity->unit);
    } else {
      WriteText(w, "valueString", held.text);
    }
    WriteNote(w, held.note);
    WriteComponents(w, held.components);
    return std::move(r).Finish();
  }

  Encoded operator()(const model::FamilyMemberHistory& held) {
    ResourceWriter r("FamilyMemberHistory", {}, inner_);
    auto& w = r.json();
    w.Member("status", held.none_known ? "health-unknown" : "completed");
    WritePatient(w, "patient", context_.patient_id);
    if (HasText(held.relationship)) {
      WriteConceptMember(w, "relationship", held.relationship);
    } else {
      WriteConceptMember(w, "relationship", "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                         "FAMMEMB", "family member");
    }
    if (!held.age_at_death.empty() && IsDecimal(held.age_at_death)) {
      w.Key("deceasedAge");
      WriteQuantity(w, {held.age_at_death, "years", "a"});
    } else if (held.deceased) {
      w.Member("deceasedBoolean", *held.deceased);
    }
    WriteNote(w, held.note);
    if (std::any_of(held.conditions.begin(), held.conditions.end(),
                    [](const auto& one) { return HasText(one); })) {
      w.Key("condition");
      w.BeginArray();
      for (const auto& condition : held.conditions) {
        if (!HasText(condition)) continue;
        w.BeginObject();
        WriteConceptMember(w, "code", condition);
        w.EndObject();
      }
      w.EndArray();
    }
    return std::move(r).Finish();
  }

  Encoded operator()(const model::ClinicalDocument& held) {
    const bool au = context_.jurisdiction == Jurisdiction::kAustralia && HasText(held.type);
    ResourceWriter r("DocumentReference", au ? kAuCoreDocument : "", inner_);
    auto& w = r.json();
    w.Member("status", "current");
    w.Member("docStatus", held.draft ? "preliminary" : "final");
    WriteConceptMember(w, "type", kPracticeDocumentSystem, held.type.code, held.type.display);
    WriteConceptList(w, "category", kPracticeDocumentSystem, kPracticeDocumentCategory,
                     held.category);
    WritePatient(w, "subject", context_.patient_id);
    if (HasText(held.author)) {
      w.Key("author");
      w.BeginArray();
      w.BeginObject();
      WriteText(w, "display", held.author);
      w.EndObject();
      w.EndArray();
    }
    if (held.confidential)
      WriteConceptList(w, "securityLabel", kConfidentiality, "R", "restricted");
    WriteContent(w, held);
    return std::move(r).Finish();
  }

 private:
  static void WriteComponents(json::Writer& w,
                              const std::vector<model::Observation::Component>& components) {
    const auto written = [](const auto& one) {
      return HasText(one.code) && IsDecimal(one.quantity.value);
    };
    if (std::none_of(components.begin(), components.end(), written)) return;
    w.Key("component");
    w.BeginArray();
    for (const auto& component : components) {
      if (!written(component)) continue;
      w.BeginObject();
      WriteConceptMember(w, "code", component.code);
      w.Key("valueQuantity");
      WriteQuantity(w, component.quantity);
      w.EndObject();
    }
    w.EndArray();
  }

  // The attachment's date is a day, which an instant (DocumentReference.date) cannot be.
  void WriteContent(json::Writer& w, const model::ClinicalDocument& held) {
    w.Key("content");
    w.BeginArray();
    w.BeginObject();
    w.Key("attachment");
    w.BeginObject();
    WriteText(w, "contentType", held.content_type);
    if (held.readable) w.Member("url", "Binary/" + std::string(context_.id));
    if (!WriteText(w, "title", held.title)) WriteText(w, "title", held.type.display);
    WriteDate(w, "creation", held.date);
    w.EndObject();
    w.EndObject();
    w.EndArray();
  }

  const ClinicalContext& context_;
  OnePatient ids_;
  EncodeContext inner_;
  std::string_view item_;
};

}  // namespace

std::string EncodeClinical(const model::ClinicalItem& item, const ClinicalContext& context) {
  Encoder encoder(context, item.id);
  auto encoded = std::visit(encoder, item.record);
  return encoded.head + R"("lastUpdated":")" + FormatInstant(context.as_of) + '"' + encoded.tail;
}

}  // namespace pons::fhir
