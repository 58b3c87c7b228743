// SPDX-License-Identifier: Apache-2.0
// What the store is given for a connector's change.
#include "sync/record_builder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "json/value.h"

namespace pons::sync {
namespace {

using model::Stream;

class RecordBuilderTest : public testing::Test {
 protected:
  RecordBuilderTest()
      : identities_(key_),
        builder_(identities_, ConnectionId("connection-1"), 5,
                 PracticeZone::Named("Australia/Sydney").value()) {}

  static Change Upsert(Stream stream, std::string id, model::Record record) {
    return {ChangeKind::kUpsert,
            {stream, std::move(id)},
            std::make_shared<model::Record>(std::move(record)),
            "v1",
            "TABLE"};
  }
  static json::Value Body(const store::RecordWrite& write) {
    return json::Parse(write.body.head + R"("versionId":"1")" + write.body.tail).value();
  }
  store::RefKey Key(Stream stream, std::string id) const {
    return store::KeyOf(builder_.IdOf({stream, std::move(id)}).value);
  }

  const std::string key_ = std::string(32, 'k');
  IdentityMap identities_;
  RecordBuilder builder_;
};

TEST_F(RecordBuilderTest, PatientIsFoundByWhatPeopleType) {
  model::Patient p;
  p.names = {{"official", "", "Zoë", "Thị", "Nguyễn"}};
  p.birth_date = ParseDate("1984-07-02");
  p.gender = model::Gender::kFemale;
  p.active = false;
  p.identifiers = {{"https://example.org/id", "nx 90 1541", "", "", "", "", ""}};
  const auto write = builder_.Build(Upsert(Stream::kPatients, "11", p), Instant{});
  EXPECT_EQ(write.keys.family, "nguyen");
  EXPECT_EQ(write.keys.given, "zoe thi");
  EXPECT_EQ(write.keys.birth_date, "1984-07-02");
  EXPECT_EQ(write.keys.gender, "female");
  EXPECT_FALSE(write.keys.active);
  const std::pair<std::string, std::string> expected("https://example.org/id", "NX901541");
  EXPECT_TRUE(std::count(write.keys.identifiers.begin(), write.keys.identifiers.end(), expected));
}

TEST_F(RecordBuilderTest, EveryIdentifierThatIsServedCanBeSearched) {
  const model::Record records[] = {model::Patient{},          model::Practitioner{},
                                   model::Location{},         model::HealthcareService{},
                                   model::PractitionerRole{}, model::Encounter{}};
  for (const auto& record : records) {
    const auto stream = model::StreamOf(record);
    const auto write = builder_.Build(Upsert(stream, "ab 1", record), Instant{});
    const auto body = Body(write);
    for (const auto& identifier : *body.Find("identifier")->array()) {
      const std::pair<std::string, std::string> expected(identifier.Text("system"), "AB1");
      EXPECT_TRUE(
          std::count(write.keys.identifiers.begin(), write.keys.identifiers.end(), expected))
          << model::StreamName(stream) << " " << expected.first;
    }
  }
}

TEST_F(RecordBuilderTest, EncounterCarriesItsReferencesAsKeysAndAsText) {
  builder_.Learn(
      Upsert(Stream::kPractitioners, "7",
             model::Practitioner{{}, true, {"official", "Dr", "Alex", "", "Nguyen"}, {}}));
  model::HealthcareService service;
  service.name = "Skin check";
  builder_.Learn(Upsert(Stream::kHealthcareServices, "3", service));
  model::Encounter e;
  e.patient = {Stream::kPatients, "11"};
  e.practitioner = {Stream::kPractitioners, "7"};
  e.location = {Stream::kLocations, "1"};
  e.service = {Stream::kHealthcareServices, "3"};
  e.appointment = {Stream::kAppointments, "99"};
  e.start = ParseInstant("2026-03-09T04:02:03Z").value();
  const auto write = builder_.Build(Upsert(Stream::kEncounters, "500", e), Instant{});
  EXPECT_EQ(write.keys.patient, Key(Stream::kPatients, "11"));
  EXPECT_EQ(write.keys.practitioner, Key(Stream::kPractitioners, "7"));
  EXPECT_EQ(write.keys.location, Key(Stream::kLocations, "1"));
  EXPECT_EQ(write.keys.service, Key(Stream::kHealthcareServices, "3"));
  EXPECT_EQ(write.keys.start, e.start);
  EXPECT_EQ(write.keys.status, "in-progress");
  const auto body = Body(write);
  EXPECT_EQ(body.Find("subject")->Text("reference"), "Patient/" + builder_.IdOf(e.patient).value);
  EXPECT_EQ(body.Find("participant")->array()->at(0).Find("individual")->Text("display"),
            "Dr Alex Nguyen");
  EXPECT_EQ(body.Find("serviceType")->Text("text"), "Skin check");
}

TEST_F(RecordBuilderTest, AppointmentsAreReferredToOnlyWhereTheyAreCopied) {
  model::Encounter e;
  e.appointment = {Stream::kAppointments, "99"};
  const auto change = Upsert(Stream::kEncounters, "500", e);
  EXPECT_EQ(Body(builder_.Build(change, Instant{})).Find("appointment"), nullptr);
  builder_.set_refers_to_appointments(true);
  EXPECT_EQ(
      Body(builder_.Build(change, Instant{})).Find("appointment")->array()->at(0).Text("reference"),
      "Appointment/" + builder_.IdOf(e.appointment).value);
}

TEST_F(RecordBuilderTest, EveryRecordSaysWhereItCameFrom) {
  const auto read_at = ParseInstant("2026-03-09T04:02:03Z").value();
  const auto write = builder_.Build(Upsert(Stream::kPatients, "11", model::Patient{}), read_at);
  EXPECT_EQ(write.id, builder_.IdOf({Stream::kPatients, "11"}));
  EXPECT_EQ(write.stream, Stream::kPatients);
  EXPECT_EQ(write.source.connection, 5);
  EXPECT_EQ(write.source.vendor_id, "11");
  EXPECT_EQ(write.source.vendor_version, "v1");
  EXPECT_EQ(write.source.origin, "TABLE");
  EXPECT_EQ(write.source.read_at, read_at);
  EXPECT_EQ(Body(write).Find("meta")->Text("source"),
            "https://pons.health/connections/connection-1");
}

}  // namespace
}  // namespace pons::sync
