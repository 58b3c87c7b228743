// SPDX-License-Identifier: Apache-2.0
#include "sync/applier.h"

#include <algorithm>

namespace pons::sync {

using store::ChangeKind;

PreparedChange Applier::Prepare(Change change, std::vector<Share> shares, Instant read_at) const {
  PreparedChange prepared{std::move(change), {}, std::move(shares), std::nullopt, false, false};
  prepared.id = builder_.IdOf(prepared.change.ref);
  // Encoding happens here, off the writer's thread, for all that somebody may see.
  if (prepared.change.kind == pons::ChangeKind::kUpsert && !prepared.shares.empty()) {
    prepared.write = builder_.Build(prepared.change, read_at);
  }
  return prepared;
}

Decision Applier::Apply(store::Transaction& tx, const PreparedChange& prepared, Instant read_at,
                        bool quiet, ApplyCounts& counts) const {
  const auto ref = store::KeyOf(prepared.id.value);
  const auto head = tx.FindHead(ref);
  const auto seen = head ? tx.GrantsSeeing(ref) : std::vector<store::GrantKey>();
  const Decision decision =
      Reconcile(head, {prepared.change.kind, prepared.change.version, !seen.empty(),
                       prepared.keep || !prepared.shares.empty()});
  switch (decision) {
    case Decision::kIgnore:
      ++counts.ignored;
      break;
    case Decision::kSame:
      ++counts.same;
      Tell(tx, prepared, head->version, seen, std::nullopt, quiet);
      break;
    case Decision::kNew:
    case Decision::kChanged: {
      ++counts.stored;
      const auto version = tx.PutRecord(
          prepared.write ? *prepared.write : builder_.Build(prepared.change, read_at), head);
      const auto told = decision == Decision::kNew ? ChangeKind::kCreated : ChangeKind::kUpdated;
      Tell(tx, prepared, version, seen, told, quiet);
      break;
    }
    case Decision::kGone: {
      ++counts.deleted;
      const auto& ref_id = prepared.change.ref.id;
      const auto version = tx.DeleteRecord(
          ref, {0, ref_id, prepared.change.version, prepared.change.origin, read_at});
      for (const auto grant : seen) {
        tx.AppendChange(grant, prepared.change.ref.stream, prepared.id, version,
                        ChangeKind::kDeleted, false);
      }
      break;
    }
  }
  return decision;
}

void Applier::Tell(store::Transaction& tx, const PreparedChange& prepared, std::int64_t version,
                   const std::vector<store::GrantKey>& seen, std::optional<ChangeKind> told_seen,
                   bool quiet) const {
  const auto stream = prepared.change.ref.stream;
  if (told_seen) {
    for (const auto grant : seen) {
      tx.AppendChange(grant, stream, prepared.id, version, *told_seen, false);
    }
  }
  for (const auto& share : prepared.shares) {
    if (std::find(seen.begin(), seen.end(), share.grant) != seen.end()) continue;
    if (!tx.Show(share.grant, store::KeyOf(prepared.id.value), share.app_location)) continue;
    tx.AppendChange(share.grant, stream, prepared.id, version, ChangeKind::kCreated,
                    quiet && !prepared.news);
  }
}

void Applier::DeleteUnseen(store::Transaction& tx, store::ConnectionKey connection,
                           model::Stream stream, Instant read_at, ApplyCounts& counts) const {
  for (const auto& [ref, vendor_id] : tx.FinishSweep(connection, stream)) {
    Change gone;
    gone.kind = pons::ChangeKind::kTombstone;
    gone.ref = {stream, vendor_id};
    gone.origin = "sweep";
    Apply(tx, {std::move(gone), builder_.IdOf({stream, vendor_id}), {}, std::nullopt, false},
          read_at, false, counts);
  }
}

}  // namespace pons::sync
