// SPDX-License-Identifier: Apache-2.0
// A process that carries out commands is killed at each commit point in turn and started again: no
// command is lost, each has its effect once, and nothing is sent a second time before the practice
// has been asked whether the first had an effect.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/clock_fake.h"
#include "commands/state.h"
#include "store/store.h"
#include "tests/crash/crash_fixture.h"

namespace pons::crash {
namespace {

constexpr int kCommands = 24;

constexpr char kWorker[] = "crash-commands-worker";

using CommandsCrashTest = CrashFixture;

// What the practice's journal proves. Empty: all is well.
std::string JudgeJournal(const std::string& folder) {
  std::map<std::string, int> effects;
  std::set<std::string> unproven;  // sent, and nothing is known of it
  std::ifstream file(folder + "/journal");
  for (std::string line; std::getline(file, line);) {
    const auto blank = line.find(' ');
    const auto what = line.substr(0, blank);
    const auto name = line.substr(blank + 1);
    if (what == "apply") {
      if (!unproven.insert(name).second) return name + " was sent again without a look";
    } else if (what == "find" || what == "no") {
      unproven.erase(name);
    } else if (what == "effect") {
      ++effects[name];
    }
  }
  for (const auto& [name, times] : effects) {
    if (times != 1) return name + " took effect " + std::to_string(times) + " times";
  }
  if (effects.size() != kCommands) return std::to_string(effects.size()) + " effects";
  return {};
}

std::string JudgeStore(const std::string& folder) {
  FakeClock clock(*ParseInstant("2026-03-10T00:00:00Z"));
  SeededRandom random(1);
  MemoryLogger log;
  const auto store = store::Store::Open({.path = folder + "/store"}, clock, random, log);
  if (!store) return store.error().summary;
  const auto reader = (*store)->OpenReader();
  const auto rows = (*reader)->Commands({std::nullopt, std::nullopt, false, 1000});
  if (!rows || rows->size() != kCommands) return "commands are missing, or doubled";
  const auto grants = (*reader)->Grants();
  const store::GrantKey grant[] = {(*grants)[0].key};
  for (const auto& row : *rows) {
    if (static_cast<commands::State>(row.state) != commands::State::kConfirmed) {
      return row.idempotency_key + " is " +
             std::string(commands::StateName(static_cast<commands::State>(row.state)));
    }
    const auto task = (*reader)->Get(grant, model::Stream::kTasks, row.id);
    if (!task || !*task || (*task)->body->find("\"completed\"") == std::string::npos) {
      return row.idempotency_key + " has no Task that says so";
    }
    if (!row.document_id.empty()) continue;
    const auto made = (*reader)->Get(grant, model::Stream::kAppointments, row.result_id.value);
    if (!made || !*made) return row.idempotency_key + " left no record";
  }
  // Each step follows from the one before.
  for (const auto& row : *rows) {
    const auto steps = (*reader)->CommandSteps(row.id);
    int at = -1;
    for (const auto& step : *steps) {
      if (step.from != at) return row.idempotency_key + " has a gap in its history";
      at = step.to;
    }
    if (at != row.state) return row.idempotency_key + " ends elsewhere than its history";
  }
  return {};
}

TEST_F(CommandsCrashTest, NoCommandIsLostOrDoubledWhereverTheProcessIsKilled) {
  const auto smooth = At("smooth");
  ASSERT_EQ(RunWorker(kWorker, smooth, 0), 0);
  ASSERT_EQ(JudgeJournal(smooth), "");
  ASSERT_EQ(JudgeStore(smooth), "");

  int point = 1;
  for (; point < kMostPoints; ++point) {
    const auto folder = At("killed");
    const int killed = RunWorker(kWorker, folder, point);
    if (killed == 0) break;  // came to the end before that point
    ASSERT_EQ(killed, -1) << "at commit point " << point;
    // Killed once more while it recovers, somewhere else each time.
    ASSERT_LE(RunWorker(kWorker, folder, 1 + point % 7), 0) << "the second kill after " << point;
    ASSERT_EQ(RunWorker(kWorker, folder, 0), 0) << "after a kill at commit point " << point;
    ASSERT_EQ(JudgeJournal(folder), "") << "commit point " << point;
    ASSERT_EQ(JudgeStore(folder), "") << "commit point " << point;
    std::filesystem::remove_all(folder);
  }
  ASSERT_LT(point, kMostPoints);
  ASSERT_GT(point, kCommands);
  std::cout << "killed at " << point - 1 << " commit points\n";
}

}  // namespace
}  // namespace pons::crash
