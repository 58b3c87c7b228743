// SPDX-License-Identifier: Apache-2.0
// Empties the outbox: sends what is due, records what came of it, and sends again what failed.
//
// Promises
// - At least once: an outcome is recorded after the answer, so a process that dies in between sends
//   the same message again, with the same webhook-id.
// - In order per (webhook, record): the next message about a record is sent when the one before has
//   been recorded as delivered. Across records there is no order.
// - A slow or dead receiver delays nobody else (receiver_limits.h).
// - A webhook is switched off, with the cause, when its receiver answers 410, or when a message has
//   used up its schedule and nothing else was delivered to it within the last day.
//
// Threads: Start makes a picker, a recorder, and senders as they are needed; Stop ends them and
// drops what is under way (it stays queued). RunOnce does one round on the caller's thread instead,
// for stepped simulations; not to be mixed with Start.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "delivery/attempt.h"
#include "delivery/receiver_limits.h"
#include "net/http.h"
#include "store/store.h"

namespace pons::delivery {

struct DispatcherOptions {
  LimitOptions limits = {};
  milliseconds timeout{15000};  // one attempt
};

// What has happened since the start.
struct DeliveryCounters {
  std::uint64_t attempts = 0;
  std::uint64_t delivered = 0;
  std::uint64_t retried = 0;   // attempts that will be made again
  std::uint64_t failed = 0;    // given up
  std::uint64_t disabled = 0;  // webhooks switched off
  std::uint64_t first_attempts = 0;
  std::uint64_t first_attempt_millis = 0;  // sum over them: from the change to the request
  int in_flight = 0;
};

class DeliveryDispatcher {
 public:
  // All of them must outlive the dispatcher.
  DeliveryDispatcher(store::Store& store, net::HttpTransport& transport, Clock& clock,
                     Random& random, Logger& log, DispatcherOptions options = {});
  ~DeliveryDispatcher();
  DeliveryDispatcher(const DeliveryDispatcher&) = delete;
  DeliveryDispatcher& operator=(const DeliveryDispatcher&) = delete;

  // Call before traffic starts. Errors: those of the store.
  Result<void> Start();
  void Stop();

  // Sends what is due and allowed now, each message once, and records the outcomes in one
  // transaction. Returns how many were sent. Errors: those of the store; nothing is recorded then.
  Result<int> RunOnce();

  DeliveryCounters counters() const;

 private:
  using WebhookPtr = std::shared_ptr<const store::Webhook>;
  struct Job {
    store::DeliveryRow row;
    WebhookPtr webhook;
    Instant started{};
  };
  struct Outcome {
    Job job;
    Attempt attempt;
  };
  // Shared with the store's commit listener, which cannot be removed and may outlive us.
  struct Wake {
    std::mutex mutex;
    std::condition_variable changed;
    bool signalled = false;
    void Signal();
  };

  Result<void> OpenReaders();
  Result<void> RefreshWebhooks();
  // Marks what it returns as under way.
  Result<std::vector<Job>> Pick();
  bool Take(store::DeliveryRow& row, Instant now, std::vector<Job>& jobs);
  Attempt Send(const Job& job);
  void Account(const Outcome& outcome);
  Result<void> Record(const std::vector<Outcome>& outcomes);
  Result<std::vector<store::Webhook>> ToDisable(const std::vector<Outcome>& outcomes);
  bool DeliveredLately(store::WebhookKey webhook, Instant now);
  void Release(const std::vector<Outcome>& outcomes);

  void PickerLoop();
  void SenderLoop();
  void RecorderLoop();
  void Hand(std::vector<Job> jobs);
  milliseconds TimeToNext();

  store::Store& store_;
  net::HttpTransport& transport_;
  Clock& clock_;
  Random& random_;
  Logger& log_;
  const DispatcherOptions options_;
  const std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();

  // The picker's own.
  std::unique_ptr<store::Reader> picker_reader_;
  std::map<store::WebhookKey, WebhookPtr> webhooks_;
  std::uint64_t webhooks_version_ = 0;
  bool webhooks_known_ = false;
  // The recorder's own.
  std::unique_ptr<store::Reader> recorder_reader_;

  mutable std::mutex mutex_;  // guards what follows
  ReceiverLimits limits_;
  std::set<std::int64_t> unrecorded_;  // deliveries under way, or done and not yet recorded
  std::deque<Job> jobs_;
  std::vector<Outcome> outcomes_;
  DeliveryCounters counters_;
  int idle_senders_ = 0;
  bool stopping_ = false;
  bool senders_ended_ = false;
  std::condition_variable job_ready_;
  std::condition_variable outcome_ready_;

  CancelToken cancel_;
  std::vector<std::thread> senders_;  // the picker's until Stop
  std::thread picker_;
  std::thread recorder_;
};

}  // namespace pons::delivery
