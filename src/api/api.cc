// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <algorithm>

#include "api/service.h"
#include "api/writes.h"
#include "fhir/operation_outcome.h"
#include "json/writer.h"

namespace pons::api {
namespace {

constexpr std::string_view kUnrecorded =
    "The audit trail cannot be written at the moment, so nothing is given out. Try again later; "
    "the "
    "server's operator has been told.";

constexpr std::string_view kTooLarge =
    "The body is too large: 1 MiB, or 32 MiB where documents are taken and the token is good.";

bool IsPlainId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

bool IsPlainHost(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == ':' || c == '[' || c == ']';
  });
}

// A proxy on this machine passes on what others ask.
bool FromThisMachine(const net::ServerRequest& request) {
  const std::string_view peer = request.peer;
  const bool local = peer == "127.0.0.1" || peer == "::1" || peer == "::ffff:127.0.0.1";
  for (const std::string_view header : {"forwarded", "x-forwarded-for", "via"}) {
    if (!net::FindHeader(request.headers, header).empty()) return false;
  }
  return local;
}

class ApiImpl final : public Api {
 public:
  ApiImpl(const ApiOptions& options, const ApiDependencies& dependencies)
      : service_(options, dependencies) {}
  ~ApiImpl() override { Drain(); }

  Result<void> Start() {
    PONS_ASSIGN(service_.audit,
                AuditTrail::Open({.folder = service_.options.audit_folder,
                                  .segment_bytes = service_.options.audit_segment_bytes,
                                  .sync_interval = service_.options.audit_sync_interval},
                                 service_.deps.clock, service_.deps.log));
    service_.deps.store.AddCommitListener(
        [wake = service_.polls.Waker()](const store::CommitInfo& info) {
          if (info.records || info.settings) wake();
        });
    PONS_TRY(service_.directory.Current());
    return Ok();
  }

  void Handle(const net::ServerRequest& request, net::Responder respond) override {
    Call call{.request = request, .respond = std::move(respond)};
    call.began = service_.deps.clock.Now();
    call.head = request.method == "HEAD";
    call.request_id = RequestId(request);
    const std::string_view path = request.path;
    if (path == "/healthz" || path == "/readyz" || path == "/metrics") return Watch(call);
    call.base = Base(request);
    // What is not going to be recorded is not looked up either.
    if (!service_.audit->healthy()) {
      return Fail(service_, call, 503, "transient", kUnrecorded, {{"Retry-After", "5"}});
    }
    constexpr std::string_view kFhir = "/fhir/R4/";
    if (path.starts_with(kFhir)) {
      return HandleFhir(service_, std::move(call), path.substr(kFhir.size()));
    }
    if (path == "/oauth/token") return HandleToken(service_, std::move(call));
    if (path == "/api/changes") return HandleChanges(service_, std::move(call));
    constexpr std::string_view kWebhooks = "/api/webhooks";
    if (path == kWebhooks || path.starts_with("/api/webhooks/")) {
      return HandleWebhooks(service_, std::move(call), path.substr(kWebhooks.size()));
    }
    constexpr std::string_view kUserLinks = "/api/user-links";
    if (path == kUserLinks || path.starts_with("/api/user-links/")) {
      return HandleUserLinks(service_, std::move(call), path.substr(kUserLinks.size()));
    }
    if (path == "/api/nudge") return HandleNudge(service_, std::move(call));
    if (path == "/api/agent") return HandleAgent(service_, std::move(call));
    if (path == "/api/locations") return HandleLocations(service_, std::move(call));
    if (path == "/.well-known/smart-configuration") {
      call.route = Route::kMetadata;
      if (!RequireMethod(service_, call, "GET", "GET")) return;
      return Finish(service_, call, JsonAnswer(200, kJson, SmartConfiguration(call.base)));
    }
    Fail(service_, call, 404, "not-found",
         "There is nothing here; FHIR is at /fhir/R4/, sign-in at /oauth/token.");
  }

  bool BeforeSend() override { return service_.audit->Commit(); }

  AuditTrail& audit() override { return *service_.audit; }
  void Drain() override {
    service_.stopping.Cancel();
    service_.polls.Drain();
    service_.settling.Drain();
    service_.live_asks.Drain();
  }

  void Configure(net::ServerOptions& options) override {
    options.max_body_bytes = kMostUploadBytes;
    options.body_limit = [this](const net::ServerRequest& request) {
      return BodyLimit(service_, request);
    };
    options.too_large_content_type = kFhirJson;
    options.too_large_body = fhir::OperationOutcome("error", "too-long", kTooLarge);
    options.before_send = [this] { return BeforeSend(); };
    options.unsendable_content_type = kFhirJson;
    options.unsendable_body = fhir::OperationOutcome("error", "transient", kUnrecorded);
  }

 private:
  std::string RequestId(const net::ServerRequest& request) {
    const std::string_view given = net::FindHeader(request.headers, "x-request-id");
    if (IsPlainId(given)) return std::string(given);
    return service_.id_prefix +
           std::to_string(service_.id_counter.fetch_add(1, std::memory_order_relaxed));
  }

  std::string Base(const net::ServerRequest& request) const {
    if (!service_.options.public_url.empty()) return service_.options.public_url;
    const std::string_view host = net::FindHeader(request.headers, "host");
    return (service_.options.https ? "https://" : "http://") +
           std::string(IsPlainHost(host) ? host : std::string_view("localhost"));
  }

  void Watch(Call& call) {
    call.route = Route::kHealth;
    if (!RequireMethod(service_, call, "GET", "GET")) return;
    if (call.request.path == "/healthz") {
      return Finish(service_, call, JsonAnswer(200, kJson, R"({"status":"up"})"));
    }
    if (call.request.path == "/readyz") return Ready(call);
    if (!service_.options.metrics_to_everyone && !FromThisMachine(call.request)) {
      return Fail(service_, call, 403, "forbidden", "Metrics are told to this machine only.");
    }
    std::string body;
    service_.metrics.Append(body);
    body +=
        "# HELP pons_audit_healthy 1 while the audit trail can be written.\n"
        "# TYPE pons_audit_healthy gauge\npons_audit_healthy " +
        std::to_string(service_.audit->healthy() ? 1 : 0) + "\n" +
        "# HELP pons_api_queue Searches and the like that wait for a worker.\n"
        "# TYPE pons_api_queue gauge\npons_api_queue " +
        std::to_string(service_.pool.queued()) + "\n" +
        "# HELP pons_api_waiting Calls that wait for a change.\n"
        "# TYPE pons_api_waiting gauge\npons_api_waiting " +
        std::to_string(service_.polls.waiting()) + "\n" +
        "# HELP pons_api_settling Writes that wait for the practice's answer.\n"
        "# TYPE pons_api_settling gauge\npons_api_settling " +
        std::to_string(service_.settling.waiting()) + "\n";
    if (service_.deps.more_metrics) service_.deps.more_metrics(body);
    Finish(service_, call, JsonAnswer(200, "text/plain; version=0.0.4", std::move(body)));
  }

  void Ready(Call& call) {
    std::string cause;
    if (!service_.audit->healthy()) {
      cause = kUnrecorded;
    } else if (const auto current = service_.directory.Current(); !current) {
      cause = current.error().summary;
    } else if (service_.deps.not_ready) {
      cause = service_.deps.not_ready();
    }
    std::string body;
    json::Writer w(body);
    w.BeginObject();
    w.Member("status", cause.empty() ? "ready" : "not ready");
    w.MemberIfAny("cause", cause);
    w.EndObject();
    Finish(service_, call, JsonAnswer(cause.empty() ? 200 : 503, kJson, std::move(body)));
  }

  Service service_;
};

}  // namespace

Result<std::unique_ptr<Api>> Api::Create(const ApiOptions& options,
                                         const ApiDependencies& dependencies) {
  auto api = std::make_unique<ApiImpl>(options, dependencies);
  PONS_TRY(api->Start());
  return std::unique_ptr<Api>(std::move(api));
}

}  // namespace pons::api
