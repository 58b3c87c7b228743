// SPDX-License-Identifier: Apache-2.0
// Time-based one-time codes (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator app
// has them. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/sensitive.h"
#include "base/time.h"

namespace pons::accounts {

// RFC 4648, upper case, without padding.
std::string Base32(std::string_view bytes);

std::int64_t TotpStepAt(Instant now);
// Six digits. `secret` is the raw bytes.
std::string TotpCode(std::string_view secret, std::int64_t step);
// The step that `code` belongs to: the current one, the one before or the one after, but none up to
// `last_used`, so that a code never counts twice. Blanks in the code are ignored.
std::optional<std::int64_t> MatchTotp(const Sensitive<std::string>& secret,
                                      const Sensitive<std::string>& code, Instant now,
                                      std::int64_t last_used);

// otpauth://totp/Issuer:account?secret=…&issuer=…
std::string OtpauthUri(std::string_view issuer, std::string_view account,
                       std::string_view base32_secret);

}  // namespace pons::accounts
