// SPDX-License-Identifier: Apache-2.0
// What the bytes of a message mean (MSH-18), and how our UTF-8 is put into the character set that a
// receiver reads. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "hl7/message.h"

namespace pons::hl7 {

// Accents taken off, typographic marks as their plain ones; what has no letter becomes '?'. Bytes
// that are not UTF-8 become '?' too.
std::string ToAscii(std::string_view utf8);
// ISO 8859-1; what it lacks as ToAscii gives it.
std::string ToLatin1(std::string_view utf8);
// Valid UTF-8; bytes that are not become '?'.
std::string ToValidUtf8(std::string_view text);
std::string FromLatin1(std::string_view latin1);

// Makes every value UTF-8 by what MSH-18 says. Where it says nothing, or ASCII, values that are
// valid UTF-8 are left and others are read as ISO 8859-1, since senders forget to say it.
void DecodeCharacterSet(Message& message);

}  // namespace pons::hl7
