// SPDX-License-Identifier: Apache-2.0
// One FHIR condition to one line of past history: the mapping of fhir_loader.h.
#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/time.h"
#include "json/value.h"
#include "vendors/best_practice/sandbox/fhir_loader.h"

namespace pons::best_practice::sandbox {
namespace {

using json::Value;
using sandboxkit::ClinicCondition;

constexpr std::string_view kSnomed = "http://snomed.info/sct";

std::string Clean(std::string_view text) {
  std::string out(Trim(text));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

// The first coding of a CodeableConcept that `wanted` likes; null where there is none.
template <typename Predicate>
const Value* FindCoding(const Value* concept_value, Predicate wanted) {
  const Value* codings = concept_value == nullptr ? nullptr : concept_value->Find("coding");
  if (codings == nullptr || codings->array() == nullptr) return nullptr;
  for (const Value& coding : *codings->array()) {
    if (wanted(coding)) return &coding;
  }
  return nullptr;
}

bool HasCode(const Value* concept_value, std::initializer_list<std::string_view> codes) {
  return FindCoding(concept_value, [&](const Value& coding) {
           const std::string_view code = coding.Text("code");
           return std::find(codes.begin(), codes.end(), code) != codes.end();
         }) != nullptr;
}

int Number(std::string_view digits) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

// As much of the date as there is: "2014", "2014-03", "2014-03-09T10:00:00Z".
void ReadOnset(std::string_view date, ClinicCondition& condition) {
  date = date.substr(0, date.find('T'));
  const bool whole = ParseDate(date).has_value();
  const bool month = date.size() == 7 && ParseDate(std::string(date) + "-01").has_value();
  const bool year = date.size() == 4 && ParseDate(std::string(date) + "-01-01").has_value();
  if (!whole && !month && !year) return;
  condition.year = Number(date.substr(0, 4));
  if (whole || month) condition.month = Number(date.substr(5, 2));
  if (whole) condition.day = Number(date.substr(8, 2));
}

}  // namespace

Result<FhirCondition> ClinicConditionFromFhir(std::string_view resource, NoColumn* no_column) {
  Result<Value> parsed = json::Parse(resource);
  if (!parsed) return WithContext(std::move(parsed).error(), "not JSON");
  if (!parsed->is_object() || parsed->Text("resourceType") != "Condition") {
    return MakeError(Fault::kProtocol, "no Condition");
  }
  const auto miss = [&](const std::string& what) {
    if (no_column != nullptr) ++(*no_column)["Condition: " + what];
  };
  FhirCondition read;
  const Value* subject = parsed->Find("subject");
  std::string_view reference = subject == nullptr ? std::string_view() : subject->Text("reference");
  // "Patient/x", "https://…/Patient/x" and "urn:uuid:x" name the patient x.
  reference = reference.substr(std::min(reference.size(), reference.find_last_of("/:") + 1));
  if (reference.empty()) return MakeError(Fault::kProtocol, "a condition of no patient");
  read.patient = std::string(reference);

  if (HasCode(parsed->Find("verificationStatus"), {"entered-in-error", "refuted"})) {
    return MakeError(Fault::kProtocol, "a condition that its author took back");
  }
  const Value* code = parsed->Find("code");
  const Value* snomed =
      FindCoding(code, [](const Value& coding) { return coding.Text("system") == kSnomed; });
  const Value* named =
      FindCoding(code, [](const Value& coding) { return !coding.Text("display").empty(); });
  if (snomed != nullptr) read.condition.snomed = Clean(snomed->Text("code"));
  if (snomed != nullptr) read.condition.text = Clean(snomed->Text("display"));
  if (read.condition.text.empty() && code != nullptr)
    read.condition.text = Clean(code->Text("text"));
  if (read.condition.text.empty() && named != nullptr) {
    read.condition.text = Clean(named->Text("display"));
  }
  if (read.condition.text.empty()) return MakeError(Fault::kProtocol, "a condition without words");
  read.condition.active =
      HasCode(parsed->Find("clinicalStatus"), {"active", "recurrence", "relapse"});
  std::string_view onset = parsed->Text("onsetDateTime");
  if (const Value* period = parsed->Find("onsetPeriod"); onset.empty() && period != nullptr) {
    onset = period->Text("start");
  }
  ReadOnset(onset, read.condition);
  for (const char* part : {"abatementDateTime", "bodySite", "severity", "stage", "evidence", "note",
                           "onsetAge", "onsetString", "recordedDate", "asserter", "recorder"}) {
    if (parsed->Find(part) != nullptr) miss(part);
  }
  return read;
}

}  // namespace pons::best_practice::sandbox
