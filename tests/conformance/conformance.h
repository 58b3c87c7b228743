// SPDX-License-Identifier: Apache-2.0
// One line makes a test program of a subject: every check becomes a test of its own, named by its
// id; skips are taken from vendors/<vendor>/conformance.toml, each with a reason; and what came out
// is written to <build>/conformance/<vendor>.json for scripts/conformance.
//
//   PONS_CONFORMANCE(Memory, MemorySubject())
#pragma once

#include "tests/conformance/suite.h"

namespace pons::conformance {

// True, so that a global can be set from it.
bool RegisterChecks(const char* suite, std::function<Subject()> subject);

}  // namespace pons::conformance

#define PONS_CONFORMANCE(name, subject)                                      \
  static const bool kRegistered##name = ::pons::conformance::RegisterChecks( \
      "Conformance" #name, []() -> ::pons::conformance::Subject { return (subject); })
