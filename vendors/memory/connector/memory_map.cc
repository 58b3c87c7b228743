// SPDX-License-Identifier: Apache-2.0
#include "vendors/memory/connector/memory_map.h"

#include <array>
#include <charconv>

namespace pons::memory {
namespace {

using model::Stream;
using model::VendorRef;

constexpr std::string_view kMedicareSystem = "http://ns.electronichealth.net.au/id/medicare-number";
constexpr std::string_view kProviderSystem =
    "http://ns.electronichealth.net.au/id/medicare-provider-number";
constexpr std::string_view kTypeSystem = "http://terminology.hl7.org/CodeSystem/v2-0203";

// Reads members one by one and keeps the first complaint.
class Members {
 public:
  explicit Members(const Row& row) : row_(row) {}

  // Empty where it is absent or null.
  std::string Text(std::string_view key) {
    const auto* value = row_.data.Find(key);
    if (value == nullptr || value->is_null()) return {};
    if (value->string() == nullptr) {
      Complain(key, "is no text");
      return {};
    }
    return *value->string();
  }
  std::string Due(std::string_view key) {
    auto text = Text(key);
    if (text.empty()) Complain(key, "is missing");
    return text;
  }
  bool Flag(std::string_view key, bool fallback) {
    const auto* value = row_.data.Find(key);
    if (value == nullptr || value->is_null()) return fallback;
    if (value->boolean() == nullptr) {
      Complain(key, "is neither true nor false");
      return fallback;
    }
    return *value->boolean();
  }
  std::int64_t Number(std::string_view key, std::int64_t fallback) {
    const auto* value = row_.data.Find(key);
    if (value == nullptr || value->is_null()) return fallback;
    const auto number = value->AsInteger();
    if (!number) Complain(key, "is no whole number");
    return number.value_or(fallback);
  }
  std::optional<Date> Day(std::string_view key) {
    const auto text = Text(key);
    if (text.empty()) return std::nullopt;
    const auto day = ParseDate(text);
    if (!day) Complain(key, "is no date");
    return day;
  }
  std::optional<Instant> Moment(std::string_view key, const PracticeZone& zone) {
    const auto text = Text(key);
    if (text.empty()) return std::nullopt;
    const auto local = ParseLocal(text);
    if (!local) {
      Complain(key, "is no time");
      return std::nullopt;
    }
    return zone.ToInstant(*local);
  }
  Instant DueMoment(std::string_view key, const PracticeZone& zone) {
    Due(key);
    return Moment(key, zone).value_or(Instant{});
  }
  VendorRef Ref(std::string_view key, Stream stream) { return {stream, Text(key)}; }
  VendorRef DueRef(std::string_view key, Stream stream) { return {stream, Due(key)}; }

  void Complain(std::string_view field, std::string_view reason) {
    if (complaint_.field.empty()) {
      complaint_.field = field;
      complaint_.reason = reason;
    }
  }
  const Unreadable& complaint() const { return complaint_; }

 private:
  const Row& row_;
  Unreadable complaint_;
};

void AddTelecom(std::vector<model::ContactPoint>& list, std::string_view system, std::string value,
                std::string_view use) {
  if (!value.empty()) list.push_back({std::string(system), std::move(value), std::string(use)});
}

model::Address ToAddress(Members& in) {
  model::Address address;
  if (auto street = in.Text("street"); !street.empty()) address.line.push_back(std::move(street));
  address.city = in.Text("suburb");
  address.state = in.Text("state");
  address.postal_code = in.Text("postcode");
  if (!address.empty()) address.country = "AU";
  return address;
}

model::Record ToLocation(Members& in) {
  model::Location location;
  location.name = in.Due("name");
  location.active = in.Flag("open", true);
  AddTelecom(location.telecoms, "phone", in.Text("phone"), "work");
  location.address = ToAddress(in);
  return location;
}

model::Record ToPractitioner(Members& in) {
  model::Practitioner practitioner;
  practitioner.active = in.Flag("working", true);
  practitioner.name.prefix = in.Text("title");
  practitioner.name.given = in.Text("first");
  practitioner.name.family = in.Due("last");
  AddTelecom(practitioner.telecoms, "phone", in.Text("phone"), "work");
  return practitioner;
}

model::Record ToRole(Members& in) {
  model::PractitionerRole role;
  role.active = in.Flag("working", true);
  role.practitioner = in.DueRef("staff", Stream::kPractitioners);
  role.location = in.Ref("site", Stream::kLocations);
  role.role = in.Text("speciality");
  if (auto number = in.Text("provider_number"); !number.empty()) {
    role.identifiers.push_back({std::string(kProviderSystem),
                                std::move(number),
                                "http://terminology.hl7.org.au/CodeSystem/v2-0203",
                                "UPIN",
                                {},
                                {},
                                {}});
  }
  return role;
}

model::Record ToService(Members& in) {
  model::HealthcareService service;
  service.name = in.Due("label");
  service.active = in.Flag("in_use", true);
  service.usual_length = std::chrono::minutes(in.Number("minutes", 15));
  return service;
}

model::Gender ToGender(std::string_view letter) {
  if (letter == "F") return model::Gender::kFemale;
  if (letter == "M") return model::Gender::kMale;
  if (letter == "O") return model::Gender::kOther;
  return model::Gender::kUnknown;
}

model::Record ToPatient(Members& in) {
  model::Patient patient;
  model::HumanName name;
  name.prefix = in.Text("title");
  name.given = in.Text("first");
  name.middle = in.Text("middle");
  name.family = in.Due("last");
  patient.names.push_back(std::move(name));
  patient.active = !in.Flag("inactive", false);
  patient.gender = ToGender(in.Text("sex"));
  patient.birth_date = in.Day("born");
  patient.deceased_date = in.Day("died");
  patient.deceased = patient.deceased_date.has_value();
  if (auto number = in.Text("medicare"); !number.empty()) {
    patient.identifiers.push_back({std::string(kMedicareSystem),
                                   std::move(number),
                                   std::string(kTypeSystem),
                                   "MC",
                                   {},
                                   {},
                                   {}});
  }
  AddTelecom(patient.telecoms, "phone", in.Text("phone"), "home");
  AddTelecom(patient.telecoms, "phone", in.Text("mobile"), "mobile");
  AddTelecom(patient.telecoms, "email", in.Text("email"), "");
  if (auto address = ToAddress(in); !address.empty()) {
    address.use = "home";
    patient.addresses.push_back(std::move(address));
  }
  patient.ethnicity.display = in.Text("ethnicity");
  patient.general_practitioner = in.Ref("usual_doctor", Stream::kPractitioners);
  return patient;
}

model::Record ToCondition(Members& in) {
  model::Condition condition;
  condition.patient = in.DueRef("patient", Stream::kPatients);
  condition.code.display = in.Due("problem");
  condition.resolved = in.Flag("resolved", false);
  condition.onset = in.Text("since");
  condition.note = in.Text("note");
  return condition;
}

std::optional<model::AppointmentStatus> ToStatus(std::string_view word) {
  using Status = model::AppointmentStatus;
  static constexpr std::array<std::pair<std::string_view, Status>, 6> kWords = {{
      {"booked", Status::kBooked},
      {"arrived", Status::kArrived},
      {"with doctor", Status::kCheckedIn},
      {"done", Status::kFulfilled},
      {"cancelled", Status::kCancelled},
      {"did not come", Status::kNoShow},
  }};
  for (const auto& [known, status] : kWords) {
    if (known == word) return status;
  }
  return std::nullopt;
}

model::Record ToAppointment(Members& in, const PracticeZone& zone) {
  model::Appointment appointment;
  appointment.vendor_status = in.Due("state");
  const auto status = ToStatus(appointment.vendor_status);
  if (!status) in.Complain("state", "is no known state");
  appointment.status = status.value_or(model::AppointmentStatus::kBooked);
  appointment.patient = in.Ref("patient", Stream::kPatients);
  appointment.practitioner = in.Ref("staff", Stream::kPractitioners);
  appointment.location = in.Ref("site", Stream::kLocations);
  appointment.service = in.Ref("reason", Stream::kHealthcareServices);
  appointment.start = in.DueMoment("starts", zone);
  appointment.end = appointment.start + std::chrono::minutes(in.Number("minutes", 15));
  appointment.description = in.Text("note");
  return appointment;
}

model::Record ToEncounter(Members& in, const PracticeZone& zone) {
  model::Encounter encounter;
  encounter.patient = in.DueRef("patient", Stream::kPatients);
  encounter.practitioner = in.Ref("staff", Stream::kPractitioners);
  encounter.location = in.Ref("site", Stream::kLocations);
  encounter.appointment = in.Ref("entry", Stream::kAppointments);
  encounter.service = in.Ref("reason", Stream::kHealthcareServices);
  encounter.visit_type = in.Text("kind");
  encounter.start = in.DueMoment("began", zone);
  encounter.end = in.Moment("ended", zone);
  if (encounter.end) encounter.status = model::EncounterStatus::kFinished;
  if (in.Flag("abandoned", false)) encounter.status = model::EncounterStatus::kCancelled;
  return encounter;
}

model::Record Read(Table table, Members& in, const PracticeZone& zone) {
  switch (table) {
    case Table::kSites:
      return ToLocation(in);
    case Table::kStaff:
      return ToPractitioner(in);
    case Table::kPosts:
      return ToRole(in);
    case Table::kReasons:
      return ToService(in);
    case Table::kPatients:
      return ToPatient(in);
    case Table::kHistory:
      return ToCondition(in);
    case Table::kDiary:
      return ToAppointment(in, zone);
    case Table::kVisits:
      return ToEncounter(in, zone);
    case Table::kDocuments:
      break;  // no stream: documents are told of, not read
  }
  return model::Location{};
}

constexpr std::array<std::pair<Table, Stream>, 8> kPairs = {{
    {Table::kSites, Stream::kLocations},
    {Table::kStaff, Stream::kPractitioners},
    {Table::kPosts, Stream::kPractitionerRoles},
    {Table::kReasons, Stream::kHealthcareServices},
    {Table::kPatients, Stream::kPatients},
    {Table::kHistory, Stream::kConditions},
    {Table::kDiary, Stream::kAppointments},
    {Table::kVisits, Stream::kEncounters},
}};

std::string_view FromGender(model::Gender gender) {
  switch (gender) {
    case model::Gender::kFemale:
      return "F";
    case model::Gender::kMale:
      return "M";
    case model::Gender::kOther:
      return "O";
    case model::Gender::kUnknown:
      return "";
  }
  return "";
}

std::string TelecomOf(const model::Patient& patient, std::string_view system, bool mobile) {
  for (const auto& telecom : patient.telecoms) {
    if (telecom.system == system && (telecom.use == "mobile") == mobile) return telecom.value;
  }
  return {};
}

}  // namespace

json::Object FromPatient(const model::Patient& patient) {
  const auto name = patient.names.empty() ? model::HumanName{} : patient.names.front();
  const auto address = patient.addresses.empty() ? model::Address{} : patient.addresses.front();
  std::string street;
  for (const auto& line : address.line) street += (street.empty() ? "" : ", ") + line;
  std::string medicare;
  for (const auto& identifier : patient.identifiers) {
    if (identifier.system == kMedicareSystem) medicare = identifier.value;
  }
  json::Object row = {{"first", name.given},
                      {"middle", name.middle},
                      {"last", name.family},
                      {"sex", FromGender(patient.gender)},
                      {"born", patient.birth_date ? FormatDate(*patient.birth_date) : ""},
                      {"medicare", medicare},
                      {"phone", TelecomOf(patient, "phone", false)},
                      {"mobile", TelecomOf(patient, "phone", true)},
                      {"email", TelecomOf(patient, "email", false)},
                      {"street", street},
                      {"suburb", address.city},
                      {"postcode", address.postal_code}};
  if (!address.state.empty()) row.emplace_back("state", address.state);
  return row;
}

Table TableFor(model::CommandKind kind) {
  switch (kind) {
    case model::CommandKind::kCreatePatient:
    case model::CommandKind::kUpdatePatient:
      return Table::kPatients;
    case model::CommandKind::kAttachDocument:
      return Table::kDocuments;
    case model::CommandKind::kBookAppointment:
    case model::CommandKind::kMoveAppointment:
    case model::CommandKind::kCancelAppointment:
    case model::CommandKind::kSetAppointmentStatus:
      break;
  }
  return Table::kDiary;
}

model::VendorRef RefOf(Table table, std::string id) {
  if (table == Table::kDocuments) return {Stream::kDocumentReferences, std::move(id)};
  return {StreamOf(table), std::move(id)};
}

Table TableOf(Stream stream) {
  for (const auto& [table, of] : kPairs) {
    if (of == stream) return table;
  }
  return Table::kSites;
}

Stream StreamOf(Table table) {
  for (const auto& [of, stream] : kPairs) {
    if (of == table) return stream;
  }
  return Stream::kLocations;
}

std::variant<model::Record, Unreadable> ToRecord(Table table, const Row& row,
                                                 const PracticeZone& zone) {
  Members in(row);
  auto record = Read(table, in, zone);
  if (in.complaint().field.empty()) return record;
  auto unreadable = in.complaint();
  unreadable.ref = {StreamOf(table), row.id};
  return unreadable;
}

std::optional<LocalTime> ParseLocal(std::string_view text) {
  if (text.size() != 19 || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto day = ParseDate(text.substr(0, 10));
  const auto two = [&](std::size_t at, int below) -> std::optional<int> {
    int n = 0;
    const auto [stop, code] = std::from_chars(text.data() + at, text.data() + at + 2, n);
    if (code != std::errc() || stop != text.data() + at + 2 || n < 0 || n >= below) {
      return std::nullopt;
    }
    return n;
  };
  const auto hour = two(11, 24);
  const auto minute = two(14, 60);
  const auto second = two(17, 60);
  if (!day || !hour || !minute || !second) return std::nullopt;
  return LocalTime::At(*day, seconds(*hour * 3600 + *minute * 60 + *second));
}

}  // namespace pons::memory
