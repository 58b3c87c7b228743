// SPDX-License-Identifier: Apache-2.0
// What the operator of this server gives for all connections of a vendor: from options, and from
// the environment where no option says it. Secrets come from files or the environment, so that they
// stand in no list of processes.
#pragma once

#include <string>
#include <vector>

#include "connector/registry.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace pons {

struct VendorOptions {
  std::vector<std::string> settings;      // "SECTION.KEY=VALUE"
  std::vector<std::string> secret_files;  // "SECTION.KEY=FILE"
};

// `options` outlives the parsing.
void AddVendorOptions(CLI::App& command, VendorOptions& options);

// The sections and keys there are, for the end of a command's help.
std::string VendorOptionsHelp();

// Errors: kMisconfigured, naming the option or the variable, section and key.
Result<OperatorSettings> OperatorSettingsFrom(const VendorOptions& options,
                                              std::span<const OperatorSection> sections,
                                              const char* const* environment);
// The same of this program.
Result<OperatorSettings> OperatorSettingsFrom(const VendorOptions& options);

}  // namespace pons
