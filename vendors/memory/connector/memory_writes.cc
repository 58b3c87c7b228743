// SPDX-License-Identifier: Apache-2.0
// How the practice takes writes: its rules, its diary, its importer, and its journal of effects.
#include <algorithm>

#include "vendors/memory/connector/memory_map.h"
#include "vendors/memory/connector/memory_practice.h"

namespace pons::memory {
namespace {

constexpr int kMostDays = 62;
constexpr int kUsualMinutes = 15;

Reply Refused(int status, std::string rule) {
  Reply reply;
  reply.status = status;
  reply.rule = std::move(rule);
  return reply;
}

struct Span {
  LocalTime from, to;
  bool Overlaps(const Span& other) const { return from < other.to && other.from < to; }
};

LocalTime Later(LocalTime from, std::int64_t minutes) {
  from.reading += std::chrono::minutes(minutes);
  return from;
}

// Empty where the entry has no readable time.
std::optional<Span> SpanOf(const json::Value& entry) {
  const auto start = ParseLocal(entry.Text("starts"));
  if (!start) return std::nullopt;
  return Span{*start, Later(*start, entry.Integer("minutes").value_or(kUsualMinutes))};
}

int MinuteOfDay(LocalTime at) {
  const auto of_day = at.reading - std::chrono::floor<std::chrono::days>(at.reading);
  return static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(of_day).count());
}

bool WholeMinutes(LocalTime at) { return at.reading.time_since_epoch().count() % 60 == 0; }

}  // namespace

void MemoryPractice::SetAway(std::string_view staff, std::string from, std::string to) {
  const std::lock_guard lock(mutex_);
  leaves_.push_back({std::string(staff), std::move(from), std::move(to)});
}

void MemoryPractice::HoldImporter(bool held) {
  const std::lock_guard lock(mutex_);
  importer_held_ = held;
}

void MemoryPractice::RunImporter() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, row] : State(Table::kDocuments).rows) ImportLocked(row);
}

std::shared_ptr<const std::string> MemoryPractice::Content(std::string_view document) const {
  const std::lock_guard lock(mutex_);
  const auto found = contents_.find(document);
  return found == contents_.end() ? nullptr : found->second;
}

std::vector<EffectEntry> MemoryPractice::Effects() const {
  const std::lock_guard lock(mutex_);
  return effects_;
}

bool MemoryPractice::Lost(std::string_view reference) const {
  const std::lock_guard lock(mutex_);
  const auto trace = traces_.find(reference);
  return trace != traces_.end() && trace->second.lost;
}

std::uint64_t MemoryPractice::lost_writes() const {
  const std::lock_guard lock(mutex_);
  return lost_writes_;
}

bool MemoryPractice::Delayed() const {
  const std::lock_guard lock(mutex_);
  return !delayed_.empty();
}

void MemoryPractice::ImportLocked(Row& row) {
  if (row.data.Text("state") != "waiting") return;
  const auto& patients = State(Table::kPatients).rows;
  const auto patient = patients.find(row.data.Text("patient"));
  const bool there = patient != patients.end() && !patient->second.deleted;
  row.data.Set("state", there ? "filed" : "refused");
  ++row.version;
  Stamp(State(Table::kDocuments), Table::kDocuments, row);
}

void MemoryPractice::SettleLocked() {
  const auto now = clock_.Now();
  for (std::size_t i = 0; i < delayed_.size();) {
    if (delayed_[i].due > now) {
      ++i;
      continue;
    }
    const auto request = std::move(delayed_[i].request);
    delayed_.erase(delayed_.begin() + static_cast<std::ptrdiff_t>(i));
    WriteLocked(request);
  }
  if (importer_held_) return;
  for (auto& [id, row] : State(Table::kDocuments).rows) {
    const auto since = row.data.Integer("received_ms").value_or(0);
    if (FromMillis(since) + options_.import_after <= now) ImportLocked(row);
  }
}

// ---- The rules ----------------------------------------------------------------------------------

bool MemoryPractice::Taken(std::string_view staff, std::string_view from, std::string_view to,
                           std::string_view self) const {
  const auto start = ParseLocal(from);
  const auto end = ParseLocal(to);
  if (!start || !end) return false;
  for (const auto& [id, row] : State(Table::kDiary).rows) {
    if (row.deleted || id == self || row.data.Text("staff") != staff) continue;
    if (row.data.Text("state") == "cancelled") continue;
    const auto span = SpanOf(row.data);
    if (span && span->Overlaps({*start, *end})) return true;
  }
  return false;
}

bool MemoryPractice::Away(std::string_view staff, std::string_view from,
                          std::string_view to) const {
  return std::any_of(leaves_.begin(), leaves_.end(), [&](const Leave& leave) {
    return leave.staff == staff && leave.from < to && from < leave.to;
  });
}

// `entry` is the whole row as it would stand.
std::optional<Reply> MemoryPractice::DiaryRefusal(const json::Value& entry, std::string_view self,
                                                  bool force) const {
  const auto& patients = State(Table::kPatients).rows;
  const auto patient = patients.find(entry.Text("patient"));
  if (patient == patients.end()) return Refused(404, "no-such-patient");
  if (patient->second.deleted) return Refused(422, "patient-deleted");
  const auto staff = entry.Text("staff");
  if (State(Table::kStaff).rows.find(staff) == State(Table::kStaff).rows.end()) {
    return Refused(404, "no-such-practitioner");
  }
  const auto span = SpanOf(entry);
  if (!span) return Refused(422, "no-time");
  const auto minutes = entry.Integer("minutes").value_or(kUsualMinutes);
  if (minutes <= 0 || minutes % options_.base_minutes != 0) return Refused(422, "slot-length");
  const int start = MinuteOfDay(span->from);
  if (start % options_.base_minutes != 0 || !WholeMinutes(span->from)) {
    return Refused(422, "off-grid");
  }
  if (span->from < zone_.ToLocal(NowHere())) return Refused(422, "in-the-past");
  if (start < options_.opens_hour * 60 || start + minutes > options_.closes_hour * 60) {
    return Refused(422, "closed");
  }
  const auto from = FormatLocal(span->from);
  const auto to = FormatLocal(span->to);
  if (Away(staff, from, to)) return Refused(422, "practitioner-away");
  if (!force && Taken(staff, from, to, self)) return Refused(409, "slot-taken");
  return std::nullopt;
}

std::optional<Reply> MemoryPractice::Refusal(const Request& request, const Row* row) const {
  if (request.operation == Operation::kAdd) {
    if (request.table == Table::kDiary) {
      return DiaryRefusal(json::Value(Completed(request)), "", request.force);
    }
    if (request.table == Table::kPatients) return std::nullopt;
    return Refused(422, "not-yours");
  }
  if (request.operation == Operation::kFile) return std::nullopt;
  if (row == nullptr) return Refused(404, "no-such-row");
  if (row->deleted) {
    return request.table == Table::kPatients ? Refused(422, "patient-deleted")
                                             : Refused(404, "no-such-row");
  }
  if (!request.expected.empty() && request.expected != std::to_string(row->version)) {
    return Refused(412, "moved-on");
  }
  if (request.table == Table::kPatients) {
    const auto& visits = State(Table::kVisits).rows;
    const bool opened = std::any_of(visits.begin(), visits.end(), [&](const auto& visit) {
      return !visit.second.deleted && visit.second.data.Text("patient") == row->id;
    });
    if (opened) return Refused(422, "opened-in-practice");
    return std::nullopt;
  }
  if (request.table != Table::kDiary) return Refused(422, "not-yours");
  const auto state = row->data.Text("state");
  if (state == "with doctor" || state == "done") return Refused(422, "already-seen");
  if (state == "cancelled" && request.data.Text("state") != "cancelled") {
    return Refused(422, "cancelled");
  }
  if (request.data.Find("starts") == nullptr) return std::nullopt;
  auto after = row->data;
  for (const auto& [key, value] : *request.data.object()) after.Set(key, value);
  return DiaryRefusal(after, row->id, request.force);
}

// ---- Writing ------------------------------------------------------------------------------------

json::Object MemoryPractice::Completed(const Request& request) const {
  json::Value data = request.data;
  if (request.table == Table::kDiary) {
    const auto& reasons = State(Table::kReasons).rows;
    const auto reason = reasons.find(data.Text("reason"));
    if (!data.Integer("minutes") && reason != reasons.end()) {
      data.Set("minutes", reason->second.data.Integer("minutes").value_or(kUsualMinutes));
    }
    for (const auto& [id, post] : State(Table::kPosts).rows) {
      if (!data.Text("site").empty()) break;
      if (post.data.Text("staff") == data.Text("staff")) data.Set("site", post.data.Text("site"));
    }
  }
  if (request.operation == Operation::kFile) {
    data.Set("state", "waiting");
    data.Set("received_ms", ToMillis(clock_.Now()));
  }
  return *data.object();
}

// The row that stands after the write and whether it was changed.
std::pair<const Row*, bool> MemoryPractice::CarryOut(const Request& request, Row* row) {
  auto& rows = State(request.table).rows;
  if (request.operation == Operation::kFile) {
    for (const auto& [id, filed] : rows) {
      if (filed.data.Text("document") == request.data.Text("document")) return {&filed, false};
    }
  }
  if (request.operation != Operation::kChange) {
    const auto id = AddLocked(request.table, Completed(request));
    if (request.content != nullptr) contents_[id] = request.content;
    return {&rows.find(id)->second, true};
  }
  const bool again = row->data.Text("state") == "cancelled";  // whatever the reason given now
  bool changed = false;
  for (const auto& [key, value] : *request.data.object()) {
    const auto* held = row->data.Find(key);
    const bool nothing = value.is_string() && value.string()->empty();
    if (held == nullptr ? nothing : *held == value) continue;
    changed = !again;
    if (changed) row->data.Set(key, value);
  }
  if (changed) {
    ++row->version;
    Stamp(State(request.table), request.table, *row);
  }
  return {row, changed};
}

Reply MemoryPractice::WriteLocked(const Request& request) {
  EffectEntry effect{clock_.Now(), request.operation, request.table, request.reference, {}, false,
                     {},           request.data};
  auto& rows = State(request.table).rows;
  const auto found = request.ids.empty() ? rows.end() : rows.find(request.ids.front());
  Row* row = found == rows.end() ? nullptr : &found->second;
  auto refusal = !request.data.is_object() ? Refused(422, "no-data") : Refusal(request, row);
  if (State(request.table).forbidden) {
    refusal = Refused(403, "");
    refusal->right = "write " + std::string(TableName(request.table));
  }
  if (refusal) {
    effect.rule = refusal->rule;
    effects_.push_back(std::move(effect));
    return *std::move(refusal);
  }
  const auto [after, changed] = CarryOut(request, row);
  effect.id = after->id;
  effect.happened = changed;
  effects_.push_back(std::move(effect));
  if (!request.reference.empty()) {
    traces_[request.reference] = {request.table, after->id, changed, false};
  }
  Answer answer;
  answer.tip = position_;
  answer.newest = last_modified_;
  answer.changed = changed;
  answer.rows.push_back(*after);
  Reply reply;
  reply.body = EncodeAnswer(answer);
  return reply;
}

// ---- Free times and traces ----------------------------------------------------------------------

void MemoryPractice::FreeLocked(const Request& request, Answer& answer) const {
  const auto from = ParseLocal(request.from);
  const auto to = ParseLocal(request.to);
  if (!from || !to || request.ids.empty()) return;
  const auto& staff = request.ids.front();
  const auto now = zone_.ToLocal(NowHere());
  const int minutes = request.minutes > 0 ? request.minutes : options_.base_minutes;
  auto day = std::chrono::floor<std::chrono::days>(from->reading);
  for (int days = 0; days < kMostDays && day < to->reading; ++days, day += std::chrono::days(1)) {
    for (int start = options_.opens_hour * 60; start + minutes <= options_.closes_hour * 60;
         start += options_.base_minutes) {
      const LocalTime begins{day + std::chrono::minutes(start)};
      if (begins < *from || begins >= *to || begins < now) continue;
      const auto starts = FormatLocal(begins);
      const auto ends = FormatLocal(Later(begins, minutes));
      if (Away(staff, starts, ends) || Taken(staff, starts, ends, "")) continue;
      Row row;
      row.id = starts;
      row.data = json::Value(json::Object{{"starts", starts}, {"minutes", minutes}});
      answer.rows.push_back(std::move(row));
    }
  }
}

void MemoryPractice::TraceLocked(const Request& request, Answer& answer) const {
  const auto trace = traces_.find(request.reference);
  if (trace == traces_.end()) return;
  answer.lost = trace->second.lost;
  const auto row = State(trace->second.table).rows.find(trace->second.id);
  if (row == State(trace->second.table).rows.end()) return;
  answer.changed = trace->second.changed;
  answer.rows.push_back(row->second);
}

}  // namespace pons::memory
