// SPDX-License-Identifier: Apache-2.0
// A folder for a rehearsal's data, beside the system's other temporary files. It goes when the
// object does: declare it before whatever holds files in it. Threads: one at a time.
#pragma once

#include <string>

#include "base/result.h"

namespace pons::rehearsal {

class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Makes it. Requires: not made yet.
  // Errors: kMisconfigured where the system has no room for it.
  Result<void> Make();
  const std::string& path() const { return path_; }  // empty: not made

 private:
  std::string path_;
};

}  // namespace pons::rehearsal
