// SPDX-License-Identifier: Apache-2.0
// Whose record leads, in both directions, through the public API and the practice's own screens.
#include "tests/scenarios/story.h"

namespace pons::scenarios {
namespace {

class Ownership : public Story<Ownership> {
 public:
  static rehearsal::WorldOptions Options() {
    rehearsal::WorldOptions options;
    options.vendor = "best_practice";
    options.patients = 60;
    options.appointments = 40;
    return options;
  }

 protected:
  static std::string MobileOf(const std::string& vendor_id) {
    return std::string(Practice("/clinic/patients/" + vendor_id).Text("mobile_phone"));
  }
  static std::size_t PatientsNamed(const std::string& family) {
    const auto list = Practice("/clinic/patients?search=" + family);
    return list.Find("patients")->array()->size();
  }
};

TEST_F(Ownership, AnAppsPatientIsTheAppsUntilTheFirstVisit) {
  // The app creates the patient; a minute later she is in the practice.
  const auto created = Create("Patient", Person("Cleo", "Storrington", "1984-07-02", "0412345678"));
  ASSERT_EQ(created.status, 201) << created.text;
  const std::string id = created.id();
  const std::string number = LocalIdentifier(created.body);
  ASSERT_FALSE(number.empty()) << created.text;
  const auto entered = Practice("/clinic/patients/" + number);
  EXPECT_EQ(entered.Text("family"), "Storrington");
  EXPECT_EQ(entered.Text("birth_date"), "1984-07-02");
  EXPECT_EQ(MobileOf(number), "0412345678");

  // The app corrects the phone number.
  auto edited = Put("Patient/" + id, Person("Cleo", "Storrington", "1984-07-02", "0499111222"),
                    created.etag());
  ASSERT_EQ(edited.status, 200) << edited.text;
  EXPECT_EQ(MobileOf(number), "0499111222");

  // Staff correct it again; that reaches the app.
  Staff("PATCH", "/clinic/patients/" + number, json::Object{{"mobile_phone", "0477333444"}});
  ASSERT_TRUE(World::Eventually(
      [&] { return Get("Patient/" + id).text.find("0477333444") != std::string::npos; }));
  EXPECT_TRUE(Told("patient.updated", id));
  // An edit that does not know of it is refused.
  EXPECT_EQ(
      Put("Patient/" + id, Person("Cleo", "Storrington", "1984-07-02", "0400000000"), edited.etag())
          .status,
      412);

  // A visit starts; from now on the practice leads.
  Staff("POST", "/clinic/visits",
        json::Object{{"patient", number}, {"practitioner", world().practitioners()[0].vendor_id}});
  // At once by the connector, which sees the visit; in the words of the rule once Pons has read it.
  Answer refused;
  ASSERT_TRUE(World::Eventually([&] {
    refused = Put("Patient/" + id, Person("Cleo", "Storrington", "1984-07-02", "0400000000"),
                  Get("Patient/" + id).etag());
    EXPECT_EQ(refused.status, 422) << refused.text;
    return refused.status == 200 ||
           refused.reason().find("first opened for a visit in ") != std::string::npos;
  }));
  EXPECT_NE(refused.reason().find("the practice's record leads"), std::string::npos)
      << refused.reason();
  EXPECT_NE(MobileOf(number), "0400000000");

  // Staff go on editing, and the app follows.
  Staff("PATCH", "/clinic/patients/" + number, json::Object{{"mobile_phone", "0466555666"}});
  EXPECT_TRUE(World::Eventually(
      [&] { return Get("Patient/" + id).text.find("0466555666") != std::string::npos; }));
}

TEST_F(Ownership, APatientOfThePracticeIsNeverTheApps) {
  const auto shared = world().Share("7");
  ASSERT_TRUE(shared) << shared.error().summary;
  const std::string id(shared->Text("id"));
  const auto before = MobileOf("7");
  const auto current = Get("Patient/" + id);
  auto changed = current.body;
  changed.Set("telecom", json::Array{json::Object{
                             {"system", "phone"}, {"use", "mobile"}, {"value", "0400999888"}}});
  const auto refused = Put("Patient/" + id, changed, current.etag());
  EXPECT_EQ(refused.status, 422) << refused.text;
  EXPECT_NE(refused.reason().find("came from "), std::string::npos) << refused.reason();
  EXPECT_EQ(MobileOf("7"), before);
}

TEST_F(Ownership, WhoIsThereAlreadyIsNotMadeTwice) {
  Staff("POST", "/clinic/patients",
        json::Object{{"given", "Philippa"},
                     {"family", "Twicewood"},
                     {"birth_date", "1990-01-05"},
                     {"sex", "female"}});
  ASSERT_EQ(PatientsNamed("Twicewood"), 1u);
  const auto same = Create("Patient", Person("philippa", "TWICEWOOD", "1990-01-05"));
  EXPECT_EQ(same.status, 200) << same.text;
  EXPECT_EQ(PatientsNamed("Twicewood"), 1u);
  // Hers to read, not the app's to change.
  const auto refused =
      Put("Patient/" + same.id(), Person("Philippa", "Twicewood", "1990-01-05", "0400111222"),
          Get("Patient/" + same.id()).etag());
  EXPECT_EQ(refused.status, 422) << refused.text;
}

TEST_F(Ownership, SimilarPeopleAreCreatedAndListedForAPerson) {
  const auto there = Staff("POST", "/clinic/patients",
                           json::Object{{"given", "Rosalind"},
                                        {"family", "Nearby"},
                                        {"birth_date", "1975-03-09"},
                                        {"sex", "female"}});
  const auto created = Create("Patient", Person("Rosalind", "Nearby", "1975-03-10"));
  ASSERT_EQ(created.status, 201) << created.text;
  EXPECT_EQ(PatientsNamed("Nearby"), 2u);
  const auto listed = world().Order("duplicate list");
  ASSERT_TRUE(listed) << listed.error().summary;
  ASSERT_EQ(listed->Find("items")->array()->size(), 1u) << json::Write(*listed);
  const auto& pair = listed->Find("items")->array()->front();
  EXPECT_EQ(pair.Text("new_patient"), LocalIdentifier(created.body));
  EXPECT_EQ(pair.Text("earlier_patient"), there.Text("id"));
  const auto settled = world().Order("duplicate settle",
                                     {{"id", std::string(pair.Text("id"))}, {"as", "different"}});
  EXPECT_TRUE(settled) << settled.error().summary;
  EXPECT_TRUE(world().Order("duplicate list")->Find("items")->array()->empty());
}

TEST_F(Ownership, TheSameKeyIsTheSameWish) {
  const std::string key = NewKey();
  const auto person = Person("Odette", "Onceler", "1966-06-06");
  const auto first = Create("Patient", person, key);
  ASSERT_EQ(first.status, 201) << first.text;
  const auto again = Create("Patient", person, key);
  EXPECT_EQ(again.status, 201) << again.text;
  EXPECT_EQ(again.id(), first.id());
  EXPECT_EQ(PatientsNamed("Onceler"), 1u);
  EXPECT_EQ(Create("Patient", Person("Odile", "Onceler", "1966-06-06"), key).status, 422);
  EXPECT_EQ(PatientsNamed("Onceler"), 1u);
}

TEST_F(Ownership, WithoutTheSwitchNothingIsWritten) {
  const auto off = world().Order("grant edit", {{"grant", world().grant()},
                                                {"switch", json::Object{{"patients_out", "off"}}}});
  ASSERT_TRUE(off) << off.error().summary;
  const auto refused = Create("Patient", Person("Nobody", "Unwritten", "1980-01-01"));
  EXPECT_EQ(refused.status, 403) << refused.text;
  EXPECT_NE(refused.reason().find("patients_out"), std::string::npos) << refused.reason();
  EXPECT_EQ(PatientsNamed("Unwritten"), 0u);
  ASSERT_TRUE(world().Order("grant edit", {{"grant", world().grant()},
                                           {"switch", json::Object{{"patients_out", "on"}}}}));
}

}  // namespace
}  // namespace pons::scenarios
