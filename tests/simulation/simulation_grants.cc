// SPDX-License-Identifier: Apache-2.0
// The admins: grants that come, change and go; and the ledger of what they have let through so far.
#include <algorithm>

#include "sync/scope.h"
#include "tests/simulation/simulation.h"

namespace pons::simulation {
namespace {

using namespace std::chrono_literals;

// Clocks may disagree by so much before a visit counts as begun at another time.
constexpr milliseconds kClocksMayDiffer = 2min;

store::Filter RandomFilter(Dice& dice, const std::vector<std::string>& ids) {
  store::Filter filter;
  if (dice.OneIn(2)) return filter;
  filter.kind = store::FilterKind::kThese;
  for (const auto& id : ids) {
    if (!dice.OneIn(3)) filter.vendor_ids.push_back(id);
  }
  return filter;
}

std::string Rules(const store::Grant& grant) {
  std::string text = grant.mode == store::GrantMode::kAll ? "all" : "on_visit";
  if (!grant.switches.patients_in) text += ", nobody in";
  if (grant.switches.read_clinical_data) text += ", clinical";
  if (LetsEveryoneThrough(grant)) text += ", everyone";
  return text;
}

}  // namespace

store::Grant Simulation::RandomRules(const Connected& at) {
  const auto& practice = at.practice->practice();
  store::Grant grant;
  grant.organization = organization_;
  grant.connection = at.key;
  grant.mode = dice_.OneIn(3) ? store::GrantMode::kAll : store::GrantMode::kOnVisit;
  grant.switches.patients_in = !dice_.OneIn(8);
  grant.switches.read_clinical_data = dice_.OneIn(2);
  grant.switches.patients_out = !dice_.OneIn(3);
  grant.switches.take_bookings = !dice_.OneIn(3);
  grant.switches.reports_out = !dice_.OneIn(3);
  if (dice_.OneIn(2)) {
    grant.all_locations_to = "everywhere";
  } else {
    for (const auto& site : practice.Ids(Table::kSites)) {
      if (!dice_.OneIn(3)) grant.locations.push_back({site, "app-" + site});
    }
  }
  grant.practitioners = RandomFilter(dice_, practice.Ids(Table::kStaff));
  grant.appointment_types = RandomFilter(dice_, practice.Ids(Table::kReasons));
  return grant;
}

void Simulation::ChangeGrants() {
  const auto& at = connected_[dice_.Below(connected_.size())];
  std::vector<store::GrantKey> living;
  for (const auto& [key, grant] : grants_) {
    if (!grant.revoked && grant.connection == at.key) living.push_back(key);
  }
  auto grant = RandomRules(at);
  const bool fresh = living.empty() || dice_.OneIn(3);
  if (fresh) {
    // One grant an app and connection: two of one app would see through each other's eyes.
    const auto& app = dice_.Pick(apps_);
    const bool taken = std::any_of(living.begin(), living.end(), [&](store::GrantKey key) {
      return grants_.at(key).app == app.key;
    });
    if (taken) return;
    grant.app = app.key;
    grant.id = GrantId("grant-" + std::to_string(grants_.size() + 1));
    grant.created = clock_.Now();
    Write([&](store::Transaction& tx) { grant.key = tx.Insert(grant); });
    Say("grant " + grant.id.value + " for " + at.practice->key() + " " + Rules(grant));
  } else {
    const auto& old = grants_.at(dice_.Pick(living));
    if (dice_.OneIn(4)) {
      grant = old;
      grant.revoked = true;
    } else {
      grant.key = old.key;
      grant.id = old.id;
      grant.app = old.app;
      grant.created = old.created;
    }
    Write([&](store::Transaction& tx) { tx.Update(grant); });
    Say("grant " + grant.id.value + (grant.revoked ? " is revoked" : " becomes " + Rules(grant)));
  }
  NoteGrant(grant, fresh);
}

void Simulation::NoteGrant(const store::Grant& grant, bool fresh) {
  grants_[grant.key] = grant;
  auto& always = clinical_always_.try_emplace(grant.key, true).first->second;
  always = always && grant.switches.read_clinical_data && grant.switches.patients_in;
  auto& bookings = bookings_always_.try_emplace(grant.key, true).first->second;
  bookings = bookings && grant.switches.take_bookings;
  for (auto& visit : pending_) {
    if (connected_[static_cast<std::size_t>(visit.practice)].key == grant.connection) {
      JudgePending(visit, grant, fresh);
    }
  }
  NoteAppointments();
  NoteDirectory();
}

void Simulation::JudgePending(VisitFact& visit, const store::Grant& grant, bool fresh) const {
  const bool now = LetsThrough(grant, visit.of);
  // A grant that comes after the visit has begun does not count for it.
  const bool late = fresh && visit.start + kClocksMayDiffer < grant.created;
  visit.may[grant.key] = visit.may[grant.key] || (now && !late);
  visit.must[grant.key] = !fresh && visit.must[grant.key] && now;
}

std::vector<const store::Grant*> Simulation::GrantsAt(int practice) const {
  std::vector<const store::Grant*> out;
  for (const auto& [key, grant] : grants_) {
    if (grant.connection == connected_[static_cast<std::size_t>(practice)].key) {
      out.push_back(&grant);
    }
  }
  return out;
}

void Simulation::NoteVisits() {
  for (auto& at : connected_) {
    for (const auto& id : at.practice->TakeNewVisits()) {
      ++counts_.visits;
      const auto row = at.practice->practice().Find(Table::kVisits, id);
      if (!row) continue;  // deleted in the same breath
      VisitFact visit;
      visit.practice = at.practice->number();
      visit.id = id;
      visit.patient = row->data.Text("patient");
      visit.of = {std::string(row->data.Text("site")), std::string(row->data.Text("staff")),
                  std::string(row->data.Text("reason"))};
      // The wall clock's reading does not say which of two hours is meant: the first.
      const auto began = std::string(row->data.Text("began"));
      const auto day = *ParseDate(began.substr(0, 10));
      visit.start = at.practice->zone().ToInstant(LocalTime::At(
          day, seconds(std::stoi(began.substr(11, 2)) * 3600 + std::stoi(began.substr(14, 2)) * 60 +
                       std::stoi(began.substr(17, 2)))));
      // A connection counts visits from the moment that it first stood at the visits' end.
      const auto stream = reader_->Stream(at.key, model::Stream::kEncounters);
      const bool followed = stream.has_value() && !stream->cursor.empty();
      const Instant from =
          followed ? sync::ReadSavedCursor(stream->cursor).from.value_or(Instant{}) : Instant{};
      for (const auto* grant : GrantsAt(visit.practice)) {
        const bool now = LetsThrough(*grant, visit.of);
        visit.may[grant->key] = now;
        // A wall clock's reading in an hour that happens twice, or a server's clock that is wrong,
        // can put the visit before its grant or its connection.
        const bool counts = visit.start >= std::max(from, grant->created);
        visit.must[grant->key] = now && followed && counts;
      }
      Say("visit " + id + " of " + visit.patient + " at " + at.practice->key());
      pending_.push_back(std::move(visit));
    }
  }
}

// What a grant in mode "all" lets through, by appointments or altogether.
void Simulation::NoteAppointments() {
  for (const auto& at : connected_) {
    const auto& practice = at.practice->practice();
    for (const auto* grant : GrantsAt(at.practice->number())) {
      if (grant->mode != store::GrantMode::kAll || grant->revoked) continue;
      auto& may = visible_[grant->key].may;
      if (LetsEveryoneThrough(*grant)) {
        for (const auto& id : practice.Ids(Table::kPatients)) may.insert({Table::kPatients, id});
      }
      for (const auto& id : practice.Ids(Table::kDiary)) {
        const auto row = practice.Find(Table::kDiary, id);
        const auto text = [&row](std::string_view key) { return std::string(row->data.Text(key)); };
        if (!LetsThrough(*grant, {text("site"), text("staff"), text("reason")})) continue;
        may.insert({Table::kDiary, id});
        may.insert({Table::kPatients, text("patient")});
      }
    }
  }
}

void Simulation::NoteDirectory() {
  static constexpr Table kTables[] = {Table::kSites, Table::kStaff, Table::kPosts, Table::kReasons};
  for (const auto& at : connected_) {
    const auto& practice = at.practice->practice();
    for (const auto* grant : GrantsAt(at.practice->number())) {
      for (const auto table : kTables) {
        for (const auto& id : practice.Ids(table)) {
          if (ShowsDirectory(*grant, table, *practice.Find(table, id))) {
            visible_[grant->key].may.insert({table, id});
          }
        }
      }
    }
  }
}

// Visits that the program has judged for good since the last look.
void Simulation::SettleVisits() {
  std::erase_if(pending_, [this](VisitFact& visit) {
    const auto& at = connected_[static_cast<std::size_t>(visit.practice)];
    const auto seen = reader_->Visit(at.key, visit.id);
    Hold(seen.has_value(), "the store cannot be read");
    const bool settled = *seen && (*seen)->waiting_patient.empty();
    // What is shown is shown in the transaction that judges; until then it may come at any time.
    const bool news = visit.start + std::chrono::hours(24) >= clock_.Now();
    const bool there = at.practice->practice().Find(Table::kVisits, visit.id).has_value();
    if (!news || !there) visit.must.clear();
    for (const auto& [grant, may] : visit.may) {
      if (!may) continue;
      visible_[grant].may.insert({Table::kVisits, visit.id});
      visible_[grant].may.insert({Table::kPatients, visit.patient});
    }
    if (!settled) return false;
    for (const auto& [grant, must] : visit.must) {
      if (!must) continue;
      ++counts_.shared_visits;
      visible_[grant].must.insert({Table::kVisits, visit.id});
      visible_[grant].must.insert({Table::kPatients, visit.patient});
    }
    return true;
  });
}

}  // namespace pons::simulation
