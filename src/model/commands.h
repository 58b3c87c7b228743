// SPDX-License-Identifier: Apache-2.0
// What an app can ask a practice to do: plain values, in the words of the inner model. Records are
// named by vendor references; the core has resolved them before a connector sees a command.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/records.h"

namespace pons::model {

enum class CommandKind : std::uint8_t {
  kCreatePatient,
  kUpdatePatient,
  kBookAppointment,
  kMoveAppointment,
  kCancelAppointment,
  kSetAppointmentStatus,
  kAttachDocument,
};
constexpr std::size_t kCommandKindCount = 7;

std::string_view CommandKindName(CommandKind kind);   // "book-appointment"
std::string_view CommandKindWords(CommandKind kind);  // "book an appointment", for people
std::optional<CommandKind> CommandKindNamed(std::string_view name);

// Somebody with the same name, birth date and no detail that speaks against it is that person:
// nothing is written and the practice's own record answers. Somebody merely similar is created all
// the same, and named as a possible duplicate.
struct CreatePatient {
  Patient patient;
  bool operator==(const CreatePatient&) const = default;
};

// The fields that apps may send (docs/reference/ownership.md) become those of `patient`; all others
// stay. Refused once the patient has been opened for a visit.
struct UpdatePatient {
  VendorRef ref;
  Patient patient;
  bool operator==(const UpdatePatient&) const = default;
};

struct BookAppointment {
  VendorRef patient;
  VendorRef practitioner;
  VendorRef location;  // empty: where the practitioner works
  VendorRef service;   // appointment type
  Instant start{};
  std::chrono::minutes length{0};  // 0: the type's usual length
  std::string description;
  bool operator==(const BookAppointment&) const = default;
};

struct MoveAppointment {
  VendorRef ref;
  VendorRef practitioner;  // empty: stays
  VendorRef location;      // empty: stays
  Instant start{};
  bool operator==(const MoveAppointment&) const = default;
};

struct CancelAppointment {
  VendorRef ref;
  std::string reason;
  bool operator==(const CancelAppointment&) const = default;
};

// kArrived, kNoShow, or kBooked to take an arrival back.
struct SetAppointmentStatus {
  VendorRef ref;
  AppointmentStatus status = AppointmentStatus::kArrived;
  bool operator==(const SetAppointmentStatus&) const = default;
};

struct AttachDocument {
  std::string document_id;  // FHIR id of the DocumentReference; at most 64 letters and digits
  VendorRef patient;
  VendorRef author;    // the practitioner it is addressed to: who was signed in at the app
  VendorRef location;  // empty: the author's only one
  std::string title;   // "Dermatology timeline report"
  Coding type;         // LOINC where the app gave one
  std::string content_type;
  // Not part of the stored command: the core fills it in before sending.
  std::shared_ptr<const std::string> content;
  Instant date{};
  // The document this one replaces; empty: none. The practice gets it as a correction.
  std::string replaces;
};

using CommandBody = std::variant<CreatePatient, UpdatePatient, BookAppointment, MoveAppointment,
                                 CancelAppointment, SetAppointmentStatus, AttachDocument>;

CommandKind KindOf(const CommandBody& body);
// What exists already and is acted on; empty for what is to be made.
VendorRef TargetOf(const CommandBody& body);

}  // namespace pons::model
