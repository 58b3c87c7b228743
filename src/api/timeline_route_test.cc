// SPDX-License-Identifier: Apache-2.0
// POST DocumentReference/$timeline-report.
#include <gmock/gmock.h>

#include <thread>

#include "api/documents.h"
#include "api/write_world.h"
#include "report/sample.h"

namespace pons::api {
namespace {

using ::testing::HasSubstr;

constexpr char kPath[] = "DocumentReference/$timeline-report";

class TimelineRoute : public WriteWorld {
 protected:
  static report::SampleOptions SmallOptions() {
    report::SampleOptions options;
    options.patient_id = "p1";
    options.practitioner_id = "d1";
    options.birth_date = "1984-07-02";
    options.spots = 1;
    options.images = 2;
    options.image_width = 64;
    options.image_height = 48;
    return options;
  }
  static std::string Small() { return report::MakeSample(SmallOptions()).bundle; }
  static std::string Changed(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
};

TEST_F(TimelineRoute, DrawsAndSendsOn) {
  const auto response = Ask("POST", kPath, Small());
  ASSERT_EQ(response.status, 201) << response.body;
  const auto document = *json::Parse(response.body);
  EXPECT_EQ(document.Text("resourceType"), "DocumentReference");
  EXPECT_EQ(HeaderOf(response, "pons-warning"), "");
  ASSERT_EQ(desk_.submissions().size(), 1U);
  const auto submission = desk_.submissions().at(0);
  const auto attach = std::get<model::AttachDocument>(submission.body);
  EXPECT_EQ(attach.patient.id, "v-p1");
  EXPECT_EQ(attach.author.id, "v-d1");
  EXPECT_EQ(attach.title, "Dermatology timeline report");
  EXPECT_EQ(attach.type.code, "11488-4");
  EXPECT_EQ(attach.content_type, "application/pdf");
  EXPECT_EQ(FormatInstant(attach.date), "2026-03-09T04:05:06.000Z");
  EXPECT_TRUE(submission.content->starts_with("%PDF-1.5"));
  const auto bytes = Get("/fhir/R4/Binary/" + std::string(document.Text("id")));
  EXPECT_EQ(bytes.body, *submission.content);
  EXPECT_THAT(LastAudit(), HasSubstr("Binary"));
}

TEST_F(TimelineRoute, TheSameKeyIsTheSameReport) {
  const net::Headers key = {{"Idempotency-Key", "once"}};
  const auto first = Ask("POST", kPath, Small(), key);
  const auto again = Ask("POST", kPath, Small(), key);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(json::Parse(first.body)->Text("id"), json::Parse(again.body)->Text("id"));
  EXPECT_EQ(desk_.submissions().size(), 1U);
  const auto other = Ask("POST", kPath, Changed(Small(), "Marguerite", "Margaret"), key);
  EXPECT_EQ(other.status, 422);
}

TEST_F(TimelineRoute, TheDoctorByProviderNumberWhereTheIdIsTheAppsOwn) {
  auto options = SmallOptions();
  options.practitioner_id = "own-number-7";
  const auto response = Ask("POST", kPath, report::MakeSample(options).bundle);
  ASSERT_EQ(response.status, 201) << response.body;
  const auto attach = std::get<model::AttachDocument>(desk_.submissions().at(0).body);
  EXPECT_EQ(attach.author.id, "v-d1");
  EXPECT_EQ(attach.location.id, "v-l1");
}

TEST_F(TimelineRoute, RefusesBeforeAnythingIsSent) {
  struct Case {
    std::string body;
    int status;
    std::string issue;
  };
  auto somebody = SmallOptions();
  somebody.patient_id = "nobody";
  auto twin = SmallOptions();
  twin.birth_date = "1984-07-03";
  auto stranger = SmallOptions();
  stranger.practitioner_id = "nobody";
  stranger.provider_number = "2426631B";
  const Case cases[] = {
      {"{", 400, "structure"},
      {"{}", 422, "invalid Bundle.type"},
      {Changed(Small(), "\"final\"", "\"entered-in-error\""), 422,
       "invalid Bundle.entry[0].resource.status"},
      {report::MakeSample(somebody).bundle, 422, "not-found Composition.subject"},
      {report::MakeSample(twin).bundle, 422, "conflict Composition.subject"},
      {report::MakeSample(stranger).bundle, 422, "not-found Composition.author"},
  };
  for (const auto& c : cases) {
    const auto response = Ask("POST", kPath, c.body);
    EXPECT_EQ(response.status, c.status) << response.body;
    EXPECT_EQ(IssueOf(response), c.issue);
  }
  SetSwitches([](store::Switches& on) { on.reports_out = false; });
  const auto off = Ask("POST", kPath, Small());
  EXPECT_EQ(off.status, 403);
  EXPECT_THAT(TextOf(off), HasSubstr("reports_out"));
  EXPECT_TRUE(desk_.submissions().empty());
}

TEST_F(TimelineRoute, ImagesFromUploadsAndWhatIsMissing) {
  const auto upload = Ask("POST", "Binary", report::SampleImage(1, 320, 240, false),
                          {{"Content-Type", "image/jpeg"}});
  ASSERT_EQ(upload.status, 201) << upload.body;
  auto options = SmallOptions();
  options.binaries = true;
  const auto body = Changed(report::MakeSample(options).bundle, "Binary/image-1-1",
                            "Binary/" + std::string(json::Parse(upload.body)->Text("id")));
  const auto strict = Ask("POST", kPath, body, {{"Prefer", "handling=strict"}});
  EXPECT_EQ(strict.status, 422);
  EXPECT_THAT(IssueOf(strict), HasSubstr("invalid Bundle.entry["));
  EXPECT_TRUE(desk_.submissions().empty());
  const auto response = Ask("POST", kPath, body);
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_THAT(HeaderOf(response, "pons-warning"),
              HasSubstr(".resource.content: The image could not be read: the image was not sent"));
  const auto pdf = *desk_.submissions().at(0).content;
  std::size_t jpegs = 0;
  for (auto at = pdf.find("/DCTDecode"); at != std::string::npos;
       at = pdf.find("/DCTDecode", at + 1)) {
    ++jpegs;
  }
  EXPECT_EQ(jpegs, 1U);
}

// One is drawn at a time and eight wait; more are told to come back, and those get their report.
TEST_F(TimelineRoute, ALongQueueIsRefused) {
  auto options = SmallOptions();
  options.images = 12;
  options.image_width = 1600;
  options.image_height = 1200;
  const auto body = report::MakeSample(options).bundle;
  WriteToken();
  std::atomic<int> done{0};
  std::atomic<int> busy{0};
  std::vector<std::thread> apps;
  for (int i = 0; i < 24; ++i) {
    apps.emplace_back([&, i] {
      const auto response = Send("POST", std::string("/fhir/R4/") + kPath,
                                 {{"Authorization", "Bearer " + WriteToken()},
                                  {"Content-Type", "application/fhir+json"},
                                  {"Idempotency-Key", "many-" + std::to_string(i)}},
                                 body);
      if (response.status == 201) ++done;
      if (response.status == 503 && !HeaderOf(response, "retry-after").empty()) ++busy;
    });
  }
  for (auto& app : apps) app.join();
  EXPECT_EQ(done + busy, 24);
  EXPECT_GE(done, 8);
  EXPECT_GE(busy, 1);
}

}  // namespace
}  // namespace pons::api
