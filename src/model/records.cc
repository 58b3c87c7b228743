// SPDX-License-Identifier: Apache-2.0
#include "model/records.h"

#include <array>

namespace pons::model {
namespace {

struct StreamRow {
  Stream stream;
  std::string_view name;
  std::string_view resource_type;
};

constexpr std::array<StreamRow, kStreamCount> kStreams = {{
    {Stream::kLocations, "locations", "Location"},
    {Stream::kPractitioners, "practitioners", "Practitioner"},
    {Stream::kPractitionerRoles, "practitioner_roles", "PractitionerRole"},
    {Stream::kHealthcareServices, "healthcare_services", "HealthcareService"},
    {Stream::kPatients, "patients", "Patient"},
    {Stream::kConditions, "conditions", "Condition"},
    {Stream::kAppointments, "appointments", "Appointment"},
    {Stream::kEncounters, "encounters", "Encounter"},
    {Stream::kDocumentReferences, "document_references", "DocumentReference"},
    {Stream::kTasks, "tasks", "Task"},
}};

}  // namespace

std::string_view StreamName(Stream stream) {
  return kStreams[static_cast<std::size_t>(stream)].name;
}

std::string_view ResourceTypeOf(Stream stream) {
  return kStreams[static_cast<std::size_t>(stream)].resource_type;
}

std::optional<Stream> StreamNamed(std::string_view name) {
  for (const auto& row : kStreams) {
    if (row.name == name) return row.stream;
  }
  return std::nullopt;
}

std::optional<Stream> StreamOfResourceType(std::string_view type) {
  for (const auto& row : kStreams) {
    if (row.resource_type == type) return row.stream;
  }
  return std::nullopt;
}

Stream StreamOf(const Record& record) {
  struct Visitor {
    Stream operator()(const Location&) const { return Stream::kLocations; }
    Stream operator()(const Practitioner&) const { return Stream::kPractitioners; }
    Stream operator()(const PractitionerRole&) const { return Stream::kPractitionerRoles; }
    Stream operator()(const HealthcareService&) const { return Stream::kHealthcareServices; }
    Stream operator()(const Patient&) const { return Stream::kPatients; }
    Stream operator()(const Condition&) const { return Stream::kConditions; }
    Stream operator()(const Appointment&) const { return Stream::kAppointments; }
    Stream operator()(const Encounter&) const { return Stream::kEncounters; }
  };
  return std::visit(Visitor{}, record);
}

std::string_view GenderCode(Gender gender) {
  switch (gender) {
    case Gender::kFemale:
      return "female";
    case Gender::kMale:
      return "male";
    case Gender::kOther:
      return "other";
    case Gender::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view AppointmentStatusCode(AppointmentStatus status) {
  switch (status) {
    case AppointmentStatus::kBooked:
      return "booked";
    case AppointmentStatus::kArrived:
      return "arrived";
    case AppointmentStatus::kCheckedIn:
      return "checked-in";
    case AppointmentStatus::kFulfilled:
      return "fulfilled";
    case AppointmentStatus::kCancelled:
      return "cancelled";
    case AppointmentStatus::kNoShow:
      return "noshow";
    case AppointmentStatus::kEnteredInError:
      return "entered-in-error";
  }
  return "booked";
}

std::string_view EncounterStatusCode(EncounterStatus status) {
  switch (status) {
    case EncounterStatus::kInProgress:
      return "in-progress";
    case EncounterStatus::kFinished:
      return "finished";
    case EncounterStatus::kCancelled:
      return "cancelled";
  }
  return "in-progress";
}

}  // namespace pons::model
