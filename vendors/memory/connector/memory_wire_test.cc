// SPDX-License-Identifier: Apache-2.0
// Frames: what is written is read back, and nothing cut or altered is taken for a whole frame.
#include "vendors/memory/connector/memory_wire.h"

#include <gtest/gtest.h>

namespace pons::memory {
namespace {

Answer Sample() {
  Answer answer;
  answer.tip = 9;
  answer.newest = 1767225600;
  answer.more = true;
  answer.forbidden = {"visits"};
  Row row;
  row.id = "p1";
  row.version = 3;
  row.position = 8;
  row.modified = 1767225600;
  row.data = json::Value(json::Object{{"last", "O\u2019Brien \"Q\""}, {"resolved", true}});
  answer.rows.push_back(row);
  row.id = "p2";
  row.deleted = true;
  answer.rows.push_back(row);
  return answer;
}

TEST(MemoryWire, AnAnswerIsReadBackAsItWasWritten) {
  const auto read = DecodeAnswer(EncodeAnswer(Sample()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, Sample());
}

TEST(MemoryWire, AFrameCutAnywhereIsRefused) {
  const auto frame = EncodeAnswer(Sample());
  for (std::size_t length = 0; length < frame.size(); ++length) {
    const auto read = DecodeAnswer(std::string_view(frame).substr(0, length));
    ASSERT_FALSE(read.has_value()) << "cut to " << length;
    EXPECT_EQ(read.error().fault, Fault::kProtocol);
  }
}

TEST(MemoryWire, AFrameWithOneBitTurnedOverIsRefused) {
  const auto frame = EncodeAnswer(Sample());
  for (std::size_t at = 0; at < frame.size() * 8; ++at) {
    auto altered = frame;
    altered[at / 8] = static_cast<char>(altered[at / 8] ^ (1 << at % 8));
    EXPECT_FALSE(DecodeAnswer(altered).has_value()) << "bit " << at;
  }
}

}  // namespace
}  // namespace pons::memory
