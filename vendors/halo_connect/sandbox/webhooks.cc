// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/webhooks.h"

#include <algorithm>

#include "base/random.h"
#include "base/time.h"
#include "sandboxkit/sandbox_clock.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {
namespace {

using Ticks = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::minutes kStale{10};  // twice what a receiver may still take
constexpr std::size_t kKept = 1000;

bool Taken(int status) { return status >= 200 && status < 300; }

// What the receiver says no to is not sent again, but for two that mean "later".
bool Final(int status) {
  return Taken(status) || (status >= 400 && status < 500 && status != 408 && status != 429);
}

void Fill(std::string& url, std::string_view name, const std::string& value) {
  const std::size_t at = url.find(name);
  if (at != std::string::npos) url.replace(at, name.size(), value);
}

}  // namespace

std::string WebhookTime(Instant instant) {
  std::string text = FormatInstant(instant);
  text.pop_back();
  return text + "0000+00:00";
}

Webhooks::Webhooks(std::string url, std::string secret, std::int64_t first_retry_ms)
    : url_(std::move(url)),
      secret_(std::move(secret)),
      first_retry_ms_(first_retry_ms),
      http_(net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment})),
      worker_([this] { Work(); }) {}

Webhooks::~Webhooks() {
  stop_.Cancel();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  worker_.join();
}

void Webhooks::Tell(const std::string& site, const std::string& query, const std::string& source) {
  auto delivery = std::make_shared<Delivery>();
  delivery->id = NewUuid();
  delivery->site = site;
  delivery->query = query;
  delivery->source = source;
  delivery->body =
      json::Write(json::Object{{"id", delivery->id},
                               {"occurredAt", WebhookTime(sandboxkit::SandboxClock::RealNow())},
                               {"siteId", site},
                               {"queryId", query},
                               {"webhookSource", source}});
  delivery->due = Ticks::now();
  {
    const std::lock_guard lock(mutex_);
    if (url_.empty()) return;
    deliveries_.push_back(std::move(delivery));
    if (deliveries_.size() > kKept) deliveries_.pop_front();
  }
  wake_.notify_one();
}

void Webhooks::Work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    std::shared_ptr<Delivery> next;
    for (const auto& delivery : deliveries_) {
      if (!delivery->done && (next == nullptr || delivery->due < next->due)) next = delivery;
    }
    if (next == nullptr) {
      wake_.wait(lock);
      continue;
    }
    if (next->due > Ticks::now()) {
      wake_.wait_until(lock, next->due);
      continue;
    }
    ++next->attempts;
    lock.unlock();
    const int status = Send(*next);
    lock.lock();
    Settle(*next, status);
  }
}

int Webhooks::Send(const Delivery& delivery) {
  const bool forged = delivery.how == "forged", stale = delivery.how == "stale";
  Instant at = sandboxkit::SandboxClock::RealNow();
  if (stale) at -= kStale;
  const std::string timestamp = WebhookTime(at);
  std::string url, secret;
  {
    const std::lock_guard lock(mutex_);
    url = url_;
    secret = secret_;
  }
  if (url.empty()) return 0;
  if (forged) secret += "-forged";
  Fill(url, "{siteId}", delivery.site);
  Fill(url, "{queryId}", delivery.query);
  Fill(url, "{source}", delivery.source);
  net::HttpRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.timeout = kPatience;
  request.body = delivery.body;
  request.headers = {{"Content-Type", "application/json"},
                     {"X-Halo-Id", delivery.id},
                     {"X-Halo-Timestamp", timestamp},
                     {"X-Halo-Signature-256", SignWebhook(secret, delivery.body, timestamp)}};
  const auto response = http_->Send(request, stop_);
  return response ? response->status : 0;
}

void Webhooks::Settle(Delivery& delivery, int status) {
  delivery.status = status;
  if (Final(status) || delivery.attempts >= kMostAttempts) {
    delivery.done = true;
    return;
  }
  // Twice as long each time, and a quarter more or less so that receivers are not hit in step.
  const std::int64_t plain = first_retry_ms_ << (delivery.attempts - 1);
  const auto jitter = static_cast<std::int64_t>(
      SystemRandom().Below(static_cast<std::uint64_t>(std::max<std::int64_t>(plain / 2, 1))));
  delivery.due = Ticks::now() + std::chrono::milliseconds(plain - plain / 4 + jitter);
}

Result<json::Value> Webhooks::Change(const json::Value& body) {
  {
    const std::lock_guard lock(mutex_);
    if (body.Find("url") != nullptr) url_ = body.Text("url");
    if (body.Find("secret") != nullptr) secret_ = body.Text("secret");
    first_retry_ms_ =
        std::max<std::int64_t>(body.Integer("first_retry_ms").value_or(first_retry_ms_), 1);
  }
  wake_.notify_one();
  return Describe();
}

Result<json::Value> Webhooks::Resend(const json::Value& body) {
  const std::string how(body.Text("how"));
  if (how != "again" && how != "stale" && how != "forged")
    return MakeError(Fault::kRejected, "how must be again, stale or forged");
  auto copy = std::make_shared<Delivery>();
  {
    const std::lock_guard lock(mutex_);
    if (url_.empty()) return MakeError(Fault::kConflict, "no webhook URL is set");
    const std::string_view id = body.Text("id");
    const auto found =
        std::find_if(deliveries_.rbegin(), deliveries_.rend(),
                     [&](const auto& delivery) { return id.empty() || delivery->id == id; });
    if (found == deliveries_.rend())
      return MakeError(Fault::kNotFound, "no webhook of that id has been sent yet");
    *copy = **found;
  }
  copy->how = how;
  copy->attempts = 1;
  // Here and now, so that whoever asked sees what came of it.
  copy->status = Send(*copy);
  copy->done = true;
  const std::lock_guard lock(mutex_);
  deliveries_.push_back(copy);
  return Facts(*copy);
}

json::Value Webhooks::Facts(const Delivery& delivery) const {
  return json::Object{{"id", delivery.id},         {"site", delivery.site},
                      {"query", delivery.query},   {"source", delivery.source},
                      {"how", delivery.how},       {"attempts", delivery.attempts},
                      {"status", delivery.status}, {"done", delivery.done}};
}

json::Value Webhooks::Describe() const {
  const std::lock_guard lock(mutex_);
  json::Array sent;
  for (const auto& delivery : deliveries_) sent.push_back(Facts(*delivery));
  return json::Object{
      {"url", url_}, {"first_retry_ms", first_retry_ms_}, {"sent", std::move(sent)}};
}

}  // namespace pons::halo_connect::sandbox
