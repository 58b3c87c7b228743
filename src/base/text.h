// SPDX-License-Identifier: Apache-2.0
// Small things done to text everywhere, once. Bytes are UTF-8 unless said otherwise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pons {

// Without blanks (space, tab, CR, LF) at either end.
std::string_view Trim(std::string_view text);
// ASCII letters only; other bytes unchanged.
std::string AsciiLower(std::string_view text);
std::string AsciiUpper(std::string_view text);
bool EqualsIgnoringAsciiCase(std::string_view a, std::string_view b);
std::vector<std::string_view> Split(std::string_view text, char separator);
std::string Hex(std::string_view bytes);
bool IsValidUtf8(std::string_view text);
// For search: case and accents folded away for Latin script, other scripts kept as they are.
std::string FoldForSearch(std::string_view text);

}  // namespace pons
