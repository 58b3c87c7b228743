// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_map.h"

#include <algorithm>

#include "base/text.h"
#include "model/au_identifiers.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using model::VendorRef;
namespace au = model::au;

VendorRef Ref(Stream stream, std::int64_t key) {
  return key > 0 ? VendorRef{stream, std::to_string(key)} : VendorRef{stream, {}};
}

void AddTelecom(std::vector<model::ContactPoint>& telecoms, std::string_view system,
                std::string_view value, std::string_view use) {
  const auto trimmed = Trim(value);
  if (trimmed.empty()) return;
  telecoms.push_back({std::string(system), std::string(trimmed), std::string(use)});
}

void AddAddress(std::vector<model::Address>& addresses, std::string_view use, std::string_view type,
                std::initializer_list<std::string_view> lines, std::string_view city,
                std::string_view postcode) {
  model::Address address;
  address.use = use;
  address.type = type;
  for (const auto line : lines) {
    if (!Trim(line).empty()) address.line.emplace_back(line);
  }
  address.city = city;
  address.postal_code = Trim(postcode);
  if (!address.empty()) addresses.push_back(std::move(address));
}

void AddIdentifier(std::vector<model::Identifier>& identifiers, const au::Checked& checked,
                   std::optional<model::Identifier> identifier, std::string_view column,
                   LeftOut& left_out) {
  if (identifier) identifiers.push_back(std::move(*identifier));
  if (checked.state == au::State::kMalformed) ++left_out.malformed[column];
}

// DVACODE, best-practice sheet §2: 1 Gold, 2 White, 4 Orange. Best Practice's own table DVATYPE is
// named there without its columns.
std::string_view DvaCard(std::int64_t code) {
  switch (code) {
    case 1:
      return "DVG";
    case 2:
      return "DVW";
    case 4:
      return "DVO";
    default:
      return {};
  }
}

}  // namespace

std::string_view CodeTable::Text(std::int64_t code) const {
  const auto found = texts_.find(code);
  if (found != texts_.end()) return found->second;
  if (code != 0) missed_.insert(code);
  return {};
}

std::optional<std::int64_t> CodeTable::Find(std::string_view text) const {
  for (const auto& [code, known] : texts_) {
    if (EqualsIgnoringAsciiCase(known, text)) return code;
  }
  return std::nullopt;
}

// ---- Records ------------------------------------------------------------------------------------

model::Patient ToPatient(const PatientRow& row, const Codes& codes, LeftOut& left_out) {
  model::Patient patient;
  const auto status = codes.patient_status.Text(row.status_code);
  // best-practice sheet §1: PATIENTSTATUS 1 is active, "Active" in views.
  patient.active =
      status.empty() ? row.status_code == 1 : EqualsIgnoringAsciiCase(status, "active");
  patient.deceased = EqualsIgnoringAsciiCase(status, "deceased");
  if (row.date_of_death) {
    patient.deceased_date = BirthDateOf(row.date_of_death);
    patient.deceased = patient.deceased || patient.deceased_date.has_value();
  }

  model::HumanName name;
  name.prefix = codes.titles.Text(row.title_code);
  name.given = row.first_name;
  name.middle = row.middle_name;
  name.family = row.surname;
  patient.names.push_back(name);
  if (!row.preferred_name.empty() && row.preferred_name != row.first_name) {
    model::HumanName usual;
    usual.use = "usual";
    usual.given = row.preferred_name;
    usual.family = row.surname;
    patient.names.push_back(std::move(usual));
  }

  patient.gender = GenderOf(codes.sex.Text(row.sex_code));
  patient.birth_date = BirthDateOf(row.date_of_birth);
  const auto ethnicity = codes.ethnicity.Text(row.ethnic_code);
  patient.ethnicity.display = ethnicity;
  patient.indigenous_status = IndigenousStatusOf(ethnicity);

  AddTelecom(patient.telecoms, "phone", row.mobile_phone, "mobile");
  AddTelecom(patient.telecoms, "phone", row.home_phone, "home");
  AddTelecom(patient.telecoms, "phone", row.work_phone, "work");
  AddAddress(patient.addresses, "home", "physical", {row.address1, row.address2}, row.city,
             row.postcode);
  AddAddress(patient.addresses, "home", "postal", {row.postal_address}, row.postal_city,
             row.postal_postcode);

  const auto ihi = au::CheckIhi(row.ihi);
  AddIdentifier(patient.identifiers, ihi, au::Ihi(ihi), "IHI", left_out);
  const auto medicare = au::CheckMedicare(row.medicare, row.medicare_line);
  AddIdentifier(patient.identifiers, medicare,
                au::Medicare(medicare, au::MonthOfExpiry(row.medicare_expiry)), "MEDICARENO",
                left_out);
  const auto dva = au::CheckDva(row.dva);
  AddIdentifier(patient.identifiers, dva, au::Dva(dva, DvaCard(row.dva_code)), "DVANO", left_out);

  patient.general_practitioner = Ref(Stream::kPractitioners, row.user_id);
  return patient;
}

void AddEmail(model::Patient& patient, std::string_view address) {
  AddTelecom(patient.telecoms, "email", address, {});
}

model::Appointment ToAppointment(const AppointmentRow& row, const Codes& codes,
                                 const PracticeZone& zone) {
  model::Appointment appointment;
  appointment.vendor_status = codes.appointment_status.Text(row.status_code);
  appointment.status = row.record_status == kCancelled ? model::AppointmentStatus::kCancelled
                                                       : StatusOf(appointment.vendor_status);
  appointment.patient = Ref(Stream::kPatients, row.patient);
  appointment.practitioner = Ref(Stream::kPractitioners, row.user_id);
  appointment.location = Ref(Stream::kLocations, row.location_id);
  appointment.service = Ref(Stream::kHealthcareServices, row.type_code);
  appointment.service_display = codes.appointment_types.Text(row.type_code);
  appointment.start = zone.ToInstant(row.start);
  appointment.end = appointment.start + std::max(row.length, std::chrono::seconds(0));
  appointment.description = WithoutReference(row.reason);
  return appointment;
}

model::Encounter ToEncounter(const VisitRow& row, const CandidateRow* appointment,
                             const Codes& codes, const PracticeZone& zone) {
  model::Encounter encounter;
  const auto day = row.day.day();
  encounter.visit_type = codes.visit_types.Text(row.visit_code);
  encounter.patient = Ref(Stream::kPatients, row.patient);
  encounter.practitioner = Ref(Stream::kPractitioners, row.user_id);
  encounter.location = Ref(Stream::kLocations, LocationOfVisit(row, appointment, codes));
  encounter.start = zone.ToInstant(LocalTime::At(day, row.start));
  // INFERRED: ENDTIME is 0 or NULL until the visit is finished (the visit timer of the DermEngine
  // guides starts at 0 and is stopped by hand).
  if (row.end.count() > 0) {
    encounter.status = model::EncounterStatus::kFinished;
    // A visit that runs past midnight ends on the next day.
    const auto end_day =
        row.end < row.start ? Date(std::chrono::sys_days(day) + std::chrono::days(1)) : day;
    encounter.end = zone.ToInstant(LocalTime::At(end_day, row.end), Repeated::kSecond);
  }
  if (appointment != nullptr) {
    encounter.appointment = Ref(Stream::kAppointments, appointment->key);
    encounter.service = Ref(Stream::kHealthcareServices, appointment->type_code);
  }
  return encounter;
}

model::Location ToLocation(const LocationRow& row, LeftOut& left_out) {
  model::Location location;
  location.name = row.name;
  AddTelecom(location.telecoms, "phone", row.phone, "work");
  AddTelecom(location.telecoms, "fax", row.fax, "work");
  AddTelecom(location.telecoms, "email", row.email, "work");
  std::vector<model::Address> addresses;
  AddAddress(addresses, "work", "physical", {row.address1, row.address2}, row.city, row.postcode);
  if (!addresses.empty()) location.address = std::move(addresses.front());
  const auto hpio = au::CheckHpio(row.hpio);
  AddIdentifier(location.identifiers, hpio, au::Hpio(hpio), "HPIO", left_out);
  return location;
}

model::Practitioner ToPractitioner(const UserRow& row, const Codes& codes, LeftOut& left_out) {
  model::Practitioner practitioner;
  practitioner.name.prefix = codes.titles.Text(row.title_code);
  practitioner.name.given = row.first_name;
  practitioner.name.family = row.surname;
  AddTelecom(practitioner.telecoms, "email", row.email, "work");
  const auto hpii = au::CheckHpii(row.hpii);
  AddIdentifier(practitioner.identifiers, hpii, au::Hpii(hpii), "HPII", left_out);
  const auto prescriber = au::CheckPrescriberNumber(row.prescriber);
  AddIdentifier(practitioner.identifiers, prescriber, au::PrescriberNumber(prescriber),
                "PRESCRIBERNO", left_out);
  // INFERRED: REGISTRATIONNO holds Ahpra numbers among older registrations; only what has Ahpra's
  // shape is taken for one, and the rest is no mistake.
  const auto registration = au::Ahpra(au::CheckAhpra(row.registration));
  if (registration) practitioner.identifiers.push_back(*registration);
  return practitioner;
}

std::string RoleId(std::int64_t user, std::int64_t location) {
  return std::to_string(user) + "-" + std::to_string(location);
}

model::PractitionerRole ToPractitionerRole(std::int64_t user, std::int64_t location,
                                           std::string_view provider, const Codes& codes,
                                           LeftOut& left_out) {
  model::PractitionerRole role;
  role.practitioner = Ref(Stream::kPractitioners, user);
  role.location = Ref(Stream::kLocations, location);
  role.practitioner_display = codes.users.Text(user);
  role.location_display = codes.locations.Text(location);
  const auto number = au::CheckProviderNumber(provider);
  AddIdentifier(role.identifiers, number, au::ProviderNumber(number), "PROVIDERNUMBER", left_out);
  return role;
}

model::HealthcareService ToHealthcareService(const AppointmentTypeRow& row) {
  model::HealthcareService service;
  service.name = row.description;
  service.usual_length = std::chrono::floor<std::chrono::minutes>(row.length);
  return service;
}

model::Condition ToCondition(const HistoryRow& row) {
  model::Condition condition;
  condition.patient = Ref(Stream::kPatients, row.patient);
  condition.code.display = row.condition;
  if (const auto snomed = Trim(row.snomed); !snomed.empty()) {
    condition.code.system = "http://snomed.info/sct";
    condition.code.code = snomed;
  }
  // INFERRED: Status is text ("Active", "Inactive"); whatever is not active is past.
  condition.resolved = !row.status.empty() && !EqualsIgnoringAsciiCase(Trim(row.status), "active");
  if (row.year >= 1850 && row.year <= 9999) {
    condition.onset = std::to_string(row.year);
    const auto two = [](std::int64_t n) { return (n < 10 ? "-0" : "-") + std::to_string(n); };
    if (row.month >= 1 && row.month <= 12) {
      condition.onset += two(row.month);
      const Date date(std::chrono::year(static_cast<int>(row.year)),
                      std::chrono::month(static_cast<unsigned>(row.month)),
                      std::chrono::day(static_cast<unsigned>(row.day)));
      if (row.day >= 1 && date.ok()) condition.onset += two(row.day);
    }
  }
  return condition;
}

// ---- Inferred meanings --------------------------------------------------------------------------

// INFERRED: from "the patient's most recent appointment" in the DermEngine guides (dermengine sheet
// §3) and the columns of APPOINTMENTS. In order:
//   1. the appointment that names the visit (APPOINTMENTS.VISITID)
//   2. the latest that had begun when the visit started, or whose patient had arrived
//   3. the earliest later that day
// Appointments after the visit's day, and those made after the visit's row, were not there yet.
const CandidateRow* MostRecentAppointment(const VisitRow& visit,
                                          std::span<const CandidateRow> candidates) {
  const auto day = visit.day.day();
  const auto visit_start = LocalTime::At(day, visit.start);
  const CandidateRow* begun = nullptr;
  const CandidateRow* later = nullptr;
  const auto after = [](const CandidateRow& a, const CandidateRow& b) {
    return a.start != b.start ? a.start > b.start : a.key > b.key;
  };
  for (const auto& one : candidates) {
    if (one.patient != visit.patient || one.start.day() > day) continue;
    if (one.visit == visit.key) return &one;
    if (one.created && visit.created && *visit.created < *one.created) continue;
    if (one.arrived || one.start <= visit_start) {
      if (begun == nullptr || after(one, *begun)) begun = &one;
    } else if (later == nullptr || after(*later, one)) {
      later = &one;
    }
  }
  return begun != nullptr ? begun : later;
}

// INFERRED: the sheet lists VISITS.LOCATION without saying what it holds. It is believed where it
// is the number or the name of one of the practice's locations; then the appointment's location,
// then the practitioner's own.
std::int64_t LocationOfVisit(const VisitRow& visit, const CandidateRow* appointment,
                             const Codes& codes) {
  std::int64_t number = 0;
  bool digits = !visit.location.empty() && visit.location.size() < 10;
  for (const char c : visit.location) {
    digits = digits && c >= '0' && c <= '9';
    if (digits) number = number * 10 + (c - '0');
  }
  if (digits && number > 0 && codes.locations.Has(number)) return number;
  if (!digits && !visit.location.empty()) {
    if (const auto named = codes.locations.Find(visit.location)) return *named;
  }
  if (appointment != nullptr && appointment->location_id > 0) return appointment->location_id;
  const auto home = codes.home_of_user.find(visit.user_id);
  return home == codes.home_of_user.end() ? 0 : home->second;
}

// INFERRED: which entries the vendor's app calls "cancer history" is not public. An entry counts
// when its SNOMED code is one of the common malignancies or its words name one, unless the words
// say that it is about somebody else, a test, or the absence of disease.
bool IsCancerHistory(std::string_view condition, std::string_view snomed) {
  constexpr std::string_view kCodes[] = {"363346000", "372244006", "254701007",
                                         "254651007", "254837009", "399068003",
                                         "363406005", "118600007", "93143009"};
  constexpr std::string_view kNot[] = {"family history", "fhx",    "screen",
                                       "no history",     "benign", "phobia",
                                       "exclude",        "vaccin", "risk of"};
  constexpr std::string_view kWords[] = {
      "cancer",  "carcinoma", "melanoma", "malignan", "lymphoma", "leukaemia",   "leukemia",
      "sarcoma", "myeloma",   "bowen",    "metasta",  "blastoma", "mesothelioma"};
  constexpr std::string_view kShort[] = {"bcc", "scc", "ca", "iec"};
  const auto code = Trim(snomed);
  for (const auto one : kCodes) {
    if (code == one) return true;
  }
  const auto words = AsciiLower(condition);
  const auto says = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  for (const auto word : kNot) {
    if (says(word)) return false;
  }
  for (const auto word : kWords) {
    if (says(word)) return true;
  }
  // Abbreviations count as words of their own only.
  std::string word;
  for (const char c : words + ' ') {
    if (c >= 'a' && c <= 'z') {
      word += c;
      continue;
    }
    for (const auto one : kShort) {
      if (word == one) return true;
    }
    word.clear();
  }
  return false;
}

std::string_view WithoutReference(std::string_view reason) {
  constexpr std::string_view kBegin = "(ref ";
  constexpr std::size_t kLength = 10;
  constexpr std::size_t kWhole = kBegin.size() + kLength + 1;
  if (reason.size() < kWhole || !reason.ends_with(')')) return reason;
  const auto mark = reason.substr(reason.size() - kWhole);
  const auto letters = mark.substr(kBegin.size(), kLength);
  const bool ours =
      mark.starts_with(kBegin) && std::all_of(letters.begin(), letters.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      });
  if (!ours) return reason;
  auto rest = reason.substr(0, reason.size() - kWhole);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  return rest;
}

// INFERRED: the texts are those of best-practice sheet §2; which FHIR status each is follows from
// FHIR's definitions. A text that is none of these is a booking.
model::AppointmentStatus StatusOf(std::string_view text) {
  using model::AppointmentStatus;
  const auto words = AsciiLower(Trim(text));
  const auto says = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  if (says("waiting") || says("arrived")) return AppointmentStatus::kArrived;
  if (says("with ")) return AppointmentStatus::kCheckedIn;  // "With doctor", "With nurse"
  if (says("billing") || says("invoiced") || says("completed") || says("paid")) {
    return AppointmentStatus::kFulfilled;
  }
  if (words == "dna" || says("did not attend") || says("no show")) {
    return AppointmentStatus::kNoShow;
  }
  if (says("cancel")) return AppointmentStatus::kCancelled;
  return AppointmentStatus::kBooked;
}

model::Gender GenderOf(std::string_view sex) {
  if (EqualsIgnoringAsciiCase(sex, "female")) return model::Gender::kFemale;
  if (EqualsIgnoringAsciiCase(sex, "male")) return model::Gender::kMale;
  if (EqualsIgnoringAsciiCase(sex, "other")) return model::Gender::kOther;
  return model::Gender::kUnknown;
}

// INFERRED: best-practice sheet §2 gives the statuses for codes; here they follow from the text
// that the practice's own table has for the code.
model::Coding IndigenousStatusOf(std::string_view ethnicity) {
  const auto words = AsciiLower(ethnicity);
  const auto says = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  model::Coding status;
  status.system =
      "https://healthterminologies.gov.au/fhir/CodeSystem/australian-indigenous-status-1";
  if (words.empty() || says("not provided") || says("not stated")) {
    status.code = "9";
    status.display = "Not stated/inadequately described";
  } else if (words.starts_with("non ") || words.starts_with("non-") || says("neither")) {
    status.code = "4";
    status.display = "Neither Aboriginal nor Torres Strait Islander origin";
  } else if (says("aboriginal") && says("torres")) {
    status.code = "3";
    status.display = "Both Aboriginal and Torres Strait Islander origin";
  } else if (says("aboriginal")) {
    status.code = "1";
    status.display = "Aboriginal but not Torres Strait Islander origin";
  } else if (says("torres")) {
    status.code = "2";
    status.display = "Torres Strait Islander but not Aboriginal origin";
  } else {
    status.code = "4";
    status.display = "Neither Aboriginal nor Torres Strait Islander origin";
  }
  return status;
}

// INFERRED: 1900-01-01 is the zero of DATETIME columns and stands for a date nobody entered.
std::optional<Date> BirthDateOf(const std::optional<LocalTime>& held) {
  using namespace std::chrono;
  if (!held) return std::nullopt;
  const auto day = held->day();
  if (day == year(1900) / January / 1) return std::nullopt;
  return day;
}

}  // namespace pons::best_practice
