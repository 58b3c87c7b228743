// SPDX-License-Identifier: Apache-2.0
// A broken invariant ends the run of a seed.
#pragma once

#include <string>

namespace pons::simulation {

struct Violation {
  std::string what;  // begins with the invariant's name: "I3: …"
};

inline void Hold(bool holds, const std::string& what) {
  if (!holds) throw Violation{what};
}

// Thrown at a commit point: the process ends here, as far as the simulation is concerned.
struct Crash {};

}  // namespace pons::simulation
