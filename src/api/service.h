// SPDX-License-Identifier: Apache-2.0
// What all routes share, and the life of one call: who asks, what is written to the audit trail,
// and the shapes that errors take.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/access_keys.h"
#include "api/api.h"
#include "api/client_assertion.h"
#include "api/directory.h"
#include "api/live_asks.h"
#include "api/long_poll.h"
#include "api/metrics.h"
#include "api/reader_pool.h"
#include "api/record_cache.h"
#include "api/sessions.h"
#include "api/settle.h"
#include "api/worker_pool.h"
#include "net/url.h"

namespace pons::api {

// One request until it is answered. Finish exactly once; a call dropped without is answered 500 by
// the server.
struct Call {
  const net::ServerRequest& request;
  net::Responder respond;
  Instant began{};
  Route route = Route::kOther;
  std::string request_id = {};
  std::string base = {};  // "https://host"
  std::shared_ptr<const Session> session = {};
  bool head = false;
  // For the audit trail; an empty operation is not audited.
  std::string_view operation = {};  // a literal
  std::string_view type = {};       // a literal
  std::string id = {};
  std::string parameters = {};
  std::int64_t count = 0;
  // Goes out with the answer, whichever it is.
  net::Headers headers = {};
};
using CallPtr = std::shared_ptr<Call>;

struct Service {
  Service(const ApiOptions& api_options, const ApiDependencies& dependencies);

  const ApiOptions options;
  ApiDependencies deps;
  std::unique_ptr<AuditTrail> audit;
  HttpMetrics metrics;
  ReaderPool readers;
  Directory directory;
  Sessions sessions;
  RecordCache records;
  FailureLimit client_failures{10};  // sign-ins, by client and address
  FailureLimit peer_failures{60};    // sign-ins, by address
  FailureLimit token_failures{300};  // access tokens that are none, by address
  AssertionReplays replays;
  AccessKeyPaces access_keys;
  std::string dummy_hash;  // what the password of an unknown client is checked against
  std::string page_key;
  std::string id_prefix;
  std::atomic<std::uint64_t> id_counter{0};
  CancelToken stopping;
  LongPolls polls;
  // Before the pools, which end first: what they are at may still want to wait.
  SettleWaits settling;
  LiveAsks live_asks;
  // Last: their tasks use all of the above. Checking a secret takes 64 MiB and 60 ms, so sign-ins
  // have few threads, and cannot hold up anything else.
  WorkerPool sign_in_pool{2, 64};
  WorkerPool pool;
  // Writes wait for the disk; those who only read do not wait with them.
  WorkerPool write_pool;
  // A report keeps a processor busy for seconds and some hundred MiB: one at a time, a short queue.
  WorkerPool report_pool{1, 8};

  // Runs on one of the pools; 503 where its queue is full.
  void Later(const CallPtr& call, std::function<void(Call&)> work);
  void LaterOn(WorkerPool& chosen, const CallPtr& call, std::function<void(Call&)> work);
};

// ---- answers
inline constexpr std::string_view kFhirJson = "application/fhir+json; charset=utf-8";
inline constexpr std::string_view kJson = "application/json; charset=utf-8";

// Adds the request id, writes the audit line, counts, and answers.
void Finish(Service& service, Call& call, net::ServerResponse response);
net::ServerResponse JsonAnswer(int status, std::string_view content_type, std::string body);

// An error in the shape of the path it happened on: OperationOutcome under /fhir, a problem
// document elsewhere. `code` is FHIR's issue type.
void Fail(Service& service, Call& call, int status, std::string_view code, std::string_view text,
          net::Headers headers = {});
void Fail(Service& service, Call& call, const Error& error);

// ---- routes. Each finishes the call, now or later.
void HandleFhir(Service& service, Call&& call, std::string_view rest);
void HandleToken(Service& service, Call&& call);
void HandleChanges(Service& service, Call&& call);
void HandleWebhooks(Service& service, Call&& call, std::string_view rest);
void HandleUserLinks(Service& service, Call&& call, std::string_view rest);
void HandleNudge(Service& service, Call&& call);
void HandleAgent(Service& service, Call&& call);
void HandleLocations(Service& service, Call&& call);
void Search(Service& service, Call& call, model::Stream stream, const net::FormFields& fields);
std::string CapabilityStatement(std::string_view base, Instant since, bool writes, bool clinical);
std::string SmartConfiguration(std::string_view base);

// What follows "Authorization: Bearer"; empty where nothing does.
std::string_view BearerToken(const net::ServerRequest& request);
// The session of the call's bearer token, or an answer is given and false returned. Counts against
// the app's rate.
bool Authenticate(Service& service, Call& call);
// Allow header and 405 for any other method. HEAD counts as GET.
bool RequireMethod(Service& service, Call& call, std::string_view method, std::string_view allow);

}  // namespace pons::api
