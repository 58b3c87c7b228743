// SPDX-License-Identifier: Apache-2.0
// Repeatable choices for made-up practices: SplitMix64, so that a seed means the same practice with
// every compiler (the standard library's distributions differ). Not for secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pons::best_practice::sandbox::made_up {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  // A stream of its own for one thing (a day, a household), whatever was drawn before.
  Dice(std::uint64_t seed, std::uint64_t thing)
      : state_(seed * 0x9e3779b97f4a7c15u + thing * 0xd1342543de82ef95u) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // [0, bound). The bias of the remainder is far below what anybody could see.
  int Below(int bound) { return static_cast<int>(Next() % static_cast<std::uint64_t>(bound)); }
  // Both ends included.
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool PerMille(int chance) { return Below(1000) < chance; }

  template <typename T, std::size_t N>
  const T& Pick(const T (&from)[N]) {
    return from[static_cast<std::size_t>(Below(static_cast<int>(N)))];
  }
  template <typename T>
  const T& Pick(std::span<const T> from) {
    return from[static_cast<std::size_t>(Below(static_cast<int>(from.size())))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace pons::best_practice::sandbox::made_up
