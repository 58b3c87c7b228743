// SPDX-License-Identifier: Apache-2.0
// A timeline report from the app into the practice: drawn, written for the importer, imported, and
// the same bytes in the doctor's inbox.
#include <sys/wait.h>

#include <cstdio>
#include <fstream>

#include "base/text.h"
#include "crypto/crypto.h"
#include "report/sample.h"
#include "tests/scenarios/story.h"

namespace pons::scenarios {
namespace {

constexpr char kImportCycle[] = "1";  // minutes

class Report : public Story<Report> {
 public:
  static rehearsal::WorldOptions Options() {
    rehearsal::WorldOptions options;
    options.vendor = "best_practice";
    options.patients = 60;
    options.appointments = 40;
    options.import_every = std::chrono::milliseconds(500);
    options.settings = {{"import_cycle_minutes", kImportCycle}};
    return options;
  }

 protected:
  static json::Value Patient() {
    static json::Value patient;
    if (patient.is_null()) {
      auto shared = world().Share("9");
      EXPECT_TRUE(shared) << shared.error().summary;
      if (shared) patient = std::move(*shared);
    }
    return patient;
  }
  // Drawn from what an app knows, and on its way to the practice.
  static Answer DrawAndSend(std::size_t images, const std::string& title) {
    report::SampleOptions sample;
    sample.images = images;
    sample.title = title;
    sample.report_id = "TR-" + std::to_string(images);
    sample.patient_id = Patient().Text("id");
    sample.birth_date = Patient().Text("birthDate");
    sample.practitioner_id = world().practitioners()[0].id;
    const auto made = report::MakeSample(sample);
    return Must(world().api().Send("POST", "/fhir/R4/DocumentReference/$timeline-report",
                                   made.bundle, {.key = NewKey()}));
  }
  // The PDF of a document that was sent.
  static std::string PdfOf(const Answer& sent) {
    const auto& content = sent.body.Find("content")->array()->front();
    return Get(std::string(content.Find("attachment")->Text("url"))).text;
  }
  static Answer SendToPractice(const std::string& pdf, const std::string& title) {
    return Create(
        "DocumentReference",
        json::Object{
            {"resourceType", "DocumentReference"},
            {"status", "current"},
            {"type", json::Object{{"text", "Dermatology timeline report"}}},
            {"subject",
             json::Object{{"reference", "Patient/" + std::string(Patient().Text("id"))}}},
            {"author", json::Array{json::Object{
                           {"reference", "Practitioner/" + world().practitioners()[0].id}}}},
            {"content", json::Array{json::Object{
                            {"attachment", json::Object{{"contentType", "application/pdf"},
                                                        {"title", title},
                                                        {"data", crypto::Base64(pdf)}}}}}},
        });
  }
  static bool Reaches(const std::string& id, const std::string& state) {
    return World::Eventually(
        [&] { return rehearsal::ExportState(Get("DocumentReference/" + id).body) == state; });
  }
  static json::Value InInbox(const std::string& title) {
    const auto list = Practice("/clinic/reports?patient=9");
    for (const auto& report : *list.Find("reports")->array()) {
      if (report.Text("title") == title) return report;
    }
    return {};
  }
  static int QpdfCheck(const std::string& pdf) {
    const std::string path = world().folder() + "/check.pdf";
    std::ofstream(path, std::ios::binary) << pdf;
    const int status = std::system(("qpdf --check " + path + " >/dev/null 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

TEST_F(Report, OfTwelveImagesArrivesByteForByte) {
  const auto sent = DrawAndSend(12, "Timeline of twelve");
  ASSERT_EQ(sent.status, 201) << sent.text;
  const std::string pdf = PdfOf(sent);
  ASSERT_EQ(pdf.substr(0, 5), "%PDF-") << pdf.substr(0, 200);
  EXPECT_EQ(QpdfCheck(pdf), 0) << "qpdf finds fault with it, or is not installed";
  ASSERT_TRUE(Reaches(sent.id(), "imported")) << Get("DocumentReference/" + sent.id()).text;
  const auto report = InInbox("Timeline of twelve");
  ASSERT_FALSE(report.is_null()) << json::Write(Practice("/clinic/reports"));
  EXPECT_EQ(report.Text("state"), "unchecked");
  EXPECT_EQ(report.Text("sha256"), Hex(crypto::Sha256(pdf)));
  const auto shown =
      world().control().base() + "/clinic/reports/" + std::string(report.Text("id")) + "/document";
  rehearsal::AppClient browser(world().control().base());
  const auto document =
      browser.Get("/clinic/reports/" + std::string(report.Text("id")) + "/document");
  ASSERT_TRUE(document) << document.error().summary;
  EXPECT_TRUE(document->text == pdf) << "the bytes that the doctor opens are those that were sent";
  EXPECT_TRUE(Told("documentreference.updated", sent.id()));
}

TEST_F(Report, WaitsForAnImporterThatIsNotRunning) {
  Staff("POST", "/clinic/importer", json::Object{{"running", false}});
  const auto sent = DrawAndSend(1, "Waits for the importer");
  ASSERT_EQ(sent.status, 201) << sent.text;
  ASSERT_TRUE(Reaches(sent.id(), "delivered"));
  EXPECT_TRUE(InInbox("Waits for the importer").is_null());
  Staff("POST", "/clinic/importer", json::Object{{"running", true}});
  ASSERT_TRUE(Reaches(sent.id(), "imported"));
  EXPECT_FALSE(InInbox("Waits for the importer").is_null());
}

TEST_F(Report, IsRefusedWhereItIsNoPdf) {
  for (const std::string& wrong : {std::string("<html>not a PDF</html>"), std::string()}) {
    const auto refused = SendToPractice(wrong, "Not a report");
    EXPECT_TRUE(refused.status == 400 || refused.status == 422) << refused.text;
    EXPECT_FALSE(refused.reason().empty());
  }
  EXPECT_TRUE(InInbox("Not a report").is_null());
}

}  // namespace
}  // namespace pons::scenarios
