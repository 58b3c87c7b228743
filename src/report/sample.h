// SPDX-License-Identifier: Apache-2.0
// A timeline report of nobody: a FHIR document with drawn pictures, for tests, benches, the demo
// and app developers. The same options give the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pons::report {

struct SampleOptions {
  std::string report_id = "TR-2026-000142";
  std::string title = "Dermatology timeline report";
  std::string date = "2026-03-09T15:05:06+11:00";
  std::string patient_id = "p1";  // as the API knows the patient
  std::string patient_family = "Featherstone";
  std::string patient_given = "Marguerite";
  std::string birth_date = "1971-04-03";
  std::string gender = "female";
  std::string medicare = "29516453711";
  std::string practitioner_id = "d1";  // as the API knows the doctor
  std::string practitioner_name = "Dr Hannah Okafor";
  std::string provider_number = "2426621B";
  std::string clinic = "Harbour Skin Clinic";
  // Put into each spot's note, diagnosis and site, for texts in other scripts.
  std::string words = {};
  std::size_t spots = 4;
  std::size_t images = 12;  // spread over the spots, clinical and dermoscopic by turns
  int image_width = 1200;
  int image_height = 900;
  // Pictures as Binary/{id} beside the document, as large reports send them, not inside it.
  bool binaries = false;
};

struct Sample {
  std::string bundle;                                         // FHIR JSON
  std::vector<std::pair<std::string, std::string>> binaries;  // id, JPEG
};

Sample MakeSample(const SampleOptions& options);

// A drawn mole, as JPEG. Grain as a camera has it, so that its size is a photograph's.
std::string SampleImage(std::uint32_t seed, int width, int height, bool dermoscopic,
                        int quality = 90);

}  // namespace pons::report
