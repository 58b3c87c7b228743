// SPDX-License-Identifier: Apache-2.0
// A command as apps see it: a FHIR Task. Plain values in; the same bytes for the same values.
//
// Task.status: accepted -> requested, sending, in-doubt and applied -> in-progress, needs-person ->
// on-hold, confirmed -> completed, rejected -> rejected, failed and expired -> failed, cancelled ->
// cancelled. businessStatus carries Pons's own word for it (system kCommandStateSystem).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "fhir/encode.h"

namespace pons::fhir {

inline constexpr std::string_view kCommandStateSystem =
    "https://pons.health/fhir/CodeSystem/command-state";
inline constexpr std::string_view kCommandKindSystem =
    "https://pons.health/fhir/CodeSystem/command-kind";

inline constexpr std::string_view kTaskOutputSystem =
    "https://pons.health/fhir/CodeSystem/task-output";  // result | possible-duplicate | attempts
inline constexpr std::string_view kAppSystem = "https://pons.health/apps";

struct TaskFields {
  std::string id;
  std::string status;       // FHIR task status
  std::string state;        // "in-doubt"
  std::string state_words;  // "sent, not yet known whether it took effect"
  std::string kind;         // "book-appointment"
  std::string kind_words;   // "book an appointment"
  std::string reason;       // statusReason.text; empty: none
  std::string vendor_code;  // statusReason.coding, system <source>/vendor-code; empty: none
  std::string patient_id;   // Task.for; empty: none
  std::string focus;        // "Appointment/…": what it acts on; empty: none
  std::string result;       // "Appointment/…": Task.output "result"; empty: not yet
  std::vector<std::string> possible_duplicates;  // "Patient/…": Task.output each
  int attempts = 0;                              // Task.output "attempts"
  Instant authored{};
  Instant modified{};
  Instant deadline{};          // restriction.period.end
  std::string requester_app;   // requester.identifier: the app's client id
  std::string source;          // meta.source: "https://pons.health/connections/<id>"
  std::string source_display;  // owner.display: the practice
};

Encoded EncodeTask(const TaskFields& task, const PracticeZone& zone);

}  // namespace pons::fhir
