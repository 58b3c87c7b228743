// SPDX-License-Identifier: Apache-2.0
#include "commands/state.h"

#include <array>

namespace pons::commands {
namespace {

struct Row {
  State from;
  Event event;
  State to;
};

constexpr std::array<Row, 16> kTable = {{
    {State::kAccepted, Event::kSend, State::kSending},
    {State::kAccepted, Event::kDeadline, State::kExpired},
    {State::kAccepted, Event::kWithdraw, State::kCancelled},

    {State::kSending, Event::kSaidYes, State::kApplied},
    {State::kSending, Event::kSaidNo, State::kRejected},
    {State::kSending, Event::kSaidLater, State::kAccepted},
    {State::kSending, Event::kUnclear, State::kInDoubt},

    {State::kInDoubt, Event::kEffectFound, State::kApplied},
    {State::kInDoubt, Event::kNoEffect, State::kAccepted},
    {State::kInDoubt, Event::kCannotTell, State::kNeedsPerson},
    {State::kInDoubt, Event::kPersonSaysYes, State::kApplied},
    {State::kInDoubt, Event::kPersonSaysNo, State::kAccepted},

    {State::kNeedsPerson, Event::kPersonSaysYes, State::kApplied},
    {State::kNeedsPerson, Event::kPersonSaysNo, State::kAccepted},

    {State::kApplied, Event::kReadBack, State::kConfirmed},
    {State::kApplied, Event::kTakenUpBadly, State::kFailed},
}};

}  // namespace

std::string_view StateName(State state) {
  switch (state) {
    case State::kAccepted:
      return "accepted";
    case State::kSending:
      return "sending";
    case State::kInDoubt:
      return "in-doubt";
    case State::kApplied:
      return "applied";
    case State::kNeedsPerson:
      return "needs-person";
    case State::kConfirmed:
      return "confirmed";
    case State::kRejected:
      return "rejected";
    case State::kFailed:
      return "failed";
    case State::kExpired:
      return "expired";
    case State::kCancelled:
      return "cancelled";
  }
  return "accepted";
}

std::string_view EventName(Event event) {
  switch (event) {
    case Event::kSend:
      return "send";
    case Event::kSaidYes:
      return "said-yes";
    case Event::kSaidNo:
      return "said-no";
    case Event::kSaidLater:
      return "said-later";
    case Event::kUnclear:
      return "unclear";
    case Event::kEffectFound:
      return "effect-found";
    case Event::kNoEffect:
      return "no-effect";
    case Event::kCannotTell:
      return "cannot-tell";
    case Event::kReadBack:
      return "read-back";
    case Event::kTakenUpBadly:
      return "taken-up-badly";
    case Event::kDeadline:
      return "deadline";
    case Event::kWithdraw:
      return "withdraw";
    case Event::kPersonSaysYes:
      return "person-says-yes";
    case Event::kPersonSaysNo:
      return "person-says-no";
  }
  return "send";
}

bool IsFinal(State state) { return state >= State::kConfirmed; }

std::optional<State> Transition(State state, Event event) {
  for (const auto& row : kTable) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

}  // namespace pons::commands
