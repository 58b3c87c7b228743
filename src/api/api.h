// SPDX-License-Identifier: Apache-2.0
// The HTTP API for apps: sign-in, FHIR reading and searching, the change feed, webhooks, and what
// operators watch (health, metrics). One object; hand Handle and BeforeSend to
// net::StartHttpServer.
//
// Promises
// - Nothing is answered that the audit trail does not hold (BeforeSend), and nothing is read while
//   it cannot be written.
// - An app sees only what its grants show it, as of the last commit: caches are checked against the
//   store's version numbers on every request, so a revoked grant or a changed record is never
//   served from one.
// - Every error of /fhir is an OperationOutcome, of /oauth an OAuth error, of /api a problem
//   document; none holds patient data.
//
// Threads: Handle and BeforeSend are called from io threads; searches, sign-in and everything that
// writes run on a pool of this object's own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/audit_trail.h"
#include "api/usage.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "net/address_policy.h"
#include "net/http.h"
#include "net/http_server.h"
#include "store/store.h"

namespace pons::commands {
class ClinicalDesk;
class Desk;
}  // namespace pons::commands

namespace pons::api {

struct ApiOptions {
  // "https://pons.example.org", without a slash at the end. Empty: as the request's Host says.
  std::string public_url = {};
  bool https = false;  // what the server speaks, for addresses made from Host
  std::string audit_folder;
  std::uint64_t audit_segment_bytes = 64u << 20;
  std::chrono::milliseconds audit_sync_interval{1000};
  std::chrono::seconds token_lifetime{300};
  double requests_per_second = 500;  // for one app, sustained
  double request_burst = 2000;
  unsigned workers = 4;
  std::size_t worker_queue = 1024;
  net::AddressPolicy webhook_policy = net::AddressPolicy::kPublicOnly;
  bool metrics_to_everyone = false;  // otherwise /metrics answers this machine only
};

struct ApiDependencies {
  store::Store& store;
  net::HttpTransport& webhook_transport;  // for test messages
  Clock& clock;
  Random& random;
  Logger& log;
  // Appends metrics of other parts in Prometheus' text format.
  std::function<void(std::string&)> more_metrics = {};
  // An empty text: ready to serve. Otherwise what is not, for /readyz.
  std::function<std::string()> not_ready = {};
  // Where writes are handed in; null: this server does not write.
  commands::Desk* desk = nullptr;
  // Counts what apps ask; null: nobody counts.
  UsageMeter* usage = nullptr;
  // Where clinical data is asked for; null: this server gives none but what is kept.
  commands::ClinicalDesk* clinical = nullptr;
  // Has a connection's reading look for changes now; empty: nobody reads here.
  std::function<void(store::ConnectionKey)> nudge = {};
  // What a connection's practice calls its system ("Best Practice"); empty: nobody knows.
  std::function<std::string(store::ConnectionKey)> system_name = {};
};

class Api {
 public:
  // Errors: those of the store and of AuditTrail::Open.
  static Result<std::unique_ptr<Api>> Create(const ApiOptions& options,
                                             const ApiDependencies& dependencies);
  virtual ~Api() = default;  // after the server has stopped

  virtual void Handle(const net::ServerRequest& request, net::Responder respond) = 0;
  virtual bool BeforeSend() = 0;
  // Answers what waits (long polls) so that the server can stop at once.
  virtual void Drain() = 0;

  // For what is done elsewhere and belongs into the same trail.
  virtual AuditTrail& audit() = 0;

  // Fills in before_send and the text of answers that could not be recorded.
  virtual void Configure(net::ServerOptions& options) = 0;
};

}  // namespace pons::api
