// SPDX-License-Identifier: Apache-2.0
// Small things that Halo's wire needs: base64, hashes, UUIDs, forms. Pure, but for NewUuid.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pons::halo_connect::sandbox {

std::string Base64(std::string_view bytes);
// Strict but for blanks and line ends.
std::optional<std::string> FromBase64(std::string_view text);

std::string Sha256Hex(std::string_view bytes);
// What X-Halo-Signature-256 holds: lower-case hex HMAC-SHA256 over body + "." + timestamp
// (halo-connect sheet §6).
std::string SignWebhook(std::string_view secret, std::string_view body, std::string_view timestamp);

std::string NewUuid();
bool IsUuid(std::string_view text);

// "a=1&b=x%20y" in its order; '+' is a blank. Never fails: a broken escape stands for itself.
using Form = std::vector<std::pair<std::string, std::string>>;
Form ParseForm(std::string_view text);
std::string PercentDecode(std::string_view text, bool plus_is_blank);
// The first of that name; nullopt: there is none.
std::optional<std::string> Find(const Form& form, std::string_view name);

}  // namespace pons::halo_connect::sandbox
