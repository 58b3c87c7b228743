// SPDX-License-Identifier: Apache-2.0
// Result files as anybody may drop them into the import folder: any bytes are refused with a
// reason, or become reports whose texts are UTF-8 and whose documents are no larger than the file.
#include "base/text.h"
#include "fuzz.h"
#include "vendors/best_practice/sandbox/hl7_reading.h"

namespace {

namespace sandbox = pons::best_practice::sandbox;

void CheckPerson(const sandbox::ReadPerson& person) {
  for (const auto* text : {&person.family, &person.given, &person.title, &person.provider_number,
                           &person.individual_number}) {
    PONS_CHECK(pons::IsValidUtf8(*text));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = pons::AsText(data, size);
  PONS_CHECK(pons::IsValidUtf8(sandbox::ControlIdOf(file)));
  const auto messages = sandbox::ReadResultFile(file);
  if (!messages) {
    PONS_CHECK(!messages.error().summary.empty());
    return 0;
  }
  PONS_CHECK(!messages->empty());
  for (const auto& message : *messages) {
    PONS_CHECK(!message.reports.empty());
    PONS_CHECK(pons::IsValidUtf8(message.facility) && pons::IsValidUtf8(message.control_id));
    for (const auto& report : message.reports) {
      CheckPerson(report.addressed_to);
      CheckPerson(report.requested_by);
      for (const auto* text : {&report.family, &report.given, &report.birth_date, &report.report_id,
                               &report.test_name, &report.text, &report.medicare}) {
        PONS_CHECK(pons::IsValidUtf8(*text));
      }
      PONS_CHECK(report.content.size() <= 2 * size);  // Latin letters grow as UTF-8
    }
  }
  return 0;
}
