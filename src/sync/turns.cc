// SPDX-License-Identifier: Apache-2.0
#include "sync/turns.h"

namespace pons::sync {

bool SameSetup(const store::Connection& a, const store::Connection& b) {
  // Settings that a person gives raise the revision; a learned one that is kept does not, and the
  // worker goes on.
  return a.settings_revision == b.settings_revision && a.time_zone == b.time_zone &&
         a.vendor == b.vendor && a.paused == b.paused;
}

}  // namespace pons::sync
