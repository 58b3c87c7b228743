// SPDX-License-Identifier: Apache-2.0
#include "commands/clinical_board.h"

#include <algorithm>

namespace pons::commands {

std::list<ClinicalBoard::Kept>::iterator ClinicalBoard::Find(std::uint64_t number) {
  return std::find_if(jobs_.begin(), jobs_.end(),
                      [&](const Kept& kept) { return kept.job.number == number; });
}

bool ClinicalBoard::Add(const ClinicalAsk& ask, Told told) {
  std::optional<Error> closed;
  {
    const std::lock_guard lock(mutex_);
    closed = closed_;
    if (!closed) {
      const Question question{ask.patient, ask.kind, ask.document};
      std::size_t of_connection = 0;
      for (auto& kept : jobs_) {
        if (kept.connection != ask.connection) continue;
        ++of_connection;
        // A reading that is under way may have passed what has changed since: it began at most a
        // deadline ago, and its time is told with it.
        if (kept.job.question != question) continue;
        kept.job.until = std::max(kept.job.until, ask.until);
        kept.waiters.push_back({ask.until, std::move(told)});
        return true;
      }
      if (of_connection >= most_jobs_) return false;
      Kept kept;
      kept.connection = ask.connection;
      kept.job = {next_++, question, ask.until};
      kept.waiters.push_back({ask.until, std::move(told)});
      jobs_.push_back(std::move(kept));
      return true;
    }
  }
  told(*closed);
  return true;
}

std::optional<ClinicalBoard::Job> ClinicalBoard::Take(store::ConnectionKey connection) {
  const std::lock_guard lock(mutex_);
  for (auto& kept : jobs_) {
    if (kept.connection != connection || kept.taken) continue;
    kept.taken = true;
    return kept.job;
  }
  return std::nullopt;
}

void ClinicalBoard::Done(std::uint64_t number, const Outcome& outcome) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = Find(number);
    if (found == jobs_.end()) return;
    waiters = std::move(found->waiters);
    jobs_.erase(found);
  }
  for (const auto& waiter : waiters) waiter.told(outcome);
}

std::optional<Instant> ClinicalBoard::next_until() const {
  const std::lock_guard lock(mutex_);
  std::optional<Instant> next;
  for (const auto& kept : jobs_) {
    for (const auto& waiter : kept.waiters) {
      if (!next || waiter.until < *next) next = waiter.until;
    }
  }
  return next;
}

void ClinicalBoard::TimeOut(Instant now) {
  std::vector<Waiter> late;
  {
    const std::lock_guard lock(mutex_);
    for (auto& kept : jobs_) {
      const auto first = std::stable_partition(kept.waiters.begin(), kept.waiters.end(),
                                               [&](const Waiter& w) { return w.until > now; });
      std::move(first, kept.waiters.end(), std::back_inserter(late));
      kept.waiters.erase(first, kept.waiters.end());
    }
    // What is being read stays until it is done, so that it is not begun a second time.
    jobs_.remove_if([](const Kept& kept) { return kept.waiters.empty() && !kept.taken; });
  }
  Error error =
      MakeError(Fault::kUnavailable, "The practice did not answer in time; try again in a moment.");
  error.vendor_code = kAskTimedOut;
  for (const auto& waiter : late) waiter.told(error);
}

void ClinicalBoard::Close(const Error& why) {
  std::list<Kept> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = why;
    left.swap(jobs_);
  }
  for (const auto& kept : left) {
    for (const auto& waiter : kept.waiters) waiter.told(why);
  }
}

}  // namespace pons::commands
