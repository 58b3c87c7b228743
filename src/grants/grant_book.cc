// SPDX-License-Identifier: Apache-2.0
#include "grants/grant_book.h"

namespace pons::grants {

const store::Grant* Snapshot::Find(store::GrantKey key) const {
  const auto found = grants.find(key);
  return found == grants.end() ? nullptr : &found->second;
}

std::vector<const store::Grant*> Snapshot::OfConnection(store::ConnectionKey key) const {
  std::vector<const store::Grant*> out;
  const auto found = by_connection.find(key);
  if (found == by_connection.end()) return out;
  for (const auto grant : found->second) out.push_back(&grants.at(grant));
  return out;
}

const std::vector<store::GrantKey>& Snapshot::OfApp(store::AppKey key) const {
  static const std::vector<store::GrantKey> kNone;
  const auto found = by_app.find(key);
  return found == by_app.end() ? kNone : found->second;
}

Result<std::shared_ptr<const Snapshot>> GrantBook::Current() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t version = store_.settings_version();
  if (snapshot_ && snapshot_->version == version) return snapshot_;
  PONS_ASSIGN(snapshot_, Load(version));
  return snapshot_;
}

Result<std::shared_ptr<const Snapshot>> GrantBook::Load(std::uint64_t version) {
  if (!reader_) {
    PONS_ASSIGN(reader_, store_.OpenReader());
  }
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->version = version;
  PONS_ASSIGN(auto connections, reader_->Connections());
  for (auto& connection : connections) {
    const auto key = connection.key;
    snapshot->connections.emplace(key, std::move(connection));
  }
  PONS_ASSIGN(auto apps, reader_->Apps());
  for (auto& app : apps) {
    const auto key = app.key;
    snapshot->apps.emplace(key, std::move(app));
  }
  PONS_ASSIGN(auto grants, reader_->Grants());
  for (auto& grant : grants) {
    const auto app = snapshot->apps.find(grant.app);
    if (grant.revoked || app == snapshot->apps.end() || app->second.disabled) continue;
    snapshot->by_connection[grant.connection].push_back(grant.key);
    snapshot->by_app[grant.app].push_back(grant.key);
    const auto key = grant.key;
    snapshot->grants.emplace(key, std::move(grant));
  }
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

}  // namespace pons::grants
