// SPDX-License-Identifier: Apache-2.0
// An app's end of webhooks: listens on this machine, checks signatures, notes when what arrived.
// Threads: any.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/sensitive.h"
#include "json/value.h"
#include "net/http_server.h"

namespace pons::rehearsal {

struct ReceivedEvent {
  Instant at{};
  bool verified = false;
  std::string webhook_id;
  std::string type;
  std::string resource_type;
  std::string resource_id;
  std::string app_location;
};

class WebhookReceiver {
 public:
  static Result<std::unique_ptr<WebhookReceiver>> Start(Clock& clock, Logger& log);
  ~WebhookReceiver();

  std::string url() const;
  void set_secret(Sensitive<std::string> secret);
  std::vector<ReceivedEvent> events() const;
  // True when at least `count` events of that type have come within `patience`.
  bool WaitFor(std::string_view type, std::size_t count, std::chrono::milliseconds patience);

 private:
  explicit WebhookReceiver(Clock& clock) : clock_(clock) {}
  void Take(const net::ServerRequest& request, const net::Responder& respond);

  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  Sensitive<std::string> secret_;
  std::vector<ReceivedEvent> events_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace pons::rehearsal
