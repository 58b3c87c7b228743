// SPDX-License-Identifier: Apache-2.0
// What the audit trail's entries are called for somebody who runs a practice: one table, by what
// the trail itself calls them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "json/value.h"

namespace pons::portal {

struct AuditWords {
  std::string_view operation;  // of the trail: portal, settings, account, read, …
  std::string_view type;       // of the trail: "GET /patients/{patient}"; empty: any
  std::string_view words;      // "Looked at a patient": done, in the past tense
};
std::span<const AuditWords> AuditWordsTable();

// Empty where the table has nothing for it.
std::string_view WordsOf(std::string_view operation, std::string_view type);

// An entry as a sentence: "Looked at a patient", "Not allowed: looked at a patient", "Looked for
// patients: 12 shown". `object` is what the thing is called; empty: nothing is named.
std::string AuditText(const json::Value& entry, std::string_view object);

}  // namespace pons::portal
