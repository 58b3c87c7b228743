// SPDX-License-Identifier: Apache-2.0
// What a certificate says of itself. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace pons::crypto {

// When the first certificate in a PEM text runs out; nullopt where it holds none.
std::optional<Instant> CertificateEnds(std::string_view pem);

}  // namespace pons::crypto
