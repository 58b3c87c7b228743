// SPDX-License-Identifier: Apache-2.0
// A practice that was read straight from its database moves to Halo Connect: the same patients, the
// same ids, nothing told twice. And one that is looked at only when Halo calls.
#include <map>
#include <set>

#include "tests/scenarios/halo_stage.h"
#include "tests/scenarios/story.h"

namespace pons::scenarios {
namespace {

constexpr int kPatients = 60;

class HaloMove : public Story<HaloMove> {
 public:
  static rehearsal::WorldOptions Options() {
    rehearsal::WorldOptions options;
    options.vendor = "best_practice";
    options.sandbox = "halo_connect";
    options.patients = kPatients;
    options.appointments = 60;
    options.shares_all = true;
    options.reach = [](sandboxes::SandboxProcess& relay) -> Result<rehearsal::Reach> {
      sandboxes::JsonClient clinic(relay.control());
      PONS_ASSIGN(const auto halo, clinic.Get("/halo"));
      rehearsal::Reach reach;
      GiveAccess(relay, reach);
      reach.settings = {{"server", "127.0.0.1"},
                        {"port", std::to_string(halo.Integer("wire_port").value_or(0))}};
      reach.secrets = {{"password", rehearsal::kPracticePassword}};
      return reach;
    };
    return options;
  }

 protected:
  // Each patient the app can read: the practice's number, and id and version in the API.
  static std::map<std::string, std::string> Patients() {
    std::map<std::string, std::string> out;
    const auto bundle = Get("Patient?_count=500").body;
    const auto* entries = bundle.Find("entry");
    if (entries == nullptr || entries->array() == nullptr) return out;
    for (const auto& entry : *entries->array()) {
      const auto& patient = *entry.Find("resource");
      out[LocalIdentifier(patient)] = std::string(patient.Text("id")) + "/" +
                                      std::string(patient.Find("meta")->Text("versionId"));
    }
    return out;
  }
  // How much has been told, once nothing more comes for a second.
  static std::size_t WhenQuiet() {
    std::size_t told = 0;
    int quiet = 0;
    EXPECT_TRUE(World::Eventually([&] {
      const auto now = world().receiver().events().size();
      quiet = now == told ? quiet + 1 : 0;
      told = now;
      return quiet > 40;
    }));
    return told;
  }
  static std::int64_t Billed() { return Practice("/usage").Integer("billed").value_or(0); }
};

TEST_F(HaloMove, KeepsEveryPatientAndTellsNothingTwice) {
  ASSERT_TRUE(World::Eventually([] { return Patients().size() >= kPatients; }));
  // Whatever the first reading tells has been told.
  const std::size_t told = WhenQuiet();
  const auto before = Patients();
  EXPECT_EQ(Billed(), 0);

  const auto pairing = MakePairing(world().control());
  ASSERT_TRUE(pairing) << pairing.error().summary;
  const auto moved = world().Order(
      "connection edit", {{"connection", world().connection()},
                          {"set", json::Object{{"transport", "halo"},
                                               {"halo_site_id", pairing->site_id},
                                               {"halo_visit_seconds", "1"},
                                               {"halo_other_seconds", "1"},
                                               {"opening_hours", "Mon-Sun 00:00-24:00"}}},
                          {"secret", json::Object{{"halo_pairing_code", pairing->code}}}});
  ASSERT_TRUE(moved) << moved.error().summary;

  // Whoever reads now reads through Halo.
  const auto paired = Billed();
  ASSERT_TRUE(World::Eventually([&] { return Billed() > paired; }));

  // Somebody is edited and somebody new comes: both arrive through Halo, and nobody else is told
  // of.
  Staff("PATCH", "/clinic/patients/9", json::Object{{"mobile_phone", "0477333444"}});
  const auto added = Staff("POST", "/clinic/patients",
                           json::Object{{"given", "Marla"},
                                        {"family", "Overbridge"},
                                        {"birth_date", "1971-08-30"},
                                        {"sex", "female"}});
  const std::string fresh(added.Text("id"));
  ASSERT_TRUE(World::Eventually(
      [&] {
        const auto now = Patients();
        return now.contains(fresh) && now.at("9") != before.at("9");
      },
      std::chrono::seconds(60)));
  auto after = Patients();
  const auto id_of = [](const std::string& known) { return known.substr(0, known.find('/')); };
  EXPECT_EQ(id_of(after.at("9")), id_of(before.at("9")));
  const std::string fresh_id = id_of(after.at(fresh));
  after.erase(fresh);
  after["9"] = before.at("9");
  EXPECT_EQ(after, before) << "the same patients, in the same versions";

  ASSERT_TRUE(Told("patient.created", fresh_id));
  WhenQuiet();
  std::set<std::string> whom;
  const auto events = world().receiver().events();
  for (std::size_t i = told; i < events.size(); ++i) whom.insert(events[i].resource_id);
  EXPECT_EQ(whom, (std::set<std::string>{fresh_id, id_of(before.at("9"))}));
}

class HaloCalls : public Story<HaloCalls> {
 public:
  static rehearsal::WorldOptions Options() {
    rehearsal::WorldOptions options;
    options.vendor = "best_practice";
    options.sandbox = "halo_connect";
    options.patients = 60;
    options.appointments = 60;
    options.reach = [](sandboxes::SandboxProcess& relay) -> Result<rehearsal::Reach> {
      PONS_ASSIGN(auto reach, ThroughHalo(relay));
      for (auto& [key, value] : reach.settings) {
        if (key == "halo_visit_seconds") value = "0";  // only when the registered query says so
      }
      return reach;
    };
    return options;
  }
};

TEST_F(HaloCalls, TellOfAVisitThatNobodyWasLookingFor) {
  const auto running = [] {
    const auto listed = Practice("/registered");
    const auto* items = listed.Find("registeredQueries");
    return items != nullptr && items->array() != nullptr && !items->array()->empty();
  };
  ASSERT_TRUE(World::Eventually(running)) << json::Write(Practice("/registered"));
  Staff("POST", "/webhook",
        json::Object{{"url", world().url() + "/hooks/best_practice"}, {"secret", kWebhookSecret}});
  Staff("POST", "/registered/run", json::Object{});  // how things stand before the visit
  const auto before = Practice("/usage").Integer("billed").value_or(0);
  const Instant began = SystemClock().Now();
  Staff("POST", "/clinic/visits",
        json::Object{{"patient", "5"},
                     {"practitioner", world().practitioners()[0].vendor_id},
                     {"location", world().locations()[0].vendor_id}});
  Staff("POST", "/registered/run", json::Object{});
  EXPECT_TRUE(World::Eventually([] {
    const auto found = world().FindPatient("5");
    return found && !found->is_null();
  }));
  RecordProperty("visit_to_patient_ms",
                 std::to_string((SystemClock().Now() - began) / std::chrono::milliseconds(1)));
  RecordProperty("billed",
                 std::to_string(Practice("/usage").Integer("billed").value_or(0) - before));
}

}  // namespace
}  // namespace pons::scenarios
