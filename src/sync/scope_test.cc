// SPDX-License-Identifier: Apache-2.0
#include "sync/scope.h"

#include <gtest/gtest.h>

namespace pons::sync {
namespace {

using model::Stream;

store::Grant OnVisit() {
  store::Grant grant;
  grant.id = GrantId("grant-1");
  grant.all_locations_to = "main";
  return grant;
}

store::Grant All() {
  auto grant = OnVisit();
  grant.mode = store::GrantMode::kAll;
  return grant;
}

Reading ReadingOf(Stream stream, const std::vector<store::Grant>& grants) {
  std::vector<const store::Grant*> pointers;
  for (const auto& grant : grants) pointers.push_back(&grant);
  return ScopeOf(stream, pointers).reading;
}

TEST(Scope, OnlyWhatSomeGrantNeedsIsCopied) {
  struct Case {
    Stream stream;
    Reading none, on_visit, all;
  };
  const Case cases[] = {
      {Stream::kPatients, Reading::kNone, Reading::kFromTip, Reading::kEverything},
      {Stream::kEncounters, Reading::kNone, Reading::kFromTip, Reading::kFromTip},
      {Stream::kAppointments, Reading::kNone, Reading::kNone, Reading::kEverything},
      {Stream::kConditions, Reading::kNone, Reading::kNone, Reading::kNone},
      {Stream::kLocations, Reading::kEverything, Reading::kEverything, Reading::kEverything},
      {Stream::kPractitioners, Reading::kEverything, Reading::kEverything, Reading::kEverything},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ReadingOf(c.stream, {}), c.none) << model::StreamName(c.stream);
    EXPECT_EQ(ReadingOf(c.stream, {OnVisit()}), c.on_visit) << model::StreamName(c.stream);
    EXPECT_EQ(ReadingOf(c.stream, {All()}), c.all) << model::StreamName(c.stream);
    EXPECT_EQ(ReadingOf(c.stream, {OnVisit(), All()}), c.all) << model::StreamName(c.stream);
  }
}

TEST(Scope, WhatAnAppHasCreatedIsFollowed) {
  auto grant = OnVisit();
  grant.switches.patients_in = false;
  grant.switches.patients_out = true;
  EXPECT_EQ(ReadingOf(Stream::kPatients, {grant}), Reading::kFromTip);
  EXPECT_EQ(ReadingOf(Stream::kEncounters, {grant}), Reading::kFromTip)
      << "the first visit makes the patient the practice's";
  EXPECT_EQ(ReadingOf(Stream::kAppointments, {grant}), Reading::kNone);
}

TEST(Scope, WhatAnAppHasBookedIsFollowed) {
  auto grant = OnVisit();
  grant.switches.take_bookings = true;
  EXPECT_EQ(ReadingOf(Stream::kAppointments, {grant}), Reading::kFromTip);
  EXPECT_EQ(ReadingOf(Stream::kAppointments, {grant, All()}), Reading::kEverything);
  grant.switches.take_bookings = false;
  grant.switches.publish_availability = true;
  EXPECT_EQ(ReadingOf(Stream::kAppointments, {grant}), Reading::kFromTip);
}

TEST(Scope, PastHistoryNeedsItsSwitch) {
  auto grant = OnVisit();
  grant.switches.read_clinical_data = true;
  EXPECT_EQ(ReadingOf(Stream::kConditions, {grant}), Reading::kFromTip);
  grant.mode = store::GrantMode::kAll;
  EXPECT_EQ(ReadingOf(Stream::kConditions, {grant}), Reading::kEverything);
  grant.switches.patients_in = false;
  EXPECT_EQ(ReadingOf(Stream::kConditions, {grant}), Reading::kNone);
}

TEST(Scope, WithoutPatientsInNoPatientIsRead) {
  auto grant = All();
  grant.switches.patients_in = false;
  for (const auto stream : {Stream::kPatients, Stream::kEncounters, Stream::kAppointments}) {
    EXPECT_EQ(ReadingOf(stream, {grant}), Reading::kNone) << model::StreamName(stream);
  }
}

TEST(Scope, TheMarkChangesWhereASweepIsDue) {
  const auto mark = [](const store::Grant& grant) {
    return ScopeOf(Stream::kPatients, {&grant}).mark;
  };
  const auto base = All();
  EXPECT_EQ(mark(base), mark(All()));
  EXPECT_NE(mark(base), mark(OnVisit()));
  auto changed = base;
  changed.practitioners = {store::FilterKind::kThese, {"7"}};
  EXPECT_NE(mark(changed), mark(base));
  changed = base;
  changed.locations = {{"1", "north"}};
  EXPECT_NE(mark(changed), mark(base));
  changed = base;
  changed.switches.read_clinical_data = true;
  EXPECT_NE(mark(changed), mark(base));
  changed = base;
  changed.switches.referrals = true;
  EXPECT_EQ(mark(changed), mark(base)) << "no reading depends on it";
}

TEST(SavedCursor, ComesBackAsItWasWritten) {
  const SavedCursor cursors[] = {
      {},
      {"tip", std::nullopt, std::nullopt},
      {"tip", FromMillis(1'772'000'000'123), "bp1:900:2026"},
      {"all:-17", std::nullopt, ""},
      {"all:1", FromMillis(-5), "with =, ; and \x1f in it"},
  };
  for (const auto& cursor : cursors) {
    const auto back = ReadSavedCursor(WriteSavedCursor(cursor));
    EXPECT_EQ(back.mark, cursor.mark);
    EXPECT_EQ(back.from, cursor.from);
    EXPECT_EQ(back.token, cursor.token);
  }
}

TEST(SavedCursor, AnythingElseStartsOver) {
  for (const char* text : {"", "x", "a\x1f",
                           "a\x1f"
                           "b"}) {
    const auto back = ReadSavedCursor(text);
    EXPECT_TRUE(back.mark.empty());
    EXPECT_FALSE(back.token);
  }
}

}  // namespace
}  // namespace pons::sync
