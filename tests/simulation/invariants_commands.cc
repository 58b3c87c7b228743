// SPDX-License-Identifier: Apache-2.0
// What must hold of commands: the practices' journals against what the apps are told.
#include <algorithm>

#include "tests/simulation/simulation.h"
#include "vendors/memory/connector/memory_map.h"

namespace pons::simulation {
namespace {

using commands::State;
using memory::EffectEntry;
using memory::Operation;

template <typename T>
T Read(Result<T> result) {
  Hold(result.has_value(), "the store cannot be read");
  return std::move(result).value();
}

bool Over(State state) { return commands::IsFinal(state); }

}  // namespace

// The effects of one command, as its practice saw them.
std::vector<EffectEntry> Simulation::EffectsOf(const Wish& wish) const {
  const auto& practice = connected_[static_cast<std::size_t>(wish.practice)].practice->practice();
  std::vector<EffectEntry> effects;
  for (auto& effect : practice.Effects()) {
    if (effect.happened && effect.reference == wish.reference) effects.push_back(effect);
  }
  return effects;
}

std::string Simulation::WhatOf(const Wish& wish, State state) const {
  return std::string(model::CommandKindName(wish.kind)) + " " + wish.id + " at practice " +
         std::to_string(wish.practice) + ", " + std::string(commands::StateName(state));
}

// After each step: what a command is said to be is what its practice saw.
void Simulation::CheckCommands() {
  for (auto& wish : wishes_) {
    if (wish.ended) continue;
    const auto view = Read(desk_->Find(wish.submission.app, wish.id));
    Hold(view.has_value(), "none lost: a command that was accepted is gone: " + wish.id);
    CheckEffects(wish, *view);
    NoteResult(wish);
    if (!Over(view->state)) continue;
    wish.ended = *view;
    Say(WhatOf(wish, view->state) + " " + view->vendor_code);
    ++counts_.ends[static_cast<std::size_t>(view->state)];
    counts_.existed += view->existed ? 1 : 0;
  }
}

void Simulation::CheckEffects(const Wish& wish, const commands::CommandView& view) const {
  const auto effects = EffectsOf(wish).size();
  const auto what = WhatOf(wish, view.state);
  const auto& practice = connected_[static_cast<std::size_t>(wish.practice)].practice->practice();
  Hold(effects <= 1, "I2: " + std::to_string(effects) + " effects: " + what);
  switch (view.state) {
    case State::kApplied:
    case State::kConfirmed:
    case State::kFailed:
      Hold(view.existed ? effects == 0 : effects == 1,
           "I2: " + std::to_string(effects) + " effects: " + what +
               (view.existed ? ", said to have been so already" : ""));
      Hold(!wish.stale || view.existed, "lost update: made from an older version: " + what);
      return;
    case State::kAccepted:
    case State::kRejected:
    case State::kExpired:
    case State::kCancelled:
      Hold(effects == 0, "I2: an effect that is denied: " + what);
      return;
    case State::kNeedsPerson:
      if (practice.Lost(wish.reference) || AnswersUnreadable(wish)) return;
      TellCommand(wish);
      Hold(false, "a person is asked although there is evidence: " + what);
      return;
    case State::kSending:
    case State::kInDoubt:
      return;
  }
}

// What a command has made or changed may be seen by who asked.
void Simulation::NoteResult(const Wish& wish) {
  auto& may = visible_[wish.submission.grant].may;
  for (const auto& effect : EffectsOf(wish)) may.insert({effect.table, effect.id});
  const auto row = Read(reader_->Command(wish.id));
  Hold(row.has_value(), "none lost: a command's row is gone");
  if (!row->result.empty() && row->result.stream != model::Stream::kDocumentReferences) {
    may.insert({memory::TableOf(row->result.stream), row->result.id});
  }
}

// What is to be done after a command that waits for a person waits as well.
bool Simulation::WaitsForPerson(const Wish& wish) {
  const auto row = Read(reader_->Command(wish.id));
  return std::any_of(wishes_.begin(), wishes_.end(), [&](const Wish& other) {
    const auto earlier = Read(reader_->Command(other.id));
    return earlier->connection == row->connection && earlier->lane == row->lane &&
           earlier->seq < row->seq && static_cast<State>(earlier->state) == State::kNeedsPerson;
  });
}

// The practice has answered again and again, and nobody can read it: that is no evidence either.
bool Simulation::AnswersUnreadable(const Wish& wish) const {
  constexpr int kOftenEnough = 8;
  const auto row = Read(reader_->Command(wish.id));
  return row && row->fault == Fault::kProtocol && row->failures >= kOftenEnough;
}

// With --verbose, the life of a command that has not ended.
void Simulation::TellCommand(const Wish& wish) const {
  if (!options_.verbose || wish.ended) return;
  const auto row = Read(reader_->Command(wish.id));
  Say(WhatOf(wish, static_cast<State>(row->state)) + " since " + FormatInstant(row->accepted) +
      ", due " + FormatInstant(row->due) + ", not after " + FormatInstant(row->deadline) +
      ", server's clock " + FormatInstant(clock_.Now()) + ": " + row->reason);
  for (const auto& step : Read(reader_->CommandSteps(wish.id))) {
    Say("  " + FormatInstant(step.at) + " " +
        std::string(commands::StateName(static_cast<State>(step.to))) + " " + step.note);
  }
}

void Simulation::CheckCommandsAtRest(int down) {
  for (const auto& wish : wishes_) {
    const auto& at = connected_[static_cast<std::size_t>(wish.practice)];
    TellCommand(wish);
    const auto view = Read(desk_->Find(wish.submission.app, wish.id));
    Hold(view.has_value(), "none lost: a command that was accepted is gone");
    const auto what = WhatOf(wish, view->state);
    if (wish.ended) {
      Hold(view->state == wish.ended->state, "what is final has changed: " + what);
      CheckEffects(wish, *view);
    }
    if (wish.practice != down) {
      Hold(Over(view->state) || view->state == State::kNeedsPerson || WaitsForPerson(wish),
           "none lost: it comes to no end: " + what + ": " + view->reason);
      const bool lost = at.practice->practice().Lost(wish.reference);
      Hold(!lost || view->state == State::kNeedsPerson || Over(view->state),
           "nobody is asked although nobody can tell: " + what);
    }
    const bool heard = wish.told > 0 || wish.waits_in_life != counts_.crashes;
    Hold(!wish.waits_until || heard, "an app waits for ever: " + what);
    CheckTask(wish, *view);
    CheckAnswered(wish, *view, down);
  }
  CheckNoDoubleBooking();
}

// The Task that the app reads says what the row says.
void Simulation::CheckTask(const Wish& wish, const commands::CommandView& view) {
  const auto& grant = grants_.at(wish.submission.grant);
  const store::GrantKey keys[] = {grant.key};
  const auto task = Read(reader_->Get(keys, model::Stream::kTasks, wish.id));
  const auto what = WhatOf(wish, view.state);
  if (!task || task->deleted || task->body == nullptr) {
    Hold(grant.revoked, "the Task cannot be read: " + what);
    return;
  }
  if (!Over(view.state) && view.state != State::kNeedsPerson) return;
  const auto state = "\"" + std::string(commands::StateName(view.state)) + "\"";
  Hold(task->body->find(state) != std::string::npos, "the Task says otherwise: " + what);
}

// Whoever was told that it is so can see that it is so.
void Simulation::CheckAnswered(const Wish& wish, const commands::CommandView& view, int down) {
  const auto& grant = grants_.at(wish.submission.grant);
  if (view.state != State::kConfirmed || wish.practice == down || grant.revoked) return;
  const auto& at = connected_[static_cast<std::size_t>(wish.practice)];
  const auto row = Read(reader_->Command(wish.id));
  if (row->result.stream == model::Stream::kDocumentReferences ||
      wish.kind == model::CommandKind::kAttachDocument) {
    return;
  }
  const auto table = memory::TableOf(row->result.stream);
  if (!at.practice->practice().Find(table, row->result.id)) return;  // deleted since
  if (at.practice->ever_spoilt(table, row->result.id)) return;       // it could not be read back
  Hold(Served(grant.key, table, IdOf(at, table, row->result.id)) != nullptr,
       "confirmed, and not to be seen: " + WhatOf(wish, view.state));
}

// What apps booked, and nobody has moved by hand, does not overlap.
void Simulation::CheckNoDoubleBooking() const {
  for (const auto& at : connected_) {
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> booked;  // by staff
    std::set<std::string> ids;
    for (const auto& wish : wishes_) {
      if (wish.practice != at.practice->number()) continue;
      for (const auto& effect : EffectsOf(wish)) {
        if (effect.operation == Operation::kAdd && effect.table == Table::kDiary) {
          ids.insert(effect.id);
        }
      }
    }
    for (const auto& id : ids) {
      const auto row = at.practice->practice().Find(Table::kDiary, id);
      if (!row || at.practice->touched(id) || row->data.Text("state") == "cancelled") continue;
      auto end = *memory::ParseLocal(row->data.Text("starts"));
      const std::string from = memory::FormatLocal(end);
      end.reading += std::chrono::minutes(row->data.Integer("minutes").value_or(15));
      auto& times = booked[std::string(row->data.Text("staff"))];
      const auto to = memory::FormatLocal(end);
      for (const auto& [begins, ends] : times) {
        Hold(ends <= from || begins >= to, "double booking: " + from + " by apps alone");
      }
      times.emplace_back(from, to);
    }
  }
}

}  // namespace pons::simulation
