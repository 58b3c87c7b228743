// SPDX-License-Identifier: Apache-2.0
// FHIR R4 patients (NDJSON, gzipped or not) as a practice would type them into Best Practice: AU
// Core, and Synthea's US patients as far as they fit. A value keeps its spelling; what has no
// column is counted, not dropped in silence (best-practice sheet §4; au-identifiers sheet §7.2,
// §9). Where a value is longer than its column, cutting it is for whoever writes the row.
//
// A line that cannot be read is told with its number, and the rest goes on. No problem and no count
// holds anything of a patient's. Threads: any; nothing is shared.
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

// Element without a column → how many patients had it: "extension us-core-race" → 408.
using NoColumn = std::map<std::string, std::int64_t>;

struct FhirLoadReport {
  struct Problem {
    std::int64_t line = 0;  // from 1
    std::string what;  // "not JSON: …", "Observation, not Patient", "Condition: not JSON: …"
  };
  std::int64_t loaded = 0;      // patients
  std::int64_t conditions = 0;  // of them, as past history
  std::int64_t problem_count = 0;
  std::vector<Problem> problems;  // the first 100
  NoColumn no_column;
};

// One resource. Fault::kProtocol where it is no Patient.
Result<sandboxkit::ClinicPatient> ClinicPatientFromFhir(std::string_view resource,
                                                        NoColumn* no_column = nullptr);

// Reads lines until the end; calls sink.patient for each patient and nothing else.
FhirLoadReport LoadFhirPatients(std::istream& ndjson, const sandboxkit::ClinicSink& sink);

struct FhirCondition {
  std::string patient;  // FHIR id
  sandboxkit::ClinicCondition condition;
};

// One resource. Fault::kProtocol where it is no Condition, names no patient or no words, or was
// taken back by its author.
Result<FhirCondition> ClinicConditionFromFhir(std::string_view resource,
                                              NoColumn* no_column = nullptr);

// Patient.ndjson, or else Patient.ndjson.gz, of a folder; and from Condition.ndjson[.gz], where it
// is there, each patient's past history. Fault::kNotFound where there are no patients; a gzip
// stream that breaks off is a problem of the line where it breaks. Remembers all conditions (some
// 100 bytes each) while it reads.
Result<FhirLoadReport> LoadFhirFolder(const std::string& folder,
                                      const sandboxkit::ClinicSink& sink);

}  // namespace pons::best_practice::sandbox
