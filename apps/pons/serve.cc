// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/log.h"
#include "commands.h"
#include "connector/registry.h"
#include "server/runtime.h"
#include "vendor_options.h"

namespace pons {
namespace {

struct ServeOptions {
  std::string data = "/var/lib/pons";
  std::string listen = "127.0.0.1:8080";
  std::string public_url;
  std::string certificate;
  std::string key;
  std::vector<std::string> trusted_proxies;
  bool development = false;
  bool no_portal = false;
  std::string smtp;
  std::string smtp_from;
  std::string smtp_user;
  std::string smtp_ca_file;
  bool smtp_without_tls = false;
  std::string sandbox_program;
  VendorOptions vendor;
  bool verbose = false;
};

Result<server::RuntimeOptions> RuntimeOptionsFrom(const ServeOptions& given) {
  server::RuntimeOptions options;
  options.data_folder = given.data;
  options.public_url = given.public_url;
  options.tls_certificate_file = given.certificate;
  options.tls_key_file = given.key;
  options.trusted_proxies = given.trusted_proxies;
  options.development = given.development;
  options.portal = !given.no_portal;
  options.mail.url = given.smtp;
  options.mail.from = given.smtp_from;
  options.mail.user = given.smtp_user;
  options.mail.ca_file = given.smtp_ca_file;
  options.mail.without_tls = given.smtp_without_tls;
  // Out of the environment, so that it stands in no list of processes.
  if (const char* password = std::getenv("PONS_SMTP_PASSWORD")) {
    options.mail.password = Sensitive<std::string>(std::string(password));
  }
  options.sandbox_program = given.sandbox_program;
  const auto colon = given.listen.rfind(':');
  const int port = colon == std::string::npos ? -1 : std::atoi(given.listen.c_str() + colon + 1);
  if (port < 0 || port > 65535) {
    return MakeError(Fault::kMisconfigured,
                     "--listen wants ADDRESS:PORT, for example 127.0.0.1:8080");
  }
  options.address = given.listen.substr(0, colon);
  options.port = static_cast<std::uint16_t>(port);
  return options;
}

// Each connection of an app is an open file; the usual limit of 1,024 is for interactive programs.
void RaiseFileLimit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 65536);
  setrlimit(RLIMIT_NOFILE, &files);  // where it fails, the server makes do with fewer
}

// On standard error, not in the log: the link opens the door, and logs are kept and sent around.
void TellFirstStart(server::Runtime& runtime) {
  const auto link = runtime.FirstStartLink();
  if (!link) {
    Report(link.error());
  } else if (*link) {
    std::fprintf(stderr,
                 "pons: nobody operates this server yet. Open this link within 24 hours to make "
                 "the first account; it works once:\n  %s\n",
                 (*link)->c_str());
  }
}

ExitCode Serve(const ServeOptions& given) {
  BlockStopSignals();
  RaiseFileLimit();
  const auto log = StderrLogger(given.verbose ? LogLevel::kDebug : LogLevel::kInfo);
  const auto operator_settings = OperatorSettingsFrom(given.vendor);
  if (!operator_settings) return Report(operator_settings.error());
  Registry registry;
  if (auto known = RegisterAll(registry, *operator_settings); !known) return Report(known.error());
  const auto options = RuntimeOptionsFrom(given);
  if (!options) return Report(options.error());
  auto runtime = server::Runtime::Start(*options, registry, SystemClock(), SystemRandom(), *log);
  if (!runtime) return Report(runtime.error());
  std::printf("ready %s\n", (*runtime)->url().c_str());
  std::fflush(stdout);
  if (!given.no_portal) TellFirstStart(**runtime);
  WaitForStopSignal();
  log->Info("stopping");
  return ExitCode::kOk;
}

}  // namespace

void AddServe(CLI::App& app, ExitCode& exit_code) {
  auto* serve =
      app.add_subcommand("serve", "Run the server: read practices, tell apps, answer the API");
  const auto given = std::make_shared<ServeOptions>();
  serve->add_option("--data", given->data, "Folder for everything Pons keeps")
      ->envname("PONS_DATA")
      ->capture_default_str();
  serve->add_option("--listen", given->listen, "ADDRESS:PORT of the API; port 0: any free one")
      ->capture_default_str();
  serve->add_option("--public-url", given->public_url,
                    "Address apps reach this server under, when it is not the one it listens on");
  serve->add_option("--tls-cert", given->certificate, "Certificate chain (PEM); with --tls-key");
  serve->add_option("--tls-key", given->key, "Private key of the certificate (PEM)");
  serve
      ->add_option(
          "--trusted-proxy", given->trusted_proxies,
          "Address or range (10.0.0.0/8) of a proxy in front of this server; what it tells "
          "of its clients in X-Forwarded-For or Forwarded is believed. Repeat for more")
      ->type_size(1)
      ->expected(1)
      ->take_all();
  serve->add_flag("--development", given->development,
                  "Let webhooks go to this machine itself and the portal go without second factors "
                  "(never on a real server)");
  serve->add_flag("--no-portal", given->no_portal,
                  "Serve programs only, without the portal's pages");
  serve
      ->add_option("--smtp", given->smtp,
                   "Mail server for notices, invitations and new passwords: smtps://HOST:465 or "
                   "smtp://HOST:587; its password is in PONS_SMTP_PASSWORD")
      ->envname("PONS_SMTP");
  serve
      ->add_option("--smtp-from", given->smtp_from,
                   "Who mails come from, for instance \"Pons <pons@example.org>\"")
      ->envname("PONS_SMTP_FROM");
  serve->add_option("--smtp-user", given->smtp_user, "User of the mail server; empty: none asked")
      ->envname("PONS_SMTP_USER");
  serve->add_option("--smtp-ca-file", given->smtp_ca_file,
                    "Authorities that the mail server's certificate is believed by (PEM)");
  serve->add_flag("--smtp-without-tls", given->smtp_without_tls,
                  "Talk to the mail server in the clear (only one on this machine)");
  serve->add_option("--sandbox-program", given->sandbox_program,
                    "The pons-sandbox program; developers can then start sandbox practices");
  AddVendorOptions(*serve, given->vendor);
  serve->add_flag("--verbose", given->verbose, "Log what is usually quiet");
  serve->footer(std::string("Example: pons serve --data /var/lib/pons --listen 0.0.0.0:443 "
                            "--tls-cert pons.pem --tls-key pons.key\n") +
                VendorOptionsHelp());
  serve->callback([given, &exit_code] { exit_code = Serve(*given); });
}

}  // namespace pons
