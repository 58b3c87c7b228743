// SPDX-License-Identifier: Apache-2.0
// What people are told of without asking.
#pragma once

#include <string_view>

namespace pons::portal {

struct NoticeKind {
  std::string_view name;
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
    {kCredentialRejected, "The practice's system refuses the password", true},
    {kUnreachable, "The practice's system has not been reachable for 10 minutes", true},
    {kNeedsAttention, "A connection needs somebody for another reason", true},
    {kImporter, "Reports wait because nobody imports them, or something cannot be written", true},
    {kNewPractitioner, "A practitioner is new, and no filter says whether to share", true},
    {kNewType, "An appointment type is new, and no filter says whether to share", true},
    {kNeedsPerson, "Nobody knows whether something took effect, and a person must look", true},
};

}  // namespace pons::portal
