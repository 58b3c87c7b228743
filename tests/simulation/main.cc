// SPDX-License-Identifier: Apache-2.0
// pons-simulation: runs seeds and prints those that fail. Seeds that have failed once, listed in
// seeds.txt, are run first, always.
//
//   pons-simulation [--seeds N] [--first S] [--steps K] [--commands C] [--verbose]
#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/simulation/simulation.h"

namespace {

using pons::simulation::Counts;
using pons::simulation::Options;
using pons::simulation::Simulation;
using pons::simulation::Violation;

struct Arguments {
  std::uint64_t seeds = 200;
  std::uint64_t first = 1;
  int steps = 80;
  int commands = 5;
  bool verbose = false;
};

bool Parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--verbose") {
      arguments.verbose = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string text = argv[++i];
    std::uint64_t number = 0;
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || stop != text.data() + text.size()) return false;
    if (name == "--seeds") {
      arguments.seeds = number;
    } else if (name == "--first") {
      arguments.first = number;
    } else if (name == "--steps") {
      arguments.steps = static_cast<int>(number);
    } else if (name == "--commands") {
      arguments.commands = static_cast<int>(number);
    } else {
      return false;
    }
  }
  return true;
}

std::vector<std::uint64_t> SeedsThatFailedOnce() {
  std::vector<std::uint64_t> seeds;
  std::ifstream file(std::string(PONS_SOURCE_DIR) + "/tests/simulation/seeds.txt");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty() && line[0] != '#') seeds.push_back(std::stoull(line));
  }
  return seeds;
}

void Add(Counts& to, const Counts& more) {
  to.steps += more.steps;
  to.crashes += more.crashes;
  to.visits += more.visits;
  to.shared_visits += more.shared_visits;
  to.deliveries += more.deliveries;
  to.rests += more.rests;
  to.commands += more.commands;
  to.lost_writes += more.lost_writes;
  to.existed += more.existed;
  to.answers += more.answers;
  to.persons += more.persons;
  for (std::size_t i = 0; i < to.ends.size(); ++i) to.ends[i] += more.ends[i];
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, arguments)) {
    std::cerr << "pons-simulation [--seeds N] [--first S] [--steps K] [--commands C] [--verbose]\n";
    return 2;
  }
  auto seeds = arguments.seeds == 1 ? std::vector<std::uint64_t>() : SeedsThatFailedOnce();
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) seeds.push_back(arguments.first + i);
  Counts counts;
  int failed = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (const auto seed : seeds) {
    Simulation simulation(Options{seed, arguments.steps, arguments.commands, arguments.verbose});
    try {
      simulation.Run();
    } catch (const Violation& violation) {
      ++failed;
      std::cout << "seed " << seed << ": " << violation.what << " (after "
                << simulation.counts().steps << " steps)" << std::endl;
    }
    Add(counts, simulation.counts());
  }
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::cout << seeds.size() << " seeds, " << failed << " failed; " << counts.steps << " steps, "
            << counts.crashes << " crashes, " << counts.visits << " visits ("
            << counts.shared_visits << " shared), " << counts.deliveries << " deliveries, "
            << counts.rests << " rests; "
            << static_cast<std::uint64_t>(static_cast<double>(counts.steps) / took) << " steps/s"
            << std::endl;
  std::cout << counts.commands << " commands (" << counts.lost_writes << " writes lost, "
            << counts.answers << " answers waited for, " << counts.persons
            << " settled by a person):";
  std::uint64_t open = counts.commands;
  for (std::size_t i = 0; i < counts.ends.size(); ++i) {
    if (counts.ends[i] == 0) continue;
    const auto state = static_cast<pons::commands::State>(i);
    std::cout << " " << counts.ends[i] << " " << pons::commands::StateName(state);
    if (state == pons::commands::State::kConfirmed) {
      std::cout << " (" << counts.existed << " were so already)";
    }
    std::cout << ",";
    open -= counts.ends[i];
  }
  std::cout << " " << open << " wait for a person" << std::endl;
  return failed == 0 ? 0 : 1;
}
