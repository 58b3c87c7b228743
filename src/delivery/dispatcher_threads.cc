// SPDX-License-Identifier: Apache-2.0
// The dispatcher's threads: one picks what is due, senders post it, one records what came of it.
#include <algorithm>

#include "delivery/dispatcher.h"

namespace pons::delivery {
namespace {

// What could move the next due moment without a commit of ours is looked for this often at least.
constexpr milliseconds kLongestWait{30'000};
constexpr milliseconds kStorePause{1000};  // after the store refused

}  // namespace

void DeliveryDispatcher::Wake::Signal() {
  {
    const std::lock_guard lock(mutex);
    signalled = true;
  }
  changed.notify_one();
}

Result<void> DeliveryDispatcher::Start() {
  PONS_TRY(OpenReaders());
  store_.AddCommitListener([wake = wake_](const store::CommitInfo& commit) {
    if (commit.deliveries || commit.settings) wake->Signal();
  });
  recorder_ = std::thread([this] { RecorderLoop(); });
  picker_ = std::thread([this] { PickerLoop(); });
  return Ok();
}

void DeliveryDispatcher::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  cancel_.Cancel();
  wake_->Signal();
  job_ready_.notify_all();
  if (picker_.joinable()) picker_.join();
  for (auto& sender : senders_) sender.join();
  // Last: it records what the senders brought home.
  {
    const std::lock_guard lock(mutex_);
    senders_ended_ = true;
  }
  outcome_ready_.notify_all();
  if (recorder_.joinable()) recorder_.join();
}

void DeliveryDispatcher::Hand(std::vector<Job> jobs) {
  if (jobs.empty()) return;
  const std::lock_guard lock(mutex_);
  for (auto& job : jobs) jobs_.push_back(std::move(job));
  while (static_cast<int>(jobs_.size()) > idle_senders_ &&
         static_cast<int>(senders_.size()) < options_.limits.total) {
    // Counted as idle until it has taken its first job, or each round would make another.
    ++idle_senders_;
    senders_.emplace_back([this] { SenderLoop(); });
  }
  job_ready_.notify_all();
}

milliseconds DeliveryDispatcher::TimeToNext() {
  const Instant now = clock_.Now();
  Instant next = now + kLongestWait;
  const auto due = picker_reader_->NextDeliveryDue(now);
  if (due && *due) next = std::min(next, **due);
  const std::lock_guard lock(mutex_);
  if (const auto release = limits_.NextRelease(now)) next = std::min(next, *release);
  return next - now;
}

void DeliveryDispatcher::PickerLoop() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    milliseconds wait = kStorePause;
    if (auto jobs = Pick(); jobs) {
      Hand(std::move(*jobs));
      wait = TimeToNext();
    } else {
      log_.Error("outbox cannot be read", {{"error", jobs.error().summary}});
    }
    std::unique_lock lock(wake_->mutex);
    wake_->changed.wait_for(lock, wait, [this] { return wake_->signalled; });
    wake_->signalled = false;
  }
}

void DeliveryDispatcher::SenderLoop() {
  std::unique_lock lock(mutex_);
  while (true) {
    job_ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    --idle_senders_;
    lock.unlock();

    Attempt attempt = Send(job);
    Outcome outcome{std::move(job), std::move(attempt)};
    Account(outcome);

    lock.lock();
    ++idle_senders_;
    outcomes_.push_back(std::move(outcome));
    outcome_ready_.notify_one();
    lock.unlock();
    wake_->Signal();  // its place is free
    lock.lock();
  }
}

void DeliveryDispatcher::RecorderLoop() {
  while (true) {
    std::vector<Outcome> outcomes;
    {
      std::unique_lock lock(mutex_);
      outcome_ready_.wait(lock, [this] { return senders_ended_ || !outcomes_.empty(); });
      if (outcomes_.empty()) return;
      outcomes.swap(outcomes_);
    }
    auto recorded = Record(outcomes);
    while (!recorded) {
      // They stay marked as unrecorded, so nothing is sent twice while the disk is full.
      log_.Error("outcomes cannot be recorded", {{"error", recorded.error().summary}});
      if (cancel_.WaitFor(kStorePause)) return;
      recorded = Record(outcomes);
    }
    Release(outcomes);
    wake_->Signal();
  }
}

}  // namespace pons::delivery
