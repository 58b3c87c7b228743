// SPDX-License-Identifier: Apache-2.0
#include "sync/reconciler.h"

namespace pons::sync {

std::string_view DecisionName(Decision decision) {
  switch (decision) {
    case Decision::kIgnore:
      return "ignore";
    case Decision::kNew:
      return "new";
    case Decision::kChanged:
      return "changed";
    case Decision::kSame:
      return "same";
    case Decision::kGone:
      return "gone";
  }
  return "ignore";
}

Decision Reconcile(const std::optional<store::Head>& stored, const Incoming& incoming) {
  const bool live = stored && !stored->deleted;
  if (incoming.kind == ChangeKind::kTombstone) return live ? Decision::kGone : Decision::kIgnore;
  // What no grant in force shows is not kept up to date: nothing is copied without need.
  if (!incoming.seen && !incoming.shared) return Decision::kIgnore;
  if (!live) return Decision::kNew;
  return stored->vendor_version == incoming.version ? Decision::kSame : Decision::kChanged;
}

}  // namespace pons::sync
