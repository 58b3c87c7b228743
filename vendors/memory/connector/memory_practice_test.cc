// SPDX-License-Identifier: Apache-2.0
// The practice itself: what a visit remembers of the diary, and what its feed tells.
#include "vendors/memory/connector/memory_practice.h"

#include <gtest/gtest.h>

#include "base/clock_fake.h"

namespace pons::memory {
namespace {

class MemoryPracticeTest : public ::testing::Test {
 protected:
  MemoryPracticeTest() : clock_(*ParseInstant("2026-03-09T00:00:00Z")), practice_({}, clock_) {}

  std::string Book(const char* starts, const char* reason, const char* state = "booked") {
    return practice_.Add(
        Table::kDiary,
        {{"patient", "p1"}, {"starts", starts}, {"reason", reason}, {"state", state}});
  }
  std::string ReasonOfVisit() {
    const auto visit = practice_.StartVisit("p1", "d1", "s1");
    return std::string(practice_.Find(Table::kVisits, visit)->data.Text("reason"));
  }

  FakeClock clock_;
  MemoryPractice practice_;
};

TEST_F(MemoryPracticeTest, AVisitTakesTheReasonOfTheMostRecentAppointment) {
  Book("2026-03-01T09:00:00", "older");
  Book("2026-03-09T12:00:00", "today");
  Book("2026-03-20T09:00:00", "future");
  EXPECT_EQ(ReasonOfVisit(), "today");
}

TEST_F(MemoryPracticeTest, ACancelledAppointmentDoesNotCount) {
  Book("2026-03-01T09:00:00", "older");
  Book("2026-03-09T09:00:00", "cancelled", "cancelled");
  EXPECT_EQ(ReasonOfVisit(), "older");
}

TEST_F(MemoryPracticeTest, AVisitWithoutAppointmentsHasNoReason) { EXPECT_EQ(ReasonOfVisit(), ""); }

TEST_F(MemoryPracticeTest, TheFeedGivesTheLastStateOfEachRowInOrderOfChange) {
  const auto a = practice_.Add(Table::kPatients, {{"last", "A"}});
  const auto b = practice_.Add(Table::kPatients, {{"last", "B"}});
  ASSERT_TRUE(practice_.Edit(Table::kPatients, a, {{"last", "C"}}));
  const CancelToken cancel;
  const auto deadline = clock_.Now() + seconds(5);
  Request sign_in;
  sign_in.operation = Operation::kSignIn;
  sign_in.user = practice_.options().user;
  sign_in.password = practice_.options().password;
  const auto token = DecodeAnswer(practice_.Serve({clock_, cancel, deadline}, sign_in).body)->token;
  Request feed;
  feed.operation = Operation::kFeed;
  feed.table = Table::kPatients;
  feed.token = token;
  const auto answer = DecodeAnswer(practice_.Serve({clock_, cancel, deadline}, feed).body);
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->rows.size(), 2u);
  EXPECT_EQ(answer->rows[0].id, b);
  EXPECT_EQ(answer->rows[1].id, a);
  EXPECT_EQ(answer->rows[1].data.Text("last"), "C");
}

}  // namespace
}  // namespace pons::memory
