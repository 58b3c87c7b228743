// SPDX-License-Identifier: Apache-2.0
// pons: the server and the operator's command line.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/version.h"
#include "commands.h"
#include "crypto/crypto.h"
#include "suggest.h"

int main(int argc, char** argv) {
  pons::crypto::InitCrypto();
  CLI::App app{"Pons keeps the apps around a clinic in step with its practice management system."};
  app.name("pons");
  app.require_subcommand(1);
  app.set_version_flag("--version", "pons " + std::string(pons::kVersion));
  app.footer("Every command has --help with an example. Start with: pons demo");
  pons::ExitCode exit_code = pons::ExitCode::kOk;
  pons::AddServe(app, exit_code);
  pons::AddDemo(app, exit_code);
  pons::AddReport(app, exit_code);
  pons::AddHl7(app, exit_code);
  pons::AddAdminCommands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const auto unknown = pons::UnknownWord(app, argc, argv);
    if (error.get_exit_code() != 0 && !unknown.empty()) {
      std::fprintf(stderr, "pons: %s\n", unknown.c_str());
      return static_cast<int>(pons::ExitCode::kUsage);
    }
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(pons::ExitCode::kUsage);
  }
  return static_cast<int>(exit_code);
}
