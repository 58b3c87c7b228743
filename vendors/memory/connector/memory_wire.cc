// SPDX-License-Identifier: Apache-2.0
#include "vendors/memory/connector/memory_wire.h"

#include <array>

#include "json/writer.h"

namespace pons::memory {
namespace {

constexpr std::string_view kMagic = "MEM1 ";
constexpr std::size_t kSumDigits = 16;
constexpr std::size_t kHeadBytes = kMagic.size() + kSumDigits + 1;

// FNV-1a, 64 bits.
std::string Checksum(std::string_view text) {
  std::uint64_t sum = 0xCBF29CE484222325u;
  for (const char c : text) {
    sum ^= static_cast<unsigned char>(c);
    sum *= 0x100000001B3u;
  }
  std::string digits(kSumDigits, '0');
  for (std::size_t i = kSumDigits; i-- > 0; sum >>= 4) digits[i] = "0123456789abcdef"[sum & 15];
  return digits;
}

void WriteRow(json::Writer& writer, const Row& row) {
  writer.BeginObject();
  writer.Member("id", row.id);
  writer.Member("version", static_cast<std::int64_t>(row.version));
  writer.Member("position", static_cast<std::int64_t>(row.position));
  writer.Member("modified", row.modified);
  if (row.deleted) writer.Member("deleted", true);
  writer.Key("data");
  writer.Raw(json::Write(row.data));
  writer.EndObject();
}

Error Unreadable(std::string_view what) {
  return MakeError(Fault::kProtocol, "the answer cannot be read: " + std::string(what));
}

Result<Row> ReadRow(const json::Value& value) {
  Row row;
  row.id = value.Text("id");
  const auto version = value.Integer("version");
  const auto position = value.Integer("position");
  const auto modified = value.Integer("modified");
  if (row.id.empty() || !version || !position || !modified) {
    return Unreadable("a row lacks its id, version, position or time");
  }
  row.version = static_cast<std::uint64_t>(*version);
  row.position = static_cast<std::uint64_t>(*position);
  row.modified = *modified;
  if (const auto* deleted = value.Find("deleted"); deleted != nullptr && deleted->boolean()) {
    row.deleted = *deleted->boolean();
  }
  const auto* data = value.Find("data");
  if (data == nullptr || !data->is_object()) return Unreadable("a row has no data");
  row.data = *data;
  return row;
}

}  // namespace

std::string_view TableName(Table table) {
  static constexpr std::array<std::string_view, kTableCount> kNames = {
      "sites", "staff", "posts", "reasons", "patients", "history", "diary", "visits", "documents"};
  return kNames[static_cast<std::size_t>(table)];
}

std::string EncodeAnswer(const Answer& answer) {
  std::string body;
  json::Writer writer(body);
  writer.BeginObject();
  writer.MemberIfAny("token", answer.token);
  writer.MemberIfAny("practice", answer.practice);
  writer.MemberIfAny("version", answer.version);
  writer.Member("clock_ms", answer.clock_ms);
  writer.Member("tip", static_cast<std::int64_t>(answer.tip));
  writer.Member("newest", answer.newest);
  writer.Member("more", answer.more);
  writer.Member("changed", answer.changed);
  writer.Member("lost", answer.lost);
  writer.Key("forbidden");
  writer.BeginArray();
  for (const auto& table : answer.forbidden) writer.String(table);
  writer.EndArray();
  writer.Key("rows");
  writer.BeginArray();
  for (const auto& row : answer.rows) WriteRow(writer, row);
  writer.EndArray();
  writer.EndObject();
  return std::string(kMagic) + Checksum(body) + " " + body;
}

Result<Answer> DecodeAnswer(std::string_view frame) {
  if (!frame.starts_with(kMagic) || frame.size() <= kHeadBytes || frame[kHeadBytes - 1] != ' ') {
    return Unreadable("it is no frame");
  }
  const auto body = frame.substr(kHeadBytes);
  if (Checksum(body) != frame.substr(kMagic.size(), kSumDigits)) {
    return Unreadable("its checksum is wrong");
  }
  PONS_ASSIGN(const json::Value value, json::Parse(body));
  Answer answer;
  answer.token = value.Text("token");
  answer.practice = value.Text("practice");
  answer.version = value.Text("version");
  answer.clock_ms = value.Integer("clock_ms").value_or(0);
  answer.tip = static_cast<std::uint64_t>(value.Integer("tip").value_or(0));
  answer.newest = value.Integer("newest").value_or(0);
  if (const auto* more = value.Find("more"); more != nullptr && more->boolean() != nullptr) {
    answer.more = *more->boolean();
  }
  if (const auto* changed = value.Find("changed"); changed != nullptr && changed->boolean()) {
    answer.changed = *changed->boolean();
  }
  if (const auto* lost = value.Find("lost"); lost != nullptr && lost->boolean() != nullptr) {
    answer.lost = *lost->boolean();
  }
  if (const auto* list = value.Find("forbidden"); list != nullptr && list->array() != nullptr) {
    for (const auto& table : *list->array()) {
      if (table.string() != nullptr) answer.forbidden.push_back(*table.string());
    }
  }
  const auto* rows = value.Find("rows");
  if (rows == nullptr || rows->array() == nullptr) return Unreadable("it has no rows");
  answer.rows.reserve(rows->array()->size());
  for (const auto& item : *rows->array()) {
    PONS_ASSIGN(Row row, ReadRow(item));
    answer.rows.push_back(std::move(row));
  }
  return answer;
}

}  // namespace pons::memory
