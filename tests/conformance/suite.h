// SPDX-License-Identifier: Apache-2.0
// The conformance suite: one list of checks, each held against a subject (a connector and a
// stand-in for its vendor). Ids are stable: skips, quality rules and reports name them.
//
// A check is a function that returns, or throws Failed; nothing leaves RunCheck but its result.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tests/conformance/clinic.h"

namespace pons::conformance {

struct Subject {
  std::string vendor;  // the folder's name under vendors/
  // For the report; the checks ask the connector itself.
  const Descriptor* descriptor = nullptr;
  // A clinic with nothing in it. An error fails the check; it never skips it.
  std::function<Result<std::unique_ptr<Clinic>>()> open;
  // Which way to the same vendor, for the report's name; empty: the usual one.
  std::string way = {};
};

enum class Outcome : std::uint8_t { kPass, kFail, kNotApplicable, kSkipped };
std::string_view OutcomeName(Outcome outcome);

struct CheckResult {
  Outcome outcome = Outcome::kPass;
  std::string message;
};

class Bench;

struct Check {
  std::string_view id;
  std::string_view proves;
  void (*run)(Bench& bench);
};

// In the order of the table in docs/reference/connectors.md.
std::span<const Check> AllChecks();
// Requires: an id of AllChecks.
CheckResult RunCheck(std::string_view id, const Subject& subject);

// What a check throws.
struct Failed {
  std::string why;
};
struct NotApplicable {
  std::string why;
};

}  // namespace pons::conformance
