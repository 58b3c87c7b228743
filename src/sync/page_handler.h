// SPDX-License-Identifier: Apache-2.0
// Takes one page of changes from a session to the store: judges each change against the grants,
// reads along what it needs (the patient of a visit that starts), and commits records, change log,
// outbox, quarantine and cursor in one transaction.
//
// Threads: one at a time; each connection's worker has its own.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "connector/connector.h"
#include "grants/grant_book.h"
#include "store/store.h"
#include "sync/applier.h"
#include "sync/scope.h"

namespace pons::sync {

// How far back a visit may lie and still count as starting: staff enter yesterday's home visits.
inline constexpr std::chrono::hours kVisitIsNews{24};

struct PageTask {
  model::Stream stream = model::Stream::kPatients;
  ChangePage page;
  store::StreamState state;  // as it will be saved, cursor included
  std::optional<Instant> visits_from;
  DeletionStyle deletions = DeletionStyle::kNever;
  Instant deadline{};
};

class PageHandler {
 public:
  PageHandler(store::Store& store, store::Reader& reader, Session& session, RecordBuilder& builder,
              Clock& clock, store::ConnectionKey connection)
      : store_(store),
        reader_(reader),
        session_(session),
        builder_(builder),
        applier_(builder),
        clock_(clock),
        connection_(connection) {}

  // Reads once what is kept between pages.
  Result<void> Start();

  // On success everything of the page is on disk, cursor included; on failure nothing is.
  Result<ApplyCounts> Take(PageTask task, const std::vector<const store::Grant*>& grants);

 private:
  using Grants = std::vector<const store::Grant*>;

  // What one page leads to, worked out before the transaction.
  struct Plan {
    std::vector<PreparedChange> changes;  // in the order they are to be told
    std::vector<Change> conditions;       // shared as their patient is, decided inside
    std::vector<Unreadable> unreadable;
    std::vector<store::SeenVisit> visits;
    // Whose visit has started: from then on the practice's record leads.
    struct Opening {
      std::string patient;
      Instant at{};
      std::string visit;
    };
    std::vector<Opening> opened;
  };

  Result<void> PlanDirectory(PageTask& task, const Grants& grants, Plan& plan);
  Result<void> PlanPatients(PageTask& task, const Grants& grants, Plan& plan);
  // Past history of patients whom this page newly shows to apps that may read it.
  Result<void> PlanHistory(const PageTask& task, const Grants& grants,
                           const std::vector<PreparedChange>& patients, Plan& plan);
  // Grants that show an appointment of this patient, whose row could not be read when it came.
  Result<std::vector<Share>> SharesByAppointment(const std::string& patient, const Grants& grants);
  Result<void> PlanAppointments(PageTask& task, const Grants& grants, Plan& plan);
  Result<void> PlanEncounters(PageTask& task, const Grants& grants, Plan& plan);
  // Judges visits that have not been seen before and adds the patients of those that are shared.
  Result<void> PlanNewVisits(std::vector<Change> visits, const PageTask& task, const Grants& grants,
                             Plan& plan);
  // Visits that waited for a patient's row, now that it can be read.
  Result<void> PlanWaitingVisits(const PageTask& task, const Grants& grants, Plan& plan);
  // Reads these patients, each with the shares it is to get; those that cannot be read are left
  // out.
  Result<std::set<std::string>> ReadPatients(
      const std::vector<std::pair<std::string, std::vector<Share>>>& wanted, const PageTask& task,
      const Grants& grants, Plan& plan);
  // Where only some appointments are kept, visits refer to those.
  Result<void> FindKeptAppointments(const std::vector<Change>& visits);
  std::optional<std::string> NotNews(const model::Encounter& visit, const PageTask& task) const;

  Result<ApplyCounts> Commit(const PageTask& task, const Grants& grants, const Plan& plan);
  void ApplyConditions(store::Transaction& tx, const Grants& grants, const Plan& plan, bool quiet,
                       ApplyCounts& counts);
  void MarkSeen(store::Transaction& tx, const PageTask& task, const Plan& plan);
  void SettleQuarantine(store::Transaction& tx, const Plan& plan);

  store::Store& store_;
  store::Reader& reader_;
  Session& session_;
  RecordBuilder& builder_;
  Applier applier_;
  Clock& clock_;
  store::ConnectionKey connection_;
  // Rows of this connection that are in quarantine; nearly always empty.
  std::set<std::pair<model::Stream, std::string>> quarantined_;
};

}  // namespace pons::sync
