// SPDX-License-Identifier: Apache-2.0
// The far side of the wire: how the practice answers requests, and how it fails to.
#include <algorithm>

#include "vendors/memory/connector/memory_practice.h"

namespace pons::memory {
namespace {

Reply WithStatus(int status) {
  Reply reply;
  reply.status = status;
  return reply;
}

Reply Limited(std::int64_t after_s) {
  Reply reply = WithStatus(429);
  reply.retry_after_s = after_s;
  return reply;
}

Reply WithoutAnswer(const Call& call) {
  call.clock.SleepUntil(call.deadline, call.cancel);
  Reply reply;
  reply.status = 0;
  reply.way = call.cancel.cancelled() ? Reply::Way::kCancelled : Reply::Way::kTimedOut;
  return reply;
}

// The answer is there after `delay`, unless the caller's deadline or patience ends first.
std::optional<Reply> Delay(const Call& call, milliseconds delay) {
  const auto ready = call.clock.Now() + delay;
  if (ready >= call.deadline) return WithoutAnswer(call);
  call.clock.SleepUntil(ready, call.cancel);
  if (call.cancel.cancelled()) return WithoutAnswer(call);
  return std::nullopt;
}

bool StrikesWrites(FaultKind kind) { return kind >= FaultKind::kDropRequest; }

Reply Broken() {
  Reply reply;
  reply.status = 0;
  reply.way = Reply::Way::kBroken;
  return reply;
}

constexpr std::string_view kPageForPeople = "<html><body><h1>Please wait</h1></body></html>";

}  // namespace

std::optional<PlannedFault> MemoryPractice::NextFault(const Request& request) {
  // Signing in fails only where the practice cannot be reached at all.
  const bool reads =
      request.operation != Operation::kSignIn && request.operation != Operation::kInfo;
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!reads && (fault->kind != FaultKind::kSilent || fault->after > 0)) continue;
    if (StrikesWrites(fault->kind) && !Writes(request.operation)) continue;
    if (fault->after > 0) {
      --fault->after;
      continue;
    }
    const auto due = *fault;
    if (--fault->times == 0) faults_.erase(fault);
    return due;
  }
  return std::nullopt;
}

bool MemoryPractice::OverRate(Instant now) {
  if (options_.requests_per_second == 0) return false;
  while (!recent_.empty() && recent_.front() + seconds(1) <= now) recent_.pop_front();
  recent_.push_back(now);
  return recent_.size() > options_.requests_per_second;
}

Reply MemoryPractice::Serve(const Call& call, const Request& request) {
  std::optional<PlannedFault> fault;
  Reply reply;
  std::size_t entry = 0;
  {
    const std::lock_guard lock(mutex_);
    entry = journal_.size();
    journal_.push_back({call.clock.Now(), request.operation, request.table, 0});
    SettleLocked();
    fault = NextFault(request);
    if (OverRate(call.clock.Now())) {
      reply = Limited(1);
    } else if (fault && fault->kind == FaultKind::kRateLimit) {
      reply = Limited(fault->amount);
    } else if (fault && fault->kind == FaultKind::kUnavailable) {
      reply = WithStatus(503);
    } else if (fault && StrikesWrites(fault->kind)) {
      LoseLocked(request, *fault);
      reply = Broken();
    } else {
      reply = AnswerLocked(request);
      if (fault && fault->kind == FaultKind::kRepeat && reply.status == 200) {
        if (auto answer = DecodeAnswer(reply.body)) {
          const auto once = answer->rows;
          answer->rows.insert(answer->rows.end(), once.begin(), once.end());
          reply.body = EncodeAnswer(*answer);
        }
      }
    }
  }
  if (fault) {
    const auto at = static_cast<std::size_t>(fault->amount);
    std::optional<Reply> instead;
    if (fault->kind == FaultKind::kSilent) instead = WithoutAnswer(call);
    if (fault->kind == FaultKind::kSlow) instead = Delay(call, milliseconds(fault->amount));
    if (fault->kind == FaultKind::kDrip) {
      instead = Delay(call, milliseconds(100) * static_cast<int>(reply.body.size()));
    }
    if (fault->kind == FaultKind::kCut) reply.body = reply.body.substr(0, at);
    if (fault->kind == FaultKind::kFlip && at < reply.body.size()) {
      reply.body[at] = static_cast<char>(reply.body[at] ^ 1);
    }
    if (fault->kind == FaultKind::kGarbage) reply.body = kPageForPeople;
    if (instead) reply = *std::move(instead);
  }
  const std::lock_guard lock(mutex_);
  if (entry < journal_.size()) journal_[entry].status = reply.status;
  return reply;
}

void MemoryPractice::LoseLocked(const Request& request, const PlannedFault& fault) {
  if (fault.kind == FaultKind::kDelayEffect) {
    delayed_.push_back({clock_.Now() + milliseconds(fault.amount), request});
  }
  ++lost_writes_;
  const bool forgets = fault.kind == FaultKind::kForget;
  if (fault.kind == FaultKind::kDropAnswer || (forgets && fault.amount == 1)) {
    AnswerLocked(request);
  }
  if (forgets) traces_[request.reference] = {request.table, {}, false, true};
}

Reply MemoryPractice::AnswerLocked(const Request& request) {
  Answer answer;
  answer.tip = position_;
  answer.newest = last_modified_;
  const auto token = "token-" + std::to_string(token_generation_);
  if (request.operation == Operation::kSignIn) {
    if (request.user != options_.user || request.password != options_.password) {
      return WithStatus(401);
    }
    answer.token = token;
  } else if (request.token != token) {
    return WithStatus(401);
  } else if (request.operation == Operation::kInfo) {
    answer.practice = options_.name;
    answer.version = "memory 1";
    answer.clock_ms = ToMillis(NowHere());
    for (std::size_t i = 0; i < kTableCount; ++i) {
      if (tables_[i].forbidden) answer.forbidden.emplace_back(TableName(static_cast<Table>(i)));
    }
  } else {
    if (Writes(request.operation)) return WriteLocked(request);
    if (request.operation == Operation::kFree) FreeLocked(request, answer);
    if (request.operation == Operation::kTrace) TraceLocked(request, answer);
    if (State(request.table).forbidden) {
      auto refused = WithStatus(403);
      refused.right = "read " + std::string(TableName(request.table));
      return refused;
    }
    if (request.operation == Operation::kFeed &&
        (request.position < oldest_position_ || request.position > position_)) {
      return WithStatus(410);
    }
    if (request.operation == Operation::kList) ListLocked(request, answer);
    if (request.operation == Operation::kFeed) FeedLocked(request, answer);
    if (request.operation == Operation::kModifiedSince) ModifiedLocked(request, answer);
    if (request.operation == Operation::kGet) {
      for (const auto& id : request.ids) {
        const auto found = State(request.table).rows.find(id);
        if (found != State(request.table).rows.end() && !found->second.deleted) {
          answer.rows.push_back(found->second);
        }
      }
    }
  }
  Reply reply;
  reply.body = EncodeAnswer(answer);
  return reply;
}

void MemoryPractice::ListLocked(const Request& request, Answer& answer) const {
  const auto& rows = State(request.table).rows;
  for (auto row = rows.upper_bound(request.after); row != rows.end(); ++row) {
    if (row->second.deleted) continue;
    if (answer.rows.size() == request.limit) {
      answer.more = true;
      return;
    }
    answer.rows.push_back(row->second);
  }
}

void MemoryPractice::FeedLocked(const Request& request, Answer& answer) const {
  const auto& state = State(request.table);
  auto entry = std::upper_bound(
      state.feed.begin(), state.feed.end(), request.position,
      [](std::uint64_t position, const FeedEntry& e) { return position < e.position; });
  for (; entry != state.feed.end(); ++entry) {
    const auto& row = state.rows.find(entry->id)->second;
    // An entry that a later one of the same row replaces is passed over.
    if (row.position != entry->position) continue;
    if (answer.rows.size() == request.limit) {
      answer.more = true;
      return;
    }
    answer.rows.push_back(row);
  }
}

void MemoryPractice::ModifiedLocked(const Request& request, Answer& answer) const {
  const auto& state = State(request.table);
  for (auto key = state.by_modified.lower_bound({request.since, request.after});
       key != state.by_modified.end(); ++key) {
    if (answer.rows.size() == request.limit) {
      answer.more = true;
      return;
    }
    answer.rows.push_back(state.rows.find(key->second)->second);
  }
}

}  // namespace pons::memory
