// SPDX-License-Identifier: Apache-2.0
// A sandbox as a process of its own, on ports of its own, for tests and benches: started, reached
// through its control port, ended with its owner. A sandbox that does not start is an error, never
// a reason to skip.
//
// Threads: one at a time. Errors: kUnavailable (not started, not reachable), kRejected (the control
// port says no; the summary says why).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "json/value.h"
#include "net/http.h"

namespace pons::test {

class SandboxProcess {
 public:
  // Runs `program` (…/bin/pons-sandbox) with these arguments and waits for its line "ready …".
  static Result<std::unique_ptr<SandboxProcess>> Start(const std::string& program,
                                                       const std::vector<std::string>& arguments);
  ~SandboxProcess();
  SandboxProcess(const SandboxProcess&) = delete;
  SandboxProcess& operator=(const SandboxProcess&) = delete;

  // Of the wire: "127.0.0.1" and its port.
  const std::string& host() const { return host_; }
  int port() const { return port_; }
  const std::string& control() const { return control_; }
  int pid() const { return pid_; }

  // One call of the control port: Call("POST", "/clinic/visits", {…}).
  Result<json::Value> Call(std::string_view method, std::string_view path,
                           const json::Value& body = {});

 private:
  SandboxProcess() = default;
  Result<void> ReadReady(int output);

  int pid_ = 0;
  int output_ = -1;
  std::string host_;
  int port_ = 0;
  std::string control_;
  std::unique_ptr<net::HttpTransport> http_;
  CancelToken cancel_;
};

}  // namespace pons::test
