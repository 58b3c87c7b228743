// SPDX-License-Identifier: Apache-2.0
#include "api/long_poll.h"

#include <algorithm>

namespace pons::api {
namespace {

constexpr std::size_t kMostWaiting = 2000;

}  // namespace

LongPolls::LongPolls(Clock& clock) : clock_(clock), thread_([this] { Loop(); }) {}

LongPolls::~LongPolls() {
  Drain();
  thread_.join();
}

bool LongPolls::Wait(Look look, Instant until) {
  const std::lock_guard lock(state_->mutex);
  if (state_->stopping || state_->count >= kMostWaiting) return false;
  state_->waiting.push_back({std::move(look), until});
  ++state_->count;
  // What was committed since the caller looked would be missed otherwise.
  state_->changed = true;
  state_->wake.notify_one();
  return true;
}

std::function<void()> LongPolls::Waker() const {
  return [state = state_] {
    {
      const std::lock_guard lock(state->mutex);
      state->changed = true;
    }
    state->wake.notify_one();
  };
}

void LongPolls::Drain() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
}

std::size_t LongPolls::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->count;
}

void LongPolls::Loop() {
  while (true) {
    std::list<Waiting> due;
    bool stopping = false;
    {
      std::unique_lock lock(state_->mutex);
      while (!state_->stopping && !state_->changed) {
        Instant next = clock_.Now() + std::chrono::minutes(1);
        for (const auto& waiting : state_->waiting) next = std::min(next, waiting.until);
        const auto left = next - clock_.Now();
        if (left <= milliseconds(0)) break;
        state_->wake.wait_for(lock, left);
      }
      stopping = state_->stopping;
      state_->changed = false;
      due.swap(state_->waiting);
    }
    // Looking reads the store: not under the lock.
    const Instant now = clock_.Now();
    due.remove_if([&](Waiting& waiting) { return waiting.look(stopping || waiting.until <= now); });
    const std::lock_guard lock(state_->mutex);
    state_->count = state_->waiting.size() + due.size();
    if (stopping) return;
    state_->waiting.splice(state_->waiting.end(), due);
  }
}

}  // namespace pons::api
