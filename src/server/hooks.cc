// SPDX-License-Identifier: Apache-2.0
#include "server/hooks.h"

#include "json/value.h"

namespace pons::server {
namespace {

constexpr std::string_view kPath = "/hooks/";
// A vendor calls from a few addresses for all its practices.
constexpr double kPerSecond = 20;
constexpr double kBurst = 200;
constexpr int kMostForgeriesAMinute = 60;
constexpr std::size_t kMostAddresses = 10'000;
constexpr std::chrono::minutes kSameCall{10};
constexpr std::size_t kMostRemembered = 20'000;

constexpr std::array<std::string_view, 5> kOutcomeNames = {"taken", "repeated", "forged",
                                                           "unreadable", "limited"};

std::string SettingOf(const store::Connection& connection, std::string_view key) {
  const auto settings = json::Parse(connection.settings_json);
  return settings ? std::string(settings->Text(key)) : std::string();
}

}  // namespace

bool IsHookTarget(std::string_view target) { return target.starts_with(kPath); }

HookDoor::HookDoor(const Registry& registry, grants::GrantBook& book, sync::SyncEngine& engine,
                   Clock& clock, Logger& log)
    : registry_(registry),
      book_(book),
      engine_(engine),
      clock_(clock),
      log_(log),
      forgeries_(kMostForgeriesAMinute) {
  for (const auto* connector : registry.all()) {
    counts_[connector->descriptor().id] = std::make_unique<Counts>();
  }
}

void HookDoor::Handle(const net::ServerRequest& request, const net::Responder& respond) {
  const auto verdict = Take(request);
  net::ServerResponse response;
  response.status = verdict.status;
  response.needs_before_send = false;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (verdict.status == 405) response.headers.emplace_back("Allow", "POST");
  if (verdict.status == 429) response.headers.emplace_back("Retry-After", "60");
  if (verdict.status >= 400) {
    json::Value body;
    body.Set("status", std::int64_t{verdict.status});
    body.Set("title", verdict.title);
    body.Set("detail", verdict.detail);
    response.headers.emplace_back("Content-Type", "application/problem+json");
    response.body = json::Write(body);
  }
  respond(std::move(response));
}

HookDoor::Verdict HookDoor::Take(const net::ServerRequest& request) {
  const auto* connector = registry_.Find(request.path.substr(kPath.size()));
  if (connector == nullptr) {
    return {404, "Not found", "No vendor of this name calls this server."};
  }
  if (request.method != "POST") return {405, "Method not allowed", "Calls come with POST."};
  const Instant now = clock_.Now();
  if (Limited(request.peer, now)) {
    Count(*connector, Outcome::kLimited);
    return {429, "Too many requests", "This address calls too often; wait a minute."};
  }
  const auto hook = connector->ReadHook({request.headers, request.body, now});
  if (!hook) return Refuse(*connector, request, hook.error());
  if (!IsNew(std::string(connector->descriptor().id) + " " + hook->id, now)) {
    Count(*connector, Outcome::kRepeated);
    return {};
  }
  Count(*connector, Outcome::kTaken);
  Nudge(*connector, *hook);
  return {};
}

HookDoor::Verdict HookDoor::Refuse(const Connector& connector, const net::ServerRequest& request,
                                   const Error& error) {
  switch (error.fault) {
    case Fault::kUnsupported:
    case Fault::kMisconfigured:
      return {404, "Not found", "No vendor of this name calls this server."};
    case Fault::kUnauthenticated:
      forgeries_.Failed(request.peer, clock_.Now());
      Count(connector, Outcome::kForged);
      log_.Warn("a vendor's call is not signed by it, or is old",
                {{"vendor", connector.descriptor().id}, {"from", request.peer}});
      return {401, "Unauthorized", "The call is not signed as it should be, or is too old."};
    default:
      Count(connector, Outcome::kUnreadable);
      return {400, "Bad request", "The call cannot be read."};
  }
}

std::optional<milliseconds> HookDoor::Limited(const std::string& peer, Instant now) {
  if (const auto wait = forgeries_.Blocked(peer, now)) return wait;
  const std::lock_guard lock(mutex_);
  // Whoever has been forgotten begins with a full allowance.
  if (buckets_.size() >= kMostAddresses) buckets_.clear();
  auto& bucket = buckets_[peer];
  if (!bucket) bucket = std::make_unique<api::RateBucket>(kPerSecond, kBurst);
  return bucket->Take(now);
}

bool HookDoor::IsNew(std::string id, Instant now) {
  const std::lock_guard lock(mutex_);
  while (!seen_at_.empty() &&
         (now - seen_at_.front().first >= kSameCall || seen_at_.size() >= kMostRemembered)) {
    seen_.erase(seen_at_.front().second);
    seen_at_.pop_front();
  }
  if (!seen_.insert(id).second) return false;
  seen_at_.emplace_back(now, std::move(id));
  return true;
}

void HookDoor::Nudge(const Connector& connector, const Hook& hook) {
  const auto names = book_.Current();
  if (!names || hook.value.empty()) return;
  for (const auto& [key, connection] : (*names)->connections) {
    if (connection.vendor != connector.descriptor().id || connection.paused) continue;
    if (SettingOf(connection, hook.key) == hook.value) engine_.Nudge(key);
  }
}

void HookDoor::Count(const Connector& connector, Outcome outcome) {
  const auto found = counts_.find(connector.descriptor().id);
  if (found == counts_.end()) return;
  (*found->second)[static_cast<std::size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
}

void HookDoor::AppendMetrics(std::string& out) const {
  out += "# TYPE pons_hooks_total counter\n";
  for (const auto& [vendor, counts] : counts_) {
    for (std::size_t i = 0; i < kOutcomes; ++i) {
      const auto count = (*counts)[i].load(std::memory_order_relaxed);
      if (count == 0) continue;
      out += "pons_hooks_total{vendor=\"" + std::string(vendor) + "\",outcome=\"" +
             std::string(kOutcomeNames[i]) + "\"} " + std::to_string(count) + "\n";
    }
  }
}

}  // namespace pons::server
