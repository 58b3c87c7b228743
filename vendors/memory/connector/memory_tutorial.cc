// SPDX-License-Identifier: Apache-2.0
// The tutorial's practice: a few made-up people, entered by hand.
#include "vendors/memory/connector/memory.h"

namespace pons::memory {
namespace {

struct Tutorial {
  MemoryWorld world;
  MemoryConnector connector{world};

  Tutorial() {
    PracticeOptions options;
    options.password = "demo";
    auto practice = std::make_shared<MemoryPractice>(options, SystemClock());
    const auto site = practice->Add(Table::kSites, {{"name", "Memory Lane"}, {"suburb", "Leura"}});
    const auto doctor =
        practice->Add(Table::kStaff, {{"title", "Dr"}, {"first", "Ada"}, {"last", "Example"}});
    practice->Add(Table::kPosts, {{"staff", doctor}, {"site", site}});
    const auto reason = practice->Add(Table::kReasons, {{"label", "Skin check"}, {"minutes", 30}});
    for (const char* first : {"Wattle", "Banksia", "Grevillea"}) {
      const auto patient = practice->Add(
          Table::kPatients, {{"first", first}, {"last", "Sample"}, {"born", "1980-02-29"}});
      practice->Add(Table::kDiary, {{"patient", patient},
                                    {"staff", doctor},
                                    {"site", site},
                                    {"reason", reason},
                                    {"state", "booked"},
                                    {"starts", practice->LocalNow()}});
    }
    world.Add("demo", std::move(practice));
  }
};

}  // namespace

const Connector& TutorialConnector() {
  static const Tutorial tutorial;
  return tutorial.connector;
}

}  // namespace pons::memory
