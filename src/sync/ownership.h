// SPDX-License-Identifier: Apache-2.0
// Whose record leads. A patient that an app created is the app's until the practice first opens it
// for a visit; from then on the practice's record leads. A patient that came from the practice is
// never an app's.
//
// Threads: those of the transaction or reader given.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/records.h"
#include "store/store.h"

namespace pons::sync {

// In the transaction in which an app's new patient is known to stand in the practice. Safe to
// repeat. Not for one that was there already (Applied::existed).
void RecordCreated(store::Transaction& tx, store::ConnectionKey connection,
                   std::string_view vendor_id, store::GrantKey grant);

// Patients that a person should compare with the new one. Safe to repeat.
void RecordSimilar(store::Transaction& tx, store::ConnectionKey connection,
                   std::string_view vendor_id, std::span<const model::VendorRef> similar,
                   std::string_view command);

struct UpdateRight {
  bool allowed = false;
  // Why not, for a person and without patient data: "first opened for a visit in Best Practice on
  // 3 May 2026; from then on the practice's record leads". Empty where allowed.
  std::string reason;
};

// Whether this grant's app may change that patient. `system` is what people call the practice's
// system ("Best Practice"); dates are told in the practice's zone. Errors: those of the reader.
Result<UpdateRight> RightToUpdate(store::Reader& reader, const store::Grant& grant,
                                  std::string_view vendor_id, std::string_view system,
                                  const PracticeZone& zone);

// For refusals: the code of an update refused because of ownership, before any traffic or by the
// connector.
inline constexpr std::string_view kOpenedInPractice = "opened-in-practice";
inline constexpr std::string_view kPracticeOwns = "practice-owns";

}  // namespace pons::sync
