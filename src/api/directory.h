// SPDX-License-Identifier: Apache-2.0
// What operators set up, as requests need it: apps, and what each may see. A snapshot that is taken
// anew when the store's settings have changed.
// Threads: all members may be called from any thread; a snapshot never changes.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/rate_limit.h"
#include "store/accounts.h"
#include "store/store.h"

namespace pons::api {

struct AppView {
  store::App app;
  std::vector<store::SecretOverlap> earlier_secrets;  // may be past their time
  std::vector<store::GrantKey> grants;                // those in force
  std::vector<store::GrantKey> clinical_grants;       // of them, those that let patients in
  std::vector<store::GrantKey> patient_grants;        // … or patients out
  std::vector<store::GrantKey> appointment_grants;    // … in, or take bookings
  std::vector<store::ConnectionKey> connections;
  std::string organizations;           // ids, joined by blanks: for the audit trail
  std::shared_ptr<RateBucket> bucket;  // kept over snapshots

  // Which grants count for a type: those with a switch by which such records may be seen. Which
  // records those are is a matter of visibility, not of this.
  const std::vector<store::GrantKey>& GrantsFor(model::Stream stream) const;
};

struct Snapshot {
  std::uint64_t version = 0;
  std::map<store::AppKey, std::shared_ptr<const AppView>> apps;
  std::map<std::string, store::AppKey, std::less<>> by_client_id;
  std::map<store::GrantKey, store::Grant> grants;
  std::map<store::ConnectionKey, ConnectionId> connections;
  std::map<store::ConnectionKey, std::string> zones;  // their IANA names

  std::shared_ptr<const AppView> FindApp(store::AppKey key) const;
  std::shared_ptr<const AppView> FindClient(std::string_view client_id) const;
};

class Directory {
 public:
  Directory(store::Store& store, double per_second, double burst)
      : store_(store), per_second_(per_second), burst_(burst) {}
  Result<std::shared_ptr<const Snapshot>> Current();

 private:
  Result<std::shared_ptr<const Snapshot>> Load(std::uint64_t version);

  store::Store& store_;
  const double per_second_;
  const double burst_;
  std::mutex mutex_;
  std::unique_ptr<store::Reader> reader_;
  std::shared_ptr<const Snapshot> current_;
  std::map<store::AppKey, std::shared_ptr<RateBucket>> buckets_;
};

}  // namespace pons::api
