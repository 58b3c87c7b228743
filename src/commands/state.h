// SPDX-License-Identifier: Apache-2.0
// The life of a command: one table of states and events, and the only function that changes one.
//
//   accepted ──► sending ──► applied ──► confirmed
//      ▲            │           └──────► failed          taken up by the practice and refused
//      │            ├── clear no, may pass later ──► accepted, with a due time
//      │            ├── clear no, final ──────────► rejected
//      │            └── unclear ──► in_doubt ──► FindEffect ──► applied, accepted or needs_person
//      └── deadline passed before sending: expired; withdrawn by the app before sending: cancelled
//
// `sending` is on disk before the first byte leaves; after a crash it is read as `in_doubt`.
//
// Pure; threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pons::commands {

enum class State : std::uint8_t {
  kAccepted,
  kSending,
  kInDoubt,
  kApplied,
  kNeedsPerson,
  // Final.
  kConfirmed,
  kRejected,
  kFailed,
  kExpired,
  kCancelled,
};
constexpr std::size_t kStateCount = 10;

enum class Event : std::uint8_t {
  kSend,           // about to be sent
  kSaidYes,        // the vendor said yes
  kSaidNo,         // a clear no, final
  kSaidLater,      // a clear no that may pass: nothing has happened
  kUnclear,        // nobody knows; also: found in `sending` after a crash
  kEffectFound,    // FindEffect saw it
  kNoEffect,       // FindEffect proved that there is none
  kCannotTell,     // FindEffect found no evidence either way
  kReadBack,       // Confirm saw it
  kTakenUpBadly,   // Confirm saw that it was refused after all
  kDeadline,       // passed before anything was sent
  kWithdraw,       // by the app, before sending
  kPersonSaysYes,  // a person has looked: it happened
  kPersonSaysNo,   // a person has looked: it did not
};
constexpr std::size_t kEventCount = 14;

std::string_view StateName(State state);  // "in-doubt"
std::string_view EventName(Event event);
bool IsFinal(State state);

// Empty where the event cannot happen in that state.
std::optional<State> Transition(State state, Event event);

}  // namespace pons::commands
