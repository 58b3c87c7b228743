// SPDX-License-Identifier: Apache-2.0
// Measurements and social history: what Best Practice's codes are in LOINC and UCUM, where that is
// certain.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "vendors/best_practice/connector/best_practice_clinical_map.h"

namespace pons::best_practice {
namespace {

using model::ClinicalItem;
using net::SqlRow;

constexpr std::string_view kLoinc = "http://loinc.org";
constexpr std::int64_t kSystolic = 3, kDiastolic = 4;  // best-practice sheet §2, ObservationCode

// The view has no unit. INFERRED: Australian practices measure in these; a value outside of what a
// person can have was measured otherwise, and then neither unit nor code is claimed.
struct Sign {
  std::int64_t code;
  std::string_view loinc, display, unit, ucum;
  double least, most;
};
constexpr Sign kSigns[] = {
    {1, "8310-5", "Body temperature", "°C", "Cel", 25, 45},
    {2, "8867-4", "Heart rate", "/min", "/min", 20, 300},
    {3, "8480-6", "Systolic blood pressure", "mmHg", "mm[Hg]", 40, 320},
    {4, "8462-4", "Diastolic blood pressure", "mmHg", "mm[Hg]", 10, 220},
    {7, "8302-2", "Body height", "cm", "cm", 25, 260},
    {8, "29463-7", "Body weight", "kg", "kg", 0.3, 600},
    {9, "39156-5", "Body mass index (BMI)", "kg/m2", "kg/m2", 5, 150},
    {10, "9843-4", "Head circumference", "cm", "cm", 15, 80},
};

const Sign* SignOf(const Measured& row) {
  for (const auto& sign : kSigns) {
    if (sign.code != row.code) continue;
    char* stop = nullptr;
    const double value = std::strtod(row.value.c_str(), &stop);
    const bool number = !row.value.empty() && stop == row.value.c_str() + row.value.size() &&
                        std::isfinite(value) &&
                        row.value.find_first_not_of("0123456789.") == std::string::npos;
    return number && value >= sign.least && value <= sign.most ? &sign : nullptr;
  }
  return nullptr;
}

model::Coding CodeOf(const Sign& sign) {
  return {std::string(kLoinc), std::string(sign.loinc), std::string(sign.display)};
}

// "82." and ".5" are numbers here and none in FHIR.
std::string Decimal(std::string value) {
  if (value.starts_with('.')) value.insert(0, "0");
  if (value.ends_with('.')) value.pop_back();
  const auto first = std::min(value.find_first_not_of('0'), value.size());
  const bool bare = first == value.size() || value[first] == '.';
  value.erase(0, bare ? (first == 0 ? 0 : first - 1) : first);
  return value;
}

model::Quantity QuantityOf(const Sign& sign, const std::string& value) {
  return {Decimal(value), std::string(sign.unit), std::string(sign.ucum)};
}

model::Observation Begin(const Measured& row) {
  model::Observation out;
  out.category = "vital-signs";
  out.effective = row.effective;
  return out;
}

ClinicalItem Alone(const Measured& row) {
  auto out = Begin(row);
  if (const auto* sign = SignOf(row)) {
    out.code = CodeOf(*sign);
    out.quantity = QuantityOf(*sign, row.value);
  } else {
    out.code.display = row.name;
    out.text = row.value;
  }
  return {std::to_string(row.key), std::move(out)};
}

ClinicalItem Pressure(const Measured& systolic, const Measured& diastolic) {
  auto out = Begin(systolic);
  out.code = {std::string(kLoinc), "85354-9", "Blood pressure panel with all children optional"};
  for (const auto* row : {&systolic, &diastolic}) {
    const auto* sign = SignOf(*row);
    out.components.push_back({CodeOf(*sign), QuantityOf(*sign, row->value)});
  }
  return {std::to_string(systolic.key) + "+" + std::to_string(diastolic.key), std::move(out)};
}

ClinicalItem Social(std::string_view id, std::string_view loinc, std::string_view display,
                    std::string text) {
  model::Observation out;
  out.category = "social-history";
  out.code.display = display;
  if (!loinc.empty()) {
    out.code.system = kLoinc;
    out.code.code = loinc;
  }
  out.text = std::move(text);
  return {std::string(id), std::move(out)};
}

}  // namespace

std::variant<Measured, BadCell> ToMeasured(SqlRow row, const PracticeZone& zone) {
  CellReader in(row, kObservationsView.columns);
  Measured out;
  out.key = in.DueInt();
  const auto day = in.Time();
  const auto time = in.Seconds();
  out.code = in.Int();
  out.name = Trim(in.Text());
  out.value = Trim(in.DueText());
  out.provider = Trim(in.Text());
  if (in.bad()) return *in.bad();
  if (out.value.empty()) return BadCell{"ObservationValue", "is empty"};
  if (out.name.empty()) out.name = "Observation " + std::to_string(out.code);
  out.effective = DayOf(day);
  // A time of midnight means that none was entered.
  if (!out.effective.empty() && time.count() > 0 && time < std::chrono::hours(24)) {
    out.effective = FormatInstantIn(zone.ToInstant(LocalTime::At(day->day(), time)), zone);
  }
  return out;
}

std::vector<ClinicalItem> ToVitalSigns(std::span<const Measured> rows) {
  // Diastolic values by moment, in the order of their numbers; each goes to one systolic value.
  std::map<std::string, std::vector<const Measured*>> diastolic;
  for (const auto& row : rows) {
    if (row.code == kDiastolic && SignOf(row) != nullptr) diastolic[row.effective].push_back(&row);
  }
  std::vector<ClinicalItem> out;
  std::vector<const Measured*> used;
  for (const auto& row : rows) {
    if (row.code == kDiastolic) continue;
    auto& waiting = diastolic[row.effective];
    if (row.code != kSystolic || SignOf(row) == nullptr || waiting.empty()) {
      out.push_back(Alone(row));
      continue;
    }
    out.push_back(Pressure(row, *waiting.front()));
    used.push_back(waiting.front());
    waiting.erase(waiting.begin());
  }
  for (const auto& row : rows) {
    if (row.code != kDiastolic || std::find(used.begin(), used.end(), &row) != used.end()) continue;
    out.push_back(Alone(row));
  }
  std::stable_sort(out.begin(), out.end(), [](const ClinicalItem& a, const ClinicalItem& b) {
    return std::get<model::Observation>(a.record).effective >
           std::get<model::Observation>(b.record).effective;
  });
  return out;
}

std::vector<ClinicalItem> FromTobacco(SqlRow row) {
  const auto status = AnyText(row, 0);
  if (status.empty()) return {};
  auto item = Social("tobacco", "72166-2", "Tobacco smoking status", status);
  auto& note = std::get<model::Observation>(item.record).note;
  if (const auto day = AnyText(row, 1); !day.empty() && day != "0") note = day + " a day";
  if (const auto year = AnyText(row, 2); year.size() == 4 && year > "1900") {
    note += (note.empty() ? "since " : ", since ") + year;
  }
  return {std::move(item)};
}

std::vector<ClinicalItem> FromAlcohol(SqlRow row) {
  const auto flag = AsciiLower(AnyText(row, 0));
  const auto days = AnyText(row, 1), drinks = AnyText(row, 2);
  const bool counted = !days.empty() && days != "0" && !drinks.empty() && drinks != "0";
  std::string text;
  if (flag == "yes" || flag == "true" || flag == "1") {
    text = "Non-drinker";
  } else if (counted) {
    text = drinks + " drinks a day, " + days + " days a week";
  }
  if (text.empty()) return {};
  return {Social("alcohol", "11331-6", "History of Alcohol use", std::move(text))};
}

std::vector<ClinicalItem> FromSocial(SqlRow row) {
  struct Field {
    std::size_t at;
    std::string_view id, loinc, display;
  };
  constexpr Field kFields[] = {{0, "social-history", "29762-2", "Social history"},
                               {1, "recreation", "", "Recreation"},
                               {2, "accommodation", "", "Accommodation"},
                               {3, "lives-with", "", "Lives with"},
                               {4, "marital-status", "45404-1", "Marital status"}};
  std::vector<ClinicalItem> out;
  for (const auto& field : kFields) {
    const auto held = AnyText(row, field.at);
    const auto text = PlainText(held);
    if (!text.empty()) {
      out.push_back(Social(field.id, field.loinc, field.display, std::string(text)));
    }
  }
  return out;
}

}  // namespace pons::best_practice
