// SPDX-License-Identifier: Apache-2.0
#include "rehearsal/write_job.h"

#include <chrono>

#include "base/text.h"
#include "crypto/crypto.h"
#include "rehearsal/world.h"
#include "report/sample.h"

namespace pons::rehearsal {
namespace {

using std::chrono::steady_clock;

double MillisSince(steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count();
}

class WriteJob {
 public:
  WriteJob(const WriteJobOptions& options, Logger& log) : options_(options), log_(log) {}

  Result<WriteJobReport> Play() {
    Say("starting a practice and Pons for the other direction");
    WorldOptions world;
    world.vendor = options_.vendor;
    world.sandbox_program = options_.sandbox_program;
    world.pons_program = options_.pons_program;
    world.webhook = false;
    PONS_ASSIGN(world_, World::Start(world, log_));
    PONS_ASSIGN(patient_, world_->Share(kPatient));
    PONS_TRY(BookOne());
    PONS_TRY(SendReport());
    report_.ok = report_.problems.empty();
    return report_;
  }

 private:
  static constexpr char kPatient[] = "7";  // the practice's number

  void Say(const std::string& what) {
    if (options_.progress) options_.progress(what);
  }
  void Problem(std::string what) { report_.problems.push_back(std::move(what)); }

  Result<std::string> FreeTime() {
    for (int day = 1; day < 30; ++day) {
      const auto times =
          world_->FreeTimes(world_->practitioners().front(), DayAfter(world_->today(), day));
      if (times && times->size() > 4) return (*times)[times->size() / 2];
    }
    return MakeError(Fault::kNotFound, "the sandbox's diary has no free time for a month");
  }

  Result<void> BookOne() {
    Say("booking an appointment");
    PONS_ASSIGN(const auto start, FreeTime());
    const auto& doctor = world_->practitioners().front();
    const auto wanted = world_->Booking(std::string(patient_.Text("id")), doctor, start);
    const SendOptions once{.key = "rehearsal-booking"};
    const auto begun = steady_clock::now();
    PONS_ASSIGN(const auto booked,
                world_->api().SendJson("POST", "/fhir/R4/Appointment", wanted, once));
    report_.booking_to_confirmed_ms = MillisSince(begun);
    if (booked.status != 201) {
      Problem("the booking was answered " + std::to_string(booked.status) + ": " + booked.reason());
      return Ok();
    }
    // Asked again, as an app does that has lost the answer.
    PONS_ASSIGN(const auto again,
                world_->api().SendJson("POST", "/fhir/R4/Appointment", wanted, once));
    if (again.id() != booked.id()) Problem("the same request was not the same booking");
    PONS_ASSIGN(const auto diary,
                world_->control().Get("/clinic/diary?date=" + start.substr(0, 10)));
    int standing = 0;
    for (const auto& practitioner : *diary.Find("practitioners")->array()) {
      for (const auto& entry : *practitioner.Find("appointments")->array()) {
        const bool at = practitioner.Text("id") == doctor.vendor_id &&
                        entry.Text("time") == start.substr(11, 5);
        if (at && entry.Text("patient") == kPatient) ++standing;
      }
    }
    if (standing != 1) {
      Problem("the appointment stands " + std::to_string(standing) +
              " times in the practice's diary");
    }
    return Ok();
  }

  Result<void> SendReport() {
    Say("drawing and sending a report");
    report::SampleOptions sample;
    sample.images = options_.images;
    sample.patient_id = patient_.Text("id");
    sample.birth_date = patient_.Text("birthDate");
    sample.practitioner_id = world_->practitioners().front().id;
    const auto made = report::MakeSample(sample);
    const auto begun = steady_clock::now();
    PONS_ASSIGN(const auto sent,
                world_->api().Send("POST", "/fhir/R4/DocumentReference/$timeline-report",
                                   made.bundle, {.key = "rehearsal-report"}));
    if (sent.status != 201) {
      Problem("the report was answered " + std::to_string(sent.status) + ": " + sent.reason());
      return Ok();
    }
    Answer document;
    const bool imported = World::Eventually(
        [&] {
          auto now = world_->api().Get("/fhir/R4/DocumentReference/" + sent.id());
          if (now) document = std::move(*now);
          return ExportState(document.body) == "imported";
        },
        std::chrono::seconds(30));
    report_.report_to_imported_ms = MillisSince(begun);
    if (!imported) {
      Problem("the report is \"" + ExportState(document.body) + "\" after 30 s");
      return Ok();
    }
    return CompareWithInbox(document);
  }

  Result<void> CompareWithInbox(const Answer& document) {
    const auto& content = document.body.Find("content")->array()->front();
    const std::string binary(content.Find("attachment")->Text("url"));
    PONS_ASSIGN(const auto pdf, world_->api().Get("/fhir/R4/" + binary));
    report_.report_bytes = pdf.text.size();
    PONS_ASSIGN(const auto inbox,
                world_->control().Get(std::string("/clinic/reports?patient=") + kPatient));
    const auto* reports = inbox.Find("reports");
    if (reports == nullptr || !reports->array() || reports->array()->size() != 1) {
      Problem("the practice's inbox does not hold the report once");
      return Ok();
    }
    if (reports->array()->front().Text("sha256") != Hex(crypto::Sha256(pdf.text)) ||
        !pdf.text.starts_with("%PDF-")) {
      Problem("the PDF in the practice's inbox is not the one that was sent");
    }
    return Ok();
  }

  const WriteJobOptions& options_;
  Logger& log_;
  WriteJobReport report_;
  std::unique_ptr<World> world_;
  json::Value patient_;
};

}  // namespace

Result<WriteJobReport> PlayWriteJob(const WriteJobOptions& options, Logger& log) {
  return WriteJob(options, log).Play();
}

}  // namespace pons::rehearsal
