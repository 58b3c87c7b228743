// SPDX-License-Identifier: Apache-2.0
// Halo Connect on this machine: its Cloud API in front of one or more Best Practice clinics, each
// with its page and control port. Tests may run it in their own process; pons-sandbox runs it as a
// program. Threads: any, once started.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "vendors/best_practice/sandbox/sandbox.h"

namespace pons::halo_connect::sandbox {

struct HaloOptions {
  std::uint16_t port = 0;
  int sites = 1;
  // Bp Site ID of the first clinic; the next ones count up.
  std::int64_t first_site_id = 90001;
  std::string key = "sandbox-key";  // what integrators send
  std::string webhook_url, webhook_secret = "sandbox-webhook-secret";
  std::int64_t webhook_first_retry_ms = 5000;
  std::int64_t least_frequency_seconds = 60;  // of registered queries
  // Each clinic's; with several, ports that are given count up, files and folders are the first's.
  best_practice::sandbox::SandboxOptions clinic;
};

class HaloSandbox {
 public:
  // Ready to be used when it returns.
  static Result<std::unique_ptr<HaloSandbox>> Start(const HaloOptions& options, Logger& log);
  virtual ~HaloSandbox() = default;

  virtual std::uint16_t port() const = 0;
  virtual best_practice::sandbox::Sandbox& clinic(std::size_t index) = 0;
  virtual std::string site_id(std::size_t index) const = 0;
  // "ready halo=http://127.0.0.1:… key=… sites=SITEID@http://127.0.0.1:…,…"
  virtual std::string ReadyLine() const = 0;
};

}  // namespace pons::halo_connect::sandbox
