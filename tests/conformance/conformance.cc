// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/conformance.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "json/writer.h"
#include "tests/conformance/skips.h"

namespace pons::conformance {
namespace {

std::string_view DeltaName(DeltaStyle style) {
  switch (style) {
    case DeltaStyle::kFeed:
      return "change feed";
    case DeltaStyle::kModifiedSince:
      return "modification time";
    case DeltaStyle::kSweepOnly:
      return "sweep";
  }
  return "";
}

std::string_view DeletionName(DeletionStyle style) {
  switch (style) {
    case DeletionStyle::kReported:
      return "reported";
    case DeletionStyle::kBySweep:
      return "finished sweep";
    case DeletionStyle::kNever:
      return "not told";
  }
  return "";
}

// Collects results while the program runs and writes them at its end.
class Report final : public ::testing::Environment {
 public:
  explicit Report(Subject subject) : subject_(std::move(subject)) {}

  void Add(const Check& check, CheckResult result) {
    results_.emplace_back(&check, std::move(result));
  }

  void TearDown() override {
    // A run of some of the checks says nothing about the others.
    if (results_.size() != AllChecks().size()) return;
    std::string text;
    json::Writer writer(text);
    writer.BeginObject();
    writer.Member("vendor", subject_.vendor);
    writer.MemberIfAny("way", subject_.way);
    WriteCapabilities(writer);
    writer.Key("checks");
    writer.BeginArray();
    for (const auto& [check, result] : results_) {
      writer.BeginObject();
      writer.Member("id", check->id);
      writer.Member("proves", check->proves);
      writer.Member("outcome", OutcomeName(result.outcome));
      writer.MemberIfAny("reason", result.message);
      writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    const auto folder = std::filesystem::path(PONS_BINARY_DIR) / "conformance";
    std::filesystem::create_directories(folder);
    std::ofstream(folder /
                  (subject_.vendor + (subject_.way.empty() ? "" : "-" + subject_.way) + ".json"))
        << text << "\n";
  }

 private:
  void WriteCapabilities(json::Writer& writer) const {
    if (subject_.descriptor == nullptr) return;
    const auto& descriptor = *subject_.descriptor;
    writer.Member("name", descriptor.name);
    writer.Member("region", descriptor.region);
    writer.Member("reads_records", descriptor.can.reads_records);
    writer.Key("streams");
    writer.BeginArray();
    for (const auto& support : descriptor.can.streams) {
      writer.BeginObject();
      writer.Member("stream", model::StreamName(support.stream));
      writer.Member("delta", DeltaName(support.delta));
      writer.Member("deletions", DeletionName(support.deletions));
      writer.Member("poll_interval_ms", static_cast<std::int64_t>(support.poll_interval.count()));
      writer.EndObject();
    }
    writer.EndArray();
    writer.Member("reads_slots", descriptor.can.reads_slots);
    writer.Key("clinical");
    writer.BeginArray();
    for (const auto kind : descriptor.can.clinical) writer.String(model::ClinicalKindName(kind));
    writer.EndArray();
    writer.Key("commands");
    writer.BeginArray();
    for (const auto kind : descriptor.can.commands) writer.String(model::CommandKindWords(kind));
    writer.EndArray();
    writer.Member("settling_ms", static_cast<std::int64_t>(descriptor.can.settling.count()));
    writer.Member("max_document_bytes",
                  static_cast<std::int64_t>(descriptor.can.max_document_bytes));
  }

  Subject subject_;
  std::vector<std::pair<const Check*, CheckResult>> results_;
};

CheckResult RunOrSkip(const Check& check, const Subject& subject) {
  const auto path =
      std::string(PONS_SOURCE_DIR) + "/vendors/" + subject.vendor + "/conformance.toml";
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
    report_->Add(check_, result);
    switch (result.outcome) {
      case Outcome::kPass:
        return;
      case Outcome::kFail:
        ADD_FAILURE() << check_.id << ": " << result.message;
        return;
      case Outcome::kNotApplicable:
        GTEST_SKIP() << "not applicable: " << result.message;
      case Outcome::kSkipped:
        GTEST_SKIP() << "skipped: " << result.message;
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
      ::testing::AddGlobalTestEnvironment(std::make_unique<Report>(subject()).release()));
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
