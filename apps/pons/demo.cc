// SPDX-License-Identifier: Apache-2.0
// pons demo: a sandbox practice, a running Pons and the example app, side by side in the portal's
// tour; with --check the same main job without a person.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "accounts/accounts.h"
#include "base/log.h"
#include "commands.h"
#include "connector/registry.h"
#include "json/writer.h"
#include "net/url.h"
#include "portal/portal.h"
#include "rehearsal/main_job.h"
#include "rehearsal/temporary_folder.h"
#include "rehearsal/write_job.h"
#include "sandboxes/json_client.h"
#include "sandboxes/sandbox_process.h"
#include "server/runtime.h"
#include "vendor_options.h"

namespace pons {
namespace {

constexpr char kVendor[] = "best_practice";
constexpr char kRelay[] = "halo_connect";
constexpr char kRelayedName[] = "Harbour Street Clinic";
constexpr char kPassword[] = "demo-browser-password";
constexpr char kShared[] = "skin appointments, at the practice's locations";

struct DemoOptions {
  bool check = false;
  int visits = 50;
  std::uint16_t port = 8088;
  std::string example;  // folder of the example app; empty: not started
  VendorOptions vendor;
  bool verbose = false;
};

void Progress(const std::string& what) { std::fprintf(stderr, "demo: %s\n", what.c_str()); }

ExitCode Check(const DemoOptions& given, const Registry& registry, Logger& log) {
  rehearsal::MainJobOptions options;
  options.sandbox_program = sandboxes::ProgramBesideThis("pons-sandbox");
  options.vendor = kVendor;
  options.visits = given.visits;
  options.progress = Progress;
  const auto report = rehearsal::PlayMainJob(options, registry, log);
  rehearsal::WriteJobOptions writes;
  writes.vendor = kVendor;
  writes.progress = Progress;
  const auto written = rehearsal::PlayWriteJob(writes, log);
  const bool ok = report && report->ok && written && written->ok;
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Member("ok", ok);
  if (report) {
    char number[32];
    w.Member("visits", report->visits);
    w.Member("webhooks", report->webhooks);
    w.Member("signatures_verified", report->verified);
    w.Member("patients_read_back", report->patients_read_back);
    w.Member("leaked", report->leaked);
    w.Key("visit_to_webhook_ms");
    w.BeginObject();
    std::snprintf(number, sizeof number, "%.0f",
                  rehearsal::Percentile(report->visit_to_webhook_ms, 0.5));
    w.Key("p50");
    w.Raw(number);
    std::snprintf(number, sizeof number, "%.0f",
                  rehearsal::Percentile(report->visit_to_webhook_ms, 0.99));
    w.Key("p99");
    w.Raw(number);
    w.EndObject();
  }
  if (written) {
    w.Member("booking_to_confirmed_ms",
             static_cast<std::int64_t>(written->booking_to_confirmed_ms + 0.5));
    w.Member("report_to_imported_ms",
             static_cast<std::int64_t>(written->report_to_imported_ms + 0.5));
  }
  w.Key("problems");
  w.BeginArray();
  if (report) {
    for (const auto& problem : report->problems) w.String(problem);
  }
  if (written) {
    for (const auto& problem : written->problems) w.String(problem);
  }
  w.EndArray();
  if (!report) w.Member("error", report.error().summary);
  if (!written) w.Member("error_of_writes", written.error().summary);
  w.EndObject();
  std::printf("%s\n", out.c_str());
  return ok ? ExitCode::kOk : ExitCode::kFailed;
}

// A port of this machine that nobody listens on: `wanted` where it is free, else any. It may be
// taken before it is used; whoever listens then says so.
Result<std::uint16_t> FreePort(std::uint16_t wanted) {
  for (const std::uint16_t port : {wanted, std::uint16_t{0}}) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = fd >= 0 && bind(fd, generic, length) == 0 && listen(fd, 1) == 0 &&
                       getsockname(fd, generic, &length) == 0;
    if (fd >= 0) close(fd);
    if (bound) return ntohs(address.sin_port);
  }
  return MakeError(Fault::kMisconfigured, "no port of this machine is free to listen on");
}

class Demo {
 public:
  // `relayed`: a practice behind a relay that nobody has connected yet; null: there is none.
  Demo(const DemoOptions& given, const Registry& registry,
       std::unique_ptr<sandboxes::SandboxProcess> relayed, Logger& log)
      : given_(given), registry_(registry), log_(log), relayed_(std::move(relayed)) {}

  Result<void> Start() {
    // Everybody is told beforehand who stands beside whom: only the tour may frame the other two.
    PONS_ASSIGN(const auto pons_port, FreePort(given_.port));
    PONS_ASSIGN(const auto example_port, FreePort(0));
    const std::string origin = "http://127.0.0.1:" + std::to_string(pons_port);
    Progress("starting the sandbox practice");
    PONS_ASSIGN(sandbox_, sandboxes::SandboxProcess::Start(
                              sandboxes::ProgramBesideThis("pons-sandbox"),
                              {kVendor, "--patients", "800", "--appointments", "1500", "--seed",
                               "7", "--password", kPassword, "--report-interval-ms", "5000",
                               "--framed-by", origin}));
    PONS_TRY(folder_.Make());
    Progress("starting Pons");
    server::RuntimeOptions options;
    options.data_folder = folder_.path();
    options.port = pons_port;
    options.development = true;
    options.demo = true;
    options.portal_frames = {sandbox_->control(),
                             "http://127.0.0.1:" + std::to_string(example_port)};
    options.sandbox_program = sandboxes::ProgramBesideThis("pons-sandbox");
    PONS_ASSIGN(pons_,
                server::Runtime::Start(options, registry_, SystemClock(), SystemRandom(), log_));
    PONS_TRY(SetUp());
    PONS_TRY(StartExample(origin, example_port));
    return OpenTour();
  }

  const std::string& address() const { return address_; }

 private:
  Result<json::Value> Order(std::string_view command, json::Object arguments) {
    return admin::RunAdminCommand(pons_->admin(), command, json::Value(std::move(arguments)));
  }

  Result<void> SetUp() {
    Progress("connecting the practice and sharing its skin appointments");
    sandboxes::JsonClient control(sandbox_->control());
    PONS_ASSIGN(const auto practice, control.Get("/clinic/practice"));
    PONS_ASSIGN(const auto locations, control.Get("/clinic/locations"));
    PONS_ASSIGN(const auto types, control.Get("/clinic/appointment_types"));
    json::Object mapped;
    for (const auto& location : *locations.array()) {
      mapped.emplace_back(std::string(location.Text("id")), std::string(location.Text("name")));
    }
    json::Array skin;
    for (const auto& type : *types.array()) {
      if (type.Text("name").find("kin") != std::string_view::npos) {
        skin.emplace_back(std::string(type.Text("id")));
      }
    }
    const std::string name(practice.Text("name"));
    PONS_ASSIGN(const auto organization, Order("org add", {{"name", name}}));
    organization_ = OrganizationId(std::string(organization.Text("id")));
    PONS_ASSIGN(
        const auto connection,
        Order("connection add", {{"org", std::string(organization.Text("id"))},
                                 {"vendor", kVendor},
                                 {"name", name},
                                 {"time_zone", "Australia/Sydney"},
                                 {"set", json::Object{{"server", "127.0.0.1"},
                                                      {"port", sandbox_->wire_port()},
                                                      {"report_folder", sandbox_->reports()}}},
                                 {"secret", json::Object{{"password", kPassword}}}}));
    PONS_ASSIGN(const auto app, Order("app add", {{"name", "Patient list"}}));
    app_ = app.Text("id");
    client_id_ = app.Text("client_id");
    client_secret_ = app.Text("client_secret");
    PONS_TRY(Order("grant add", {{"app", client_id_},
                                 {"connection", std::string(connection.Text("id"))},
                                 {"location", std::move(mapped)},
                                 {"appointment_type", std::move(skin)},
                                 {"switch", json::Object{{"read_clinical_data", "on"},
                                                         {"take_bookings", "on"},
                                                         {"reports_out", "on"}}}}));
    return Ok();
  }

  Result<void> StartExample(const std::string& origin, std::uint16_t port) {
    if (given_.example.empty()) return Ok();
    Progress("starting the example app");
    sandboxes::ChildOptions options;
    options.program = "node";
    options.arguments = {"dist/main.js"};
    options.folder = given_.example;
    options.patience = std::chrono::seconds(60);
    options.environment = {{"PONS_URL", pons_->url()},
                           {"CLIENT_ID", client_id_},
                           {"CLIENT_SECRET", client_secret_},
                           {"FRAMED_BY", origin},
                           {"PORT", std::to_string(port)}};
    auto started = sandboxes::ChildProcess::Start(options);
    if (!started) {
      // The practice and the API are worth looking at all the same; the page says what is missing.
      Progress("the example app did not start: " + started.error().summary);
      return Ok();
    }
    example_ = std::move(*started);
    example_url_ = example_->ready_line().substr(6);
    return Ok();
  }

  // The address that signs a browser in as the practice's admin and leads to the tour, which learns
  // from the fragment what stands beside it.
  Result<void> OpenTour() {
    net::FormFields scene = {{"practice", sandbox_->page()}, {"shared", kShared}};
    if (!example_url_.empty()) scene.emplace_back("app", example_url_);
    if (relayed_) scene.emplace_back("second", relayed_->page());
    PONS_ASSIGN(const auto way_in,
                portal::MakeDemoSession(*pons_->portal(), organization_,
                                        "/portal/tour#" + net::WriteForm(scene)));
    PONS_TRY(pons_->accounts().SetAppOwner({}, AppId(app_), pons_->portal()->demo_user));
    address_ = pons_->url() + way_in;
    return Ok();
  }

  const DemoOptions& given_;
  const Registry& registry_;
  Logger& log_;
  rehearsal::TemporaryFolder folder_;
  std::unique_ptr<sandboxes::SandboxProcess> sandbox_;
  std::unique_ptr<sandboxes::SandboxProcess> relayed_;
  std::unique_ptr<server::Runtime> pons_;
  std::unique_ptr<sandboxes::ChildProcess> example_;
  std::string example_url_;
  std::string client_id_;
  std::string client_secret_;
  std::string app_;
  OrganizationId organization_;
  std::string address_;
};

// A second practice, which stands behind the relay's sandbox and waits to be paired. Whoever has
// given settings for the real relay keeps them, and does without.
Result<std::unique_ptr<sandboxes::SandboxProcess>> StartRelayed(OperatorSettings& settings) {
  std::unique_ptr<sandboxes::SandboxProcess> relayed;
  if (settings.contains(kRelay)) return relayed;
  Progress("starting a second practice, which waits to be paired");
  PONS_ASSIGN(relayed, sandboxes::SandboxProcess::Start(
                           sandboxes::ProgramBesideThis("pons-sandbox"),
                           {kRelay, "--practice-name", kRelayedName, "--patients", "300",
                            "--appointments", "600", "--seed", "11"}));
  auto& access = settings[kRelay];
  access.Set("url", relayed->Said("halo"));
  access.SetSecret("subscription_key", relayed->Said("key"));
  return relayed;
}

ExitCode Run(const DemoOptions& given) {
  BlockStopSignals();
  const auto log = StderrLogger(given.verbose ? LogLevel::kInfo : LogLevel::kWarn);
  auto operator_settings = OperatorSettingsFrom(given.vendor);
  if (!operator_settings) return Report(operator_settings.error());
  std::unique_ptr<sandboxes::SandboxProcess> relayed;
  if (!given.check) {
    auto started = StartRelayed(*operator_settings);
    if (!started) return Report(started.error());
    relayed = std::move(*started);
  }
  Registry registry;
  if (auto known = RegisterAll(registry, *operator_settings); !known) return Report(known.error());
  if (given.check) return Check(given, registry, *log);
  Demo demo(given, registry, std::move(relayed), *log);
  if (const auto started = demo.Start(); !started) return Report(started.error());
  std::printf("ready %s\n", demo.address().c_str());
  std::fflush(stdout);
  std::fprintf(stderr, "demo: open %s in a browser; Ctrl-C ends it\n", demo.address().c_str());
  WaitForStopSignal();
  return ExitCode::kOk;
}

}  // namespace

void AddDemo(CLI::App& app, ExitCode& exit_code) {
  auto* demo =
      app.add_subcommand("demo", "Show the main job on a sandbox practice with made-up people");
  const auto given = std::make_shared<DemoOptions>();
  demo->add_flag(
      "--check", given->check,
      "Play it without a person and print one line of JSON; exit code 0 if all happened");
  demo->add_option("--visits", given->visits, "How many visits --check starts")
      ->capture_default_str()
      ->check(CLI::Range(1, 2000));
  demo->add_option("--port", given->port,
                   "Port on this machine; 0, or where it is taken: any free one")
      ->capture_default_str();
  demo->add_option("--example", given->example,
                   "Folder of the built example app to show beside it");
  AddVendorOptions(*demo, given->vendor);
  demo->add_flag("--verbose", given->verbose, "Log what the server does");
  demo->footer("Example: pons demo --check --visits 50");
  demo->callback([given, &exit_code] { exit_code = Run(*given); });
}

}  // namespace pons
