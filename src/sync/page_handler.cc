// SPDX-License-Identifier: Apache-2.0
#include "sync/page_handler.h"

#include <algorithm>
#include <map>

#include "grants/rules.h"

namespace pons::sync {
namespace {

using model::Stream;

// Clocks may disagree by a minute; two are allowed for.
constexpr std::chrono::minutes kClocksMayDiffer{2};

bool IsDirectory(Stream stream) {
  return stream == Stream::kLocations || stream == Stream::kPractitioners ||
         stream == Stream::kPractitionerRoles || stream == Stream::kHealthcareServices;
}

// Adds shares that are not there yet.
void Merge(std::vector<Share>& into, const std::vector<Share>& more) {
  for (const auto& share : more) {
    const bool known = std::any_of(into.begin(), into.end(),
                                   [&](const Share& s) { return s.grant == share.grant; });
    if (!known) into.push_back(share);
  }
}

bool ReadsClinicalData(const std::vector<const store::Grant*>& grants, store::GrantKey key) {
  return std::any_of(grants.begin(), grants.end(), [key](const auto* grant) {
    return grant->key == key && grant->switches.read_clinical_data;
  });
}

}  // namespace

Result<void> PageHandler::Start() {
  quarantined_.clear();
  PONS_ASSIGN(const auto rows, reader_.Quarantined(connection_));
  for (const auto& row : rows) quarantined_.emplace(row.stream, row.vendor_id);
  return Ok();
}

Result<ApplyCounts> PageHandler::Take(PageTask task, const Grants& grants) {
  Plan plan;
  plan.unreadable = std::move(task.page.unreadable);
  if (IsDirectory(task.stream)) {
    PONS_TRY(PlanDirectory(task, grants, plan));
  } else if (task.stream == Stream::kPatients) {
    PONS_TRY(PlanPatients(task, grants, plan));
  } else if (task.stream == Stream::kAppointments) {
    PONS_TRY(PlanAppointments(task, grants, plan));
  } else if (task.stream == Stream::kEncounters) {
    PONS_TRY(PlanEncounters(task, grants, plan));
  } else {
    plan.conditions = std::move(task.page.changes);
  }
  return Commit(task, grants, plan);
}

// ---- working out, stream by stream --------------------------------------------------------------

Result<void> PageHandler::PlanDirectory(PageTask& task, const Grants& grants, Plan& plan) {
  const Instant now = clock_.Now();
  // Names first: a role is shown with its practitioner's name, whichever came first.
  for (const auto& change : task.page.changes) builder_.Learn(change);
  for (auto& change : task.page.changes) {
    std::vector<Share> shares;
    for (const auto* grant : grants) {
      if (change.record && grants::SharesDirectory(*grant, *change.record, change.ref.id)) {
        shares.push_back({grant->key, {}});
      }
    }
    plan.changes.push_back(applier_.Prepare(std::move(change), std::move(shares), now));
    plan.changes.back().keep = true;
  }
  return Ok();
}

Result<void> PageHandler::PlanPatients(PageTask& task, const Grants& grants, Plan& plan) {
  const Instant now = clock_.Now();
  std::vector<Share> everyone;
  for (const auto* grant : grants) {
    if (grants::SharesEveryone(*grant)) everyone.push_back({grant->key, *grant->all_locations_to});
  }
  PONS_TRY(PlanWaitingVisits(task, grants, plan));
  std::vector<PreparedChange> patients;
  for (auto& change : task.page.changes) {
    auto shares = everyone;
    if (quarantined_.contains({change.ref.stream, change.ref.id})) {
      PONS_ASSIGN(const auto owed, SharesByAppointment(change.ref.id, grants));
      Merge(shares, owed);
    }
    patients.push_back(applier_.Prepare(std::move(change), std::move(shares), now));
  }
  PONS_TRY(PlanHistory(task, grants, patients, plan));
  std::move(patients.begin(), patients.end(), std::back_inserter(plan.changes));
  return Ok();
}

Result<void> PageHandler::PlanHistory(const PageTask& task, const Grants& grants,
                                      const std::vector<PreparedChange>& patients, Plan& plan) {
  std::vector<std::string> newly;
  for (const auto& patient : patients) {
    if (patient.change.kind != ChangeKind::kUpsert) continue;
    std::vector<store::GrantKey> clinical;
    for (const auto& share : patient.shares) {
      if (ReadsClinicalData(grants, share.grant)) clinical.push_back(share.grant);
    }
    if (clinical.empty()) continue;
    PONS_ASSIGN(const auto seeing, reader_.GrantsSeeing(store::KeyOf(patient.id.value)));
    const bool all_see = std::all_of(clinical.begin(), clinical.end(), [&](store::GrantKey grant) {
      return std::find(seeing.begin(), seeing.end(), grant) != seeing.end();
    });
    if (!all_see) newly.push_back(patient.change.ref.id);
  }
  if (newly.empty()) return Ok();
  PONS_ASSIGN(auto history, session_.records()->Read(Stream::kConditions, newly, task.deadline));
  std::move(history.changes.begin(), history.changes.end(), std::back_inserter(plan.conditions));
  std::move(history.unreadable.begin(), history.unreadable.end(),
            std::back_inserter(plan.unreadable));
  return Ok();
}

Result<std::vector<Share>> PageHandler::SharesByAppointment(const std::string& patient,
                                                            const Grants& grants) {
  std::vector<Share> shares;
  for (const auto* grant : grants) {
    if (grant->mode != store::GrantMode::kAll || !grant->switches.patients_in) continue;
    store::SearchQuery query;
    query.stream = Stream::kAppointments;
    query.grants = {grant->key};
    query.clauses.push_back(
        {.field = store::SearchField::kPatient,
         .refs = {store::KeyOf(builder_.IdOf({Stream::kPatients, patient}).value)}});
    query.limit = 1;
    PONS_ASSIGN(const auto page, reader_.Search(query));
    if (page.records.empty()) continue;
    PONS_ASSIGN(const auto life, reader_.Explain(page.records.front().id.value));
    if (!life) continue;
    for (const auto& seen : life->visible_to) {
      if (seen.grant == grant->key) shares.push_back({grant->key, seen.app_location});
    }
  }
  return shares;
}

Result<void> PageHandler::PlanAppointments(PageTask& task, const Grants& grants, Plan& plan) {
  const Instant now = clock_.Now();
  std::map<std::string, std::vector<Share>> needed;  // patients by vendor id
  std::vector<PreparedChange> appointments;
  for (auto& change : task.page.changes) {
    std::vector<Share> shares;
    const auto* appointment =
        change.record ? std::get_if<model::Appointment>(change.record.get()) : nullptr;
    if (appointment != nullptr) {
      const auto facts = grants::FactsOf(*appointment);
      for (const auto* grant : grants) {
        if (grant->mode != store::GrantMode::kAll) continue;
        auto verdict = grants::Judge(*grant, facts);
        if (!verdict.shared) continue;
        const Share share{grant->key, std::move(verdict.app_location)};
        // With such a grant patients come by their own stream.
        if (!grants::SharesEveryone(*grant) && !appointment->patient.empty()) {
          Merge(needed[appointment->patient.id], {share});
        }
        shares.push_back(share);
      }
    }
    appointments.push_back(applier_.Prepare(std::move(change), std::move(shares), now));
  }
  std::vector<std::pair<std::string, std::vector<Share>>> missing;
  for (auto& [id, shares] : needed) {
    PONS_ASSIGN(const auto seeing,
                reader_.GrantsSeeing(store::KeyOf(builder_.IdOf({Stream::kPatients, id}).value)));
    std::erase_if(shares, [&seeing](const Share& share) {
      return std::find(seeing.begin(), seeing.end(), share.grant) != seeing.end();
    });
    if (!shares.empty()) missing.emplace_back(id, std::move(shares));
  }
  if (!missing.empty()) {
    PONS_ASSIGN(const auto read, ReadPatients(missing, task, grants, plan));
    static_cast<void>(read);  // one that cannot be read is in quarantine; its appointment travels
  }
  std::move(appointments.begin(), appointments.end(), std::back_inserter(plan.changes));
  return Ok();
}

Result<void> PageHandler::PlanEncounters(PageTask& task, const Grants& grants, Plan& plan) {
  const Instant now = clock_.Now();
  PONS_TRY(FindKeptAppointments(task.page.changes));
  std::vector<Change> fresh;
  for (auto& change : task.page.changes) {
    if (change.kind == ChangeKind::kUpsert) {
      PONS_ASSIGN(const auto seen, reader_.Visit(connection_, change.ref.id));
      if (!seen) {
        fresh.push_back(std::move(change));
        continue;
      }
    }
    // Judged when it started, once and for all: later changes go to whom it was shared with.
    plan.changes.push_back(applier_.Prepare(std::move(change), {}, now));
  }
  return PlanNewVisits(std::move(fresh), task, grants, plan);
}

Result<void> PageHandler::FindKeptAppointments(const std::vector<Change>& visits) {
  builder_.ClearKeptAppointments();
  if (builder_.refers_to_appointments()) return Ok();
  for (const auto& change : visits) {
    const auto* visit =
        change.record ? std::get_if<model::Encounter>(change.record.get()) : nullptr;
    if (visit == nullptr || visit->appointment.empty()) continue;
    PONS_ASSIGN(const auto seeing,
                reader_.GrantsSeeing(store::KeyOf(builder_.IdOf(visit->appointment).value)));
    if (!seeing.empty()) builder_.AddKeptAppointment(visit->appointment.id);
  }
  return Ok();
}

std::optional<std::string> PageHandler::NotNews(const model::Encounter& visit,
                                                const PageTask& task) const {
  if (task.visits_from && visit.start + kClocksMayDiffer < *task.visits_from) {
    return "started before this connection was made";
  }
  if (visit.start + kVisitIsNews < clock_.Now()) return "entered more than a day after it started";
  return std::nullopt;
}

Result<void> PageHandler::PlanNewVisits(std::vector<Change> visits, const PageTask& task,
                                        const Grants& grants, Plan& plan) {
  const Instant now = clock_.Now();
  std::map<std::string, std::vector<Share>> patients;
  std::vector<PreparedChange> shared;
  std::vector<store::SeenVisit> seen;
  for (auto& change : visits) {
    const auto& visit = std::get<model::Encounter>(*change.record);
    const auto facts = grants::FactsOf(visit);
    store::SeenVisit row{connection_,           change.ref.id,    now, facts.location_id,
                         facts.practitioner_id, facts.service_id, {},  {}};
    auto not_news = NotNews(visit, task);
    if (visit.patient.empty()) {
      not_news = "names no patient";
    } else {
      plan.opened.push_back({visit.patient.id, visit.start, change.ref.id});
    }
    std::vector<Share> shares;
    for (const auto* grant : grants) {
      if (!row.outcome.empty()) row.outcome += "; ";
      row.outcome += grant->id.value + ": ";
      auto verdict = grants::Judge(*grant, facts);
      if (visit.start + kClocksMayDiffer < grant->created) {
        verdict = {false, {}, "started before the grant was made"};
      }
      if (not_news) verdict = {false, {}, *not_news};
      row.outcome += verdict.shared ? std::string_view("shared") : verdict.reason;
      if (verdict.shared) shares.push_back({grant->key, std::move(verdict.app_location)});
    }
    if (!shares.empty()) {
      Merge(patients[visit.patient.id], shares);
      row.waiting_patient = visit.patient.id;  // until it has been read, below
    }
    seen.push_back(std::move(row));
    shared.push_back(applier_.Prepare(std::move(change), std::move(shares), now));
  }
  std::set<std::string> read;
  const auto before = static_cast<std::ptrdiff_t>(plan.changes.size());
  if (!patients.empty()) {
    PONS_ASSIGN(read, ReadPatients({patients.begin(), patients.end()}, task, grants, plan));
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (read.contains(seen[i].waiting_patient)) {
      seen[i].waiting_patient.clear();
      plan.changes.push_back(std::move(shared[i]));
    } else if (!seen[i].waiting_patient.empty()) {
      seen[i].outcome += "; waits: the patient's row cannot be read";
    }
    plan.visits.push_back(std::move(seen[i]));
  }
  std::for_each(plan.changes.begin() + before, plan.changes.end(),
                [](PreparedChange& change) { change.news = true; });
  return Ok();
}

Result<void> PageHandler::PlanWaitingVisits(const PageTask& task, const Grants& grants,
                                            Plan& plan) {
  PONS_ASSIGN(const auto waiting, reader_.WaitingVisits(connection_));
  if (waiting.empty()) return Ok();
  std::vector<std::string> ready;
  for (const auto& visit : waiting) {
    const bool readable = std::any_of(
        task.page.changes.begin(), task.page.changes.end(), [&visit](const Change& change) {
          return change.kind == ChangeKind::kUpsert && change.ref.id == visit.waiting_patient;
        });
    if (readable) ready.push_back(visit.vendor_id);
  }
  if (ready.empty()) return Ok();
  PONS_ASSIGN(auto answer, session_.records()->Read(Stream::kEncounters, ready, task.deadline));
  std::erase_if(answer.changes, [](const Change& c) { return c.kind != ChangeKind::kUpsert; });
  PONS_TRY(FindKeptAppointments(answer.changes));
  PageTask visits;
  visits.stream = Stream::kEncounters;
  visits.deadline = task.deadline;
  return PlanNewVisits(std::move(answer.changes), visits, grants, plan);
}

Result<std::set<std::string>> PageHandler::ReadPatients(
    const std::vector<std::pair<std::string, std::vector<Share>>>& wanted, const PageTask& task,
    const Grants& grants, Plan& plan) {
  const Instant now = clock_.Now();
  std::vector<std::string> ids;
  std::vector<std::string> with_history;
  for (const auto& [id, shares] : wanted) {
    ids.push_back(id);
    const bool clinical = std::any_of(shares.begin(), shares.end(), [&grants](const Share& share) {
      return ReadsClinicalData(grants, share.grant);
    });
    if (clinical) with_history.push_back(id);
  }
  PONS_ASSIGN(auto answer, session_.records()->Read(Stream::kPatients, ids, task.deadline));
  std::set<std::string> read;
  for (auto& change : answer.changes) {
    const auto entry = std::find_if(wanted.begin(), wanted.end(),
                                    [&](const auto& pair) { return pair.first == change.ref.id; });
    if (entry == wanted.end() || change.kind != ChangeKind::kUpsert) continue;
    read.insert(change.ref.id);
    plan.changes.push_back(applier_.Prepare(std::move(change), entry->second, now));
  }
  std::move(answer.unreadable.begin(), answer.unreadable.end(),
            std::back_inserter(plan.unreadable));
  if (!with_history.empty()) {
    PONS_ASSIGN(auto history,
                session_.records()->Read(Stream::kConditions, with_history, task.deadline));
    std::move(history.changes.begin(), history.changes.end(), std::back_inserter(plan.conditions));
    std::move(history.unreadable.begin(), history.unreadable.end(),
              std::back_inserter(plan.unreadable));
  }
  return read;
}

// ---- committing ---------------------------------------------------------------------------------

Result<ApplyCounts> PageHandler::Commit(const PageTask& task, const Grants& grants,
                                        const Plan& plan) {
  ApplyCounts counts;
  const Instant read_at = clock_.Now();
  const bool quiet = !task.state.first_sweep_done && task.page.coverage != Coverage::kDelta;
  store::StreamState state = task.state;
  const bool finished = task.page.coverage == Coverage::kSweepFinished;
  PONS_TRY(store_.Write([&](store::Transaction& tx) -> Result<void> {
    counts = {};
    // A visit is told after the patient it brings and that patient's history.
    const auto apply = [&](bool visits) {
      for (const auto& change : plan.changes) {
        if ((change.change.ref.stream == Stream::kEncounters) != visits) continue;
        applier_.Apply(tx, change, read_at, quiet, counts);
      }
    };
    apply(false);
    const bool news = std::any_of(plan.changes.begin(), plan.changes.end(),
                                  [](const PreparedChange& change) { return change.news; });
    ApplyConditions(tx, grants, plan, quiet && !news, counts);
    apply(true);
    for (const auto& visit : plan.visits) tx.SaveVisit(visit);
    for (const auto& opening : plan.opened) {
      tx.MarkOpened(connection_, opening.patient, opening.at, opening.visit);
    }
    SettleQuarantine(tx, plan);
    MarkSeen(tx, task, plan);
    if (state.sweeping) {
      if (finished && task.deletions != DeletionStyle::kNever) {
        applier_.DeleteUnseen(tx, connection_, task.stream, read_at, counts);
      }
    }
    if (finished) state.sweeping = false;
    if (finished ||
        (task.page.coverage == Coverage::kDelta && task.page.end == PageEnd::kCaughtUp)) {
      state.first_sweep_done = true;
    }
    tx.SaveStream(connection_, task.stream, state);
    return Ok();
  }));
  for (const auto& change : plan.changes) {
    quarantined_.erase({change.change.ref.stream, change.change.ref.id});
  }
  for (const auto& row : plan.unreadable) quarantined_.emplace(row.ref.stream, row.ref.id);
  return counts;
}

// What is read by the way counts for its own stream's sweep: it may lie behind where that stands. A
// row that cannot be read is there all the same.
void PageHandler::MarkSeen(store::Transaction& tx, const PageTask& task, const Plan& plan) {
  std::map<Stream, bool> sweeping = {{task.stream, task.state.sweeping}};
  const auto mark = [&](const model::VendorRef& ref) {
    const auto known = sweeping.find(ref.stream);
    const bool marks =
        known != sweeping.end() ? known->second : tx.LoadStream(connection_, ref.stream).sweeping;
    sweeping[ref.stream] = marks;
    if (marks) tx.MarkSeen(connection_, ref.stream, store::KeyOf(builder_.IdOf(ref).value));
  };
  for (const auto& change : plan.changes) mark(change.change.ref);
  for (const auto& change : plan.conditions) mark(change.ref);
  for (const auto& row : plan.unreadable) mark(row.ref);
}

void PageHandler::ApplyConditions(store::Transaction& tx, const Grants& grants, const Plan& plan,
                                  bool quiet, ApplyCounts& counts) {
  const Instant read_at = clock_.Now();
  for (const auto& change : plan.conditions) {
    std::vector<Share> shares;
    const auto* condition =
        change.record ? std::get_if<model::Condition>(change.record.get()) : nullptr;
    if (condition != nullptr) {
      // Past history follows its patient, to the apps that may read clinical data.
      const auto patient = store::KeyOf(builder_.IdOf(condition->patient).value);
      for (const auto grant : tx.GrantsSeeing(patient)) {
        if (ReadsClinicalData(grants, grant)) {
          shares.push_back({grant, tx.AppLocationOf(grant, patient)});
        }
      }
    }
    applier_.Apply(tx, applier_.Prepare(change, std::move(shares), read_at), read_at, quiet,
                   counts);
  }
}

void PageHandler::SettleQuarantine(store::Transaction& tx, const Plan& plan) {
  for (const auto& row : plan.unreadable) {
    tx.Quarantine({connection_, row.ref.stream, row.ref.id, row.field, row.reason, {}, {}});
  }
  if (quarantined_.empty()) return;
  const auto release = [&](const model::VendorRef& ref) {
    if (quarantined_.contains({ref.stream, ref.id})) {
      tx.ReleaseFromQuarantine(connection_, ref.stream, ref.id);
    }
  };
  for (const auto& change : plan.changes) release(change.change.ref);
  for (const auto& change : plan.conditions) release(change.ref);
}

}  // namespace pons::sync
