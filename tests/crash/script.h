// SPDX-License-Identifier: Apache-2.0
// What happens at the practice of the crash test, phase by phase, always alike: the same phases
// give the same rows, versions and positions, so that a process that was killed finds the practice
// as it left it.
#pragma once

#include <memory>

#include "base/clock_fake.h"
#include "vendors/memory/connector/memory.h"

namespace pons::crash {

inline constexpr int kPhases = 8;

class Script {
 public:
  explicit Script(FakeClock& clock);
  // Requires: phases in order, from 0.
  void Play(int phase);
  std::shared_ptr<memory::MemoryPractice> practice() const { return practice_; }

 private:
  std::string Patient(const char* family);
  std::string Visit(const std::string& patient);

  FakeClock& clock_;
  std::shared_ptr<memory::MemoryPractice> practice_;
  std::string site_, doctor_, reason_, first_, second_, third_, visit_;
};

}  // namespace pons::crash
