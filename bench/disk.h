// SPDX-License-Identifier: Apache-2.0
// What the disk can do, measured in the same run as what leans on it.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace pons::bench {

// Synced 4 KB writes a second in `folder`, over about half a second. 0: it cannot be written.
inline double SyncedWritesPerSecond(const std::string& folder) {
  const std::string path = folder + "/sync-rate";
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return 0;
  const std::string block(4096, 'x');
  const auto begun = std::chrono::steady_clock::now();
  std::chrono::duration<double> spent{};
  int writes = 0;
  while (spent.count() < 0.5) {
    if (pwrite(file, block.data(), block.size(), 0) < 0 || fdatasync(file) != 0) break;
    ++writes;
    spent = std::chrono::steady_clock::now() - begun;
  }
  close(file);
  unlink(path.c_str());
  return writes == 0 ? 0 : writes / spent.count();
}

}  // namespace pons::bench
