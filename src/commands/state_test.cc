// SPDX-License-Identifier: Apache-2.0
#include "commands/state.h"

#include <gtest/gtest.h>

#include <set>

namespace pons::commands {
namespace {

// A row a state, a column an event, in the order of their enums. '.': cannot happen.
//   a accepted, s sending, d in doubt, y applied, p needs person, c confirmed, r rejected,
//   f failed, x expired, w cancelled
constexpr const char* kExpected[kStateCount] = {
    "s.........xw..",  // accepted
    ".yrad.........",  // sending
    ".....yap....ya",  // in doubt
    "........cf....",  // applied
    "............ya",  // needs person
    "..............",  // confirmed
    "..............",  // rejected
    "..............",  // failed
    "..............",  // expired
    "..............",  // cancelled
};
constexpr std::string_view kLetters = "asdypcrfxw";

TEST(State, EveryEventInEveryStateDoesWhatTheTableSays) {
  for (std::size_t s = 0; s < kStateCount; ++s) {
    for (std::size_t e = 0; e < kEventCount; ++e) {
      const auto to = Transition(static_cast<State>(s), static_cast<Event>(e));
      const char seen = to ? kLetters[static_cast<std::size_t>(*to)] : '.';
      EXPECT_EQ(seen, kExpected[s][e])
          << StateName(static_cast<State>(s)) << " + " << EventName(static_cast<Event>(e));
    }
  }
}

TEST(State, WhatIsFinalStaysAndWhatIsNotCanEnd) {
  for (std::size_t s = 0; s < kStateCount; ++s) {
    bool moves = false;
    for (std::size_t e = 0; e < kEventCount; ++e) {
      moves |= Transition(static_cast<State>(s), static_cast<Event>(e)).has_value();
    }
    EXPECT_EQ(moves, !IsFinal(static_cast<State>(s))) << StateName(static_cast<State>(s));
  }
}

// Nothing is sent a second time but over `accepted`, and that is reached only by a clear no, by the
// proof that nothing happened, or by a person's word.
TEST(State, ASecondSendingNeedsProofThatTheFirstHadNoEffect) {
  const std::set<Event> proofs = {Event::kSaidLater, Event::kNoEffect, Event::kPersonSaysNo};
  for (std::size_t s = 0; s < kStateCount; ++s) {
    for (std::size_t e = 0; e < kEventCount; ++e) {
      const auto event = static_cast<Event>(e);
      const auto to = Transition(static_cast<State>(s), event);
      EXPECT_TRUE(to != State::kSending || static_cast<State>(s) == State::kAccepted);
      EXPECT_TRUE(to != State::kAccepted || proofs.contains(event)) << EventName(event);
    }
  }
}

TEST(State, NamesAreTheirOwn) {
  std::set<std::string_view> names;
  for (std::size_t s = 0; s < kStateCount; ++s) names.insert(StateName(static_cast<State>(s)));
  EXPECT_EQ(names.size(), kStateCount);
  names.clear();
  for (std::size_t e = 0; e < kEventCount; ++e) names.insert(EventName(static_cast<Event>(e)));
  EXPECT_EQ(names.size(), kEventCount);
}

}  // namespace
}  // namespace pons::commands
