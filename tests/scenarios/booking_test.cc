// SPDX-License-Identifier: Apache-2.0
// The life of a booking: made by the app, moved by staff, kept or cancelled.
#include "tests/scenarios/story.h"

namespace pons::scenarios {
namespace {

class Booking : public Story<Booking> {
 public:
  static rehearsal::WorldOptions Options() {
    rehearsal::WorldOptions options;
    options.vendor = "best_practice";
    options.patients = 60;
    options.appointments = 60;
    return options;
  }

 protected:
  // The practice's own diary entry; null where there is none.
  static json::Value InDiary(const std::string& number, const std::string& date) {
    const auto diary = Practice("/clinic/diary?date=" + date);
    for (const auto& practitioner : *diary.Find("practitioners")->array()) {
      for (const auto& entry : *practitioner.Find("appointments")->array()) {
        if (entry.Text("id") == number) return entry;
      }
    }
    return {};
  }
  static Answer Book(const std::string& start, const std::string& key = NewKey()) {
    return Create("Appointment", world().Booking(PatientId(), world().practitioners()[0], start),
                  key);
  }
};

TEST_F(Booking, IsInTheDiaryOnceItIsConfirmed) {
  const auto start = FreeTime();
  const auto booked = Book(start);
  ASSERT_EQ(booked.status, 201) << booked.text;
  EXPECT_EQ(booked.body.Text("status"), "booked");
  EXPECT_EQ(booked.body.Text("start"), world().WithOffset(start));
  const auto entry = InDiary(LocalIdentifier(booked.body), start.substr(0, 10));
  ASSERT_FALSE(entry.is_null());
  EXPECT_EQ(entry.Text("patient"), "5");
  EXPECT_EQ(entry.Text("time"), start.substr(11, 5));
  EXPECT_TRUE(Told("appointment.created", booked.id()));
}

TEST_F(Booking, OneTimeIsGivenOnceAndTheOthersAreOfferedMore) {
  const auto start = FreeTime();
  ASSERT_EQ(Book(start).status, 201);
  const auto second = Book(start);
  EXPECT_EQ(second.status, 409) << second.text;
  const auto alternatives = second.alternatives();
  EXPECT_FALSE(alternatives.empty()) << second.text;
  EXPECT_LE(alternatives.size(), 5u);
  EXPECT_EQ(std::count(alternatives.begin(), alternatives.end(), world().WithOffset(start)), 0);
}

TEST_F(Booking, WhatStaffMoveTheAppIsTold) {
  const auto start = FreeTime();
  const auto booked = Book(start);
  ASSERT_EQ(booked.status, 201) << booked.text;
  const auto later = FreeTime();
  Staff("PATCH", "/clinic/appointments/" + LocalIdentifier(booked.body),
        json::Object{{"date", later.substr(0, 10)}, {"time", later.substr(11, 5)}});
  ASSERT_TRUE(World::Eventually([&] {
    return Get("Appointment/" + booked.id()).body.Text("start") == world().WithOffset(later);
  }));
  EXPECT_TRUE(Told("appointment.updated", booked.id()));
}

TEST_F(Booking, TheAppMovesAndCancels) {
  const auto start = FreeTime();
  const auto booked = Book(start);
  ASSERT_EQ(booked.status, 201) << booked.text;
  const auto number = LocalIdentifier(booked.body);
  const auto later = FreeTime();
  auto wanted = booked.body;
  wanted.Set("start", world().WithOffset(later));
  wanted = Without(wanted, "end");
  const auto moved = Put("Appointment/" + booked.id(), wanted, booked.etag());
  ASSERT_EQ(moved.status, 200) << moved.text;
  EXPECT_EQ(InDiary(number, later.substr(0, 10)).Text("time"), later.substr(11, 5));
  EXPECT_TRUE(World::Eventually([&] {
    const auto free = world().FreeTimes(world().practitioners()[0], start.substr(0, 10));
    return free && std::count(free->begin(), free->end(), start) == 1;
  })) << "the time it had is free again";
  auto off = moved.body;
  off.Set("status", "cancelled");
  off.Set("cancelationReason", json::Object{{"text", "Feeling better"}});
  const auto cancelled = Put("Appointment/" + booked.id(), off, moved.etag());
  ASSERT_EQ(cancelled.status, 200) << cancelled.text;
  EXPECT_EQ(cancelled.body.Text("status"), "cancelled");
  const auto entry = InDiary(number, later.substr(0, 10));
  EXPECT_TRUE(entry.is_null() || entry.Text("status") == "cancelled") << json::Write(entry);
}

TEST_F(Booking, ThePatientArrives) {
  const auto start = FreeTime();
  const auto booked = Book(start);
  ASSERT_EQ(booked.status, 201) << booked.text;
  auto here = booked.body;
  here.Set("status", "arrived");
  const auto arrived = Put("Appointment/" + booked.id(), here, booked.etag());
  ASSERT_EQ(arrived.status, 200) << arrived.text;
  EXPECT_EQ(InDiary(LocalIdentifier(booked.body), start.substr(0, 10)).Text("status"), "arrived");
}

TEST_F(Booking, WhatCannotBeBookedIsRefusedInWords) {
  auto past = world().Booking(PatientId(), world().practitioners()[0],
                              DayAfter(world().today(), -2) + "T09:00:00");
  const auto too_late = Create("Appointment", past);
  EXPECT_EQ(too_late.status, 422) << too_late.text;
  EXPECT_FALSE(too_late.reason().empty());

  const auto away = DayAfter(world().today(), 40);
  Staff("POST", "/clinic/away",
        json::Object{{"practitioner", world().practitioners()[1].vendor_id},
                     {"from", away},
                     {"to", away},
                     {"reason", "Conference"}});
  const auto refused = Create(
      "Appointment", world().Booking(PatientId(), world().practitioners()[1], away + "T10:00:00"));
  EXPECT_TRUE(refused.status == 409 || refused.status == 422) << refused.text;
  EXPECT_NE(refused.reason().find("away"), std::string::npos) << refused.reason();
}

}  // namespace
}  // namespace pons::scenarios
