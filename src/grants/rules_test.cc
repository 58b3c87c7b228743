// SPDX-License-Identifier: Apache-2.0
// Grants: the directory that an app sees, and the book of those in force. The visit rule's cases
// are data, in src/sync/reconciler_cases.
#include "grants/rules.h"

#include <gtest/gtest.h>

#include "base/clock_fake.h"
#include "grants/grant_book.h"

namespace pons::grants {
namespace {

using model::Stream;
using store::FilterKind;
using store::GrantMode;

store::Grant OneLocation() {
  store::Grant grant;
  grant.locations = {{"1", "north"}};
  return grant;
}

TEST(FactsOf, TakesTheVendorsIds) {
  model::Encounter e;
  e.location = {Stream::kLocations, "1"};
  e.practitioner = {Stream::kPractitioners, "7"};
  e.service = {Stream::kHealthcareServices, "3"};
  const auto facts = FactsOf(e);
  EXPECT_EQ(facts.location_id, "1");
  EXPECT_EQ(facts.practitioner_id, "7");
  EXPECT_EQ(facts.service_id, "3");
  model::Appointment a;
  a.location = {Stream::kLocations, "2"};
  EXPECT_EQ(FactsOf(a).location_id, "2");
  EXPECT_EQ(FactsOf(a).service_id, "");
}

TEST(Judge, SaysTheFirstReasonInTheOrderThatPeopleSetThingsUp) {
  auto grant = OneLocation();
  grant.practitioners = {FilterKind::kThese, {"7"}};
  grant.appointment_types = {FilterKind::kThese, {"3"}};
  EXPECT_EQ(Judge(grant, {"2", "8", "4"}).reason, "location is not mapped");
  EXPECT_EQ(Judge(grant, {"1", "8", "4"}).reason, "practitioner is not selected");
  EXPECT_EQ(Judge(grant, {"1", "7", "4"}).reason, "appointment type is not selected");
  EXPECT_TRUE(Judge(grant, {"1", "7", "3"}).shared);
}

// Any one filter that says no is enough: all combinations of three filters.
TEST(Judge, JoinsFiltersByAnd) {
  for (int bits = 0; bits < 8; ++bits) {
    auto grant = OneLocation();
    grant.practitioners = {FilterKind::kThese, {"7"}};
    grant.appointment_types = {FilterKind::kThese, {"3"}};
    const Facts facts{(bits & 1) != 0 ? "1" : "2", (bits & 2) != 0 ? "7" : "8",
                      (bits & 4) != 0 ? "3" : "4"};
    EXPECT_EQ(Judge(grant, facts).shared, bits == 7) << bits;
  }
}

TEST(Judge, AMappingToAnEmptyIdMatchesNothing) {
  store::Grant grant;
  grant.locations = {{"", "nowhere"}};
  EXPECT_FALSE(Judge(grant, {"", "7", "3"}).shared);
}

TEST(SharesEveryone, OnlyWithoutAnyFilterInModeAll) {
  store::Grant everyone;
  everyone.mode = GrantMode::kAll;
  everyone.all_locations_to = "main";
  EXPECT_TRUE(SharesEveryone(everyone));
  auto changed = everyone;
  changed.mode = GrantMode::kOnVisit;
  EXPECT_FALSE(SharesEveryone(changed));
  changed = everyone;
  changed.all_locations_to = std::nullopt;
  changed.locations = {{"1", "north"}};
  EXPECT_FALSE(SharesEveryone(changed));
  changed = everyone;
  changed.practitioners = {FilterKind::kThese, {"7"}};
  EXPECT_FALSE(SharesEveryone(changed));
  changed = everyone;
  changed.appointment_types = {FilterKind::kThese, {"3"}};
  EXPECT_FALSE(SharesEveryone(changed));
  changed = everyone;
  changed.revoked = true;
  EXPECT_FALSE(SharesEveryone(changed));
  changed = everyone;
  changed.switches.patients_in = false;
  EXPECT_FALSE(SharesEveryone(changed));
}

TEST(SharesDirectory, ShowsOnlyWhatTheFiltersName) {
  auto grant = OneLocation();
  grant.practitioners = {FilterKind::kThese, {"7"}};
  grant.appointment_types = {FilterKind::kThese, {"3"}};
  EXPECT_TRUE(SharesDirectory(grant, model::Location{}, "1"));
  EXPECT_FALSE(SharesDirectory(grant, model::Location{}, "2"));
  EXPECT_TRUE(SharesDirectory(grant, model::Practitioner{}, "7"));
  EXPECT_FALSE(SharesDirectory(grant, model::Practitioner{}, "8"));
  EXPECT_TRUE(SharesDirectory(grant, model::HealthcareService{}, "3"));
  EXPECT_FALSE(SharesDirectory(grant, model::HealthcareService{}, "4"));
  model::PractitionerRole role;
  role.practitioner = {Stream::kPractitioners, "7"};
  role.location = {Stream::kLocations, "1"};
  EXPECT_TRUE(SharesDirectory(grant, role, "7-1"));
  role.location.id = "2";
  EXPECT_FALSE(SharesDirectory(grant, role, "7-2"));
  role.location.id = "1";
  role.practitioner.id = "8";
  EXPECT_FALSE(SharesDirectory(grant, role, "8-1"));
}

TEST(SharesDirectory, NeverPatientsOrWhatIsAboutThem) {
  store::Grant grant;
  grant.mode = GrantMode::kAll;
  grant.all_locations_to = "main";
  for (const auto& record :
       {model::Record(model::Patient{}), model::Record(model::Condition{}),
        model::Record(model::Appointment{}), model::Record(model::Encounter{})}) {
    EXPECT_FALSE(SharesDirectory(grant, record, "1"));
  }
}

TEST(SharesDirectory, NothingOnceRevoked) {
  store::Grant grant;
  grant.all_locations_to = "main";
  EXPECT_TRUE(SharesDirectory(grant, model::Location{}, "1"));
  grant.revoked = true;
  EXPECT_FALSE(SharesDirectory(grant, model::Location{}, "1"));
}

class GrantBookTest : public testing::Test {
 protected:
  GrantBookTest() : clock_(ParseInstant("2026-03-09T04:00:00Z").value()), random_(1) {
    store::StoreOptions options;
    options.path = ":memory:";
    options.writer_thread = false;
    store_ = store::Store::Open(options, clock_, random_, log_).value();
    store::Organization organization{OrganizationId("org-1"), "Practice", clock_.Now()};
    store::Connection connection;
    connection.id = ConnectionId("connection-1");
    connection.organization = organization.id;
    connection.vendor = "memory";
    connection.time_zone = "Australia/Sydney";
    connection.settings_json = "{}";
    app_.id = AppId("app-1");
    app_.name = "App";
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) {
      tx.Insert(organization);
      connection.key = tx.Insert(connection);
      app_.key = tx.Insert(app_);
      grant_.id = GrantId("grant-1");
      grant_.organization = organization.id;
      grant_.connection = connection.key;
      grant_.app = app_.key;
      grant_.all_locations_to = "main";
      grant_.key = tx.Insert(grant_);
      return Ok();
    }));
  }

  FakeClock clock_;
  SeededRandom random_;
  MemoryLogger log_;
  std::unique_ptr<store::Store> store_;
  store::App app_;
  store::Grant grant_;
};

TEST_F(GrantBookTest, KnowsWhoMaySeeWhat) {
  GrantBook book(*store_);
  const auto snapshot = book.Current().value();
  ASSERT_NE(snapshot->Find(grant_.key), nullptr);
  EXPECT_EQ(snapshot->Find(grant_.key)->all_locations_to, "main");
  EXPECT_EQ(snapshot->OfConnection(grant_.connection).size(), 1u);
  EXPECT_EQ(snapshot->OfApp(app_.key), std::vector<store::GrantKey>{grant_.key});
  EXPECT_TRUE(snapshot->OfConnection(999).empty());
  EXPECT_TRUE(snapshot->OfApp(999).empty());
  EXPECT_EQ(book.Current().value(), snapshot) << "nothing changed, so nothing is loaded again";
}

TEST_F(GrantBookTest, ARevokedGrantIsGoneAtOnce) {
  GrantBook book(*store_);
  const auto before = book.Current().value();
  grant_.revoked = true;
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Update(grant_);
    return Ok();
  }));
  const auto after = book.Current().value();
  EXPECT_EQ(after->Find(grant_.key), nullptr);
  EXPECT_TRUE(after->OfConnection(grant_.connection).empty());
  EXPECT_TRUE(after->OfApp(app_.key).empty());
  EXPECT_NE(before->Find(grant_.key), nullptr) << "a snapshot in use does not change";
}

TEST_F(GrantBookTest, ADisabledAppHasNoGrants) {
  GrantBook book(*store_);
  app_.disabled = true;
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Update(app_);
    return Ok();
  }));
  EXPECT_TRUE(book.Current().value()->OfApp(app_.key).empty());
}

}  // namespace
}  // namespace pons::grants
