// SPDX-License-Identifier: Apache-2.0
// What runs at a practice, with a key of its connection.
//
//   POST /api/nudge   an extension's key: "something has changed, look now". Carries nothing.
//   GET  /api/agent   an agent's key: which connection and organization it belongs to.
#include "api/access_keys.h"

#include "api/service.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"
#include "store/accounts.h"

namespace pons::api {
namespace {

using store::AccessKeyKind;

struct Holder {
  store::AccessKey key;
  store::Connection connection;
  std::string organization;  // its name
};

// Nullopt where the key is none, or its connection has been removed.
Result<std::optional<Holder>> FindHolder(Service& service, std::string_view token) {
  const std::optional<Holder> nobody;
  if (token.empty()) return nobody;
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  std::optional<store::AccessKey> key;
  PONS_TRY(reader->Accounts(
      [&](store::AccountReads& reads) { key = reads.FindAccessKey(crypto::Sha256(token)); }));
  if (!key) return nobody;
  PONS_ASSIGN(auto connections, reader->Connections());
  for (auto& connection : connections) {
    if (connection.key != key->connection || connection.settings_json.empty()) continue;
    Holder holder{std::move(*key), std::move(connection), {}};
    PONS_ASSIGN(const auto organizations, reader->Organizations());
    for (const auto& organization : organizations) {
      if (organization.id == holder.connection.organization)
        holder.organization = organization.name;
    }
    return std::optional(std::move(holder));
  }
  return nobody;
}

std::string WaitSeconds(milliseconds wait) {
  return std::to_string(std::max<std::int64_t>(1, (wait.count() + 999) / 1000));
}

void Refuse(Service& service, Call& call, std::string_view token) {
  const auto& peer = call.request.peer;
  if (const auto wait = service.token_failures.Blocked(peer, call.began)) {
    call.operation = {};  // written down often enough
    return Fail(service, call, 429, "throttled", "Too many requests without a valid key.",
                {{"Retry-After", WaitSeconds(*wait)}});
  }
  service.token_failures.Failed(peer, call.began);
  Fail(service, call, 401, token.empty() ? "login" : "expired",
       token.empty() ? "Send \"Authorization: Bearer\" with the connection's key."
                     : "This key is not valid, or not any more: make a new one in the portal, at "
                       "the connection's keys.",
       {{"WWW-Authenticate", "Bearer realm=\"pons\""}});
}

// The holder of a key of that kind; otherwise the call is answered.
std::optional<Holder> Admit(Service& service, Call& call, AccessKeyKind kind) {
  const auto token = BearerToken(call.request);
  auto found = FindHolder(service, token);
  if (!found) {
    Fail(service, call, found.error());
    return std::nullopt;
  }
  if (!*found) {
    Refuse(service, call, token);
    return std::nullopt;
  }
  auto& holder = **found;
  if (holder.key.kind != kind) {
    Fail(service, call, 403, "forbidden",
         kind == AccessKeyKind::kAgent
             ? "This is a browser extension's key: an agent has its own."
             : "This is an agent's key: a browser extension has its own.");
    return std::nullopt;
  }
  if (const auto wait = service.access_keys.Take(holder.key.key, call.began)) {
    call.operation = {};
    Fail(service, call, 429, "throttled", "Too often: once a second is enough.",
         {{"Retry-After", WaitSeconds(*wait)}});
    return std::nullopt;
  }
  if (service.access_keys.IsNews(holder.key.key, call.began)) {
    const auto written = service.deps.store.Write([&](store::Transaction& tx) {
      tx.accounts().MarkUsed(store::UseOf::kAccessKey, holder.key.key, call.began);
      return Ok();
    });
    if (!written) {
      service.deps.log.Warn("the use of a key could not be written down",
                            {{"cause", written.error().summary}});
    }
  }
  return std::move(holder);
}

void Nudge(Service& service, Call& call) {
  const auto holder = Admit(service, call, AccessKeyKind::kExtension);
  if (!holder) return;
  if (service.deps.nudge) service.deps.nudge(holder->connection.key);
  call.operation = {};  // nothing was given out, and whoever may ask asks often
  net::ServerResponse response;
  response.status = 202;
  Finish(service, call, std::move(response));
}

void WhoAmI(Service& service, Call& call) {
  const auto holder = Admit(service, call, AccessKeyKind::kAgent);
  if (!holder) return;
  call.id = holder->connection.id.value;
  call.count = 1;
  std::string body;
  json::Writer w(body);
  w.BeginObject();
  w.Key("connection");
  w.BeginObject();
  w.Member("id", holder->connection.id.value);
  w.Member("name", holder->connection.name);
  w.EndObject();
  w.Member("organization", holder->organization);
  w.EndObject();
  auto response = JsonAnswer(200, kJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  Finish(service, call, std::move(response));
}

}  // namespace

AccessKeyPaces::Pace& AccessKeyPaces::Of(std::int64_t key) {
  auto& pace = paces_[key];
  if (pace == nullptr) pace = std::make_unique<Pace>();
  return *pace;
}

std::optional<milliseconds> AccessKeyPaces::Take(std::int64_t key, Instant now) {
  const std::lock_guard lock(mutex_);
  return Of(key).bucket.Take(now);
}

bool AccessKeyPaces::IsNews(std::int64_t key, Instant now) {
  const std::lock_guard lock(mutex_);
  auto& pace = Of(key);
  if (now - pace.written < std::chrono::minutes(1)) return false;
  pace.written = now;
  return true;
}

void HandleNudge(Service& service, Call&& call) {
  call.operation = "nudge";
  call.type = "Connection";
  if (!RequireMethod(service, call, "POST", "POST")) return;
  service.LaterOn(service.write_pool, std::make_shared<Call>(std::move(call)),
                  [&service](Call& later) { Nudge(service, later); });
}

void HandleAgent(Service& service, Call&& call) {
  call.operation = "agent";
  call.type = "Connection";
  if (!RequireMethod(service, call, "GET", "GET")) return;
  service.LaterOn(service.write_pool, std::make_shared<Call>(std::move(call)),
                  [&service](Call& later) { WhoAmI(service, later); });
}

}  // namespace pons::api
