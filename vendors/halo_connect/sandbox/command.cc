// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/command.h"

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "vendors/best_practice/sandbox/datetime.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {
namespace {

using bp::TypeKind;

// Halo's own limits on a parameter (halo-connect sheet §5.1 "Known limit").
constexpr std::size_t kMostCharacters = 4000;
constexpr std::size_t kMostBytes = 8000;

struct TypeEntry {
  std::string_view name;
  TypeKind kind;
  const char* net;  // the type that .NET names when it cannot convert
  std::int64_t least = 0, most = 0;
};

constexpr std::int64_t kInt64Most = 9'223'372'036'854'775'807;
constexpr TypeEntry kTypes[] = {
    {"BigInt", TypeKind::kBigInt, "Int64", -kInt64Most - 1, kInt64Most},
    {"Int", TypeKind::kInt, "Int32", -2'147'483'648, 2'147'483'647},
    {"SmallInt", TypeKind::kInt, "Int16", -32'768, 32'767},
    {"TinyInt", TypeKind::kInt, "Byte", 0, 255},
    {"Bit", TypeKind::kBit, "Boolean"},
    {"Decimal", TypeKind::kFloat, "Decimal"},
    {"Float", TypeKind::kFloat, "Double"},
    {"Real", TypeKind::kFloat, "Single"},
    {"Money", TypeKind::kFloat, "Decimal"},
    {"SmallMoney", TypeKind::kFloat, "Decimal"},
    {"Date", TypeKind::kDate, "DateTime"},
    {"DateTime", TypeKind::kDateTime, "DateTime"},
    {"SmallDateTime", TypeKind::kDateTime, "DateTime"},
    {"DateTime2", TypeKind::kDateTime2, "DateTime"},
    {"DateTimeOffset", TypeKind::kDateTimeOffset, "DateTimeOffset"},
    {"Time", TypeKind::kVarchar, "TimeSpan"},
    {"Char", TypeKind::kVarchar, "String"},
    {"NChar", TypeKind::kVarchar, "String"},
    {"String", TypeKind::kVarchar, "String"},
    {"VarChar", TypeKind::kVarchar, "String"},
    {"NVarChar", TypeKind::kVarchar, "String"},
    {"Text", TypeKind::kText, "String"},
    {"NText", TypeKind::kText, "String"},
    {"Xml", TypeKind::kText, "String"},
    {"Variant", TypeKind::kVarchar, "String"},
    {"UniqueIdentifier", TypeKind::kVarchar, "Guid"},
    {"Binary", TypeKind::kBinary, "Byte[]"},
    {"VarBinary", TypeKind::kBinary, "Byte[]"},
    {"Image", TypeKind::kBinary, "Byte[]"},
    {"Timestamp", TypeKind::kBinary, "Byte[]"},
};

const TypeEntry* TypeNamed(std::string_view name) {
  for (const TypeEntry& entry : kTypes) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::string CannotConvert(const char* type) {
  return std::string("Failed to convert parameter value from a String to a ") + type + ".";
}

std::size_t Characters(std::string_view utf8) {
  // UTF-16 units: what SQL Server counts.
  std::size_t count = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) count += byte >= 0xF0 ? 2 : 1;
  }
  return count;
}

std::optional<std::string> ConvertWhole(const TypeEntry& type, const std::string& text,
                                        bp::SqlValue& value) {
  std::int64_t number = 0;
  const std::string_view digits = Trim(text);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() ||
      number < type.least || number > type.most) {
    return CannotConvert(type.net);
  }
  value = number;
  return std::nullopt;
}

std::optional<std::string> ConvertReal(const TypeEntry& type, const std::string& text,
                                       bp::SqlValue& value) {
  double number = 0;
  const std::string_view digits = Trim(text);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() ||
      !std::isfinite(number)) {
    return CannotConvert(type.net);
  }
  value = number;
  return std::nullopt;
}

std::optional<std::string> ConvertDate(const TypeEntry& type, const std::string& text,
                                       bp::SqlValue& value) {
  const auto moment = Trim(text).empty() ? std::nullopt : bp::ParseDateTime(text);
  if (!moment) return CannotConvert(type.net);
  if (type.kind == TypeKind::kDate) {
    value = bp::FormatDay(*moment);
  } else if (type.kind == TypeKind::kDateTime) {
    value = bp::FormatDateTime(*moment);
  } else if (type.kind == TypeKind::kDateTime2) {
    value = bp::FormatDateTime2(*moment);
  } else {
    const bool zoned = text.size() > 6 && text[text.size() - 3] == ':' &&
                       (text[text.size() - 6] == '+' || text[text.size() - 6] == '-');
    value = bp::FormatDateTime2(*moment) + (zoned ? text.substr(text.size() - 6) : "+00:00");
  }
  return std::nullopt;
}

HaloError Bad(std::string message) { return Refused(400, std::move(message)); }

template <typename T>
struct Word {
  std::string_view word;
  T value;
};

// The member as one of the words; absent: `value` stays.
template <typename T, std::size_t N>
std::optional<HaloError> ReadWord(const json::Value& holder, std::string_view key,
                                  const Word<T> (&words)[N], T& value) {
  const json::Value* given = holder.Find(key);
  if (given == nullptr || given->is_null()) return std::nullopt;
  if (given->is_string()) {
    for (const Word<T>& word : words) {
      if (*given->string() == word.word) {
        value = word.value;
        return std::nullopt;
      }
    }
  }
  return Bad("The value of '" + std::string(key) + "' is not one of its allowed values.");
}

std::optional<HaloError> ReadParameter(const json::Value& given, Parameter& out) {
  static constexpr Word<Direction> kDirections[] = {{"input", Direction::kInput},
                                                    {"output", Direction::kOutput},
                                                    {"inputOutput", Direction::kInputOutput},
                                                    {"returnValue", Direction::kReturnValue}};
  if (!given.is_object()) return Bad("'parameters' must hold objects.");
  out.name = given.Text("name");
  // INFERRED: the vendor's pages only ever show names with @ (halo-connect sheet §5.1).
  if (out.name.size() < 2 || out.name[0] != '@')
    return Bad("The name of a parameter must begin with '@'.");
  if (auto error = ReadWord(given, "direction", kDirections, out.direction)) return error;
  out.direction_name = given.Text("direction").empty() ? "input" : given.Text("direction");
  out.type_name = given.Text("type");
  out.size = given.Integer("size").value_or(0);
  const TypeEntry* type = TypeNamed(out.type_name);
  if (type == nullptr) {
    return Bad("The type '" + out.type_name + "' of parameter '" + out.name +
               "' is not supported.");
  }
  out.type = {type->kind, type->kind == TypeKind::kVarchar ? 4000 : 0};
  const json::Value* value = given.Find("value");
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_string()) {
    return Bad("The value of parameter '" + out.name + "' must be a string or null.");
  }
  if (out.direction == Direction::kOutput || out.direction == Direction::kReturnValue)
    return std::nullopt;
  if (auto wrong = ConvertValue(out.type_name, *value->string(), out.type, out.value)) {
    // INFERRED: conversion fails before SQL Server is asked, so it is the agent's error.
    return Failed(400, "haloLink", 400, *wrong);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ConvertValue(std::string_view type_name, const std::string& text,
                                        bp::SqlType& sql_type, bp::SqlValue& value) {
  const TypeEntry* type = TypeNamed(type_name);
  if (type == nullptr) return "The type is not supported.";
  sql_type = {type->kind, type->kind == TypeKind::kVarchar ? 4000 : 0};
  switch (type->kind) {
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return ConvertWhole(*type, text, value);
    case TypeKind::kFloat:
      return ConvertReal(*type, text, value);
    case TypeKind::kDate:
    case TypeKind::kDateTime:
    case TypeKind::kDateTime2:
    case TypeKind::kDateTimeOffset:
      return ConvertDate(*type, text, value);
    case TypeKind::kBit:
      // INFERRED: from .NET's Boolean.Parse, which knows no "1".
      if (!EqualsIgnoringAsciiCase(text, "true") && !EqualsIgnoringAsciiCase(text, "false"))
        return CannotConvert(type->net);
      value = std::int64_t{EqualsIgnoringAsciiCase(text, "true") ? 1 : 0};
      return std::nullopt;
    case TypeKind::kBinary: {
      // INFERRED: short binary values are base64; beyond the limit nothing converts.
      auto bytes = FromBase64(text);
      if (!bytes || bytes->size() > kMostBytes) return CannotConvert(type->net);
      value = bp::Bytes{std::move(*bytes)};
      return std::nullopt;
    }
    case TypeKind::kUnknown:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kText:
      break;
  }
  if (std::string_view(type->net) == "Guid" && !IsUuid(text)) return CannotConvert(type->net);
  if (std::string_view(type->net) == "TimeSpan" && !bp::ParseDateTime("1900-01-01 " + text))
    return CannotConvert(type->net);
  if (Characters(text) > kMostCharacters) return CannotConvert("Byte[]");
  value = text;
  return std::nullopt;
}

std::variant<Command, HaloError> ReadCommand(const json::Value& holder) {
  static constexpr Word<ExecutionMode> kModes[] = {{"reader", ExecutionMode::kReader},
                                                   {"nonQuery", ExecutionMode::kNonQuery},
                                                   {"scalar", ExecutionMode::kScalar}};
  static constexpr Word<bool> kKinds[] = {{"text", false}, {"storedProcedure", true}};
  const json::Value* given = holder.Find("command");
  if (given == nullptr || !given->is_object()) return Bad("'command' is required.");
  Command command;
  const json::Value* text = given->Find("text");
  if (text == nullptr || !text->is_string() || Trim(*text->string()).empty())
    return Bad("'command.text' is required.");
  command.text = *text->string();
  command.size = static_cast<std::int64_t>(json::Write(*given).size());
  if (auto error = ReadWord(*given, "executionMode", kModes, command.mode)) return *error;
  if (auto error = ReadWord(*given, "type", kKinds, command.stored_procedure)) return *error;
  const json::Value* parameters = given->Find("parameters");
  if (parameters == nullptr || parameters->is_null()) return command;
  if (!parameters->is_array()) return Bad("'parameters' must be an array.");
  for (const json::Value& one : *parameters->array()) {
    Parameter parameter;
    if (auto error = ReadParameter(one, parameter)) return *error;
    for (const Parameter& other : command.parameters) {
      if (EqualsIgnoringAsciiCase(other.name, parameter.name))
        return Bad("The parameter '" + parameter.name + "' is given twice.");
    }
    command.parameters.push_back(std::move(parameter));
  }
  return command;
}

std::optional<HaloError> ReadQueueTime(const json::Value& body, std::int64_t standard,
                                       std::int64_t most, Command& command) {
  const json::Value* given = body.Find("maxTimeInQueue");
  if (given == nullptr || given->is_null()) {
    command.max_time_in_queue = standard;
    return std::nullopt;
  }
  const auto number = given->AsInteger();
  if (!number || *number < 0 || *number > most) {
    return Bad("'maxTimeInQueue' must be a whole number from 0 to " + std::to_string(most) + ".");
  }
  command.max_time_in_queue = *number;
  return std::nullopt;
}

}  // namespace pons::halo_connect::sandbox
