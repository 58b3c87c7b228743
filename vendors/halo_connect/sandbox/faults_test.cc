// SPDX-License-Identifier: Apache-2.0
// What goes wrong on purpose, the journal that tells what was done, and what is counted.
#include <atomic>
#include <thread>
#include <vector>

#include "vendors/halo_connect/sandbox/halo_test_kit.h"

namespace pons::halo_connect::sandbox {
namespace {

constexpr const char* kBook =
    "DECLARE @id INT; EXEC @id = BP_AddAppointment @aptdate=@d, @apttime=@t, @aptlen=900, "
    "@practitionerid=1, @patientid=7, @locationid=1; SELECT @id AS AppointmentId";

class HaloFaults : public HaloTest {
 protected:
  void SetUp() override { StartPaired(); }
  void Plan(json::Object rule) {
    const Got got = Control("POST", "/faults", std::move(rule));
    ASSERT_EQ(got.status, 200) << got.raw;
  }
  Got Book(const std::string& seconds) {
    return Ask(kBook, {Input("@d", "Date", "2031-05-05"), Input("@t", "Int", seconds)});
  }
  std::int64_t Writes() {
    std::int64_t writes = 0;
    const Got journal = Control("GET", "/journal");
    for (const json::Value& entry : *journal.body.Find("entries")->array())
      writes += entry.Text("effect") == "write" ? 1 : 0;
    return writes;
  }
};

TEST_F(HaloFaults, BeforeAndAfterTheEffectDiffer) {
  ASSERT_EQ(Book("32400").status, 200);
  EXPECT_EQ(Writes(), 1);
  Plan({{"action", "drop_before_effect"}});
  EXPECT_EQ(Book("36000").status, 503);
  EXPECT_EQ(Writes(), 1);
  Plan({{"procedure", "BP_AddAppointment"}, {"action", "drop_after_effect"}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200) << "not for what calls nothing";
  EXPECT_EQ(Book("36000").status, 504);
  EXPECT_EQ(Writes(), 2) << "done, though the answer was lost";
  for (const int status : {500, 502, 503, 504, 429}) {
    Plan({{"action", "answer"}, {"amount", status}});
    EXPECT_EQ(Book("39600").status, status);
  }
  EXPECT_EQ(Writes(), 2);
  Plan({{"action", "answer_after_effect"}, {"amount", 500}});
  EXPECT_EQ(Book("39600").status, 500);
  EXPECT_EQ(Writes(), 3);
}

TEST_F(HaloFaults, AnswersAreLateCutOrNothing) {
  Control("POST", "/halo", json::Object{{"patience_ms", 50}});
  Plan({{"action", "delay"}, {"amount", 200}});
  const Got late = Book("32400");
  EXPECT_EQ(late.status, 504);
  EXPECT_EQ(Part(late.body, "error", "message"),
            "Query took more than 30 seconds to return a result.");
  // The query runs on at the practice. The next question waits for nothing of it.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (Writes() == 0 && std::chrono::steady_clock::now() < end) {
    (void)cancel_.WaitFor(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(Writes(), 1);
  Plan({{"action", "garbage"}});
  const Got garbage = Ask("SELECT 1 AS X");
  EXPECT_EQ(garbage.status, 200);
  EXPECT_TRUE(garbage.body.is_null());
  Plan({{"action", "truncate"}, {"amount", 40}});
  EXPECT_EQ(Ask("SELECT 1 AS X").raw.size(), 40u);
  Plan({{"action", "error"}, {"amount", 1205}});
  EXPECT_EQ(Ask("SELECT 1 AS X").body.Find("errorDetails")->Integer("errorCode"), 1205);
  Plan({{"action", "refuse_login"}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 401);
  Plan({{"kind", "connect"}, {"action", "drop_before_effect"}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 503);
  Plan({{"action", "silent"}});
  net::HttpRequest request;
  request.method = "POST";
  request.url = "http://127.0.0.1:" + std::to_string(halo_->port()) + At("/queries/immediate");
  request.headers = {{"Ocp-Apim-Subscription-Key", "sandbox-key"}};
  request.body = json::Write(json::Object{{"command", CommandOf("SELECT 1 AS X")}});
  request.timeout = std::chrono::milliseconds(300);
  EXPECT_FALSE(http_->Send(request, cancel_));
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200);
}

TEST_F(HaloFaults, ErrorsComeInFourEnvelopes) {
  const auto shape = [&](const char* name) {
    Control("POST", "/halo", json::Object{{"envelope", name}});
    Plan({{"action", "answer"}, {"amount", 503}});
    return Ask("SELECT 1 AS X").body;
  };
  EXPECT_EQ(Part(shape("error"), "error", "statusText"), "Service Unavailable");
  EXPECT_EQ(shape("bare").Integer("status"), 503);
  EXPECT_EQ(shape("management").Integer("statusCode"), 503);
  const json::Value query = shape("query");
  EXPECT_EQ(query.Text("status"), "executionFailed");
  EXPECT_EQ(query.Find("errorDetails")->Integer("errorCode"), 503);
  EXPECT_EQ(query.Text("siteId"), guid_);
  Control("POST", "/halo", json::Object{{"envelope", "natural"}, {"failed_as_200", true}});
  const Got failed = Ask("SELECT Surnam FROM BPS_Patients");
  EXPECT_EQ(failed.status, 200);
  EXPECT_EQ(failed.body.Text("status"), "executionFailed");
  EXPECT_NE(failed.body.Find("errorMessage"), nullptr);
  EXPECT_EQ(Control("POST", "/halo", json::Object{{"envelope", "fifth"}}).status, 400);
}

TEST_F(HaloFaults, RateQuotaAndAddress) {
  Control("POST", "/halo",
          json::Object{{"rate_calls", 2}, {"rate_seconds", 3600}, {"retry_after", 7}});
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200);
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200);
  const Got turned = Ask("SELECT 1 AS X");
  EXPECT_EQ(turned.status, 429);
  EXPECT_EQ(net::FindHeader(turned.headers, "Retry-After"), "7");
  Control("POST", "/halo", json::Object{{"rate_calls", 0}, {"quota", 2}});
  const Got over = Ask("SELECT 1 AS X");
  EXPECT_EQ(over.status, 403);
  EXPECT_EQ(over.body.Integer("statusCode"), 403);
  Control("POST", "/halo", json::Object{{"quota", -1}, {"ip_allowed", false}});
  EXPECT_EQ(Ask("SELECT 1 AS X").body.Text("message"), "Caller Ip Not Allowed");
  const Got usage = Control("GET", "/usage");
  EXPECT_EQ(usage.body.Integer("billed"), 2);
  EXPECT_EQ(usage.body.Integer("turned_away"), 1);
  EXPECT_EQ(usage.body.Find("sites")->Find("90001")->Integer("immediate"), 2);
  Control("DELETE", "/usage");
  EXPECT_EQ(Control("GET", "/usage").body.Integer("billed"), 0);
}

TEST_F(HaloFaults, ALineTakesItsTime) {
  Control("POST", "/halo", json::Object{{"latency_ms", 120}});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask("SELECT 1 AS X").status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(120));
}

TEST_F(HaloFaults, ManyAtOnceAreEachAnsweredAndCounted) {
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 5; ++j) answered += Book("32400").status == 200 ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 40);
  // Each booking is an entry of its own, whichever connection it came by.
  const Got journal = Control("GET", "/journal");
  EXPECT_EQ(journal.body.Find("entries")->array()->size(), 40u);
  EXPECT_EQ(Control("GET", "/usage").body.Integer("billed"), 40);
}

TEST_F(HaloFaults, TheJournalTellsWhatWasDone) {
  const Got booked = Book("32400");
  const auto rows = json::Parse(RowsOf(booked));
  ASSERT_TRUE(rows);
  const auto id = rows->array()->front().Integer("AppointmentId");
  const Got journal = Control("GET", "/journal");
  const json::Value& entry = journal.body.Find("entries")->array()->back();
  EXPECT_EQ(entry.Text("procedure"), "BP_AddAppointment");
  EXPECT_EQ(entry.Integer("result"), id);
  EXPECT_EQ(entry.Text("effect"), "write");
  EXPECT_EQ(entry.Text("user"), "halo");
  EXPECT_NE(entry.Text("parameters").find("@t=32400"), std::string::npos);
}

}  // namespace
}  // namespace pons::halo_connect::sandbox
