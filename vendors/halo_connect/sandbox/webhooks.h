// SPDX-License-Identifier: Apache-2.0
// Halo's webhooks: no data, only word that there is some (halo-connect sheet §6). Signed, tried up
// to ten times, and on demand sent as they should not be: again, stale, or forged.
// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "json/value.h"
#include "net/http.h"

namespace pons::halo_connect::sandbox {

class Webhooks {
 public:
  static constexpr int kMostAttempts = 10;

  Webhooks(std::string url, std::string secret, std::int64_t first_retry_ms);
  ~Webhooks();
  Webhooks(const Webhooks&) = delete;
  Webhooks& operator=(const Webhooks&) = delete;

  // `source`: "async" or "registered". Nothing is sent while there is no URL.
  void Tell(const std::string& site, const std::string& query, const std::string& source);

  // {"url"?,"secret"?,"first_retry_ms"?}; an empty URL ends them.
  Result<json::Value> Change(const json::Value& body);
  // {"how":"again"|"stale"|"forged","id"?}: the webhook of that id, or the last one, once more:
  // as it was, with a time ten minutes ago, or signed with another secret; with the status that it
  // got. Errors: kNotFound, kRejected, kConflict where there is no URL.
  Result<json::Value> Resend(const json::Value& body);
  // Settings, and what was sent: {"id","site","query","source","how","attempts","status","done"}.
  json::Value Describe() const;

 private:
  struct Delivery {
    std::string id, site, query, source, body;
    std::string how = "first";
    int attempts = 0;
    int status = 0;  // of the last attempt; 0: no answer
    bool done = false;
    std::chrono::steady_clock::time_point due;
  };

  void Work();
  // One attempt; gives the status.
  int Send(const Delivery& delivery);
  void Settle(Delivery& delivery, int status);
  json::Value Facts(const Delivery& delivery) const;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string url_, secret_;
  std::int64_t first_retry_ms_;
  std::deque<std::shared_ptr<Delivery>> deliveries_;
  bool stopping_ = false;
  CancelToken stop_;
  std::unique_ptr<net::HttpTransport> http_;
  std::thread worker_;
};

// "2026-05-04T01:02:03.0000000+00:00", as Halo writes a moment.
std::string WebhookTime(Instant instant);

}  // namespace pons::halo_connect::sandbox
