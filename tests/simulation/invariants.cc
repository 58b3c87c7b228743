// SPDX-License-Identifier: Apache-2.0
// What must hold after every step, and what must be so once everything has come to rest.
#include <algorithm>

#include "sync/identity_map.h"
#include "tests/simulation/simulation.h"

namespace pons::simulation {
namespace {

using model::Stream;

constexpr std::pair<Table, Stream> kTables[] = {
    {Table::kSites, Stream::kLocations},         {Table::kStaff, Stream::kPractitioners},
    {Table::kPosts, Stream::kPractitionerRoles}, {Table::kReasons, Stream::kHealthcareServices},
    {Table::kPatients, Stream::kPatients},       {Table::kHistory, Stream::kConditions},
    {Table::kDiary, Stream::kAppointments},      {Table::kVisits, Stream::kEncounters},
};

Stream StreamFor(Table table) {
  for (const auto& [of, stream] : kTables) {
    if (of == table) return stream;
  }
  return Stream::kLocations;
}

Table TableFor(Stream stream) {
  for (const auto& [table, of] : kTables) {
    if (of == stream) return table;
  }
  return Table::kSites;
}

std::string What(Table table, const std::string& id) {
  return std::string(memory::TableName(table)) + " " + id;
}

template <typename T>
T Read(Result<T> result) {
  Hold(result.has_value(), "the store cannot be read");
  return std::move(result).value();
}

}  // namespace

ResourceId Simulation::IdOf(const Connected& at, Table table, const std::string& id) const {
  return sync::IdentityMap(store_->identity_key()).IdOf(at.id, {StreamFor(table), id});
}

const Simulation::Connected* Simulation::Owner(store::GrantKey grant) const {
  for (const auto& at : connected_) {
    if (at.key == grants_.at(grant).connection) return &at;
  }
  return nullptr;
}

store::ServedRecord* Simulation::Served(store::GrantKey grant, Table table, const ResourceId& id) {
  // As the API asks: with the grants in force, and no others.
  const auto snapshot = Read(book_->Current());
  if (snapshot->Find(grant) == nullptr) return nullptr;
  const store::GrantKey keys[] = {grant};
  served_ = Read(reader_->Get(keys, StreamFor(table), id.value));
  return served_ && !served_->deleted ? &*served_ : nullptr;
}

void Simulation::Tell(const Connected& at, Table table, const std::string& id) {
  if (!options_.verbose) return;
  const auto row = at.practice->practice().Find(table, id);
  Say(What(table, id) + ": " + (row ? json::Write(row->data) : "gone") + " position " +
      std::to_string(row ? row->position : 0));
  const auto life = Read(reader_->Explain(IdOf(at, table, id).value));
  if (!life) return Say("  not stored");
  Say("  stored at version " + std::to_string(life->record.version) +
      (life->record.deleted ? ", deleted" : "") + " from " + life->source.vendor_version);
  for (const auto& seen : life->visible_to) {
    Say("  visible to " + grants_.at(seen.grant).id.value + " since " + FormatInstant(seen.since));
  }
  for (const auto& change : life->changes) {
    Say("  " + std::to_string(change.seq) + " " + FormatInstant(change.at) + " " +
        std::string(store::ChangeKindName(change.kind)) + " " + grants_.at(change.grant).id.value);
  }
  if (table == Table::kHistory) Tell(at, Table::kPatients, std::string(row->data.Text("patient")));
}

// The change log since the last look: numbers rise, versions rise by record, nothing is shown that
// no grant lets through, nothing is gone that is there.
void Simulation::CheckLog() {
  std::vector<store::GrantKey> keys;
  for (const auto& [key, grant] : grants_) keys.push_back(key);
  const auto changes = Read(reader_->Changes(keys, last_seq_, 100'000));
  if (changes.empty()) return;
  // What may be seen, by FHIR id.
  for (const auto& at : connected_) {
    for (const auto& [table, stream] : kTables) {
      for (const auto& id : at.practice->practice().Ids(table)) {
        named_.try_emplace(IdOf(at, table, id).value, at.practice->number(), std::pair{table, id});
      }
    }
  }
  for (const auto& change : changes) {
    Hold(change.seq > last_seq_, "I5: the change log's numbers do not rise");
    last_seq_ = change.seq;
    const auto name = named_.find(change.id.value);
    // A row that came and went between two looks is known by nobody but its practice.
    if (name == named_.end()) continue;
    const auto& [practice, row] = name->second;
    const auto& at = connected_[static_cast<std::size_t>(practice)];
    const auto what = What(row.first, row.second) + " of " + at.practice->key() + " to " +
                      grants_.at(change.grant).id.value;
    Hold(grants_.at(change.grant).connection == at.key, "visibility: another practice's " + what);
    auto& [version, gone] = logged_[{change.grant, change.id.value}];
    Hold(change.version >= version, "I5: the log goes back on " + what);
    Hold(change.kind != store::ChangeKind::kCreated || version == 0 || gone,
         "I5: created twice: " + what);
    Hold(change.kind == store::ChangeKind::kCreated || (version > 0 && !gone),
         "I5: changed or gone before it was created: " + what);
    Hold(change.kind == store::ChangeKind::kCreated || change.version > version,
         "I5: told twice: " + what);
    version = change.version;
    gone = change.kind == store::ChangeKind::kDeleted;
    if (change.kind == store::ChangeKind::kUpdated) {
      updated_[{change.grant, change.id.value}] = change.version;
    }
    if (gone) {
      Hold(!at.practice->practice().Find(row.first, row.second), "I3: gone, but there: " + what);
      continue;
    }
    const auto& may = visible_[change.grant].may;
    if (row.first == Table::kHistory) continue;  // compared at rest, with its patient
    Hold(may.contains(row), "visibility: no grant shows " + what);
  }
}

// An app that is told of a record can read it, and of a visit, its patient.
void Simulation::CheckTold(const Told& told) {
  ++counts_.deliveries;
  auto& last = told_seq_[{told.app, told.record}];
  Hold(told.again || told.seq >= last, "order: a record's changes are told out of turn");
  last = std::max(last, told.seq);
  auto& version = told_version_[{told.app, told.record}];
  version = std::max(version, told.version);
  const auto name = named_.find(told.record);
  if (name == named_.end() || told.type.ends_with(".deleted")) return;
  const auto& [practice, row] = name->second;
  const auto& at = connected_[static_cast<std::size_t>(practice)];
  std::vector<store::GrantKey> keys;
  for (const auto& app : apps_) {
    if (app.id.value != told.app) continue;
    keys = Read(book_->Current())->OfApp(app.key);
  }
  const auto get = [&](Table table, const std::string& id) {
    return Read(reader_->Get(keys, StreamFor(table), IdOf(at, table, id).value));
  };
  const auto record = get(row.first, row.second);
  if (!record) return;  // its grant has been revoked since
  Hold(record->version >= told.version, "delivery: told of a version that cannot be read");
  if (row.first != Table::kVisits || record->deleted) return;
  const auto visit = at.practice->practice().Find(Table::kVisits, row.second);
  if (!visit) return;
  const auto patient = get(Table::kPatients, std::string(visit->data.Text("patient")));
  Hold(patient.has_value(), "visit rule: told of a visit whose patient cannot be read");
}

void Simulation::CheckSaid() const {
  Hold(log_.text().find(kCanary) == std::string::npos, "I7: a name or number is in the log");
  Hold(receiver_.bodies_with_canaries().empty(), "I7: a name or number is in a webhook's body");
}

void Simulation::CheckAtRest(int down) {
  for (const auto& visit : pending_) {
    const auto& at = connected_[static_cast<std::size_t>(visit.practice)];
    if (visit.practice == down) continue;
    for (const auto& [grant, must] : visit.must) {
      const bool patient =
          at.practice->practice().Find(Table::kPatients, visit.patient).has_value();
      Hold(!must || !patient || grants_.at(grant).revoked,
           "visit rule: visit " + visit.id + " of " + at.practice->key() + " was never judged");
    }
  }
  for (const auto& [key, grant] : grants_) {
    const auto& at = *Owner(key);
    if (at.practice->number() != down) CheckVisible(at, grant);
  }
  CheckRecords(down);
  CheckDelivered();
}

void Simulation::CheckVisible(const Connected& at, const store::Grant& grant) {
  const auto& practice = at.practice->practice();
  auto visible = visible_[grant.key];
  if (!grant.revoked && grant.switches.patients_in && LetsEveryoneThrough(grant)) {
    for (const auto& id : practice.Ids(Table::kPatients))
      visible.must.insert({Table::kPatients, id});
  }
  if (grant.mode == store::GrantMode::kAll) {
    for (const auto& id : practice.Ids(Table::kDiary)) {
      const auto row = practice.Find(Table::kDiary, id);
      const auto text = [&row](std::string_view key) { return std::string(row->data.Text(key)); };
      if (!LetsThrough(grant, {text("site"), text("staff"), text("reason")})) continue;
      visible.must.insert({Table::kDiary, id});
      visible.must.insert({Table::kPatients, text("patient")});
    }
  }
  for (const auto table : {Table::kSites, Table::kStaff, Table::kPosts, Table::kReasons}) {
    for (const auto& id : practice.Ids(table)) {
      if (ShowsDirectory(grant, table, *practice.Find(table, id))) visible.must.insert({table, id});
    }
  }
  for (const auto& [table, stream] : kTables) {
    for (const auto& id : practice.Ids(table)) {
      const auto what = What(table, id) + " of " + at.practice->key() + " to " + grant.id.value;
      const auto* served = Served(grant.key, table, IdOf(at, table, id));
      bool may = visible.may.contains({table, id});
      bool must = visible.must.contains({table, id});
      if (table == Table::kHistory) {
        const auto row = practice.Find(table, id);
        const std::pair patient{Table::kPatients, std::string(row->data.Text("patient"))};
        may = visible.may.contains(patient);
        must = clinical_always_.at(grant.key) && visible.must.contains(patient) &&
               practice.Find(patient.first, patient.second).has_value();
      }
      if (grant.revoked) may = must = false;
      if (must && served == nullptr) Tell(at, table, id);
      Hold(may || served == nullptr, "visibility: no grant shows " + what);
      if (served != nullptr) CheckToldLast(grant, *served, what);
      Hold(!must || served != nullptr, "visit rule: not to be seen: " + what);
    }
  }
}

// Whoever sees a record has its present state as the last word of their log, and an app that was
// shown an earlier one has been told of it.
void Simulation::CheckToldLast(const store::Grant& grant, const store::ServedRecord& served,
                               const std::string& what) {
  const std::pair key{grant.key, served.id.value};
  Hold(logged_[key].first == served.version, "I5: the log's last word is an older one: " + what);
  const auto updated = updated_.find(key);
  if (updated == updated_.end() || updated->second != served.version) return;
  const auto app =
      std::find_if(apps_.begin(), apps_.end(), [&](const AppSim& a) { return a.key == grant.app; });
  Hold(told_version_[{app->id.value, served.id.value}] == served.version,
       "delivery: the app has not heard the last word: " + what);
}

// Each living record of the store is the practice's row as it is now, and says where it came from.
void Simulation::CheckRecords(int down) {
  const auto checked = reader_->ForEachRecord([&](const store::ServedRecord& record,
                                                  const store::Source& source) {
    if (record.deleted) return;
    if (record.stream == Stream::kTasks || record.stream == Stream::kDocumentReferences) return;
    Hold(source.connection != 0 && !source.vendor_id.empty() && !source.vendor_version.empty() &&
             !source.origin.empty() && ToMillis(source.read_at) > 0,
         "I4: a record without its source: " + std::string(model::StreamName(record.stream)) + " " +
             source.vendor_id + " version '" + source.vendor_version + "' origin '" +
             source.origin + "' read " + std::to_string(ToMillis(source.read_at)));
    for (const auto& at : connected_) {
      if (at.key != source.connection || at.practice->number() == down) continue;
      const auto table = TableFor(record.stream);
      const auto what = What(table, source.vendor_id) + " of " + at.practice->key();
      Hold(IdOf(at, table, source.vendor_id) == record.id, "I4: a record with another's source");
      const auto row = at.practice->practice().Find(table, source.vendor_id);
      const auto seeing = Read(reader_->GrantsSeeing(store::KeyOf(record.id.value)));
      // Nobody sees it any more, so nobody is owed its changes.
      if (seeing.empty()) continue;
      // In the practice's own lists, patients and visits of an on_visit grant travel alike; what a
      // stream that is no longer read would say is not owed.
      const bool read = std::any_of(seeing.begin(), seeing.end(), [&](store::GrantKey key) {
        const auto& grant = grants_.at(key);
        if (table == Table::kDiary) {
          return (grant.mode == store::GrantMode::kAll && grant.switches.patients_in) ||
                 bookings_always_.at(key);
        }
        if (table == Table::kHistory)
          return grant.switches.read_clinical_data && grant.switches.patients_in;
        if (table == Table::kPatients || table == Table::kVisits) return grant.switches.patients_in;
        return true;
      });
      if (!read) continue;
      Hold(row.has_value(), "I1: still there, but gone: " + what);
      const bool current = std::to_string(row->version) == source.vendor_version;
      if (!current) Tell(at, table, source.vendor_id);
      Hold(current, "I1: an older state is kept of " + what);
      if (table == Table::kPatients) {
        Hold(record.body != nullptr &&
                 record.body->find(std::string(row->data.Text("last"))) != std::string::npos,
             "I1: other content is kept of " + what);
      }
    }
  });
  Hold(checked.has_value(), "the store cannot be read");
}

// Every delivery that was queued has been acknowledged, and every app has heard the last word on
// each record that it was told of.
void Simulation::CheckDelivered() {
  for (const auto& app : apps_) {
    for (const auto& row : Read(reader_->Deliveries(app.webhook, 1'000'000))) {
      Hold(row.state == store::DeliveryState::kDelivered,
           "delivery: " + row.event_type + " was not delivered: " + row.last_error);
      Hold(receiver_.Knows(row.event_id), "delivery: marked delivered, but never received");
    }
  }
  // A visit that had to be shared was told.
  for (const auto& [key, visible] : visible_) {
    const auto& grant = grants_.at(key);
    if (grant.revoked) continue;
    const auto& at = *Owner(key);
    const auto app = std::find_if(apps_.begin(), apps_.end(),
                                  [&](const AppSim& a) { return a.key == grant.app; });
    for (const auto& [table, id] : visible.must) {
      if (table != Table::kVisits || !at.practice->practice().Find(table, id)) continue;
      Hold(told_seq_.contains({app->id.value, IdOf(at, table, id).value}),
           "delivery: nobody was told of visit " + id + " of " + at.practice->key());
    }
  }
}

}  // namespace pons::simulation
