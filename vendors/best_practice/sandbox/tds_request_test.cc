// SPDX-License-Identifier: Apache-2.0
// What clients send, in bytes put together by hand.
#include "vendors/best_practice/sandbox/tds_request.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace pons::best_practice::sandbox {
namespace {

std::string Little(std::uint64_t value, int width) {
  std::string out;
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

std::string Headers() {
  return Little(22, 4) + Little(18, 4) + Little(2, 2) + Little(0, 8) + Little(1, 4);
}

// One parameter: name, status, then type and value as given.
std::string Parameter(std::string_view name, std::string_view rest, char status = 0) {
  return std::string(1, static_cast<char>(name.size())) + Utf8ToUtf16(name) + status +
         std::string(rest);
}

std::string NvarcharValue(std::string_view text) {
  const std::string wide = Utf8ToUtf16(text);
  return "\xE7" + Little(8000, 2) + std::string("\x09\x04\xD0\x00\x34", 5) +
         Little(wide.size(), 2) + wide;
}

std::string IntValue(std::int32_t value) {
  return std::string("\x26\x04\x04", 3) + Little(static_cast<std::uint32_t>(value), 4);
}

std::string Rpc(std::uint16_t id, std::string_view parameters) {
  return Headers() + Little(0xFFFF, 2) + Little(id, 2) + Little(0, 2) + std::string(parameters);
}

TEST(TdsText, Utf16BothWays) {
  for (const char* text : {"", "plain", "O'Brien–Nguyễn", "陈伟", "😀 pair"}) {
    EXPECT_EQ(Utf16ToUtf8(Utf8ToUtf16(text)), text);
  }
  EXPECT_EQ(Utf16ToUtf8(std::string_view("\x00\xD8"
                                         "A\x00",
                                         4)),
            "\xEF\xBF\xBD"
            "A")
      << "half a pair";
  EXPECT_EQ(Utf16ToUtf8(Utf8ToUtf16("\xFF"
                                    "A")),
            "\xEF\xBF\xBD"
            "A")
      << "no UTF-8";
  EXPECT_EQ(Windows1252ToUtf8("caf\xE9 \x80"), "café €");
}

TEST(TdsRequest, Batch) {
  EXPECT_EQ(DecodeBatch(Headers() + Utf8ToUtf16("SELECT 1")), "SELECT 1");
  EXPECT_FALSE(DecodeBatch(""));
  EXPECT_FALSE(DecodeBatch(Little(100, 4)));
  EXPECT_FALSE(DecodeBatch(Little(3, 4) + "xxx"));
}

TEST(TdsRequest, ExecuteSqlWithParameters) {
  const auto decoded = DecodeRpc(Rpc(10, Parameter("", NvarcharValue("SELECT @P1")) +
                                             Parameter("", NvarcharValue("@P1 int")) +
                                             Parameter("@P1", IntValue(-7))));
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->size(), 1u);
  const RpcRequest& request = decoded->front();
  EXPECT_EQ(request.id, 10);
  ASSERT_EQ(request.parameters.size(), 3u);
  EXPECT_EQ(request.parameters[0].value, SqlValue(std::string("SELECT @P1")));
  EXPECT_EQ(request.parameters[2].name, "@P1");
  EXPECT_EQ(request.parameters[2].value, SqlValue(std::int64_t{-7}));
}

TEST(TdsRequest, ProcedureByNameAndSeveralInOneMessage) {
  const std::string call =
      Little(4, 2) + Utf8ToUtf16("BP_X") + Little(0, 2) + Parameter("@a", IntValue(1), 1);
  const auto decoded = DecodeRpc(Headers() + call + "\xFF" + call);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->size(), 2u);
  EXPECT_EQ((*decoded)[1].name, "BP_X");
  EXPECT_TRUE((*decoded)[1].parameters[0].output);
}

TEST(TdsRequest, DatesInEachOfTheirTypes) {
  // 2026-11-22 is day 46346 since 1900 and 739941 since year 1.
  const std::string datetime =
      std::string("\x6F\x08\x08", 3) + Little(46346, 4) + Little(9 * 3600 * 300 + 1, 4);
  const std::string date = std::string("\x28\x03", 2) + Little(739941, 3);
  const std::string datetime2 =
      std::string("\x2A\x03\x07", 3) + Little(9 * 3600 * 1000 + 7, 4) + Little(739941, 3);
  // 22:30 UTC the day before is 09:30 in Sydney.
  const std::string zoned = std::string("\x2B\x00\x08", 3) + Little(22 * 3600 + 1800, 3) +
                            Little(739940, 3) + Little(660, 2);
  const auto decoded = DecodeRpc(Rpc(10, Parameter("", datetime) + Parameter("", date) +
                                             Parameter("", datetime2) + Parameter("", zoned)));
  ASSERT_TRUE(decoded);
  const auto& p = decoded->front().parameters;
  EXPECT_EQ(p[0].value, SqlValue(std::string("2026-11-22 09:00:00.003")));
  EXPECT_EQ(p[1].value, SqlValue(std::string("2026-11-22")));
  EXPECT_EQ(p[2].value, SqlValue(std::string("2026-11-22 09:00:00.007")));
  EXPECT_EQ(p[3].value, SqlValue(std::string("2026-11-22 09:30:00.000")));
}

TEST(TdsRequest, NullsDecimalsGuidsAndChunks) {
  const std::string null_int("\x26\x04\x00", 3);
  const std::string decimal = std::string("\x6A\x05\x09\x02\x05\x00", 6) + Little(12345, 4);
  const std::string guid = std::string("\x24\x10\x10", 3) +
                           std::string("\x78\x56\x34\x12\x34\x12\x78\x56", 8) + "abcdefgh";
  const std::string wide = Utf8ToUtf16("long text");
  const std::string chunked = "\xE7" + Little(0xFFFF, 2) + std::string(5, '\0') +
                              Little(wide.size(), 8) + Little(4, 4) + wide.substr(0, 4) +
                              Little(wide.size() - 4, 4) + wide.substr(4) + Little(0, 4);
  const auto decoded = DecodeRpc(Rpc(10, Parameter("", null_int) + Parameter("", decimal) +
                                             Parameter("", guid) + Parameter("", chunked)));
  ASSERT_TRUE(decoded);
  const auto& p = decoded->front().parameters;
  EXPECT_TRUE(IsNull(p[0].value));
  EXPECT_DOUBLE_EQ(std::get<double>(p[1].value), -123.45);
  EXPECT_EQ(AsText(p[2].value), "12345678-1234-5678-6162-636465666768");
  EXPECT_EQ(AsText(p[3].value), "long text");
}

TEST(TdsRequest, LoginPasswordIsUnscrambled) {
  std::string fixed =
      Little(0, 4) + Little(0x74000004, 4) + Little(32767, 4) + std::string(24, '\0');
  std::string scrambled;
  for (char c : Utf8ToUtf16("hush; ü")) {
    const auto b = static_cast<unsigned>(static_cast<unsigned char>(c));
    scrambled += static_cast<char>(((b << 4 | b >> 4) & 0xFF) ^ 0xA5);
  }
  const std::string user = Utf8ToUtf16("bpsrawdata");
  const std::size_t data = fixed.size() + 36;
  const auto place = [&](std::size_t offset, std::size_t bytes) {
    return Little(offset, 2) + Little(bytes / 2, 2);
  };
  std::string login = fixed + place(data, 0) + place(data, user.size()) +
                      place(data + user.size(), scrambled.size());
  for (int i = 0; i < 6; ++i) login += place(data, 0);
  login += user + scrambled;
  const auto decoded = DecodeLogin(login);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->user, "bpsrawdata");
  EXPECT_EQ(decoded->password, "hush; ü");
  EXPECT_EQ(decoded->packet_size, 32767u);
}

TEST(TdsRequest, EveryCutIsSurvived) {
  const std::string whole =
      Rpc(13, Parameter("", IntValue(0), 1) + Parameter("", NvarcharValue("@P1 int")) +
                  Parameter("", NvarcharValue("SELECT @P1")) + Parameter("", IntValue(3)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    for (int type = 0; type < 32; ++type) {
      (void)DecodeRequest(static_cast<std::uint8_t>(type), std::string_view(whole).substr(0, size));
    }
  }
  EXPECT_TRUE(DecodeRequest(0x03, whole));
}

TEST(TdsRequest, AnyBytesAreSurvived) {
  SeededRandom random(7);
  const std::string whole =
      Rpc(10, Parameter("", NvarcharValue("SELECT 1")) + Parameter("", IntValue(3)));
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole;
    for (std::uint64_t i = 0, n = 1 + random.Below(6); i < n; ++i) {
      bytes[static_cast<std::size_t>(random.Below(bytes.size()))] =
          static_cast<char>(random.Below(256));
    }
    for (int type : {0x01, 0x03, 0x0E, 0x10, 0x12}) {
      (void)DecodeRequest(static_cast<std::uint8_t>(type), bytes);
    }
  }
}

}  // namespace
}  // namespace pons::best_practice::sandbox
