// SPDX-License-Identifier: Apache-2.0
// Runs one command where it belongs: in the server that holds the data folder, or here on the
// store.
#pragma once

#include <string>

#include "admin/command.h"
#include "vendor_options.h"

namespace pons {

// `vendor` counts where it runs here; a server has been given its own. Errors: those of the
// command; kNotFound where there is no data folder and the command would not make one.
Result<json::Value> RunOnFolder(const std::string& data_folder, const admin::CommandSpec& command,
                                const json::Value& arguments, const VendorOptions& vendor);

}  // namespace pons
