// SPDX-License-Identifier: Apache-2.0
// The control port and the page of a sandbox: HTTP and JSON on 127.0.0.1, the same for every vendor
// (README.md is its contract). Requests are answered on two threads of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "sandboxkit/faults.h"
#include "sandboxkit/journal.h"
#include "sandboxkit/practice.h"
#include "sandboxkit/sandbox_clock.h"

namespace pons::sandboxkit {

// All outlive the server.
struct ControlParts {
  Practice& practice;
  FaultPlan& faults;
  Journal& journal;
  SandboxClock& clock;
};

class ControlServer {
 public:
  virtual ~ControlServer() = default;
  virtual std::uint16_t port() const = 0;
};

struct ControlOptions {
  std::uint16_t port = 0;      // 0: any free one
  std::string framed_by = {};  // origin whose pages may show ours in a frame; empty: none
};

// Errors: kMisconfigured, the port is taken or `framed_by` is no origin.
Result<std::unique_ptr<ControlServer>> StartControlServer(const ControlOptions& options,
                                                          const ControlParts& parts, Logger& log);

}  // namespace pons::sandboxkit
