// SPDX-License-Identifier: Apache-2.0
// Appointments from apps: booking, moving, cancelling, and what happened on the day.
#include "api/writes.h"
#include "base/text.h"
#include "net/http_wire.h"

namespace pons::api {
namespace {

using fhir::AppointmentRequest;
using model::Stream;

constexpr std::string_view kParticipant = "Appointment.participant";

// The length that the request means; 0: the type's usual one. False: answered.
bool ReadLength(Write& write, const AppointmentRequest& request, std::chrono::minutes& length) {
  length = std::chrono::minutes(request.minutes.value_or(0));
  if (!request.start || !request.end) return true;
  if (*request.end <= *request.start) {
    return write.No(422, "invalid", "An appointment ends after it starts.", "Appointment.end");
  }
  const auto between = *request.end - *request.start;
  const auto whole = std::chrono::floor<std::chrono::minutes>(between);
  if (whole != between) {
    return write.No(422, "invalid", "An appointment takes whole minutes.", "Appointment.end");
  }
  if (request.minutes && whole != length) {
    return write.No(422, "invalid",
                    "The length differs from the time between start and end: send one of them.",
                    "Appointment.minutesDuration");
  }
  length = whole;
  return true;
}

bool CheckStart(Write& write, Instant start) {
  if (start > write.service().deps.clock.Now()) return true;
  return write.No(422, "business-rule", "This time has passed.", "Appointment.start");
}

// Retired types, practitioners who have left.
bool CheckActive(Write& write, const store::LocatedRecord& record, std::string_view words,
                 std::string_view path) {
  const auto body = json::Parse(*record.record.body);
  if (!body) return write.No(body.error());
  const auto* active = body->Find("active");
  if (active == nullptr || active->boolean() == nullptr || *active->boolean()) return true;
  return write.No(422, "business-rule", words, path);
}

model::VendorRef RefOf(Stream stream, const std::optional<store::LocatedRecord>& record) {
  return record ? model::VendorRef{stream, record->source.vendor_id} : model::VendorRef{};
}

struct Parties {
  std::optional<store::LocatedRecord> patient, practitioner, location, service;
};

// False: answered.
bool ResolveParties(Write& write, const AppointmentRequest& request, Parties& parties) {
  parties.patient = write.Resolve(request.patient, Stream::kPatients, kParticipant);
  if (!parties.patient) return false;
  const auto connection = parties.patient->source.connection;
  if (!request.location.empty()) {
    parties.location = write.Resolve(request.location, Stream::kLocations, kParticipant);
    if (!parties.location || !write.SamePractice(*parties.location, connection, kParticipant)) {
      return false;
    }
  }
  parties.practitioner =
      write.ResolvePractitioner(request.practitioner, kParticipant, &parties.location, connection);
  if (!parties.practitioner ||
      !write.SamePractice(*parties.practitioner, connection, kParticipant) ||
      !CheckActive(write, *parties.practitioner, "This practitioner is not active any more.",
                   kParticipant)) {
    return false;
  }
  parties.service = write.ResolveService(request.service, connection, "Appointment.serviceType");
  return parties.service &&
         write.SamePractice(*parties.service, connection, "Appointment.serviceType") &&
         CheckActive(write, *parties.service, "This appointment type cannot be booked any more.",
                     "Appointment.serviceType");
}

bool CheckComplete(Write& write, const AppointmentRequest& request) {
  if (!request.status.empty() && request.status != "booked") {
    return write.No(422, "invalid", "A new appointment is booked.", "Appointment.status");
  }
  if (!request.start) {
    return write.No(422, "required", "An appointment needs its start.", "Appointment.start");
  }
  if (request.patient.empty()) {
    return write.No(422, "required", "An appointment needs its patient.", kParticipant);
  }
  if (request.practitioner.empty()) {
    return write.No(422, "required", "An appointment needs its practitioner.", kParticipant);
  }
  if (request.service.empty()) {
    return write.No(422, "required",
                    "An appointment needs its type: a HealthcareService as a participant, or the "
                    "practice's code.",
                    "Appointment.serviceType");
  }
  return CheckStart(write, *request.start);
}

// How a wanted appointment differs from the one that is there.
struct Difference {
  bool status = false;
  bool place = false;  // practitioner or location
  bool start = false;
};

// `wanted` is another one than `there`, where it says anything.
bool Differs(const fhir::Reference& wanted, const fhir::Reference& there) {
  return !wanted.id.empty() && wanted.id != there.id;
}

// What no command changes. False: answered.
bool CheckKept(Write& write, const AppointmentRequest& wanted, const AppointmentRequest& there) {
  constexpr std::string_view kInstead =
      " cannot be changed: cancel this appointment and book another.";
  if (Differs(wanted.patient, there.patient)) {
    return write.No(422, "not-supported", "The patient" + std::string(kInstead), kParticipant);
  }
  const bool other_service =
      wanted.service.id.empty()
          ? !wanted.service.identifier_value.empty() && there.service.id.empty() &&
                wanted.service.identifier_value != there.service.identifier_value
          : Differs(wanted.service, there.service);
  if (other_service) {
    return write.No(422, "not-supported", "The type" + std::string(kInstead),
                    "Appointment.serviceType");
  }
  if (wanted.description != there.description && !wanted.description.empty()) {
    return write.No(422, "not-supported", "The description" + std::string(kInstead),
                    "Appointment.description");
  }
  // An end that stood still while the start moved says nothing.
  const bool end_says = wanted.end && wanted.end != there.end;
  if (there.start && there.end && wanted.start && end_says &&
      *wanted.end - *wanted.start != *there.end - *there.start) {
    return write.No(422, "not-supported", "The length" + std::string(kInstead), "Appointment.end");
  }
  if (wanted.minutes && there.minutes && *wanted.minutes != *there.minutes) {
    return write.No(422, "not-supported", "The length" + std::string(kInstead),
                    "Appointment.minutesDuration");
  }
  return true;
}

Difference Compare(const AppointmentRequest& wanted, const AppointmentRequest& there) {
  Difference difference;
  difference.status = !wanted.status.empty() && wanted.status != there.status;
  difference.start = wanted.start && wanted.start != there.start;
  difference.place =
      (!wanted.practitioner.empty() &&
       (wanted.practitioner.id.empty() || wanted.practitioner.type == "PractitionerRole" ||
        Differs(wanted.practitioner, there.practitioner))) ||
      Differs(wanted.location, there.location);
  return difference;
}

void AnswerUnchanged(Write& write) {
  const auto& record = write.target().record;
  auto response = JsonAnswer(200, kFhirJson, "");
  response.shared_body = record.body;
  response.headers.emplace_back("ETag", "W/\"" + std::to_string(record.version) + "\"");
  response.headers.emplace_back("Last-Modified", net::FormatHttpDate(record.updated));
  write.call().count = 1;
  Finish(write.service(), write.call(), std::move(response));
}

// The command that a change of status is. Empty: answered.
std::optional<model::CommandBody> StatusCommand(Write& write, const AppointmentRequest& wanted,
                                                const AppointmentRequest& there) {
  const model::VendorRef ref{Stream::kAppointments, write.target().source.vendor_id};
  const bool ended = there.status == "cancelled" || there.status == "fulfilled" ||
                     there.status == "entered-in-error";
  if (ended) {
    write.No(422, "business-rule",
             "This appointment is " + there.status + " and stays so; book another one.",
             "Appointment.status");
    return std::nullopt;
  }
  if (wanted.status == "cancelled") {
    return model::CancelAppointment{ref, wanted.cancelation_reason};
  }
  for (const auto status : {model::AppointmentStatus::kArrived, model::AppointmentStatus::kNoShow,
                            model::AppointmentStatus::kBooked}) {
    if (wanted.status == model::AppointmentStatusCode(status)) {
      return model::SetAppointmentStatus{ref, status};
    }
  }
  write.No(422, "not-supported",
           "An app can set cancelled, arrived, noshow, or booked again; the rest is the practice's "
           "own.",
           "Appointment.status");
  return std::nullopt;
}

// The command that another time, place or practitioner is. Empty: answered.
std::optional<model::CommandBody> MoveCommand(Write& write, const AppointmentRequest& wanted,
                                              const AppointmentRequest& there) {
  if (there.status != "booked") {
    write.No(422, "business-rule", "Only an appointment that is booked can be moved.",
             "Appointment.status");
    return std::nullopt;
  }
  const auto start = wanted.start ? wanted.start : there.start;
  if (!start) {
    write.No(422, "required", "An appointment needs its start.", "Appointment.start");
    return std::nullopt;
  }
  if (!CheckStart(write, *start)) return std::nullopt;
  const auto connection = write.target().source.connection;
  std::optional<store::LocatedRecord> practitioner, location;
  if (Differs(wanted.location, there.location)) {
    location = write.Resolve(wanted.location, Stream::kLocations, kParticipant);
    if (!location || !write.SamePractice(*location, connection, kParticipant)) return std::nullopt;
  }
  if (!wanted.practitioner.empty() && wanted.practitioner.id != there.practitioner.id) {
    practitioner =
        write.ResolvePractitioner(wanted.practitioner, kParticipant, &location, connection);
    if (!practitioner || !write.SamePractice(*practitioner, connection, kParticipant)) {
      return std::nullopt;
    }
  }
  model::MoveAppointment move;
  move.ref = {Stream::kAppointments, write.target().source.vendor_id};
  move.practitioner = RefOf(Stream::kPractitioners, practitioner);
  move.location = RefOf(Stream::kLocations, location);
  move.start = *start;
  return move;
}

}  // namespace

void BookAppointment(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(true) || !write.ReadResource()) return;
  const auto request = fhir::DecodeAppointment(write.resource());
  if (!request) {
    write.NotDecoded(request.error());
    return;
  }
  std::chrono::minutes length{0};
  if (!CheckComplete(write, *request) || !ReadLength(write, *request, length)) return;
  Parties parties;
  if (!ResolveParties(write, *request, parties)) return;
  if (!write.ChooseGrant(parties.patient->source.connection, parties.patient->seen_by,
                         &store::Switches::take_bookings, "take_bookings")) {
    return;
  }
  if (!write.CheckSupport(model::CommandKind::kBookAppointment)) return;
  write.submission().patient = parties.patient->record.id;
  model::BookAppointment book;
  book.patient = RefOf(Stream::kPatients, parties.patient);
  book.practitioner = RefOf(Stream::kPractitioners, parties.practitioner);
  book.location = RefOf(Stream::kLocations, parties.location);
  book.service = RefOf(Stream::kHealthcareServices, parties.service);
  book.start = *request->start;
  book.length = length;
  book.description = request->description;
  write.Submit(std::move(book));
}

void UpdateAppointment(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(false) || !write.FindTarget(Stream::kAppointments, call->id)) return;
  if (!write.ReadNewState(Stream::kAppointments, call->id)) return;
  const auto wanted = fhir::DecodeAppointment(write.resource());
  if (!wanted) {
    write.NotDecoded(wanted.error());
    return;
  }
  const auto there = fhir::DecodeAppointment(write.target_json());
  if (!there) {
    write.No(there.error());
    return;
  }
  if (!CheckKept(write, *wanted, *there)) return;
  const auto difference = Compare(*wanted, *there);
  const bool moves = difference.start || difference.place;
  if (difference.status && moves) {
    write.No(422, "business-rule",
             "This is two changes at once, a status and a move: send one after the other.",
             "Appointment");
    return;
  }
  std::optional<model::CommandBody> body;
  if (difference.status) body = StatusCommand(write, *wanted, *there);
  if (moves) body = MoveCommand(write, *wanted, *there);
  if ((difference.status || moves) && !body) return;
  const auto& target = write.target();
  if (!write.ChooseGrant(target.source.connection, target.seen_by, &store::Switches::take_bookings,
                         "take_bookings")) {
    return;
  }
  if (body && !write.CheckSupport(model::KindOf(*body))) return;
  if (!write.CheckIfMatch()) return;
  if (!body) return AnswerUnchanged(write);
  write.submission().patient = ResourceId(there->patient.id);
  write.Submit(std::move(*body));
}

}  // namespace pons::api
