// SPDX-License-Identifier: Apache-2.0
#include "api/directory.h"

#include <algorithm>
#include <set>

namespace pons::api {

const std::vector<store::GrantKey>& AppView::GrantsFor(model::Stream stream) const {
  switch (stream) {
    case model::Stream::kPatients:
      return patient_grants;
    case model::Stream::kAppointments:
      return appointment_grants;
    case model::Stream::kConditions:
    case model::Stream::kEncounters:
      return clinical_grants;
    case model::Stream::kLocations:
    case model::Stream::kPractitioners:
    case model::Stream::kPractitionerRoles:
    case model::Stream::kHealthcareServices:
    case model::Stream::kDocumentReferences:
    case model::Stream::kTasks:
      return grants;
  }
  return clinical_grants;
}

std::shared_ptr<const AppView> Snapshot::FindApp(store::AppKey key) const {
  const auto found = apps.find(key);
  return found == apps.end() ? nullptr : found->second;
}

std::shared_ptr<const AppView> Snapshot::FindClient(std::string_view client_id) const {
  const auto found = by_client_id.find(client_id);
  return found == by_client_id.end() ? nullptr : FindApp(found->second);
}

Result<std::shared_ptr<const Snapshot>> Directory::Current() {
  const std::lock_guard lock(mutex_);
  // Read before loading: a change during the load makes the next call load again.
  const std::uint64_t version = store_.settings_version();
  if (current_ == nullptr || current_->version != version) {
    PONS_ASSIGN(current_, Load(version));
  }
  return current_;
}

Result<std::shared_ptr<const Snapshot>> Directory::Load(std::uint64_t version) {
  if (reader_ == nullptr) {
    PONS_ASSIGN(reader_, store_.OpenReader());
  }
  PONS_ASSIGN(const auto apps, reader_->Apps());
  PONS_ASSIGN(const auto grants, reader_->Grants());
  PONS_ASSIGN(const auto connections, reader_->Connections());
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->version = version;
  for (const auto& connection : connections) {
    snapshot->connections.emplace(connection.key, connection.id);
    snapshot->zones.emplace(connection.key, connection.time_zone);
  }
  for (const auto& app : apps) {
    auto view = std::make_shared<AppView>();
    view->app = app;
    auto& bucket = buckets_[app.key];
    if (bucket == nullptr) bucket = std::make_shared<RateBucket>(per_second_, burst_);
    view->bucket = bucket;
    std::set<std::string> organizations;
    for (const auto& grant : grants) {
      if (grant.app != app.key || grant.revoked) continue;
      view->grants.push_back(grant.key);
      const auto& on = grant.switches;
      if (on.patients_in) view->clinical_grants.push_back(grant.key);
      if (on.patients_in || on.patients_out) view->patient_grants.push_back(grant.key);
      if (on.patients_in || on.take_bookings) view->appointment_grants.push_back(grant.key);
      view->connections.push_back(grant.connection);
      organizations.insert(grant.organization.value);
    }
    for (const auto& organization : organizations) {
      if (!view->organizations.empty()) view->organizations += ' ';
      view->organizations += organization;
    }
    PONS_TRY(reader_->Accounts([&](store::AccountReads& reads) {
      view->earlier_secrets = reads.SecretOverlaps(app.key, Instant{});
    }));
    snapshot->by_client_id.emplace(app.id.value, app.key);
    snapshot->apps.emplace(app.key, std::move(view));
  }
  for (const auto& grant : grants) snapshot->grants.emplace(grant.key, grant);
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

}  // namespace pons::api
