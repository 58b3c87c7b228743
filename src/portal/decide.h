// SPDX-License-Identifier: Apache-2.0
// Who may do what: the one function that decides. Pure; knows nothing but what it is given.
#pragma once

#include "portal/route.h"

namespace pons::portal {

enum class Verdict : std::uint8_t {
  kAllowed,
  kSignIn,        // nobody is signed in
  kSecondFactor,  // the code is due first
  kEnrol,         // a second factor must be set up first
  kForbidden,     // a member of that organization, or a signed-in user, without the right
  kNotFound,      // not there, or nothing of theirs: the caller is not told which
};
std::string_view VerdictName(Verdict verdict);

// `resource` is what the path names; null where it is not there. For a scope that names nothing
// (kNone, kOperator) an empty one.
Verdict Decide(const Route& route, const Caller& caller, const Resource* resource);

}  // namespace pons::portal
