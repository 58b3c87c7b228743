// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_hints.h"

#include <algorithm>

#include "vendors/best_practice/connector/best_practice_streams.h"

namespace pons::best_practice {
namespace {

using halo_connect::Sight;
using model::Stream;

// Where nothing else would say that a visit has started.
constexpr seconds kVisitsUnwatched{60};
// How long a registered query may say nothing before it counts as not working.
constexpr seconds kPatience = kWatchBeat + seconds(30);

// A beat that comes a little early is still the beat.
milliseconds Slack(milliseconds pace) { return std::min<milliseconds>(seconds(1), pace / 10); }

class RegisteredWatcher final : public ChangeWatcher {
 public:
  RegisteredWatcher(const halo_connect::Access& access, const halo_connect::SiteAddress& site,
                    const SessionContext& context)
      : watch_(access, site, ChangeWatch(), context) {}

  Result<Sight> Look(Instant deadline) override {
    PONS_TRY(watch_.Ensure(deadline));
    return watch_.Look(deadline);
  }

 private:
  halo_connect::Watch watch_;
};

}  // namespace

// The sum of today's times of change moves with every change of today, also with one whose time
// lies before the newest (a workstation whose clock is behind). What it misses all the same, such
// as a row of yesterday's, the paces find.
net::SqlStatement SelectChangeMark() {
  static constexpr std::string_view kColumns[] = {"VISITS_HIGHEST",       "VISITS_TODAY",
                                                  "APPOINTMENTS_HIGHEST", "APPOINTMENTS_TODAY",
                                                  "PATIENTS_HIGHEST",     "PATIENTS_TODAY"};
  std::string text;
  std::size_t column = 0;
  for (const auto* table : {&kVisits, &kAppointments, &kPatients}) {
    text += text.empty() ? "SELECT " : ", ";
    text += "(SELECT MAX(" + std::string(table->key) + ") FROM " + std::string(table->name) +
            ") AS " + std::string(kColumns[column++]);
    text +=
        ", (SELECT SUM(CAST(DATEDIFF(second, CAST(GETDATE() AS DATE), COALESCE(UPDATED, "
        "CREATED)) AS BIGINT)) FROM " +
        std::string(table->name) +
        " WHERE COALESCE(UPDATED, CREATED) >= CAST(GETDATE() AS DATE)) AS " +
        std::string(kColumns[column++]);
  }
  return {.text = std::move(text), .columns = kColumns, .reads_only = true};
}

halo_connect::WatchQuery ChangeWatch() {
  return {"changes", SelectChangeMark(), kWatchBeat, kWatchRuns};
}

std::unique_ptr<ChangeWatcher> MakeChangeWatcher(const halo_connect::Access& access,
                                                 const halo_connect::SiteAddress& site,
                                                 const SessionContext& context) {
  return std::make_unique<RegisteredWatcher>(access, site, context);
}

Hints::Hints(const Way& way, bool called, std::unique_ptr<ChangeWatcher> watcher,
             const SessionContext& context)
    : way_(way), called_(called), watcher_(std::move(watcher)), context_(context) {}

seconds Hints::PaceOf(Stream stream, Instant now) const {
  const auto& paces = way_.paces;
  if (DatedTable(stream) == nullptr) return watcher_ ? paces.lists : seconds(0);
  const bool open = way_.hours.OpenAt(context_.zone.ToLocal(now));
  auto own = stream == Stream::kEncounters ? paces.visits : paces.others;
  if (own.count() == 0) own = works_ ? paces.closed : kVisitsUnwatched;
  if (!open) return std::max(own, paces.closed);
  // Without a registered query whoever asks keeps the pace.
  return watcher_ ? own : seconds(0);
}

bool Hints::Due(Stream stream, Instant deadline) {
  auto& seen = seen_[static_cast<std::size_t>(stream)];
  const auto now = context_.clock.Now();
  const auto asked = std::exchange(seen.asked, now);
  const bool list = DatedTable(stream) == nullptr;
  // Before the first look too: what changes during it is announced then.
  if (!list && watcher_) Glance(now, deadline);
  if (!seen.read || now < *seen.read) return true;
  const milliseconds pace = PaceOf(stream, now);
  if (now - *seen.read >= pace - Slack(pace)) return true;
  // Lists are not what anybody calls about.
  if (list) return false;
  const auto agreed = IntervalOf(way_, called_, stream);
  return seen.changed || (asked && now - *asked < agreed - agreed / 10);
}

void Hints::Done(Stream stream) {
  auto& seen = seen_[static_cast<std::size_t>(stream)];
  // What changes while it is read is announced after.
  seen.read = seen.asked;
  seen.changed = false;
}

void Hints::Glance(Instant now, Instant deadline) {
  const milliseconds every = called_ ? kGlanceWhenCalled : kGlance;
  if (glanced_ && now - *glanced_ < every - Slack(every)) return;
  glanced_ = now;
  const auto sight = watcher_->Look(deadline);
  const bool runs = sight && sight->kind != Sight::Kind::kNotRunning;
  if (runs || !worked_) worked_ = now;
  // A new one has no result for a while, and one failed glance means nothing.
  if (runs || now - *worked_ >= kPatience) {
    Say(runs, sight ? "it has not run lately" : sight.error().summary);
  }
  if (!runs || sight->kind != Sight::Kind::kChanged) return;
  for (auto& seen : seen_) seen.changed = true;
}

void Hints::Say(bool works, std::string_view why) {
  if (works == works_) return;
  works_ = works;
  if (works) {
    context_.log.Info("the registered query says again when something has changed");
  } else {
    context_.log.Warn(
        "the registered query does not say when something changes; Pons looks at its "
        "own pace",
        {{"why", why}});
  }
}

}  // namespace pons::best_practice
