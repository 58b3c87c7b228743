// SPDX-License-Identifier: Apache-2.0
// Which practitioner of a practice a user of an app is. The link names the practitioner by id, so
// that it follows a change of name. Plain values as stored.
#pragma once

#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "store/keys.h"

namespace pons::store {

struct UserLink {
  GrantKey grant = 0;
  std::string app_user;  // the app's own id of its user
  ResourceId practitioner;
  std::string vendor_id;  // the practitioner's
  Instant created{};
};

}  // namespace pons::store
