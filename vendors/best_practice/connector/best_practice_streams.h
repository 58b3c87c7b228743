// SPDX-License-Identifier: Apache-2.0
// Which table each stream is read from.
#pragma once

#include <string>

#include "model/records.h"
#include "vendors/best_practice/connector/best_practice_wire.h"

namespace pons::best_practice {

// Null for streams that are read whole.
inline const Table* DatedTable(model::Stream stream) {
  switch (stream) {
    case model::Stream::kPatients:
      return &kPatients;
    case model::Stream::kAppointments:
      return &kAppointments;
    case model::Stream::kEncounters:
      return &kVisits;
    case model::Stream::kLocations:
    case model::Stream::kPractitioners:
    case model::Stream::kPractitionerRoles:
    case model::Stream::kHealthcareServices:
    case model::Stream::kConditions:
    case model::Stream::kDocumentReferences:
    case model::Stream::kTasks:
      return nullptr;
  }
  return nullptr;
}

// Null for streams that are followed by time, and for past history.
inline const Table* SmallTable(model::Stream stream) {
  switch (stream) {
    case model::Stream::kLocations:
      return &kLocations;
    case model::Stream::kPractitioners:
      return &kUsers;
    case model::Stream::kHealthcareServices:
      return &kAppointmentTypes;
    case model::Stream::kPractitionerRoles:
      return &kProviderLocations;
    case model::Stream::kPatients:
    case model::Stream::kAppointments:
    case model::Stream::kEncounters:
    case model::Stream::kConditions:
    case model::Stream::kDocumentReferences:
    case model::Stream::kTasks:
      return nullptr;
  }
  return nullptr;
}

// What is being done, as errors name it.
inline std::string Reading(std::string_view table) { return "read " + std::string(table); }

}  // namespace pons::best_practice
