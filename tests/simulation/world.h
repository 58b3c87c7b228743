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

  // An entry of the diary or a patient at random; empty where there is none.
  std::string AnyOf(Table table);

  // One act of the staff, or of the vendor's misfortune.
  void Work();
  void StartVisit();
  void Trouble();
  // The next write, or one soon after, is lost on its way there or back.
  void LoseWrite();
  // A time in one of the practice's next days that several people want: "2026-04-07T09:30:00".
  std::string WantedTime();
  // Rows of the diary that staff have changed.
  bool touched(const std::string& entry) const { return touched_.contains(entry); }
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
  bool ever_spoilt(Table table, const std::string& id) const {
    return ever_spoilt_.contains({table, id});
  }

 private:
  std::string Unique(const char* word);
  void AddPatient();
  void EditPatient();
  void Book();
  void BookWantedTime();
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
  std::set<std::pair<Table, std::string>> ever_spoilt_;
  std::set<std::string> touched_;
  int names_ = 0;
};

}  // namespace pons::simulation
