// SPDX-License-Identifier: Apache-2.0
// The reference connector with one fault each, and the checks that must catch it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/conformance/broken/wrapped.h"

namespace pons::conformance::broken {

struct Fault {
  std::string name;                    // "drops the last page"
  std::vector<std::string> caught_by;  // each of these checks must fail
  std::function<Breakage()> make;      // fresh for every clinic
};

std::vector<Fault> ReadingFaults();    // pages, cursors, sweeps, rows
std::vector<Fault> BehaviourFaults();  // sign-in, logs, hosts, rates, other practices
std::vector<Fault> ClinicalFaults();   // clinical data on demand
std::vector<Fault> WritingFaults();    // commands, traces, reading back, slots

}  // namespace pons::conformance::broken
