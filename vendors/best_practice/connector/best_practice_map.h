// SPDX-License-Identifier: Apache-2.0
// From Best Practice's rows to the inner model: pure functions. Each place where the meaning of a
// row is inferred rather than documented is one function here, marked INFERRED.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "model/records.h"
#include "vendors/best_practice/connector/best_practice_wire.h"

namespace pons::best_practice {

// One of Best Practice's code tables. A code that is not in it is remembered, so that the table can
// be read again; 0 means "nothing" and is never missed.
class CodeTable {
 public:
  void Clear() { texts_.clear(); }
  void Put(std::int64_t code, std::string_view text) { texts_[code] = text; }
  // Empty where the table has no such code.
  std::string_view Text(std::int64_t code) const;
  bool Has(std::int64_t code) const { return texts_.contains(code); }
  // The code of this text, ignoring case.
  std::optional<std::int64_t> Find(std::string_view text) const;

  // Codes looked up in vain since the last Forget.
  const std::set<std::int64_t>& missed() const { return missed_; }
  void Forget() const { missed_.clear(); }

 private:
  std::unordered_map<std::int64_t, std::string> texts_;
  mutable std::set<std::int64_t> missed_;
};

// What codes and numbers in rows mean at this practice, as its own tables say.
struct Codes {
  CodeTable sex, titles, ethnicity, patient_status, appointment_status, appointment_types,
      visit_types;
  CodeTable locations;                                          // names
  CodeTable users;                                              // names as shown
  std::unordered_map<std::int64_t, std::int64_t> home_of_user;  // USERS.LOCATIONID
};

// Counts of identifiers that were held and could not be served, by column.
struct LeftOut {
  std::unordered_map<std::string_view, std::size_t> malformed;
};

model::Patient ToPatient(const PatientRow& row, const Codes& codes, LeftOut& left_out);
void AddEmail(model::Patient& patient, std::string_view address);
model::Appointment ToAppointment(const AppointmentRow& row, const Codes& codes,
                                 const PracticeZone& zone);
// `appointment` is null where the patient has none.
model::Encounter ToEncounter(const VisitRow& row, const CandidateRow* appointment,
                             const Codes& codes, const PracticeZone& zone);
model::Location ToLocation(const LocationRow& row, LeftOut& left_out);
model::Practitioner ToPractitioner(const UserRow& row, const Codes& codes, LeftOut& left_out);
// A provider number belongs to a person at a place. `location` 0: no place is named.
model::PractitionerRole ToPractitionerRole(std::int64_t user, std::int64_t location,
                                           std::string_view provider, const Codes& codes,
                                           LeftOut& left_out);
std::string RoleId(std::int64_t user, std::int64_t location);
model::HealthcareService ToHealthcareService(const AppointmentTypeRow& row);
model::Condition ToCondition(const HistoryRow& row);

// ---- Inferred meanings --------------------------------------------------------------------------

// The patient's most recent appointment at the moment the visit started; null where there is none.
// `candidates` are live appointments of any patients.
const CandidateRow* MostRecentAppointment(const VisitRow& visit,
                                          std::span<const CandidateRow> candidates);

// The LOCATIONID the visit took place at; 0 where nothing says.
std::int64_t LocationOfVisit(const VisitRow& visit, const CandidateRow* appointment,
                             const Codes& codes);

// Whether an entry of past history tells of cancer.
bool IsCancerHistory(std::string_view condition, std::string_view snomed);

// A reason as somebody typed it: without the reference that Pons has left at its end.
std::string_view WithoutReference(std::string_view reason);

// What a status text says, in FHIR's words.
model::AppointmentStatus StatusOf(std::string_view text);

model::Gender GenderOf(std::string_view sex);
model::Coding IndigenousStatusOf(std::string_view ethnicity);
// A birth date as people mean it: empty for the database's way of saying "not known".
std::optional<Date> BirthDateOf(const std::optional<LocalTime>& held);

// Equal for records with equal content.
std::string VersionOf(const model::Record& record);

}  // namespace pons::best_practice
