// SPDX-License-Identifier: Apache-2.0
// Made-up clinical data for the patients that are there: believable for age and sex, the same for
// the same seed and patient, nobody's. Nobody real has any of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/value.h"
#include "vendors/best_practice/sandbox/edits.h"

namespace pons::best_practice::sandbox {

// Fills the clinical tables for the first `most` patients. In the caller's transaction.
Result<void> MakeUpClinical(Connection& writer, std::uint64_t seed, std::int64_t most = 5000);

// What staff enter: {"patient", "kind", …} with kind medication, reaction, observation, pressure,
// social, family, letter, report. What is not given is made up. Gives the row's key.
Result<std::int64_t> AddClinical(Connection& writer, const json::Value& body);

// The bytes of a document in a patient's file: what was kept, else a page made up for it.
struct MadeUpDocument {
  std::string content_type, content;
};
Result<MadeUpDocument> ReadClinicalDocument(Connection& reader, std::string_view kind,
                                            std::int64_t patient, std::int64_t key);

}  // namespace pons::best_practice::sandbox
