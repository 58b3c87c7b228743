// SPDX-License-Identifier: Apache-2.0
// Watched folders on the real file system: whole files or none, and a next step for every refusal.
#include "net/folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "net/folder_fault.h"

namespace pons::net {
namespace {

namespace fs = std::filesystem;

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    char name[] = "/tmp/pons_folder_XXXXXX";
    path_ = mkdtemp(name);
  }
  ~FolderTest() override { fs::remove_all(path_); }

  std::string Text(const std::string& name) {
    std::ifstream in(path_ / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::size_t Count() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

  fs::path path_;
};

TEST_F(FolderTest, PutsWholeFilesAndReplacesThem) {
  const auto folder = MakeFolder(path_);
  const std::string bytes("MSH|\r\0binary", 12);
  ASSERT_TRUE(folder->Put("pons_abc.hl7", bytes));
  EXPECT_EQ(Text("pons_abc.hl7"), bytes);
  ASSERT_TRUE(folder->Put("pons_abc.hl7", "again"));
  EXPECT_EQ(Text("pons_abc.hl7"), "again");
  EXPECT_EQ(Count(), 1u) << "no .tmp is left";
  EXPECT_TRUE(*folder->Has("pons_abc.hl7"));
  EXPECT_FALSE(*folder->Has("pons_abd.hl7"));
}

TEST_F(FolderTest, ListsGetsAndRemoves) {
  const auto folder = MakeFolder(path_);
  ASSERT_TRUE(folder->Put("b.ack", "MSA|AA|1"));
  ASSERT_TRUE(folder->Put("a.ack", "four"));
  fs::create_directory(path_ / "inner");
  const auto listed = folder->List();
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].name, "a.ack");
  EXPECT_EQ((*listed)[0].bytes, 4u);
  EXPECT_EQ(*folder->Get("b.ack", 100), "MSA|AA|1");
  const auto large = folder->Get("b.ack", 7);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().fault, Fault::kRejected);
  const auto none = folder->Get("c.ack", 7);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().fault, Fault::kNotFound);
  EXPECT_TRUE(folder->Remove("b.ack"));
  EXPECT_TRUE(folder->Remove("b.ack")) << "gone already is fine";
  EXPECT_FALSE(*folder->Has("b.ack"));
}

TEST_F(FolderTest, CheckLeavesNothing) {
  EXPECT_TRUE(MakeFolder(path_)->Check());
  EXPECT_EQ(Count(), 0u);
}

TEST_F(FolderTest, NamesThatLeaveTheFolderAreRefused) {
  const auto folder = MakeFolder(path_);
  for (const auto* name : {"", "..", "../x", "a/b", ".hidden", "a b", "a\nb"}) {
    const auto put = folder->Put(name, "x");
    ASSERT_FALSE(put) << name;
    EXPECT_EQ(put.error().effect, Effect::kNone);
  }
  EXPECT_EQ(Count(), 0u);
}

TEST_F(FolderTest, MissingAndNotAFolderAreMisconfigured) {
  for (const auto& path : {path_ / "none", path_ / "file"}) {
    std::ofstream(path_ / "file") << "x";
    const auto folder = MakeFolder(path);
    for (const auto& refused : {folder->Put("a.hl7", "x"), folder->Check()}) {
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().fault, Fault::kMisconfigured);
      EXPECT_EQ(refused.error().effect, Effect::kNone);
      EXPECT_NE(refused.error().summary.find("folder"), std::string::npos);
    }
    EXPECT_FALSE(folder->List());
    EXPECT_FALSE(folder->Has("a.hl7"));
  }
}

// The process that plays somebody else ends with 0 when the refusal names that account.
TEST_F(FolderTest, NotWritableNamesTheAccount) {
  fs::permissions(path_, fs::perms(0555));
  EXPECT_EXIT(
      {
        if (geteuid() == 0 && seteuid(65534) != 0) _exit(2);
        const auto put = MakeFolder(path_)->Put("a.hl7", "x");
        if (put || put.error().fault != Fault::kForbidden) _exit(3);
        if (put.error().effect != Effect::kNone) _exit(4);
        _exit(put.error().summary.find("the account \"") == std::string::npos ? 5 : 0);
      },
      ::testing::ExitedWithCode(0), "");
  fs::permissions(path_, fs::perms(0755));
}

TEST_F(FolderTest, FullLeavesNeitherHalfAFileNorTheOldOneDamaged) {
  const auto folder = MakeFolder(path_);
  ASSERT_TRUE(folder->Put("a.hl7", "the old one"));
  EXPECT_EXIT(
      {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit little{};
        little.rlim_cur = little.rlim_max = 4096;
        if (setrlimit(RLIMIT_FSIZE, &little) != 0) _exit(2);
        const auto put = MakeFolder(path_)->Put("a.hl7", std::string(100'000, 'x'));
        if (put || put.error().fault != Fault::kUnavailable) _exit(3);
        if (put.error().effect != Effect::kNone) _exit(4);
        _exit(put.error().summary.find("no room") == std::string::npos ? 5 : 0);
      },
      ::testing::ExitedWithCode(0), "");
  EXPECT_EQ(Text("a.hl7"), "the old one");
  EXPECT_EQ(Count(), 1u);
}

TEST_F(FolderTest, ALinkIsReplacedNotFollowed) {
  std::ofstream(path_ / "precious") << "keep";
  fs::create_symlink(path_ / "precious", path_ / "a.hl7.tmp");
  fs::create_symlink(path_ / "precious", path_ / "a.hl7");
  ASSERT_TRUE(MakeFolder(path_)->Put("a.hl7", "new"));
  EXPECT_EQ(Text("precious"), "keep");
  EXPECT_EQ(Text("a.hl7"), "new");
}

TEST(FolderFaultTest, EveryRefusalHasAFaultAndANextStep) {
  struct Case {
    int code;
    Fault fault;
    std::string_view says;
  };
  constexpr Case kCases[] = {
      {ENOENT, Fault::kMisconfigured, "create it"},
      {ENOTDIR, Fault::kMisconfigured, "not a folder"},
      {EACCES, Fault::kForbidden, "\"svc-pons\""},
      {EROFS, Fault::kForbidden, "read-only"},
      {ENOSPC, Fault::kUnavailable, "free space"},
      {EDQUOT, Fault::kUnavailable, "free space"},
      {ESTALE, Fault::kUnavailable, "gone away"},
      {EIO, Fault::kUnavailable, "gone away"},
      {ENOTCONN, Fault::kUnavailable, "gone away"},
      {EHOSTDOWN, Fault::kUnavailable, "gone away"},
      {EMFILE, Fault::kUnavailable, "system error"},
  };
  for (const auto& one : kCases) {
    const auto error = FolderFault(one.code, FolderStep::kWrite, "svc-pons");
    EXPECT_EQ(error.fault, one.fault) << one.code;
    EXPECT_NE(error.summary.find(one.says), std::string::npos) << error.summary;
  }
}

}  // namespace
}  // namespace pons::net
