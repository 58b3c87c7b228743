// SPDX-License-Identifier: Apache-2.0
// A sandbox as a process of its own, started and stopped with this object. Where practices stand
// behind a relay ("sites=ID@CONTROL,…" in its ready line), the first one's ports are told, and the
// relay's own address is Said(its word for it).
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandboxes/child_process.h"

namespace pons::sandboxes {

class SandboxProcess {
 public:
  // Runs `program arguments…` and waits for its ready line. Errors: as ChildProcess.
  static Result<std::unique_ptr<SandboxProcess>> Start(const std::string& program,
                                                       const std::vector<std::string>& arguments);

  const std::string& wire_port() const { return wire_port_; }
  const std::string& control() const { return control_; }  // "http://127.0.0.1:40124"
  const std::string& page() const { return page_; }
  // The folder that the practice imports results from; empty where it has none.
  const std::string& reports() const { return reports_; }
  // What the ready line says of this: "key" of a relay. Empty: nothing.
  std::string Said(std::string_view name) const;

 private:
  std::unique_ptr<ChildProcess> child_;
  std::string wire_port_;
  std::string control_;
  std::string page_, reports_;
};

}  // namespace pons::sandboxes
