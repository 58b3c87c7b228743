// SPDX-License-Identifier: Apache-2.0
// FHIR files that somebody loads into the sandbox: any bytes are lines that load or problems that
// are counted; what loads is text that a column takes.
#include <sstream>

#include "base/text.h"
#include "fuzz.h"
#include "vendors/best_practice/sandbox/fhir_loader.h"

namespace sandbox = pons::best_practice::sandbox;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = pons::AsText(data, size);
  std::istringstream in{std::string(text)};
  pons::sandboxkit::ClinicSink sink;
  std::int64_t told = 0;
  sink.patient = [&](const pons::sandboxkit::ClinicPatient& patient) {
    for (const std::string& field : {patient.family, patient.given, patient.address.line1,
                                     patient.email, patient.medicare, patient.title}) {
      PONS_CHECK(pons::IsValidUtf8(field));
      for (const char c : field) PONS_CHECK(static_cast<unsigned char>(c) >= 0x20);
    }
    PONS_CHECK(patient.birth_date.empty() || patient.birth_date.size() == 10);
    PONS_CHECK(patient.medicare_line.size() <= 1);
    return ++told;
  };
  const auto report = sandbox::LoadFhirPatients(in, sink);
  PONS_CHECK(report.loaded == told);
  PONS_CHECK(report.problem_count >= static_cast<std::int64_t>(report.problems.size()));
  if (const auto condition = sandbox::ClinicConditionFromFhir(text)) {
    PONS_CHECK(!condition->patient.empty() && !condition->condition.text.empty());
    PONS_CHECK(condition->condition.month >= 0 && condition->condition.month <= 12);
    PONS_CHECK(condition->condition.day >= 0 && condition->condition.day <= 31);
  }
  return 0;
}
