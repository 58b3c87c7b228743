// SPDX-License-Identifier: Apache-2.0
// Any bytes as an HL7 message: what can be read is written in the canonical form, which is read as
// the same tree and written as the same bytes; the rules, the description, the character set and
// the key of a message hold for every one that can be read.
#include "fuzz.h"
#include "hl7/ack.h"
#include "hl7/au_rules.h"
#include "hl7/charset.h"
#include "hl7/describe.h"
#include "hl7/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace hl7 = pons::hl7;
  const auto text = pons::AsText(data, size);
  for (const auto one : hl7::SplitMessages(text)) {
    PONS_CHECK(one.starts_with("MSH"));
    PONS_CHECK(one.data() >= text.data() && one.end() <= text.end());
  }
  auto message = hl7::Parse(text);
  if (!message) return 0;
  const auto built = hl7::Build(*message);
  PONS_CHECK(built.has_value());
  PONS_CHECK(built->find_first_of(std::string_view("\x0B\x1C\n\t\0", 5)) == std::string::npos);
  const auto again = hl7::Parse(*built);
  PONS_CHECK(again.has_value());
  PONS_CHECK(*again == hl7::Normalised(*message));
  PONS_CHECK(*hl7::Build(*again) == *built);
  PONS_CHECK(hl7::KeyOf(*again) == hl7::KeyOf(*message));
  (void)hl7::BreaksOfAustralianRules(*message, text);
  for (const auto& row : hl7::Describe(*message)) {
    for (const char c : row.value) PONS_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
  hl7::DecodeCharacterSet(*message);
  return 0;
}
