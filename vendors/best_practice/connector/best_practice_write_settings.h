// SPDX-License-Identifier: Apache-2.0
// The settings that writing has, read once.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "connector/settings.h"
#include "hl7/report_message.h"

namespace pons::best_practice {

// Of a document: what is known to go through an import (best-practice sheet §8 advises 5 MB).
inline constexpr std::uint64_t kMostDocumentBytes = 10u << 20;

struct WriteSettings {
  bool patient_reference = true;      // in PATIENTS.EXTERNALID
  bool appointment_reference = true;  // at the end of APPOINTMENTS.REASON
  std::optional<std::int64_t> login_user;

  // Documents, first route: files for the results import.
  std::string report_folder;  // empty: not used
  std::string report_prefix, report_extension;
  std::string sending_facility;  // empty: the practice's name
  std::string hpio;
  std::string ack_folder;  // empty: none
  std::chrono::minutes import_cycle{5};
  hl7::ReportStyle style;
  // Documents, second route: a statement of the practice's own.
  std::string document_command;  // empty: not used

  // Reading documents' bytes: a statement of the practice's own. Empty: they cannot be read.
  std::string document_read_command;
};

// Requires settings that are complete. Errors: kMisconfigured, naming the setting.
Result<WriteSettings> ReadWriteSettings(const Settings& settings);

}  // namespace pons::best_practice
