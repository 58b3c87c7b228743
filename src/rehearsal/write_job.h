// SPDX-License-Identifier: Apache-2.0
// The other direction without a person: an app books an appointment and sends a report, through the
// public API of a running `pons serve` into a sandbox practice, and the practice's own diary and
// inbox are looked at.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace pons::rehearsal {

struct WriteJobOptions {
  std::string vendor;
  std::string sandbox_program;  // empty: beside the program that runs
  std::string pons_program;     // likewise
  std::size_t images = 12;      // of the report
  std::function<void(const std::string&)> progress = {};
};

struct WriteJobReport {
  bool ok = false;
  std::vector<std::string> problems;  // empty when ok
  // From the request to the answer that the practice has it, read back.
  double booking_to_confirmed_ms = 0;
  // From the request, drawing included, to the app seeing that the practice has imported it.
  double report_to_imported_ms = 0;
  std::size_t report_bytes = 0;
};

// Errors: what kept the rehearsal from being played at all.
Result<WriteJobReport> PlayWriteJob(const WriteJobOptions& options, Logger& log);

}  // namespace pons::rehearsal
