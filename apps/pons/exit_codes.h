// SPDX-License-Identifier: Apache-2.0
// Exit codes of pons, listed in docs/reference/errors.md.
#pragma once

#include "base/result.h"

namespace pons {

enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,       // the thing asked for did not happen; the message says why
  kUsage = 2,        // the words on the command line are wrong
  kNotFound = 3,     // the thing named is not there
  kUnavailable = 4,  // a server or practice could not be reached; trying again may help
  kAttention = 5,    // it works, but something needs a person (doctor, status --check)
};

ExitCode ExitCodeOf(const Error& error);

}  // namespace pons
