// SPDX-License-Identifier: Apache-2.0
// The main job without a person: a sandbox practice, a running Pons, an app's webhook. Visits
// start; the app is told, checks the signatures and reads the patients back through FHIR.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "connector/registry.h"

namespace pons::rehearsal {

struct MainJobOptions {
  std::string sandbox_program;
  std::string vendor;  // whose sandbox: its id, as the program and the registry know it
  int visits = 50;
  int other_visits = 5;  // that no filter lets through; none of them may be told
  int connections = 1;   // all polled at once; the visits happen at the first
  std::chrono::milliseconds longest_pause{150};  // between two visits, at random
  std::function<void(const std::string&)> progress = {};
};

struct MainJobReport {
  bool ok = false;
  std::vector<std::string> problems;  // empty when ok
  int visits = 0;
  int webhooks = 0;
  int verified = 0;
  int patients_read_back = 0;
  int leaked = 0;  // visits told that no filter let through
  std::vector<double> visit_to_webhook_ms;
};

// Value at the given share of the sorted values: Percentile(v, 0.99). 0 for none.
double Percentile(std::vector<double> values, double share);

// Errors: what kept the rehearsal from being played at all. What went wrong while it was played is
// in the report.
Result<MainJobReport> PlayMainJob(const MainJobOptions& options, const Registry& registry,
                                  Logger& log);

}  // namespace pons::rehearsal
