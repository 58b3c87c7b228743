// SPDX-License-Identifier: Apache-2.0
// What TDS 7.2 to 7.4 clients send, from bytes to values. Pure functions over bytes; every length
// is checked, and bytes that make no sense give nullopt. Text comes out as UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vendors/best_practice/sandbox/sql_types.h"

namespace pons::best_practice::sandbox {

enum class PacketType : std::uint8_t {
  kBatch = 0x01,
  kRpc = 0x03,
  kReply = 0x04,
  kAttention = 0x06,
  kBulk = 0x07,
  kTransaction = 0x0E,
  kLogin = 0x10,
  kPrelogin = 0x12,
};

inline constexpr std::size_t kPacketHeader = 8;

struct Prelogin {
  std::uint8_t encryption = 2;  // 0 off, 1 on, 2 not supported, 3 required
  bool mars = false;
};

struct Login {
  std::uint32_t version = 0;  // 0x74000004 for 7.4
  std::uint32_t packet_size = 4096;
  std::string host, user, password, app, server, library, database;
};

struct RpcParameter {
  std::string name;  // with @; empty where given by place
  bool output = false;
  bool is_default = false;
  SqlType type;
  SqlValue value;
};

struct RpcRequest {
  std::uint16_t id = 0;  // 10 sp_executesql …; 0: by name
  std::string name;
  std::vector<RpcParameter> parameters;
};

std::optional<Prelogin> DecodePrelogin(std::string_view payload);
std::optional<Login> DecodeLogin(std::string_view payload);
// The text of a batch, after its headers.
std::optional<std::string> DecodeBatch(std::string_view payload);
std::optional<std::vector<RpcRequest>> DecodeRpc(std::string_view payload);
// The kind of a transaction request: 5 begin, 7 commit, 8 rollback.
std::optional<std::uint16_t> DecodeTransaction(std::string_view payload);

// Every decoder that `type` leads to, for fuzzing: true where the bytes were understood.
bool DecodeRequest(std::uint8_t type, std::string_view payload);

std::string Utf16ToUtf8(std::string_view little_endian);
std::string Utf8ToUtf16(std::string_view text);
// Windows-1252, the code page of Bp's VARCHAR parameters.
std::string Windows1252ToUtf8(std::string_view bytes);

}  // namespace pons::best_practice::sandbox
