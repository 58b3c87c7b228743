// SPDX-License-Identifier: Apache-2.0
// A message for a person to read: each field that has a value, with its name.
//
// What comes out shows patients. It is for whoever asked to see the message, never for a log.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hl7/message.h"

namespace pons::hl7 {

struct DescribedField {
  std::string path;   // "PID-5", "OBX[2]-5"
  std::string name;   // "patient name"; empty: not one we know
  std::string value;  // as written, escapes included; control characters and long values replaced
};

std::vector<DescribedField> Describe(const Message& message);

// The name of a field in the segments that reports, referrals and their answers are made of.
std::string_view FieldName(std::string_view segment, std::size_t field);

}  // namespace pons::hl7
