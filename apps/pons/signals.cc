// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>

#include "commands.h"

namespace pons {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void WaitForStopSignal() {
  const sigset_t signals = StopSignals();
  int received = 0;
  sigwait(&signals, &received);
}

ExitCode ExitCodeOf(const Error& error) {
  switch (error.fault) {
    case Fault::kNotFound:
      return ExitCode::kNotFound;
    case Fault::kUnavailable:
    case Fault::kRateLimited:
      return ExitCode::kUnavailable;
    case Fault::kUnauthenticated:
    case Fault::kForbidden:
    case Fault::kMisconfigured:
    case Fault::kConflict:
    case Fault::kRejected:
    case Fault::kUnsupported:
    case Fault::kProtocol:
    case Fault::kCursorExpired:
    case Fault::kCancelled:
    case Fault::kInternal:
      return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

ExitCode Report(const Error& error) {
  std::fprintf(stderr, "pons: %s\n", error.summary.c_str());
  return ExitCodeOf(error);
}

}  // namespace pons
