// SPDX-License-Identifier: Apache-2.0
// What vendors charge for is saved in batches, and what they change by themselves is kept without
// anybody signing in anew.
#include "sync/vendor_side.h"

#include "sync/practice_fixture.h"
#include "sync/turns.h"

namespace pons::sync {
namespace {

constexpr SettingSpec kSettings[] = {
    {.key = "practice", .help = "which"},
    {.key = "guid", .help = "learned", .required = false, .learned = true},
};

class LearningConnector final : public Connector {
 public:
  LearningConnector() { descriptor_.settings = kSettings; }
  const Descriptor& descriptor() const override { return descriptor_; }
  Result<void> Check(const Settings&) const override { return Ok(); }
  Result<std::unique_ptr<Session>> Open(const Settings&, const SessionContext&) const override {
    return MakeError(Fault::kUnsupported, "not opened here");
  }

 private:
  Descriptor descriptor_;
};

class VendorSideTest : public PracticeFixture {
 protected:
  VendorSideTest() {
    store_->AddCommitListener([this](const store::CommitInfo&) { ++commits_; });
    side_.set_audit([this](std::string_view command, std::string_view subject) -> Result<void> {
      audited_ += std::string(command) + " " + std::string(subject) + "\n";
      if (audit_fails_) return MakeError(Fault::kUnavailable, "the disk is full");
      return Ok();
    });
  }
  std::int64_t Saved() {
    std::int64_t sum = 0;
    const auto reader = store_->OpenReader();
    const auto rows = reader.value()->CountedRequests(connection_.key, Instant{});
    for (const auto& row : rows.value()) sum += row.count;
    return sum;
  }
  store::Connection Stored() { return store_->OpenReader().value()->Connections().value().at(0); }

  int commits_ = 0;
  std::string audited_;
  bool audit_fails_ = false;
  CancelToken cancel_;
  LearningConnector learning_;
  VendorSide side_{*store_, clock_, log_};
};

TEST_F(VendorSideTest, CountsAreSavedTogetherAndNotOneByOne) {
  EXPECT_EQ(side_.SaveIfDue(), std::nullopt) << "nothing waits";
  commits_ = 0;
  auto& meter = side_.MeterOf(connection_.key);
  for (int i = 0; i < 1000; ++i) meter.Count(i % 2 == 0 ? "query" : "run");
  EXPECT_EQ(side_.SaveIfDue(), clock_.Now() + seconds(5));
  EXPECT_EQ(commits_, 0);
  clock_.Step(seconds(5));
  EXPECT_EQ(side_.SaveIfDue(), std::nullopt);
  EXPECT_EQ(commits_, 1);
  EXPECT_EQ(Saved(), 1000);
  EXPECT_EQ(side_.totals().at({connection_.key, "query"}), 500u);
}

TEST_F(VendorSideTest, ADayEndsAtMidnightUtc) {
  auto& meter = side_.MeterOf(connection_.key);
  clock_.Step(std::chrono::hours(24) - seconds(1));
  meter.Count("query");
  clock_.Step(seconds(1));
  meter.Count("query", 2);
  ASSERT_TRUE(side_.Save());
  const auto reader = store_->OpenReader().value();
  const auto counts = CountsOf(*reader, connection_.key, clock_.Now()).value();
  EXPECT_EQ(counts.today, (std::map<std::string, std::int64_t>{{"query", 2}}));
  EXPECT_EQ(counts.total_7_days, 3);
  ASSERT_EQ(counts.last_7_days.size(), 2u);
  EXPECT_EQ(counts.last_7_days[0].count, 1);
}

TEST_F(VendorSideTest, ALearnedSettingIsKeptForTheStoreAndForTheSession) {
  SessionContext context{clock_,
                         nullptr,
                         nullptr,
                         random_,
                         cancel_,
                         log_,
                         PracticeZone::Named("Australia/Sydney").value()};
  auto mine = Stored();
  side_.Join(context, learning_, mine);
  context.keep("guid", "new-guid");
  EXPECT_NE(Stored().settings_json.find("new-guid"), std::string::npos);
  EXPECT_EQ(Stored().settings_json, mine.settings_json);
  EXPECT_TRUE(SameSetup(Stored(), connection_)) << "whoever reads it goes on";
  EXPECT_EQ(audited_, "connection keep-setting connection-1 guid\n");
  EXPECT_EQ(log_.text().find("new-guid"), std::string::npos);
}

TEST_F(VendorSideTest, WhatIsNotLearnedOrNotRecordedIsNotKept) {
  const auto before = Stored().settings_json;
  side_.Keep(learning_, connection_, "practice", "another");
  side_.Keep(learning_, connection_, "unheard_of", "x");
  audit_fails_ = true;
  side_.Keep(learning_, connection_, "guid", "x");
  audit_fails_ = false;
  auto old = connection_;
  old.settings_revision = 7;
  side_.Keep(learning_, old, "guid", "x");
  EXPECT_EQ(Stored().settings_json, before);
}

}  // namespace
}  // namespace pons::sync
