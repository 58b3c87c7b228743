// SPDX-License-Identifier: Apache-2.0
#include "sync/scope.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace pons::sync {
namespace {

using model::Stream;

constexpr char kBetween = '\x1f';

std::string MarkOf(const std::vector<const store::Grant*>& grants, bool only_all) {
  std::string rules;
  const auto add = [&rules](const std::string& text) { (rules += text) += ';'; };
  for (const auto* grant : grants) {
    if (only_all && grant->mode != store::GrantMode::kAll) continue;
    add(grant->id.value);
    for (const auto& mapping : grant->locations)
      add(mapping.vendor_id + ">" + mapping.app_location);
    add(grant->all_locations_to.value_or("-"));
    for (const auto* filter : {&grant->practitioners, &grant->appointment_types}) {
      add(filter->kind == store::FilterKind::kThese ? "these" : "all");
      for (const auto& id : filter->vendor_ids) add(id);
    }
    add(grant->switches.patients_in ? "in" : "-");
    add(grant->switches.read_clinical_data ? "clinical" : "-");
  }
  const auto key = static_cast<std::uint64_t>(store::KeyOf(rules));
  return "all:" + std::to_string(key);
}

}  // namespace

StreamScope ScopeOf(Stream stream, const std::vector<const store::Grant*>& grants) {
  const auto any = [&grants](auto&& test) {
    return std::any_of(grants.begin(), grants.end(), [&](const auto* g) { return test(*g); });
  };
  const bool all =
      any([](const auto& g) { return g.mode == store::GrantMode::kAll && g.switches.patients_in; });
  const bool patients = any([](const auto& g) { return g.switches.patients_in; });
  // What an app has created has to be followed, and the visit noticed that makes it the practice's.
  const bool created = any([](const auto& g) { return g.switches.patients_out; });
  // What an app has booked has to be followed: staff move and cancel it.
  const bool booked = any(
      [](const auto& g) { return g.switches.take_bookings || g.switches.publish_availability; });
  const bool clinical =
      any([](const auto& g) { return g.switches.patients_in && g.switches.read_clinical_data; });
  switch (stream) {
    case Stream::kLocations:
    case Stream::kPractitioners:
    case Stream::kPractitionerRoles:
    case Stream::kHealthcareServices:
      // The practice itself is always known, so that its admin can choose from lists.
      return {Reading::kEverything, MarkOf(grants, false)};
    case Stream::kPatients:
      if (all) return {Reading::kEverything, MarkOf(grants, true)};
      return patients || created ? StreamScope{Reading::kFromTip, "tip"} : StreamScope{};
    case Stream::kConditions:
      if (!clinical) return {};
      if (all) return {Reading::kEverything, MarkOf(grants, true)};
      return {Reading::kFromTip, "tip"};
    case Stream::kAppointments:
      if (all) return {Reading::kEverything, MarkOf(grants, true)};
      return booked ? StreamScope{Reading::kFromTip, "tip"} : StreamScope{};
    case Stream::kEncounters:
      // A visit counts when it starts; those of the past are no news to anybody.
      return patients || created ? StreamScope{Reading::kFromTip, "tip"} : StreamScope{};
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;  // no vendor has them
  }
  return {};
}

std::string WriteSavedCursor(const SavedCursor& cursor) {
  std::string out = cursor.mark;
  out += kBetween;
  if (cursor.from) out += std::to_string(ToMillis(*cursor.from));
  out += kBetween;
  if (cursor.token) {
    out += '=';
    out += *cursor.token;
  }
  return out;
}

SavedCursor ReadSavedCursor(std::string_view text) {
  SavedCursor cursor;
  const auto first = text.find(kBetween);
  const auto second = first == std::string_view::npos ? first : text.find(kBetween, first + 1);
  if (second == std::string_view::npos) return cursor;
  cursor.mark = std::string(text.substr(0, first));
  const auto from = text.substr(first + 1, second - first - 1);
  std::int64_t millis = 0;
  if (!from.empty() &&
      std::from_chars(from.data(), from.data() + from.size(), millis).ec == std::errc()) {
    cursor.from = FromMillis(millis);
  }
  const auto token = text.substr(second + 1);
  if (!token.empty()) cursor.token = std::string(token.substr(1));
  return cursor;
}

}  // namespace pons::sync
