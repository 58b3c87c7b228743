// SPDX-License-Identifier: Apache-2.0
// Patients that apps created, until the practice first opens them for a visit; and pairs of
// patients that may be one person. Plain values as stored; no patient detail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "store/keys.h"

namespace pons::store {

// A patient without such a row came from the practice, and is the practice's.
struct PatientOwner {
  ConnectionKey connection = 0;
  std::string vendor_id;
  GrantKey grant = 0;
  Instant since{};
  // When the first visit started; from then on the practice's record leads.
  std::optional<Instant> opened;
  std::string opened_by;  // the visit's vendor id
};

enum class DuplicateState : std::uint8_t {
  kOpen,       // a person has to look
  kSame,       // they are one person, and the practice joins the records
  kDifferent,  // they are two people
};

struct PossibleDuplicate {
  std::int64_t key = 0;
  ConnectionKey connection = 0;
  std::string vendor_id;        // the one that was created
  std::string other_vendor_id;  // the one that was there
  std::string command;          // which created it
  Instant since{};
  DuplicateState state = DuplicateState::kOpen;
};

}  // namespace pons::store
