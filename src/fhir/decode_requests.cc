// SPDX-License-Identifier: Apache-2.0
// Appointments and documents that apps send.
#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/decode.h"
#include "fhir/decode_parts.h"

namespace pons::fhir {
namespace {

constexpr std::string_view kAppointmentStates =
    "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in "
    "waitlist";

void Assign(Decoder& d, Reference& place, Reference found, const std::string& path) {
  if (!place.empty()) return d.Wrong(path, "is a second one of its kind; there can be one only");
  place = std::move(found);
}

void ReadParticipants(Decoder& d, const json::Value& resource, AppointmentRequest& request) {
  const auto& list = d.List(resource, "participant", "Appointment");
  for (std::size_t i = 0; i < list.size() && !d.failed(); ++i) {
    const auto path = At("Appointment.participant", i) + ".actor";
    if (!list[i].is_object()) return d.Wrong(At("Appointment.participant", i), "must be an object");
    const auto* actor = d.Object(list[i], "actor", At("Appointment.participant", i));
    if (actor == nullptr) continue;
    auto reference = d.Reference(*actor, path);
    if (d.failed()) return;
    const std::string type = reference.type;
    if (type == "Patient") {
      Assign(d, request.patient, std::move(reference), path);
    } else if (type == "Practitioner" || type == "PractitionerRole") {
      Assign(d, request.practitioner, std::move(reference), path);
    } else if (type == "Location") {
      Assign(d, request.location, std::move(reference), path);
    } else if (type == "HealthcareService") {
      Assign(d, request.service, std::move(reference), path);
    } else if (type.empty()) {
      d.Wrong(path, "needs its type beside the identifier, such as Practitioner");
    }
  }
}

// The practice's own code, as Appointment.serviceType carries it; the participant comes first.
void ReadService(Decoder& d, const json::Value& resource, AppointmentRequest& request) {
  model::Coding coding;
  if (const auto* type = d.Object(resource, "appointmentType", "Appointment")) {
    coding = d.Concept(*type, "Appointment.appointmentType");
  }
  if (const auto& list = d.List(resource, "serviceType", "Appointment"); !list.empty()) {
    coding = d.Concept(list.front(), "Appointment.serviceType[0]");
  }
  if (!request.service.empty() || coding.code.empty()) return;
  request.service.type = "HealthcareService";
  request.service.identifier_system = coding.system;
  request.service.identifier_value = coding.code;
}

std::string WordsOf(Decoder& d, const json::Value& concept_value, const std::string& path) {
  auto text = d.Text(concept_value, "text", path);
  if (!text.empty()) return text;
  const auto coding = d.Concept(concept_value, path);
  return coding.display.empty() ? coding.code : coding.display;
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void ReadAttachment(Decoder& d, const json::Value& resource, DocumentRequest& request) {
  const auto& contents = d.List(resource, "content", "DocumentReference");
  if (contents.size() != 1) {
    return d.Wrong("DocumentReference.content",
                   "must be one attachment; send others by themselves");
  }
  const std::string path = "DocumentReference.content[0].attachment";
  const auto* attachment = d.Object(contents.front(), "attachment", "DocumentReference.content[0]");
  if (attachment == nullptr) return d.Wrong(path, "must be there");
  request.content_type = AsciiLower(d.Text(*attachment, "contentType", path));
  if (request.content_type.empty()) {
    d.Wrong(Sub(path, "contentType"), "must say what the document is, such as application/pdf");
  }
  if (request.title.empty()) request.title = d.Text(*attachment, "title", path);
  const auto url = d.Text(*attachment, "url", path);
  const auto* data = attachment->Find("data");
  if ((data != nullptr) == !url.empty()) {
    return d.Wrong(path, "must hold either data, or the url of a Binary of this server");
  }
  if (data == nullptr) {
    const auto read = ReadReference(json::Object{{"reference", url}}, Sub(path, "url"));
    if (!read || read->type != "Binary" || read->id.starts_with('#')) {
      return d.Wrong(Sub(path, "url"), "must be a Binary of this server, such as Binary/id");
    }
    request.binary_id = read->id;
    return;
  }
  if (!data->is_string()) return d.Wrong(Sub(path, "data"), "must be text in base64");
  const auto& text = *data->string();
  if (std::any_of(text.begin(), text.end(), IsSpace)) {
    std::string packed;
    packed.reserve(text.size());
    std::copy_if(text.begin(), text.end(), std::back_inserter(packed),
                 [](char c) { return !IsSpace(c); });
    request.data = crypto::FromBase64(packed);
  } else {
    request.data = crypto::FromBase64(text);
  }
  if (!request.data) d.Wrong(Sub(path, "data"), "must be base64 of the standard alphabet, padded");
}

void ReadAuthors(Decoder& d, const json::Value& resource, DocumentRequest& request) {
  const auto& authors = d.List(resource, "author", "DocumentReference");
  for (std::size_t i = 0; i < authors.size() && !d.failed(); ++i) {
    const auto path = At("DocumentReference.author", i);
    auto reference = d.Reference(authors[i], path);
    const bool person = reference.type == "Practitioner" || reference.type == "PractitionerRole" ||
                        (reference.type.empty() && !reference.identifier_value.empty());
    // Organizations and devices may stand beside the person that it is addressed to.
    if (person && request.author.empty()) request.author = std::move(reference);
  }
}

void ReadContext(Decoder& d, const json::Value& resource, DocumentRequest& request) {
  const auto* context = d.Object(resource, "context", "DocumentReference");
  if (context == nullptr) return;
  const auto& related = d.List(*context, "related", "DocumentReference.context");
  for (std::size_t i = 0; i < related.size() && !d.failed(); ++i) {
    auto reference = d.Reference(related[i], At("DocumentReference.context.related", i));
    if (reference.type == "Location") request.location = std::move(reference);
  }
}

void ReadRelations(Decoder& d, const json::Value& resource, DocumentRequest& request) {
  const auto& relations = d.List(resource, "relatesTo", "DocumentReference");
  for (std::size_t i = 0; i < relations.size() && !d.failed(); ++i) {
    const auto path = At("DocumentReference.relatesTo", i);
    if (d.Code(relations[i], "code", path, "replaces transforms signs appends") != "replaces") {
      continue;
    }
    const auto* target = d.Object(relations[i], "target", path);
    if (target == nullptr) return d.Wrong(Sub(path, "target"), "must be there");
    const auto reference = d.Reference(*target, Sub(path, "target"));
    if (!d.failed() && (reference.type != "DocumentReference" || reference.id.empty())) {
      return d.Wrong(Sub(path, "target"), "must be a DocumentReference of this server");
    }
    request.replaces = reference.id;
  }
}

}  // namespace

Result<AppointmentRequest> DecodeAppointment(const json::Value& resource) {
  Decoder d(resource, "Appointment");
  AppointmentRequest request;
  if (!d.failed()) {
    request.status = d.Code(resource, "status", "Appointment", kAppointmentStates);
    ReadParticipants(d, resource, request);
    ReadService(d, resource, request);
    request.start = d.Moment(resource, "start", "Appointment");
    request.end = d.Moment(resource, "end", "Appointment");
    if (const auto* minutes = resource.Find("minutesDuration"); minutes != nullptr) {
      const auto number = minutes->AsInteger();
      if (!number || *number < 1 || *number > 24 * 60) {
        d.Wrong("Appointment.minutesDuration", "must be a whole number of minutes, at most a day");
      } else {
        request.minutes = static_cast<int>(*number);
      }
    }
    request.description = d.Text(resource, "description", "Appointment");
    if (request.description.empty()) {
      request.description = d.Text(resource, "comment", "Appointment");
    }
    const auto& reasons = d.List(resource, "reasonCode", "Appointment");
    if (request.description.empty() && !reasons.empty()) {
      request.description = WordsOf(d, reasons.front(), "Appointment.reasonCode[0]");
    }
    if (const auto* reason = d.Object(resource, "cancelationReason", "Appointment")) {
      request.cancelation_reason = WordsOf(d, *reason, "Appointment.cancelationReason");
    }
  }
  if (d.failed()) return *d.error();
  return request;
}

Result<DocumentRequest> DecodeDocumentReference(const json::Value& resource) {
  Decoder d(resource, "DocumentReference");
  DocumentRequest request;
  if (!d.failed()) {
    const auto status =
        d.Code(resource, "status", "DocumentReference", "current superseded entered-in-error");
    if (status != "current") {
      d.Wrong("DocumentReference.status",
              "must be current: what is sent is what the practice gets");
    }
    if (const auto* subject = d.Object(resource, "subject", "DocumentReference")) {
      request.patient = d.Reference(*subject, "DocumentReference.subject");
    } else {
      d.Wrong("DocumentReference.subject", "must be the patient whose record it goes into");
    }
    ReadAuthors(d, resource, request);
    ReadContext(d, resource, request);
    ReadRelations(d, resource, request);
    if (const auto* type = d.Object(resource, "type", "DocumentReference")) {
      request.type = d.Concept(*type, "DocumentReference.type");
    }
    request.title = d.Text(resource, "description", "DocumentReference");
    request.date = d.Moment(resource, "date", "DocumentReference");
    if (const auto* master = d.Object(resource, "masterIdentifier", "DocumentReference")) {
      request.identifier_value = d.Text(*master, "value", "DocumentReference.masterIdentifier");
    }
    const auto& identifiers = d.List(resource, "identifier", "DocumentReference");
    if (request.identifier_value.empty() && !identifiers.empty()) {
      request.identifier_value =
          d.Text(identifiers.front(), "value", "DocumentReference.identifier[0]");
    }
    if (!d.failed()) ReadAttachment(d, resource, request);
  }
  if (d.failed()) return *d.error();
  return request;
}

}  // namespace pons::fhir
