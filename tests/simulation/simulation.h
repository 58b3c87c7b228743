// SPDX-License-Identifier: Apache-2.0
// One simulated world from one seed: practices with staff at work, the whole engine over the real
// store, apps that are told, grants that come and go, faults, crashes and clocks that jump. The
// same seed does the same.
//
// After every step the invariants hold, and from time to time everything is let come to rest and
// compared with what judge.h says must be visible.
//
// Threads: one.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/engine.h"
#include "delivery/dispatcher.h"
#include "grants/grant_book.h"
#include "sync/engine.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/receiver.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/wish.h"

namespace pons::simulation {

struct Options {
  std::uint64_t seed = 1;
  int steps = 80;
  int commands = 5;
  bool verbose = false;
};

struct Counts {
  std::uint64_t steps = 0;
  std::uint64_t crashes = 0;
  std::uint64_t visits = 0;
  std::uint64_t shared_visits = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t rests = 0;  // times that everything came to rest and was compared
  std::uint64_t commands = 0;
  std::uint64_t lost_writes = 0;  // requests or answers of theirs that were dropped
  std::uint64_t persons = 0;      // times that a person said what happened
  std::uint64_t answers = 0;      // told to apps that waited
  std::uint64_t existed = 0;      // confirmed, and nothing had to be written
  std::array<std::uint64_t, commands::kStateCount> ends{};
};

// How often the rarer things happen, drawn from the seed.
struct Weather {
  std::uint64_t trouble = 10;  // one step in so many
  std::uint64_t crash = 10;
  std::uint64_t receiver = 8;  // one message in so many
  std::uint64_t grant_change = 8;
  std::uint64_t clock_jump = 20;
  bool dst = false;  // begins shortly before the clocks go back
};

class Simulation {
 public:
  explicit Simulation(Options options);
  ~Simulation();

  // Throws Violation.
  void Run();
  const Counts& counts() const { return counts_; }

 private:
  class NoHttp;
  struct Connected {
    std::unique_ptr<PracticeSim> practice;
    store::ConnectionKey key = 0;
    ConnectionId id;
  };
  struct AppSim {
    store::AppKey key = 0;
    AppId id;
    store::WebhookKey webhook = 0;
  };

  // ---- the process under test (simulation.cc)
  void Open();
  void Close();
  void SetUp();
  // Runs `act`, which may end in a crash at one of the commit points; then the process starts
  // again.
  bool Guarded(const std::function<void()>& act);  // false: it crashed
  void Step();
  void RunEngine(int rounds);
  void Write(const std::function<void(store::Transaction&)>& work);
  // Lets everything come to rest. Connections in `down` stay as they are.
  void Rest(int down);

  // ---- what apps ask (simulation_commands.cc)
  bool Ask();
  bool WishAboutPatient(const Connected& at, const store::Grant& grant, Wish& wish);
  bool WishAboutDiary(const Connected& at, const store::Grant& grant, Wish& wish);
  void NameVersion(const Connected& at, Table table, const std::string& id, Wish& wish);
  std::string OneSeen(const Connected& at, store::GrantKey grant, Table table);
  void Submit(Wish wish);
  void HearAnswer(std::size_t place, const commands::CommandView& view);
  void AskAgain();
  void TakeBack();
  void PersonLooks(const Wish& wish);

  // ---- grants (simulation_grants.cc)
  store::Grant RandomRules(const Connected& at);
  void ChangeGrants();
  void NoteGrant(const store::Grant& grant, bool fresh);
  void NoteAppointments();
  void NoteDirectory();
  void NoteVisits();
  void JudgePending(VisitFact& visit, const store::Grant& grant, bool fresh) const;
  void SettleVisits();
  std::vector<const store::Grant*> GrantsAt(int practice) const;

  // ---- invariants (invariants.cc)
  void CheckLog();
  void CheckTold(const Told& told);
  void CheckSaid() const;
  void CheckAtRest(int down);
  void CheckVisible(const Connected& at, const store::Grant& grant);
  void CheckToldLast(const store::Grant& grant, const store::ServedRecord& served,
                     const std::string& what);
  void CheckRecords(int down);
  void CheckDelivered();
  // ---- invariants of commands (invariants_commands.cc)
  void CheckCommands();
  void CheckEffects(const Wish& wish, const commands::CommandView& view) const;
  void CheckCommandsAtRest(int down);
  void CheckTask(const Wish& wish, const commands::CommandView& view);
  void CheckAnswered(const Wish& wish, const commands::CommandView& view, int down);
  void CheckNoDoubleBooking() const;
  void TellCommand(const Wish& wish) const;
  bool AnswersUnreadable(const Wish& wish) const;
  bool WaitsForPerson(const Wish& wish);
  void NoteResult(const Wish& wish);
  std::vector<memory::EffectEntry> EffectsOf(const Wish& wish) const;
  std::string WhatOf(const Wish& wish, commands::State state) const;

  ResourceId IdOf(const Connected& at, Table table, const std::string& id) const;
  const Connected* Owner(store::GrantKey grant) const;
  // With --verbose, what the store knows of a record.
  void Tell(const Connected& at, Table table, const std::string& id);
  store::ServedRecord* Served(store::GrantKey grant, Table table, const ResourceId& id);

  void Say(const std::string& what) const;

  const Options options_;
  Dice dice_;
  Weather weather_;
  FakeClock truth_;
  ServerClock clock_;
  MemoryLogger log_;
  std::string folder_;
  memory::MemoryWorld world_;
  memory::MemoryConnector connector_{world_};
  Registry registry_;
  Receiver receiver_;
  sync::EngineOptions engine_options_;

  std::unique_ptr<NoHttp> http_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<grants::GrantBook> book_;
  std::unique_ptr<delivery::DeliveryDispatcher> dispatcher_;
  std::unique_ptr<sync::SyncEngine> engine_;
  std::unique_ptr<commands::CommandEngine> desk_;
  std::unique_ptr<store::Reader> reader_;
  std::optional<std::uint64_t> crash_in_;  // commit points

  std::vector<Connected> connected_;
  std::vector<AppSim> apps_;
  std::map<store::GrantKey, store::Grant> grants_;  // as the admins left them, revoked ones too
  std::map<store::GrantKey, bool> clinical_always_;
  std::map<store::GrantKey, bool> bookings_always_;
  std::map<store::GrantKey, Visible> visible_;
  std::vector<VisitFact> pending_;
  std::vector<Wish> wishes_;
  std::vector<int> ask_at_;  // steps, the last first
  int asked_ = 0;
  OrganizationId organization_;

  std::int64_t last_seq_ = 0;
  // By grant and record: the last version in the log, and whether the last entry was a deletion.
  std::map<std::pair<store::GrantKey, std::string>, std::pair<std::int64_t, bool>> logged_;
  // By grant and record: the last version that was logged as news to whom it was shown already.
  std::map<std::pair<store::GrantKey, std::string>, std::int64_t> updated_;
  std::map<std::pair<std::string, std::string>, std::int64_t> told_version_;    // by app and record
  std::map<std::string, std::pair<int, std::pair<Table, std::string>>> named_;  // by FHIR id
  std::map<std::pair<std::string, std::string>, std::int64_t> told_seq_;        // by app and record
  std::optional<store::ServedRecord> served_;
  Counts counts_;
};

}  // namespace pons::simulation
