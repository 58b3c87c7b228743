// SPDX-License-Identifier: Apache-2.0
#include "api/service.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/operation_outcome.h"
#include "json/writer.h"
#include "net/http_wire.h"

namespace pons::api {
namespace {

bool OnFhirPath(const Call& call) { return call.request.path.starts_with("/fhir/"); }

std::string Problem(int status, std::string_view code, std::string_view text) {
  std::string body;
  json::Writer w(body);
  w.BeginObject();
  w.Member("type", "about:blank");
  w.Member("title", net::StatusText(status));
  w.Member("status", status);
  w.Member("code", code);
  w.Member("detail", text);
  w.EndObject();
  return body;
}

// Under /fhir and /api, what cannot be read or is not supported is a word of the request: a search
// parameter, a scope, a body. FHIR and OAuth have 400 for those.
int StatusOf(Fault fault) {
  const bool malformed =
      fault == Fault::kMisconfigured || fault == Fault::kUnsupported || fault == Fault::kProtocol;
  return malformed ? 400 : net::StatusOf(fault);
}

}  // namespace

Service::Service(const ApiOptions& api_options, const ApiDependencies& dependencies)
    : options(api_options),
      deps(dependencies),
      readers(deps.store),
      directory(deps.store, options.requests_per_second, options.request_burst),
      sessions(deps.store, directory, readers),
      dummy_hash(crypto::HashPassword(Sensitive<std::string>(NewId(deps.random)))),
      page_key(crypto::KeyedHash(deps.store.identity_key(), "api page token", 32)),
      id_prefix(NewId(deps.random).substr(0, 6) + "-"),
      polls(deps.clock),
      pool(std::max(1u, options.workers), options.worker_queue),
      write_pool(std::max(1u, options.workers), options.worker_queue) {}

void Service::Later(const CallPtr& call, std::function<void(Call&)> work) {
  LaterOn(pool, call, std::move(work));
}

void Service::LaterOn(WorkerPool& chosen, const CallPtr& call, std::function<void(Call&)> work) {
  if (!chosen.Run([call, work = std::move(work)] { work(*call); })) {
    Fail(*this, *call, 503, "throttled", "The server is busy; try again in a moment.",
         {{"Retry-After", "1"}});
  }
}

net::ServerResponse JsonAnswer(int status, std::string_view content_type, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.headers.reserve(4);
  response.headers.emplace_back("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

void Finish(Service& service, Call& call, net::ServerResponse response) {
  response.headers.emplace_back("X-Request-Id", call.request_id);
  for (auto& header : call.headers) response.headers.push_back(std::move(header));
  if (!call.operation.empty()) {
    AuditEntry entry;
    entry.request = call.request_id;
    if (call.session != nullptr) {
      entry.app = call.session->app->app.id.value;
      entry.organization = call.session->app->organizations;
    } else {
      entry.peer = call.request.peer;
    }
    entry.operation = call.operation;
    entry.type = call.type;
    entry.id = call.id;
    entry.parameters = call.parameters;
    entry.status = response.status;
    entry.count = call.count;
    service.audit->Add(entry);
  }
  response.needs_before_send = !call.operation.empty();
  const Instant now = service.deps.clock.Now();
  service.metrics.Count(call.route, response.status, now - call.began);
  if (service.deps.usage != nullptr && call.session != nullptr) {
    // Who follows changes waits for them.
    std::optional<milliseconds> took;
    if (call.route != Route::kChanges) took = now - call.began;
    auto* usage = service.deps.usage;
    if (usage->Count(call.session->app->app.key, response.status, took)) {
      service.write_pool.Run([usage] { static_cast<void>(usage->Save()); });
    }
  }
  // The request may be gone once the answer is out: nothing of the call is used after this.
  call.respond(std::move(response));
}

void Fail(Service& service, Call& call, int status, std::string_view code, std::string_view text,
          net::Headers headers) {
  call.count = 0;
  net::ServerResponse response =
      OnFhirPath(call)
          ? JsonAnswer(status, kFhirJson, fhir::OperationOutcome("error", code, text))
          : JsonAnswer(status, "application/problem+json", Problem(status, code, text));
  for (auto& header : headers) response.headers.push_back(std::move(header));
  Finish(service, call, std::move(response));
}

void Fail(Service& service, Call& call, const Error& error) {
  const int status = StatusOf(error.fault);
  if (status >= 500) {
    service.deps.log.Error("request failed", {{"request", call.request_id},
                                              {"operation", call.operation},
                                              {"fault", FaultName(error.fault)},
                                              {"cause", error.summary}});
  }
  // What went wrong inside is for the operator's log.
  const std::string_view text =
      error.fault == Fault::kInternal
          ? std::string_view("The server failed; its operator can look the request id up.")
          : std::string_view(error.summary);
  net::Headers headers;
  if (status == 503) headers.emplace_back("Retry-After", "5");
  Fail(service, call, status, fhir::IssueCodeOf(error.fault), text, std::move(headers));
}

std::string_view BearerToken(const net::ServerRequest& request) {
  const std::string_view header = net::FindHeader(request.headers, "authorization");
  if (header.size() < 8 || !EqualsIgnoringAsciiCase(header.substr(0, 7), "Bearer ")) return {};
  return Trim(header.substr(7));
}

bool Authenticate(Service& service, Call& call) {
  const std::string_view token = BearerToken(call.request);
  const auto found = service.sessions.Find(token, call.began);
  if (!found) {
    Fail(service, call, found.error());
    return false;
  }
  if (*found == nullptr) {
    const bool given = !token.empty();
    if (const auto wait = service.token_failures.Blocked(call.request.peer, call.began)) {
      // Written down often enough: a stranger must not be able to fill the disk.
      call.operation = {};
      Fail(service, call, 429, "throttled", "Too many requests without a valid token.",
           {{"Retry-After", std::to_string((wait->count() + 999) / 1000)}});
      return false;
    }
    service.token_failures.Failed(call.request.peer, call.began);
    Fail(service, call, 401, given ? "expired" : "login",
         given ? "The access token is not valid, or not any more: ask /oauth/token for a new one."
               : "Sign in: send \"Authorization: Bearer\" with a token from /oauth/token.",
         {{"WWW-Authenticate",
           given ? "Bearer realm=\"pons\", error=\"invalid_token\"" : "Bearer realm=\"pons\""}});
    return false;
  }
  call.session = *found;
  if (const auto wait = call.session->app->bucket->Take(call.began)) {
    const auto seconds = std::max<std::int64_t>(1, (wait->count() + 999) / 1000);
    Fail(service, call, 429, "throttled", "Too many requests: wait, then go on more slowly.",
         {{"Retry-After", std::to_string(seconds)}});
    return false;
  }
  return true;
}

bool RequireMethod(Service& service, Call& call, std::string_view method, std::string_view allow) {
  if (call.request.method == method || (call.head && method == "GET")) return true;
  Fail(service, call, 405, "not-supported", "This address takes " + std::string(allow) + " only.",
       {{"Allow", std::string(allow)}});
  return false;
}

}  // namespace pons::api
