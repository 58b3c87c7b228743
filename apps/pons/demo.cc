// SPDX-License-Identifier: Apache-2.0
// pons demo: a sandbox practice, a running Pons and the example app on one page; with --check the
// same main job without a person.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/log.h"
#include "commands.h"
#include "connector/registry.h"
#include "demo_page.h"
#include "json/writer.h"
#include "net/http_server.h"
#include "rehearsal/json_client.h"
#include "rehearsal/main_job.h"
#include "rehearsal/sandbox_process.h"
#include "rehearsal/write_job.h"
#include "server/runtime.h"

namespace pons {
namespace {

constexpr char kVendor[] = "best_practice";
constexpr char kPassword[] = "demo-browser-password";

struct DemoOptions {
  bool check = false;
  int visits = 50;
  std::uint16_t port = 8088;
  std::string example;  // folder of the example app; empty: not started
  bool verbose = false;
};

void Progress(const std::string& what) { std::fprintf(stderr, "demo: %s\n", what.c_str()); }

ExitCode Check(const DemoOptions& given, const Registry& registry, Logger& log) {
  rehearsal::MainJobOptions options;
  options.sandbox_program = rehearsal::ProgramBesideThis("pons-sandbox");
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

// Goes last, after the runtime has let go of it.
struct DemoFolder {
  std::string path;
  ~DemoFolder() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove_all(path, ignored);
  }
};

class Demo {
 public:
  Demo(const DemoOptions& given, const Registry& registry, Logger& log)
      : given_(given), registry_(registry), log_(log) {}

  Result<void> Start() {
    Progress("starting the sandbox practice");
    PONS_ASSIGN(sandbox_, rehearsal::SandboxProcess::Start(
                              rehearsal::ProgramBesideThis("pons-sandbox"),
                              {kVendor, "--patients", "800", "--appointments", "1500", "--seed",
                               "7", "--password", kPassword, "--report-interval-ms", "5000"}));
    std::string path = (std::filesystem::temp_directory_path() / "pons-demo-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) {
      return MakeError(Fault::kMisconfigured, "cannot make a folder in " +
                                                  std::filesystem::temp_directory_path().string());
    }
    folder_.path = path;
    Progress("starting Pons");
    server::RuntimeOptions options;
    options.data_folder = path;
    options.development = true;
    PONS_ASSIGN(pons_,
                server::Runtime::Start(options, registry_, SystemClock(), SystemRandom(), log_));
    PONS_TRY(SetUp());
    PONS_TRY(StartExample());
    return ServePage();
  }

  std::string address() const { return "http://127.0.0.1:" + std::to_string(page_->port()) + "/"; }

 private:
  Result<json::Value> Order(std::string_view command, json::Object arguments) {
    return admin::RunAdminCommand(pons_->admin(), command, json::Value(std::move(arguments)));
  }

  Result<void> SetUp() {
    Progress("connecting the practice and sharing its skin appointments");
    rehearsal::JsonClient control(sandbox_->control());
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

  Result<void> StartExample() {
    if (given_.example.empty()) return Ok();
    Progress("starting the example app");
    rehearsal::ChildOptions options;
    options.program = "node";
    options.arguments = {"dist/main.js"};
    options.folder = given_.example;
    options.patience = std::chrono::seconds(60);
    options.environment = {{"PONS_URL", pons_->url()},
                           {"CLIENT_ID", client_id_},
                           {"CLIENT_SECRET", client_secret_},
                           {"PORT", "0"}};
    auto started = rehearsal::ChildProcess::Start(options);
    if (!started) {
      // The practice and the API are worth looking at all the same; the page says what is missing.
      Progress("the example app did not start: " + started.error().summary);
      return Ok();
    }
    example_ = std::move(*started);
    example_url_ = example_->ready_line().substr(6);
    return Ok();
  }

  Result<void> ServePage() {
    const std::string html = RenderDemoPage({sandbox_->page(), example_url_, pons_->url(),
                                             "skin appointments, at the practice's locations"});
    const auto shared = std::make_shared<const std::string>(html);
    net::ServerOptions options;
    options.port = given_.port;
    options.threads = 1;
    const auto handler = [shared](const net::ServerRequest& request, net::Responder respond) {
      net::ServerResponse response;
      if (request.path == "/") {
        response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                            {"Cache-Control", "no-store"}};
        response.shared_body = shared;
      } else {
        response.status = 404;
      }
      respond(std::move(response));
    };
    auto server = net::StartHttpServer(options, handler, log_);
    if (!server && given_.port != 0) {
      options.port = 0;  // somebody else has the usual one
      server = net::StartHttpServer(options, handler, log_);
    }
    if (!server) return server.error();
    page_ = std::move(*server);
    return Ok();
  }

  const DemoOptions& given_;
  const Registry& registry_;
  Logger& log_;
  DemoFolder folder_;
  std::unique_ptr<rehearsal::SandboxProcess> sandbox_;
  std::unique_ptr<server::Runtime> pons_;
  std::unique_ptr<rehearsal::ChildProcess> example_;
  std::string example_url_;
  std::string client_id_;
  std::string client_secret_;
  std::unique_ptr<net::HttpServer> page_;
};

ExitCode Run(const DemoOptions& given) {
  BlockStopSignals();
  const auto log = StderrLogger(given.verbose ? LogLevel::kInfo : LogLevel::kWarn);
  Registry registry;
  RegisterAll(registry);
  if (given.check) return Check(given, registry, *log);
  Demo demo(given, registry, *log);
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
  demo->add_option("--port", given->port, "Port of the page on this machine; 0: any free one")
      ->capture_default_str();
  demo->add_option("--example", given->example,
                   "Folder of the built example app to show beside it");
  demo->add_flag("--verbose", given->verbose, "Log what the server does");
  demo->footer("Example: pons demo --check --visits 50");
  demo->callback([given, &exit_code] { exit_code = Run(*given); });
}

}  // namespace pons
