// SPDX-License-Identifier: Apache-2.0
#include "api/settle.h"

namespace pons::api {
namespace {

constexpr std::size_t kMostWaiting = 2000;

}  // namespace

SettleWaits::SettleWaits() : pool_(2, kMostWaiting + 1) { state_->pool = &pool_; }

SettleWaits::~SettleWaits() {
  Drain();
  // The pool ends with this object; a callback that comes now finds nothing to answer.
  const std::lock_guard lock(state_->mutex);
  state_->pool = nullptr;
}

void SettleWaits::Wait(commands::Desk& desk, const commands::CommandView& now, Instant until,
                       Answer answer) {
  std::uint64_t ticket = 0;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->stopping && state_->waiting.size() < kMostWaiting) {
      ticket = state_->next++;
      state_->waiting.emplace(ticket, Waiting{now, answer});
    }
  }
  if (ticket == 0) return answer(now);
  desk.WhenSettled(now.id, until, [state = state_, ticket](const commands::CommandView& view) {
    const std::lock_guard lock(state->mutex);
    const auto found = state->waiting.find(ticket);
    if (found == state->waiting.end() || state->pool == nullptr) return;
    // The pool's queue has room for all that can wait, so that this is never refused.
    state->pool->Run([answer = std::move(found->second.answer), view] { answer(view); });
    state->waiting.erase(found);
  });
}

void SettleWaits::Drain() {
  std::map<std::uint64_t, Waiting> left;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    left.swap(state_->waiting);
  }
  for (auto& [ticket, waiting] : left) waiting.answer(waiting.last);
}

std::size_t SettleWaits::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->waiting.size();
}

}  // namespace pons::api
