// SPDX-License-Identifier: Apache-2.0
// Writing to a practice over the real wire: each command once, with answers lost on either side of
// their effect, practitioners away, patients deleted, and receptionists who are quicker.
#include <thread>

#include "live_fixture.h"

namespace pons::best_practice {
namespace {

using model::AppointmentStatus;
using model::CommandBody;
using std::chrono::hours;
using std::chrono::minutes;

class BestPracticeWrites : public BestPracticeLive {
 protected:
  void SetUp() override {
    BestPracticeLive::SetUp();
    if (HasFatalFailure()) return;
    patient_ = Patient("Ada", "Sample");
    opened_ = Open();
    // A day on which the diary is open.
    const auto zone = *PracticeZone::Named("Australia/Sydney");
    for (int ahead = 1; ahead < 14 && day_.empty(); ++ahead) {
      const auto day = FormatDate(zone.ToLocal(SystemClock().Now() + ahead * hours(24)).day());
      if (!FreeTimes(day).empty()) day_ = day;
    }
    ASSERT_FALSE(day_.empty()) << "the practitioner has no diary";
  }

  std::vector<std::string> FreeTimes(const std::string& day) {
    std::vector<std::string> times;
    const auto answer = Ask("GET", "/clinic/free?practitioner=" + practitioner_ + "&date=" + day);
    if (const auto* slots = answer.Find("slots"); slots != nullptr && slots->array() != nullptr) {
      for (const auto& slot : *slots->array()) times.emplace_back(slot.Text("time"));
    }
    return times;
  }
  // The nth free time of the day.
  Instant FreeTime(std::size_t nth = 0) {
    const auto times = FreeTimes(day_);
    EXPECT_GT(times.size(), nth);
    return times.size() > nth ? AtTime(times[nth]) : Instant{};
  }
  Instant AtTime(const std::string& time) {
    const auto zone = *PracticeZone::Named("Australia/Sydney");
    return zone.ToInstant(LocalTime::At(*ParseDate(day_), hours(std::stoi(time.substr(0, 2))) +
                                                              minutes(std::stoi(time.substr(3)))));
  }
  std::string LocalText(Instant at) {
    const auto local = PracticeZone::Named("Australia/Sydney")->ToLocal(at);
    const std::chrono::hh_mm_ss clock(local.reading -
                                      std::chrono::floor<std::chrono::days>(local.reading));
    char text[8];
    std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()));
    return text;
  }

  Command Of(CommandBody body, std::optional<std::string> version = {}) {
    Command command;
    command.id = "c" + std::to_string(++count_);
    command.reference = "PONSTEST" + std::to_string(10 + count_);
    command.body = std::make_shared<const CommandBody>(std::move(body));
    command.expected_version = std::move(version);
    command.first_sent = SystemClock().Now();
    command.deadline = In(seconds(20));
    return command;
  }
  Command Booking(Instant start, minutes length = minutes(0)) {
    model::BookAppointment book;
    book.patient = {Stream::kPatients, patient_};
    book.practitioner = {Stream::kPractitioners, practitioner_};
    book.location = {Stream::kLocations, location_};
    book.service = {Stream::kHealthcareServices, type_};
    book.start = start;
    book.length = length;
    book.description = "a mole that itches";
    return Of(book);
  }
  CommandSink& Sink() { return *opened_.session->commands(); }
  Change Read(const model::VendorRef& ref) {
    const std::string ids[] = {ref.id};
    auto answer = opened_.session->records()->Read(ref.stream, ids, In(seconds(5)));
    EXPECT_TRUE(answer) << answer.error().summary;
    return answer && !answer->changes.empty() ? answer->changes[0] : Change{};
  }
  std::size_t Count(Stream stream) {
    std::optional<Cursor> at;
    return Drain(*opened_.session, stream, at).size();
  }
  std::string StaffBook(Instant start, int length = 15) {
    return Made("/clinic/appointments", {{"patient", Patient("Grace", "Other")},
                                         {"practitioner", practitioner_},
                                         {"location", location_},
                                         {"type", type_},
                                         {"date", day_},
                                         {"time", LocalText(start)},
                                         {"minutes", length}});
  }
  // Past every rule of the diary.
  void PutAt(const std::string& appointment, Instant start) {
    const auto local = PracticeZone::Named("Australia/Sydney")->ToLocal(start);
    const auto midnight = std::chrono::floor<std::chrono::days>(local.reading);
    Raw("APPOINTMENTS", appointment, "APPOINTMENTDATE", FormatDate(local.day()));
    Raw("APPOINTMENTS", appointment, "APPOINTMENTTIME", (local.reading - midnight).count());
  }
  // Appointments that are not cancelled.
  std::vector<std::string> Standing() {
    std::vector<std::string> standing;
    std::optional<Cursor> at;
    for (const auto& change : Drain(*opened_.session, Stream::kAppointments, at)) {
      const auto& one = std::get<model::Appointment>(*change.record);
      if (one.status != AppointmentStatus::kCancelled) standing.push_back(change.ref.id);
    }
    return standing;
  }
  void Fault(std::string_view match, std::string_view action) {
    Say("POST", "/faults",
        Object{{"match", match}, {"action", action}, {"times", 1}, {"after", 0}});
  }
  static model::Patient Person(std::string given, std::string family) {
    model::Patient person;
    model::HumanName name;
    name.given = std::move(given);
    name.family = std::move(family);
    person.names.push_back(std::move(name));
    person.birth_date = *ParseDate("1990-03-04");
    person.gender = model::Gender::kFemale;
    person.telecoms = {{"phone", "0400 000 123", "mobile"}, {"email", "new@example.com", ""}};
    model::Address home;
    home.use = "home";
    home.line = {"1 Wharf St"};
    home.city = "SYDNEY";
    home.postal_code = "2000";
    person.addresses.push_back(std::move(home));
    return person;
  }

  std::string patient_, day_;
  Opened opened_;
  int count_ = 0;
};

// ---- Appointments -------------------------------------------------------------------------------

TEST_F(BestPracticeWrites, ABookingIsMadeReadBackAndNoLongerOffered) {
  const auto start = FreeTime();
  const auto command = Booking(start);
  const auto applied = Sink().Apply(command);
  ASSERT_TRUE(applied) << applied.error().summary;
  EXPECT_FALSE(applied->existed);
  const auto confirmed = Sink().Confirm(command, *applied);
  ASSERT_TRUE(confirmed) << confirmed.error().summary;
  ASSERT_TRUE(confirmed->change);
  const auto& made = std::get<model::Appointment>(*confirmed->change->record);
  EXPECT_EQ(made.start, start);
  EXPECT_EQ(made.end - made.start, minutes(15));
  EXPECT_EQ(made.patient.id, patient_);
  EXPECT_EQ(made.practitioner.id, practitioner_);
  EXPECT_EQ(made.location.id, location_);
  EXPECT_EQ(made.service.id, type_);
  EXPECT_EQ(made.description, "a mole that itches") << "our reference is not shown";
  // Sync brings the same version: the next poll is an echo.
  EXPECT_EQ(Read(applied->ref).version, confirmed->change->version);

  const auto again = Sink().Apply(command);
  ASSERT_TRUE(again) << again.error().summary;
  EXPECT_EQ(again->ref, applied->ref);
  EXPECT_EQ(Count(Stream::kAppointments), 1u);

  const auto other = Sink().Apply(Booking(start));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().fault, Fault::kConflict) << other.error().summary;
  EXPECT_EQ(other.error().effect, Effect::kNone);
}

TEST_F(BestPracticeWrites, SlotsAreFreeTimesAndNothingElse) {
  const auto start = FreeTime();
  SlotQuery query;
  query.practitioner = {Stream::kPractitioners, practitioner_};
  query.service = {Stream::kHealthcareServices, type_};
  query.from = start;
  query.to = start + hours(2);
  query.deadline = In(seconds(10));
  auto before = opened_.session->slots()->ReadSlots(query);
  ASSERT_TRUE(before) << before.error().summary;
  ASSERT_GE(before->slots.size(), 2u);
  EXPECT_EQ(before->slots[0].start, start);
  EXPECT_EQ(before->slots[0].end - before->slots[0].start, minutes(15));
  EXPECT_EQ(before->slots[0].location.id, location_);
  StaffBook(start);
  auto after = opened_.session->slots()->ReadSlots(query);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->slots.size(), before->slots.size() - 1);
  EXPECT_GT(after->slots[0].start, start);
  // A long one needs as many slots, one behind the other.
  query.length = minutes(45);
  auto longer = opened_.session->slots()->ReadSlots(query);
  ASSERT_TRUE(longer);
  for (const auto& slot : longer->slots) EXPECT_EQ(slot.end - slot.start, minutes(45));

  Say("POST", "/clinic/away",
      Object{{"practitioner", practitioner_}, {"from", day_}, {"to", day_}, {"reason", "leave"}});
  const auto away = opened_.session->slots()->ReadSlots(query);
  ASSERT_TRUE(away) << away.error().summary;
  EXPECT_TRUE(away->slots.empty());
  const auto refused = Sink().Apply(Booking(start + hours(1)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kRejected) << refused.error().summary;
  EXPECT_EQ(refused.error().effect, Effect::kNone);
  EXPECT_NE(refused.error().summary.find("away"), std::string::npos);
  EXPECT_FALSE(refused.error().vendor_code.empty());
  EXPECT_EQ(refused.error().vendor_code.find(' '), std::string::npos) << "their code, not our sign";
}

TEST_F(BestPracticeWrites, WhatCannotBeBookedIsRefusedBeforeWriting) {
  Say("DELETE", "/journal");
  const auto past = Sink().Apply(Booking(SystemClock().Now() - hours(1)));
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().fault, Fault::kRejected);
  EXPECT_EQ(past.error().vendor_code, "in-the-past");
  const auto night = Sink().Apply(Booking(AtTime("03:00")));
  ASSERT_FALSE(night);
  EXPECT_EQ(night.error().vendor_code, "not-offered") << night.error().summary;
  auto command = Booking(FreeTime());
  auto book = std::get<model::BookAppointment>(*command.body);
  book.description = std::string(490, 'x');
  const auto text = Sink().Apply(Of(book));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().vendor_code, "too-long");
  EXPECT_EQ(Count(Stream::kAppointments), 0u);
}

TEST_F(BestPracticeWrites, ADeletedPatientIsNotBooked) {
  Say("DELETE", "/clinic/patients/" + patient_);
  const auto refused = Sink().Apply(Booking(FreeTime()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kRejected) << refused.error().summary;
  EXPECT_EQ(refused.error().effect, Effect::kNone);
  EXPECT_EQ(Count(Stream::kAppointments), 0u);
}

TEST_F(BestPracticeWrites, ALostAnswerIsFoundAndALostRequestIsNot) {
  const auto start = FreeTime();
  auto command = Booking(start);
  Fault("BP_AddAppointmentEx", "drop_after_effect");
  auto lost = Sink().Apply(command);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().effect, Effect::kUnknown) << lost.error().summary;
  auto trace = Sink().FindEffect(command);
  ASSERT_TRUE(trace) << trace.error().summary;
  ASSERT_EQ(trace->kind, Trace::Kind::kFound) << trace->evidence;
  EXPECT_TRUE(Sink().Confirm(command, trace->applied)->change);

  auto second = Booking(FreeTime(3));
  Fault("BP_AddAppointmentEx", "drop_before_effect");
  lost = Sink().Apply(second);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().effect, Effect::kUnknown);
  trace = Sink().FindEffect(second);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->kind, Trace::Kind::kNone) << trace->evidence;
  ASSERT_TRUE(Sink().Apply(second));
  EXPECT_EQ(Count(Stream::kAppointments), 2u);
}

TEST_F(BestPracticeWrites, WithoutAReferenceTheNaturalKeyTells) {
  auto settings = SettingsFor(port());
  settings.Set("appointment_reference", "none");
  opened_ = Open(settings);
  const auto start = FreeTime();
  auto command = Booking(start);
  Fault("BP_AddAppointmentEx", "drop_after_effect");
  ASSERT_FALSE(Sink().Apply(command));
  auto trace = Sink().FindEffect(command);
  ASSERT_TRUE(trace);
  ASSERT_EQ(trace->kind, Trace::Kind::kFound) << trace->evidence;
  // Cancelled by somebody since: it was booked all the same.
  Say("PATCH", "/clinic/appointments/" + trace->applied.ref.id, Object{{"status", "cancelled"}});
  trace = Sink().FindEffect(command);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->kind, Trace::Kind::kFound);
  const auto confirmed = Sink().Confirm(command, trace->applied);
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(std::get<model::Appointment>(*confirmed->change->record).status,
            AppointmentStatus::kCancelled);
  // A second one that is as good: nobody can tell.
  const auto second = Made("/clinic/appointments", {{"patient", patient_},
                                                    {"practitioner", practitioner_},
                                                    {"location", location_},
                                                    {"type", type_},
                                                    {"date", day_},
                                                    {"time", LocalText(start)},
                                                    {"minutes", 15}});
  Say("PATCH", "/clinic/appointments/" + second, Object{{"status", "cancelled"}});
  trace = Sink().FindEffect(command);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->kind, Trace::Kind::kCannotTell) << trace->evidence;
  // What was made long before the command was sent is not its effect.
  command.first_sent = SystemClock().Now() + hours(1);
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kNone);
}

// Receptionists take the time between our look and our writing.
TEST_F(BestPracticeWrites, WhoWasThereFirstStays) {
  const auto start = FreeTime();
  Say("POST", "/faults",
      Object{
          {"match", "BP_AddAppointmentEx"}, {"action", "delay"}, {"amount", 1500}, {"times", 1}});
  Say("DELETE", "/journal");
  std::string theirs;
  std::thread receptionist([&] {
    // Once our checks are through.
    const CancelToken never;
    never.WaitFor(milliseconds(700));
    theirs = StaffBook(start);
  });
  const auto ours = Sink().Apply(Booking(start));
  receptionist.join();
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error().fault, Fault::kConflict) << ours.error().summary;
  EXPECT_EQ(ours.error().effect, Effect::kNone);
  std::optional<Cursor> at;
  int live = 0;
  for (const auto& change : Drain(*opened_.session, Stream::kAppointments, at)) {
    const auto& one = std::get<model::Appointment>(*change.record);
    if (one.status == AppointmentStatus::kCancelled) continue;
    ++live;
    EXPECT_EQ(change.ref.id, theirs);
  }
  EXPECT_EQ(live, 1);
}

TEST_F(BestPracticeWrites, AMoveThatCameLateGoesBack) {
  const auto from = FreeTime(0);
  const auto to = FreeTime(4);
  const auto booked = Sink().Apply(Booking(from));
  ASSERT_TRUE(booked) << booked.error().summary;
  Say("POST", "/faults",
      Object{{"match", "BP_MoveAppointment"}, {"action", "delay"}, {"amount", 1500}, {"times", 1}});
  std::thread receptionist([&] {
    const CancelToken never;
    never.WaitFor(milliseconds(700));
    StaffBook(to);
  });
  model::MoveAppointment move;
  move.ref = booked->ref;
  move.start = to;
  const auto late = Sink().Apply(Of(move));
  receptionist.join();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, Fault::kConflict) << late.error().summary;
  EXPECT_EQ(late.error().effect, Effect::kNone);
  EXPECT_EQ(std::get<model::Appointment>(*Read(booked->ref).record).start, from);
}

TEST_F(BestPracticeWrites, BesideAnEarlierOneNobodyButAPersonCanTell) {
  const auto theirs = StaffBook(FreeTime(4));
  const auto start = FreeTime();
  const auto command = Booking(start);
  Fault("BP_AddAppointmentEx", "drop_after_effect");
  ASSERT_FALSE(Sink().Apply(command));
  // Moved onto ours before anybody could look.
  PutAt(theirs, start);
  const auto trace = Sink().FindEffect(command);
  ASSERT_TRUE(trace) << trace.error().summary;
  EXPECT_EQ(trace->kind, Trace::Kind::kCannotTell) << trace->evidence;
}

// The answer of the adding is lost, somebody else stands there first, and the command comes again.
TEST_F(BestPracticeWrites, ACommandThatFindsItsOwnLateBookingYields) {
  const auto theirs = StaffBook(FreeTime(4));
  const auto start = FreeTime();
  const auto command = Booking(start);
  Fault("BP_AddAppointmentEx", "drop_after_effect");
  ASSERT_FALSE(Sink().Apply(command));
  PutAt(theirs, start);
  const auto again = Sink().Apply(command);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::kConflict) << again.error().summary;
  EXPECT_EQ(again.error().effect, Effect::kNone);
  EXPECT_EQ(Standing(), std::vector<std::string>{theirs}) << "ours is cancelled";
}

TEST_F(BestPracticeWrites, AMoveWhoseAnswerIsLostIsFoundWhereItWasToGo) {
  const auto other_room = Made("/clinic/locations", {{"name", "Hill Clinic"}});
  const auto theirs = StaffBook(FreeTime(6));
  const auto from = FreeTime(0);
  const auto booked = Sink().Apply(Booking(from));
  ASSERT_TRUE(booked) << booked.error().summary;
  model::MoveAppointment move;
  move.ref = booked->ref;
  move.start = from;
  move.location = {Stream::kLocations, other_room};
  const auto elsewhere = Of(move);
  Fault("BP_MoveAppointment", "drop_before_effect");
  EXPECT_FALSE(Sink().Apply(elsewhere));
  EXPECT_EQ(Sink().FindEffect(elsewhere)->kind, Trace::Kind::kNone) << "the time alone is no move";
  const auto moved = Sink().Apply(elsewhere);
  ASSERT_TRUE(moved) << moved.error().summary;
  EXPECT_FALSE(moved->existed);
  EXPECT_EQ(Sink().FindEffect(elsewhere)->kind, Trace::Kind::kFound);

  move.start = FreeTime(3);
  const auto later = Of(move);
  Fault("BP_MoveAppointment", "drop_after_effect");
  EXPECT_FALSE(Sink().Apply(later));
  PutAt(theirs, move.start);
  const auto trace = Sink().FindEffect(later);
  ASSERT_TRUE(trace) << trace.error().summary;
  EXPECT_EQ(trace->kind, Trace::Kind::kCannotTell) << trace->evidence;
}

// Best Practice keeps wall-clock times alone: what it cannot say is refused, never an hour off.
TEST_F(BestPracticeWrites, AnHourThatComesTwiceIsTheFirstOrRefused) {
  const auto zone = *PracticeZone::Named("Australia/Sydney");
  auto change = std::chrono::ceil<hours>(SystemClock().Now() + hours(24));
  while (zone.OffsetAt(change) >= zone.OffsetAt(change - hours(1))) change += hours(1);
  const Instant first = change - minutes(30), second = change + minutes(30);
  ASSERT_EQ(zone.ToLocal(first), zone.ToLocal(second));

  const auto booking = Sink().Apply(Booking(second));
  ASSERT_FALSE(booking);
  EXPECT_EQ(booking.error().vendor_code, "repeated-hour") << booking.error().summary;
  EXPECT_EQ(booking.error().effect, Effect::kNone);

  const auto booked = Sink().Apply(Booking(FreeTime()));
  ASSERT_TRUE(booked) << booked.error().summary;
  PutAt(booked->ref.id, first);
  EXPECT_EQ(std::get<model::Appointment>(*Read(booked->ref).record).start, first);
  model::MoveAppointment move;
  move.ref = booked->ref;
  move.start = second;
  const auto moved = Sink().Apply(Of(move));
  ASSERT_FALSE(moved) << "it stands an hour earlier";
  EXPECT_EQ(moved.error().vendor_code, "repeated-hour");
  EXPECT_EQ(moved.error().effect, Effect::kNone);
  move.start = first;
  const auto stays = Sink().Apply(Of(move));
  ASSERT_TRUE(stays) << stays.error().summary;
  EXPECT_TRUE(stays->existed);
}

TEST_F(BestPracticeWrites, AnHourThatNeverComesIsNotOffered) {
  const auto zone = *PracticeZone::Named("Australia/Sydney");
  auto change = std::chrono::ceil<hours>(SystemClock().Now() + hours(24));
  while (zone.OffsetAt(change) <= zone.OffsetAt(change - hours(1))) change += hours(1);
  // A diary from 1:00 to 5:00 on that day of the week; 2:00 to 3:00 is skipped on the day itself.
  std::int64_t session = 0;
  const auto read = opened_.sql->Query(
      {.text = "SELECT TOP (1) SESSIONID FROM SESSIONS WHERE USERID = ? ORDER BY SESSIONID",
       .parameters = {std::int64_t{std::stoll(practitioner_)}}},
      nullptr,
      [&](net::SqlRow row) {
        session = std::get<std::int64_t>(row[0]);
        return true;
      },
      cancel_);
  ASSERT_TRUE(read) << read.error().summary;
  const std::chrono::weekday weekday(std::chrono::sys_days(zone.ToLocal(change).day()));
  const auto key = std::to_string(session);
  Raw("SESSIONS", key, "DAYOFWEEK", std::int64_t{weekday.c_encoding()} + 1);
  Raw("SESSIONS", key, "STARTTIME", std::int64_t{3600});
  Raw("SESSIONS", key, "ENDTIME", std::int64_t{5 * 3600});
  SlotQuery query;
  query.practitioner = {Stream::kPractitioners, practitioner_};
  query.from = change - hours(1);
  query.to = change + hours(2);
  query.deadline = In(seconds(10));
  const auto answer = opened_.session->slots()->ReadSlots(query);
  ASSERT_TRUE(answer) << answer.error().summary;
  ASSERT_FALSE(answer->slots.empty());
  std::set<Instant> starts;
  for (const auto& slot : answer->slots) {
    EXPECT_TRUE(starts.insert(slot.start).second) << "offered twice: " << LocalText(slot.start);
  }
  EXPECT_TRUE(starts.contains(change - hours(1)));
  EXPECT_TRUE(starts.contains(change)) << "3:00, which follows 1:59";
}

// A server of this kind writes '?' for letters that its code page does not have.
TEST_F(BestPracticeWrites, LettersThatAreNotKeptAreToldOf) {
  model::CreatePatient create;
  model::HumanName name;
  name.use = "official";
  name.family = "Nguy\xE1\xBB\x85n";
  name.given = "Ana?";
  create.patient.names = {name};
  create.patient.birth_date = ParseDate("1990-02-03");
  const auto command = Of(create);
  const auto made = Sink().Apply(command);
  ASSERT_TRUE(made) << made.error().summary;
  const auto whole = Sink().Confirm(command, *made);
  ASSERT_TRUE(whole) << whole.error().summary;
  EXPECT_FALSE(whole->needs_attention) << whole->note;
  Raw("PATIENTS", made->ref.id, "SURNAME", "Nguy?n");
  const auto told = Sink().Confirm(command, *made);
  ASSERT_TRUE(told) << told.error().summary;
  EXPECT_EQ(told->kind, Confirmation::Kind::kConfirmed);
  EXPECT_TRUE(told->needs_attention);
  EXPECT_NE(told->note.find("name"), std::string::npos) << told->note;
  EXPECT_TRUE(told->change);
}

// Several Pons, or other programs that follow the same rule.
TEST_F(BestPracticeWrites, OfManyProgramsOneHasTheTime) {
  constexpr int kPrograms = 4;
  std::vector<Opened> programs;
  for (int i = 0; i < kPrograms; ++i) programs.push_back(Open());
  for (int round = 0; round < 8; ++round) {
    const auto start = FreeTime();
    std::vector<Command> commands;
    for (int i = 0; i < kPrograms; ++i) commands.push_back(Booking(start));
    std::vector<std::optional<Result<Applied>>> answers(kPrograms);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kPrograms; ++i) {
      threads.emplace_back(
          [&, i] { answers[i] = programs[i].session->commands()->Apply(commands[i]); });
    }
    for (auto& thread : threads) thread.join();
    int winners = 0;
    for (const auto& answer : answers) {
      if (*answer) {
        ++winners;
      } else {
        EXPECT_EQ(answer->error().fault, Fault::kConflict) << answer->error().summary;
        EXPECT_EQ(answer->error().effect, Effect::kNone);
      }
    }
    EXPECT_EQ(winners, 1) << "round " << round;
  }
}

TEST_F(BestPracticeWrites, MovesCancelsAndMarks) {
  const auto from = FreeTime(0);
  const auto to = FreeTime(4);
  const auto booked = Sink().Apply(Booking(from));
  ASSERT_TRUE(booked) << booked.error().summary;
  const auto first = Read(booked->ref);

  model::MoveAppointment move;
  move.ref = booked->ref;
  move.start = to;
  const auto stale = Sink().Apply(Of(move, "0000000000000000"));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().fault, Fault::kConflict);
  EXPECT_EQ(Read(booked->ref).version, first.version) << "nothing was written";

  auto command = Of(move, first.version);
  Fault("BP_MoveAppointment", "drop_before_effect");
  EXPECT_FALSE(Sink().Apply(command));
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kNone);
  Fault("BP_MoveAppointment", "drop_after_effect");
  const auto lost = Sink().Apply(command);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().effect, Effect::kUnknown);
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kFound);
  const auto moved = Sink().Apply(command);
  ASSERT_TRUE(moved) << moved.error().summary;
  EXPECT_TRUE(moved->existed);
  EXPECT_EQ(std::get<model::Appointment>(*Read(booked->ref).record).start, to);

  StaffBook(from);
  move.start = from;
  const auto taken = Sink().Apply(Of(move));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().fault, Fault::kConflict);

  for (const auto status : {AppointmentStatus::kArrived, AppointmentStatus::kBooked}) {
    const model::SetAppointmentStatus mark{booked->ref, status};
    const auto marked = Sink().Apply(Of(mark));
    ASSERT_TRUE(marked) << marked.error().summary;
    EXPECT_FALSE(marked->existed);
    EXPECT_TRUE(Sink().Apply(Of(mark))->existed);
    EXPECT_EQ(std::get<model::Appointment>(*Read(booked->ref).record).status, status);
    EXPECT_EQ(Sink().FindEffect(Of(mark))->kind, Trace::Kind::kFound);
  }
  const auto no_show =
      Sink().Apply(Of(model::SetAppointmentStatus{booked->ref, AppointmentStatus::kNoShow}));
  ASSERT_FALSE(no_show);
  EXPECT_EQ(no_show.error().fault, Fault::kUnsupported);

  const model::CancelAppointment cancel{booked->ref, "no longer itches"};
  const auto cancelled = Sink().Apply(Of(cancel));
  ASSERT_TRUE(cancelled) << cancelled.error().summary;
  EXPECT_EQ(std::get<model::Appointment>(*Read(booked->ref).record).status,
            AppointmentStatus::kCancelled);
  EXPECT_TRUE(Sink().Apply(Of(cancel))->existed);
  EXPECT_EQ(Sink().Apply(Of(move)).error().vendor_code, "cancelled");

  Say("DELETE", "/clinic/appointments/" + booked->ref.id);
  for (const auto& gone : {Of(move), Of(cancel)}) {
    const auto none = Sink().Apply(gone);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().fault, Fault::kNotFound) << none.error().summary;
  }
}

// ---- Patients -----------------------------------------------------------------------------------

TEST_F(BestPracticeWrites, APatientIsAddedOnce) {
  const auto command = Of(model::CreatePatient{Person("Zoë", "O'Neill-Muster")});
  const auto applied = Sink().Apply(command);
  ASSERT_TRUE(applied) << applied.error().summary;
  EXPECT_FALSE(applied->existed);
  const auto confirmed = Sink().Confirm(command, *applied);
  ASSERT_TRUE(confirmed);
  const auto& made = std::get<model::Patient>(*confirmed->change->record);
  EXPECT_EQ(made.names[0].given, "Zoë");
  EXPECT_EQ(made.names[0].family, "O'Neill-Muster");
  EXPECT_EQ(made.gender, model::Gender::kFemale);
  EXPECT_EQ(FormatDate(*made.birth_date), "1990-03-04");
  EXPECT_EQ(made.addresses[0].city, "SYDNEY");
  ASSERT_EQ(made.telecoms.size(), 2u);
  EXPECT_EQ(made.telecoms[0].value, "0400 000 123");
  EXPECT_EQ(made.telecoms[1].value, "new@example.com");
  EXPECT_EQ(Read(applied->ref).version, confirmed->change->version);

  const auto again = Sink().Apply(command);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->ref, applied->ref);
  // The same person asked for by another command is there already.
  const auto same = Sink().Apply(Of(model::CreatePatient{Person("ZOË", "O'NEILL-MUSTER")}));
  ASSERT_TRUE(same) << same.error().summary;
  EXPECT_TRUE(same->existed);
  EXPECT_EQ(same->ref, applied->ref);
  EXPECT_EQ(Count(Stream::kPatients), 2u);
  // Somebody similar is added, and named.
  const auto similar = Sink().Apply(Of(model::CreatePatient{Person("Zoë", "O'Neil-Muster")}));
  ASSERT_TRUE(similar) << similar.error().summary;
  EXPECT_FALSE(similar->existed);
  ASSERT_EQ(similar->similar.size(), 1u);
  EXPECT_EQ(similar->similar[0], applied->ref);
}

TEST_F(BestPracticeWrites, APatientsLostAnswerIsFound) {
  for (const bool reference : {true, false}) {
    auto settings = SettingsFor(port());
    settings.Set("patient_reference", reference ? "external_id" : "none");
    opened_ = Open(settings);
    const auto command = Of(model::CreatePatient{Person(reference ? "Ines" : "Pia", "Freshly")});
    Fault("BP_AddPatient", "drop_before_effect");
    EXPECT_EQ(Sink().Apply(command).error().effect, Effect::kUnknown);
    EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kNone);
    Fault("BP_AddPatient", "drop_after_effect");
    EXPECT_EQ(Sink().Apply(command).error().effect, Effect::kUnknown);
    const auto trace = Sink().FindEffect(command);
    ASSERT_TRUE(trace);
    EXPECT_EQ(trace->kind, Trace::Kind::kFound) << trace->evidence;
  }
  EXPECT_EQ(Count(Stream::kPatients), 3u);
}

TEST_F(BestPracticeWrites, WhatDoesNotFitIsRefusedByName) {
  struct Case {
    std::function<void(model::Patient&)> change;
    std::string field;
  };
  const Case cases[] = {
      {[](auto& p) { p.names[0].family = std::string(41, 'x'); }, "family name"},
      {[](auto& p) { p.names[0].given = std::string(41, 'x'); }, "first name"},
      {[](auto& p) { p.addresses[0].city = std::string(41, 'x'); }, "city"},
      {[](auto& p) { p.addresses[0].postal_code = "20000"; }, "postal code"},
      {[](auto& p) { p.telecoms[0].value = "0400 000 123 ext 45"; }, "mobile phone"},
      {[](auto& p) { p.birth_date.reset(); }, "birth date"},
      {[](auto& p) { p.names[0].family = "  "; }, "family name"},
      {[](auto& p) { p.names[0].family = "two\nlines"; }, "family name"},
  };
  for (const auto& one : cases) {
    auto person = Person("Ada", "Longish");
    one.change(person);
    const auto refused = Sink().Apply(Of(model::CreatePatient{person}));
    ASSERT_FALSE(refused) << one.field;
    EXPECT_EQ(refused.error().fault, Fault::kRejected);
    EXPECT_NE(refused.error().summary.find(one.field), std::string::npos)
        << refused.error().summary;
    EXPECT_EQ(refused.error().summary.find("xxx"), std::string::npos);
  }
  auto exact = Person("Ada", std::string(40, 'x'));
  EXPECT_TRUE(Sink().Apply(Of(model::CreatePatient{exact})));
}

TEST_F(BestPracticeWrites, AnUpdateChangesItsFieldsAndNoOther) {
  const auto made = Sink().Apply(Of(model::CreatePatient{Person("Ines", "Freshly")}));
  ASSERT_TRUE(made) << made.error().summary;
  const model::VendorRef ref = made->ref;
  Raw("PATIENTS", ref.id, "RECORDNO", "R77");
  Raw("PATIENTS", ref.id, "MIDDLENAME", "Maria");
  const auto before = Read(ref);
  auto wanted = std::get<model::Patient>(*before.record);
  wanted.names[0].family = "Married";
  wanted.telecoms[0].value = "0499 999 999";

  const auto stale = Sink().Apply(Of(model::UpdatePatient{ref, wanted}, "0123456789abcdef"));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().fault, Fault::kConflict);
  EXPECT_EQ(Read(ref).version, before.version);

  const auto command = Of(model::UpdatePatient{ref, wanted}, before.version);
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kNone);
  Fault("BP_UpdatePatient", "drop_after_effect");
  EXPECT_EQ(Sink().Apply(command).error().effect, Effect::kUnknown);
  EXPECT_EQ(Sink().FindEffect(command)->kind, Trace::Kind::kFound);
  const auto again = Sink().Apply(command);
  ASSERT_TRUE(again) << again.error().summary;
  EXPECT_TRUE(again->existed);
  const auto after = std::get<model::Patient>(*Read(ref).record);
  EXPECT_EQ(after, wanted) << "and nothing else has changed";
  EXPECT_EQ(after.names[0].middle, "Maria");

  // One field alone: a narrow procedure.
  for (int i = 0; i < 3; ++i) {
    if (i == 0) wanted.telecoms[1].value = "other@example.com";
    if (i == 1) wanted.addresses[0].line = {"2 Wharf St", "Unit 3"};
    if (i == 2) wanted.telecoms[0].value = "0488 888 888";
    const auto narrow = Sink().Apply(Of(model::UpdatePatient{ref, wanted}));
    ASSERT_TRUE(narrow) << narrow.error().summary;
    EXPECT_EQ(std::get<model::Patient>(*Read(ref).record), wanted);
  }

  Say("POST", "/clinic/visits", Object{{"patient", ref.id}, {"practitioner", practitioner_}});
  wanted.names[0].family = "Toolate";
  const auto refused = Sink().Apply(Of(model::UpdatePatient{ref, wanted}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kRejected);
  EXPECT_EQ(refused.error().vendor_code, "opened-in-practice");
}

TEST_F(BestPracticeWrites, NothingOfAPersonIsLogged) {
  auto person = Person("Canary", "Birdsong");
  ASSERT_TRUE(Sink().Apply(Of(model::CreatePatient{person})));
  ASSERT_TRUE(Sink().Apply(Booking(FreeTime())));
  EXPECT_EQ(log_.text().find("Birdsong"), std::string::npos);
  EXPECT_EQ(log_.text().find("itches"), std::string::npos);
}

}  // namespace
}  // namespace pons::best_practice
