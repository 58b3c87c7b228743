// SPDX-License-Identifier: Apache-2.0
// Attempts to prove something, counted before they are judged, and the waits they lead to. What is
// kept is a keyed hash of the account or address, so the table tells nobody who tried what.
// Threads: inside a transaction, like the rows.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "store/accounts.h"

namespace pons::accounts {

struct AttemptLimit {
  std::string_view kind;                // told apart by this
  std::int64_t free;                    // so many follow each other without a wait
  std::chrono::milliseconds forgotten;  // after so long without one
};

// Each wait is twice the one before, from one minute up to a quarter of an hour.
inline constexpr AttemptLimit kAccountLimit{"account", 5, std::chrono::hours(24)};
inline constexpr AttemptLimit kCodeLimit{"code", 5, std::chrono::hours(24)};
inline constexpr AttemptLimit kAddressLimit{"address", 30, std::chrono::hours(1)};
inline constexpr AttemptLimit kResetLimit{"reset", 3, std::chrono::hours(1)};
inline constexpr AttemptLimit kResetAddressLimit{"reset-address", 10, std::chrono::hours(1)};

struct Attempt {
  AttemptLimit limit;
  std::string key;  // made by AttemptKey
};
// `subject` is an e-mail address, a user's id, or what NetworkOf made of an address.
Attempt MakeAttempt(std::string_view store_key, const AttemptLimit& limit,
                    std::string_view subject);
// An IPv4 address as it is; of an IPv6 address the first 64 bits, which one customer has.
std::string NetworkOf(std::string_view address);

// Counts one attempt at each, or refuses where any of them has to wait: kRateLimited with the
// moment; then none is counted, so that trying in a wait does not make it longer.
Result<void> CountAttempts(store::AccountWrites& rows, std::span<const Attempt> attempts,
                           Instant now);
// It was right: forgets all of that kind and subject.
void ForgetAttempts(store::AccountWrites& rows, const Attempt& attempt);
// It was right: takes back what was counted for it, and no more.
void TakeBackAttempt(store::AccountWrites& rows, const Attempt& attempt);

}  // namespace pons::accounts
