// SPDX-License-Identifier: Apache-2.0
// Separators and escapes of HL7 v2, for one value at a time. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace pons::hl7 {

struct Separators {
  char field = '|';
  char component = '^';
  char repetition = '~';
  char escape = '\\';  // '\0': none
  char subcomponent = '&';
};

// Appends `value` so that it can stand in a message of ours (message.h, canonical form).
void AppendEscaped(std::string& out, std::string_view value);

// What Build keeps of a value: line breaks as LF, tabs as blanks, no other control character.
std::string CleanValue(std::string_view value);

// Undoes escapes. Those that have no text of their own (\H\, \.in+4\, \Z..\) stay as they were
// written, as does an escape character that starts none.
std::string Unescape(std::string_view raw, const Separators& separators);

}  // namespace pons::hl7
