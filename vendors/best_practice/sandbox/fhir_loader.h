// SPDX-License-Identifier: Apache-2.0
// FHIR R4 patients (NDJSON, gzipped or not) as rows that Best Practice could hold: AU Core, and
// Synthea's US patients as far as they fit. A value keeps its spelling; what has no column is
// counted, not dropped in silence (best-practice sheet §4; au-identifiers sheet §7.2, §9).
//
// A line that cannot be read is told with its number and the rest goes on. Nothing of a patient's
// is in a problem or a log line. Threads: any; nothing is shared.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandboxkit/clinic.h"

namespace pons::best_practice::sandbox {

struct FhirLoadReport {
  struct Problem {
    std::int64_t line = 0;
    std::string what;  // "not JSON: …", "no patient: Observation"
  };
  std::int64_t loaded = 0;
  std::vector<Problem> problems;  // the first 100
  std::int64_t problem_count = 0;
  // Element without a column → how many patients had it: "extension us-core-race" → 408.
  std::map<std::string, std::int64_t> no_column;
};

// One resource. Fault::kProtocol where it is no Patient.
Result<sandboxkit::ClinicPatient> ClinicPatientFromFhir(
    std::string_view resource_json, std::map<std::string, std::int64_t>* no_column = nullptr);

// Reads lines until the end; calls sink.patient for each patient and nothing else.
FhirLoadReport LoadFhirPatients(std::istream& ndjson, const sandboxkit::ClinicSink& sink);

// Patient.ndjson or Patient.ndjson.gz of a folder. Fault::kNotFound where neither is there,
// Fault::kProtocol where the gzip stream is broken before any line.
Result<FhirLoadReport> LoadFhirFolder(const std::string& folder,
                                      const sandboxkit::ClinicSink& sink);

}  // namespace pons::best_practice::sandbox
