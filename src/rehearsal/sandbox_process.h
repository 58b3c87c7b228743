// SPDX-License-Identifier: Apache-2.0
// A sandbox as a process of its own, started and stopped with this object.
// Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace pons::rehearsal {

class SandboxProcess {
 public:
  // Runs `program arguments…` and waits for its ready line. Errors: kUnavailable with what it said.
  static Result<std::unique_ptr<SandboxProcess>> Start(const std::string& program,
                                                       const std::vector<std::string>& arguments);
  ~SandboxProcess();
  SandboxProcess(const SandboxProcess&) = delete;
  SandboxProcess& operator=(const SandboxProcess&) = delete;

  const std::string& wire_port() const { return wire_port_; }
  const std::string& control() const { return control_; }  // "http://127.0.0.1:40124"
  const std::string& page() const { return page_; }

 private:
  SandboxProcess() = default;
  Result<void> ReadReadyLine(int from);

  pid_t pid_ = -1;
  std::string wire_port_;
  std::string control_;
  std::string page_;
};

// The program of that name beside the one that runs.
std::string ProgramBesideThis(const std::string& name);

}  // namespace pons::rehearsal
