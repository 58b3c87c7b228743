// SPDX-License-Identifier: Apache-2.0
// The document's frame: Composition, patient, author, clinic. read_sections.cc tells what belongs
// to which spot, read_parts.cc reads it.
#include <algorithm>

#include "base/text.h"
#include "model/au_identifiers.h"
#include "report/read_parts.h"
#include "report/timeline.h"

namespace pons::report {
namespace {

using json::Value;

std::string AddressText(const Value& address) {
  if (const auto text = address.Text("text"); !text.empty()) return std::string(text);
  std::string out;
  const auto add = [&out](std::string_view part, std::string_view before) {
    if (part.empty()) return;
    if (!out.empty()) out += before;
    out += part;
  };
  for (const Value& line : Items(address, "line")) {
    if (line.string() != nullptr) add(*line.string(), ", ");
  }
  add(address.Text("city"), ", ");
  add(address.Text("state"), " ");
  add(address.Text("postalCode"), " ");
  return out;
}

std::string FirstAddress(const Value& resource) {
  // Location has one, the others a list.
  if (const Value* one = resource.Find("address"); one != nullptr && one->is_object()) {
    return AddressText(*one);
  }
  const auto& all = Items(resource, "address");
  return all.empty() ? "" : AddressText(all.front());
}

std::string PhoneOf(const Value& resource) {
  for (const Value& contact : Items(resource, "telecom")) {
    if (contact.Text("system") == "phone" || contact.Text("system") == "sms") {
      return std::string(contact.Text("value"));
    }
  }
  return {};
}

std::string NameText(const Value& name) {
  if (const auto text = name.Text("text"); !text.empty()) return std::string(text);
  std::string out;
  const auto add = [&out](const Value& words) {
    if (words.string() == nullptr || words.string()->empty()) return;
    if (!out.empty()) out += ' ';
    out += *words.string();
  };
  for (const Value& word : Items(name, "prefix")) add(word);
  for (const Value& word : Items(name, "given")) add(word);
  if (const Value* family = name.Find("family")) add(*family);
  for (const Value& word : Items(name, "suffix")) add(word);
  return out;
}

std::string NameOf(const Value& resource) {
  const auto& names = Items(resource, "name");
  const Value* best = nullptr;
  for (const Value& name : names) {
    if (name.Text("use") == "old") continue;
    if (best == nullptr || name.Text("use") == "official") best = &name;
  }
  return best == nullptr ? "" : NameText(*best);
}

std::string IdentifierValue(const Value& resource, std::string_view system) {
  for (const Value& identifier : Items(resource, "identifier")) {
    if (identifier.Text("system") == system) return std::string(identifier.Text("value"));
  }
  return {};
}

// "2951 64537 1 / 1", as cards print it; other shapes as they are.
std::string MedicareAsPrinted(const std::string& value) {
  const auto checked = model::au::CheckMedicare(value);
  const std::string& digits = checked.value;
  if (checked.state == model::au::State::kMalformed || digits.size() < 10) return value;
  std::string out = digits.substr(0, 4) + " " + digits.substr(4, 5) + " " + digits.substr(9, 1);
  if (digits.size() == 11) out += " / " + digits.substr(10);
  return out;
}

Result<Person> ReadPatient(Document& document, const Resource& found) {
  const Value& patient = *found.value;
  Person person;
  PONS_TRY(document.Text(NameOf(patient), found.path + ".name", person.name));
  if (person.name.empty()) {
    return Refuse(found.path + ".name", "The report needs the patient's name.");
  }
  PONS_TRY(document.Date(patient, "birthDate", found.path, person.birth_date));
  person.gender = patient.Text("gender");
  PONS_TRY(document.Text(PhoneOf(patient), found.path + ".telecom", person.phone));
  PONS_TRY(document.Text(FirstAddress(patient), found.path + ".address", person.address));
  PONS_TRY(document.Text(IdentifierValue(patient, model::au::kMedicareSystem),
                         found.path + ".identifier", person.medicare));
  person.medicare = MedicareAsPrinted(person.medicare);
  PONS_TRY(document.Text(IdentifierValue(patient, model::au::kDvaSystem),
                         found.path + ".identifier", person.dva));
  PONS_TRY(document.Text(IdentifierValue(patient, model::au::kIhiSystem),
                         found.path + ".identifier", person.ihi));
  return person;
}

Result<void> ReadClinic(Document& document, const Resource& found, Clinic& clinic) {
  const Value& place = *found.value;
  PONS_TRY(document.Text(std::string(place.Text("name")), found.path + ".name", clinic.name));
  PONS_TRY(document.Text(FirstAddress(place), found.path + ".address", clinic.address));
  return document.Text(PhoneOf(place), found.path + ".telecom", clinic.phone);
}

// A PractitionerRole leads to its practitioner, and to the clinic where nothing else names one.
Result<void> ReadAuthor(Document& document, const Value& reference, const std::string& path,
                        TimelineReport& report) {
  const auto target = document.Resolve(reference);
  std::tie(report.author_type, report.author_id) = document.NamedBy(reference, target);
  PONS_TRY(
      document.Text(std::string(reference.Text("display")), path + ".display", report.author.name));
  if (const Value* identifier = reference.Find("identifier");
      identifier != nullptr && identifier->Text("system") == model::au::kProviderSystem) {
    PONS_TRY(document.Text(std::string(identifier->Text("value")), path + ".identifier",
                           report.author.provider_number));
  }
  if (!target) return Ok();
  Resource person = *target;
  std::string number = IdentifierValue(*person.value, model::au::kProviderSystem);
  if (person.value->Text("resourceType") == "PractitionerRole") {
    for (const char* place : {"organization", "location"}) {
      const Value* named = person.value->Find(place);
      if (named != nullptr && named->is_array() && !named->array()->empty()) {
        named = &named->array()->front();
      }
      if (named == nullptr || !report.clinic.name.empty()) continue;
      if (const auto clinic = document.Resolve(*named)) {
        PONS_TRY(ReadClinic(document, *clinic, report.clinic));
      }
    }
    const Value* practitioner = person.value->Find("practitioner");
    const auto found = practitioner == nullptr ? std::nullopt : document.Resolve(*practitioner);
    if (found) {
      person = *found;
    } else if (practitioner != nullptr && report.author.name.empty()) {
      PONS_TRY(document.Text(std::string(practitioner->Text("display")),
                             person.path + ".practitioner.display", report.author.name));
    }
  }
  if (number.empty()) number = IdentifierValue(*person.value, model::au::kProviderSystem);
  if (!number.empty()) {
    PONS_TRY(document.Text(std::move(number), person.path + ".identifier",
                           report.author.provider_number));
  }
  if (auto name = NameOf(*person.value); !name.empty()) {
    PONS_TRY(document.Text(std::move(name), person.path + ".name", report.author.name));
  }
  const auto& qualifications = Items(*person.value, "qualification");
  if (!qualifications.empty()) {
    if (const Value* code = qualifications.front().Find("code")) {
      PONS_TRY(document.Text(ConceptText(*code), person.path + ".qualification",
                             report.author.qualification));
    }
  }
  return Ok();
}

Result<void> ReadHeader(Document& document, const Resource& composition, TimelineReport& report) {
  const Value& value = *composition.value;
  report.status = value.Text("status");
  if (report.status == "entered-in-error") {
    return Refuse(composition.path + ".status",
                  "A report entered in error cannot be sent to a practice.");
  }
  if (report.status != "preliminary" && report.status != "final" && report.status != "amended") {
    return Refuse(composition.path + ".status", "The status is preliminary, final or amended.");
  }
  PONS_TRY(
      document.Text(std::string(value.Text("title")), composition.path + ".title", report.title));
  if (report.title.empty()) {
    return Refuse(composition.path + ".title", "The report needs a title.");
  }
  PONS_TRY(document.Date(value, "date", composition.path, report.date));
  if (!report.date.known()) {
    return Refuse(composition.path + ".date", "The report needs a date.");
  }
  report.language = value.Text("language").empty() ? "en-AU" : std::string(value.Text("language"));
  if (report.language.size() > 35 ||
      report.language.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789-") != std::string::npos) {
    return Refuse(composition.path + ".language", "This is no BCP 47 language tag.");
  }
  if (const Value* type = value.Find("type")) {
    PONS_TRY(document.Text(ConceptText(*type), composition.path + ".type", report.type_text));
    const auto& codings = Items(*type, "coding");
    if (!codings.empty()) {
      report.type_code = codings.front().Text("code");
      report.type_system = codings.front().Text("system");
    }
  }
  for (const Value& relation : Items(value, "relatesTo")) {
    const Value* target = relation.Find("targetReference");
    if (relation.Text("code") == "replaces" && target != nullptr) {
      report.replaces = document.NamedBy(*target, std::nullopt).second;
    }
  }
  return Ok();
}

Result<void> ReadPeople(Document& document, const Resource& composition, TimelineReport& report) {
  const Value& value = *composition.value;
  const Value* subject = value.Find("subject");
  const auto patient = subject == nullptr ? std::nullopt : document.Resolve(*subject);
  if (!patient || patient->value->Text("resourceType") != "Patient") {
    return Refuse(composition.path + ".subject",
                  "The subject must be a Patient that is an entry of the Bundle.");
  }
  report.patient_id = document.NamedBy(*subject, patient).second;
  PONS_ASSIGN(report.patient, ReadPatient(document, *patient));
  if (const Value* custodian = value.Find("custodian")) {
    PONS_TRY(document.Text(std::string(custodian->Text("display")),
                           composition.path + ".custodian.display", report.clinic.name));
    if (const auto clinic = document.Resolve(*custodian)) {
      PONS_TRY(ReadClinic(document, *clinic, report.clinic));
    }
  }
  const auto& authors = Items(value, "author");
  if (authors.empty()) {
    return Refuse(composition.path + ".author", "The report needs an author: the doctor.");
  }
  PONS_TRY(ReadAuthor(document, authors.front(), composition.path + ".author[0]", report));
  if (report.author.name.empty()) {
    return Refuse(
        composition.path + ".author[0]",
        "The author's name is missing: put the Practitioner into the Bundle, or a display "
        "into the reference.");
  }
  return Ok();
}

}  // namespace

std::size_t TimelineReport::ImageCount() const {
  std::size_t count = 0;
  for (const auto& section : sections) count += section.images.size();
  for (const auto& spot : spots) count += spot.images.size();
  return count;
}

Result<TimelineReport> ReadTimeline(const json::Value& bundle, const ReadLimits& limits) {
  if (bundle.Text("resourceType") != "Bundle" || bundle.Text("type") != "document") {
    return Refuse("Bundle.type", "A timeline report is a Bundle of type document.");
  }
  TimelineReport report;
  Document document(limits);
  PONS_TRY(document.Index(bundle));
  const Value* identifier = bundle.Find("identifier");
  PONS_TRY(document.Text(identifier == nullptr ? "" : std::string(identifier->Text("value")),
                         "Bundle.identifier.value", report.id));
  if (report.id.empty() || report.id.size() > 64) {
    return Refuse("Bundle.identifier.value",
                  "The report needs a number of its own, of at most 64 bytes.");
  }
  const auto composition = document.First("Composition");
  if (!composition) return Refuse("Bundle.entry", "The document has no Composition.");
  PONS_TRY(ReadHeader(document, *composition, report));
  PONS_TRY(ReadPeople(document, *composition, report));
  PONS_TRY(ReadSections(document, *composition, report));
  if (report.ImageCount() > limits.max_images) {
    return Refuse("Bundle.entry",
                  "A report holds at most " + std::to_string(limits.max_images) + " images.");
  }
  return report;
}

}  // namespace pons::report
