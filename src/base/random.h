// SPDX-License-Identifier: Apache-2.0
// Randomness behind an interface, so that a test can replay it from a seed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pons {

// Threads: Fill may be called from any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<unsigned char> bytes) = 0;

  std::uint64_t Next();
  // Uniform in [0, bound). Requires: bound > 0.
  std::uint64_t Below(std::uint64_t bound);
};

// The system's cryptographic source. One for the process.
Random& SystemRandom();

// A repeatable source for tests and simulations; not for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void Fill(std::span<unsigned char> bytes) override;

 private:
  std::uint64_t state_;
};

// 22 letters and digits carrying 128 random bits; a valid FHIR id.
std::string NewId(Random& random);
// NewId with a readable kind in front: "app-…".
std::string NewId(std::string_view kind, Random& random);

}  // namespace pons
