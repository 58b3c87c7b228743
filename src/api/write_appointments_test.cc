// SPDX-License-Identifier: Apache-2.0
// Bookings, their changes, and withdrawing a command.
#include <gmock/gmock.h>

#include "api/write_world.h"

namespace pons::api {
namespace {

using commands::State;
using model::Stream;
using ::testing::HasSubstr;

// The clock stands at 2026-09-21T14:13:20Z.
std::string Booking(const std::string& more = R"(,"start":"2026-10-02T09:00:00+10:00")",
                    const std::string& practitioner = "Practitioner/d1",
                    const std::string& service = "HealthcareService/s1") {
  return R"({"resourceType":"Appointment","status":"booked","description":"mole","participant":[)"
         R"({"actor":{"reference":"Patient/p1"}},{"actor":{"reference":")" +
         practitioner + R"("}},{"actor":{"reference":")" + service + R"("}}])" + more + "}";
}

class WriteAppointments : public WriteWorld {};

TEST_F(WriteAppointments, ABookingIsHandedInWithThePracticesOwnNames) {
  desk_.set_script(Confirmed(Stream::kAppointments, "a1"));
  const auto response = Ask("POST", "Appointment",
                            Booking(R"(,"start":"2026-10-02T09:00:00+10:00",)"
                                    R"("end":"2026-10-02T09:30:00+10:00")"));
  EXPECT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(HeaderOf(response, "location"), base_ + "/fhir/R4/Appointment/a1/_history/1");
  const auto submission = desk_.submissions().at(0);
  const auto book = std::get<model::BookAppointment>(submission.body);
  EXPECT_EQ(book.patient, (model::VendorRef{Stream::kPatients, "v-p1"}));
  EXPECT_EQ(book.practitioner, (model::VendorRef{Stream::kPractitioners, "v-d1"}));
  EXPECT_EQ(book.service, (model::VendorRef{Stream::kHealthcareServices, "v-s1"}));
  EXPECT_TRUE(book.location.empty());
  EXPECT_EQ(book.start, ParseInstant("2026-10-01T23:00:00Z"));
  EXPECT_EQ(book.length, std::chrono::minutes(30));
  EXPECT_EQ(book.description, "mole");
  EXPECT_EQ(submission.patient.value, "p1");
  EXPECT_EQ(submission.grant, grant_);
}

TEST_F(WriteAppointments, ARoleOrAProviderNumberNamesThePractitionerAndThePlace) {
  desk_.set_script(Confirmed(Stream::kAppointments, "a1"));
  EXPECT_EQ(Ask("POST", "Appointment",
                Booking(R"(,"start":"2026-10-02T09:00:00+10:00")", "PractitionerRole/r1"))
                .status,
            201);
  const std::string by_number =
      R"({"resourceType":"Appointment","start":"2026-10-02T09:00:00+10:00","participant":[)"
      R"({"actor":{"reference":"Patient/p1"}},{"actor":{"type":"Practitioner","identifier":)"
      R"({"system":"http://ns.electronichealth.net.au/id/medicare-provider-number",)"
      R"("value":"2426621b"}}}],"serviceType":[{"coding":[{"code":"v-s1"}]}]})";
  const auto numbered = Ask("POST", "Appointment", by_number);
  EXPECT_EQ(numbered.status, 201) << numbered.body;
  for (const auto& submission : desk_.submissions()) {
    const auto& book = std::get<model::BookAppointment>(submission.body);
    EXPECT_EQ(book.practitioner.id, "v-d1");
    EXPECT_EQ(book.location.id, "v-l1");
    EXPECT_EQ(book.service.id, "v-s1");
    EXPECT_EQ(book.length, std::chrono::minutes(0));
  }
}

TEST_F(WriteAppointments, WhatCannotBeBookedNamesItsElement) {
  struct Case {
    std::string body;
    const char* issue;
  };
  const std::string start = R"(,"start":"2026-10-02T09:00:00+10:00")";
  const Case cases[] = {
      {Booking(""), "required Appointment.start"},
      {Booking(R"(,"start":"2026-10-02T09:00:00")"), "invalid Appointment.start"},
      {Booking(R"(,"start":"2026-09-21T14:13:20Z")"), "business-rule Appointment.start"},
      {Booking(start + R"(,"end":"2026-10-02T09:00:00+10:00")"), "invalid Appointment.end"},
      {Booking(start + R"(,"end":"2026-10-02T09:00:30+10:00")"), "invalid Appointment.end"},
      {Booking(start + R"(,"end":"2026-10-02T09:20:00+10:00","minutesDuration":30)"),
       "invalid Appointment.minutesDuration"},
      {Booking(start, "Practitioner/d2"), "business-rule Appointment.participant"},
      {Booking(start, "Practitioner/nobody"), "not-found Appointment.participant"},
      {Booking(start, "Practitioner/d1", "HealthcareService/s2"),
       "business-rule Appointment.serviceType"},
      {Booking(start, "Practitioner/d1", "HealthcareService/none"),
       "not-found Appointment.serviceType"},
      {R"({"resourceType":"Appointment")" + start + "}", "required Appointment.participant"},
      {R"({"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/p1"}},)"
       R"({"actor":{"reference":"Practitioner/d1"}}])" +
           start + "}",
       "required Appointment.serviceType"},
      {R"({"resourceType":"Appointment","status":"fulfilled"})", "invalid Appointment.status"},
  };
  for (const auto& c : cases) {
    const auto response = Ask("POST", "Appointment", c.body);
    EXPECT_EQ(response.status, 422) << c.body << response.body;
    EXPECT_EQ(IssueOf(response), c.issue) << c.body;
  }
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    tx.DeleteRecord(store::KeyOf("p1"), {});
    return Ok();
  }));
  EXPECT_EQ(IssueOf(Ask("POST", "Appointment", Booking())), "deleted Appointment.participant");
  EXPECT_TRUE(desk_.submissions().empty());
}

TEST_F(WriteAppointments, RecordsOfAnotherPracticeDoNotMix) {
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    tx.Show(grant_, store::KeyOf("elsewhere"), "");
    return Ok();
  }));
  auto body = Booking();
  body.replace(body.find("Patient/p1"), 10, "Patient/elsewhere");
  const auto response = Ask("POST", "Appointment", body);
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(TextOf(response), HasSubstr("another practice"));
}

TEST_F(WriteAppointments, ATakenSlotIs409WithTheNearestFreeOnes) {
  desk_.set_script([&](const commands::Submission&, commands::CommandView& view) {
    view.state = State::kRejected;
    view.fault = Fault::kConflict;
    view.reason = "This time is taken.";
    for (int i = 1; i <= 7; ++i) {
      model::Slot slot;
      slot.start = *ParseInstant("2026-10-01T23:00:00Z") + std::chrono::minutes(15 * i);
      slot.end = slot.start + std::chrono::minutes(15);
      view.alternatives.push_back(slot);
    }
  });
  const auto response = Ask("POST", "Appointment", Booking());
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(TextOf(response), HasSubstr("This time is taken. Free nearby: 2026-10-02 09:15, "));
  const auto outcome = *json::Parse(response.body);
  const auto& extensions = *outcome.Find("issue")->array()->front().Find("extension")->array();
  ASSERT_EQ(extensions.size(), 5u);
  EXPECT_EQ(extensions[0].Text("url"), fhir::kAlternativeSlotExtension);
  EXPECT_EQ(extensions[0].Find("valuePeriod")->Text("start"), "2026-10-02T09:15:00+10:00");
  EXPECT_EQ(extensions[0].Find("valuePeriod")->Text("end"), "2026-10-02T09:30:00+10:00");
}

TEST_F(WriteAppointments, EachChangeIsItsOwnCommand) {
  desk_.set_script(Confirmed(Stream::kAppointments, "a1"));
  const auto patch = [&](const std::string& operations) {
    const auto response = Ask("PATCH", "Appointment/a1", "[" + operations + "]");
    EXPECT_EQ(response.status, 200) << operations << response.body;
    return desk_.submissions().back();
  };
  const auto cancel = patch(R"({"op":"replace","path":"/status","value":"cancelled"},)"
                            R"({"op":"add","path":"/cancelationReason","value":{"text":"ill"}})");
  EXPECT_EQ(std::get<model::CancelAppointment>(cancel.body).ref.id, "v-a1");
  EXPECT_EQ(std::get<model::CancelAppointment>(cancel.body).reason, "ill");
  EXPECT_EQ(cancel.target.value, "a1");
  EXPECT_EQ(cancel.patient.value, "p1");
  EXPECT_TRUE(cancel.expected_version.has_value());
  for (const auto& [code, status] : {std::pair{"arrived", model::AppointmentStatus::kArrived},
                                     {"noshow", model::AppointmentStatus::kNoShow}}) {
    const auto set =
        patch(R"({"op":"replace","path":"/status","value":")" + std::string(code) + R"("})");
    EXPECT_EQ(std::get<model::SetAppointmentStatus>(set.body).status, status);
  }
  const auto moved =
      patch(R"({"op":"replace","path":"/start","value":"2026-10-03T09:00:00+10:00"})");
  const auto move = std::get<model::MoveAppointment>(moved.body);
  EXPECT_EQ(move.start, ParseInstant("2026-10-02T23:00:00Z"));
  EXPECT_TRUE(move.practitioner.empty());
  EXPECT_TRUE(move.location.empty());
  Put(Record(Stream::kPractitioners, "d3"));
  const auto handed = patch(
      R"({"op":"replace","path":"/participant/1/actor/reference","value":"Practitioner/d3"})");
  EXPECT_EQ(std::get<model::MoveAppointment>(handed.body).practitioner.id, "v-d3");
  EXPECT_EQ(std::get<model::MoveAppointment>(handed.body).start,
            ParseInstant("2026-09-30T23:00:00Z"));
  const auto count = desk_.submissions().size();
  EXPECT_EQ(Ask("PATCH", "Appointment/a1", "[]").status, 200) << "so already";
  EXPECT_EQ(desk_.submissions().size(), count);
}

TEST_F(WriteAppointments, APutSaysTheSameThings) {
  desk_.set_script(Confirmed(Stream::kAppointments, "a1"));
  const auto response =
      Ask("PUT", "Appointment/a1", R"({"resourceType":"Appointment","id":"a1","status":"noshow"})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(std::get<model::SetAppointmentStatus>(desk_.submissions().back().body).status,
            model::AppointmentStatus::kNoShow);
}

TEST_F(WriteAppointments, AnArrivalCanBeTakenBackAndWhatHasEndedStays) {
  desk_.set_script(Confirmed(Stream::kAppointments, "a1"));
  Put(Appointment("a2", "arrived"));
  Put(Appointment("a3", "cancelled"));
  const std::string booked = R"([{"op":"replace","path":"/status","value":"booked"}])";
  EXPECT_EQ(Ask("PATCH", "Appointment/a2", booked).status, 200);
  EXPECT_EQ(std::get<model::SetAppointmentStatus>(desk_.submissions().back().body).status,
            model::AppointmentStatus::kBooked);
  EXPECT_EQ(IssueOf(Ask("PATCH", "Appointment/a3", booked)), "business-rule Appointment.status");
  const std::string move =
      R"([{"op":"replace","path":"/start","value":"2026-10-03T09:00:00+10:00"}])";
  EXPECT_EQ(IssueOf(Ask("PATCH", "Appointment/a2", move)), "business-rule Appointment.status");
}

TEST_F(WriteAppointments, WhatNoCommandChangesIsRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"op":"replace","path":"/status","value":"cancelled"},)"
       R"({"op":"replace","path":"/start","value":"2026-10-03T09:00:00+10:00"}])",
       "business-rule Appointment"},
      {R"([{"op":"replace","path":"/status","value":"fulfilled"}])",
       "not-supported Appointment.status"},
      {R"([{"op":"replace","path":"/participant/0/actor/reference","value":"Patient/p2"}])",
       "not-supported Appointment.participant"},
      {R"([{"op":"replace","path":"/participant/3/actor/reference","value":"HealthcareService/x"}])",
       "not-supported Appointment.serviceType"},
      {R"([{"op":"replace","path":"/minutesDuration","value":40}])",
       "not-supported Appointment.minutesDuration"},
      {R"([{"op":"replace","path":"/end","value":"2026-10-01T09:40:00+10:00"}])",
       "not-supported Appointment.end"},
      {R"([{"op":"add","path":"/description","value":"other"}])",
       "not-supported Appointment.description"},
      {R"([{"op":"replace","path":"/start","value":"2026-01-01T09:00:00+10:00"}])",
       "business-rule Appointment.start"},
      {R"([{"op":"replace","path":"/start","value":"soon"}])", "invalid Appointment.start"},
  };
  for (const auto& [patch, issue] : cases) {
    const auto response = Ask("PATCH", "Appointment/a1", patch);
    EXPECT_EQ(response.status, 422) << patch << response.body;
    EXPECT_EQ(IssueOf(response), issue) << patch;
  }
  EXPECT_TRUE(desk_.submissions().empty());
}

TEST_F(WriteAppointments, ChangesAreJudgedLikeCreates) {
  const std::string cancel = R"([{"op":"replace","path":"/status","value":"cancelled"}])";
  SetSwitches([](store::Switches&) {});
  const auto off = Ask("PATCH", "Appointment/a1", cancel);
  EXPECT_EQ(off.status, 403);
  EXPECT_THAT(TextOf(off), HasSubstr("\"take_bookings\""));
  SetSwitches([](store::Switches& on) { on.take_bookings = true; });
  EXPECT_EQ(Ask("PATCH", "Appointment/a1", cancel, {{"If-Match", "W/\"9\""}}).status, 412);
  desk_.set_unsupported(MakeError(Fault::kUnsupported, "No."));
  EXPECT_EQ(Ask("PATCH", "Appointment/a1", cancel, {{"If-Match", "W/\"9\""}}).status, 422)
      << "what cannot be done at all is said first";
  desk_.set_unsupported({});
  desk_.set_script(Ended(State::kRejected, Fault::kNotFound));
  const auto gone = Ask("PATCH", "Appointment/a1", cancel);
  EXPECT_EQ(gone.status, 410);
  // A key on a change is not needed, and counts where it is given.
  desk_.set_script(Confirmed(Stream::kAppointments, "a1"));
  const auto before = desk_.submissions().size();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Ask("PATCH", "Appointment/a1", cancel, {{"Idempotency-Key", "c"}}).status, 200);
  }
  EXPECT_EQ(desk_.submissions().size(), before + 1);
}

class WriteTasks : public WriteWorld {
 protected:
  void PutTask(const std::string& status) {
    auto task =
        Record(Stream::kTasks, "command-1", R"(,"status":")" + status + R"(","intent":"order")");
    task.keys.status = status;
    Put(task);
  }
};

TEST_F(WriteTasks, AreWithdrawnBySettingThemToCancelled) {
  PutTask("requested");
  const std::string cancel = R"([{"op":"replace","path":"/status","value":"cancelled"}])";
  EXPECT_EQ(Ask("PATCH", "Task/command-1", cancel, {{"If-Match", "W/\"4\""}}).status, 412);
  EXPECT_EQ(
      Ask("PATCH", "Task/command-1", R"([{"op":"replace","path":"/status","value":"completed"}])")
          .status,
      422);
  EXPECT_EQ(Ask("PATCH", "Task/command-1",
                R"([{"op":"replace","path":"/status","value":"cancelled"},)"
                R"({"op":"add","path":"/priority","value":"stat"}])")
                .status,
            422);
  EXPECT_EQ((*desk_.Find(app_, "command-1")).has_value(), false);
  const auto done = Ask("PATCH", "Task/command-1", cancel);
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ((*desk_.Find(app_, "command-1"))->state, State::kCancelled);
  desk_.set_too_late(true);
  EXPECT_EQ(Ask("PATCH", "Task/command-1", cancel).status, 409);
  EXPECT_EQ(Ask("PATCH", "Task/nobody", cancel).status, 404);
  EXPECT_EQ(HeaderOf(Ask("POST", "Task", "{}"), "allow"), "GET");
}

TEST_F(WriteTasks, AreFoundByWhatTheyAre) {
  fhir::TaskFields fields;
  fields.id = "t1";
  fields.status = "in-progress";
  fields.state = "in-doubt";
  fields.kind = "book-appointment";
  fields.patient_id = "p1";
  fields.focus = "Appointment/a1";
  fields.authored = *ParseInstant("2026-09-21T10:00:00Z");
  auto task = Record(Stream::kTasks, "t1");
  task.keys = commands::SearchKeysOf(fields);
  Put(task);
  for (const char* query : {"patient=p1", "status=in-progress", "business-status=in-doubt",
                            "code=book-appointment", "focus=Appointment/a1", "focus=a1",
                            "authored-on=2026-09-21", "modified=ge2026-09-21", "_id=t1"}) {
    EXPECT_EQ(Ids("/fhir/R4/Task?" + std::string(query)), std::vector<std::string>{"t1"}) << query;
  }
  for (const char* query : {"patient=p2", "status=completed", "business-status=accepted",
                            "code=create-patient", "focus=a2", "authored-on=2026-09-20"}) {
    EXPECT_TRUE(Ids("/fhir/R4/Task?" + std::string(query)).empty()) << query;
  }
}

}  // namespace
}  // namespace pons::api
