// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/rows.h"

#include <charconv>

#include "json/writer.h"
#include "vendors/best_practice/sandbox/datetime.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {
namespace {

using bp::TypeKind;

constexpr std::int32_t kDatetimeBegins = -53690;  // 1753-01-01, in days since 1900

std::string RealText(double number) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, end.ptr);
}

// ISO 8601 without zone, a fraction only where there is one. Nullopt: no such moment.
std::optional<std::string> DateText(bp::SqlType type, const std::string& stored) {
  const auto moment = bp::ParseDateTime(stored);
  if (!moment || (type.kind == TypeKind::kDateTime && moment->days < kDatetimeBegins))
    return std::nullopt;
  // DATETIME's thirds of milliseconds are whole milliseconds once they leave SQL Server.
  std::string text = type.kind == TypeKind::kDate       ? bp::FormatDay(*moment) + " 00:00:00"
                     : type.kind == TypeKind::kDateTime ? bp::FormatDateTime(*moment)
                                                        : bp::FormatDateTime2(*moment);
  text[10] = 'T';
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  if (type.kind == TypeKind::kDateTimeOffset && stored.size() > 6)
    text += stored.substr(stored.size() - 6);
  return text;
}

std::size_t Characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) count += byte >= 0xF0 ? 2 : 1;
  }
  return count;
}

// CHAR columns are blank-padded to their width.
std::string Padded(bp::SqlType type, std::string text) {
  if (type.kind != TypeKind::kChar) return text;
  const std::size_t has = Characters(text), width = static_cast<std::size_t>(type.size);
  if (has < width) text.append(width - has, ' ');
  return text;
}

}  // namespace

std::optional<std::string> CellJson(bp::SqlType type, const bp::SqlValue& value) {
  if (bp::IsNull(value)) return "null";
  if (const auto* bytes = std::get_if<bp::Bytes>(&value)) {
    // INFERRED: a client of the vendor's would send byte arrays as base64 (sheet §5.2).
    return '"' + Base64(bytes->data) + '"';
  }
  switch (type.kind) {
    case TypeKind::kBit:
      return bp::AsInteger(value) != 0 ? "true" : "false";
    case TypeKind::kInt: {
      const std::int64_t number = bp::AsInteger(value);
      if (number > INT32_MAX || number < INT32_MIN) return std::nullopt;
      return std::to_string(number);
    }
    case TypeKind::kBigInt:
      return std::to_string(bp::AsInteger(value));
    case TypeKind::kFloat:
      if (const auto* real = std::get_if<double>(&value)) return RealText(*real);
      if (std::holds_alternative<std::int64_t>(value)) return bp::AsText(value);
      return std::nullopt;
    case TypeKind::kUnknown:
      if (!std::holds_alternative<std::string>(value)) return bp::AsText(value);
      break;
    case TypeKind::kDate:
    case TypeKind::kDateTime:
    case TypeKind::kDateTime2:
    case TypeKind::kDateTimeOffset: {
      const auto text = DateText(type, bp::AsText(value));
      if (!text) return std::nullopt;
      return '"' + *text + '"';
    }
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kText:
    case TypeKind::kBinary:
      break;
  }
  std::string out;
  if (type.kind == TypeKind::kBinary) return '"' + Base64(bp::AsText(value)) + '"';
  json::AppendQuoted(out, Padded(type, bp::AsText(value)));
  return out;
}

std::string ParameterText(bp::SqlType type, const bp::SqlValue& value) {
  if (const auto* bytes = std::get_if<bp::Bytes>(&value)) return Base64(bytes->data);
  if (type.kind == TypeKind::kBit) return bp::AsInteger(value) != 0 ? "True" : "False";
  if (type.IsDate()) return DateText(type, bp::AsText(value)).value_or("");
  if (const auto* real = std::get_if<double>(&value)) return RealText(*real);
  return bp::AsText(value);
}

void RowSink::Columns(const std::vector<bp::Column>& columns) {
  if (rows_.any) return;
  rows_.any = open_ = true;
  rows_.json = "[";
  columns_ = columns;
  groups_.clear();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::vector<int>* group = nullptr;
    for (auto& known : groups_) {
      if (columns[static_cast<std::size_t>(known[0])].name == columns[i].name) group = &known;
    }
    if (group == nullptr) group = &groups_.emplace_back();
    group->push_back(static_cast<int>(i));
  }
  if (first_cell_ && !groups_.empty()) groups_ = {{0}};
}

bool RowSink::PutMember(std::size_t at, sqlite3_stmt* statement) {
  const std::vector<int>& group = groups_[at];
  const bool array = group.size() > 1 && shared_ == SharedNames::kArray;
  if (at > 0) rows_.json += ',';
  json::AppendQuoted(rows_.json, columns_[static_cast<std::size_t>(group[0])].name);
  rows_.json += array ? ":[" : ":";
  for (std::size_t i = array ? 0 : group.size() - 1; i < group.size(); ++i) {
    const auto cell = CellJson(columns_[static_cast<std::size_t>(group[i])].type,
                               bp::ColumnValue(statement, group[i]));
    if (!cell) return false;
    if (array && i > 0) rows_.json += ',';
    rows_.json += *cell;
  }
  if (array) rows_.json += ']';
  return true;
}

bool RowSink::Row(sqlite3_stmt* statement) {
  if (!open_) return true;
  if (first_cell_ && !rows_.starts.empty()) return true;
  if (!rows_.starts.empty()) rows_.json += ',';
  rows_.starts.push_back(rows_.json.size());
  rows_.json += '{';
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (!PutMember(i, statement)) {
      Failed({8114, 16, "Error converting data type: the value does not fit the column's type."});
      return false;
    }
  }
  rows_.json += '}';
  return true;
}

void RowSink::Done(std::int64_t, bool) {
  if (!open_) return;
  open_ = false;
  rows_.json += ']';
}

void RowSink::Failed(const bp::SqlError& error) {
  if (!error_) error_ = error;
}

Rows RowSink::TakeRows() {
  if (open_) Done(0, true);
  return std::move(rows_);
}

}  // namespace pons::halo_connect::sandbox
