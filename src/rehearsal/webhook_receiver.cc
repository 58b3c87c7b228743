// SPDX-License-Identifier: Apache-2.0
#include "rehearsal/webhook_receiver.h"

#include <algorithm>

#include "delivery/signature.h"

namespace pons::rehearsal {

Result<std::unique_ptr<WebhookReceiver>> WebhookReceiver::Start(Clock& clock, Logger& log) {
  std::unique_ptr<WebhookReceiver> receiver(new WebhookReceiver(clock));
  net::ServerOptions options;
  options.threads = 1;
  auto* self = receiver.get();
  PONS_ASSIGN(receiver->server_,
              net::StartHttpServer(
                  options,
                  [self](const net::ServerRequest& request, net::Responder respond) {
                    self->Take(request, respond);
                  },
                  log));
  return receiver;
}

WebhookReceiver::~WebhookReceiver() {
  if (server_) server_->Stop();
}

std::string WebhookReceiver::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook";
}

void WebhookReceiver::set_secret(Sensitive<std::string> secret) {
  const std::lock_guard lock(mutex_);
  secret_ = std::move(secret);
}

std::vector<ReceivedEvent> WebhookReceiver::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void WebhookReceiver::Take(const net::ServerRequest& request, const net::Responder& respond) {
  ReceivedEvent event;
  event.at = clock_.Now();
  event.webhook_id = std::string(net::FindHeader(request.headers, "webhook-id"));
  if (const auto body = json::Parse(request.body)) {
    event.type = std::string(body->Text("type"));
    if (const auto* data = body->Find("data")) {
      event.resource_type = std::string(data->Text("resourceType"));
      event.resource_id = std::string(data->Text("id"));
      event.app_location = std::string(data->Text("appLocation"));
    }
  }
  {
    const std::lock_guard lock(mutex_);
    event.verified =
        delivery::Verify(secret_, request.headers, clock_.Now(), request.body).has_value();
    events_.push_back(std::move(event));
  }
  arrived_.notify_all();
  net::ServerResponse response;
  response.status = 204;
  respond(std::move(response));
}

bool WebhookReceiver::WaitFor(std::string_view type, std::size_t count,
                              std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, patience, [&] {
    return static_cast<std::size_t>(
               std::count_if(events_.begin(), events_.end(),
                             [&](const ReceivedEvent& e) { return e.type == type; })) >= count;
  });
}

}  // namespace pons::rehearsal
