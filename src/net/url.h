// SPDX-License-Identifier: Apache-2.0
// Percent-encoding, and the name=value lists of queries and forms. Pure functions; nothing throws.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pons::net {

// nullopt where a '%' is not followed by two hexadecimal digits, or the bytes are no UTF-8.
std::optional<std::string> PercentDecode(std::string_view text);
// The same, with '+' for a blank.
std::optional<std::string> FormDecode(std::string_view text);
// Everything but letters, digits and -._~ is escaped.
std::string PercentEncode(std::string_view text);

using FormFields = std::vector<std::pair<std::string, std::string>>;

// "a=1&b=x%20y" in order, repeats kept; empty parts are skipped, a part without '=' has an empty
// value. nullopt where an escape is broken.
std::optional<FormFields> ParseForm(std::string_view text);
std::string WriteForm(const FormFields& fields);
// The first value of that name, or nullptr.
const std::string* FindField(const FormFields& fields, std::string_view name);

}  // namespace pons::net
