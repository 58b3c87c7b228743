// SPDX-License-Identifier: Apache-2.0
#include "api/live_asks.h"

namespace pons::api {
namespace {

constexpr std::size_t kMostWaiting = 1000;

}  // namespace

LiveAsks::LiveAsks() : pool_(2, kMostWaiting + 1) { state_->pool = &pool_; }

LiveAsks::~LiveAsks() {
  Drain();
  // The pool ends with this object; a callback that comes now finds nothing to answer.
  const std::lock_guard lock(state_->mutex);
  state_->pool = nullptr;
}

void LiveAsks::Ask(commands::ClinicalDesk& desk, const commands::ClinicalAsk& ask, Answer answer) {
  std::uint64_t ticket = 0;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->stopping && state_->waiting.size() < kMostWaiting) {
      ticket = state_->next++;
      state_->waiting.emplace(ticket, answer);
    }
  }
  if (ticket == 0) {
    return answer(MakeError(Fault::kUnavailable, "The server is busy; try again in a moment."));
  }
  desk.Ask(ask, [state = state_, ticket](const Outcome& outcome) {
    const std::lock_guard lock(state->mutex);
    const auto found = state->waiting.find(ticket);
    if (found == state->waiting.end() || state->pool == nullptr) return;
    // The pool's queue has room for all that can wait, so that this is never refused.
    state->pool->Run([answer = std::move(found->second), outcome] { answer(outcome); });
    state->waiting.erase(found);
  });
}

void LiveAsks::Drain() {
  std::map<std::uint64_t, Answer> left;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    left.swap(state_->waiting);
  }
  const Outcome stopping =
      MakeError(Fault::kCancelled, "The server is stopping; try again in a moment.");
  for (auto& [ticket, answer] : left) answer(stopping);
}

}  // namespace pons::api
