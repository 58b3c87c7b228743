// SPDX-License-Identifier: Apache-2.0
// A folder that another program watches: files are put there whole or not at all.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pons::net {

class Folder {
 public:
  virtual ~Folder() = default;

  // Writes `name`.tmp, makes it durable, renames it to `name` and makes the name durable. A file
  // of that name that is there already is replaced. Leaves no .tmp behind where it can help it.
  // Requires: `name` holds letters, digits, '.', '_' and '-' only, and does not start with '.'.
  // Errors: kMisconfigured (no such folder, or not a folder), kForbidden (not writable),
  // kUnavailable (full, or the share has gone away), each naming the next step; effect is kUnknown
  // only where the rename may have happened.
  virtual Result<void> Put(std::string_view name, std::string_view bytes) = 0;

  virtual Result<bool> Has(std::string_view name) = 0;

  // Proves that files can be put here: writes and removes one that no watcher takes (.tmp).
  virtual Result<void> Check() = 0;

  struct Entry {
    std::string name;
    std::uint64_t bytes = 0;
  };
  virtual Result<std::vector<Entry>> List() = 0;
  // The whole file, at most `most` bytes (kRejected above that).
  virtual Result<std::string> Get(std::string_view name, std::uint64_t most) = 0;
  // Fine where it is not there.
  virtual Result<void> Remove(std::string_view name) = 0;
};

// A folder of this machine's file system, mounted shares included.
std::unique_ptr<Folder> MakeFolder(std::string path);

}  // namespace pons::net
