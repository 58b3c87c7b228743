// SPDX-License-Identifier: Apache-2.0
#include "server/runtime.h"

#include <algorithm>
#include <atomic>
#include <map>

#include "accounts/accounts.h"
#include "admin/admin_server.h"
#include "admin/audit.h"
#include "admin/leaving.h"
#include "api/api.h"
#include "base/log_ring.h"
#include "commands/clinical_engine.h"
#include "commands/engine.h"
#include "delivery/dispatcher.h"
#include "net/http.h"
#include "net/http_server.h"
#include "notify/smtp.h"
#include "portal/developer.h"
#include "portal/portal.h"
#include "portal/practice.h"
#include "server/hooks.h"
#include "sync/vendor_side.h"

namespace pons::server {
namespace {

void AppendCounter(std::string& out, std::string_view name, std::uint64_t value) {
  ((((out += "# TYPE ") += name) += " counter\n") += name) += ' ';
  (out += std::to_string(value)) += '\n';
}

// Members are in the order they are made; they go in the reverse, so that nothing is called after
// what it leans on has gone.
class RunningPons final : public Runtime {
 public:
  RunningPons(RuntimeOptions options, std::unique_ptr<store::Store> store, const Registry& registry,
              Clock& clock, Random& random, Logger& log)
      : options_(std::move(options)),
        registry_(registry),
        clock_(clock),
        random_(random),
        log_ring_(log, clock),
        log_(log_ring_),
        store_(std::move(store)),
        usage_(*store_, clock),
        vendor_side_(*store_, clock, log_),
        book_(*store_),
        webhook_transport_(net::MakeCurlTransport(WebhookCurl(options_))),
        vendor_transport_(net::MakeCurlTransport({.policy = Policy(options_)})),
        dispatcher_(*store_, *webhook_transport_, clock, random, log_),
        engine_(*store_, book_, registry, clock, random, log_, vendor_transport_.get(),
                EngineOf(options_, vendor_side_)),
        commands_(*store_, book_, registry, clock, random, log_, vendor_transport_.get(),
                  {.vendor_side = &vendor_side_}),
        clinical_(*store_, book_, registry, clock, random, log_, vendor_transport_.get(),
                  {.vendor_side = &vendor_side_}),
        hooks_(registry, book_, engine_, clock, log_) {}

  ~RunningPons() override {
    cancel_.Cancel();
    admin_server_.reset();
    if (api_) api_->Drain();
    if (server_) server_->Stop();
    server_.reset();
    leaver_.reset();
    portal_.reset();
    if (portal_context_) portal_context_->practice_state.reset();
    if (portal_context_) portal::StopDeveloper(*portal_context_);
    api_.reset();
    if (const auto saved = usage_.Save(); !saved) {
      log_.Warn("usage of the last minute is lost", {{"cause", saved.error().summary}});
    }
    clinical_.Stop();
    commands_.Stop();
    engine_.Stop();
    if (const auto saved = vendor_side_.Save(); !saved) {
      log_.Warn("counts of vendors' requests are lost", {{"cause", saved.error().summary}});
    }
    dispatcher_.Stop();
  }

  Result<void> Run() {
    if (!options_.mail.url.empty()) PONS_TRY(notify::CheckSmtp(SmtpOf(options_.mail)));
    api::ApiOptions api_options;
    api_options.public_url = options_.public_url;
    api_options.https = !options_.tls_certificate_file.empty();
    api_options.audit_folder = options_.data_folder + "/audit";
    api_options.webhook_policy = Policy(options_);
    const api::ApiDependencies dependencies{
        *store_,
        *webhook_transport_,
        clock_,
        random_,
        log_,
        [this](std::string& out) { AppendMetrics(out); },
        {},
        &commands_,
        &usage_,
        &clinical_,
        [this](store::ConnectionKey key) { engine_.Nudge(key); },
        [this](store::ConnectionKey key) { return SystemName(key); }};
    PONS_ASSIGN(api_, api::Api::Create(api_options, dependencies));
    net::ServerOptions server_options;
    server_options.address = options_.address;
    server_options.port = options_.port;
    server_options.tls_certificate_file = options_.tls_certificate_file;
    server_options.tls_key_file = options_.tls_key_file;
    for (const auto& proxy : options_.trusted_proxies) {
      PONS_ASSIGN(auto block, net::ParseAddressBlock(proxy));
      server_options.trusted_proxies.push_back(block);
    }
    api_->Configure(server_options);
    server_options.body_limit =
        [others = std::move(server_options.body_limit)](const net::ServerRequest& request) {
          return IsHookTarget(request.target) ? kMostHookBytes : others(request);
        };
    MakeAccounts();
    PONS_TRY(dispatcher_.Start());
    vendor_side_.set_audit(admin::AuditInto(api_->audit()));
    engine_.Start();
    commands_.Start();
    clinical_.Start();
    PONS_ASSIGN(server_, net::StartHttpServer(
                             server_options,
                             [this](const net::ServerRequest& request, net::Responder respond) {
                               if (IsHookTarget(request.target)) {
                                 return hooks_.Handle(request, respond);
                               }
                               auto* portal = live_portal_.load(std::memory_order_acquire);
                               if (portal != nullptr && portal->Handle(request, respond)) return;
                               api_->Handle(request, std::move(respond));
                             },
                             log_));
    PONS_TRY(OpenAdminDoor());
    if (options_.portal) OpenPortal();
    return Ok();
  }

  std::uint16_t port() const override { return server_->port(); }
  std::string url() const override {
    if (!options_.public_url.empty()) return options_.public_url;
    const bool tls = !options_.tls_certificate_file.empty();
    const std::string host = options_.address == "0.0.0.0" ? "127.0.0.1" : options_.address;
    return (tls ? "https://" : "http://") + host + ":" + std::to_string(port());
  }
  store::Store& store() override { return *store_; }
  grants::GrantBook& book() override { return book_; }
  sync::SyncEngine& engine() override { return engine_; }
  commands::CommandEngine& commands() override { return commands_; }
  admin::AdminContext& admin() override { return *admin_; }
  accounts::Accounts& accounts() override { return *accounts_; }
  portal::PortalContext* portal() override { return portal_context_.get(); }
  Result<std::optional<std::string>> FirstStartLink() override {
    const std::optional<std::string> none;
    PONS_ASSIGN(const bool needed, accounts_->NeedsFirstOperator());
    if (!needed) return none;
    PONS_ASSIGN(const auto link, accounts_->MakeFirstLink());
    return std::optional(link.Address(url()));
  }

 private:
  void MakeAccounts() {
    accounts::AccountOptions options;
    options.waive_second_factor = options_.development;
    options.audit = portal::AuditAccountsInto(api_->audit());
    accounts_ = accounts::Accounts::Make(*store_, clock_, random_, std::move(options));
  }

  // Last, when everything is there that handlers work on; until then the API answers alone.
  void OpenPortal() {
    portal_context_ = std::make_unique<portal::PortalContext>(
        portal::PortalContext{.store = *store_,
                              .accounts = *accounts_,
                              .admin = *admin_,
                              .audit = api_->audit(),
                              .clock = clock_,
                              .random = random_,
                              .log = log_,
                              .book = &book_,
                              .engine = &engine_,
                              .commands = &commands_,
                              .webhook_transport = webhook_transport_.get(),
                              .development = options_.development,
                              .demo = options_.demo,
                              .sandbox_program = options_.sandbox_program});
    StartMail();
    portal::StartPractice(*portal_context_, {.watch_every = options_.watch_every});
    portal::PrepareDeveloper(*portal_context_, {&usage_, &log_ring_});
    portal::PortalOptions portal_options;
    portal_options.public_url = options_.public_url;
    portal_options.https = !options_.tls_certificate_file.empty();
    portal_options.development = options_.development;
    portal_options.frame_sources = options_.portal_frames;
    portal_ = portal::Portal::Make(portal_options, *portal_context_);
    live_portal_.store(portal_.get(), std::memory_order_release);
  }

  static notify::SmtpSettings SmtpOf(const MailOptions& mail) {
    notify::SmtpSettings settings;
    settings.url = mail.url;
    settings.from = mail.from;
    settings.user = mail.user;
    settings.password = mail.password;
    settings.ca_file = mail.ca_file;
    settings.require_tls = !mail.without_tls;
    return settings;
  }
  void StartMail() {
    if (options_.mail.url.empty()) return;
    mailer_ = notify::Mailer::Start(SmtpOf(options_.mail), clock_, random_, log_);
    portal_context_->send_mail = [this](const portal::Mail& mail) {
      if (mailer_->Queue({mail.to, mail.subject, mail.text})) return;
      log_.Error("a mail is dropped: too many wait for the mail server");
    };
  }

  Result<void> OpenAdminDoor() {
    admin_ = std::make_unique<admin::AdminContext>(
        admin::AdminContext{.store = *store_,
                            .vendors = registry_,
                            .clock = clock_,
                            .random = random_,
                            .log = log_,
                            .cancel = cancel_,
                            .data_folder = options_.data_folder,
                            .audit_folder = options_.data_folder + "/audit",
                            .api_address = url(),
                            .webhook_addresses = Policy(options_),
                            .vendor_addresses = Policy(options_),
                            .certificate_files = {}});
    if (!options_.tls_certificate_file.empty()) {
      admin_->certificate_files.push_back(options_.tls_certificate_file);
    }
    admin_->live_health = [this] { return engine_.health(); };
    admin_->progress = [this](store::ConnectionKey key) { return ProgressLines(key); };
    admin_->audit = admin::AuditInto(api_->audit());
    admin_->vendor_side = &vendor_side_;
    leaver_ = std::make_unique<admin::Leaver>(*admin_);
    admin_->leaver = leaver_.get();
    PONS_ASSIGN(admin_server_, admin::StartAdminServer(*admin_));
    return Ok();
  }

  std::string SystemName(store::ConnectionKey key) {
    const auto book = book_.Current();
    if (!book) return {};
    const auto found = (*book)->connections.find(key);
    const auto* vendor =
        found == (*book)->connections.end() ? nullptr : registry_.Find(found->second.vendor);
    return vendor == nullptr ? std::string() : std::string(vendor->descriptor().name);
  }

  std::vector<std::string> ProgressLines(store::ConnectionKey key) const {
    std::vector<std::string> lines;
    for (const auto& stream : engine_.progress(key)) {
      if (!stream.sweeping) continue;
      std::string line =
          std::string(model::StreamName(stream.stream)) + ": " + std::to_string(stream.read);
      if (stream.total) line += " of " + std::to_string(*stream.total);
      lines.push_back(line + " read");
    }
    return lines;
  }

  static sync::EngineOptions EngineOf(const RuntimeOptions& options, sync::VendorSide& side) {
    auto engine = options.engine;
    engine.vendor_side = &side;
    return engine;
  }
  static net::AddressPolicy Policy(const RuntimeOptions& options) {
    return options.development ? net::AddressPolicy::kAnyForDevelopment
                               : net::AddressPolicy::kPublicOnly;
  }
  static net::CurlSettings WebhookCurl(const RuntimeOptions& options) {
    net::CurlSettings settings;
    settings.policy = Policy(options);
    return settings;
  }

  void AppendCommandMetrics(std::string& out, const grants::Snapshot& names) {
    const auto reader = store_->OpenReader();
    if (!reader) return;
    const auto tallies = (*reader)->CommandTallies();
    if (!tallies) return;
    out += "# TYPE pons_commands gauge\n";
    std::map<std::string, Instant> oldest;
    for (const auto& row : *tallies) {
      const auto found = names.connections.find(row.connection);
      if (found == names.connections.end()) continue;
      const auto state = static_cast<commands::State>(row.state);
      out += "pons_commands{connection=\"" + found->second.id.value + "\",kind=\"" +
             std::string(model::CommandKindName(row.kind)) + "\",state=\"" +
             std::string(commands::StateName(state)) + "\"} " + std::to_string(row.count) + "\n";
      if (commands::IsFinal(state)) continue;
      auto& first = oldest.try_emplace(found->second.id.value, row.oldest).first->second;
      first = std::min(first, row.oldest);
    }
    out += "# TYPE pons_command_oldest_open_seconds gauge\n";
    for (const auto& [connection, since] : oldest) {
      const auto age = std::chrono::duration_cast<seconds>(clock_.Now() - since);
      out += "pons_command_oldest_open_seconds{connection=\"" + connection + "\"} " +
             std::to_string(age.count()) + "\n";
    }
  }

  void AppendMetrics(std::string& out) {
    const auto sent = dispatcher_.counters();
    AppendCounter(out, "pons_delivery_attempts_total", sent.attempts);
    AppendCounter(out, "pons_deliveries_total", sent.delivered);
    AppendCounter(out, "pons_delivery_retries_total", sent.retried);
    AppendCounter(out, "pons_deliveries_failed_total", sent.failed);
    hooks_.AppendMetrics(out);
    out += "# TYPE pons_connection_seconds_since_success gauge\n";
    const auto book = book_.Current();
    if (!book) return;
    AppendConnectionMetrics(out, **book);
    AppendCommandMetrics(out, **book);
    AppendVendorMetrics(out, **book);
  }
  void AppendVendorMetrics(std::string& out, const grants::Snapshot& names) {
    const auto totals = vendor_side_.totals();
    if (totals.empty()) return;
    out += "# TYPE pons_vendor_requests_total counter\n";
    for (const auto& [which, count] : totals) {
      const auto found = names.connections.find(which.first);
      if (found == names.connections.end()) continue;
      out += "pons_vendor_requests_total{connection=\"" + found->second.id.value + "\",what=\"" +
             which.second + "\"} " + std::to_string(count) + "\n";
    }
  }
  void AppendConnectionMetrics(std::string& out, const grants::Snapshot& names) {
    for (const auto& [key, health] : engine_.health()) {
      const auto found = names.connections.find(key);
      if (found == names.connections.end() || !health.last_success) continue;
      const auto age = std::chrono::duration_cast<seconds>(clock_.Now() - *health.last_success);
      out += "pons_connection_seconds_since_success{connection=\"" + found->second.id.value +
             "\",state=\"" + std::string(store::ReadStateName(health.state)) + "\"} " +
             std::to_string(age.count()) + "\n";
    }
  }

  RuntimeOptions options_;
  const Registry& registry_;
  Clock& clock_;
  Random& random_;
  LogRing log_ring_;
  Logger& log_;
  std::unique_ptr<store::Store> store_;
  api::UsageMeter usage_;
  sync::VendorSide vendor_side_;
  grants::GrantBook book_;
  std::unique_ptr<net::HttpTransport> webhook_transport_;
  std::unique_ptr<net::HttpTransport> vendor_transport_;
  delivery::DeliveryDispatcher dispatcher_;
  sync::SyncEngine engine_;
  commands::CommandEngine commands_;
  commands::ClinicalEngine clinical_;
  HookDoor hooks_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<accounts::Accounts> accounts_;
  std::atomic<portal::Portal*> live_portal_{nullptr};
  CancelToken cancel_;
  std::unique_ptr<admin::AdminContext> admin_;
  std::unique_ptr<admin::Leaver> leaver_;
  std::unique_ptr<notify::Mailer> mailer_;
  std::unique_ptr<portal::PortalContext> portal_context_;
  std::unique_ptr<portal::Portal> portal_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<admin::AdminServer> admin_server_;
};

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::Start(const RuntimeOptions& options,
                                                const Registry& registry, Clock& clock,
                                                Random& random, Logger& log) {
  PONS_ASSIGN(auto store, store::Store::Open({options.data_folder}, clock, random, log));
  auto running =
      std::make_unique<RunningPons>(options, std::move(store), registry, clock, random, log);
  PONS_TRY(running->Run());
  return std::unique_ptr<Runtime>(std::move(running));
}

}  // namespace pons::server
