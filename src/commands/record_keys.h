// SPDX-License-Identifier: Apache-2.0
// What Tasks and DocumentReferences are found by: the same columns for whoever writes such a record
// and for the searches of the API.
//
// Pure; threads: any.
#pragma once

#include "base/text.h"
#include "fhir/document_reference.h"
#include "fhir/task.h"
#include "store/keys.h"
#include "store/records.h"

namespace pons::commands {

// patient, status; business-status is in `given`, code in `family`, focus in `appointment`
// (whatever its type: a key is of the id alone), authored-on in `start`, modified in `end`.
inline store::SearchKeys SearchKeysOf(const fhir::TaskFields& task) {
  store::SearchKeys keys;
  if (!task.patient_id.empty()) keys.patient = store::KeyOf(task.patient_id);
  const auto slash = task.focus.find('/');
  if (slash != std::string::npos) keys.appointment = store::KeyOf(task.focus.substr(slash + 1));
  keys.status = task.status;
  keys.given = task.state;
  keys.family = task.kind;
  keys.start = task.authored;
  keys.end = task.modified;
  return keys;
}

// patient, practitioner (author), location, status, date in `start`; type is in `given` as its code
// and in `family` as "system|code".
inline store::SearchKeys SearchKeysOf(const fhir::DocumentFields& document) {
  store::SearchKeys keys;
  if (!document.patient_id.empty()) keys.patient = store::KeyOf(document.patient_id);
  if (!document.author_id.empty()) keys.practitioner = store::KeyOf(document.author_id);
  if (!document.location_id.empty()) keys.location = store::KeyOf(document.location_id);
  keys.status = document.status;
  if (document.date > Instant{}) keys.start = document.date;
  keys.given = document.type.code;
  if (!document.type.code.empty()) keys.family = document.type.system + "|" + document.type.code;
  if (!document.identifier_value.empty()) {
    std::string value;
    for (const char c : AsciiUpper(document.identifier_value)) {
      if (c != ' ') value += c;
    }
    keys.identifiers.emplace_back(document.identifier_system, value);
  }
  return keys;
}

}  // namespace pons::commands
