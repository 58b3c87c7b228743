// SPDX-License-Identifier: Apache-2.0
// The systems that can be connected, what each needs, and how a practice gets there.
#include <algorithm>

#include "base/text.h"
#include "portal/practice_parts.h"

namespace pons::portal {
namespace {

json::Value SettingJson(const SettingSpec& spec, const Guide* guide) {
  json::Value out;
  out.Set("key", spec.key);
  out.Set("help", spec.help);
  out.Set("required", spec.required);
  out.Set("secret", spec.secret);
  if (spec.once) out.Set("once", true);
  if (!spec.fallback.empty()) out.Set("default", spec.fallback);
  if (spec.binds) out.Set("binds", true);
  bool usual = spec.required;
  if (guide != nullptr) {
    const auto words = std::find_if(guide->settings.begin(), guide->settings.end(),
                                    [&spec](const auto& word) { return word.key == spec.key; });
    if (words != guide->settings.end()) {
      out.Set("label", words->label);
      if (!words->way.empty()) out.Set("way", words->way);
      usual = usual || words->usual;
      json::Array choices;
      if (!words->choices.empty()) {
        for (const auto choice : Split(words->choices, ' ')) choices.emplace_back(choice);
      }
      if (!choices.empty()) out.Set("choices", std::move(choices));
    }
  }
  out.Set("advanced", !usual);
  return out;
}

json::Value GuideJson(const Guide* guide) {
  json::Array before;
  json::Array steps;
  if (guide != nullptr) {
    for (const auto line : guide->before) before.emplace_back(line);
    for (const auto& step : guide->steps) {
      json::Value item;
      item.Set("title", step.title);
      item.Set("text", step.text);
      if (!step.where.empty()) item.Set("where", step.where);
      if (!step.way.empty()) item.Set("way", step.way);
      steps.push_back(std::move(item));
    }
  }
  json::Value out;
  out.Set("before", std::move(before));
  out.Set("steps", std::move(steps));
  return out;
}

// The ways to reach this vendor, and which of them the server's operator has opened.
json::Value WaysJson(const Connector& connector, const Guide& guide) {
  json::Array choices;
  for (const auto& way : guide.ways) {
    json::Value choice;
    choice.Set("value", way.value);
    choice.Set("label", way.label);
    choice.Set("text", way.text);
    json::Array before;
    for (const auto line : way.before) before.emplace_back(line);
    choice.Set("before", std::move(before));
    const auto available = connector.WayAvailable(way.value);
    choice.Set("available", available.has_value());
    if (!available) choice.Set("unavailable_text", available.error().summary);
    choices.push_back(std::move(choice));
  }
  json::Value out;
  out.Set("setting", guide.way_setting);
  out.Set("choices", std::move(choices));
  return out;
}

json::Value VendorJson(const Connector& connector) {
  const auto& descriptor = connector.descriptor();
  const auto* guide = connector.guide();
  json::Value out;
  out.Set("id", descriptor.id);
  out.Set("name", descriptor.name);
  out.Set("region", descriptor.region);
  out.Set("standing", guide != nullptr ? guide->standing : "draft");
  json::Array settings;
  for (const auto& spec : descriptor.settings) {
    // What Pons learns is asked of nobody.
    if (!spec.learned) settings.push_back(SettingJson(spec, guide));
  }
  out.Set("settings", std::move(settings));
  out.Set("guide", GuideJson(guide));
  if (guide != nullptr && !guide->way_setting.empty() && guide->ways.size() > 1) {
    out.Set("ways", WaysJson(connector, *guide));
  }
  json::Array writes;
  for (const auto kind : descriptor.can.commands) writes.emplace_back(model::CommandKindName(kind));
  out.Set("writes", std::move(writes));
  if (guide != nullptr && !guide->practitioner.empty()) {
    out.Set("practitioner_word", guide->practitioner);
  }
  if (guide != nullptr && !guide->appointment_type.empty()) {
    out.Set("service_word", guide->appointment_type);
  }
  return out;
}

Result<Answer> ListVendors(PortalContext& context, PortalCall& call) {
  const auto query = FoldForSearch(call.Query("q"));
  json::Array items;
  for (const auto* connector : context.admin.vendors.all()) {
    const auto* guide = connector->guide();
    // A demo shows what a practice would see.
    if (guide != nullptr && guide->made_up && (!context.development || context.demo)) continue;
    const auto name = FoldForSearch(connector->descriptor().name);
    if (!query.empty() && name.find(query) == std::string::npos) continue;
    items.push_back(VendorJson(*connector));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

constexpr Route kRoutes[] = {
    {"GET",
     "/vendors",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Lists the systems that can be connected, what each needs, and where to find it.",
     {},
     kListOf,
     ListVendors},
};

}  // namespace

std::span<const Route> VendorRoutes() { return kRoutes; }

}  // namespace pons::portal
