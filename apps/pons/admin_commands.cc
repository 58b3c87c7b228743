// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "commands.h"

namespace pons {

void AddAdminCommands(CLI::App& app, ExitCode& exit_code) {
  static_cast<void>(app);
  static_cast<void>(exit_code);
}

}  // namespace pons
