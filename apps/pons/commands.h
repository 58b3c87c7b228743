// SPDX-License-Identifier: Apache-2.0
// The words of the command line. Each Add function puts its subcommands into the app; the one that
// runs sets `exit_code`.
#pragma once

#include "exit_codes.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace pons {

void AddServe(CLI::App& app, ExitCode& exit_code);
void AddDemo(CLI::App& app, ExitCode& exit_code);
// What needs no server and no data folder: reports drawn from files, HL7 messages.
void AddReport(CLI::App& app, ExitCode& exit_code);
void AddHl7(CLI::App& app, ExitCode& exit_code);
// One subcommand for each of admin::Commands(): through the running server where one holds the data
// folder, on the store itself otherwise.
void AddAdminCommands(CLI::App& app, ExitCode& exit_code);

// "pons: " + what happened + the next step, on standard error; the code to leave with.
ExitCode Report(const Error& error);

// Waits for SIGINT or SIGTERM. Call BlockStopSignals before any thread is made.
void BlockStopSignals();
void WaitForStopSignal();

}  // namespace pons
