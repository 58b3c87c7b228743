// SPDX-License-Identifier: Apache-2.0
// What to do with one change that a connector brought: compare it with what is stored and with who
// may see it. Pure: the same inputs give the same decision.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "connector/connector.h"
#include "store/records.h"

namespace pons::sync {

enum class Decision : std::uint8_t {
  kIgnore,   // nobody may see it and nothing is stored, or it is gone already
  kNew,      // store it; all who may see it are told "created"
  kChanged,  // store it; who sees it already is told "updated", who newly sees it "created"
  kSame,     // stored as it is; only who newly sees it is told
  kGone,     // drop the content, keep the tombstone; who saw it is told "deleted"
};
std::string_view DecisionName(Decision decision);

struct Incoming {
  ChangeKind kind = ChangeKind::kUpsert;
  std::string_view version;
  bool seen = false;    // some grant in force shows it already
  bool shared = false;  // some grant lets it through now
};

Decision Reconcile(const std::optional<store::Head>& stored, const Incoming& incoming);

}  // namespace pons::sync
