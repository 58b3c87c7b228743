// SPDX-License-Identifier: Apache-2.0
// Which search parameters each type has; docs/reference/api.md lists them for people.
#include <array>

#include "api/search_params.h"

namespace pons::api {
namespace {

using model::Stream;
using store::SearchField;

constexpr SearchParam Plain(std::string_view name, ParamKind kind, SearchField field,
                            std::string_view documentation) {
  return {name, kind, field, std::nullopt, std::nullopt, documentation};
}
constexpr SearchParam Text(std::string_view name, SearchField field,
                           std::optional<SearchField> exact, std::string_view documentation) {
  return {name, ParamKind::kString, field, exact, std::nullopt, documentation};
}
constexpr SearchParam Ref(std::string_view name, SearchField field, Stream target,
                          std::string_view documentation) {
  return {name, ParamKind::kReference, field, std::nullopt, target, documentation};
}

constexpr SearchParam kId = Plain("_id", ParamKind::kId, SearchField::kId, "Logical id");
constexpr SearchParam kUpdated =
    Plain("_lastUpdated", ParamKind::kDate, SearchField::kUpdated, "When Pons last changed it");
constexpr SearchParam kIdentifier = Plain("identifier", ParamKind::kIdentifier,
                                          SearchField::kIdentifier, "Any identifier, system|value");
constexpr SearchParam kActive =
    Plain("active", ParamKind::kCode, SearchField::kActive, "Whether it is in use");
constexpr SearchParam kPatient = Ref("patient", SearchField::kPatient, Stream::kPatients, "Whose");
constexpr SearchParam kSubject =
    Ref("subject", SearchField::kPatient, Stream::kPatients, "Whose; the same as patient");
constexpr SearchParam kPractitioner = Ref("practitioner", SearchField::kPractitioner,
                                          Stream::kPractitioners, "The practitioner taking part");
constexpr SearchParam kLocation =
    Ref("location", SearchField::kLocation, Stream::kLocations, "The clinic");
constexpr SearchParam kFamily =
    Text("family", SearchField::kFamily, SearchField::kFamilyExact, "Start of the family name");
constexpr SearchParam kGiven =
    Text("given", SearchField::kGiven, SearchField::kGivenExact, "Start of a given name");
constexpr SearchParam kPersonName =
    Text("name", SearchField::kName, std::nullopt, "Start of a given or family name");
// Records that are not people keep their name where people keep the family name.
constexpr SearchParam kThingName =
    Text("name", SearchField::kFamily, SearchField::kFamilyExact, "Start of the name");

constexpr std::array kPatientParams = {
    kId,
    kUpdated,
    kIdentifier,
    kFamily,
    kGiven,
    kPersonName,
    Plain("birthdate", ParamKind::kDate, SearchField::kBirthDate, "Day of birth"),
    Plain("gender", ParamKind::kCode, SearchField::kGender, "Administrative gender"),
    kActive};
constexpr std::array kEncounterParams = {
    kId,
    kUpdated,
    kPatient,
    kSubject,
    Plain("date", ParamKind::kDate, SearchField::kPeriod, "A time within the visit"),
    Plain("status", ParamKind::kCode, SearchField::kStatus, "in-progress, finished, cancelled"),
    kPractitioner,
    Ref("participant", SearchField::kPractitioner, Stream::kPractitioners,
        "The practitioner taking part"),
    kLocation,
    Ref("appointment", SearchField::kAppointment, Stream::kAppointments,
        "The appointment that the visit belongs to")};
constexpr std::array kAppointmentParams = {
    kId,
    kUpdated,
    kPatient,
    kPractitioner,
    kLocation,
    SearchParam{"actor", ParamKind::kActor, SearchField::kPatient, std::nullopt, std::nullopt,
                "Anyone or anything taking part: Patient/…, Practitioner/…, Location/…, "
                "HealthcareService/…"},
    Plain("date", ParamKind::kDate, SearchField::kStart, "When it starts"),
    Plain("status", ParamKind::kCode, SearchField::kStatus, "booked, arrived, fulfilled, …"),
    Plain("service-type", ParamKind::kServiceType, SearchField::kService,
          "The practice's appointment type, as in Appointment.serviceType")};
constexpr std::array kPractitionerParams = {kId,    kUpdated,    kIdentifier, kFamily,
                                            kGiven, kPersonName, kActive};
constexpr std::array kRoleParams = {kId, kUpdated, kIdentifier, kPractitioner, kLocation, kActive};
constexpr std::array kLocationParams = {kId, kUpdated, kIdentifier, kThingName};
constexpr std::array kServiceParams = {kId, kUpdated, kThingName, kActive};
constexpr std::array kTaskParams = {
    kId,
    kUpdated,
    kPatient,
    kSubject,
    Plain("status", ParamKind::kCode, SearchField::kStatus, "requested, in-progress, completed, …"),
    Plain("business-status", ParamKind::kCode, SearchField::kGivenExact,
          "Pons's own word for the state: in-doubt, needs-person, …"),
    Plain("code", ParamKind::kCode, SearchField::kFamilyExact,
          "What is asked for: book-appointment, attach-document, …"),
    Plain("focus", ParamKind::kTarget, SearchField::kAppointment, "What it acts on"),
    Plain("authored-on", ParamKind::kDate, SearchField::kStart, "When it was accepted"),
    Plain("modified", ParamKind::kDate, SearchField::kUpdated, "When its state last changed")};
constexpr std::array kDocumentParams = {
    kId,
    kUpdated,
    kIdentifier,
    kPatient,
    kSubject,
    Ref("author", SearchField::kPractitioner, Stream::kPractitioners, "Whom it is addressed to"),
    Plain("date", ParamKind::kDate, SearchField::kStart, "The date of the document"),
    Plain("status", ParamKind::kCode, SearchField::kStatus, "current, superseded"),
    Plain("type", ParamKind::kTypeCode, SearchField::kGivenExact,
          "What kind of document, code or system|code")};
constexpr std::array kConditionParams = {kId, kUpdated, kPatient, kSubject};

}  // namespace

std::span<const SearchParam> SearchParamsOf(Stream stream) {
  switch (stream) {
    case Stream::kPatients:
      return kPatientParams;
    case Stream::kEncounters:
      return kEncounterParams;
    case Stream::kAppointments:
      return kAppointmentParams;
    case Stream::kPractitioners:
      return kPractitionerParams;
    case Stream::kPractitionerRoles:
      return kRoleParams;
    case Stream::kLocations:
      return kLocationParams;
    case Stream::kHealthcareServices:
      return kServiceParams;
    case Stream::kConditions:
      return kConditionParams;
    case Stream::kDocumentReferences:
      return kDocumentParams;
    case Stream::kTasks:
      return kTaskParams;
  }
  return {};
}

}  // namespace pons::api
