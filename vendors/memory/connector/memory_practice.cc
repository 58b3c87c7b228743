// SPDX-License-Identifier: Apache-2.0
#include "vendors/memory/connector/memory_practice.h"

#include <algorithm>

#include "base/check.h"

namespace pons::memory {
namespace {

constexpr std::string_view kIdPrefix[kTableCount] = {"s", "d", "j", "r", "p", "h", "a", "v", "f"};

bool TellsDeletions(Table table) {
  return table == Table::kPatients || table == Table::kHistory || table == Table::kDiary ||
         table == Table::kVisits;
}

// Ids in no order: what comes later may stand before what came earlier, so that nobody can take the
// order of ids for the order of time. One to one for any number below the prime.
std::uint64_t Scatter(std::uint64_t n) {
  constexpr std::uint64_t kPrime = 99'991;
  return n < kPrime ? n * 7'919 % kPrime : n;
}

PracticeZone ZoneNamed(std::string_view name) {
  auto zone = PracticeZone::Named(name);
  PONS_CHECK(zone.has_value());
  return *zone;
}

}  // namespace

std::string FormatLocal(LocalTime local) {
  const auto day = local.day();
  const auto of_day = local.reading - std::chrono::floor<std::chrono::days>(local.reading);
  const std::chrono::hh_mm_ss time(std::chrono::duration_cast<seconds>(of_day));
  const auto two = [](auto n) {
    const auto text = std::to_string(n);
    return text.size() < 2 ? "0" + text : text;
  };
  return FormatDate(day) + "T" + two(time.hours().count()) + ":" + two(time.minutes().count()) +
         ":" + two(time.seconds().count());
}

MemoryPractice::MemoryPractice(PracticeOptions options, Clock& clock)
    : options_(std::move(options)), zone_(ZoneNamed(options_.zone)), clock_(clock) {}

Instant MemoryPractice::NowHere() const { return clock_.Now() + ahead_; }

// Modification times never go back, even where the clock does: rows stamped in the past would be
// behind every reader's cursor.
void MemoryPractice::Stamp(TableState& state, Table table, Row& row) {
  const auto now = std::chrono::floor<seconds>(NowHere()).time_since_epoch().count();
  last_modified_ = std::max(last_modified_, static_cast<std::int64_t>(now));
  state.by_modified.erase({row.modified, row.id});
  row.modified = last_modified_;
  row.position = ++position_;
  state.by_modified.insert({row.modified, row.id});
  if (TellsDeletions(table)) state.feed.push_back({row.position, row.id});
}

std::string MemoryPractice::AddLocked(Table table, json::Object data) {
  auto& state = State(table);
  Row row;
  row.id =
      std::string(kIdPrefix[static_cast<std::size_t>(table)]) + std::to_string(Scatter(next_id_++));
  row.data = json::Value(std::move(data));
  Stamp(state, table, row);
  const auto id = row.id;
  state.rows.emplace(id, std::move(row));
  return id;
}

std::string MemoryPractice::Add(Table table, json::Object data) {
  const std::lock_guard lock(mutex_);
  return AddLocked(table, std::move(data));
}

bool MemoryPractice::Edit(Table table, std::string_view id, json::Object changes) {
  const std::lock_guard lock(mutex_);
  auto& state = State(table);
  const auto found = state.rows.find(id);
  if (found == state.rows.end() || found->second.deleted) return false;
  for (auto& [key, value] : changes) found->second.data.Set(key, std::move(value));
  ++found->second.version;
  Stamp(state, table, found->second);
  return true;
}

bool MemoryPractice::Clear(Table table, std::string_view id, std::string_view member) {
  const std::lock_guard lock(mutex_);
  auto& state = State(table);
  const auto found = state.rows.find(id);
  if (found == state.rows.end() || found->second.deleted) return false;
  std::erase_if(*found->second.data.object(), [&](const auto& m) { return m.first == member; });
  ++found->second.version;
  Stamp(state, table, found->second);
  return true;
}

bool MemoryPractice::Delete(Table table, std::string_view id) {
  const std::lock_guard lock(mutex_);
  auto& state = State(table);
  const auto found = state.rows.find(id);
  if (found == state.rows.end() || found->second.deleted) return false;
  if (!TellsDeletions(table)) {
    state.by_modified.erase({found->second.modified, found->second.id});
    state.rows.erase(found);
    ++position_;
    return true;
  }
  found->second.deleted = true;
  ++found->second.version;
  Stamp(state, table, found->second);
  return true;
}

std::pair<std::string, std::string> MemoryPractice::MostRecentEntry(std::string_view patient,
                                                                    LocalTime now) const {
  const auto day_end = FormatDate(now.day()) + "T23:59:59";
  std::string best_start;
  std::pair<std::string, std::string> best;
  for (const auto& [id, row] : State(Table::kDiary).rows) {
    const auto start = row.data.Text("starts");
    if (row.deleted || row.data.Text("patient") != patient) continue;
    if (row.data.Text("state") == "cancelled" || start > day_end || start < best_start) continue;
    best_start = start;
    best = {id, std::string(row.data.Text("reason"))};
  }
  return best;
}

std::string MemoryPractice::StartVisit(std::string_view patient, std::string_view staff,
                                       std::string_view site) {
  const std::lock_guard lock(mutex_);
  const auto local = zone_.ToLocal(NowHere());
  auto [entry, reason] = MostRecentEntry(patient, local);
  json::Object data = {{"patient", patient},
                       {"staff", staff},
                       {"site", site},
                       {"kind", "Surgery"},
                       {"began", FormatLocal(local)}};
  if (!entry.empty()) {
    data.emplace_back("entry", std::move(entry));
    data.emplace_back("reason", std::move(reason));
  }
  return AddLocked(Table::kVisits, std::move(data));
}

bool MemoryPractice::FinishVisit(std::string_view visit) {
  return Edit(Table::kVisits, visit, {{"ended", LocalNow()}});
}

std::vector<std::string> MemoryPractice::Ids(Table table) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, row] : State(table).rows) {
    if (!row.deleted) ids.push_back(id);
  }
  return ids;
}

std::optional<Row> MemoryPractice::Find(Table table, std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto& rows = State(table).rows;
  const auto found = rows.find(id);
  if (found == rows.end() || found->second.deleted) return std::nullopt;
  return found->second;
}

std::string MemoryPractice::LocalNow() const { return FormatLocal(zone_.ToLocal(NowHere())); }

void MemoryPractice::Plan(PlannedFault fault) {
  const std::lock_guard lock(mutex_);
  if (fault.kind == FaultKind::kExpireToken) {
    ++token_generation_;
    return;
  }
  faults_.push_back(fault);
}

void MemoryPractice::ClearFaults() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

void MemoryPractice::ForgetFeed() {
  const std::lock_guard lock(mutex_);
  oldest_position_ = position_;
  for (auto& table : tables_) table.feed.clear();
}

void MemoryPractice::Forbid(Table table, bool forbidden) {
  const std::lock_guard lock(mutex_);
  State(table).forbidden = forbidden;
}

void MemoryPractice::SetClockAhead(milliseconds ahead) {
  const std::lock_guard lock(mutex_);
  ahead_ = ahead;
}

std::vector<JournalEntry> MemoryPractice::Journal() const {
  const std::lock_guard lock(mutex_);
  return journal_;
}

void MemoryPractice::ClearJournal() {
  const std::lock_guard lock(mutex_);
  journal_.clear();
  effects_.clear();
}

std::uint64_t MemoryPractice::position() const {
  const std::lock_guard lock(mutex_);
  return position_;
}

void MemoryWorld::Add(std::string key, std::shared_ptr<MemoryPractice> practice) {
  const std::lock_guard lock(mutex_);
  practices_[std::move(key)] = std::move(practice);
}

std::shared_ptr<MemoryPractice> MemoryWorld::Find(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto found = practices_.find(key);
  return found == practices_.end() ? nullptr : found->second;
}

}  // namespace pons::memory
