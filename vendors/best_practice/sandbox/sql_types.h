// SPDX-License-Identifier: Apache-2.0
// SQL Server's types and values as the sandbox carries them between wire, T-SQL and SQLite.
// Plain values; no threads of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pons::best_practice::sandbox {

enum class TypeKind : std::uint8_t {
  kUnknown,  // NULL, or a predicate
  kBit,
  kInt,
  kBigInt,
  kFloat,
  kChar,     // blank-padded to `size` characters on output
  kVarchar,  // at most `size` characters
  kText,     // no limit
  kDate,
  kDateTime,
  kDateTime2,
  kDateTimeOffset,
  kBinary,
};

struct SqlType {
  TypeKind kind = TypeKind::kUnknown;
  int size = 0;  // characters, for kChar and kVarchar

  bool operator==(const SqlType&) const = default;
  bool IsText() const {
    return kind == TypeKind::kChar || kind == TypeKind::kVarchar || kind == TypeKind::kText;
  }
  bool IsDate() const { return kind >= TypeKind::kDate && kind <= TypeKind::kDateTimeOffset; }
  bool IsNumber() const { return kind >= TypeKind::kBit && kind <= TypeKind::kFloat; }
};

inline constexpr SqlType kIntType{TypeKind::kInt, 0};
inline constexpr SqlType kDateTimeType{TypeKind::kDateTime, 0};
inline constexpr SqlType VarcharOf(int size) { return {TypeKind::kVarchar, size}; }

struct Column {
  std::string name;
  SqlType type;
};

struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};

// Text is UTF-8. Dates and times travel as text in the forms of datetime.h.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

inline bool IsNull(const SqlValue& value) { return value.index() == 0; }
std::int64_t AsInteger(const SqlValue& value);  // 0 where it is none
std::string AsText(const SqlValue& value);      // empty for NULL

// What SQL Server says when it refuses: number and text as its own catalogue of messages has them.
// Severity 14 is a right that is missing, 15 syntax, 16 anything a user can mend.
struct SqlError {
  int number = 0;
  int severity = 16;
  std::string message;
};

SqlError SyntaxError(std::string_view near);                         // 102
SqlError InvalidColumn(std::string_view name);                       // 207
SqlError InvalidObject(std::string_view name);                       // 208
SqlError UnknownProcedure(std::string_view name);                    // 2812
SqlError DeniedOn(std::string_view right, std::string_view object);  // 229

}  // namespace pons::best_practice::sandbox
