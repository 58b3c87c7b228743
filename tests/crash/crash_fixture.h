// SPDX-License-Identifier: Apache-2.0
// A folder for stores that are killed, and the processes that are killed in it.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace pons::crash {

constexpr int kMostPoints = 2000;

class CrashFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    // A kill leaves the page cache alone, so files in memory show the same as files on a disk.
    std::string name = std::filesystem::exists("/dev/shm") ? "/dev/shm" : PONS_BINARY_DIR;
    name += "/pons-crash-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr) << name;
    folder_ = name;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  // A folder of that name in it, made where it is missing.
  std::string At(const std::string& name) const {
    const auto path = folder_ + "/" + name;
    std::filesystem::create_directories(path);
    return path;
  }

 private:
  std::string folder_;
};

// Runs bin/`worker` on that folder; it kills itself at that commit point, 0: never. Its exit code,
// or -1 where it was killed.
inline int RunWorker(const std::string& worker, const std::string& folder, int crash_at) {
  const std::string program = std::string(PONS_BINARY_DIR) + "/bin/" + worker;
  const std::string point = std::to_string(crash_at);
  const pid_t child = fork();
  if (child == 0) {
    execl(program.c_str(), program.c_str(), folder.c_str(), point.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL ? -1 : 1000 + WTERMSIG(status);
  return WEXITSTATUS(status);
}

}  // namespace pons::crash
