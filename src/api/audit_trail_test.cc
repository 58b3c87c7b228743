// SPDX-License-Identifier: Apache-2.0
#include "api/audit_trail.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock_fake.h"
#include "crypto/crypto.h"

namespace pons::api {
namespace {

using ::testing::HasSubstr;

class AuditTrailTest : public ::testing::Test {
 protected:
  AuditTrailTest() {
    crypto::InitCrypto();
    char name[] = "/tmp/pons-audit-XXXXXX";
    folder_ = mkdtemp(name);
    options_.folder = folder_ + "/audit";
  }
  ~AuditTrailTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<AuditTrail> Open() {
    auto trail = AuditTrail::Open(options_, clock_, log_);
    EXPECT_TRUE(trail) << trail.error().summary;
    return std::move(trail).value();
  }
  static AuditEntry Read(std::string_view id) {
    AuditEntry entry;
    entry.app = "app-1";
    entry.organization = "org-1";
    entry.operation = "read";
    entry.type = "Patient";
    entry.id = id;
    entry.status = 200;
    entry.count = 1;
    return entry;
  }
  std::string Text(int segment = 1) const {
    char name[64];
    std::snprintf(name, sizeof name, "/audit-%08d.jsonl", segment);
    std::ifstream in(options_.folder + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void SetText(const std::string& text) const {
    std::ofstream(options_.folder + "/audit-00000001.jsonl", std::ios::binary) << text;
  }

  std::string folder_;
  AuditOptions options_;
  FakeClock clock_{FromMillis(1'790'000'000'000)};
  MemoryLogger log_;
};

TEST_F(AuditTrailTest, WritesOneBatchForAllThatIsReady) {
  auto trail = Open();
  trail->Add(Read("a"));
  trail->Add(Read("b"));
  EXPECT_EQ(Text(), "");
  ASSERT_TRUE(trail->Commit());
  const std::string text = Text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_THAT(text, HasSubstr(R"("app":"app-1","organization":"org-1","operation":"read",)"
                              R"("type":"Patient","id":"b","status":200,"count":1})"));
  ASSERT_TRUE(trail->Commit());
  EXPECT_EQ(Text(), text);
}

TEST_F(AuditTrailTest, TheChainGoesOnOverRestartsAndSegments) {
  options_.segment_bytes = 700;
  for (int i = 0; i < 20; ++i) {
    auto trail = Open();
    trail->Add(Read("a"));
    ASSERT_TRUE(trail->Commit());
    trail->Add(Read("b"));
    ASSERT_TRUE(trail->Commit());
  }
  const auto summary = VerifyAuditTrail(options_.folder);
  ASSERT_TRUE(summary) << summary.error().summary;
  EXPECT_EQ(summary->batches, 40);
  EXPECT_EQ(summary->entries, 40);
  EXPECT_GT(summary->segments, 5);
  EXPECT_EQ(summary->torn, 0);
  EXPECT_EQ(summary->head, Open()->head());
}

TEST_F(AuditTrailTest, AnyChangeBreaksTheChain) {
  {
    auto trail = Open();
    for (const char* id : {"a", "b", "c", "d"}) {
      trail->Add(Read(id));
      ASSERT_TRUE(trail->Commit());
    }
  }
  const std::string text = Text();
  ASSERT_TRUE(VerifyAuditTrail(options_.folder));
  // Every byte but those of the last batch is covered.
  const std::size_t last = text.rfind("{\"batch\"");
  for (std::size_t i = 0; i < last; ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    SetText(changed);
    EXPECT_FALSE(VerifyAuditTrail(options_.folder).has_value()) << "byte " << i;
  }
  std::string without = text;
  const std::size_t second = text.find("{\"batch\":2");
  without.erase(second, text.find("{\"batch\":3") - second);
  SetText(without);
  EXPECT_FALSE(VerifyAuditTrail(options_.folder).has_value());
}

TEST_F(AuditTrailTest, ATornLineIsKeptAndToldApart) {
  {
    auto trail = Open();
    trail->Add(Read("a"));
    ASSERT_TRUE(trail->Commit());
    trail->Add(Read("b"));
    ASSERT_TRUE(trail->Commit());
  }
  const std::string whole = Text();
  // Cut anywhere: the trail opens, goes on, and verifies.
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    SetText(whole.substr(0, cut));
    {
      auto trail = Open();
      trail->Add(Read("after"));
      ASSERT_TRUE(trail->Commit());
    }
    const auto summary = VerifyAuditTrail(options_.folder);
    ASSERT_TRUE(summary) << "cut at " << cut << ": " << summary.error().summary;
    const bool line_whole = whole[cut - 1] == '\n' || whole[cut] == '\n';
    EXPECT_EQ(summary->torn, line_whole ? 0 : 1) << cut;
  }
}

TEST_F(AuditTrailTest, KillLosesNothingThatWasAcknowledged) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(pipe_ends[0]);
    options_.sync_interval = std::chrono::hours(1);
    auto trail = Open();
    for (std::uint32_t i = 0;; ++i) {
      trail->Add(Read(std::to_string(i)));
      if (!trail->Commit()) _exit(3);
      if (write(pipe_ends[1], &i, sizeof i) != sizeof i) _exit(2);
    }
  }
  close(pipe_ends[1]);
  std::uint32_t acknowledged = 0;
  while (acknowledged < 2000) {
    ASSERT_EQ(read(pipe_ends[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(pipe_ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
  }
  close(pipe_ends[0]);
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("\"id\":\"" + std::to_string(acknowledged) + "\""));
  Open();
  const auto summary = VerifyAuditTrail(options_.folder);
  ASSERT_TRUE(summary) << summary.error().summary;
  EXPECT_GE(summary->entries, static_cast<std::int64_t>(acknowledged) + 1);
}

TEST_F(AuditTrailTest, AFullDiskIsToldAndNothingIsHalfWritten) {
  // A limit on the size of files stands in for a full disk: write() fails in the same places.
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    auto trail = Open();
    trail->Add(Read("before"));
    if (!trail->Commit()) _exit(10);
    const auto size = std::filesystem::file_size(options_.folder + "/audit-00000001.jsonl");
    rlimit limit{size + 20, RLIM_INFINITY};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(11);
    trail->Add(Read("during"));
    if (trail->Commit() || trail->healthy()) _exit(12);
    if (std::filesystem::file_size(options_.folder + "/audit-00000001.jsonl") != size) _exit(13);
    if (trail->Commit()) _exit(14);
    limit.rlim_cur = RLIM_INFINITY;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(15);
    if (!trail->Commit() || !trail->healthy()) _exit(16);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(Text(), HasSubstr("\"id\":\"during\""));
  EXPECT_TRUE(VerifyAuditTrail(options_.folder));
}

TEST_F(AuditTrailTest, ManyThreadsShareOneChain) {
  {
    auto trail = Open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) {
          trail->Add(Read("x"));
          if (i % 3 != 0) continue;
          EXPECT_TRUE(trail->Commit());
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  const auto summary = VerifyAuditTrail(options_.folder);
  ASSERT_TRUE(summary) << summary.error().summary;
  EXPECT_EQ(summary->entries, 2000);
}

TEST_F(AuditTrailTest, AFolderThatCannotBeWrittenIsMisconfiguration) {
  std::ofstream(folder_ + "/file") << "x";
  options_.folder = folder_ + "/file/audit";
  const auto trail = AuditTrail::Open(options_, clock_, log_);
  ASSERT_FALSE(trail.has_value());
  EXPECT_EQ(trail.error().fault, Fault::kMisconfigured);
  EXPECT_EQ(VerifyAuditTrail(options_.folder).error().fault, Fault::kNotFound);
}

}  // namespace
}  // namespace pons::api
