// SPDX-License-Identifier: Apache-2.0
// What goes wrong at a practice, over the real wire: refused, forbidden, cut, silent, odd rows, odd
// clocks. Each ends in an error with a next step and nothing lost.
#include "live_fixture.h"

namespace pons::best_practice {
namespace {

TEST_F(BestPracticeLive, AVisitStartsAndIsFound) {
  const auto patient = Patient("Ada", "Sample");
  Say("POST", "/clinic/patients/" + patient + "/history",
      Object{{"text", "Malignant melanoma of skin"}, {"snomed", "372244006"}, {"year", 2019}});
  Say("POST", "/clinic/patients/" + patient + "/history",
      Object{{"text", "Hypertension"}, {"year", 2011}, {"active", true}});
  const auto appointment = Made("/clinic/appointments", {{"patient", patient},
                                                         {"practitioner", practitioner_},
                                                         {"location", location_},
                                                         {"type", type_},
                                                         {"date", Today()},
                                                         {"time", "00:05"},
                                                         {"minutes", 15}});
  const auto opened = Open();
  auto& session = *opened.session;
  auto tip = session.changes()->Tip(Stream::kEncounters, In(seconds(5)));
  ASSERT_TRUE(tip) << tip.error().summary;
  std::optional<Cursor> at = *tip;
  EXPECT_TRUE(Drain(session, Stream::kEncounters, at).empty());

  const auto visit =
      Made("/clinic/visits",
           {{"patient", patient}, {"practitioner", practitioner_}, {"location", location_}});
  auto changes = Drain(session, Stream::kEncounters, at);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].ref.id, visit);
  const auto started = std::get<model::Encounter>(*changes[0].record);
  EXPECT_EQ(started.status, model::EncounterStatus::kInProgress);
  EXPECT_EQ(started.patient.id, patient);
  EXPECT_EQ(started.practitioner.id, practitioner_);
  EXPECT_EQ(started.location.id, location_);
  EXPECT_EQ(started.appointment.id, appointment);
  EXPECT_EQ(started.service.id, type_);
  EXPECT_LT(std::chrono::abs(SystemClock().Now() - started.start), std::chrono::minutes(2));

  Say("PATCH", "/clinic/visits/" + visit, Object{{"finish", true}});
  changes = Drain(session, Stream::kEncounters, at);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(std::get<model::Encounter>(*changes[0].record).status,
            model::EncounterStatus::kFinished);
  EXPECT_TRUE(Drain(session, Stream::kEncounters, at).empty());

  const std::string ids[] = {patient};
  const auto read = session.records()->Read(Stream::kPatients, ids, In(seconds(5)));
  ASSERT_TRUE(read) << read.error().summary;
  ASSERT_EQ(read->changes.size(), 1u);
  const auto history = session.records()->Read(Stream::kConditions, ids, In(seconds(5)));
  ASSERT_TRUE(history) << history.error().summary;
  ASSERT_EQ(history->changes.size(), 1u) << "cancer only";
  EXPECT_EQ(std::get<model::Condition>(*history->changes[0].record).onset, "2019");
}

TEST_F(BestPracticeLive, ThePollIsOneStatement) {
  Patient("Ada", "Sample");
  const auto opened = Open();
  auto tip = opened.session->changes()->Tip(Stream::kEncounters, In(seconds(5)));
  ASSERT_TRUE(tip);
  std::optional<Cursor> at = *tip;
  Drain(*opened.session, Stream::kEncounters, at);
  Say("DELETE", "/journal");
  for (int i = 0; i < 3; ++i) Drain(*opened.session, Stream::kEncounters, at);
  const auto journal = Ask("GET", "/journal");
  EXPECT_EQ(journal.Find("entries")->array()->size(), 3u);
}

TEST_F(BestPracticeLive, WrongPasswordIsAskedOnce) {
  Say("DELETE", "/journal");
  const auto opened = Open(SettingsFor(port(), "not the hidden horse"));
  const auto probed = opened.session->Probe(In(seconds(5)));
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().fault, Fault::kUnauthenticated) << probed.error().summary;
  EXPECT_NE(probed.error().summary.find("Database browser"), std::string::npos);
  const auto asked = Ask("GET", "/journal").Find("entries")->array()->size();
  const auto page = Pull(*opened.session, Stream::kPatients);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault, Fault::kUnauthenticated);
  EXPECT_EQ(Ask("GET", "/journal").Find("entries")->array()->size(), asked);
}

TEST_F(BestPracticeLive, WrongDatabaseIsMisconfigured) {
  auto settings = SettingsFor(port());
  settings.Set("database", "NoSuchPatients");
  const auto probed = Open(settings).session->Probe(In(seconds(5)));
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().fault, Fault::kMisconfigured) << probed.error().summary;
  EXPECT_NE(probed.error().summary.find("BPSSamples"), std::string::npos);
}

TEST_F(BestPracticeLive, EachWayOfEncryptionWorks) {
  for (const auto* way : {"off", "request", "require"}) {
    auto settings = SettingsFor(port());
    settings.Set("encryption", way);
    const auto probed = Open(settings).session->Probe(In(seconds(5)));
    EXPECT_TRUE(probed) << way << ": " << probed.error().summary;
  }
}

TEST_F(BestPracticeLive, MissingRightIsNamed) {
  const auto patient = Patient("Ada", "Sample");
  Say("POST", "/rights", Object{{"object", "PATIENTS"}, {"select", false}});
  const auto opened = Open();
  const auto report = opened.session->Probe(In(seconds(5)));
  ASSERT_TRUE(report) << report.error().summary;
  EXPECT_EQ(report->missing_rights, std::vector<std::string>{"read PATIENTS"});
  const auto page = Pull(*opened.session, Stream::kPatients);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault, Fault::kForbidden);
  EXPECT_NE(page.error().summary.find("PATIENTS"), std::string::npos);
  EXPECT_TRUE(Pull(*opened.session, Stream::kAppointments)) << "the other streams go on";
  Say("POST", "/rights", Object{{"object", "PATIENTS"}, {"select", true}});
  EXPECT_TRUE(Pull(*opened.session, Stream::kPatients));
}

TEST_F(BestPracticeLive, CutAnywhereNothingIsLost) {
  std::set<std::string> there;
  for (int i = 0; i < 40; ++i) there.insert(Patient("Pat" + std::to_string(i), "Sample"));
  test::TcpProxy wire(port());
  const auto opened = Open(SettingsFor(wire.port()));
  auto& session = *opened.session;
  auto first = Pull(session, Stream::kPatients);
  ASSERT_TRUE(first) << first.error().summary;
  int cut = 0;
  for (std::int64_t bytes : {0, 1, 8, 9, 50, 200, 1000, 1500, 3000, 6000}) {
    wire.CutAfter(bytes);
    const auto page = Pull(session, Stream::kPatients);
    wire.Heal();
    if (page) {
      EXPECT_EQ(page->changes.size(), there.size()) << "taken for whole after " << bytes;
      continue;
    }
    ++cut;
    EXPECT_EQ(page.error().fault, Fault::kUnavailable) << bytes << ": " << page.error().summary;
    const auto again = Pull(session, Stream::kPatients);
    ASSERT_TRUE(again) << "after a cut at " << bytes << ": " << again.error().summary;
    std::set<std::string> came;
    for (const auto& change : again->changes) came.insert(change.ref.id);
    EXPECT_EQ(came, there);
  }
  EXPECT_GE(cut, 6);
}

TEST_F(BestPracticeLive, SilenceEndsAtTheDeadline) {
  Patient("Ada", "Sample");
  test::TcpProxy wire(port());
  const auto opened = Open(SettingsFor(wire.port()));
  ASSERT_TRUE(Pull(*opened.session, Stream::kPatients));
  wire.SilentAfter(20);
  const auto begun = SystemClock().Now();
  const auto page = Pull(*opened.session, Stream::kPatients, {}, milliseconds(700));
  const auto took = SystemClock().Now() - begun;
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault, Fault::kUnavailable) << page.error().summary;
  EXPECT_LT(took, milliseconds(1200));
  wire.Heal();
  const auto again = Pull(*opened.session, Stream::kPatients);
  EXPECT_TRUE(again) << again.error().summary;
}

TEST_F(BestPracticeLive, BadRowsAreSetAsideByName) {
  const auto good = Patient("Ada", "Sample");
  const auto bad = Patient("Ben", "Sample");
  Raw("PATIENTS", bad, "SURNAME", Value());
  const auto opened = Open();
  std::optional<Cursor> at;
  std::vector<Unreadable> unreadable;
  const auto changes = Drain(*opened.session, Stream::kPatients, at, &unreadable);
  EXPECT_NE(PatientIn(changes, good), nullptr);
  EXPECT_EQ(PatientIn(changes, bad), nullptr);
  ASSERT_FALSE(unreadable.empty());
  EXPECT_EQ(unreadable[0].ref.id, bad);
  EXPECT_EQ(unreadable[0].field, "SURNAME");
  EXPECT_EQ(unreadable[0].reason, "is null");
}

TEST_F(BestPracticeLive, OddPeopleComeAsTheyAre) {
  // SURNAME has 40 characters; a release that widens it must not need one of ours.
  const std::string long_name(200, 'n');
  const auto longest = Patient("Long", "Name");
  Raw("PATIENTS", longest, "SURNAME", long_name);
  const auto chinese = Patient("伟", "陈");
  const auto leading = Patient("  Ada", "O'Sample");
  const auto unborn = Patient("Una", "Sample");
  Raw("PATIENTS", unborn, "DOB", "1900-01-01");
  const auto padded = Patient("Pad", "Ded");
  Raw("PATIENTS", padded, "CITY", "Sydney                                  ");
  const auto opened = Open();
  std::optional<Cursor> at;
  std::vector<Unreadable> unreadable;
  const auto changes = Drain(*opened.session, Stream::kPatients, at, &unreadable);
  EXPECT_TRUE(unreadable.empty());
  ASSERT_NE(PatientIn(changes, longest), nullptr);
  EXPECT_EQ(PatientIn(changes, longest)->names[0].family, long_name.substr(0, 40))
      << "all that Bp's column holds";
  ASSERT_NE(PatientIn(changes, chinese), nullptr);
  EXPECT_EQ(PatientIn(changes, chinese)->names[0].family, "陈");
  ASSERT_NE(PatientIn(changes, leading), nullptr);
  EXPECT_EQ(PatientIn(changes, leading)->names[0].given, "  Ada");
  ASSERT_NE(PatientIn(changes, unborn), nullptr);
  EXPECT_FALSE(PatientIn(changes, unborn)->birth_date);
  ASSERT_NE(PatientIn(changes, padded), nullptr);
  ASSERT_FALSE(PatientIn(changes, padded)->addresses.empty());
  EXPECT_EQ(PatientIn(changes, padded)->addresses[0].city, "Sydney");
}

TEST_F(BestPracticeLive, AClockThatIsOffIsTold) {
  Say("POST", "/clock", Object{{"offset_ms", 61000}});
  const auto report = Open().session->Probe(In(seconds(5)));
  ASSERT_TRUE(report) << report.error().summary;
  ASSERT_TRUE(report->clock_ahead);
  EXPECT_NEAR(static_cast<double>(report->clock_ahead->count()), 61000, 1500);
}

TEST_F(BestPracticeLive, AWorkstationInTheFutureHidesNothing) {
  const auto first = Patient("Ada", "Sample");
  const auto opened = Open();
  std::optional<Cursor> at;
  Drain(*opened.session, Stream::kPatients, at);
  Raw("PATIENTS", first, "UPDATED", "2099-01-01T00:00:00");
  Drain(*opened.session, Stream::kPatients, at);
  const auto second = Patient("Ben", "Sample");
  const auto changes = Drain(*opened.session, Stream::kPatients, at);
  EXPECT_NE(PatientIn(changes, second), nullptr);
  EXPECT_EQ(changes.size(), 1u) << "and nothing is given twice";
}

}  // namespace
}  // namespace pons::best_practice
