// SPDX-License-Identifier: Apache-2.0
#include "sync/turns.h"

namespace pons::sync {

bool SameSetup(const store::Connection& a, const store::Connection& b) {
  return a.settings_revision == b.settings_revision && a.settings_json == b.settings_json &&
         a.time_zone == b.time_zone && a.vendor == b.vendor && a.paused == b.paused &&
         a.secrets_json == b.secrets_json;
}

}  // namespace pons::sync
