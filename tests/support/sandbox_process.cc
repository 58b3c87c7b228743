// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sandbox_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>

#include "base/text.h"

namespace pons::test {
namespace {

constexpr int kStartMillis = 60'000;

Error NotStarted(std::string_view why) {
  return MakeError(Fault::kUnavailable, "the sandbox does not start: " + std::string(why));
}

// The value after `key` in "ready wire=… control=…".
std::string Part(std::string_view line, std::string_view key) {
  for (const auto word : Split(line, ' ')) {
    if (word.starts_with(key)) return std::string(word.substr(key.size()));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<SandboxProcess>> SandboxProcess::Start(
    const std::string& program, const std::vector<std::string>& arguments) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return NotStarted("no pipe");
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const int pid = fork();
  if (pid < 0) return NotStarted("no process");
  if (pid == 0) {
    // Ends with its owner, however that ends.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(pipe_ends[1], STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(pipe_ends[1]);
  auto process = std::unique_ptr<SandboxProcess>(new SandboxProcess());
  process->pid_ = pid;
  process->output_ = pipe_ends[0];
  process->http_ = net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  PONS_TRY(process->ReadReady(pipe_ends[0]));
  return process;
}

SandboxProcess::~SandboxProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) close(output_);
}

Result<void> SandboxProcess::ReadReady(int output) {
  std::string text;
  while (text.find('\n') == std::string::npos) {
    pollfd waiting{output, POLLIN, 0};
    if (poll(&waiting, 1, kStartMillis) <= 0) return NotStarted("it says nothing");
    char bytes[512];
    const auto got = read(output, bytes, sizeof bytes);
    if (got <= 0) return NotStarted("it ended");
    text.append(bytes, static_cast<std::size_t>(got));
  }
  const auto line = std::string_view(text).substr(0, text.find('\n'));
  const auto wire = Part(line, "wire=tds://");
  control_ = Part(line, "control=");
  const auto colon = wire.rfind(':');
  if (!line.starts_with("ready ") || colon == std::string::npos || control_.empty()) {
    return NotStarted("its first line is not \"ready wire=… control=…\"");
  }
  host_ = wire.substr(0, colon);
  std::from_chars(wire.data() + colon + 1, wire.data() + wire.size(), port_);
  return Ok();
}

Result<json::Value> SandboxProcess::Call(std::string_view method, std::string_view path,
                                         const json::Value& body) {
  net::HttpRequest request;
  request.method = method;
  request.url = control_ + std::string(path);
  request.timeout = std::chrono::minutes(5);
  request.max_response_bytes = 64u << 20;
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::Write(body);
  }
  PONS_ASSIGN(const auto response, http_->Send(request, cancel_));
  PONS_ASSIGN(auto answer, json::Parse(response.body));
  if (response.status / 100 == 2) return answer;
  return MakeError(Fault::kRejected, std::string(method) + " " + std::string(path) + ": " +
                                         std::to_string(response.status) + " " +
                                         std::string(answer.Text("error")));
}

}  // namespace pons::test
