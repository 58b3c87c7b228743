// SPDX-License-Identifier: Apache-2.0
// Chance, from the seed alone.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"

namespace pons::simulation {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  // True once in `n` times.
  bool OneIn(std::uint64_t n) { return random_.Below(n) == 0; }
  std::uint64_t Below(std::uint64_t bound) { return random_.Below(bound); }
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(high - low + 1)));
  }
  // Requires: something to pick from.
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }
  Random& random() { return random_; }

 private:
  SeededRandom random_;
};

}  // namespace pons::simulation
