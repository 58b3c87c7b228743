// SPDX-License-Identifier: Apache-2.0
// A practice behind Halo Connect: paired by Site ID and code, read, written to, and called back.
#include "base/text.h"
#include "crypto/crypto.h"
#include "net/http.h"
#include "tests/scenarios/halo_stage.h"
#include "tests/scenarios/story.h"

namespace pons::scenarios {
namespace {

class Halo : public Story<Halo> {
 public:
  static rehearsal::WorldOptions Options() {
    rehearsal::WorldOptions options;
    options.vendor = "best_practice";
    options.sandbox = "halo_connect";
    options.sandbox_arguments = {"--least-frequency-seconds", "1"};
    options.patients = 60;
    options.appointments = 60;
    options.reach = ThroughHalo;
    return options;
  }

 protected:
  // How many live entries the practice has at that time.
  static int InDiary(const std::string& start) {
    const auto diary = Practice("/clinic/diary?date=" + start.substr(0, 10));
    int count = 0;
    for (const auto& practitioner : *diary.Find("practitioners")->array()) {
      if (practitioner.Text("id") != world().practitioners()[0].vendor_id) continue;
      for (const auto& entry : *practitioner.Find("appointments")->array()) {
        if (entry.Text("time") == start.substr(11, 5)) ++count;
      }
    }
    return count;
  }
};

TEST_F(Halo, AVisitBringsThePatient) {
  const auto shared = world().Share("7");
  ASSERT_TRUE(shared) << shared.error().summary;
  EXPECT_TRUE(Told("patient.created", std::string(shared->Text("id"))));
}

TEST_F(Halo, ABookingIsInTheDiaryOnceItIsConfirmed) {
  const auto start = FreeTime();
  const auto booked =
      Create("Appointment", world().Booking(PatientId(), world().practitioners()[0], start));
  ASSERT_EQ(booked.status, 201) << booked.text;
  EXPECT_EQ(InDiary(start), 1);
}

// The relay gives up waiting after the practice has done its work: nobody knows, so it is looked
// up, and the booking stands once.
TEST_F(Halo, AnAnswerThatIsLostAfterTheEffectEndsInOneBooking) {
  const auto start = FreeTime();
  Staff(
      "POST", "/faults",
      json::Object{{"match", "BP_AddAppointment"}, {"action", "drop_after_effect"}, {"times", 1}});
  const auto key = NewKey();
  const auto wish = world().Booking(PatientId(), world().practitioners()[0], start);
  auto booked = Create("Appointment", wish, key);
  EXPECT_TRUE(World::Eventually(
      [&] {
        if (booked.status == 201) return true;
        booked = Create("Appointment", wish, key);
        return false;
      },
      std::chrono::seconds(60)))
      << booked.text << json::Write(*world().Order("command list"));
  EXPECT_EQ(InDiary(start), 1);
}

TEST_F(Halo, ManyRefusalsForHasteDelayAndLoseNothing) {
  Staff("POST", "/halo", json::Object{{"rate_calls", 2}, {"rate_seconds", 1}, {"retry_after", 1}});
  Staff("POST", "/clinic/visits",
        json::Object{{"patient", "11"},
                     {"practitioner", world().practitioners()[0].vendor_id},
                     {"location", world().locations()[0].vendor_id}});
  EXPECT_TRUE(World::Eventually(
      [&] {
        const auto found = world().FindPatient("11");
        return found && !found->is_null();
      },
      std::chrono::seconds(60)));
  Staff("POST", "/halo", json::Object{{"rate_calls", 0}});
}

// Whoever calls: only what Halo has signed lately, once, makes Pons look.
TEST_F(Halo, AForgedAStaleAndARepeatedCallDoNothing) {
  const auto http = net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  const CancelToken cancel;
  const auto guid = std::string(Practice("/halo").Text("id"));
  const auto call = [&](const std::string& id, Instant stamped, std::string_view secret) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = world().url() + "/hooks/best_practice";
    const auto stamp = FormatInstant(stamped);
    request.body = json::Write(json::Object{{"id", id},
                                            {"occurredAt", stamp},
                                            {"siteId", guid},
                                            {"queryId", "7d2c1f4e-0002-4000-8000-000000000002"},
                                            {"webhookSource", "registered"}});
    request.headers = {
        {"Content-Type", "application/json"},
        {"X-Halo-Id", id},
        {"X-Halo-Timestamp", stamp},
        {"X-Halo-Signature-256", Hex(crypto::HmacSha256(secret, request.body + "." + stamp))}};
    const auto answer = http->Send(request, cancel);
    EXPECT_TRUE(answer) << answer.error().summary;
    return answer ? answer->status : 0;
  };
  const Instant now = SystemClock().Now();
  const std::string id = "0b0c5d9e-6a1f-4a34-9d6b-2f1d6c1e7a10";
  EXPECT_EQ(call(id, now, "another secret"), 401);
  EXPECT_EQ(call(id, now - std::chrono::minutes(6), kWebhookSecret), 401);
  EXPECT_EQ(call(id, now, kWebhookSecret), 202);
  EXPECT_EQ(call(id, now, kWebhookSecret), 202);
  const auto metrics = world().api().Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_NE(metrics->text.find("repeated"), std::string::npos) << metrics->text;
}

}  // namespace
}  // namespace pons::scenarios
