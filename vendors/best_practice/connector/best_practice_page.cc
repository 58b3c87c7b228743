// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_page.h"

#include <algorithm>

namespace pons::best_practice {

using model::Stream;

void PageBuilder::Add(std::string id, model::Record record, std::string_view origin) {
  Change change;
  change.ref = {stream_, std::move(id)};
  change.version = VersionOf(record);
  change.origin = origin;
  change.record = std::make_shared<const model::Record>(std::move(record));
  changes_.push_back(std::move(change));
}

void PageBuilder::AddGone(std::int64_t key, std::string_view origin) {
  Change change;
  change.kind = ChangeKind::kTombstone;
  change.ref = {stream_, std::to_string(key)};
  change.version = "gone";
  change.origin = origin;
  changes_.push_back(std::move(change));
}

void PageBuilder::AddBad(std::string id, const BadCell& bad) {
  unreadable_.push_back(
      {{stream_, std::move(id)}, std::string(bad.field), std::string(bad.reason)});
}

void PageBuilder::AddLive(std::int64_t key, net::SqlRow row) {
  const auto take = [&](auto decoded, auto&& use) {
    if (const auto* bad = std::get_if<BadCell>(&decoded)) {
      AddBad(std::to_string(key), *bad);
    } else {
      use(std::get<0>(std::move(decoded)));
    }
  };
  switch (stream_) {
    case Stream::kPatients:
      take(DecodePatient(row), [&](const PatientRow& patient) {
        patients_.push_back({key, ToPatient(patient, codes_, left_out_)});
      });
      return;
    case Stream::kAppointments:
      take(DecodeAppointment(row), [&](const AppointmentRow& appointment) {
        Add(std::to_string(key), ToAppointment(appointment, codes_, zone_), kAppointments.name);
      });
      return;
    case Stream::kEncounters:
      take(DecodeVisit(row), [&](VisitRow visit) { visits_.push_back(std::move(visit)); });
      return;
    case Stream::kConditions:
      take(DecodeHistory(row), [&](const HistoryRow& entry) {
        if (!IsCancerHistory(entry.condition, entry.snomed)) return;
        Add(std::to_string(key), ToCondition(entry), kHistory.name);
      });
      return;
    case Stream::kLocations:
      take(DecodeLocation(row), [&](const LocationRow& location) {
        Add(std::to_string(key), ToLocation(location, left_out_), kLocations.name);
      });
      return;
    case Stream::kPractitioners:
      take(DecodeUser(row), [&](const UserRow& user) {
        Add(std::to_string(key), ToPractitioner(user, codes_, left_out_), kUsers.name);
      });
      return;
    case Stream::kHealthcareServices:
      take(DecodeAppointmentType(row), [&](const AppointmentTypeRow& type) {
        Add(std::to_string(key), ToHealthcareService(type), kAppointmentTypes.name);
      });
      return;
    case Stream::kPractitionerRoles:
      return;  // made of two tables by the session
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      return;  // Pons's own
  }
}

std::vector<std::int64_t> PageBuilder::PatientsWaiting() const {
  std::vector<std::int64_t> keys;
  keys.reserve(patients_.size());
  for (const auto& one : patients_) keys.push_back(one.key);
  return keys;
}

void PageBuilder::AddEmailOf(std::int64_t patient, std::string_view address) {
  const auto found =
      std::lower_bound(patients_.begin(), patients_.end(), patient,
                       [](const WaitingPatient& one, std::int64_t key) { return one.key < key; });
  if (found != patients_.end() && found->key == patient) AddEmail(found->patient, address);
}

void PageBuilder::AddCandidate(net::SqlRow row) {
  auto decoded = DecodeCandidate(row);
  // One that cannot be read is quarantined by its own stream; the visit does without.
  if (auto* candidate = std::get_if<CandidateRow>(&decoded)) {
    candidates_.push_back(std::move(*candidate));
  }
}

void PageBuilder::Finish() {
  changes_.reserve(changes_.size() + patients_.size() + visits_.size());
  for (auto& one : patients_) Add(std::to_string(one.key), std::move(one.patient), kPatients.name);
  patients_.clear();

  std::sort(candidates_.begin(), candidates_.end(),
            [](const auto& a, const auto& b) { return a.patient < b.patient; });
  for (const auto& visit : visits_) {
    const auto first = std::lower_bound(
        candidates_.begin(), candidates_.end(), visit.patient,
        [](const CandidateRow& one, std::int64_t patient) { return one.patient < patient; });
    const auto last = std::find_if(first, candidates_.end(), [&](const CandidateRow& one) {
      return one.patient != visit.patient;
    });
    const auto* appointment = MostRecentAppointment(visit, {first, last});
    Add(std::to_string(visit.key), ToEncounter(visit, appointment, codes_, zone_), kVisits.name);
  }
  visits_.clear();
}

}  // namespace pons::best_practice
