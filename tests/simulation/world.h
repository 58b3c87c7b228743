// SPDX-License-Identifier: Apache-2.0
// The practices, and their staff at work: everything that happens on the far side of the wire.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock_fake.h"
#include "tests/simulation/dice.h"
#include "vendors/memory/connector/memory.h"

namespace pons::simulation {

using memory::Table;

// Every name, number and address of a made-up person begins so: it may appear nowhere but in
// records.
inline constexpr std::string_view kCanary = "Zqcanary";

class PracticeSim {
 public:
  PracticeSim(int number, const std::string& zone, FakeClock& truth, Dice& dice);

  // One act of the staff, or of the vendor's misfortune.
  void Work();
  void StartVisit();
  void Trouble();
  // Everything well again: no faults, no spoilt rows, every right, the right password.
  void Recover();

  memory::MemoryPractice& practice() { return *practice_; }
  const memory::MemoryPractice& practice() const { return *practice_; }
  std::shared_ptr<memory::MemoryPractice> shared() const { return practice_; }
  const std::string& key() const { return key_; }
  const PracticeZone& zone() const { return zone_; }
  int number() const { return number_; }
  // What its troubles were, in words, since the last call.
  std::string TakeTroubles() { return std::exchange(troubles_, {}); }
  // Visits begun since the last call.
  std::vector<std::string> TakeNewVisits();
  // True while its rows or rights are not what they should be.
  bool spoilt(Table table, const std::string& id) const { return spoilt_.contains({table, id}); }

 private:
  std::string AnyOf(Table table);
  std::string Unique(const char* word);
  void AddPatient();
  void EditPatient();
  void Book();
  void EditAppointment();
  void EditHistory();
  void EditDirectory();
  void Remove();
  void Spoil();

  const int number_;
  const std::string key_;
  const PracticeZone zone_;
  Dice& dice_;
  std::shared_ptr<memory::MemoryPractice> practice_;
  std::vector<std::string> new_visits_;
  std::string troubles_;
  std::set<std::pair<Table, std::string>> spoilt_;
  int names_ = 0;
};

}  // namespace pons::simulation
