// SPDX-License-Identifier: Apache-2.0
// Another program, started and stopped with this object; it goes when its starter goes, however
// that ends. Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace pons::sandboxes {

struct ChildOptions {
  std::string program;  // a path, or a name looked up on PATH
  std::vector<std::string> arguments = {};
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to ours
  std::string folder = {};                                            // to run in; empty: ours
  std::chrono::seconds patience{120};
};

class ChildProcess {
 public:
  // Starts it and waits for its first line, which begins with "ready ".
  // Errors: kUnavailable where it ends or stays silent; kProtocol for another line.
  static Result<std::unique_ptr<ChildProcess>> Start(const ChildOptions& options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  const std::string& ready_line() const { return ready_line_; }

 private:
  ChildProcess() = default;
  Result<void> ReadReadyLine(std::chrono::seconds patience);

  pid_t pid_ = -1;
  int output_ = -1;
  std::string ready_line_;
};

// The program of that name beside the one that runs.
std::string ProgramBesideThis(const std::string& name);

}  // namespace pons::sandboxes
