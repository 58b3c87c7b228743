// SPDX-License-Identifier: Apache-2.0
// What a vendor may charge for, as people and pages are told.
#include "admin/parts.h"
#include "sync/connection_settings.h"
#include "sync/vendor_side.h"

namespace pons::admin {

Result<json::Value> VendorRequestsJson(const AdminContext& context, store::Reader& reader,
                                       const store::Connection& connection) {
  PONS_ASSIGN(const auto counts, sync::CountsOf(reader, connection.key, context.clock.Now()));
  std::string cost;
  const auto* connector = context.vendors.Find(connection.vendor);
  if (connector != nullptr && !IsRemoved(connection)) {
    PONS_ASSIGN(auto stored, sync::SettingsOf(connection));
    const auto settings = CompleteSettings(std::move(stored), connector->descriptor().settings);
    if (settings) cost = connector->CostWords(*settings);
  }
  if (counts.last_7_days.empty() && cost.empty()) return json::Value();
  json::Value today{json::Object{}};
  for (const auto& [what, count] : counts.today) today.Set(what, count);
  json::Array days;
  for (const auto& row : counts.last_7_days) {
    json::Value day;
    day.Set("day", FormatInstant(row.day).substr(0, 10));
    day.Set("word", row.what);
    day.Set("count", row.count);
    days.push_back(std::move(day));
  }
  json::Value out;
  out.Set("today", std::move(today));
  out.Set("last_7_days", std::move(days));
  out.Set("total_7_days", counts.total_7_days);
  if (!cost.empty()) out.Set("cost_words", cost);
  return out;
}

}  // namespace pons::admin
