// SPDX-License-Identifier: Apache-2.0
// The inner model: plain values named as FHIR R4 resources, holding only the fields that Pons
// carries. Connectors map vendor words to these; fhir/ turns them into FHIR JSON.
//
// References between records are vendor references (VendorRef): what the vendor calls the other
// record. The core resolves them to FHIR ids when it stores (sync/identity_map.h).
//
// Empty text means "not known". Patient details are plain strings here because this is where they
// are worked on; no type in this file can be logged (log fields take no struct).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/identifier.h"

namespace pons::model {

// One kind of record from one connection; also the name of the vendor's table of refs.
enum class Stream : std::uint8_t {
  kLocations,
  kPractitioners,  // Practitioner and, one per place of work, PractitionerRole
  kPractitionerRoles,
  kHealthcareServices,  // appointment types
  kPatients,
  kConditions,  // past history that a grant lets through (cancer history)
  kAppointments,
  kEncounters,  // visits
  // Kept by Pons itself; no vendor has them.
  kDocumentReferences,  // what apps sent, or were shown, with where it stands
  kTasks,               // commands, as apps see them
};
constexpr std::size_t kStreamCount = 10;

std::string_view StreamName(Stream stream);      // "patients"
std::string_view ResourceTypeOf(Stream stream);  // "Patient"
std::optional<Stream> StreamNamed(std::string_view name);
std::optional<Stream> StreamOfResourceType(std::string_view type);

// The vendor's own name for a thing, unique within one connection and stream.
struct VendorRef {
  Stream stream = Stream::kPatients;
  std::string id;
  bool empty() const { return id.empty(); }
  auto operator<=>(const VendorRef&) const = default;
};

enum class Gender : std::uint8_t { kUnknown, kFemale, kMale, kOther };

struct HumanName {
  std::string use = "official";  // FHIR name-use
  std::string prefix;            // "Mrs."
  std::string given;             // given names, in order, separated by one blank per name as held
  std::string middle;            // further given names
  std::string family;
  bool operator==(const HumanName&) const = default;
};

struct ContactPoint {
  std::string system;  // phone | email | fax | url
  std::string value;
  std::string use;  // home | work | mobile
  bool operator==(const ContactPoint&) const = default;
};

struct Address {
  std::string use;   // home | work | …
  std::string type;  // physical | postal
  std::vector<std::string> line;
  std::string city;
  std::string state;
  std::string postal_code;
  std::string country;
  bool empty() const { return line.empty() && city.empty() && postal_code.empty(); }
  bool operator==(const Address&) const = default;
};

struct Coding {
  std::string system;
  std::string code;
  std::string display;
  bool empty() const { return code.empty() && display.empty(); }
  bool operator==(const Coding&) const = default;
};

struct Patient {
  std::vector<Identifier> identifiers;
  bool active = true;
  std::vector<HumanName> names;
  std::vector<ContactPoint> telecoms;
  Gender gender = Gender::kUnknown;
  std::optional<Date> birth_date;
  std::optional<Date> deceased_date;
  bool deceased = false;
  std::vector<Address> addresses;
  // The vendor's words for ethnicity, and Australia's indigenous status where it follows from them.
  Coding ethnicity;
  Coding indigenous_status;
  VendorRef general_practitioner;
  bool operator==(const Patient&) const = default;
};

struct Practitioner {
  std::vector<Identifier> identifiers;
  bool active = true;
  HumanName name;
  std::vector<ContactPoint> telecoms;
  bool operator==(const Practitioner&) const = default;
};

struct PractitionerRole {
  std::vector<Identifier> identifiers;  // a provider number belongs to a person at a place
  bool active = true;
  VendorRef practitioner;
  VendorRef location;
  std::string practitioner_display;
  std::string location_display;
  std::string role;  // the vendor's group or specialty, as text
  bool operator==(const PractitionerRole&) const = default;
};

struct Location {
  std::vector<Identifier> identifiers;
  bool active = true;
  std::string name;
  std::vector<ContactPoint> telecoms;
  Address address;
  bool operator==(const Location&) const = default;
};

// An appointment type.
struct HealthcareService {
  bool active = true;
  std::string name;
  std::chrono::minutes usual_length{0};
  bool operator==(const HealthcareService&) const = default;
};

enum class AppointmentStatus : std::uint8_t {
  kBooked,
  kArrived,
  kCheckedIn,
  kFulfilled,
  kCancelled,
  kNoShow,
  kEnteredInError,
};

struct Appointment {
  AppointmentStatus status = AppointmentStatus::kBooked;
  std::string vendor_status;  // the vendor's own word
  VendorRef patient;          // empty: a block or a walk-in without a record
  VendorRef practitioner;
  VendorRef location;
  VendorRef service;  // appointment type
  std::string service_display;
  Instant start{};
  Instant end{};
  std::string description;  // reason as typed by staff
  bool operator==(const Appointment&) const = default;
};

enum class EncounterStatus : std::uint8_t { kInProgress, kFinished, kCancelled };

// A visit. `appointment` and `service` are those of the patient's most recent appointment at the
// moment the visit started: that is what grants filter by.
struct Encounter {
  EncounterStatus status = EncounterStatus::kInProgress;
  std::string visit_type;  // the vendor's word: "Surgery", "Telehealth"
  VendorRef patient;
  VendorRef practitioner;
  VendorRef location;
  VendorRef appointment;
  VendorRef service;
  Instant start{};
  std::optional<Instant> end;
  bool operator==(const Encounter&) const = default;
};

// A past or present problem of a patient.
struct Condition {
  VendorRef patient;
  Coding code;  // SNOMED CT where the vendor has it; display always
  bool resolved = false;
  std::string onset;  // FHIR date of any precision; empty: not known
  std::string note;
  bool operator==(const Condition&) const = default;
};

// An offer of time in a practitioner's diary; never stored as truth.
struct Slot {
  VendorRef practitioner;
  VendorRef location;
  VendorRef service;  // the type that was asked for; empty: any
  Instant start{};
  Instant end{};
  bool operator==(const Slot&) const = default;
};

using Record = std::variant<Location, Practitioner, PractitionerRole, HealthcareService, Patient,
                            Condition, Appointment, Encounter>;

Stream StreamOf(const Record& record);

std::string_view GenderCode(Gender gender);                        // FHIR administrative-gender
std::string_view AppointmentStatusCode(AppointmentStatus status);  // FHIR appointmentstatus
std::string_view EncounterStatusCode(EncounterStatus status);      // FHIR encounter-status

}  // namespace pons::model
