// SPDX-License-Identifier: Apache-2.0
#include "sandboxes/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace pons::sandboxes {
namespace {

// Runs in the child, between fork and exec: only calls that are allowed there.
[[noreturn]] void Become(const ChildOptions& options, char* const* argv, char* const* envp,
                         int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(output, STDOUT_FILENO);
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(127);
  execvpe(argv[0], argv, envp);
  _exit(127);
}

constexpr int kPatienceWithEndMs = 2000;

// Waits until it has ended, at most kPatienceWithEndMs.
bool EndsInTime(pid_t pid) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) return false;
  pollfd wait{handle, POLLIN, 0};
  const bool ended = poll(&wait, 1, kPatienceWithEndMs) > 0;
  close(handle);
  return ended;
}

}  // namespace

std::string ProgramBesideThis(const std::string& name) {
  std::error_code code;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", code);
  return (self.parent_path() / name).string();
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::Start(const ChildOptions& options) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return MakeError(Fault::kUnavailable, "cannot make a pipe");
  std::vector<char*> argv{const_cast<char*>(options.program.c_str())};
  for (const auto& argument : options.arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<std::string> added;
  for (const auto& [name, value] : options.environment) added.push_back(name + "=" + value);
  std::vector<char*> envp;
  for (auto& text : added) envp.push_back(text.data());
  for (char** entry = environ; *entry != nullptr; ++entry) envp.push_back(*entry);
  envp.push_back(nullptr);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(options, argv.data(), envp.data(), ends[1], parent);
  close(ends[1]);
  std::unique_ptr<ChildProcess> process(new ChildProcess());
  process->pid_ = pid;
  process->output_ = ends[0];
  if (auto ready = process->ReadReadyLine(options.patience); !ready) {
    return WithContext(std::move(ready).error(), "start " + options.program);
  }
  return process;
}

Result<void> ChildProcess::ReadReadyLine(std::chrono::seconds patience) {
  std::string text;
  std::array<char, 512> part{};
  while (text.find('\n') == std::string::npos) {
    pollfd wait{output_, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(patience.count() * 1000)) <= 0) {
      return MakeError(Fault::kUnavailable, "it did not say that it is ready within " +
                                                std::to_string(patience.count()) + " s");
    }
    const auto got = read(output_, part.data(), part.size());
    if (got <= 0) return MakeError(Fault::kUnavailable, "it ended before it was ready");
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  ready_line_ = text.substr(0, text.find('\n'));
  if (ready_line_.starts_with("ready ")) return Ok();
  return MakeError(Fault::kProtocol, "it did not print a ready line");
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    if (!EndsInTime(pid_)) kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) close(output_);
}

}  // namespace pons::sandboxes
