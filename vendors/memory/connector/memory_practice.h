// SPDX-License-Identifier: Apache-2.0
// A practice that lives in memory: the tables of a small practice management system, staff who edit
// them, and the far side of the wire (Serve). Its clock and its faults are the test's.
//
// Deletions: patients, history, diary and visits keep a mark of what was deleted and tell of it;
// rows of the other tables simply disappear, so that only a sweep can prove it.
//
// Threads: all members may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/time.h"
#include "vendors/memory/connector/memory_wire.h"

namespace pons::memory {

enum class FaultKind : std::uint8_t {
  kUnavailable,  // 503
  kSilent,       // no answer at all
  kSlow,         // answers after `amount` ms
  kDrip,         // one byte each 100 ms
  kCut,          // only the first `amount` bytes of the frame
  kFlip,         // bit 0 of byte `amount` of the frame turned over
  kGarbage,      // a page for people where a frame was due
  kRateLimit,    // 429: come back after `amount` seconds
  kExpireToken,  // every token handed out so far is void
  kRepeat,       // the page arrives with its rows doubled
  // These strike writes alone. The caller sees a broken connection and nothing else.
  kDropRequest,  // lost before it arrived: no effect
  kDropAnswer,   // lost after the effect
  kDelayEffect,  // lost, and the effect comes `amount` ms later
  kForget,       // as kDropAnswer (`amount` 1) or kDropRequest (0), and nobody can tell which
};

struct PlannedFault {
  FaultKind kind = FaultKind::kUnavailable;
  std::int64_t amount = 0;
  std::uint32_t after = 0;  // requests let through first (sign-in and info are not counted)
  std::uint32_t times = 1;
};

struct JournalEntry {
  Instant at{};
  Operation operation = Operation::kInfo;
  Table table = Table::kSites;
  int status = 0;  // 0: no answer
};

// A write as the practice saw it, whether or not the caller was told.
struct EffectEntry {
  Instant at{};
  Operation operation = Operation::kAdd;
  Table table = Table::kPatients;
  std::string reference;
  std::string id;  // the row; empty where none was made
  bool happened = false;
  std::string rule;  // why not; empty: done, or nothing to do
  json::Value data;  // what was asked
};

struct PracticeOptions {
  std::string name = "Memory Lane Practice";
  std::string zone = "Australia/Sydney";
  std::string user = "pons";
  std::string password = "correct horse";
  std::uint32_t requests_per_second = 0;  // more are answered 429; 0: no limit
  // The diary: open every day between these hours, in base slots of this length.
  int opens_hour = 8;
  int closes_hour = 18;
  int base_minutes = 15;
  // How long a document waits for the importer.
  milliseconds import_after{30'000};
};

// What the caller of the wire brings along.
struct Call {
  Clock& clock;
  const CancelToken& cancel;
  Instant deadline{};
};

class MemoryPractice {
 public:
  // Requires: options.zone names a zone. `clock` outlives the practice.
  MemoryPractice(PracticeOptions options, Clock& clock);

  // ---- As staff -------------------------------------------------------------------------------
  // Returns the new row's id.
  std::string Add(Table table, json::Object data);
  // Sets these members; false where there is no such row.
  bool Edit(Table table, std::string_view id, json::Object changes);
  // Takes these members away.
  bool Clear(Table table, std::string_view id, std::string_view member);
  bool Delete(Table table, std::string_view id);
  // Begins a visit now. Its diary entry and reason are those of the patient's most recent
  // appointment: the last one, cancelled ones left out, that starts before the day's end.
  std::string StartVisit(std::string_view patient, std::string_view staff, std::string_view site);
  bool FinishVisit(std::string_view visit);
  // On leave from `from` to `to`, local times.
  void SetAway(std::string_view staff, std::string from, std::string to);
  // While it is held, documents wait.
  void HoldImporter(bool held);
  // Takes up all that waits, held or not: filed, or refused where the patient is gone.
  void RunImporter();
  std::shared_ptr<const std::string> Content(std::string_view document) const;

  std::vector<std::string> Ids(Table table) const;
  std::optional<Row> Find(Table table, std::string_view id) const;
  // "2026-03-09T09:30:00" on the practice's wall clock.
  std::string LocalNow() const;

  // ---- As the test ----------------------------------------------------------------------------
  void Plan(PlannedFault fault);
  void ClearFaults();
  // Positions before the present end are forgotten: cursors that stand there expire.
  void ForgetFeed();
  void Forbid(Table table, bool forbidden);
  void SetClockAhead(milliseconds ahead);  // the practice's clock runs ahead by so much
  std::vector<JournalEntry> Journal() const;
  void ClearJournal();
  const PracticeOptions& options() const { return options_; }
  std::uint64_t position() const;
  std::vector<EffectEntry> Effects() const;
  // Whether what became of the write with that reference is known to nobody.
  bool Lost(std::string_view reference) const;
  // How many requests and answers of writes were lost.
  std::uint64_t lost_writes() const;
  // Whether a write is on its way still.
  bool Delayed() const;

  // ---- As the far side of the wire ------------------------------------------------------------
  Reply Serve(const Call& call, const Request& request);

 private:
  struct FeedEntry {
    std::uint64_t position;
    std::string id;
  };
  struct TableState {
    std::map<std::string, Row, std::less<>> rows;
    std::vector<FeedEntry> feed;  // only tables that keep one
    std::set<std::pair<std::int64_t, std::string>> by_modified;
    bool forbidden = false;
  };

  TableState& State(Table table) { return tables_[static_cast<std::size_t>(table)]; }
  const TableState& State(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  Instant NowHere() const;
  void Stamp(TableState& state, Table table, Row& row);
  std::string AddLocked(Table table, json::Object data);
  std::pair<std::string, std::string> MostRecentEntry(std::string_view patient,
                                                      LocalTime now) const;
  std::optional<PlannedFault> NextFault(const Request& request);
  Reply AnswerLocked(const Request& request);
  void ListLocked(const Request& request, Answer& answer) const;
  void FeedLocked(const Request& request, Answer& answer) const;
  void ModifiedLocked(const Request& request, Answer& answer) const;
  bool OverRate(Instant now);

  // Writes, in memory_writes.cc. An empty refusal: the rules have nothing against it.
  void LoseLocked(const Request& request, const PlannedFault& fault);
  Reply WriteLocked(const Request& request);
  std::optional<Reply> Refusal(const Request& request, const Row* row) const;
  std::optional<Reply> DiaryRefusal(const json::Value& entry, std::string_view self,
                                    bool force) const;
  bool Taken(std::string_view staff, std::string_view from, std::string_view to,
             std::string_view self) const;
  bool Away(std::string_view staff, std::string_view from, std::string_view to) const;
  json::Object Completed(const Request& request) const;
  std::pair<const Row*, bool> CarryOut(const Request& request, Row* row);
  void FreeLocked(const Request& request, Answer& answer) const;
  void TraceLocked(const Request& request, Answer& answer) const;
  void SettleLocked();  // what was delayed and is due by now
  void ImportLocked(Row& row);

  struct Leave {
    std::string staff, from, to;
  };
  struct TraceEntry {
    Table table = Table::kPatients;
    std::string id;
    bool changed = false;
    bool lost = false;  // nothing but the reference is known
  };
  struct DelayedWrite {
    Instant due{};
    Request request;
  };

  const PracticeOptions options_;
  const PracticeZone zone_;
  Clock& clock_;
  mutable std::mutex mutex_;  // guards everything below
  std::array<TableState, kTableCount> tables_;
  std::uint64_t next_id_ = 1;
  std::uint64_t position_ = 0;
  std::uint64_t oldest_position_ = 0;
  std::int64_t last_modified_ = 0;
  std::uint64_t token_generation_ = 1;
  std::vector<PlannedFault> faults_;
  std::vector<JournalEntry> journal_;
  std::deque<Instant> recent_;
  milliseconds ahead_{0};
  std::vector<Leave> leaves_;
  std::vector<DelayedWrite> delayed_;
  std::vector<EffectEntry> effects_;
  std::map<std::string, TraceEntry, std::less<>> traces_;
  std::map<std::string, std::shared_ptr<const std::string>, std::less<>> contents_;
  bool importer_held_ = false;
  std::uint64_t lost_writes_ = 0;
};

// "2026-03-09T09:30:00".
std::string FormatLocal(LocalTime local);

// The practices that can be reached. Threads: any.
class MemoryWorld {
 public:
  void Add(std::string key, std::shared_ptr<MemoryPractice> practice);
  std::shared_ptr<MemoryPractice> Find(std::string_view key) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<MemoryPractice>, std::less<>> practices_;
};

}  // namespace pons::memory
