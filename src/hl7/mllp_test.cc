// SPDX-License-Identifier: Apache-2.0
#include "hl7/mllp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace pons::hl7 {
namespace {

using Kind = Deframer::Kind;
using Frame = Deframer::Frame;
using testing::ElementsAre;

std::vector<Frame> Take(Deframer& deframer) {
  std::vector<Frame> out;
  while (auto frame = deframer.Next()) out.push_back(*std::move(frame));
  return out;
}

std::vector<Frame> FramesOf(std::string_view bytes) {
  Deframer deframer;
  deframer.Feed(bytes);
  return Take(deframer);
}

TEST(MllpTest, FramedAndBack) {
  EXPECT_EQ(Framed("MSH|x\r"), "\x0BMSH|x\r\x1C\r");
  EXPECT_THAT(FramesOf(Framed("MSH|x\r")), ElementsAre(Frame{Kind::kMessage, "MSH|x\r"}));
  EXPECT_THAT(FramesOf(Framed("")), ElementsAre(Frame{Kind::kMessage, ""}));
}

TEST(MllpTest, SeveralFramesInOneRead) {
  EXPECT_THAT(FramesOf(Framed("a") + Framed("b") + Framed("c")),
              ElementsAre(Frame{Kind::kMessage, "a"}, Frame{Kind::kMessage, "b"},
                          Frame{Kind::kMessage, "c"}));
}

TEST(MllpTest, GarbageBeforeTheStartIsPassedOver) {
  Deframer deframer;
  deframer.Feed("\r\nGET / HTTP\r\n" + Framed("a") + "\r\nxx\x1C" + Framed("b"));
  EXPECT_THAT(Take(deframer), ElementsAre(Frame{Kind::kMessage, "a"}, Frame{Kind::kMessage, "b"}));
  EXPECT_EQ(deframer.skipped(), 13u);
}

TEST(MllpTest, TheReturnAfterTheEndMayBeMissing) {
  EXPECT_THAT(FramesOf("\x0B"
                       "a\x1C\x0B"
                       "b\x1C"),
              ElementsAre(Frame{Kind::kMessage, "a"}, Frame{Kind::kMessage, "b"}));
}

TEST(MllpTest, AFrameWithoutItsEndIsToldApart) {
  EXPECT_THAT(FramesOf("\x0BMSH|lost\r" + Framed("MSH|next\r")),
              ElementsAre(Frame{Kind::kNoEnd, "MSH|lost\r"}, Frame{Kind::kMessage, "MSH|next\r"}));
  Deframer deframer;
  deframer.Feed("\x0BMSH|half");
  EXPECT_THAT(Take(deframer), ElementsAre());
  EXPECT_TRUE(deframer.inside());
}

TEST(MllpTest, CommitBlocksOfReleaseTwo) {
  EXPECT_THAT(FramesOf("\x0B\x06\x1C\r\x0B\x15\x1C\r" + Framed("a")),
              ElementsAre(Frame{Kind::kCommit, "\x06"}, Frame{Kind::kRefusal, "\x15"},
                          Frame{Kind::kMessage, "a"}));
}

TEST(MllpTest, FramesThatAreTooLongAreCutAndTheNextOneIsRead) {
  Deframer deframer(10'000);
  const std::string big = "MSH|" + std::string(20'000, 'x');
  const auto stream = Framed(big) + Framed("next");
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < stream.size(); at += 777) {
    deframer.Feed(std::string_view(stream).substr(at, 777));
    for (auto& frame : Take(deframer)) frames.push_back(std::move(frame));
  }
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].kind, Kind::kTooLong);
  EXPECT_EQ(frames[0].bytes, big.substr(0, Deframer::kBeginning));
  EXPECT_EQ(frames[1], (Frame{Kind::kMessage, "next"}));
  EXPECT_FALSE(deframer.inside());
}

TEST(MllpTest, SixteenMegabytesInSmallReads) {
  const std::string big = "MSH|" + std::string(16u << 20, 'x');
  const auto stream = Framed(big) + Framed("next");
  Deframer deframer;
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < stream.size(); at += 1460) {
    deframer.Feed(std::string_view(stream).substr(at, 1460));
    for (auto& frame : Take(deframer)) frames.push_back(std::move(frame));
  }
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].bytes, big);
}

// However a stream is cut into reads, the same frames come out.
TEST(MllpTest, ReadsMayFallAnywhere) {
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string stream;
    for (int i = 0; i < 40; ++i)
      stream += std::string_view(
          "\x0B\x1C\r\x06\x15"
          "ab")[random() % 7];
    const auto want = FramesOf(stream);
    Deframer deframer;
    std::vector<Frame> got;
    for (std::size_t at = 0; at < stream.size();) {
      const auto length = 1 + random() % 5;
      deframer.Feed(std::string_view(stream).substr(at, length));
      at += length;
      for (auto& frame : Take(deframer)) got.push_back(std::move(frame));
    }
    ASSERT_EQ(got, want);
  }
}

}  // namespace
}  // namespace pons::hl7
