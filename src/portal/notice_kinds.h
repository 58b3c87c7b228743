// SPDX-License-Identifier: Apache-2.0
// What people are told of without asking.
#pragma once

#include <string_view>

namespace pons::portal {

struct NoticeKind {
  std::string_view name;
  std::string_view title;  // of one such notice, above its text
  std::string_view words;  // beside its switch
  bool mailed = true;      // unless somebody says otherwise
};

constexpr std::string_view kCredentialRejected = "credential_rejected";
constexpr std::string_view kUnreachable = "unreachable";
constexpr std::string_view kNeedsAttention = "connection_attention";
constexpr std::string_view kImporter = "importer_not_running";
constexpr std::string_view kNewPractitioner = "new_practitioner";
constexpr std::string_view kNewType = "new_service";
constexpr std::string_view kNeedsPerson = "command_needs_person";

constexpr NoticeKind kNoticeKinds[] = {
    {kCredentialRejected, "The practice's system refuses the password",
     "The practice's system refuses the password", true},
    {kUnreachable, "The practice's system cannot be reached",
     "The practice's system has not been reachable for 10 minutes", true},
    {kNeedsAttention, "A connection needs you", "A connection needs somebody for another reason",
     true},
    {kImporter, "What apps send does not arrive",
     "Reports wait because nobody imports them, or something cannot be written", true},
    {kNewPractitioner, "Somebody new works at the practice",
     "A practitioner is new, and no filter says whether to share", true},
    {kNewType, "There is a new appointment type",
     "An appointment type is new, and no filter says whether to share", true},
    {kNeedsPerson, "Somebody must look whether something happened",
     "Nobody knows whether something took effect, and a person must look", true},
};

// Empty where there is no such kind any more.
constexpr std::string_view NoticeTitle(std::string_view kind) {
  for (const auto& known : kNoticeKinds) {
    if (known.name == kind) return known.title;
  }
  return {};
}

}  // namespace pons::portal
