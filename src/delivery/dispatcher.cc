// SPDX-License-Identifier: Apache-2.0
// What is sent and recorded; the threads that do it are in dispatcher_threads.cc.
#include "delivery/dispatcher.h"

#include <algorithm>

#include "delivery/payload.h"

namespace pons::delivery {
namespace {

// Rows asked of the store at a time. More than can be under way, so that a page holds something
// new.
constexpr std::uint32_t kPage = 256;
// Outcomes that wait for the disk. Beyond this nothing new is sent: a process that dies now would
// repeat all of them.
constexpr std::size_t kMostUnrecorded = 192;
// A webhook that took something within this time is alive: one message it will not take does not
// switch it off.
constexpr std::chrono::hours kAliveFor{24};
constexpr std::uint32_t kLooksBack = 200;

}  // namespace

DeliveryDispatcher::DeliveryDispatcher(store::Store& store, net::HttpTransport& transport,
                                       Clock& clock, Random& random, Logger& log,
                                       DispatcherOptions options)
    : store_(store),
      transport_(transport),
      clock_(clock),
      random_(random),
      log_(log),
      options_(options),
      limits_(options.limits) {}

DeliveryDispatcher::~DeliveryDispatcher() { Stop(); }

Result<void> DeliveryDispatcher::OpenReaders() {
  if (!picker_reader_) {
    PONS_ASSIGN(picker_reader_, store_.OpenReader());
  }
  if (!recorder_reader_) {
    PONS_ASSIGN(recorder_reader_, store_.OpenReader());
  }
  return Ok();
}

Result<void> DeliveryDispatcher::RefreshWebhooks() {
  const auto version = store_.settings_version();
  if (webhooks_known_ && version == webhooks_version_) return Ok();
  PONS_ASSIGN(auto all, picker_reader_->Webhooks());
  webhooks_.clear();
  for (auto& webhook : all) {
    const auto key = webhook.key;
    webhooks_[key] = std::make_shared<const store::Webhook>(std::move(webhook));
  }
  webhooks_version_ = version;
  webhooks_known_ = true;
  return Ok();
}

bool DeliveryDispatcher::Take(store::DeliveryRow& row, Instant now, std::vector<Job>& jobs) {
  if (unrecorded_.size() >= kMostUnrecorded || !limits_.MayStart(row.webhook, now)) return false;
  const auto webhook = webhooks_.find(row.webhook);
  if (webhook == webhooks_.end()) return false;  // made a moment ago; the next round knows it
  limits_.Started(row.webhook, now);
  unrecorded_.insert(row.id);
  jobs.push_back({std::move(row), webhook->second, now});
  return true;
}

Result<std::vector<DeliveryDispatcher::Job>> DeliveryDispatcher::Pick() {
  std::vector<Job> jobs;
  PONS_TRY(RefreshWebhooks());
  const Instant now = clock_.Now();
  while (true) {
    std::vector<store::WebhookKey> skip;
    std::set<std::int64_t> busy;
    {
      const std::lock_guard lock(mutex_);
      if (limits_.full() || unrecorded_.size() >= kMostUnrecorded) break;
      skip = limits_.Blocked(now);
      // Copied before the store is asked: what is recorded while it answers still looks due to it.
      busy = unrecorded_;
    }
    auto rows = picker_reader_->DueDeliveries(now, kPage, skip);
    if (!rows) {
      // What is already marked as under way must be sent all the same.
      if (jobs.empty()) return std::move(rows).error();
      break;
    }
    bool took = false;
    const bool more = rows->size() == kPage;
    const std::lock_guard lock(mutex_);
    for (auto& row : *rows) {
      if (!busy.contains(row.id) && Take(row, now, jobs)) took = true;
    }
    if (!more || !took) break;
  }
  return jobs;
}

Attempt DeliveryDispatcher::Send(const Job& job) {
  const std::string body = ChangeBody(job.row);
  const Message message{job.row.event_id, body, job.row.attempts + 1};
  return SendMessage(transport_, clock_, *job.webhook, message, options_.timeout, random_.Next(),
                     cancel_);
}

void DeliveryDispatcher::Account(const Outcome& outcome) {
  const auto& [job, attempt] = outcome;
  const std::lock_guard lock(mutex_);
  if (attempt.cancelled) {
    limits_.Abandoned(job.row.webhook, job.started);
    return;
  }
  limits_.Finished(job.row.webhook, job.started, attempt.verdict, attempt.finished);
  ++counters_.attempts;
  switch (attempt.verdict.state) {
    case store::DeliveryState::kDelivered:
      ++counters_.delivered;
      break;
    case store::DeliveryState::kFailed:
      ++counters_.failed;
      break;
    case store::DeliveryState::kQueued:
      ++counters_.retried;
      break;
  }
  if (job.row.attempts == 0) {
    const auto took = std::max(milliseconds(0), attempt.started - job.row.change.at);
    ++counters_.first_attempts;
    counters_.first_attempt_millis += static_cast<std::uint64_t>(took.count());
  }
}

bool DeliveryDispatcher::DeliveredLately(store::WebhookKey webhook, Instant now) {
  const auto rows = recorder_reader_->Deliveries(webhook, kLooksBack);
  return rows && std::ranges::any_of(*rows, [&](const store::DeliveryRow& row) {
           return row.delivered && now - *row.delivered < kAliveFor;
         });
}

Result<std::vector<store::Webhook>> DeliveryDispatcher::ToDisable(
    const std::vector<Outcome>& outcomes) {
  std::map<store::WebhookKey, std::string> causes;
  for (const auto& [job, attempt] : outcomes) {
    const auto& verdict = attempt.verdict;
    if (verdict.gone) {
      causes[job.row.webhook] = verdict.reason;
    } else if (verdict.exhausted && !DeliveredLately(job.row.webhook, attempt.finished)) {
      causes.emplace(job.row.webhook,
                     std::to_string(kMostAttempts) +
                         " attempts over 75 hours failed; the last: " + verdict.reason);
    }
  }
  std::vector<store::Webhook> disable;
  if (causes.empty()) return disable;
  // Read afresh: an owner may have changed something since it was sent to.
  PONS_ASSIGN(auto all, recorder_reader_->Webhooks());
  for (auto& webhook : all) {
    const auto cause = causes.find(webhook.key);
    if (cause == causes.end() || webhook.state == store::WebhookState::kDisabled) continue;
    webhook.state = store::WebhookState::kDisabled;
    webhook.cause = cause->second;
    disable.push_back(std::move(webhook));
  }
  return disable;
}

Result<void> DeliveryDispatcher::Record(const std::vector<Outcome>& outcomes) {
  std::vector<store::DeliveryUpdate> updates;
  for (const auto& [job, attempt] : outcomes) {
    if (attempt.cancelled) continue;
    store::DeliveryUpdate update;
    update.id = job.row.id;
    update.state = attempt.verdict.state;
    update.attempts = job.row.attempts + 1;
    update.due = attempt.finished + attempt.verdict.wait;
    update.last_status = attempt.status;
    update.last_error = attempt.verdict.reason;
    update.answer = attempt.answer;
    updates.push_back(std::move(update));
  }
  if (updates.empty()) return Ok();
  PONS_ASSIGN(const auto disable, ToDisable(outcomes));
  PONS_TRY(store_.Write([&](store::Transaction& transaction) -> Result<void> {
    for (const auto& update : updates) transaction.SaveDelivery(update);
    for (const auto& webhook : disable) transaction.Update(webhook);
    return Ok();
  }));
  for (const auto& webhook : disable) {
    log_.Warn("webhook is switched off", {{"webhook", webhook.id.value}, {"cause", webhook.cause}});
  }
  const std::lock_guard lock(mutex_);
  counters_.disabled += disable.size();
  return Ok();
}

void DeliveryDispatcher::Release(const std::vector<Outcome>& outcomes) {
  const std::lock_guard lock(mutex_);
  for (const auto& outcome : outcomes) unrecorded_.erase(outcome.job.row.id);
}

Result<int> DeliveryDispatcher::RunOnce() {
  PONS_TRY(OpenReaders());
  PONS_ASSIGN(auto jobs, Pick());
  std::vector<Outcome> outcomes;
  for (auto& job : jobs) {
    Attempt attempt = Send(job);
    outcomes.push_back({std::move(job), std::move(attempt)});
    Account(outcomes.back());
  }
  auto recorded = Record(outcomes);
  Release(outcomes);
  if (!recorded) return std::move(recorded).error();
  return static_cast<int>(outcomes.size());
}

DeliveryCounters DeliveryDispatcher::counters() const {
  const std::lock_guard lock(mutex_);
  DeliveryCounters counters = counters_;
  counters.in_flight = limits_.in_flight();
  return counters;
}

}  // namespace pons::delivery
