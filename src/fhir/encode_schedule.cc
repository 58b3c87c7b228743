// SPDX-License-Identifier: Apache-2.0
// What happens at a practice: Appointment and Encounter.
#include <algorithm>

#include "base/text.h"
#include "fhir/parts.h"
#include "fhir/resources.h"

namespace pons::fhir {
namespace {

constexpr std::string_view kAuCoreEncounter =
    "http://hl7.org.au/fhir/core/StructureDefinition/au-core-encounter";
constexpr std::string_view kActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
constexpr std::string_view kParticipationType =
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

struct ActClass {
  std::string_view code;
  std::string_view display;
};

// INFERRED: from the words that practices use for kinds of visit; anything else is at the practice.
ActClass ClassOfVisit(std::string_view visit_type) {
  const auto words = AsciiLower(visit_type);
  const auto says = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  if (says("tele") || says("phone") || says("video") || says("online")) return {"VR", "virtual"};
  if (says("home") || says("house") || says("racf") || says("aged care")) {
    return {"HH", "home health"};
  }
  return {"AMB", "ambulatory"};
}

std::string_view ParticipationStatus(model::AppointmentStatus status, model::Stream actor) {
  return status == model::AppointmentStatus::kCancelled && actor == model::Stream::kPatients
             ? "declined"
             : "accepted";
}

void WriteParticipants(json::Writer& w, const model::Appointment& appointment,
                       const EncodeContext& context) {
  w.Key("participant");
  w.BeginArray();
  bool any = false;
  for (const auto* ref : {&appointment.patient, &appointment.practitioner, &appointment.location,
                          &appointment.service}) {
    const auto target = Find(context, *ref);
    if (!target) continue;
    any = true;
    w.BeginObject();
    w.Key("actor");
    WriteReference(w, context, *target,
                   ref == &appointment.service ? std::string_view(appointment.service_display)
                                               : std::string_view());
    w.Member("status", ParticipationStatus(appointment.status, ref->stream));
    w.EndObject();
  }
  if (!any) {
    // FHIR asks for at least one participant, with a type where it has no actor.
    w.BeginObject();
    w.Key("type");
    w.BeginArray();
    WriteConcept(w, kParticipationType, "PPRF", "primary performer");
    w.EndArray();
    w.Member("status", "accepted");
    w.EndObject();
  }
  w.EndArray();
}

}  // namespace

Encoded EncodeResource(const model::Appointment& appointment, const EncodeContext& context) {
  ResourceWriter r("Appointment", "", context);
  auto& w = r.json();
  if (HasText(appointment.vendor_status)) {
    w.Key("extension");
    w.BeginArray();
    w.BeginObject();
    w.Member("url", kVendorStatusExtension);
    WriteText(w, "valueString", appointment.vendor_status);
    w.EndObject();
    w.EndArray();
  }
  WriteIdentifiers(r, model::Stream::kAppointments, "", {});
  w.Member("status", model::AppointmentStatusCode(appointment.status));
  if (HasAppointmentType(appointment.service, appointment.service_display)) {
    w.Key("serviceType");
    w.BeginArray();
    WriteAppointmentTypeConcept(w, context, appointment.service, appointment.service_display);
    w.EndArray();
  }
  WriteText(w, "description", appointment.description);
  const auto end = std::max(appointment.start, appointment.end);
  w.Member("start", FormatInstantIn(appointment.start, context.zone));
  w.Member("end", FormatInstantIn(end, context.zone));
  const auto minutes = std::chrono::floor<std::chrono::minutes>(end - appointment.start).count();
  if (minutes > 0) w.Member("minutesDuration", static_cast<std::int64_t>(minutes));
  WriteParticipants(w, appointment, context);
  return std::move(r).Finish();
}

Encoded EncodeResource(const model::Encounter& encounter, const EncodeContext& context) {
  const auto patient = Find(context, encounter.patient);
  const bool au_core = patient && context.jurisdiction == Jurisdiction::kAustralia;
  ResourceWriter r("Encounter", au_core ? kAuCoreEncounter : "", context);
  auto& w = r.json();
  WriteIdentifiers(r, model::Stream::kEncounters, "VN", {});
  w.Member("status", model::EncounterStatusCode(encounter.status));
  const auto act = ClassOfVisit(encounter.visit_type);
  w.Key("class");
  WriteCoding(w, kActCode, act.code, act.display);
  if (HasText(encounter.visit_type)) {
    w.Key("type");
    w.BeginArray();
    WriteConcept(w, {}, {}, encounter.visit_type);
    w.EndArray();
  }
  if (HasAppointmentType(encounter.service, {})) {
    w.Key("serviceType");
    WriteAppointmentTypeConcept(w, context, encounter.service, {});
  }
  if (patient) {
    w.Key("subject");
    WriteReference(w, context, *patient);
  }
  if (const auto practitioner = Find(context, encounter.practitioner)) {
    w.Key("participant");
    w.BeginArray();
    w.BeginObject();
    w.Key("type");
    w.BeginArray();
    WriteConcept(w, kParticipationType, "PPRF", "primary performer");
    w.EndArray();
    w.Key("individual");
    WriteReference(w, context, *practitioner);
    w.EndObject();
    w.EndArray();
  }
  if (const auto appointment = Find(context, encounter.appointment)) {
    w.Key("appointment");
    w.BeginArray();
    WriteReference(w, context, *appointment);
    w.EndArray();
  }
  w.Key("period");
  w.BeginObject();
  w.Member("start", FormatInstantIn(encounter.start, context.zone));
  if (encounter.end) {
    w.Member("end", FormatInstantIn(std::max(encounter.start, *encounter.end), context.zone));
  }
  w.EndObject();
  if (const auto location = Find(context, encounter.location)) {
    w.Key("location");
    w.BeginArray();
    w.BeginObject();
    w.Key("location");
    WriteReference(w, context, *location);
    w.EndObject();
    w.EndArray();
  }
  return std::move(r).Finish();
}

}  // namespace pons::fhir
