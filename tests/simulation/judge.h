// SPDX-License-Identifier: Apache-2.0
// Who may see what, worked out anew from the rule's words alone, to hold the program's answer
// against: filters joined by AND; a location that is not mapped is not shared; a visit counts by
// the type of the patient's most recent appointment when it started.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/entities.h"
#include "tests/simulation/world.h"

namespace pons::simulation {

// What a grant's filters ask of.
struct Circumstances {
  std::string site;
  std::string staff;
  std::string reason;
};

bool LetsThrough(const store::Grant& grant, const Circumstances& of);
bool LetsEveryoneThrough(const store::Grant& grant);
bool ShowsDirectory(const store::Grant& grant, Table table, const memory::Row& row);

// A visit from its start until the program has judged it for good.
struct VisitFact {
  int practice = 0;
  std::string id;
  std::string patient;
  Circumstances of;
  Instant start{};  // as the row says, read in the practice's zone
  // By grant: those that some, or every, set of rules in force since the start lets it through.
  std::map<store::GrantKey, bool> may;
  std::map<store::GrantKey, bool> must;
};

// What may and what must be visible to one grant. Ids are the practice's own.
struct Visible {
  std::set<std::pair<Table, std::string>> may;
  // Shown when their visits started; still there unless the practice deleted them.
  std::set<std::pair<Table, std::string>> must;
};

}  // namespace pons::simulation
