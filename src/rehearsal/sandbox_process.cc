// SPDX-License-Identifier: Apache-2.0
#include "rehearsal/sandbox_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "base/text.h"

namespace pons::rehearsal {
namespace {

constexpr int kStartSeconds = 120;  // a hundred thousand patients take their time

std::string Field(std::string_view line, std::string_view name) {
  for (const auto word : Split(line, ' ')) {
    if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=') {
      return std::string(word.substr(name.size() + 1));
    }
  }
  return {};
}

}  // namespace

std::string ProgramBesideThis(const std::string& name) {
  std::error_code code;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", code);
  return (self.parent_path() / name).string();
}

Result<std::unique_ptr<SandboxProcess>> SandboxProcess::Start(
    const std::string& program, const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return MakeError(Fault::kUnavailable, "cannot make a pipe");
  std::vector<char*> argv;
  argv.push_back(const_cast<char*>(program.c_str()));
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    // The sandbox goes when whoever started it goes, however that ends.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(ends[1], STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::unique_ptr<SandboxProcess> process(new SandboxProcess());
  process->pid_ = pid;
  auto ready = process->ReadReadyLine(ends[0]);
  close(ends[0]);
  if (!ready) return WithContext(std::move(ready).error(), "start " + program);
  return process;
}

Result<void> SandboxProcess::ReadReadyLine(int from) {
  std::string text;
  std::array<char, 512> part{};
  while (text.find('\n') == std::string::npos) {
    pollfd wait{from, POLLIN, 0};
    if (poll(&wait, 1, kStartSeconds * 1000) <= 0) {
      return MakeError(Fault::kUnavailable, "it did not say that it is ready within " +
                                                std::to_string(kStartSeconds) + " s");
    }
    const auto got = read(from, part.data(), part.size());
    if (got <= 0) return MakeError(Fault::kUnavailable, "it ended before it was ready");
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  const std::string line = text.substr(0, text.find('\n'));
  const std::string wire = Field(line, "wire");
  control_ = Field(line, "control");
  page_ = Field(line, "page");
  const auto colon = wire.rfind(':');
  if (!line.starts_with("ready ") || colon == std::string::npos || control_.empty()) {
    return MakeError(Fault::kProtocol, "it did not print a ready line");
  }
  wire_port_ = wire.substr(colon + 1);
  return Ok();
}

SandboxProcess::~SandboxProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  for (int i = 0; i < 50; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0) return;
    usleep(20000);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace pons::rehearsal
