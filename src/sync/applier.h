// SPDX-License-Identifier: Apache-2.0
// Carries reconciled changes into a transaction: records, visibility, change log, outbox.
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "store/store.h"
#include "sync/reconciler.h"
#include "sync/record_builder.h"

namespace pons::sync {

// One grant that lets a record through, and where it arrives in the app.
struct Share {
  store::GrantKey grant = 0;
  std::string app_location;
};

// A change with what was worked out about it before the transaction.
struct PreparedChange {
  Change change;
  ResourceId id;
  std::vector<Share> shares;                // grants that let it through now
  std::optional<store::RecordWrite> write;  // built already where it will most likely be stored
  bool news = false;                        // comes with a visit: told even on a quiet page
  bool keep = false;  // for the organization itself, whoever may see it: the practice's own lists
};

struct ApplyCounts {
  std::uint64_t stored = 0;
  std::uint64_t same = 0;
  std::uint64_t ignored = 0;
  std::uint64_t deleted = 0;
};

class Applier {
 public:
  explicit Applier(const RecordBuilder& builder) : builder_(builder) {}

  PreparedChange Prepare(Change change, std::vector<Share> shares, Instant read_at) const;

  // `quiet`: what only now becomes visible is logged but not delivered (the first reading of a
  // practice is not news). Changes to what was visible before are always delivered.
  Decision Apply(store::Transaction& tx, const PreparedChange& prepared, Instant read_at,
                 bool quiet, ApplyCounts& counts) const;

  // What a finished sweep has not met is gone.
  void DeleteUnseen(store::Transaction& tx, store::ConnectionKey connection, model::Stream stream,
                    Instant read_at, ApplyCounts& counts) const;

 private:
  void Tell(store::Transaction& tx, const PreparedChange& prepared, std::int64_t version,
            const std::vector<store::GrantKey>& seen, std::optional<store::ChangeKind> told_seen,
            bool quiet) const;

  const RecordBuilder& builder_;
};

}  // namespace pons::sync
