// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_way.h"

#include <algorithm>

#include "base/text.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Statements of one look, where nothing is new (decision 0039 measures them).
constexpr std::uint64_t kListStatements = 7;   // locations 1, users 1, roles 4, types 1
constexpr std::uint64_t kProbeStatements = 3;  // with the lists: clock, rights, name
// Of a change: the row's table again, and what belongs to it (an address, an appointment).
constexpr std::uint64_t kChangeStatements = 5;

Error Wrong(std::string_view key, const std::string& why) {
  return MakeError(Fault::kMisconfigured, "setting \"" + std::string(key) + "\" " + why);
}

Result<std::int64_t> Between(const Settings& settings, std::string_view key, std::int64_t least,
                             std::int64_t most) {
  const auto value = settings.Integer(key);
  if (value && *value >= least && *value <= most) return *value;
  return Wrong(key, "is not between " + std::to_string(least) + " and " + std::to_string(most));
}

bool IsList(Stream stream) {
  return stream != Stream::kEncounters && stream != Stream::kPatients &&
         stream != Stream::kAppointments;
}

Result<void> ReadHalo(const Settings& settings, Way& way) {
  way.site.pms_id = Trim(settings.Text(kSiteSetting));
  if (way.site.pms_id.empty()) {
    return Wrong(kSiteSetting, "is empty; Best Practice shows it beside the pairing code");
  }
  way.site.guid = Trim(settings.Text(halo_connect::kGuidSetting));
  if (!way.site.guid.empty() && !halo_connect::IsGuid(way.site.guid)) {
    return Wrong(halo_connect::kGuidSetting, "is no GUID");
  }
  PONS_ASSIGN(const auto visits, Between(settings, "halo_visit_seconds", 0, 3600));
  PONS_ASSIGN(const auto others, Between(settings, "halo_other_seconds", 1, 86400));
  PONS_ASSIGN(const auto lists, Between(settings, "halo_list_seconds", 1, 86400));
  PONS_ASSIGN(const auto closed, Between(settings, "halo_closed_seconds", 1, 86400));
  way.paces = {seconds(visits), seconds(others), seconds(lists), seconds(closed)};
  const auto watch = settings.Text("halo_watch");
  if (watch != "on" && watch != "off") return Wrong("halo_watch", "is none of on, off");
  way.watch = watch == "on";
  if (!way.watch && visits == 0) {
    return Wrong("halo_visit_seconds",
                 "is 0, and halo_watch is off: nothing would say that a visit has started");
  }
  auto hours = OpeningHours::Parse(settings.Text("opening_hours"));
  if (!hours) return Wrong("opening_hours", "cannot be read: " + hours.error().summary);
  way.hours = std::move(*hours);
  return Ok();
}

std::string Thousands(std::uint64_t count) {
  std::string digits = std::to_string(count), out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

// Two leading digits are what an estimate is worth.
std::uint64_t About(std::uint64_t count) {
  std::uint64_t unit = 1;
  while (count / unit >= 100) unit *= 10;
  return (count + unit / 2) / unit * unit;
}

}  // namespace

Result<Way> ReadWay(const Settings& settings) {
  Way way;
  const auto transport = settings.Text("transport");
  if (transport != kOdbcWay && transport != kHaloWay) {
    return Wrong("transport", "is none of odbc, halo");
  }
  way.halo = transport == kHaloWay;
  if (way.halo) {
    PONS_TRY(ReadHalo(settings, way));
    return way;
  }
  PONS_ASSIGN(const auto visits, Between(settings, "visit_poll_interval_ms", 100, 3'600'000));
  PONS_ASSIGN(const auto others, Between(settings, "other_poll_interval_ms", 500, 3'600'000));
  way.visit_interval = milliseconds(visits);
  way.other_interval = milliseconds(others);
  return way;
}

milliseconds IntervalOf(const Way& way, bool called, Stream stream) {
  if (!way.halo) {
    if (IsList(stream)) return seconds(60);
    return stream == Stream::kEncounters ? way.visit_interval : way.other_interval;
  }
  if (IsList(stream)) return way.paces.lists;
  const auto own = stream == Stream::kEncounters ? way.paces.visits : way.paces.others;
  if (!way.watch) return own;
  const auto glance = called ? kGlanceWhenCalled : kGlance;
  return own.count() > 0 ? std::min(own, glance) : glance;
}

Cost CostOf(const Way& way) {
  Cost cost;
  if (!way.halo) return cost;
  constexpr seconds kDay{86400};
  const auto open = way.hours.OnLongestDay();
  const auto shut = kDay - open;
  const auto times = [](seconds span, seconds pace) {
    return pace.count() > 0 ? static_cast<std::uint64_t>(span / pace) : 0;
  };
  const auto& paces = way.paces;
  const auto shut_visits = std::max(paces.visits, paces.closed);
  const auto shut_others = std::max(paces.others, paces.closed);
  cost.quiet = times(open, paces.visits.count() > 0 ? paces.visits : paces.closed) +
               2 * times(open, paces.others) + times(shut, shut_visits) +
               2 * times(shut, shut_others) +
               times(kDay, paces.lists) * (kListStatements + kProbeStatements);
  const auto minutes = times(open, kWatchBeat);
  cost.busy = cost.quiet + (way.watch ? minutes * kChangeStatements : minutes);
  cost.watched = way.watch ? times(kDay, kWatchBeat) : 0;
  return cost;
}

std::string CostWordsOf(const Way& way) {
  if (!way.halo) return {};
  const auto cost = CostOf(way);
  const auto open = std::chrono::round<std::chrono::hours>(way.hours.OnLongestDay()).count();
  std::string words = "About " + Thousands(About(cost.quiet)) + " queries on a day that is open " +
                      std::to_string(open) + " hours, up to " + Thousands(About(cost.busy)) +
                      " where something changes every minute";
  if (cost.watched > 0) {
    words += ", and " + Thousands(cost.watched) +
             " runs of a registered query, which Halo charges less for";
  }
  return words + ". What apps read and write comes on top.";
}

}  // namespace pons::best_practice
