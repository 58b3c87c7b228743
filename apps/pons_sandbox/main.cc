// SPDX-License-Identifier: Apache-2.0
// pons-sandbox VENDOR: stands in for a practice's system on this machine. Prints one line on
// standard output when it is ready, and runs until it is told to stop.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "base/text.h"
#include "vendors/best_practice/sandbox/sandbox.h"
#include "vendors/halo_connect/sandbox/sandbox.h"

namespace {

using pons::best_practice::sandbox::Encryption;
using pons::best_practice::sandbox::Sandbox;
using pons::best_practice::sandbox::SandboxOptions;
using pons::halo_connect::sandbox::HaloOptions;
using pons::halo_connect::sandbox::HaloSandbox;

struct Arguments {
  std::int64_t report_interval_ms = 300'000;
  SandboxOptions sandbox;
  std::vector<std::string> denied;
  std::string encrypt = "on";
  HaloOptions halo;
};

// Of the practice, whatever stands in front of it.
void AddPracticeOptions(CLI::App& command, Arguments& arguments) {
  SandboxOptions& o = arguments.sandbox;
  command.add_option("--patients", o.fill.patients, "How many made-up patients")
      ->capture_default_str();
  command
      .add_option(
          "--appointments", o.fill.appointments,
          "How many appointments in all: today's diary first, then the days ahead, then the past")
      ->capture_default_str();
  command.add_option("--seed", o.fill.seed, "The same seed gives the same practice")
      ->capture_default_str();
  command.add_option(
      "--load-fhir", o.load_fhir,
      "Folder with Patient.ndjson or Patient.ndjson.gz to load in place of made-up patients");
  command.add_option(
      "--database", o.database,
      "SQLite file to keep; ':memory:' for one in memory. Default: a temporary file");
  command.add_option("--zone", o.zone, "The practice's IANA time zone")->capture_default_str();
  command
      .add_option("--wire-port", o.wire.port, "Port of the SQL Server stand-in; 0: any free one")
      ->capture_default_str();
  command
      .add_option("--control-port", o.control_port,
                  "Port of the page and the control port; 0: any free one")
      ->capture_default_str();
  command.add_option("--framed-by", o.framed_by,
                     "Origin whose pages may show this one's in a frame, as a demo does; default: "
                     "none");
  command.add_option("--report-folder", o.reports.folder,
                     "Folder that Bp's results import watches, made if absent; default: a "
                     "temporary one, removed at the end");
  command
      .add_option("--report-interval-ms", arguments.report_interval_ms,
                  "How often it is looked into; Bp's own is five minutes")
      ->check(CLI::Range(100, 86'400'000))
      ->capture_default_str();
  command.add_option("--practice-name", o.fill.name, "How the practice calls itself")
      ->capture_default_str();
  command.add_option("--user", o.user, "SQL login, as Bp's 'Database browser' login")
      ->capture_default_str();
  command.add_option("--password", o.password, "Its password")->capture_default_str();
  command.add_option("--deny", arguments.denied,
                     "Table, view or procedure that the login has no right to (may be repeated)");
}

void AddWireOptions(CLI::App& command, Arguments& arguments) {
  SandboxOptions& o = arguments.sandbox;
  command
      .add_option("--encrypt", arguments.encrypt,
                  "TLS on the wire: off, on (as the client likes) or required")
      ->check(CLI::IsMember({"off", "on", "required"}))
      ->capture_default_str();
  command.add_option("--certificate", o.wire.certificate_file,
                     "PEM certificate chain; default: one made on the spot");
  command.add_option("--key", o.wire.key_file, "PEM key of the certificate");
  command.add_option("--max-connections", o.wire.max_connections, "Clients at once")
      ->capture_default_str();
}

void AddHaloOptions(CLI::App& command, Arguments& arguments) {
  HaloOptions& o = arguments.halo;
  command.add_option("--sites", o.sites, "How many clinics stand behind Halo")
      ->capture_default_str();
  command
      .add_option("--first-site-id", o.first_site_id,
                  "Bp Site ID of the first clinic; the next ones count up")
      ->capture_default_str();
  command.add_option("--port", o.port, "Port of the Cloud API; 0: any free one")
      ->capture_default_str();
  command.add_option("--key", o.key, "Subscription key that integrators send")
      ->capture_default_str();
  command.add_option("--webhook-url", o.webhook_url,
                     "Where webhooks go; may hold {siteId}, {queryId}, {source}. Default: none");
  command.add_option("--webhook-secret", o.webhook_secret, "What webhooks are signed with")
      ->capture_default_str();
  command
      .add_option("--webhook-first-retry-ms", o.webhook_first_retry_ms,
                  "How long after a webhook that was not taken it is sent again; then twice as "
                  "long each time")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  command
      .add_option("--least-frequency-seconds", o.least_frequency_seconds,
                  "Registered queries may not be more frequent; Halo's own bound is 60")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
}

// Runs until it is told to stop.
template <typename Started>
int RunUntilSignal(Started& sandbox) {
  if (!sandbox) {
    std::fprintf(stderr, "pons-sandbox: %s\n", sandbox.error().summary.c_str());
    return 1;
  }
  std::printf("%s\n", (*sandbox)->ReadyLine().c_str());
  std::fflush(stdout);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

int Serve(Arguments& arguments, bool halo) {
  arguments.sandbox.reports.interval = pons::milliseconds(arguments.report_interval_ms);
  for (const std::string& name : arguments.denied) {
    arguments.sandbox.rights.denied.insert(pons::AsciiUpper(name));
  }
  arguments.sandbox.wire.encryption = arguments.encrypt == "off"        ? Encryption::kOff
                                      : arguments.encrypt == "required" ? Encryption::kRequired
                                                                        : Encryption::kOn;
  // Every thread started below inherits the mask; this one waits for the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto log = pons::StderrLogger(pons::LogLevel::kWarn);
  if (halo) {
    arguments.halo.clinic = arguments.sandbox;
    auto sandbox = HaloSandbox::Start(arguments.halo, *log);
    return RunUntilSignal(sandbox);
  }
  auto sandbox = Sandbox::Start(arguments.sandbox, *log);
  return RunUntilSignal(sandbox);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Stands in for a practice management system: for demos, tests, and developers without one.");
  app.name("pons-sandbox");
  app.require_subcommand(1);
  app.footer(
      "Example:\n  pons-sandbox best_practice --patients 2000 --seed 7\n\n"
      "Prints when ready:\n  ready wire=tds://127.0.0.1:PORT control=http://127.0.0.1:PORT "
      "page=http://127.0.0.1:PORT/ reports=FOLDER\n"
      "and with halo_connect:\n  ready halo=http://127.0.0.1:PORT key=KEY "
      "sites=SITEID@http://127.0.0.1:PORT,...");
  Arguments arguments;
  CLI::App* command = app.add_subcommand("best_practice",
                                         "Best Practice: SQL Server's protocol (TDS 7.4) over the "
                                         "documented tables, views and procedures");
  AddPracticeOptions(*command, arguments);
  AddWireOptions(*command, arguments);
  CLI::App* halo = app.add_subcommand(
      "halo_connect", "Halo Connect: its Cloud API in front of Best Practice clinics");
  AddHaloOptions(*halo, arguments);
  AddPracticeOptions(*halo, arguments);
  CLI11_PARSE(app, argc, argv);
  return Serve(arguments, halo->parsed());
}
