// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/conformance.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "json/writer.h"
#include "tests/conformance/skips.h"

namespace pons::conformance {
namespace {

// Collects results while the program runs and writes them at its end.
class Report final : public ::testing::Environment {
 public:
  explicit Report(std::string vendor) : vendor_(std::move(vendor)) {}

  void Add(std::string_view id, CheckResult result) { results_.emplace_back(id, std::move(result)); }

  void TearDown() override {
    // A run of some of the checks says nothing about the others.
    if (results_.size() != AllChecks().size()) return;
    std::string text;
    json::Writer writer(text);
    writer.BeginObject();
    writer.Member("vendor", vendor_);
    writer.Key("checks");
    writer.BeginArray();
    for (const auto& [id, result] : results_) {
      writer.BeginObject();
      writer.Member("id", id);
      writer.Member("outcome", OutcomeName(result.outcome));
      writer.MemberIfAny("reason", result.message);
      writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    const auto folder = std::filesystem::path(PONS_BINARY_DIR) / "conformance";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / (vendor_ + ".json")) << text << "\n";
  }

 private:
  std::string vendor_;
  std::vector<std::pair<std::string, CheckResult>> results_;
};

CheckResult RunOrSkip(const Check& check, const Subject& subject) {
  const auto path = std::string(PONS_SOURCE_DIR) + "/vendors/" + subject.vendor + "/conformance.toml";
  const auto skips = ReadSkips(path);
  if (!skips) return {Outcome::kFail, skips.error().summary};
  if (const auto skip = skips->find(check.id); skip != skips->end()) {
    return {Outcome::kSkipped, skip->second};
  }
  return RunCheck(check.id, subject);
}

class CheckTest : public ::testing::Test {
 public:
  CheckTest(const Check& check, std::function<Subject()> subject, Report* report)
      : check_(check), subject_(std::move(subject)), report_(report) {}

  void TestBody() override {
    const auto result = RunOrSkip(check_, subject_());
    report_->Add(check_.id, result);
    switch (result.outcome) {
      case Outcome::kPass: return;
      case Outcome::kFail: ADD_FAILURE() << check_.id << ": " << result.message; return;
      case Outcome::kNotApplicable: GTEST_SKIP() << "not applicable: " << result.message;
      case Outcome::kSkipped: GTEST_SKIP() << "skipped: " << result.message;
    }
  }

 private:
  const Check& check_;
  std::function<Subject()> subject_;
  Report* report_;
};

}  // namespace

bool RegisterChecks(const char* suite, std::function<Subject()> subject) {
  auto* report = static_cast<Report*>(
      ::testing::AddGlobalTestEnvironment(std::make_unique<Report>(subject().vendor).release()));
  for (const auto& check : AllChecks()) {
    ::testing::RegisterTest(suite, std::string(check.id).c_str(), nullptr,
                            std::string(check.proves).c_str(), __FILE__, __LINE__,
                            [&check, subject, report]() -> ::testing::Test* {
                              return std::make_unique<CheckTest>(check, subject, report).release();
                            });
  }
  return true;
}

}  // namespace pons::conformance
