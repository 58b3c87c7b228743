// SPDX-License-Identifier: Apache-2.0
// The suite's own test: each broken connector must be caught by the checks that are named for it.
#include <gtest/gtest.h>

#include "tests/conformance/broken/faults.h"
#include "tests/conformance/memory_clinic.h"

namespace pons::conformance::broken {
namespace {

std::vector<Fault> AllFaults() {
  auto faults = ReadingFaults();
  for (auto& fault : BehaviourFaults()) faults.push_back(std::move(fault));
  for (auto& fault : ClinicalFaults()) faults.push_back(std::move(fault));
  for (auto& fault : WritingFaults()) faults.push_back(std::move(fault));
  return faults;
}

class BrokenConnectorTest : public ::testing::TestWithParam<Fault> {};

TEST_P(BrokenConnectorTest, IsCaughtByName) {
  const auto& fault = GetParam();
  const auto subject = MemorySubject([&](const memory::MemoryWorld& world) {
    return std::make_unique<BrokenConnector>(world, fault.make());
  });
  for (const auto& id : fault.caught_by) {
    const auto result = RunCheck(id, subject);
    EXPECT_EQ(result.outcome, Outcome::kFail)
        << "a connector that " << fault.name << " passes " << id << " (" << result.message << ")";
  }
}

std::string NameOf(const ::testing::TestParamInfo<Fault>& info) {
  std::string name;
  for (const char c : info.param.name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) name += c;
    if (c == ' ') name += '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Faults, BrokenConnectorTest, ::testing::ValuesIn(AllFaults()), NameOf);

// Without a fault, the same wrapper passes: what fails above fails for the fault's sake.
TEST(WrappedConnector, PassesEveryCheckWhenNothingIsBroken) {
  const auto subject = MemorySubject([](const memory::MemoryWorld& world) {
    return std::make_unique<BrokenConnector>(world, Breakage{});
  });
  for (const auto& check : AllChecks()) {
    const auto result = RunCheck(check.id, subject);
    EXPECT_EQ(result.outcome, Outcome::kPass) << check.id << ": " << result.message;
  }
}

TEST(Suite, AClinicThatDoesNotOpenFailsTheCheck) {
  const Subject subject{"memory", nullptr, []() -> Result<std::unique_ptr<Clinic>> {
                          return MakeError(pons::Fault::kUnavailable, "no sandbox");
                        }};
  EXPECT_EQ(RunCheck("P1", subject).outcome, Outcome::kFail);
}

}  // namespace
}  // namespace pons::conformance::broken
