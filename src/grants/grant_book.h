// SPDX-License-Identifier: Apache-2.0
// The grants in force, in memory, never older than the store's last change of settings.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace pons::grants {

// One moment's settings. Shared, immutable.
struct Snapshot {
  std::uint64_t version = 0;
  std::map<store::ConnectionKey, store::Connection> connections;
  std::map<store::AppKey, store::App> apps;
  std::map<store::GrantKey, store::Grant> grants;  // not revoked
  std::map<store::ConnectionKey, std::vector<store::GrantKey>> by_connection;
  std::map<store::AppKey, std::vector<store::GrantKey>> by_app;

  const store::Grant* Find(store::GrantKey key) const;
  std::vector<const store::Grant*> OfConnection(store::ConnectionKey key) const;
  const std::vector<store::GrantKey>& OfApp(store::AppKey key) const;
};

// Threads: Current may be called from any thread. After a revocation has been committed, the next
// Current no longer holds the grant.
class GrantBook {
 public:
  explicit GrantBook(store::Store& store) : store_(store) {}
  Result<std::shared_ptr<const Snapshot>> Current();

 private:
  Result<std::shared_ptr<const Snapshot>> Load(std::uint64_t version);

  store::Store& store_;
  std::mutex mutex_;
  std::unique_ptr<store::Reader> reader_;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace pons::grants
