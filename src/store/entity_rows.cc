// SPDX-License-Identifier: Apache-2.0
#include "store/entity_rows.h"

#include <array>

#include "json/value.h"
#include "json/writer.h"
#include "store/records.h"

namespace pons::store {
namespace {

struct SwitchName {
  std::string_view name;
  bool Switches::*flag;
};

constexpr std::array<SwitchName, 7> kSwitches = {{
    {"patients_in", &Switches::patients_in},
    {"reports_out", &Switches::reports_out},
    {"patients_out", &Switches::patients_out},
    {"publish_availability", &Switches::publish_availability},
    {"take_bookings", &Switches::take_bookings},
    {"read_clinical_data", &Switches::read_clinical_data},
    {"referrals", &Switches::referrals},
}};

void WriteFilter(json::Writer& w, std::string_view key, const Filter& filter) {
  w.Key(key);
  w.BeginObject();
  w.Member("kind", filter.kind == FilterKind::kThese ? "these" : "all");
  if (filter.kind == FilterKind::kThese) {
    w.Key("ids");
    w.BeginArray();
    for (const auto& id : filter.vendor_ids) w.String(id);
    w.EndArray();
  }
  w.EndObject();
}

Filter ReadFilter(const json::Value* value) {
  Filter filter;
  if (value == nullptr || value->Text("kind") != "these") return filter;
  filter.kind = FilterKind::kThese;
  if (const auto* ids = value->Find("ids"); ids && ids->array()) {
    for (const auto& id : *ids->array()) {
      if (id.string()) filter.vendor_ids.push_back(*id.string());
    }
  }
  return filter;
}

}  // namespace

std::string_view ReadStateName(ReadState state) {
  switch (state) {
    case ReadState::kNew:
      return "new";
    case ReadState::kActive:
      return "active";
    case ReadState::kAttention:
      return "attention";
    case ReadState::kRetrying:
      return "retrying";
    case ReadState::kPaused:
      return "paused";
  }
  return "new";
}

std::string_view ChangeKindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kCreated:
      return "created";
    case ChangeKind::kUpdated:
      return "updated";
    case ChangeKind::kDeleted:
      return "deleted";
  }
  return "updated";
}

std::string WriteGrantRules(const Grant& grant) {
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Key("switches");
  w.BeginObject();
  for (const auto& row : kSwitches) w.Member(row.name, grant.switches.*row.flag);
  w.EndObject();
  w.Key("locations");
  w.BeginArray();
  for (const auto& mapping : grant.locations) {
    w.BeginObject();
    w.Member("vendor_id", mapping.vendor_id);
    w.Member("app_location", mapping.app_location);
    w.EndObject();
  }
  w.EndArray();
  if (grant.all_locations_to) w.Member("all_locations_to", *grant.all_locations_to);
  WriteFilter(w, "practitioners", grant.practitioners);
  WriteFilter(w, "appointment_types", grant.appointment_types);
  w.EndObject();
  return out;
}

Result<void> ReadGrantRules(std::string_view json, Grant& grant) {
  PONS_ASSIGN(const json::Value rules, json::Parse(json));
  if (const auto* switches = rules.Find("switches")) {
    for (const auto& row : kSwitches) {
      const auto* flag = switches->Find(row.name);
      if (flag && flag->boolean()) grant.switches.*row.flag = *flag->boolean();
    }
  }
  if (const auto* locations = rules.Find("locations"); locations && locations->array()) {
    for (const auto& mapping : *locations->array()) {
      grant.locations.push_back(
          {std::string(mapping.Text("vendor_id")), std::string(mapping.Text("app_location"))});
    }
  }
  if (const auto* all = rules.Find("all_locations_to"); all && all->string()) {
    grant.all_locations_to = *all->string();
  }
  grant.practitioners = ReadFilter(rules.Find("practitioners"));
  grant.appointment_types = ReadFilter(rules.Find("appointment_types"));
  return Ok();
}

std::string WriteTextList(const std::vector<std::string>& texts) {
  std::string out;
  json::Writer w(out);
  w.BeginArray();
  for (const auto& text : texts) w.String(text);
  w.EndArray();
  return out;
}

std::vector<std::string> ReadTextList(std::string_view json) {
  std::vector<std::string> texts;
  const auto parsed = json::Parse(json);
  if (!parsed || !parsed->array()) return texts;
  for (const auto& item : *parsed->array()) {
    if (item.string()) texts.push_back(*item.string());
  }
  return texts;
}

}  // namespace pons::store
