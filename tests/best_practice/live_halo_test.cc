// SPDX-License-Identifier: Apache-2.0
// The same practice through Halo Connect's sandbox: what only the relay does to a connection, and
// that moving a connection from one way to the other changes nothing but the way.
#include "base/clock_fake.h"
#include "live_fixture.h"
#include "net/http.h"
#include "vendors/halo_connect/connector/halo_access.h"

namespace pons::best_practice {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr char kKey[] = "not-a-real-key";
// How often a watch is looked at.
constexpr seconds kGlance{10};

class BestPracticeHalo : public BestPracticeLive {
 protected:
  void SetUp() override {
    BestPracticeLive::SetUp();
    if (HasFatalFailure()) return;
    halo_connect::Access access;
    access.url = sandbox_->Said("halo");
    access.subscription_key = Sensitive<std::string>(kKey);
    halo_ = std::make_unique<BestPracticeConnector>(access);
    const auto code = Ask("POST", "/clinic/pairing", Object{});
    Settings given;
    given.Set("transport", "halo");
    given.Set("halo_site_id", std::string(code.Text("site_id")));
    given.SetSecret("halo_pairing_code", std::string(code.Text("pairing_code")));
    given.Set("halo_watch", "off");
    given.Set("opening_hours", "");
    const auto paired = halo_->Pair(given, Context());
    ASSERT_TRUE(paired) << paired.error().summary;
    EXPECT_EQ(paired->Secret("halo_pairing_code"), nullptr);
    settings_ = *paired;
  }
  // Some of everything, made by staff.
  void Seed(int patients) {
    for (int i = 0; i < patients; ++i) {
      Made("/clinic/patients", {{"given", "Pat"},
                                {"family", "Sample" + std::to_string(i)},
                                {"birth_date", "1980-02-29"},
                                {"mobile_phone", "0400000000"},
                                {"email", "pat@example.net"}});
    }
    const auto patient = Patient("Zo\xC3\xAB", "O'Sample");
    Made("/clinic/visits", {{"patient", patient}, {"practitioner", practitioner_}});
    const auto made = OpenHalo();
    const auto command = Booking();
    ASSERT_TRUE(made.session->commands()->Apply(command));
  }
  std::vector<std::string> SandboxArguments() override {
    return {"halo_connect",
            "--key",
            kKey,
            "--password",
            kPassword,
            "--patients",
            "300",
            "--appointments",
            "60",
            "--least-frequency-seconds",
            "1"};
  }
  SessionContext Context() {
    return {*clock_,
            http_.get(),
            nullptr,
            random_,
            cancel_,
            log_,
            *PracticeZone::Named("Australia/Sydney")};
  }
  Opened OpenHalo() { return OpenHalo(settings_); }
  Opened OpenHalo(const Settings& settings) {
    EXPECT_TRUE(halo_->Check(settings));
    auto opened = OpenSession(*halo_, settings, Context());
    EXPECT_TRUE(opened) << opened.error().summary;
    return std::move(opened).value();
  }
  Opened OpenOdbc() {
    const auto port = Ask("GET", "/halo").Integer("wire_port").value_or(0);
    return Open(SettingsFor(static_cast<int>(port)));
  }
  void Fault(std::string_view match, std::string_view action) {
    Say("POST", "/faults",
        Object{{"match", match}, {"action", action}, {"times", 1}, {"after", 0}});
  }
  std::int64_t Billed() { return Ask("GET", "/usage").Integer("billed").value_or(-1); }
  std::int64_t Calls() { return Ask("GET", "/usage").Integer("calls").value_or(-1); }

  Command Booking() {
    const auto zone = *PracticeZone::Named("Australia/Sydney");
    for (int ahead = 1; ahead < 14; ++ahead) {
      const auto day = zone.ToLocal(SystemClock().Now() + ahead * hours(24)).day();
      const auto free =
          Ask("GET", "/clinic/free?practitioner=" + practitioner_ + "&date=" + FormatDate(day));
      const auto* slots = free.Find("slots");
      if (slots == nullptr || slots->array() == nullptr || slots->array()->empty()) continue;
      const std::string time(slots->array()->front().Text("time"));
      model::BookAppointment book;
      book.patient = {Stream::kPatients, Patient("Ada", "Sample")};
      book.practitioner = {Stream::kPractitioners, practitioner_};
      book.service = {Stream::kHealthcareServices, type_};
      book.start = zone.ToInstant(LocalTime::At(
          day, hours(std::stoi(time.substr(0, 2))) + minutes(std::stoi(time.substr(3)))));
      Command command;
      command.id = "c1";
      command.reference = "PONSTEST10";
      command.body = std::make_shared<const model::CommandBody>(book);
      command.first_sent = SystemClock().Now();
      command.deadline = In(seconds(20));
      return command;
    }
    ADD_FAILURE() << "the practitioner has no diary";
    return {};
  }
  std::size_t Booked(const Command& command) {
    auto opened = OpenOdbc();
    std::optional<Cursor> at;
    const auto patient = std::get<model::BookAppointment>(*command.body).patient.id;
    std::size_t count = 0;
    for (const auto& change : Drain(*opened.session, Stream::kAppointments, at)) {
      const auto* one = change.record ? std::get_if<model::Appointment>(&*change.record) : nullptr;
      if (one != nullptr && one->patient.id == patient) ++count;
    }
    return count;
  }

  const std::unique_ptr<net::HttpTransport> http_ =
      net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  std::unique_ptr<BestPracticeConnector> halo_;
  Settings settings_;
};

constexpr Stream kAll[] = {Stream::kLocations,         Stream::kPractitioners,
                           Stream::kPractitionerRoles, Stream::kHealthcareServices,
                           Stream::kPatients,          Stream::kAppointments,
                           Stream::kEncounters};

TEST_F(BestPracticeHalo, BothWaysTellTheSame) {
  Seed(3);
  auto straight = OpenOdbc();
  auto relayed = OpenHalo();
  const auto one = straight.session->Probe(In(seconds(10)));
  const auto other = relayed.session->Probe(In(seconds(10)));
  ASSERT_TRUE(one) << one.error().summary;
  ASSERT_TRUE(other) << other.error().summary;
  EXPECT_EQ(one->practice_name, other->practice_name);
  EXPECT_TRUE(other->missing_rights.empty());
  ASSERT_TRUE(other->clock_ahead);
  for (const auto stream : kAll) {
    std::optional<Cursor> a, b;
    std::map<std::string, std::string> first, second;
    for (const auto& change : Drain(*straight.session, stream, a)) {
      first[change.ref.id] = change.version;
    }
    for (const auto& change : Drain(*relayed.session, stream, b)) {
      second[change.ref.id] = change.version;
    }
    EXPECT_FALSE(first.empty()) << model::StreamName(stream);
    EXPECT_EQ(first, second) << model::StreamName(stream);
  }
}

TEST_F(BestPracticeHalo, ClinicalDataIsTheSameOverBothWays) {
  const auto patient = Patient("Ada", "Sample");
  for (const auto* kind : {"medication", "reaction", "pressure", "social", "family"}) {
    Made("/clinic/clinical", {{"patient", patient}, {"kind", kind}});
  }
  Say("POST", "/clinic/patients/" + patient + "/history",
      Object{{"text", "Melanoma"}, {"snomed", "372244006"}, {"year", 2019}, {"month", 3}});
  auto straight = OpenOdbc();
  auto relayed = OpenHalo();
  std::size_t items = 0;
  for (const auto kind : connector_.descriptor().can.clinical) {
    const auto one = straight.session->clinical()->ReadClinical({patient, kind, In(seconds(5))});
    const auto other = relayed.session->clinical()->ReadClinical({patient, kind, In(seconds(5))});
    ASSERT_TRUE(one) << model::ClinicalKindName(kind) << ": " << one.error().summary;
    ASSERT_TRUE(other) << model::ClinicalKindName(kind) << ": " << other.error().summary;
    EXPECT_EQ(one->items, other->items) << model::ClinicalKindName(kind);
    EXPECT_EQ(one->unreadable, other->unreadable) << model::ClinicalKindName(kind);
    items += one->items.size();
  }
  EXPECT_GE(items, 5u);
}

// Same connection, same cursors: what was given before the move is not given again after it.
TEST_F(BestPracticeHalo, MovingFromOneWayToTheOtherBringsNothing) {
  Seed(3);
  for (const bool to_halo : {true, false}) {
    auto before = to_halo ? OpenOdbc() : OpenHalo();
    std::map<Stream, std::optional<Cursor>> cursors;
    for (const auto stream : {Stream::kPatients, Stream::kAppointments, Stream::kEncounters}) {
      EXPECT_FALSE(Drain(*before.session, stream, cursors[stream]).empty());
    }
    auto after = to_halo ? OpenHalo() : OpenOdbc();
    for (auto& [stream, cursor] : cursors) {
      const auto changes = Drain(*after.session, stream, cursor);
      EXPECT_TRUE(changes.empty()) << model::StreamName(stream) << " brings " << changes.size();
    }
    const auto late = Patient("Grace", to_halo ? "Later" : "Latest");
    EXPECT_NE(PatientIn(Drain(*after.session, Stream::kPatients, cursors[Stream::kPatients]), late),
              nullptr);
  }
}

// Halo says 504 of a booking that the practice has made.
TEST_F(BestPracticeHalo, ABookingWhoseAnswerHaloLosesIsMadeOnce) {
  auto opened = OpenHalo();
  auto& sink = *opened.session->commands();
  const auto command = Booking();
  Fault("BP_AddAppointmentEx", "drop_after_effect");
  const auto lost = sink.Apply(command);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().effect, Effect::kUnknown) << lost.error().summary;
  EXPECT_EQ(lost.error().fault, Fault::kUnavailable);
  const auto trace = sink.FindEffect(command);
  ASSERT_TRUE(trace) << trace.error().summary;
  EXPECT_EQ(trace->kind, Trace::Kind::kFound) << trace->evidence;
  const auto again = sink.Apply(command);
  ASSERT_TRUE(again) << again.error().summary;
  EXPECT_EQ(again->ref, trace->applied.ref);
  EXPECT_EQ(Booked(command), 1u);
}

TEST_F(BestPracticeHalo, ABookingThatNeverArrivesIsMadeOnceToo) {
  auto opened = OpenHalo();
  auto& sink = *opened.session->commands();
  const auto command = Booking();
  Fault("BP_AddAppointmentEx", "drop_before_effect");
  ASSERT_FALSE(sink.Apply(command));
  const auto trace = sink.FindEffect(command);
  ASSERT_TRUE(trace) << trace.error().summary;
  EXPECT_EQ(trace->kind, Trace::Kind::kNone);
  ASSERT_TRUE(sink.Apply(command));
  EXPECT_EQ(Booked(command), 1u);
}

TEST_F(BestPracticeHalo, AStormOfRefusalsIsWaitedOut) {
  auto opened = OpenHalo();
  std::optional<Cursor> at;
  Drain(*opened.session, Stream::kPatients, at);
  Say("POST", "/halo", Object{{"rate_calls", 1}, {"rate_seconds", 3600}, {"retry_after", 20}});
  Result<ChangePage> page = Pull(*opened.session, Stream::kPatients, at);
  for (int i = 0; i < 3 && page; ++i) page = Pull(*opened.session, Stream::kPatients, at);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault, Fault::kRateLimited) << page.error().summary;
  EXPECT_EQ(page.error().effect, Effect::kNone);
  ASSERT_TRUE(page.error().retry_at);
  const auto command = Booking();
  const auto refused = opened.session->commands()->Apply(command);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().effect, Effect::kNone) << refused.error().summary;
  const auto calls = Calls();
  EXPECT_LE(calls, 10) << "nobody hammers on";
  Say("POST", "/halo", Object{{"rate_calls", 0}});
  Patient("Grace", "Later");
  // Another session stands for the time that Halo asked to wait.
  auto later = OpenHalo();
  EXPECT_EQ(Drain(*later.session, Stream::kPatients, at).size(), 2u);
  EXPECT_EQ(Booked(command), 0u);
}

// A first reading whose pages Halo finds too long goes on in the background way.
TEST_F(BestPracticeHalo, AnAnswerThatIsTooLongIsReadInPages) {
  Seed(60);
  Say("POST", "/halo", Object{{"largest_immediate", 20'000}, {"page_bytes", 8'000}});
  auto opened = OpenHalo();
  std::optional<Cursor> at;
  const auto patients = Drain(*opened.session, Stream::kPatients, at);
  EXPECT_EQ(patients.size(), 62u);
  std::set<std::string> ids;
  for (const auto& change : patients) EXPECT_TRUE(ids.insert(change.ref.id).second);
}

TEST_F(BestPracticeHalo, AnOfflinePracticeIsSaidToBeSo) {
  auto opened = OpenHalo();
  ASSERT_TRUE(opened.session->Probe(In(seconds(10))));
  Say("POST", "/halo", Object{{"availability", "offline"}});
  const auto report = opened.session->Probe(In(seconds(10)));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fault, Fault::kUnavailable) << report.error().summary;
  EXPECT_NE(report.error().summary.find("Halo Link"), std::string::npos) << report.error().summary;
  Say("POST", "/halo", Object{{"availability", "online"}});
  EXPECT_TRUE(opened.session->Probe(In(seconds(10))));
}

// What each look costs; docs/decisions/0039 and CostOf rest on these numbers.
TEST_F(BestPracticeHalo, EveryLookCostsWhatTheRecordSays) {
  auto opened = OpenHalo();
  Made("/clinic/visits", {{"patient", Patient("Ada", "Sample")}, {"practitioner", practitioner_}});
  const auto cost = [&](const auto& what) {
    const auto before = Billed();
    what();
    return Billed() - before;
  };
  EXPECT_EQ(cost([&] { ASSERT_TRUE(opened.session->Probe(In(seconds(10)))); }), 3);
  std::map<Stream, std::optional<Cursor>> at;
  std::map<Stream, std::int64_t> first, idle;
  for (const auto stream : kAll) {
    first[stream] = cost([&] { Drain(*opened.session, stream, at[stream]); });
  }
  for (const auto stream : kAll) {
    idle[stream] = cost([&] { ASSERT_TRUE(Pull(*opened.session, stream, at[stream])); });
  }
  EXPECT_EQ(idle[Stream::kEncounters], 1);
  EXPECT_EQ(idle[Stream::kAppointments], 1);
  EXPECT_EQ(idle[Stream::kPatients], 1);
  EXPECT_EQ(idle[Stream::kLocations] + idle[Stream::kPractitioners] +
                idle[Stream::kPractitionerRoles] + idle[Stream::kHealthcareServices],
            7);
  for (const auto stream : kAll) {
    RecordProperty("first_" + std::string(model::StreamName(stream)),
                   std::to_string(first[stream]));
  }
  Made("/clinic/visits", {{"patient", Patient("Grace", "New")}, {"practitioner", practitioner_}});
  EXPECT_EQ(cost([&] { Drain(*opened.session, Stream::kEncounters, at[Stream::kEncounters]); }), 2);
  EXPECT_EQ(cost([&] { Drain(*opened.session, Stream::kPatients, at[Stream::kPatients]); }), 2);
  const auto command = Booking();
  const auto booking = cost([&] {
    const auto applied = opened.session->commands()->Apply(command);
    ASSERT_TRUE(applied) << applied.error().summary;
    ASSERT_TRUE(opened.session->commands()->Confirm(command, *applied));
  });
  EXPECT_LE(booking, 7);
  RecordProperty("booking", std::to_string(booking));
}

// Nothing is asked while nothing changes, and a change is looked at once it was seen.
class BestPracticeHaloWatch : public BestPracticeHalo {
 protected:
  void SetUp() override {
    BestPracticeHalo::SetUp();
    if (HasFatalFailure()) return;
    clock_ = &moved_;
    settings_.Set("halo_watch", "on");
    settings_.Set("halo_visit_seconds", "0");
    opened_ = OpenHalo();
    // The first glance registers the query.
    Beat();
    Beat();
    RunRegistered();
    Beat();
    Beat();
  }
  void RunRegistered() { EXPECT_EQ(Ask("POST", "/registered/run", Object{}).Integer("ran"), 1); }
  // What the core does every ten seconds.
  std::size_t Beat() {
    moved_.Step(kGlance);
    std::size_t brought = 0;
    for (const auto stream : {Stream::kEncounters, Stream::kPatients, Stream::kAppointments}) {
      auto page = Pull(*opened_.session, stream, at_[stream], hours(1));
      EXPECT_TRUE(page) << page.error().summary;
      if (!page) continue;
      at_[stream] = page->next;
      if (page->coverage == Coverage::kDelta) brought += page->changes.size();
    }
    return brought;
  }
  std::int64_t Immediate() {
    const auto usage = Ask("GET", "/usage");
    const auto* sites = usage.Find("sites");
    const auto* site = sites == nullptr ? nullptr : sites->Find(settings_.Text("halo_site_id"));
    return site == nullptr ? 0 : site->Integer("immediate").value_or(0);
  }

  FakeClock moved_{SystemClock().Now()};
  Opened opened_;
  std::map<Stream, std::optional<Cursor>> at_;
};

TEST_F(BestPracticeHaloWatch, SavesQuestionsAndMissesNothing) {
  const auto before = Immediate();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Beat(), 0u);
  RunRegistered();
  EXPECT_EQ(Beat(), 0u);
  EXPECT_EQ(Immediate(), before) << "nothing has changed";
  Made("/clinic/visits", {{"patient", Patient("Ada", "Sample")}, {"practitioner", practitioner_}});
  EXPECT_EQ(Beat(), 0u) << "nobody has seen it yet";
  RunRegistered();
  EXPECT_EQ(Beat(), 2u) << "a visit and a patient";
  EXPECT_LE(Immediate() - before, 5);
  EXPECT_EQ(log_.text(), "");
  EXPECT_TRUE(halo_->Leave(settings_, Context()));
  const auto left = Ask("GET", "/registered");
  for (const auto& one : *left.Find("registeredQueries")->array()) {
    EXPECT_NE(one.Text("status"), "enabled");
  }
}

// Halo's call makes the core ask before the time it agreed on.
TEST_F(BestPracticeHaloWatch, ACallIsAnsweredByALookAtOnce) {
  Made("/clinic/visits", {{"patient", Patient("Ada", "Sample")}, {"practitioner", practitioner_}});
  moved_.Step(seconds(1) - kGlance);
  EXPECT_EQ(Beat(), 2u);
}

}  // namespace
}  // namespace pons::best_practice
